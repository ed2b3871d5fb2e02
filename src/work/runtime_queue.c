/* Invocations on their way to the processes that ask for work. */
#include "work/runtime_parts.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

void runtime__push(runtime *r, invocation *v)
{
    v->next = NULL;
    if (r->last)
        r->last->next = v;
    else
        r->first = v;
    r->last = v;
}

void runtime__push_front(runtime *r, invocation *v)
{
    v->next = r->first;
    r->first = v;
    if (!r->last)
        r->last = v;
}

invocation *runtime__pop(runtime *r)
{
    invocation *v = r->first;

    if (v) {
        r->first = v->next;
        if (!r->first)
            r->last = NULL;
    }
    return v;
}

void runtime__finish(runtime *r, invocation *v)
{
    v->done = true;
    pthread_cond_broadcast(&r->done);
}

void runtime__wake(const instance *in)
{
    uint64_t one = 1;

    if (write(in->wake, &one, sizeof one) < 0)
        q_log(Q_LOG_DEBUG, "function", "eventfd: %s", strerror(errno));
}

void runtime__reply(q_exchange *x, int status, const char *json)
{
    q_reply r;

    q_reply_init(&r, q_exchange_arena(x));
    r.status = status;
    r.body = q_str_of(json);
    if (q_reply_header(&r, "Content-Type", Q_STR("application/json")))
        r.header_count = 0;
    q_exchange_reply(x, &r);
}

q_reply runtime__deliver(instance *in, invocation *v, q_exchange *x)
{
    runtime *r = in->owner;
    q_arena *a = q_exchange_arena(x);
    int64_t until_ms = q_now_ms() + v->timeout_ms;
    char deadline[24], *mine = q_str_cstr(a, q_str_of(v->id));
    q_reply reply;
    q_code rc;

    in->current = v;
    v->deadline_ns = q_monotonic_ns() + v->timeout_ms * 1000000LL;
    snprintf(deadline, sizeof deadline, "%lld", (long long)until_ms);
    q_exchange_set_state(x, mine);
    q_reply_init(&reply, a);
    reply.body = q_str_copy(a, v->event);
    rc = q_reply_header(&reply, "Content-Type", Q_STR("application/json"));
    if (!rc)
        rc = q_reply_header(&reply, "Lambda-Runtime-Aws-Request-Id", q_str_of(v->id));
    if (!rc)
        rc = q_reply_header(&reply, "Lambda-Runtime-Deadline-Ms", q_str_of(deadline));
    if (!rc)
        rc = q_reply_header(&reply, "Lambda-Runtime-Invoked-Function-Arn", q_str_of(r->arn));
    if (rc || !mine || !reply.body.p) { /* the arena has room for far more */
        reply.status = 500;
        reply.body = Q_STR("");
    }
    runtime__wake(in);
    return reply;
}

/* Under mu. Start a process for the queue if those about to ask for work are too few. */
static void instance_want(runtime *r)
{
    size_t queued = 0, coming = 0;
    instance *rest = NULL;

    for (invocation *v = r->first; v; v = v->next)
        queued++;
    for (size_t i = 0; i < r->count; i++) {
        instance *in = &r->instances[i];

        if (in->wanted || (in->alive && !in->current)) /* it will ask soon */
            coming++;
        else if (!in->alive)
            rest = in;
    }
    if (queued <= coming)
        return;
    if (!rest && r->count < RUNTIME_INSTANCES) {
        rest = &r->instances[r->count];
        rest->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (rest->wake >= 0 && pthread_create(&rest->thread, NULL, runtime__supervise, rest) == 0) {
            r->count++;
        } else {
            q_fd_close(rest->wake);
            rest = NULL;
        }
    }
    if (r->count == 0) { /* else those at work come round to the queue */
        invocation *v = runtime__pop(r);

        q_err_set(&v->err, Q_IO, "function %s: no thread for its process", r->name);
        runtime__finish(r, v);
    }
    if (rest) {
        rest->wanted = true;
        pthread_cond_broadcast(&r->start);
    }
}

/* Under mu: nobody will come for what still waits. */
static void cancel_queued(runtime *r)
{
    invocation *v;

    while ((v = runtime__pop(r))) {
        q_err_set(&v->err, Q_CANCELLED, "function %s: the server is stopping", r->name);
        runtime__finish(r, v);
    }
}

void runtime__dispatch(runtime *r)
{
    q_exchange *to[RUNTIME_INSTANCES];
    q_reply replies[RUNTIME_INSTANCES];
    size_t n = 0;

    pthread_mutex_lock(&r->mu);
    if (r->closing)
        cancel_queued(r);
    for (size_t i = 0; i < r->count && r->first; i++) {
        instance *in = &r->instances[i];

        if (!in->parked)
            continue;
        to[n] = in->parked;
        in->parked = NULL;
        replies[n] = runtime__deliver(in, runtime__pop(r), to[n]);
        n++;
    }
    if (r->first)
        instance_want(r);
    pthread_mutex_unlock(&r->mu);
    for (size_t i = 0; i < n; i++)
        q_exchange_reply(to[i], &replies[i]);
}
