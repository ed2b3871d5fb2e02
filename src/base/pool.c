#include "base/pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct task {
    struct task *next;
    void (*fn)(void *);
    void *arg;
} task;

struct q_pool {
    pthread_mutex_t mu;
    pthread_cond_t wake;
    task *first, *last; /* under mu */
    bool closing;       /* under mu */
    size_t threads;
    pthread_t ids[];
};

static void *run(void *arg)
{
    q_pool *p = arg;

    pthread_mutex_lock(&p->mu);
    for (;;) {
        task *t = p->first;

        if (t) {
            p->first = t->next;
            if (!p->first)
                p->last = NULL;
            pthread_mutex_unlock(&p->mu);
            t->fn(t->arg);
            free(t);
            pthread_mutex_lock(&p->mu);
        } else if (p->closing) {
            break;
        } else {
            pthread_cond_wait(&p->wake, &p->mu);
        }
    }
    pthread_mutex_unlock(&p->mu);
    return NULL;
}

q_code q_pool_new(size_t threads, q_pool **out, q_err *err)
{
    q_pool *p = calloc(1, sizeof *p + threads * sizeof *p->ids);

    if (!p)
        return q_err_nomem(err);
    pthread_mutex_init(&p->mu, NULL);
    pthread_cond_init(&p->wake, NULL);
    for (size_t i = 0; i < threads; i++) {
        int e = pthread_create(&p->ids[i], NULL, run, p);

        if (e) {
            q_pool_free(p);
            errno = e;
            return q_err_errno(err, "start thread %zu of %zu", i + 1, threads);
        }
        p->threads++;
    }
    *out = p;
    return Q_OK;
}

void q_pool_free(q_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->mu);
    p->closing = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->mu);
    for (size_t i = 0; i < p->threads; i++)
        pthread_join(p->ids[i], NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->mu);
    free(p);
}

q_code q_pool_run(q_pool *p, void (*fn)(void *), void *arg)
{
    task *t = malloc(sizeof *t);

    if (!t)
        return Q_NOMEM;
    *t = (task){NULL, fn, arg};
    pthread_mutex_lock(&p->mu);
    if (p->last)
        p->last->next = t;
    else
        p->first = t;
    p->last = t;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->mu);
    return Q_OK;
}

size_t q_cpu_count(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    return CPU_COUNT(&set) > 0 ? (size_t)CPU_COUNT(&set) : 1;
}
