/* The spawner and, forked from it, the workers: the far side of worker.h.
 *
 * One thread, so that forking is safe. Everything a worker leaves behind is
 * in its process group, which ends with it; what escapes by re-parenting
 * comes back here, since the spawner is the sub-reaper of all below it.
 */
#include "work/channel.h"
#include "work/sandbox.h"
#include "work/worker.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SERVER = 3, /* the descriptor the spawner is born with */
    MAX_WORKERS = 256,
    REPLY_LIMIT = 256 << 20
};

typedef struct child {
    pid_t pid;
    int status; /* write end of its status pipe */
} child;

typedef struct spawner {
    const q_worker_task *tasks;
    size_t task_count;
    sandbox *box;
    pid_t self;
    int signals;     /* tells of SIGCHLD */
    sigset_t normal; /* the signal mask of workers */
    child children[MAX_WORKERS];
    size_t count;
    void *state;  /* what prepare left: the first state of each worker */
    q_err failed; /* why no worker can be made; code Q_OK when all is well */
} spawner;

/* ---- in the worker ----------------------------------------------------- */

static q_code reply_send(int sock, q_code code, const q_err *err, q_str reply)
{
    reply_head h = {.code = (int32_t)code};
    q_code rc;

    h.msg_length = code ? (uint32_t)strnlen(err->msg, sizeof err->msg - 1) : 0;
    h.length = code ? 0 : reply.n;
    rc = channel__send(sock, (q_str){(const char *)&h, sizeof h}, NULL, 0, 0, NULL);
    if (!rc && code)
        rc = channel__send(sock, (q_str){err->msg, h.msg_length}, NULL, 0, 0, NULL);
    if (!rc)
        rc = channel__send(sock, (q_str){reply.p, h.length}, NULL, 0, 0, NULL);
    return rc;
}

static const q_worker_task *task_find(const spawner *s, const char *name)
{
    for (size_t i = 0; i < s->task_count; i++)
        if (strcmp(s->tasks[i].name, name) == 0)
            return &s->tasks[i];
    return NULL;
}

/* One request: receive, run, answer. */
static q_code serve_one(const spawner *s, int sock, void **state)
{
    q_err err = {.code = Q_OK};
    q_buf reply = q_buf_init(NULL, REPLY_LIMIT);
    q_str request = {NULL, 0}, answer = {NULL, 0};
    const q_worker_task *task;
    int fds[CHANNEL_FDS];
    size_t fd_count = 0;
    char name[64] = {0}, *body = NULL;
    call_head h;
    q_code rc = channel__recv(sock, &h, sizeof h, fds, CHANNEL_FDS, &fd_count, 0, &err);

    if (!rc && (h.name_length >= sizeof name || h.fd_count != fd_count))
        rc = q_err_set(&err, Q_INTERNAL, "a request to a worker was damaged");
    if (!rc)
        rc = channel__recv(sock, name, h.name_length, NULL, 0, NULL, 0, &err);
    if (!rc) {
        body = malloc(h.length + 1);
        rc = body ? channel__recv(sock, body, h.length, NULL, 0, NULL, 0, &err) : Q_NOMEM;
    }
    if (rc)
        goto done;
    request = (q_str){body, h.length};
    task = task_find(s, name);
    if (task)
        rc = task->run(request, fds, fd_count, state, &reply, &err);
    else
        rc = q_err_set(&err, Q_INTERNAL, "workers know no task %s", name);
    if (!rc)
        rc = q_buf_finish(&reply, &answer, &err);
    rc = reply_send(sock, rc, &err, answer);
done:
    for (size_t i = 0; i < fd_count; i++)
        q_fd_close(fds[i]);
    free(body);
    q_buf_clear(&reply);
    return rc;
}

/* Close all but the standard streams and the given ones. */
static void descriptors_close(int keep_a, int keep_b)
{
    int low = keep_a < keep_b ? keep_a : keep_b, high = keep_a < keep_b ? keep_b : keep_a;

    if (low > 3)
        close_range(3, (unsigned)low - 1, 0);
    if (low >= 3 && high > low + 1)
        close_range((unsigned)low + 1, (unsigned)high - 1, 0);
    close_range((unsigned)(high < 2 ? 2 : high) + 1, ~0U, 0);
}

/* When memory runs out in the machine, a worker goes first. */
static void oom_first(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd >= 0 && q_fd_write(fd, Q_STR("1000"), NULL))
        q_log(Q_LOG_WARN, "worker", "cannot put a worker first in line for the OOM killer");
    q_fd_close(fd);
}

static _Noreturn void worker_run(const spawner *s, int sock, const sandbox_limits *limits)
{
    q_err err = {.code = Q_OK};
    void *state = s->state;
    q_code rc;

    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, &s->normal, NULL);
    oom_first();
    descriptors_close(sock, sandbox__ruleset(s->box));
    if (sandbox__limits_memory()) { /* a sanitizer's report is worth a line; noise is not */
        int null = open("/dev/null", O_WRONLY);

        if (null < 0 || dup2(null, STDERR_FILENO) < 0)
            _exit(1);
        q_fd_close(null);
    }
    rc = sandbox__enter(s->box, limits, &err);
    if (getppid() != s->self) /* it died before this process asked to die with it */
        _exit(1);
    if (rc) { /* the first call hears why */
        if (reply_send(sock, rc, &err, (q_str){NULL, 0}))
            _exit(2);
        _exit(1);
    }
    while (!rc)
        rc = serve_one(s, sock, &state);
    _exit(0);
}

