/* The test program is its own spawner: run with --spawner it serves these tasks. */
#include "work/worker.h"

#include "base/clock.h"
#include "base/file.h"
#include "test.h"
#include "work/sandbox.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- tasks, run in workers --------------------------------------------- */

static q_code echo(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                   q_err *err)
{
    (void)fds, (void)fd_count, (void)state, (void)err;
    q_buf_put(reply, request);
    return Q_OK;
}

static q_code refuse(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                     q_err *err)
{
    (void)fds, (void)fd_count, (void)state, (void)reply;
    return q_err_set(err, Q_DENIED, "no %.*s today", Q_ARG(request));
}

static q_code count(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                    q_err *err)
{
    int *n = *state;

    (void)request, (void)fds, (void)fd_count, (void)err;
    q_buf_printf(reply, "%d", (*n)++);
    return Q_OK;
}

static q_code read_fd(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                      q_err *err)
{
    char text[64];
    ssize_t n = fd_count == 1 ? pread(fds[0], text, sizeof text, 0) : -1;

    (void)request, (void)state;
    if (n < 0)
        return q_err_set(err, Q_INVALID, "%zu descriptors", fd_count);
    q_buf_put(reply, (q_str){text, (size_t)n});
    return Q_OK;
}

static q_code crash(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                    q_err *err)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    volatile int *nowhere = NULL;

    (void)request, (void)fds, (void)fd_count, (void)state, (void)reply, (void)err;
    sigaction(SIGSEGV, &plain, NULL);
    __asm__ volatile("" : "+r"(nowhere));
    if (mmap((void *)0x10000, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        return Q_INTERNAL;
    nowhere = (int *)0x10000;
    return *nowhere ? Q_OK : Q_INVALID;
}

static q_code spin(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                   q_err *err)
{
    (void)request, (void)fds, (void)fd_count, (void)state, (void)reply, (void)err;
    for (volatile unsigned i = 0; i <= UINT_MAX; i++)
        ;
    return Q_OK;
}

static q_code eat(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                  q_err *err)
{
    const size_t piece = 64 << 20;

    (void)request, (void)fds, (void)fd_count, (void)state;
    for (int i = 0; i < 64; i++) {
        char *p = mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (p == MAP_FAILED) {
            q_buf_printf(reply, "%d", i);
            return Q_OK;
        }
    }
    return q_err_set(err, Q_LIMIT, "4 GiB and no end");
}

static int try_open(const char *path, int flags)
{
    int fd = open(path, flags, 0600);

    q_fd_close(fd);
    return fd < 0 ? errno : 0;
}

/* Does what its request names; answers the errno, 0 when it worked. */
static q_code try(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                  q_err *err)
{
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    char path[256];
    int e = 0;

    (void)fds, (void)fd_count, (void)state, (void)err;
    if (q_str_is(request, "socket"))
        e = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
    else if (q_str_is(request, "local-socket"))
        e = socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
    else if (q_str_is(request, "kill-parent"))
        e = kill(getppid(), SIGTERM) < 0 ? errno : 0;
    else if (q_str_is(request, "session"))
        e = setsid() < 0 ? errno : 0;
    else if (q_str_is(request, "root"))
        e = setuid(0) < 0 ? errno : 0;
    else if (q_str_is(request, "limit"))
        e = setrlimit(RLIMIT_CPU, &more) < 0 ? errno : 0;
    else if (q_str_is(request, "ptrace"))
        e = ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0;
    else if (q_str_starts(request, Q_STR("read "))) {
        snprintf(path, sizeof path, "%.*s", Q_ARG(q_str_sub(request, 5, 200)));
        e = try_open(path, O_RDONLY);
    } else if (q_str_starts(request, Q_STR("write "))) {
        snprintf(path, sizeof path, "%.*s", Q_ARG(q_str_sub(request, 6, 200)));
        e = try_open(path, O_WRONLY | O_CREAT);
    }
    q_buf_printf(reply, "%d", e);
    return Q_OK;
}

/* A child that outlives its parent's patience; answers its number. */
static q_code child(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                    q_err *err)
{
    pid_t pid = fork();

    (void)fds, (void)fd_count, (void)state;
    if (pid < 0)
        return q_err_errno(err, "fork");
    if (pid == 0) {
        if (q_str_is(request, "orphan") && fork() > 0)
            _exit(0);
        for (;;)
            pause();
    }
    q_buf_printf(reply, "%d", (int)pid);
    return Q_OK;
}

/* Runs a real program on bytes in memory, its output through a pipe. */
static q_code run_program(q_str request, const int *fds, size_t fd_count, void **state,
                          q_buf *reply, q_err *err)
{
    int out[2], status = 0, in = -1;
    char text[256];
    q_code rc = q_fd_of_bytes("in", request, &in, err);
    pid_t pid;
    ssize_t n;

    (void)fds, (void)fd_count, (void)state;
    if (rc)
        return rc;
    if (pipe2(out, O_CLOEXEC))
        return q_err_errno(err, "pipe");
    pid = fork();
    if (pid == 0) {
        dup2(in, 0);
        dup2(out[1], 1);
        execl("/usr/bin/tr", "tr", "a-z", "A-Z", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    while ((n = read(out[0], text, sizeof text)) > 0)
        q_buf_put(reply, (q_str){text, (size_t)n});
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        return q_err_set(err, Q_INTERNAL, "status %d", status);
    return Q_OK;
}

/* Answers with bytes that are no reply. */
static q_code lie(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                  q_err *err)
{
    static const char nonsense[] = "\xff\xff\xff\xff nonsense that is no head";

    (void)request, (void)fds, (void)fd_count, (void)state, (void)reply, (void)err;
    for (int fd = 3; fd < 16; fd++)
        send(fd, nonsense, sizeof nonsense, 0);
    return Q_OK;
}

static const q_worker_task tasks[] = {
    {"echo", echo},   {"refuse", refuse},   {"count", count}, {"read", read_fd},
    {"crash", crash}, {"spin", spin},       {"eat", eat},     {"try", try},
    {"child", child}, {"run", run_program}, {"lie", lie},
};

static q_code prepare(void **state, q_err *err)
{
    static int first = 40;

    if (getenv("TESSDATA_PREFIX") && strcmp(getenv("TESSDATA_PREFIX"), "broken") == 0)
        return q_err_set(err, Q_NOTFOUND, "no models here");
    *state = &first;
    return Q_OK;
}

/* ---- the server's side ------------------------------------------------- */

static const char *const spawner_argv[] = {"/proc/self/exe", "--spawner", NULL};

static q_workers *workers_start(size_t slots)
{
    q_workers_config config = {spawner_argv, slots, (size_t)1 << 30, 2};
    q_workers *w = NULL;
    q_err err = {.code = Q_OK};

    if (q_workers_new(&config, &w, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return w;
}

static q_worker *lease(q_workers *w)
{
    q_worker *k = NULL;
    q_err err = {.code = Q_OK};

    if (q_worker_lease(w, &k, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return k;
}

static q_code ask(q_worker *k, const char *task, const char *request, q_str *reply, q_err *err)
{
    return q_worker_call(k, task, q_str_of(request), NULL, 0, 5000, q_test_arena(), reply, err);
}

/* A fresh lease answers. */
static void check_works(q_workers *w)
{
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err = {.code = Q_OK};

    CHECK_EQ(ask(k, "echo", "still here", &reply, &err), Q_OK);
    CHECK_STREQ(reply, "still here");
    q_worker_release(k);
}

static int descriptors_open(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static int tried(q_worker *k, const char *what)
{
    q_str reply = {NULL, 0};
    q_err err = {.code = Q_OK};
    int64_t e = -1;

    if (ask(k, "try", what, &reply, &err))
        q_test_fail(__FILE__, __LINE__, "%s: %s", what, err.msg);
    CHECK(q_str_i64(reply, &e));
    return (int)e;
}

TEST(worker_answers_and_keeps_state_for_one_lease)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;

    CHECK_EQ(ask(k, "count", "", &reply, &err), Q_OK);
    CHECK_STREQ(reply, "40");
    CHECK_EQ(ask(k, "count", "", &reply, &err), Q_OK);
    CHECK_STREQ(reply, "41");
    q_worker_release(k);
    k = lease(w);
    CHECK_EQ(ask(k, "count", "", &reply, &err), Q_OK);
    CHECK_STREQ(reply, "40");
    q_worker_release(k);
    q_workers_free(w);
}

TEST(worker_carries_megabytes_both_ways)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    size_t n = 24 << 20;
    char *big = q_arena_alloc(q_test_arena(), n);
    q_str reply = {NULL, 0};
    q_err err;

    memset(big, 'q', n);
    CHECK_EQ(
        q_worker_call(k, "echo", (q_str){big, n}, NULL, 0, 20000, q_test_arena(), &reply, &err),
        Q_OK);
    CHECK(q_str_eq(reply, (q_str){big, n}));
    q_worker_release(k);
    q_workers_free(w);
}

TEST(worker_passes_a_tasks_error_on_and_lives)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;

    CHECK_EQ(ask(k, "refuse", "bread", &reply, &err), Q_DENIED);
    CHECK_STR(err.msg, "no bread today");
    CHECK_EQ(ask(k, "unheard of", "", &reply, &err), Q_INTERNAL);
    CHECK_EQ(ask(k, "echo", "yes", &reply, &err), Q_OK);
    q_worker_release(k);
    q_workers_free(w);
}

TEST(worker_reads_the_descriptor_it_is_lent)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;
    int fd = -1;

    CHECK_EQ(q_fd_of_bytes("lent", Q_STR("from outside"), &fd, &err), Q_OK);
    CHECK_EQ(q_worker_call(k, "read", Q_STR(""), &fd, 1, 5000, q_test_arena(), &reply, &err), Q_OK);
    CHECK_STREQ(reply, "from outside");
    close(fd);
    q_worker_release(k);
    q_workers_free(w);
}

TEST(worker_crash_costs_one_call)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;

    CHECK_EQ(ask(k, "crash", "", &reply, &err), Q_CRASHED);
    CHECK_STR(err.msg, "crash: the worker was ended by signal 11 (Segmentation fault)");
    CHECK_EQ(ask(k, "echo", "", &reply, &err), Q_CRASHED);
    q_worker_release(k);
    check_works(w);
    q_workers_free(w);
}

TEST(worker_shows_when_its_process_has_ended)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;

    CHECK(q_worker_alive(k));
    CHECK_EQ(ask(k, "echo", "", &reply, &err), Q_OK);
    CHECK(q_worker_alive(k));
    CHECK_EQ(ask(k, "crash", "", &reply, &err), Q_CRASHED);
    CHECK(!q_worker_alive(k));
    q_worker_release(k);
    q_workers_free(w);
}

TEST(worker_is_ended_at_the_time_limit)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    int64_t start = q_monotonic_ns();
    q_str reply = {NULL, 0};
    q_err err;

    CHECK_EQ(q_worker_call(k, "spin", Q_STR(""), NULL, 0, 100, q_test_arena(), &reply, &err),
             Q_TIMEOUT);
    CHECK_STR(err.msg, "spin: not done after 100 ms");
    CHECK(q_monotonic_ns() - start < 1500000000LL);
    q_worker_release(k);
    check_works(w);
    q_workers_free(w);
}

/* Spins until it is killed. */
static void *spin_call(void *arg)
{
    q_arena *a = q_arena_new(1 << 16);
    q_str reply;

    CHECK_EQ(q_worker_call(arg, "spin", Q_STR(""), NULL, 0, 60000, a, &reply, NULL), Q_CRASHED);
    q_arena_free(a);
    return NULL;
}

TEST(worker_is_ended_by_another_thread)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    int64_t start = q_monotonic_ns();
    pthread_t caller;

    CHECK_EQ(pthread_create(&caller, NULL, spin_call, k), 0);
    q_worker_kill(k);
    pthread_join(caller, NULL);
    CHECK(q_monotonic_ns() - start < 30000000000LL);
    CHECK(!q_worker_alive(k));
    q_worker_release(k);
    check_works(w);
    q_workers_free(w);
}

