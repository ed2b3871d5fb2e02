#include "work/job.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/log.h"
#include "store/record.h"
#include "work/lease.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_KINDS = 32,
    JOB_MEMORY = 512 << 20, /* of one job's arena */
    TICK_SECONDS = 1,       /* how soon another process's submission is seen */
    RENEW_TICKS = 5,
    FORGET_TICKS = 3600,
    EXPIRE_TICKS = 5
};

typedef struct job_kind {
    const char *name;
    q_job_fn fn;
    q_job_ended_fn ended; /* or NULL */
    void *ctx;
    pthread_cond_t work;
    unsigned news; /* under jobs->mu; grows when there may be something to do */
} job_kind;

/* Each kind has runners of its own: a job may wait for one of another kind,
 * as a function does that starts a text detection and asks until it is done.
 */
typedef struct job_runner {
    q_jobs *jobs;
    job_kind *kind;
    pthread_t thread;
    char running[65]; /* under jobs->mu; the job's id, "" when idle */
} job_runner;

struct q_jobs {
    q_catalog *catalog;
    char owner[160];
    job_kind kinds[MAX_KINDS]; /* complete before start */
    size_t kind_count;
    size_t threads; /* of each kind */

    pthread_mutex_t mu;
    pthread_cond_t tick;
    bool closing; /* under mu */
    size_t busy;  /* under mu; runners that have, or look for, a job */

    pthread_t clock;
    bool clock_runs;
    size_t wanted, started;
    job_runner *runners; /* wanted ones, from start on */
};

/* ---- running ----------------------------------------------------------- */

bool q_jobs_stopping(q_jobs *j)
{
    bool closing;

    pthread_mutex_lock(&j->mu);
    closing = j->closing;
    pthread_mutex_unlock(&j->mu);
    return closing;
}

/* A job's end, as a transaction. */
typedef struct ending {
    q_jobs *jobs;
    const job_kind *kind;
    const q_job *job;
    bool kept;
} ending;

static q_code end_write(q_catalog *c, void *arg, q_err *err)
{
    ending *e = arg;
    q_code rc = lease__finish(c, q_str_of(e->jobs->owner), e->job, &e->kept, err);

    if (!rc && e->kept && e->kind->ended)
        rc = e->kind->ended(e->kind->ctx, e->job, err);
    return rc;
}

/* Keep how it ended. */
static void job_end(q_jobs *j, const job_kind *kind, q_job *job)
{
    ending e = {j, kind, job, false};
    q_err err = {.code = Q_OK};
    q_code rc;

    job->ended_ms = q_now_ms();
    rc = q_catalog_transact(j->catalog, end_write, &e, &err);
    if (rc) /* its lease runs out and it is run again */
        q_log(Q_LOG_ERROR, "job", "kind=%s id=%.12s outcome not kept: %s", kind->name, job->id.p,
              err.msg);
    else if (!e.kept)
        q_log(Q_LOG_WARN, "job", "kind=%s id=%.12s was taken over meanwhile", kind->name,
              job->id.p);
}

static void job_run(q_jobs *j, const job_kind *kind, q_job *job, q_arena *a)
{
    q_err err = {.code = Q_OK};
    q_code rc = kind->fn(kind->ctx, job->id, job->request, a, &job->result, &err);

    if (rc && q_jobs_stopping(j)) { /* what it needs may have gone already */
        q_log(Q_LOG_INFO, "job", "kind=%s id=%.12s waits for the next start: %s", kind->name,
              job->id.p, err.msg);
        if (lease__return(j->catalog, q_str_of(j->owner), job->id, &err))
            q_log(Q_LOG_ERROR, "job", "id=%.12s not returned: %s", job->id.p, err.msg);
        return;
    }
    job->state = rc ? Q_JOB_FAILED : Q_JOB_SUCCEEDED;
    job->error_code = rc;
    job->error = rc ? q_str_of(err.msg) : (q_str){NULL, 0};
    if (rc || !job->result.p)
        job->result = Q_STR("");
    if (rc)
        q_log(Q_LOG_WARN, "job", "kind=%s id=%.12s failed: %s", kind->name, job->id.p, err.msg);
    job_end(j, kind, job);
}

