#include "work/worker.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/utf8.h"
#include "work/channel.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND_NS 1000000000LL

enum {
    REPLY_LIMIT = 256 << 20, /* bytes a worker may answer */
    SETTINGS = 4,
    ENVIRONMENT = 24,
    SPAWN_TRIES = 3,
    PREPARE_SECONDS = 60, /* till a fresh spawner answers */
    BURIAL_SECONDS = 5    /* till a killed worker is gone */
};

struct q_workers {
    const char *const *argv;
    size_t memory_bytes;
    unsigned cpu_seconds;
    size_t slots;

    pthread_mutex_t mu; /* held while a spawner is started or buried, never while one works */
    pthread_cond_t freed;
    size_t leased;                  /* under mu */
    bool stopped;                   /* under mu */
    pid_t spawner;                  /* under mu; 0: none */
    int sock;                       /* under mu; to the spawner, -1: none */
    unsigned generation;            /* under mu; counts spawners */
    char *environment[ENVIRONMENT]; /* of the spawner; NULL-terminated */
};

struct q_worker {
    q_workers *pool;
    int sock, pidfd;
    int status; /* pipe: how it ended, then end of file */
    bool ended;
};

/* ---- the spawner's process --------------------------------------------- */

static q_code environment_make(q_workers *w, const char *const *settings, q_err *err)
{
    /* One thread for each worker: the pages are what runs in parallel. */
    static const char *const fixed[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/nonexistent",
                                        "OMP_THREAD_LIMIT=1"};
    static const char *const inherited[] = {"TESSDATA_PREFIX", "QUERN_ISA",        "ASAN_OPTIONS",
                                            "LSAN_OPTIONS",    "UBSAN_OPTIONS",    "TSAN_OPTIONS",
                                            "QUERN_MODELS",    "QUERN_RECOGNISER", "QUERN_ISA"};
    size_t n = 0;

    for (; settings && settings[n]; n++) { /* in front: the first of a name counts */
        assert(n < SETTINGS);
        w->environment[n] = strdup(settings[n]);
        if (!w->environment[n])
            return q_err_nomem(err);
    }

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        w->environment[n] = strdup(fixed[i]);
        if (!w->environment[n++])
            return q_err_nomem(err);
    }
    for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++) {
        const char *value = getenv(inherited[i]);

        if (value && asprintf(&w->environment[n], "%s=%s", inherited[i], value) < 0) {
            w->environment[n] = NULL;
            return q_err_nomem(err);
        }
        n += value != NULL;
    }
    assert(n < ENVIRONMENT);
    return Q_OK;
}

/* Run argv with `far` as its descriptor 3 and nothing else of ours but stderr,
 * in a process group of its own (Ctrl-C is for the server). 0 or an errno.
 */
static int exec_spawner(const q_workers *w, int far, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    int e;

    sigemptyset(&none);
    sigfillset(&all);
    e = posix_spawn_file_actions_init(&files);
    if (e)
        return e;
    e = posix_spawnattr_init(&attr);
    if (e) {
        posix_spawn_file_actions_destroy(&files);
        return e;
    }
    e = posix_spawn_file_actions_adddup2(&files, far, 3);
    if (!e)
        e = posix_spawn_file_actions_addclosefrom_np(&files, 4);
    if (!e)
        e = posix_spawnattr_setsigmask(&attr, &none);
    if (!e)
        e = posix_spawnattr_setsigdefault(&attr, &all);
    if (!e)
        e = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                POSIX_SPAWN_SETSIGDEF);
    if (!e)
        e = posix_spawn(pid, w->argv[0], &files, &attr, (char *const *)w->argv, w->environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return e;
}

/* Under mu. */
static q_code spawner_start(q_workers *w, q_err *err)
{
    int pair[2], e;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return q_err_errno(err, "make the spawner's socket");
    e = exec_spawner(w, pair[1], &w->spawner);
    q_fd_close(pair[1]);
    if (e) {
        q_fd_close(pair[0]);
        w->spawner = 0;
        errno = e;
        return q_err_errno(err, "start %s", w->argv[0]);
    }
    w->sock = pair[0];
    w->generation++;
    return Q_OK;
}

/* Under mu. Closing the socket ends the spawner and its workers; one that is
 * stuck is killed.
 */
