#include "engine/team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* How often to look for more before going to sleep: some 30 us, about what
 * waking a thread costs, so that the kernels of one run find it awake.
 */
enum { LOOKS = 2000 };

/* One call's tasks: handed out by counting `next` up, ended when `done` is
 * `count`. It lives on the caller's stack, so nobody may hold it once the
 * caller has seen helpers at 0 (under the team's lock).
 */
typedef struct batch {
    void (*fn)(void *ctx, size_t task);
    void *ctx;
    size_t count;
    atomic_size_t next;
    atomic_size_t helpers; /* threads at work on it beside the caller; raised under mu */
    struct batch *after;   /* in the team's list; under mu */
} batch;

struct q_team {
    pthread_mutex_t mu;
    pthread_cond_t work, ended;
    batch *open;          /* batches that may have tasks left; under mu */
    bool stop;            /* under mu */
    atomic_size_t posted; /* batches so far */
    size_t thread_count;
    pthread_t threads[];
};

static void run_tasks(batch *b)
{
    for (;;) {
        size_t task = atomic_fetch_add_explicit(&b->next, 1, memory_order_relaxed);

        if (task >= b->count)
            return;
        b->fn(b->ctx, task);
    }
}

static void unlist(q_team *t, batch *b)
{
    for (batch **p = &t->open; *p; p = &(*p)->after)
        if (*p == b) {
            *p = b->after;
            return;
        }
}

static void breathe(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void look_for_more(q_team *t, size_t seen)
{
    for (int i = 0; i < LOOKS && atomic_load_explicit(&t->posted, memory_order_relaxed) == seen;
         i++)
        breathe();
}

static void *work(void *arg)
{
    q_team *t = arg;
    size_t seen = 0;

    pthread_mutex_lock(&t->mu);
    while (!t->stop) {
        batch *b = t->open;

        if (!b) {
            size_t now = atomic_load(&t->posted);

            if (now == seen) {
                pthread_cond_wait(&t->work, &t->mu);
                continue;
            }
            seen = now;
            pthread_mutex_unlock(&t->mu);
            look_for_more(t, seen);
            pthread_mutex_lock(&t->mu);
            continue;
        }
        atomic_fetch_add(&b->helpers, 1);
        pthread_mutex_unlock(&t->mu);
        run_tasks(b);
        pthread_mutex_lock(&t->mu);
        unlist(t, b);
        if (atomic_fetch_sub(&b->helpers, 1) == 1)
            pthread_cond_broadcast(&t->ended);
    }
    pthread_mutex_unlock(&t->mu);
    return NULL;
}

q_code q_team_new(size_t threads, q_team **out, q_err *err)
{
    size_t helpers = threads > 1 ? threads - 1 : 0;
    q_team *t = calloc(1, sizeof *t + helpers * sizeof *t->threads);

    if (!t)
        return q_err_nomem(err);
    pthread_mutex_init(&t->mu, NULL);
    pthread_cond_init(&t->work, NULL);
    pthread_cond_init(&t->ended, NULL);
    for (; t->thread_count < helpers; t->thread_count++)
        if (pthread_create(&t->threads[t->thread_count], NULL, work, t)) {
            size_t failed = t->thread_count + 2;

            q_team_free(t);
            return q_err_set(err, Q_NOMEM, "cannot start thread %zu of %zu", failed, threads);
        }
    *out = t;
    return Q_OK;
}

void q_team_free(q_team *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->mu);
    t->stop = true;
    pthread_cond_broadcast(&t->work);
    pthread_mutex_unlock(&t->mu);
    for (size_t i = 0; i < t->thread_count; i++)
        pthread_join(t->threads[i], NULL);
    pthread_cond_destroy(&t->ended);
    pthread_cond_destroy(&t->work);
    pthread_mutex_destroy(&t->mu);
    free(t);
}

size_t q_team_threads(const q_team *t)
{
    return t ? t->thread_count + 1 : 1;
}

void q_team_run(q_team *t, size_t count, void (*fn)(void *ctx, size_t task), void *ctx)
{
    batch b = {.fn = fn, .ctx = ctx, .count = count};

    if (!t || t->thread_count == 0 || count < 2) {
        for (size_t i = 0; i < count; i++)
            fn(ctx, i);
        return;
    }
    pthread_mutex_lock(&t->mu);
    b.after = t->open;
    t->open = &b;
    atomic_fetch_add(&t->posted, 1);
    if (count - 1 < t->thread_count)
        for (size_t i = 1; i < count; i++)
            pthread_cond_signal(&t->work);
    else
        pthread_cond_broadcast(&t->work);
    pthread_mutex_unlock(&t->mu);

    run_tasks(&b);

    pthread_mutex_lock(&t->mu);
    unlist(t, &b);
    pthread_mutex_unlock(&t->mu);
    for (int i = 0; i < LOOKS && atomic_load(&b.helpers); i++)
        breathe();
    pthread_mutex_lock(&t->mu);
    while (atomic_load(&b.helpers))
        pthread_cond_wait(&t->ended, &t->mu);
    pthread_mutex_unlock(&t->mu);
}
