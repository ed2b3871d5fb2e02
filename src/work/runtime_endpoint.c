/* The runtime API, on the endpoint's loop thread. */
#include "work/runtime_parts.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define API "/2018-06-01/runtime/"

static bool path_is(q_exchange *x, const char *method, const char *path)
{
    const q_request *q = q_exchange_request(x);

    return q_str_is(q->method, method) && q_str_is(q->path, path);
}

/* /invocation/ID/WHAT */
static q_str path_id(q_exchange *x, const char *what)
{
    q_str path = q_exchange_request(x)->path, prefix = Q_STR(API "invocation/"), id, tail;

    if (!q_str_is(q_exchange_request(x)->method, "POST") || !q_str_starts(path, prefix) ||
        !q_str_cut(q_str_sub(path, prefix.n, path.n), '/', &id, &tail) || !q_str_is(tail, what))
        return (q_str){NULL, 0};
    return id;
}

static void on_begin(void *ctx, q_exchange *x)
{
    q_buf *body;

    (void)ctx;
    if (!q_exchange_has_body(x))
        return;
    body = q_arena_alloc(q_exchange_arena(x), sizeof *body);
    if (!body)
        return;
    *body = q_buf_init(q_exchange_arena(x), RUNTIME_PAYLOAD);
    q_exchange_set_state(x, body);
}

static void on_body(void *ctx, q_exchange *x, q_str bytes)
{
    q_buf *body = q_exchange_state(x);

    (void)ctx;
    if (body)
        q_buf_put(body, bytes);
}

static void next(instance *in, q_exchange *x)
{
    runtime *r = in->owner;
    q_exchange *old = NULL;
    q_reply reply;
    enum { NOW, LATER, NEVER } when;

    pthread_mutex_lock(&r->mu);
    when = !in->alive ? NEVER : r->first && !in->current ? NOW : LATER;
    if (when != NEVER) {
        old = in->parked;
        in->parked = NULL;
        in->ready = true;
    }
    if (when == NOW) {
        reply = runtime__deliver(in, runtime__pop(r), x);
    } else if (when == LATER) {
        q_exchange_set_state(x, NULL);
        q_exchange_later(x);
        in->parked = x;
    }
    runtime__wake(in);
    pthread_mutex_unlock(&r->mu);
    if (when == NOW)
        q_exchange_reply(x, &reply);
    else if (when == NEVER) /* the last words of a process that has ended */
        runtime__reply(x, 500, "{\"errorType\":\"ProcessGone\"}");
    if (old) /* its process polls anew: that one is not heard any more */
        runtime__reply(old, 500, "{\"errorType\":\"Superseded\"}");
}

/* The instance's work, if it has this id: taken from it. */
static invocation *current_take(instance *in, q_str id)
{
    invocation *v = in->current;

    if (!v || !q_str_is(id, v->id))
        return NULL;
    in->current = NULL;
    return v;
}

/* What {"errorType", "errorMessage"} says, as one sentence. */
static void error_read(q_arena *a, q_str json, q_err *err)
{
    q_value *v = NULL;
    q_str type = {NULL, 0}, message = {NULL, 0};

    if (q_json_parse(a, json, &v, NULL) == Q_OK) {
        type = q_value_str(v, Q_STR("errorType"), Q_STR("Error"));
        message = q_value_str(v, Q_STR("errorMessage"), Q_STR(""));
    }
    if (type.p)
        q_err_set(err, Q_INVALID, "%.*s: %.*s", Q_ARG(type), Q_ARG(message));
    else
        q_err_set(err, Q_INVALID, "Unhandled: %.*s", Q_ARG(q_str_sub(json, 0, 400)));
}

static void outcome(instance *in, q_exchange *x, q_str id, bool failed, const q_buf *body)
{
    runtime *r = in->owner;
    bool too_long = body && body->rc;
    q_str bytes = body && !too_long ? q_buf_str(body) : (q_str){NULL, 0};
    q_err err = {.code = Q_OK};
    invocation *v;
    char *copy;

    if (failed)
        error_read(q_exchange_arena(x), bytes, &err);
    else if (too_long)
        q_err_set(&err, Q_LIMIT, "Function.ResponseSizeTooLarge: a result of more than %d bytes",
                  RUNTIME_PAYLOAD);
    copy = malloc(bytes.n + 1);
    if (!copy)
        q_err_nomem(&err);
    else if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    pthread_mutex_lock(&r->mu);
    v = current_take(in, id);
    if (v) {
        v->err = err;
        v->result = copy;
        v->result_n = bytes.n;
        copy = NULL;
        in->ended_ns = q_monotonic_ns();
        runtime__finish(r, v);
    }
    runtime__wake(in);
    pthread_mutex_unlock(&r->mu);
    free(copy);
    if (!v)
        runtime__reply(x, 400,
                       "{\"errorMessage\":\"not the current invocation\","
                       "\"errorType\":\"InvalidRequestID\"}");
    else if (too_long)
        runtime__reply(x, 413,
                       "{\"errorMessage\":\"the result is too long\","
                       "\"errorType\":\"RequestEntityTooLarge\"}");
    else
        runtime__reply(x, 202, "{\"status\":\"OK\"}");
}

static void on_end(void *ctx, q_exchange *x)
{
    instance *in = ctx;
    const q_buf *body = q_exchange_state(x);

    if (path_is(x, "GET", API "invocation/next")) {
        next(in, x);
    } else if (path_id(x, "response").p) {
        outcome(in, x, path_id(x, "response"), false, body);
    } else if (path_id(x, "error").p) {
        outcome(in, x, path_id(x, "error"), true, body);
    } else if (path_is(x, "POST", API "init/error")) {
        pthread_mutex_lock(&in->owner->mu);
        error_read(q_exchange_arena(x), body ? q_buf_str(body) : Q_STR(""), &in->init);
        pthread_mutex_unlock(&in->owner->mu);
        runtime__reply(x, 202, "{\"status\":\"OK\"}");
    } else {
        runtime__reply(x, 404, "{\"errorMessage\":\"no such path\",\"errorType\":\"NotFound\"}");
    }
}

/* A delivery that never arrived goes back to the head of the queue. */
static void on_gone(void *ctx, q_exchange *x, bool sent)
{
    instance *in = ctx;
    runtime *r = in->owner;
    const char *id = q_exchange_state(x);
    invocation *v = NULL;

    if (sent || !id || !path_is(x, "GET", API "invocation/next"))
        return;
    pthread_mutex_lock(&r->mu);
    v = current_take(in, q_str_of(id));
    if (v)
        runtime__push_front(r, v);
    pthread_mutex_unlock(&r->mu);
    if (v)
        runtime__dispatch(r);
}

q_code runtime__endpoint_open(instance *in, q_err *err)
{
    q_server_config c = {.address = "127.0.0.1", .port = "0", .threads = 1};

    /* A process may compute for minutes between two of its requests. */
    c.limits = (q_server_limits){.idle_s = 3600, .connections = 16};
    c.handler = (q_server_handler){on_begin, on_body, on_end, on_gone, in};
    return q_server_new(&c, &in->server, err);
}