static void spawner_end(q_workers *w)
{
    int64_t patience = q_monotonic_ns() + BURIAL_SECONDS * SECOND_NS;
    struct timespec tick = {0, 1000000};

    if (!w->spawner)
        return;
    q_fd_close(w->sock);
    w->sock = -1;
    while (waitpid(w->spawner, NULL, WNOHANG) == 0) {
        if (q_monotonic_ns() > patience)
            kill(w->spawner, SIGKILL);
        nanosleep(&tick, NULL);
    }
    w->spawner = 0;
}

q_code q_workers_new(const q_workers_config *config, q_workers **out, q_err *err)
{
    q_workers *w = calloc(1, sizeof *w);
    q_code rc;

    if (!w)
        return q_err_nomem(err);
    assert(config->slots > 0);
    w->argv = config->spawner_argv;
    w->memory_bytes = config->memory_bytes;
    w->cpu_seconds = config->cpu_seconds;
    w->slots = config->slots;
    w->sock = -1;
    pthread_mutex_init(&w->mu, NULL);
    pthread_cond_init(&w->freed, NULL);
    rc = environment_make(w, config->settings, err);
    if (rc) {
        q_workers_free(w);
        return rc;
    }
    *out = w;
    return Q_OK;
}

void q_workers_stop(q_workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->mu);
    w->stopped = true;
    spawner_end(w);
    pthread_cond_broadcast(&w->freed);
    pthread_mutex_unlock(&w->mu);
}

void q_workers_free(q_workers *w)
{
    if (!w)
        return;
    spawner_end(w);
    for (size_t i = 0; i < ENVIRONMENT; i++)
        free(w->environment[i]);
    pthread_cond_destroy(&w->freed);
    pthread_mutex_destroy(&w->mu);
    free(w);
}

/* ---- leases ------------------------------------------------------------ */

static void slot_take(q_workers *w)
{
    pthread_mutex_lock(&w->mu);
    while (w->leased == w->slots && !w->stopped)
        pthread_cond_wait(&w->freed, &w->mu);
    w->leased++;
    pthread_mutex_unlock(&w->mu);
}

static bool slot_try(q_workers *w)
{
    bool free;

    pthread_mutex_lock(&w->mu);
    free = w->leased < w->slots;
    if (free)
        w->leased++;
    pthread_mutex_unlock(&w->mu);
    return free;
}

static void slot_give(q_workers *w)
{
    pthread_mutex_lock(&w->mu);
    w->leased--;
    pthread_cond_signal(&w->freed);
    pthread_mutex_unlock(&w->mu);
}

/* A descriptor of our own for the running spawner's socket. */
static q_code spawner_socket(q_workers *w, int *sock, unsigned *generation, q_err *err)
{
    q_code rc = Q_OK;

    pthread_mutex_lock(&w->mu);
    if (w->stopped)
        rc = q_err_set(err, Q_CANCELLED, "the workers were stopped");
    else if (!w->spawner)
        rc = spawner_start(w, err);
    if (!rc) {
        *sock = fcntl(w->sock, F_DUPFD_CLOEXEC, 0);
        *generation = w->generation;
        if (*sock < 0)
            rc = q_err_errno(err, "reach the spawner");
    }
    pthread_mutex_unlock(&w->mu);
    return rc;
}

static void spawner_lost(q_workers *w, unsigned generation)
{
    pthread_mutex_lock(&w->mu);
    if (w->generation == generation)
        spawner_end(w);
    pthread_mutex_unlock(&w->mu);
}

