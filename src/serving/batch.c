#include "serving/batch.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { HOSTS = 64 };

struct batch_queue {
    batch_config config;
    pthread_mutex_t mu;
    pthread_cond_t more;    /* something was queued */
    pthread_cond_t idle;    /* a host was given back */
    size_t hosts;           /* under mu */
    bool busy[HOSTS];       /* under mu */
    batch_ask *first;       /* under mu */
    batch_ask **last;       /* under mu; where the next one goes */
    uint64_t asks, batches; /* under mu: that were run */
};

static struct timespec time_of(int64_t ns)
{
    return (struct timespec){ns / 1000000000, ns % 1000000000};
}

/* Conditions that wait by the monotonic clock, as q_monotonic_ns tells it. */
static void condition_init(pthread_cond_t *c)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(c, &attr);
    pthread_condattr_destroy(&attr);
}

q_code batch__new(const batch_config *config, batch_queue **out, q_err *err)
{
    batch_queue *q = calloc(1, sizeof *q);

    if (!q)
        return q_err_nomem(err);
    assert(config->hosts > 0 && config->hosts <= HOSTS && config->max_rows > 0);
    q->config = *config;
    q->hosts = config->hosts;
    q->last = &q->first;
    pthread_mutex_init(&q->mu, NULL);
    condition_init(&q->more);
    condition_init(&q->idle);
    *out = q;
    return Q_OK;
}

void batch__free(batch_queue *q)
{
    if (!q)
        return;
    assert(!q->first);
    pthread_cond_destroy(&q->idle);
    pthread_cond_destroy(&q->more);
    pthread_mutex_destroy(&q->mu);
    free(q);
}

/* All below up to batch__ask: under mu. */

static void enqueue(batch_queue *q, batch_ask *ask)
{
    ask->next = NULL;
    ask->waiting = true;
    ask->leading = ask->done = false;
    ask->came_ns = q_monotonic_ns();
    *q->last = ask;
    q->last = &ask->next;
    pthread_cond_broadcast(&q->more);
}

/* A host is free: wake one who can take it, which need not be the first, since
 * the first one's thread may be running another batch.
 */
static void wake_one(batch_queue *q)
{
    batch_ask *a = q->first;

    while (a && a->leading)
        a = a->next;
    if (a)
        pthread_cond_signal(&a->wake);
}

/* Unlink the one that *at points to. */
static batch_ask *take(batch_queue *q, batch_ask **at)
{
    batch_ask *ask = *at;

    *at = ask->next;
    if (q->last == &ask->next)
        q->last = at;
    ask->next = NULL;
    ask->waiting = false;
    return ask;
}

static void give_up(batch_queue *q, const batch_ask *ask)
{
    batch_ask **at = &q->first;

    while (*at != ask)
        at = &(*at)->next;
    take(q, at);
}

static bool host_take(batch_queue *q, size_t *host)
{
    for (*host = 0; *host < q->hosts; ++*host)
        if (!q->busy[*host]) {
            q->busy[*host] = true;
            return true;
        }
    return false;
}

/* The rows a batch of the queue's first request would have now. */
static size_t rows_waiting(const batch_queue *q)
{
    size_t rows = 0;

    for (const batch_ask *a = q->first; a; a = a->next)
        if (a == q->first || (a->rows && q->config.joins(q->config.ctx, q->first, a)))
            rows += a->rows;
    return rows;
}

/* Let the batch of the first request fill until its time is over. The host is
 * ours meanwhile, but others' requests may be taken by other hosts.
 */
static void wait_for_more(batch_queue *q)
{
    while (q->first && q->first->rows && rows_waiting(q) < q->config.max_rows) {
        int64_t until = q->first->came_ns + q->config.max_wait_ms * (int64_t)1000000;
        struct timespec t = time_of(until);

        if (q_monotonic_ns() >= until)
            return;
        pthread_cond_timedwait(&q->more, &q->mu, &t);
    }
}

/* The queue's first request and those behind it that go with it. */
static size_t form(batch_queue *q, batch_ask **asks)
{
    size_t n = 0, rows;

    if (!q->first)
        return 0;
    asks[n++] = take(q, &q->first);
    rows = asks[0]->rows;
    for (batch_ask **at = &q->first; rows && *at && n < BATCH_ASKS;) {
        if ((*at)->rows && rows < q->config.max_rows && (*at)->rows <= q->config.max_rows - rows &&
            q->config.joins(q->config.ctx, asks[0], *at)) {
            asks[n] = take(q, at);
            rows += asks[n++]->rows;
        } else {
            at = &(*at)->next;
        }
    }
    return n;
}

/* Run one batch on `host`, which is ours, and give the host back. */
static void lead(batch_queue *q, size_t host)
{
    batch_ask *asks[BATCH_ASKS];
    size_t n;

    if (q->config.max_wait_ms && q->config.max_rows > 1)
        wait_for_more(q);
    n = form(q, asks);
    if (n) {
        q->asks += n;
        q->batches++;
        pthread_mutex_unlock(&q->mu);
        q->config.run(q->config.ctx, host, asks, n);
        pthread_mutex_lock(&q->mu);
    }
    for (size_t i = 0; i < n; i++) {
        asks[i]->done = true;
        pthread_cond_signal(&asks[i]->wake);
    }
    q->busy[host] = false;
    pthread_cond_broadcast(&q->idle);
    wake_one(q);
}

q_code batch__ask(batch_queue *q, batch_ask *ask, int timeout_ms, q_err *err)
{
    int64_t until = q_monotonic_ns() + timeout_ms * (int64_t)1000000;
    struct timespec t = time_of(until);
    q_code rc = Q_OK;
    size_t host;

    condition_init(&ask->wake);
    pthread_mutex_lock(&q->mu);
    enqueue(q, ask);
    while (!ask->done && !rc) {
        if (ask->waiting && host_take(q, &host)) {
            ask->leading = true;
            lead(q, host);
            ask->leading = false;
        } else if (!ask->waiting) { /* in a batch that runs: it ends by itself */
            pthread_cond_wait(&ask->wake, &q->mu);
        } else if (pthread_cond_timedwait(&ask->wake, &q->mu, &t) == ETIMEDOUT && ask->waiting) {
            give_up(q, ask);
            wake_one(q); /* it may have been woken in our place */
            rc = q_err_set(err, Q_TIMEOUT, "no host was free within %d ms", timeout_ms);
        }
    }
    pthread_mutex_unlock(&q->mu);
    pthread_cond_destroy(&ask->wake);
    return rc;
}

static bool any_busy_from(const batch_queue *q, size_t from)
{
    for (size_t i = from; i < HOSTS; i++)
        if (q->busy[i])
            return true;
    return false;
}

void batch__resize(batch_queue *q, size_t hosts)
{
    assert(hosts > 0 && hosts <= HOSTS);
    pthread_mutex_lock(&q->mu);
    q->hosts = hosts;
    for (batch_ask *a = q->first; a; a = a->next)
        pthread_cond_signal(&a->wake);
    while (any_busy_from(q, hosts))
        pthread_cond_wait(&q->idle, &q->mu);
    pthread_mutex_unlock(&q->mu);
}

void batch__counts(batch_queue *q, uint64_t *asks, uint64_t *batches)
{
    pthread_mutex_lock(&q->mu);
    *asks = q->asks;
    *batches = q->batches;
    pthread_mutex_unlock(&q->mu);
}
