/* base/pool.h - a fixed number of threads that run tasks in turn. */
#ifndef Q_BASE_POOL_H
#define Q_BASE_POOL_H

#include "base/err.h"

#include <stddef.h>

typedef struct q_pool q_pool;

Q_MUST_USE q_code q_pool_new(size_t threads, q_pool **out, q_err *err);
/* Runs what was queued, then ends the threads. NULL is fine. */
void q_pool_free(q_pool *p);

/* Queue fn(arg). Q_NOMEM when it cannot be queued; then it is not run. */
Q_MUST_USE q_code q_pool_run(q_pool *p, void (*fn)(void *), void *arg);

/* Processors this process may use, at least 1. */
size_t q_cpu_count(void);

#endif