static void running_set(job_runner *r, q_str id)
{
    pthread_mutex_lock(&r->jobs->mu);
    memcpy(r->running, id.p, id.n < 64 ? id.n : 64);
    r->running[id.n < 64 ? id.n : 64] = 0;
    pthread_mutex_unlock(&r->jobs->mu);
}

static void busy_set(q_jobs *j, bool busy)
{
    pthread_mutex_lock(&j->mu);
    if (busy)
        j->busy++;
    else
        j->busy--;
    pthread_mutex_unlock(&j->mu);
}

/* Take and run one job; false when there was none. */
static bool run_next(job_runner *r)
{
    q_jobs *j = r->jobs;
    q_arena *a = q_arena_new(JOB_MEMORY);
    q_err err = {.code = Q_OK};
    bool found = false;
    q_job job;
    q_code rc = Q_NOMEM;

    busy_set(j, true);
    if (a)
        rc = lease__take(j->catalog, r->kind->name, q_str_of(j->owner), q_now_ms(), a, &found, &job,
                         &err);
    if (rc) {
        q_log(Q_LOG_ERROR, "job", "cannot take a job: %s", err.msg);
        found = false;
    }
    if (found) {
        running_set(r, job.id);
        if (job.state == Q_JOB_FAILED) /* it was tried too often */
            job_end(j, r->kind, &job);
        else
            job_run(j, r->kind, &job, a);
        running_set(r, Q_STR(""));
    }
    busy_set(j, false);
    q_arena_free(a);
    return found;
}

static void *runner(void *arg)
{
    job_runner *r = arg;
    q_jobs *j = r->jobs;
    unsigned seen;

    for (;;) {
        pthread_mutex_lock(&j->mu);
        seen = r->kind->news;
        pthread_mutex_unlock(&j->mu);
        while (!q_jobs_stopping(j) && run_next(r))
            ;
        pthread_mutex_lock(&j->mu);
        while (seen == r->kind->news && !j->closing)
            pthread_cond_wait(&r->kind->work, &j->mu);
        if (j->closing) {
            pthread_mutex_unlock(&j->mu);
            return NULL;
        }
        pthread_mutex_unlock(&j->mu);
    }
}

/* ---- the clock --------------------------------------------------------- */

/* Whether a runner would find something: cheap enough for once a second. */
static bool something_waits(q_jobs *j)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc = q_catalog_query(j->catalog,
                                "SELECT 1 FROM job WHERE state = 0 OR (state = 1 AND lease_ms < ?1)"
                                " LIMIT 1",
                                Q_PARAMS(Q_P_INT(q_now_ms())), &rows, NULL);

    if (!rc)
        rc = q_rows_next(rows, &more, NULL);
    q_rows_close(rows);
    return !rc && more;
}

/* There may be a job of this kind; NULL: of any. */
static void news_tell(q_jobs *j, const char *kind)
{
    pthread_mutex_lock(&j->mu);
    for (size_t i = 0; i < j->kind_count; i++) {
        if (kind && strcmp(kind, j->kinds[i].name) != 0)
            continue;
        j->kinds[i].news++;
        pthread_cond_signal(&j->kinds[i].work);
    }
    pthread_mutex_unlock(&j->mu);
}

static q_code renew_all(q_jobs *j, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < j->wanted && !rc; i++) {
        char id[65];

        pthread_mutex_lock(&j->mu);
        memcpy(id, j->runners[i].running, sizeof id);
        pthread_mutex_unlock(&j->mu);
        if (*id)
            rc = lease__renew(j->catalog, q_str_of(j->owner), q_str_of(id), q_now_ms(), err);
    }
    return rc;
}

static void tick(q_jobs *j, unsigned count)
{
    q_err err = {.code = Q_OK};
    q_code rc = Q_OK;

    if (count % RENEW_TICKS == 0)
        rc = renew_all(j, &err);
    if (!rc && count % FORGET_TICKS == 0)
        rc = lease__forget(j->catalog, q_now_ms(), &err);
    if (!rc && count % EXPIRE_TICKS == 0)
        rc = q_record_forget(j->catalog, q_now_ms(), &err);
    if (rc)
        q_log(Q_LOG_ERROR, "job", "keeping the queue: %s", err.msg);
    if (something_waits(j))
        news_tell(j, NULL);
}

