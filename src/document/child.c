#include "document/child.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_RUN = 127, FIRST_SAFE_FD = 16, PIECE = 65536 };

typedef struct child {
    pid_t pid;    /* 0: none */
    int out, err; /* our ends of its pipes, -1 when closed */
    size_t complaint_n;
} child;

/* A pipe whose ends are above the numbers the child gives its own. */
static q_code pipe_make(int ends[2], q_err *err)
{
    int low[2];

    if (pipe2(low, O_CLOEXEC))
        return q_err_errno(err, "make a pipe");
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FIRST_SAFE_FD);
        q_fd_close(low[i]);
    }
    if (ends[0] < 0 || ends[1] < 0)
        return q_err_errno(err, "make a pipe");
    return Q_OK;
}

/* In the child: only calls that are safe after a fork. */
static _Noreturn void become(const child__spec *spec, int file, int out, int complaints,
                             pid_t parent)
{
    static char *const environment[] = {(char *)(uintptr_t) "PATH=/usr/local/bin:/usr/bin:/bin",
                                        (char *)(uintptr_t) "LC_ALL=C.UTF-8", NULL};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && dup2(file, 0) == 0 && dup2(out, 1) == 1 &&
        dup2(complaints, 2) == 2 && dup2(file, 3) == 3)
        execvpe(spec->argv[0], (char *const *)(uintptr_t)spec->argv, environment);
    _exit(NOT_RUN);
}

static q_code start(const child__spec *spec, child *c, q_err *err)
{
    int out[2] = {-1, -1}, complaints[2] = {-1, -1}, file = -1;
    pid_t parent = getpid();
    q_code rc;

    rc = pipe_make(out, err);
    if (rc)
        goto done;
    rc = pipe_make(complaints, err);
    if (rc)
        goto done;
    file = fcntl(spec->fd, F_DUPFD_CLOEXEC, FIRST_SAFE_FD);
    if (file < 0) {
        rc = q_err_errno(err, "hand a file to %s", spec->argv[0]);
        goto done;
    }
    c->pid = fork();
    if (c->pid == 0)
        become(spec, file, out[1], complaints[1], parent);
    if (c->pid < 0) {
        c->pid = 0;
        rc = q_err_errno(err, "start %s", spec->argv[0]);
        goto done;
    }
    c->out = out[0];
    c->err = complaints[0];
    out[0] = complaints[0] = -1;
done:
    q_fd_close(file);
    for (int i = 0; i < 2; i++) {
        q_fd_close(out[i]);
        q_fd_close(complaints[i]);
    }
    return rc;
}

/* Take what one pipe holds; closes it at its end. */
static q_code take(int *fd, q_buf *out, child *c, child__result *result, q_err *err)
{
    char piece[PIECE];
    ssize_t n = read(*fd, piece, sizeof piece);
    size_t room = sizeof result->complaint - 1 - c->complaint_n;

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return Q_OK;
    if (n < 0)
        return q_err_errno(err, "read from a program");
    if (n == 0) {
        q_fd_close(*fd);
        *fd = -1;
    } else if (out) {
        q_buf_put(out, (q_str){piece, (size_t)n});
    } else {
        size_t kept = (size_t)n < room ? (size_t)n : room;

        memcpy(result->complaint + c->complaint_n, piece, kept);
        c->complaint_n += kept;
    }
    return Q_OK;
}

static int left_ms(int64_t deadline_ns)
{
    int64_t left = deadline_ns - q_monotonic_ns();

    return left <= 0 ? 0 : (int)(left / 1000000) + 1;
}

static q_code listen_to(const child__spec *spec, child *c, int64_t deadline_ns, q_buf *out,
                        child__result *result, q_err *err)
{
    q_code rc = Q_OK;

    while (!rc && (c->out >= 0 || c->err >= 0)) {
        struct pollfd p[2] = {{c->out, POLLIN, 0}, {c->err, POLLIN, 0}};
        int n = poll(p, 2, left_ms(deadline_ns));

        if (n == 0)
            return q_err_set(err, Q_TIMEOUT, "%s did not end within %d s", spec->argv[0],
                             spec->timeout_ms / 1000);
        if (n < 0 && errno != EINTR)
            return q_err_errno(err, "wait for %s", spec->argv[0]);
        if (n > 0 && p[0].revents)
            rc = take(&c->out, out, c, result, err);
        if (!rc && n > 0 && p[1].revents)
            rc = take(&c->err, NULL, c, result, err);
        if (!rc && out->rc == Q_LIMIT)
            rc = q_err_set(err, Q_LIMIT, "%s printed more than %zu bytes", spec->argv[0],
                           out->limit);
        else if (!rc && out->rc)
            rc = q_err_nomem(err);
    }
    return rc;
}

/* Wait for its end, which its closed pipes have announced. */
static q_code reap(const child__spec *spec, child *c, int64_t deadline_ns, int *status, q_err *err)
{
    for (;;) {
        pid_t got = waitpid(c->pid, status, WNOHANG);

        if (got == c->pid) {
            c->pid = 0;
            return Q_OK;
        }
        if (got < 0 && errno != EINTR)
            return q_err_errno(err, "wait for %s", spec->argv[0]);
        if (left_ms(deadline_ns) == 0)
            return q_err_set(err, Q_TIMEOUT, "%s did not end within %d s", spec->argv[0],
                             spec->timeout_ms / 1000);
        poll(NULL, 0, 1);
    }
}

static void end(child *c)
{
    q_fd_close(c->out); /* a sandbox may forbid the kill: then writing ends the child */
    q_fd_close(c->err);
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}

q_code child__run(const child__spec *spec, q_buf *out, child__result *result, q_err *err)
{
    child c = {0, -1, -1, 0};
    int64_t deadline_ns = q_monotonic_ns() + (int64_t)spec->timeout_ms * 1000000;
    int status = 0;
    q_code rc;

    memset(result, 0, sizeof *result);
    rc = start(spec, &c, err);
    if (rc)
        goto done;
    rc = listen_to(spec, &c, deadline_ns, out, result, err);
    if (rc)
        goto done;
    rc = reap(spec, &c, deadline_ns, &status, err);
    if (rc)
        goto done;
    result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (result->status == NOT_RUN)
        rc = q_err_set(err, Q_NOTFOUND, "%s is not installed", spec->argv[0]);
done:
    end(&c);
    return rc;
}