/* Ask the spawner for one worker. Q_CRASHED when the spawner is gone. */
static q_code worker_ask(q_worker *k, int spawner, q_err *err)
{
    spawn_request r = {k->pool->memory_bytes, k->pool->cpu_seconds};
    int64_t deadline = q_monotonic_ns() + PREPARE_SECONDS * SECOND_NS;
    int pair[2] = {-1, -1}, status[2] = {-1, -1};
    spawn_answer a = {.code = Q_OK};
    size_t fds = 0;
    q_code rc;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) || pipe2(status, O_CLOEXEC)) {
        rc = q_err_errno(err, "make a worker's socket");
        goto done;
    }
    rc = channel__send(spawner, (q_str){(const char *)&r, sizeof r}, (int[]){pair[1], status[1]}, 2,
                       deadline, err);
    q_fd_close(pair[1]);
    q_fd_close(status[1]);
    pair[1] = status[1] = -1; /* so that their end is seen here */
    if (!rc)
        rc = channel__recv(pair[0], &a, sizeof a, &k->pidfd, 1, &fds, deadline, err);
    if (!rc && a.code) {
        a.msg[sizeof a.msg - 1] = 0;
        rc = q_err_set(err, a.code == Q_CRASHED ? Q_IO : (q_code)a.code, "%s", a.msg);
    }
    if (!rc && !fds)
        rc = q_err_set(err, Q_INTERNAL, "the spawner sent no worker");
    if (!rc) {
        k->sock = pair[0];
        k->status = status[0];
        pair[0] = status[0] = -1;
    }
done:
    if (rc && fds)
        q_fd_close(k->pidfd);
    q_fd_close(pair[0]);
    q_fd_close(pair[1]);
    q_fd_close(status[0]);
    q_fd_close(status[1]);
    return rc;
}

/* A worker for a slot that was taken; given back on failure. */
static q_code lease(q_workers *w, q_worker **out, q_err *err)
{
    q_worker *k = calloc(1, sizeof *k);
    q_code rc = Q_CRASHED;

    if (!k) {
        slot_give(w);
        return q_err_nomem(err);
    }
    *k = (q_worker){.pool = w, .sock = -1, .pidfd = -1, .status = -1};
    for (int i = 0; i < SPAWN_TRIES && rc == Q_CRASHED; i++) {
        unsigned generation = 0;
        int sock = -1;

        rc = spawner_socket(w, &sock, &generation, err);
        if (!rc)
            rc = worker_ask(k, sock, err);
        q_fd_close(sock);
        if (rc == Q_CRASHED || rc == Q_TIMEOUT)
            spawner_lost(w, generation);
    }
    if (rc) {
        if (rc == Q_CRASHED || rc == Q_TIMEOUT)
            rc = q_err_set(err, Q_IO, "%s ends or hangs before it gives a worker", w->argv[0]);
        slot_give(w);
        free(k);
        return rc;
    }
    *out = k;
    return Q_OK;
}

size_t q_workers_leased(q_workers *w)
{
    size_t n;

    pthread_mutex_lock(&w->mu);
    n = w->leased;
    pthread_mutex_unlock(&w->mu);
    return n;
}

q_code q_worker_lease(q_workers *w, q_worker **out, q_err *err)
{
    slot_take(w);
    return lease(w, out, err);
}

q_code q_worker_try_lease(q_workers *w, q_worker **out, q_err *err)
{
    if (!slot_try(w))
        return q_err_set(err, Q_BUSY, "all %zu workers are busy", w->slots);
    return lease(w, out, err);
}

bool q_worker_alive(const q_worker *k)
{
    struct pollfd p = {.fd = k->pidfd, .events = POLLIN}; /* readable once it has ended */

    return !k->ended && poll(&p, 1, 0) == 0;
}

void q_worker_kill(const q_worker *k)
{
    /* Fails only when it has ended by itself. */
    syscall(SYS_pidfd_send_signal, k->pidfd, SIGKILL, NULL, 0);
}

static void worker_kill(q_worker *k)
{
    q_worker_kill(k);
    k->ended = true;
}

/* Wait until the worker and all its children are gone; how it ended, or false
 * when the spawner went with it.
 */
static bool worker_bury(q_worker *k, worker_status *st)
{
    struct pollfd p = {.fd = k->status, .events = POLLIN};
    int n;

    k->ended = true;
    do
        n = poll(&p, 1, BURIAL_SECONDS * 1000);
    while (n < 0 && errno == EINTR);
    return n > 0 && read(k->status, st, sizeof *st) == sizeof *st;
}

void q_worker_release(q_worker *k)
{
    worker_status st;

    if (!k)
        return;
    if (!k->ended)
        worker_kill(k);
    worker_bury(k, &st);
    q_fd_close(k->sock);
    q_fd_close(k->pidfd);
    q_fd_close(k->status);
    slot_give(k->pool);
    free(k);
}

