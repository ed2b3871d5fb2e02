/* work/job.h - slow work, as rows in the catalog.
 *
 *     queued --lease--> running --> succeeded | failed (with a reason)
 *        ^                 |
 *        +-- lease ended --+      after a crash or restart, at most `attempts` times
 *
 * A job is acknowledged when its row is on the disk. It survives a restart and
 * its result becomes visible once. Kinds are registered before start.
 */
#ifndef Q_WORK_JOB_H
#define Q_WORK_JOB_H

#include "store/catalog.h"

typedef enum q_job_state { Q_JOB_QUEUED, Q_JOB_RUNNING, Q_JOB_SUCCEEDED, Q_JOB_FAILED } q_job_state;

typedef struct q_jobs q_jobs;

/* Runs on a thread of the job room's own. `request` is what was submitted.
 * On Q_OK *result (in the arena) is kept; otherwise err's sentence is.
 */
typedef q_code (*q_job_fn)(void *ctx, q_str id, q_str request, q_arena *a, q_str *result,
                           q_err *err);

typedef struct q_job {
    q_str id, kind, request, result, error;
    q_code error_code; /* of a failed job */
    q_job_state state;
    int64_t created_ms, ended_ms;
} q_job;

/* Called when a job of the kind has ended, either way, in the transaction that says so: what it
 * writes is there with the outcome or not at all. It must not wait; when it fails the outcome is
 * not kept and the job is run again.
 */
typedef q_code (*q_job_ended_fn)(void *ctx, const q_job *job, q_err *err);

/* With so many threads for each kind, so that a job may wait for one of another. */
Q_MUST_USE q_code q_jobs_new(q_catalog *c, size_t threads, q_jobs **out, q_err *err);
Q_MUST_USE q_code q_jobs_register(q_jobs *j, const char *kind, q_job_fn fn, void *ctx, q_err *err);
/* For a kind that was registered; with its ctx. */
void q_jobs_on_end(q_jobs *j, const char *kind, q_job_ended_fn fn);
/* Takes up what an earlier run left, then runs what comes. */
Q_MUST_USE q_code q_jobs_start(q_jobs *j, q_err *err);
/* Start no further jobs. Those that fail from now on go back into the queue,
 * since what they need may be stopping too. To be called before the rest
 * stops; NULL is fine.
 */
void q_jobs_stop(q_jobs *j);
/* Whether it was told to stop: a long job had better fail, with Q_CANCELLED, and run next time. */
bool q_jobs_stopping(q_jobs *j);
/* Stops, and lets running jobs end; queued ones stay for next time. */
void q_jobs_free(q_jobs *j);

/* Durable when it returns; inside a transaction, when that is committed. `token` (may be empty)
 * makes it idempotent: the same kind and token give the id of the first job; Q_EXISTS when that
 * one's request differs. id: 64 lower-case hex digits and a NUL.
 */
Q_MUST_USE q_code q_job_submit(q_jobs *j, const char *kind, q_str request, q_str token, char id[65],
                               q_err *err);

/* Q_NOTFOUND for an unknown id or another kind. In the arena. */
Q_MUST_USE q_code q_job_get(q_jobs *j, const char *kind, q_str id, q_arena *a, q_job *out,
                            q_err *err);

#endif