TEST(worker_is_ended_when_its_processor_time_is_spent)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;

    CHECK_EQ(q_worker_call(k, "spin", Q_STR(""), NULL, 0, 30000, q_test_arena(), &reply, &err),
             Q_CRASHED);
    CHECK_STR(err.msg, "spin: the worker used up its 2 s of processor time");
    q_worker_release(k);
    check_works(w);
    q_workers_free(w);
}

TEST(worker_has_no_more_memory_than_it_was_given)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    uint64_t pieces = 0;
    q_err err;

    if (sandbox__limits_memory()) {
        CHECK_EQ(ask(k, "eat", "", &reply, &err), Q_OK);
        CHECK(q_str_u64(reply, &pieces));
        CHECK(pieces < 16);
    }
    q_worker_release(k);
    check_works(w);
    q_workers_free(w);
}

TEST(worker_may_not_reach_out)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    const char *secret = q_str_printf(q_test_arena(), "%s/secret", q_test_dir()).p;
    const char *there = q_str_printf(q_test_arena(), "read %s", secret).p;
    const char *new = q_str_printf(q_test_arena(), "write %s.new", secret).p;
    q_err err;

    CHECK_EQ(q_file_replace(secret, Q_STR("s"), 0644, &err), Q_OK);
    CHECK_EQ(tried(k, "socket"), EPERM);
    CHECK_EQ(tried(k, "local-socket"), EPERM);
    CHECK_EQ(tried(k, "kill-parent"), EPERM);
    CHECK_EQ(tried(k, "session"), EPERM);
    CHECK_EQ(tried(k, "root"), EPERM);
    CHECK_EQ(tried(k, "limit"), EPERM);
    CHECK_EQ(tried(k, there), EACCES);
    CHECK_EQ(tried(k, "read /etc/passwd"), EACCES);
    CHECK_EQ(tried(k, new), EACCES);
    CHECK_EQ(tried(k, "write /tmp/from-a-worker"), EACCES);
    CHECK_EQ(tried(k, "read /usr/share"), 0);
    CHECK_EQ(tried(k, "write /dev/null"), 0);
    q_worker_release(k);
    q_workers_free(w);
}

