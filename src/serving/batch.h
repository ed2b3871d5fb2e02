/* serving/batch.h - requests that wait for a host, joined into batches.
 *
 * A host runs one batch at a time. Who asks while a host is idle runs at once,
 * on its own thread; who asks while all are busy waits in a queue. The thread
 * that finds a host takes the first of the queue and all behind it that may be
 * joined with it, up to max_rows, and runs them for everybody:
 *
 *     ask --> queue [a b c d] --> host 0: run(a)
 *                             --> host 1: run(b c d)
 *
 * With max_wait_ms a batch that is not full waits so long for more, counted
 * from its first request; 0 joins only what waits anyway and delays nobody.
 */
#ifndef SERVING_BATCH_H
#define SERVING_BATCH_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One request. The caller fills rows and what its run and joins need (it is
 * the first member of a larger struct); the rest is the queue's.
 */
typedef struct batch_ask {
    size_t rows; /* along the first dimension; 0: never joined */
    /* by the queue */
    struct batch_ask *next;
    int64_t came_ns;
    bool waiting, leading, done; /* under mu */
    pthread_cond_t wake;
} batch_ask;

enum { BATCH_ASKS = 256 }; /* in one batch, at most */

typedef struct batch_config {
    size_t hosts;         /* 1 to 64 */
    size_t max_rows;      /* 1: never join */
    unsigned max_wait_ms; /* for a batch to fill */
    /* May b, whose rows are known to fit, run with a? Called with the lock held. */
    bool (*joins)(void *ctx, const batch_ask *a, const batch_ask *b);
    /* Run them on this host and leave in each how it ended. Nothing is held. */
    void (*run)(void *ctx, size_t host, batch_ask *const *asks, size_t n);
    void *ctx;
} batch_config;

typedef struct batch_queue batch_queue;

Q_MUST_USE q_code batch__new(const batch_config *config, batch_queue **out, q_err *err);
void batch__free(batch_queue *q); /* when nobody asks any more; NULL is fine */

/* Returns when `ask` was run. Q_TIMEOUT when no host took it within
 * timeout_ms: then it was not run.
 */
Q_MUST_USE q_code batch__ask(batch_queue *q, batch_ask *ask, int timeout_ms, q_err *err);

/* From now on so many hosts; returns when those that are too many are idle. One
 * caller at a time.
 */
void batch__resize(batch_queue *q, size_t hosts);

/* How much was run so far, and in how many batches. */
void batch__counts(batch_queue *q, uint64_t *asks, uint64_t *batches);

#endif
