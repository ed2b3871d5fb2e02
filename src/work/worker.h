/* work/worker.h - strangers' bytes are parsed in processes that may die.
 *
 * A worker is a process without network, without files but those handed to
 * it and the read-only system files its libraries need, with limits on memory
 * and processor time (seccomp, Landlock where the kernel has it, rlimits). It
 * is leased for one document, asked any number of times, and ends with the
 * lease; the next lease gets a fresh one. Workers are forked from one spawner
 * process that has loaded the models and has never seen a stranger's byte.
 *
 *     server --spawn--> spawner --fork--> worker <--requests over a socket-- server
 *
 * A task may compute, start programs of /usr (they inherit the confinement
 * and end with the worker), use pipes and memory files, and read the fonts and
 * libraries of the system. Its standard input and output are /dev/null. It
 * has no sockets, opens nothing else, and before Linux 6.12 can signal only
 * its process group: to be rid of a child, close its pipe.
 *
 * Leases may be taken and used by any thread; one lease by one thread at a
 * time. Calls wait, so they belong on compute threads.
 */
#ifndef Q_WORK_WORKER_H
#define Q_WORK_WORKER_H

#include "base/buf.h"

/* What workers can be asked, in the worker's process. A task's `run` answers
 * into `reply`; its error goes back to the caller as it is.
 * `state` is one pointer the tasks of a lease share; at first it is what
 * `prepare` left (q_worker_main), NULL without that.
 */
typedef struct q_worker_task {
    const char *name;
    q_code (*run)(q_str request, const int *fds, size_t fd_count, void **state, q_buf *reply,
                  q_err *err);
} q_worker_task;

typedef struct q_workers_config {
    const char *const *spawner_argv; /* NULL-terminated, borrowed; must end in q_worker_main */
    size_t slots;                    /* workers alive at once, e.g. q_cpu_count() */
    size_t memory_bytes;             /* address space of one worker, e.g. 2 GiB */
    unsigned cpu_seconds;            /* of one worker over its life; 0: no end, for leases
                                        that are kept and whose calls have a time limit */
    const char *const *settings;     /* "NAME=value", NULL-terminated, a few: put into the
                                        spawner's environment; copied; may be NULL */
} q_workers_config;

typedef struct q_workers q_workers;
typedef struct q_worker q_worker;

/* The spawner is started by the first lease: who reads nothing pays for no
 * model.
 */
Q_MUST_USE q_code q_workers_new(const q_workers_config *config, q_workers **out, q_err *err);
/* End all workers: calls that run fail with Q_CRASHED, leases from now on with
 * Q_CANCELLED. NULL is fine.
 */
void q_workers_stop(q_workers *w);
void q_workers_free(q_workers *w); /* ends spawner and workers; NULL is fine */

/* Waits for a free slot. Fails with Q_IO, Q_NOMEM, Q_NOTFOUND (the spawner's
 * program is not there), and what the spawner's preparation failed with.
 */
Q_MUST_USE q_code q_worker_lease(q_workers *w, q_worker **out, q_err *err);
/* As above, but Q_BUSY at once when no slot is free. */
Q_MUST_USE q_code q_worker_try_lease(q_workers *w, q_worker **out, q_err *err);
void q_worker_release(q_worker *k); /* ends its process; NULL is fine */
/* End its process, whatever it does: a call on another thread fails with Q_CRASHED. By any thread,
 * as long as the lease is not released.
 */
void q_worker_kill(const q_worker *k);
/* How many are leased just now. */
size_t q_workers_leased(q_workers *w);
/* Whether its process is still there: one that is leased for long may have
 * ended between two calls. Never waits.
 */
Q_MUST_USE bool q_worker_alive(const q_worker *k);

/* Ask; *reply is in the arena. Descriptors are lent. Fails with what the task
 * failed with; Q_CRASHED when the process died (crash, memory, processor
 * time), Q_TIMEOUT when it was ended after timeout_ms. After these two every
 * further call on the lease is Q_CRASHED.
 */
Q_MUST_USE q_code q_worker_call(q_worker *k, const char *task, q_str request, const int *fds,
                                size_t fd_count, int timeout_ms, q_arena *a, q_str *reply,
                                q_err *err);

/* The spawner's main: `prepare` (may be NULL) loads what all workers share and
 * leaves it in *state, where each worker's tasks find it; then requests on
 * descriptor 3 are served until it closes. `release` (may be NULL) gets the
 * state at the end, in the spawner alone. Returns the exit status.
 */
int q_worker_main(const q_worker_task *tasks, size_t count,
                  q_code (*prepare)(void **state, q_err *err), void (*release)(void *state));

#endif