static void *clock_run(void *arg)
{
    q_jobs *j = arg;
    struct timespec until;
    unsigned count = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    pthread_mutex_lock(&j->mu);
    while (!j->closing || j->busy) { /* leases are kept while the last jobs end */
        until.tv_sec += TICK_SECONDS;
        while (pthread_cond_timedwait(&j->tick, &j->mu, &until) == 0 && !j->closing)
            ;
        if (j->closing && !j->busy)
            break;
        pthread_mutex_unlock(&j->mu);
        tick(j, ++count);
        pthread_mutex_lock(&j->mu);
    }
    pthread_mutex_unlock(&j->mu);
    return NULL;
}

/* ---- life -------------------------------------------------------------- */

q_code q_jobs_new(q_catalog *c, size_t threads, q_jobs **out, q_err *err)
{
    q_jobs *j = calloc(1, sizeof *j);
    pthread_condattr_t monotonic;
    q_code rc;

    if (!j)
        return q_err_nomem(err);
    j->catalog = c;
    j->threads = threads;
    rc = lease__owner(j->owner, err);
    if (rc) {
        free(j);
        return rc;
    }
    pthread_mutex_init(&j->mu, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&j->tick, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *out = j;
    return Q_OK;
}

q_code q_jobs_register(q_jobs *j, const char *kind, q_job_fn fn, void *ctx, q_err *err)
{
    if (j->kind_count == MAX_KINDS)
        return q_err_set(err, Q_LIMIT, "more than %d kinds of job", MAX_KINDS);
    j->kinds[j->kind_count] = (job_kind){.name = kind, .fn = fn, .ctx = ctx};
    pthread_cond_init(&j->kinds[j->kind_count++].work, NULL);
    return Q_OK;
}

void q_jobs_on_end(q_jobs *j, const char *kind, q_job_ended_fn fn)
{
    for (size_t i = 0; i < j->kind_count; i++)
        if (strcmp(j->kinds[i].name, kind) == 0)
            j->kinds[i].ended = fn;
}

q_code q_jobs_start(q_jobs *j, q_err *err)
{
    q_arena *a = q_arena_new(1 << 20);
    q_code rc = a ? lease__release_dead(j->catalog, q_str_of(j->owner), a, err) : q_err_nomem(err);
    int e;

    q_arena_free(a);
    if (rc)
        return rc;
    j->runners = calloc(j->threads * j->kind_count + 1, sizeof *j->runners);
    if (!j->runners)
        return q_err_nomem(err);
    j->wanted = j->threads * j->kind_count;
    e = pthread_create(&j->clock, NULL, clock_run, j);
    j->clock_runs = e == 0;
    while (!e && j->started < j->wanted) {
        job_runner *r = &j->runners[j->started];

        r->jobs = j;
        r->kind = &j->kinds[j->started / j->threads];
        e = pthread_create(&r->thread, NULL, runner, r);
        j->started += e == 0;
    }
    errno = e;
    return e ? q_err_errno(err, "start job threads") : Q_OK;
}

void q_jobs_stop(q_jobs *j)
{
    if (!j)
        return;
    pthread_mutex_lock(&j->mu);
    j->closing = true;
    for (size_t i = 0; i < j->kind_count; i++)
        pthread_cond_broadcast(&j->kinds[i].work);
    pthread_cond_broadcast(&j->tick);
    pthread_mutex_unlock(&j->mu);
}

void q_jobs_free(q_jobs *j)
{
    if (!j)
        return;
    q_jobs_stop(j);
    for (size_t i = 0; i < j->started; i++)
        pthread_join(j->runners[i].thread, NULL);
    if (j->clock_runs) {
        pthread_mutex_lock(&j->mu);
        pthread_cond_broadcast(&j->tick);
        pthread_mutex_unlock(&j->mu);
        pthread_join(j->clock, NULL);
    }
    for (size_t i = 0; i < j->kind_count; i++)
        pthread_cond_destroy(&j->kinds[i].work);
    pthread_cond_destroy(&j->tick);
    pthread_mutex_destroy(&j->mu);
    free(j->runners);
    free(j);
}

/* ---- submitting and asking --------------------------------------------- */

/* The job that used this token first. */
static q_code token_lookup(q_jobs *j, const char *kind, q_str request, q_str token, char id[65],
                           q_err *err)
{
    q_arena *a = q_arena_new(JOB_MEMORY);
    q_rows *rows = NULL;
    bool more = false;
    q_str found;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = q_catalog_query(j->catalog, "SELECT id, request FROM job WHERE kind = ?1 AND token = ?2",
                         Q_PARAMS(Q_P_TEXT(q_str_of(kind)), Q_P_TEXT(token)), &rows, err);
    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && !more)
        rc = q_err_set(err, Q_BUSY, "the first job of this token has just been forgotten");
    if (!rc && !q_str_eq(q_rows_text(rows, 1, a), request))
        rc = q_err_set(err, Q_EXISTS, "the token was used before, with another request");
    if (!rc) {
        found = q_rows_text(rows, 0, a);
        memcpy(id, found.p, found.n < 64 ? found.n : 64);
        id[found.n < 64 ? found.n : 64] = 0;
    }
    q_rows_close(rows);
    q_arena_free(a);
    return rc;
}