TEST(worker_that_traces_is_killed)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;

    CHECK_EQ(ask(k, "try", "ptrace", &reply, &err), Q_CRASHED);
    CHECK_STR(err.msg, "try: the worker made a forbidden system call");
    q_worker_release(k);
    check_works(w);
    q_workers_free(w);
}

TEST(worker_runs_system_programs)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err = {.code = Q_OK};

    if (ask(k, "run", "grain", &reply, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    CHECK_STREQ(reply, "GRAIN");
    q_worker_release(k);
    q_workers_free(w);
}

TEST(worker_that_lies_is_dropped)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;

    CHECK_EQ(ask(k, "lie", "", &reply, &err), Q_CRASHED);
    CHECK_STR(err.msg, "lie: the worker answered nonsense");
    q_worker_release(k);
    check_works(w);
    q_workers_free(w);
}

TEST(worker_takes_its_children_along)
{
    static const char *const kinds[] = {"child", "orphan"};
    q_workers *w = workers_start(1);

    for (int i = 0; i < 2; i++) {
        q_worker *k = lease(w);
        q_str reply = {NULL, 0};
        int64_t pid = 0;
        q_err err;

        CHECK_EQ(ask(k, "child", kinds[i], &reply, &err), Q_OK);
        CHECK(q_str_i64(reply, &pid));
        q_worker_release(k);
        for (int tries = 0; kill((pid_t)pid, 0) == 0 && tries < 500; tries++)
            nanosleep(&(struct timespec){0, 2000000}, NULL);
        CHECK_EQ(kill((pid_t)pid, 0), -1); /* reaped too */
    }
    q_workers_free(w);
}

