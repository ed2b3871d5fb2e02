#include "work/process.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child, between fork and exec: system calls only. Tells an errno
 * through `report`, which exec closes.
 */
static _Noreturn void become(const char *folder, const char *program, char *const *environment,
                             pid_t parent, int output, int report)
{
    char *const argv[] = {(char *)(uintptr_t)program, NULL};
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t none;
    int e, null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    for (int s = 1; s < NSIG; s++)
        sigaction(s, &plain, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (chdir(folder) == 0 && dup2(null, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2 &&
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        execve(program, argv, environment);
    e = errno;
    if (write(report, &e, sizeof e) != sizeof e)
        _exit(126);
    _exit(127);
}

q_code process__start(const char *folder, const char *program, char *const *environment,
                      process *out, q_err *err)
{
    int output[2] = {-1, -1}, report[2] = {-1, -1}, e = 0, status;
    pid_t self = getpid();
    process p = {0, -1, -1};
    q_code rc = Q_OK;

    if (pipe2(output, O_CLOEXEC) || pipe2(report, O_CLOEXEC)) {
        rc = q_err_errno(err, "make a pipe");
        goto done;
    }
    p.pid = fork();
    if (p.pid == 0)
        become(folder, program, environment, self, output[1], report[1]);
    if (p.pid < 0) {
        rc = q_err_errno(err, "start %s/%s", folder, program);
        goto done;
    }
    setpgid(p.pid, p.pid); /* as the child does: whoever comes first */
    q_fd_close(report[1]);
    report[1] = -1;
    if (read(report[0], &e, sizeof e) == sizeof e) {
        waitpid(p.pid, &status, 0);
        errno = e;
        rc = q_err_errno(err, "start %s/%s", folder, program);
        goto done;
    }
    p.output = output[0];
    output[0] = -1;
    p.pidfd = (int)syscall(SYS_pidfd_open, p.pid, 0);
    if (p.pidfd < 0 || fcntl(p.output, F_SETFL, O_NONBLOCK)) {
        rc = q_err_errno(err, "watch %s/%s", folder, program);
        process__end(&p, &status);
        goto done;
    }
    *out = p;
done:
    q_fd_close(output[0]);
    q_fd_close(output[1]);
    q_fd_close(report[0]);
    q_fd_close(report[1]);
    return rc;
}

void process__end(process *p, int *status)
{
    /* The leader is not reaped yet, so its group's number is still its own. */
    kill(-p->pid, SIGKILL);
    while (waitpid(p->pid, status, 0) < 0 && errno == EINTR)
        ;
    q_fd_close(p->pidfd);
    q_fd_close(p->output);
    *p = (process){0, -1, -1};
}