static void news_of_commit(void *ctx)
{
    news_tell(ctx, NULL);
}

q_code q_job_submit(q_jobs *j, const char *kind, q_str request, q_str token, char id[65],
                    q_err *err)
{
    unsigned char bytes[32];
    q_code rc;

    if (!q_random(bytes, sizeof bytes))
        return q_err_set(err, Q_INTERNAL, "the kernel gave no random bytes");
    q_hex(bytes, sizeof bytes, id);
    rc = q_catalog_run(
        j->catalog,
        "INSERT INTO job (id, kind, token, request, state, attempts, lease_ms, created_ms,"
        " ended_ms, error_code) VALUES (?1, ?2, ?3, ?4, 0, 0, 0, ?5, 0, 0)",
        Q_PARAMS(Q_P_TEXT(q_str_of(id)), Q_P_TEXT(q_str_of(kind)),
                 token.n ? Q_P_TEXT(token) : Q_P_NULL, Q_P_BLOB(request), Q_P_INT(q_now_ms())),
        NULL, err);
    if (rc == Q_EXISTS && token.n)
        return token_lookup(j, kind, request, token, id, err);
    if (!rc && !q_catalog_after(j->catalog, news_of_commit, j))
        news_tell(j, kind);
    return rc;
}

q_code q_job_get(q_jobs *j, const char *kind, q_str id, q_arena *a, q_job *out, q_err *err)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc = q_catalog_query(j->catalog,
                                "SELECT request, result, error, error_code, state, created_ms,"
                                " ended_ms FROM job WHERE id = ?1 AND kind = ?2",
                                Q_PARAMS(Q_P_TEXT(id), Q_P_TEXT(q_str_of(kind))), &rows, err);

    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && !more)
        rc = q_err_set(err, Q_NOTFOUND, "there is no job %.*s", Q_ARG(id));
    if (rc)
        goto done;
    *out = (q_job){.id = q_str_copy(a, id),
                   .kind = q_str_of(kind),
                   .request = q_rows_text(rows, 0, a),
                   .result = q_rows_text(rows, 1, a),
                   .error = q_rows_text(rows, 2, a),
                   .error_code = (q_code)q_rows_int(rows, 3),
                   .state = (q_job_state)q_rows_int(rows, 4),
                   .created_ms = q_rows_int(rows, 5),
                   .ended_ms = q_rows_int(rows, 6)};
    if (!out->request.p || (!q_rows_is_null(rows, 1) && !out->result.p))
        rc = q_err_nomem(err);
done:
    q_rows_close(rows);
    return rc;
}