/* The one child of this process is the spawner. */
static pid_t spawner_pid(void)
{
    const char *path = q_str_printf(q_test_arena(), "/proc/self/task/%d/children", (int)getpid()).p;
    q_str text = {NULL, 0};
    int64_t pid = 0;

    CHECK_EQ(q_file_read(q_test_arena(), path, 1000, &text, NULL), Q_OK);
    CHECK(q_str_i64(q_str_trim(text), &pid));
    return (pid_t)pid;
}

TEST(worker_spawner_is_started_again_when_it_dies)
{
    q_workers *w = workers_start(2);
    q_worker *k = lease(w);
    q_str reply = {NULL, 0};
    q_err err;

    CHECK_EQ(kill(spawner_pid(), SIGKILL), 0);
    check_works(w);
    CHECK_EQ(ask(k, "echo", "", &reply, &err), Q_CRASHED); /* went with its spawner */
    q_worker_release(k);
    check_works(w);
    q_workers_free(w);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
    CHECK_EQ(errno, ECHILD);
}

TEST(worker_lease_says_why_there_is_none)
{
    static const char *const ends[] = {"/bin/true", NULL};
    static const char *const missing[] = {"/nonexistent/quern", NULL};
    q_workers_config config = {ends, 1, 1 << 30, 2};
    q_workers *w = NULL;
    q_worker *k = NULL;
    q_err err;

    CHECK_EQ(q_workers_new(&config, &w, &err), Q_OK);
    CHECK_EQ(q_worker_lease(w, &k, &err), Q_IO);
    CHECK_STR(err.msg, "/bin/true ends or hangs before it gives a worker");
    q_workers_free(w);
    config.spawner_argv = missing;
    CHECK_EQ(q_workers_new(&config, &w, &err), Q_OK);
    CHECK_EQ(q_worker_lease(w, &k, &err), Q_NOTFOUND);
    q_workers_free(w);
    setenv("TESSDATA_PREFIX", "broken", 1);
    w = workers_start(1);
    unsetenv("TESSDATA_PREFIX");
    CHECK_EQ(q_worker_lease(w, &k, &err), Q_NOTFOUND);
    CHECK_STR(err.msg, "no models here");
    q_workers_free(w);
}