/* ---- in the spawner ---------------------------------------------------- */

static void answer(int sock, q_code code, const char *msg, int pidfd)
{
    spawn_answer a = {.code = (int32_t)code};

    snprintf(a.msg, sizeof a.msg, "%.*s", (int)sizeof a.msg - 1, msg);
    if (channel__send(sock, (q_str){(const char *)&a, sizeof a}, &pidfd, pidfd >= 0, 0, NULL))
        q_log(Q_LOG_DEBUG, "worker", "a lease was given up before its worker was there");
}

static void spawn(spawner *s, const spawn_request *r, int sock, int status)
{
    sandbox_limits limits = {r->memory_bytes, r->cpu_seconds};
    q_err err = {.code = Q_OK};
    int pidfd = -1;
    pid_t pid;

    if (s->failed.code) {
        answer(sock, s->failed.code, s->failed.msg, -1);
        goto done;
    }
    if (s->count == MAX_WORKERS) {
        answer(sock, Q_BUSY, "too many workers", -1);
        goto done;
    }
    pid = fork();
    if (pid == 0)
        worker_run(s, sock, &limits);
    if (pid > 0) {
        setpgid(pid, pid); /* as the worker does: whoever comes first */
        s->children[s->count++] = (child){pid, status};
        status = -1; /* kept till the end of the worker */
        pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    }
    if (pidfd < 0) {
        q_err_errno(&err, "start worker");
        answer(sock, err.code, err.msg, -1);
        if (pid > 0)
            kill(-pid, SIGKILL);
    } else {
        answer(sock, Q_OK, "", pidfd);
    }
done:
    q_fd_close(pidfd);
    q_fd_close(sock);
    q_fd_close(status);
}

/* A process has ended: end its group before its number can be given away. */
static void bury(spawner *s, pid_t pid, const siginfo_t *info)
{
    worker_status st = {info->si_code, info->si_status};

    for (size_t i = 0; i < s->count; i++) {
        if (s->children[i].pid != pid)
            continue;
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
        if (q_fd_write(s->children[i].status, (q_str){(const char *)&st, sizeof st}, NULL))
            q_log(Q_LOG_DEBUG, "worker", "nobody asked how worker %d ended", (int)pid);
        q_fd_close(s->children[i].status);
        s->children[i] = s->children[--s->count];
        return;
    }
    waitpid(pid, NULL, 0); /* a worker's orphan */
}

static void bury_all_dead(spawner *s)
{
    siginfo_t info = {0};

    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) {
        bury(s, info.si_pid, &info);
        info.si_pid = 0;
    }
}

/* False when the server is gone. */
static bool request_take(spawner *s)
{
    int fds[2] = {-1, -1};
    size_t n = 0;
    spawn_request r;
    q_code rc = channel__recv(SERVER, &r, sizeof r, fds, 2, &n, 0, NULL);

    if (rc)
        return false;
    if (n == 2)
        spawn(s, &r, fds[0], fds[1]);
    else
        q_fd_close(fds[0]);
    return true;
}

static void serve(spawner *s)
{
    struct pollfd p[2] = {{.fd = SERVER, .events = POLLIN}, {.fd = s->signals, .events = POLLIN}};
    struct signalfd_siginfo seen;

    for (;;) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            return;
        if (p[1].revents && read(s->signals, &seen, sizeof seen) > 0)
            bury_all_dead(s);
        if (p[0].revents && !request_take(s))
            return;
    }
}

static void end_all(spawner *s)
{
    siginfo_t info = {0};

    for (size_t i = 0; i < s->count; i++)
        kill(-s->children[i].pid, SIGKILL);
    while (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0)
        bury(s, info.si_pid, &info);
}

static q_code start(spawner *s, q_err *err)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    sigset_t mask;

    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        return q_err_errno(err, "open /dev/null");
    q_fd_close(null);
    if (fcntl(SERVER, F_SETFD, FD_CLOEXEC))
        return q_err_errno(err, "descriptor %d is not the server's socket", SERVER);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1))
        return q_err_errno(err, "become sub-reaper");
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, &s->normal);
    s->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signals < 0)
        return q_err_errno(err, "watch for ended workers");
    return sandbox__new(true, &s->box, err);
}

int q_worker_main(const q_worker_task *tasks, size_t count,
                  q_code (*prepare)(void **state, q_err *err), void (*release)(void *state))
{
    spawner s = {.tasks = tasks, .task_count = count, .self = getpid(), .signals = -1};
    q_code rc = start(&s, &s.failed);

    if (!rc && prepare)
        rc = prepare(&s.state, &s.failed);
    s.failed.code = rc;
    if (s.box && sandbox__landlock(s.box) == 0)
        q_log(Q_LOG_WARN, "worker",
              "no Landlock in this kernel: workers may read any readable file, and write none");
    if (!sandbox__limits_memory())
        q_log(Q_LOG_DEBUG, "worker", "a sanitizer is built in: workers' memory is not limited");
    serve(&s);
    end_all(&s);
    if (release && s.state)
        release(s.state);
    sandbox__free(s.box);
    q_fd_close(s.signals);
    return rc != Q_OK;
}