/* ---- calls ------------------------------------------------------------- */

static q_code crashed(q_worker *k, const char *task, q_err *err)
{
    worker_status st;

    worker_kill(k);
    if (!worker_bury(k, &st))
        return q_err_set(err, Q_CRASHED, "%s: the worker went with its spawner", task);
    if (st.code == CLD_EXITED)
        return q_err_set(err, Q_CRASHED, "%s: the worker exited with status %d", task,
                         (int)st.status);
    if (st.status == SIGXCPU)
        return q_err_set(err, Q_CRASHED, "%s: the worker used up its %u s of processor time", task,
                         k->pool->cpu_seconds);
    if (st.status == SIGSYS)
        return q_err_set(err, Q_CRASHED, "%s: the worker made a forbidden system call", task);
    return q_err_set(err, Q_CRASHED, "%s: the worker was ended by signal %d (%s)", task,
                     (int)st.status, strsignal(st.status));
}

static q_code request_send(q_worker *k, q_str task, q_str request, const int *fds, size_t fd_count,
                           int64_t deadline, q_err *err)
{
    call_head h = {(uint32_t)task.n, (uint32_t)fd_count, request.n};
    q_code rc =
        channel__send(k->sock, (q_str){(const char *)&h, sizeof h}, fds, fd_count, deadline, err);

    if (!rc)
        rc = channel__send(k->sock, task, NULL, 0, deadline, err);
    if (!rc)
        rc = channel__send(k->sock, request, NULL, 0, deadline, err);
    return rc;
}

/* What comes back may come from a process that was taken over: nothing of it
 * is believed. Q_INTERNAL when it makes no sense. *code is the task's own.
 */
static q_code reply_receive(q_worker *k, int64_t deadline, q_arena *a, q_str *reply, q_code *code,
                            q_err *err)
{
    reply_head h;
    char msg[sizeof err->msg] = {0}, *body;
    q_code rc = channel__recv(k->sock, &h, sizeof h, NULL, 0, NULL, deadline, err);

    if (rc)
        return rc;
    if (h.code < Q_OK || h.code > Q_INTERNAL || h.msg_length >= sizeof msg ||
        h.length > REPLY_LIMIT || (h.code && h.length))
        return q_err_set(err, Q_INTERNAL, "the worker answered nonsense");
    rc = channel__recv(k->sock, msg, h.msg_length, NULL, 0, NULL, deadline, err);
    if (rc)
        return rc;
    if (!q_utf8_valid((q_str){msg, h.msg_length}))
        return q_err_set(err, Q_INTERNAL, "the worker answered nonsense");
    *code = (q_code)h.code;
    if (h.code) {
        q_err_set(err, *code, "%s", msg);
        return Q_OK;
    }
    body = q_arena_alloc(a, h.length + 1);
    if (!body)
        return q_err_nomem(err);
    rc = channel__recv(k->sock, body, h.length, NULL, 0, NULL, deadline, err);
    *reply = (q_str){body, h.length};
    return rc;
}

q_code q_worker_call(q_worker *k, const char *task, q_str request, const int *fds, size_t fd_count,
                     int timeout_ms, q_arena *a, q_str *reply, q_err *err)
{
    int64_t deadline = q_monotonic_ns() + timeout_ms * 1000000LL;
    q_code rc, code = Q_OK;
    q_str got = {NULL, 0};

    assert(fd_count <= CHANNEL_FDS && timeout_ms > 0);
    if (k->ended)
        return q_err_set(err, Q_CRASHED, "%s: the worker has ended", task);
    rc = request_send(k, q_str_of(task), request, fds, fd_count, deadline, err);
    if (!rc)
        rc = reply_receive(k, deadline, a, &got, &code, err);
    if (rc == Q_CRASHED)
        return crashed(k, task, err);
    if (rc) { /* half a message may be on its way: no further use */
        worker_kill(k);
        if (rc == Q_TIMEOUT)
            return q_err_set(err, Q_TIMEOUT, "%s: not done after %d ms", task, timeout_ms);
        if (rc == Q_INTERNAL)
            return q_err_set(err, Q_CRASHED, "%s: the worker answered nonsense", task);
        return rc;
    }
    if (!code)
        *reply = got;
    return code;
}
