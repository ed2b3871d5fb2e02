/* Run with --runner FOLDER the test program is a server that takes a job and
 * never finishes it.
 */
#include "work/job.h"

#include "base/clock.h"
#include "base/log.h"
#include "test.h"
#include "work/lease.h"

#include <ctype.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nap(void)
{
    nanosleep(&(struct timespec){0, 2000000}, NULL);
}

static q_code upper(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    atomic_int *runs = ctx;
    char *p = q_str_cstr(a, request);

    (void)id, (void)err;
    for (char *c = p; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    *result = q_str_of(p);
    atomic_fetch_add(runs, 1);
    return Q_OK;
}

static q_code fails(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    (void)ctx, (void)id, (void)a, (void)result;
    return q_err_set(err, Q_UNSUPPORTED, "cannot %.*s", Q_ARG(request));
}

static q_code hangs(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    int fd = *(int *)ctx;

    (void)id, (void)request, (void)a, (void)result, (void)err;
    if (write(fd, "x", 1) == 1)
        for (;;)
            pause();
    return Q_IO;
}

static q_catalog *catalog_open(const char *dir)
{
    q_catalog *c = NULL;
    q_err err = {.code = Q_OK};

    if (q_catalog_open(dir, &c, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return c;
}

static q_jobs *jobs_make(q_catalog *c, atomic_int *runs)
{
    q_jobs *j = NULL;

    CHECK_EQ(q_jobs_new(c, 2, &j, NULL), Q_OK);
    CHECK_EQ(q_jobs_register(j, "upper", upper, runs, NULL), Q_OK);
    CHECK_EQ(q_jobs_register(j, "fails", fails, NULL, NULL), Q_OK);
    return j;
}

static q_job wait_ended(q_jobs *j, const char *kind, const char *id)
{
    q_job job = {.state = Q_JOB_QUEUED};
    q_err err = {.code = Q_OK};

    for (int i = 0; i < 10000 && job.state < Q_JOB_SUCCEEDED; i++) {
        if (q_job_get(j, kind, q_str_of(id), q_test_arena(), &job, &err))
            q_test_fail(__FILE__, __LINE__, "%s", err.msg);
        nap();
    }
    return job;
}

TEST(job_runs_and_keeps_its_result)
{
    q_catalog *c = catalog_open(q_test_dir());
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    int64_t start;
    char id[65];
    q_job job;

    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    start = q_monotonic_ns();
    CHECK_EQ(q_job_submit(j, "upper", Q_STR("flour"), Q_STR(""), id, NULL), Q_OK);
    CHECK_EQ(strlen(id), 64);
    job = wait_ended(j, "upper", id);
    CHECK(q_monotonic_ns() - start < 900000000); /* woken, not found by the clock */
    CHECK_EQ(job.state, Q_JOB_SUCCEEDED);
    CHECK_STREQ(job.result, "FLOUR");
    CHECK_STREQ(job.request, "flour");
    CHECK(job.ended_ms >= job.created_ms);
    q_jobs_free(j);
    q_catalog_close(c);
}

/* Has another job done and gives its result as its own. */
static q_code asks(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_jobs *j = *(q_jobs **)ctx;
    q_job job = {.state = Q_JOB_QUEUED};
    char other[65];
    q_code rc = q_job_submit(j, "upper", request, Q_STR(""), other, err);

    (void)id;
    for (int i = 0; !rc && i < 5000 && job.state < Q_JOB_SUCCEEDED; i++) {
        nap();
        rc = q_job_get(j, "upper", q_str_of(other), a, &job, err);
    }
    if (!rc && job.state != Q_JOB_SUCCEEDED)
        rc = q_err_set(err, Q_TIMEOUT, "nobody runs the other job");
    *result = job.result;
    return rc;
}

TEST(job_may_wait_for_one_of_another_kind)
{
    q_catalog *c = catalog_open(q_test_dir());
    atomic_int runs = 0;
    q_jobs *j = NULL;
    char id[65];

    CHECK_EQ(q_jobs_new(c, 1, &j, NULL), Q_OK);
    CHECK_EQ(q_jobs_register(j, "asks", asks, &j, NULL), Q_OK);
    CHECK_EQ(q_jobs_register(j, "upper", upper, &runs, NULL), Q_OK);
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_EQ(q_job_submit(j, "asks", Q_STR("grain"), Q_STR(""), id, NULL), Q_OK);
    CHECK_STREQ(wait_ended(j, "asks", id).result, "GRAIN");
    q_jobs_free(j);
    q_catalog_close(c);
}

TEST(job_that_fails_keeps_its_reason)
{
    q_catalog *c = catalog_open(q_test_dir());
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    char id[65];
    q_job job;

    q_log_set_level(Q_LOG_OFF);
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_EQ(q_job_submit(j, "fails", Q_STR("fly"), Q_STR(""), id, NULL), Q_OK);
    job = wait_ended(j, "fails", id);
    CHECK_EQ(job.state, Q_JOB_FAILED);
    CHECK_EQ(job.error_code, Q_UNSUPPORTED);
    CHECK_STREQ(job.error, "cannot fly");
    q_jobs_free(j);
    q_catalog_close(c);
    q_log_set_level(Q_LOG_INFO);
}

TEST(job_token_makes_submission_idempotent)
{
    q_catalog *c = catalog_open(q_test_dir());
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    char first[65], again[65], other[65];
    q_err err;

    CHECK_EQ(q_job_submit(j, "upper", Q_STR("a"), Q_STR("t"), first, NULL), Q_OK);
    CHECK_EQ(q_job_submit(j, "upper", Q_STR("a"), Q_STR("t"), again, NULL), Q_OK);
    CHECK_STR(again, first);
    CHECK_EQ(q_job_submit(j, "fails", Q_STR("a"), Q_STR("t"), other, NULL), Q_OK);
    CHECK(strcmp(other, first) != 0);
    CHECK_EQ(q_job_submit(j, "upper", Q_STR("b"), Q_STR("t"), again, &err), Q_EXISTS);
    CHECK_STR(err.msg, "the token was used before, with another request");
    q_jobs_free(j);
    q_catalog_close(c);
}

TEST(job_of_another_kind_or_id_is_not_found)
{
    q_catalog *c = catalog_open(q_test_dir());
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    char id[65];
    q_job job;

    CHECK_EQ(q_job_submit(j, "upper", Q_STR("a"), Q_STR(""), id, NULL), Q_OK);
    CHECK_EQ(q_job_get(j, "fails", q_str_of(id), q_test_arena(), &job, NULL), Q_NOTFOUND);
    CHECK_EQ(q_job_get(j, "upper", Q_STR("no"), q_test_arena(), &job, NULL), Q_NOTFOUND);
    q_jobs_free(j);
    q_catalog_close(c);
}

TEST(job_waits_for_the_next_start)
{
    const char *dir = q_test_dir();
    q_catalog *c = catalog_open(dir);
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    char id[65];

    CHECK_EQ(q_job_submit(j, "upper", Q_STR("later"), Q_STR(""), id, NULL), Q_OK);
    q_jobs_free(j);
    q_catalog_close(c);
    CHECK_EQ(runs, 0);
    c = catalog_open(dir);
    j = jobs_make(c, &runs);
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_STREQ(wait_ended(j, "upper", id).result, "LATER");
    q_jobs_free(j);
    q_catalog_close(c);
}

TEST(job_queue_is_shared_and_each_runs_once)
{
    const char *dir = q_test_dir();
    q_catalog *c[2] = {catalog_open(dir), catalog_open(dir)};
    atomic_int runs = 0;
    q_jobs *j[2] = {jobs_make(c[0], &runs), jobs_make(c[1], &runs)};
    char ids[40][65];

    CHECK_EQ(q_jobs_start(j[0], NULL), Q_OK);
    CHECK_EQ(q_jobs_start(j[1], NULL), Q_OK);
    for (int i = 0; i < 40; i++)
        CHECK_EQ(q_job_submit(j[i % 2], "upper", Q_STR("x"), Q_STR(""), ids[i], NULL), Q_OK);
    for (int i = 0; i < 40; i++)
        CHECK_EQ(wait_ended(j[0], "upper", ids[i]).state, Q_JOB_SUCCEEDED);
    CHECK_EQ(runs, 40);
    for (int i = 0; i < 2; i++) {
        q_jobs_free(j[i]);
        q_catalog_close(c[i]);
    }
}

/* A process that takes the job in `dir` and is killed in the middle of it. */
static void run_and_be_killed(const char *dir)
{
    int ready[2], status;
    char c, fd[12];
    pid_t pid;

    CHECK_EQ(pipe(ready), 0);
    snprintf(fd, sizeof fd, "%d", ready[1]);
    pid = fork();
    if (pid == 0) {
        execl("/proc/self/exe", "job", "--runner", dir, fd, (char *)NULL);
        _exit(1);
    }
    close(ready[1]);
    CHECK_EQ(read(ready[0], &c, 1), 1);
    close(ready[0]);
    kill(pid, SIGKILL);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
}

static int runner_main(const char *dir, const char *fd_text)
{
    q_catalog *c = NULL;
    q_jobs *j = NULL;
    int64_t fd64 = 0;
    int fd;

    if (!q_str_i64(q_str_of(fd_text), &fd64))
        return 1;
    fd = (int)fd64;
    if (q_catalog_open(dir, &c, NULL) || q_jobs_new(c, 1, &j, NULL) ||
        q_jobs_register(j, "upper", hangs, &fd, NULL) || q_jobs_start(j, NULL))
        return 1;
    for (;;)
        pause();
}

TEST(job_is_taken_up_after_a_kill)
{
    const char *dir = q_test_dir();
    q_catalog *c = catalog_open(dir);
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    int64_t start;
    char id[65];

    CHECK_EQ(q_job_submit(j, "upper", Q_STR("again"), Q_STR(""), id, NULL), Q_OK);
    run_and_be_killed(dir);
    start = q_monotonic_ns();
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_STREQ(wait_ended(j, "upper", id).result, "AGAIN");
    CHECK(q_monotonic_ns() - start < 5000000000LL); /* not only when the lease ran out */
    CHECK_EQ(runs, 1);
    q_jobs_free(j);
    q_catalog_close(c);
}

TEST(job_that_ends_its_process_three_times_fails)
{
    const char *dir = q_test_dir();
    q_catalog *c = catalog_open(dir);
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    char id[65];
    q_job job;

    CHECK_EQ(q_job_submit(j, "upper", Q_STR("x"), Q_STR(""), id, NULL), Q_OK);
    for (int i = 0; i < 3; i++)
        run_and_be_killed(dir);
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    job = wait_ended(j, "upper", id);
    CHECK_EQ(job.state, Q_JOB_FAILED);
    CHECK_EQ(job.error_code, Q_CRASHED);
    CHECK_STREQ(job.error, "the process that ran it ended before the job did, 3 times");
    CHECK_EQ(runs, 0);
    q_jobs_free(j);
    q_catalog_close(c);
}

TEST(job_whose_lease_was_lost_leaves_no_result)
{
    q_catalog *c = catalog_open(q_test_dir());
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    q_arena *a = q_test_arena();
    bool found = false, kept = true;
    q_job mine, theirs, seen;
    char id[65];

    CHECK_EQ(q_job_submit(j, "upper", Q_STR("x"), Q_STR(""), id, NULL), Q_OK);
    CHECK_EQ(lease__take(c, "upper", Q_STR("me"), 1000, a, &found, &mine, NULL), Q_OK);
    CHECK(found);
    CHECK_EQ(lease__take(c, "upper", Q_STR("them"), 1001, a, &found, &theirs, NULL), Q_OK);
    CHECK(!found);
    CHECK_EQ(lease__take(c, "upper", Q_STR("them"), 1001 + LEASE_MS, a, &found, &theirs, NULL),
             Q_OK);
    CHECK(found);
    mine.state = theirs.state = Q_JOB_SUCCEEDED;
    mine.result = Q_STR("mine");
    theirs.result = Q_STR("theirs");
    CHECK_EQ(lease__finish(c, Q_STR("me"), &mine, &kept, NULL), Q_OK);
    CHECK(!kept);
    CHECK_EQ(lease__finish(c, Q_STR("them"), &theirs, &kept, NULL), Q_OK);
    CHECK(kept);
    CHECK_EQ(q_job_get(j, "upper", q_str_of(id), a, &seen, NULL), Q_OK);
    CHECK_STREQ(seen.result, "theirs");
    q_jobs_free(j);
    q_catalog_close(c);
}

/* Fails once the jobs are stopping. */
static q_code interrupted(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    atomic_int *stage = ctx;

    (void)id, (void)request, (void)a, (void)result;
    if (atomic_fetch_add(stage, 1) == 0)
        while (atomic_load(stage) < 2)
            nap();
    return q_err_set(err, Q_IO, "connection refused");
}

TEST(job_that_a_stop_interrupts_waits_for_the_next_start)
{
    q_catalog *c = catalog_open(q_test_dir());
    atomic_int stage = 0;
    q_jobs *j = NULL;
    char id[65];
    q_job job;

    q_log_set_level(Q_LOG_OFF);
    CHECK_EQ(q_jobs_new(c, 1, &j, NULL), Q_OK);
    CHECK_EQ(q_jobs_register(j, "upper", interrupted, &stage, NULL), Q_OK);
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_EQ(q_job_submit(j, "upper", Q_STR("x"), Q_STR(""), id, NULL), Q_OK);
    while (atomic_load(&stage) == 0)
        nap();
    q_jobs_stop(j);
    atomic_store(&stage, 2);
    q_jobs_free(j);
    j = jobs_make(c, &stage);
    CHECK_EQ(q_job_get(j, "upper", q_str_of(id), q_test_arena(), &job, NULL), Q_OK);
    CHECK_EQ(job.state, Q_JOB_QUEUED);
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_STREQ(wait_ended(j, "upper", id).result, "X");
    q_jobs_free(j);
    q_catalog_close(c);
    q_log_set_level(Q_LOG_INFO);
}

TEST(job_rows_are_forgotten_after_a_week)
{
    q_catalog *c = catalog_open(q_test_dir());
    atomic_int runs = 0;
    q_jobs *j = jobs_make(c, &runs);
    char id[65];
    q_job job;

    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_EQ(q_job_submit(j, "upper", Q_STR("x"), Q_STR(""), id, NULL), Q_OK);
    job = wait_ended(j, "upper", id);
    CHECK_EQ(lease__forget(c, job.ended_ms + LEASE_KEEP_MS, NULL), Q_OK);
    CHECK_EQ(q_job_get(j, "upper", q_str_of(id), q_test_arena(), &job, NULL), Q_OK);
    CHECK_EQ(lease__forget(c, job.ended_ms + LEASE_KEEP_MS + 1, NULL), Q_OK);
    CHECK_EQ(q_job_get(j, "upper", q_str_of(id), q_test_arena(), &job, NULL), Q_NOTFOUND);
    q_jobs_free(j);
    q_catalog_close(c);
}

typedef struct end_log {
    atomic_int ends, failed_jobs;
} end_log;

static q_code upper_or_bad(void *ctx, q_str id, q_str request, q_arena *a, q_str *result,
                           q_err *err)
{
    atomic_int runs = 0;

    (void)ctx;
    return q_str_is(request, "bad") ? q_err_set(err, Q_UNSUPPORTED, "bad")
                                    : upper(&runs, id, request, a, result, err);
}

static q_code on_end(void *ctx, const q_job *job, q_err *err)
{
    end_log *log = ctx;

    (void)err;
    atomic_fetch_add(&log->ends, 1);
    atomic_fetch_add(&log->failed_jobs, job->state == Q_JOB_FAILED);
    return Q_OK;
}

TEST(job_tells_of_its_end_with_the_outcome)
{
    q_catalog *c = catalog_open(q_test_dir());
    end_log log = {0};
    char good[65], bad[65];
    q_jobs *j = NULL;

    q_log_set_level(Q_LOG_OFF);
    CHECK_EQ(q_jobs_new(c, 2, &j, NULL), Q_OK);
    CHECK_EQ(q_jobs_register(j, "told", upper_or_bad, &log, NULL), Q_OK);
    q_jobs_on_end(j, "told", on_end);
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_EQ(q_job_submit(j, "told", Q_STR("good"), Q_STR(""), good, NULL), Q_OK);
    CHECK_EQ(q_job_submit(j, "told", Q_STR("bad"), Q_STR(""), bad, NULL), Q_OK);
    CHECK_EQ(wait_ended(j, "told", good).state, Q_JOB_SUCCEEDED);
    CHECK_EQ(wait_ended(j, "told", bad).state, Q_JOB_FAILED);
    CHECK_EQ(atomic_load(&log.ends), 2);
    CHECK_EQ(atomic_load(&log.failed_jobs), 1);
    q_jobs_free(j);
    q_catalog_close(c);
    q_log_set_level(Q_LOG_INFO);
}

/* A job that works until the server stops. */
static q_code patient(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_jobs **jobs = ctx;

    (void)id, (void)request, (void)a, (void)result;
    while (!q_jobs_stopping(*jobs))
        nap();
    return q_err_set(err, Q_CANCELLED, "the server stops");
}

TEST(job_that_is_cancelled_waits_for_the_next_start)
{
    q_catalog *c = catalog_open(q_test_dir());
    char id[65];
    q_jobs *j = NULL;
    q_job job = {.state = Q_JOB_QUEUED};

    q_log_set_level(Q_LOG_OFF);
    CHECK_EQ(q_jobs_new(c, 1, &j, NULL), Q_OK);
    CHECK_EQ(q_jobs_register(j, "patient", patient, &j, NULL), Q_OK);
    CHECK_EQ(q_jobs_start(j, NULL), Q_OK);
    CHECK_EQ(q_job_submit(j, "patient", Q_STR("x"), Q_STR(""), id, NULL), Q_OK);
    while (job.state != Q_JOB_RUNNING) {
        nap();
        CHECK_EQ(q_job_get(j, "patient", q_str_of(id), q_test_arena(), &job, NULL), Q_OK);
    }
    q_jobs_free(j);
    CHECK_EQ(q_jobs_new(c, 1, &j, NULL), Q_OK);
    CHECK_EQ(q_job_get(j, "patient", q_str_of(id), q_test_arena(), &job, NULL), Q_OK);
    CHECK_EQ(job.state, Q_JOB_QUEUED);
    q_jobs_free(j);
    q_catalog_close(c);
    q_log_set_level(Q_LOG_INFO);
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "--runner") == 0)
        return runner_main(argv[2], argv[3]);
    return q_test_main("work/job", argc, argv);
}
