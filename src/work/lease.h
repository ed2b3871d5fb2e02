/* work/lease.h - who runs a job, in the catalog.
 *
 * A runner owns a job until its lease runs out, and renews it while it works.
 * A lease that ran out, or whose owner's process is gone, can be taken by
 * another. All of it is conditional updates of one row, so that several
 * processes may share the queue.
 */
#ifndef WORK_LEASE_H
#define WORK_LEASE_H

#include "work/job.h"

enum {
    LEASE_MS = 15000,
    LEASE_ATTEMPTS = 3,
    LEASE_KEEP_MS = 7 * 24 * 3600 * 1000 /* an ended job's row stays so long */
};

/* "BOOT/PID-NAMESPACE/PID/START": this process, unlike any other on this
 * machine before or after.
 */
Q_MUST_USE q_code lease__owner(char out[160], q_err *err);

/* Take a waiting job of this kind for `owner`: *found says whether there was
 * one; then *job holds its id, kind and request (in the arena). One that used
 * up its attempts comes as failed, with its error, and is only to be finished.
 */
Q_MUST_USE q_code lease__take(q_catalog *c, const char *kind, q_str owner, int64_t now_ms,
                              q_arena *a, bool *found, q_job *job, q_err *err);

/* Keep job `id` for another LEASE_MS, if it is still the owner's. */
Q_MUST_USE q_code lease__renew(q_catalog *c, q_str owner, q_str id, int64_t now_ms, q_err *err);

/* Write how it ended; *kept is false when the lease had been lost to another
 * runner, whose outcome counts instead.
 */
Q_MUST_USE q_code lease__finish(q_catalog *c, q_str owner, const q_job *job, bool *kept,
                                q_err *err);

/* Put a job the owner runs back into the queue, as if it had not been tried. */
Q_MUST_USE q_code lease__return(q_catalog *c, q_str owner, q_str id, q_err *err);

/* End the leases of processes of this machine that are gone. */
Q_MUST_USE q_code lease__release_dead(q_catalog *c, q_str owner, q_arena *a, q_err *err);

/* Forget what ended more than LEASE_KEEP_MS ago. */
Q_MUST_USE q_code lease__forget(q_catalog *c, int64_t now_ms, q_err *err);

#endif