static void *many(void *arg)
{
    q_workers *w = arg;
    q_arena *a = q_arena_new(1 << 20);
    size_t good = 0;

    for (int i = 0; i < 25; i++) {
        q_worker *k = NULL;
        q_str reply = {NULL, 0};
        q_code rc, want = Q_OK;

        if (q_worker_lease(w, &k, NULL))
            break;
        if (i % 5 == 4) {
            rc = q_worker_call(k, "crash", Q_STR(""), NULL, 0, 5000, a, &reply, NULL);
            want = Q_CRASHED;
        } else {
            rc = q_worker_call(k, "echo", Q_STR("x"), NULL, 0, 5000, a, &reply, NULL);
        }
        good += rc == want;
        q_worker_release(k);
    }
    q_arena_free(a);
    return (void *)(uintptr_t)good;
}

TEST(worker_try_lease_does_not_wait)
{
    q_workers *w = workers_start(1);
    q_worker *k = lease(w), *second = NULL;
    q_err err;

    CHECK_EQ(q_worker_try_lease(w, &second, &err), Q_BUSY);
    CHECK_STR(err.msg, "all 1 workers are busy");
    q_worker_release(k);
    CHECK_EQ(q_worker_try_lease(w, &second, &err), Q_OK);
    q_worker_release(second);
    q_workers_free(w);
}

TEST(worker_leases_from_many_threads_leave_nothing_behind)
{
    int before = descriptors_open();
    q_workers *w = workers_start(2);
    pthread_t threads[6];

    for (int i = 0; i < 6; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, many, w), 0);
    for (int i = 0; i < 6; i++) {
        void *good = NULL;

        pthread_join(threads[i], &good);
        CHECK_EQ((uintptr_t)good, 25);
    }
    q_workers_free(w);
    CHECK_EQ(descriptors_open(), before);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--spawner") == 0)
        return q_worker_main(tasks, sizeof tasks / sizeof *tasks, prepare, NULL);
    return q_test_main("work/worker", argc, argv);
}
