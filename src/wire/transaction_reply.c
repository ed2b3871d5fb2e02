#include "wire/transaction.h"

#include "base/clock.h"
#include "base/log.h"
#include "wire/cors.h"

#include <stdio.h>

static const q_api_error unknown_operation = {
    .name = Q_STR_INIT("UnknownOperationException"),
    .code = Q_STR_INIT("UnknownOperationException"),
    .status = 400,
};
static const q_api_error unknown_path = {
    .name = Q_STR_INIT("UnknownOperationException"),
    .code = Q_STR_INIT("UnknownOperationException"),
    .status = 404,
};
static const q_api_error invalid_action = {
    .name = Q_STR_INIT("InvalidAction"),
    .code = Q_STR_INIT("InvalidAction"),
    .status = 400,
};
static const q_api_error internal_failure = {
    .name = Q_STR_INIT("InternalFailure"),
    .code = Q_STR_INIT("InternalFailure"),
    .status = 500,
};

#define STRANGER(p, unknown)                                                                       \
    {                                                                                              \
        .name = Q_STR_INIT("-"), .protocol = (p),                                                  \
        .xml_namespace = Q_STR_INIT("http://webservices.amazon.com/AWSFault/2005-15-09"),          \
        .unknown_error = (unknown), .internal_error = &internal_failure                            \
    }

static const q_api strangers[] = {
    [Q_JSON_1_0] = STRANGER(Q_JSON_1_0, &unknown_operation),
    [Q_JSON_1_1] = STRANGER(Q_JSON_1_1, &unknown_operation),
    [Q_REST_JSON] = STRANGER(Q_REST_JSON, &unknown_path),
    [Q_QUERY] = STRANGER(Q_QUERY, &invalid_action),
};

const q_api *transaction__stranger(const q_request *req, bool form)
{
    if (form)
        return &strangers[Q_QUERY];
    if (q_str_is_nocase(q_request_header(req, "content-type"), "application/x-amz-json-1.0"))
        return &strangers[Q_JSON_1_0];
    if (q_request_header(req, "x-amz-target").p)
        return &strangers[Q_JSON_1_1];
    return &strangers[Q_REST_JSON];
}

void transaction__reply(transaction *t, q_reply *reply)
{
    if (cors__allow(&t->request, reply))
        reply->status = 500;
    t->replied = true;
    t->status = reply->status;
    t->sent = reply->head_only ? 0 : reply->file >= 0 ? reply->file_length : reply->body.n;
    t->ms = (double)(q_monotonic_ns() - q_exchange_start_ns(t->exchange)) / 1e6;
    q_exchange_reply(t->exchange, reply); /* from another thread t may be gone now */
}

void transaction__refuse(transaction *t)
{
    bool head = q_str_is(t->request.method, "HEAD");
    q_reply reply;

    t->error = t->fault.error ? t->fault.error : t->speaks->internal_error->name.p;
    q_reply_init(&reply, t->arena);
    if (q_fault_write(t->speaks, &t->fault, q_str_of(t->request_id), t->path, head, &reply)) {
        q_reply_init(&reply, t->arena);
        reply.status = 503;
    }
    transaction__reply(t, &reply);
}

/* Of an internal error the client hears no more than that; here it is said. */
static const char *sentence(const transaction *t)
{
    return !t->fault.error && t->call.err.msg[0] ? t->call.err.msg : t->fault.err.msg;
}

void transaction__log(const transaction *t, bool sent)
{
    q_log_level level = t->status >= 500 || !sent ? Q_LOG_WARN : Q_LOG_INFO;
    q_str path = q_str_sub(t->request.path, 0, 256);
    char what[320];

    if (t->op)
        snprintf(what, sizeof what, "%.*s.%.*s", Q_ARG(t->op->api->name), Q_ARG(t->op->name));
    else
        snprintf(what, sizeof what, "- method=%.*s path=%.*s", Q_ARG(t->request.method),
                 Q_ARG(path));
    if (t->error)
        q_log(level, "request",
              "id=%s op=%s status=%d ms=%.1f in=%llu out=%llu remote=%.*s key=%.*s%s error=%s "
              "message=\"%s\"",
              t->request_id, what, t->status, t->ms,
              (unsigned long long)q_exchange_received(t->exchange), (unsigned long long)t->sent,
              Q_ARG(t->request.remote),
              (int)(t->signature.access_key.n < 64 ? t->signature.access_key.n : 64),
              t->signature.access_key.p, sent ? "" : " aborted", t->error, sentence(t));
    else
        q_log(level, "request",
              "id=%s op=%s status=%d ms=%.1f in=%llu out=%llu remote=%.*s key=%.*s%s",
              t->request_id, what, t->status, t->ms,
              (unsigned long long)q_exchange_received(t->exchange), (unsigned long long)t->sent,
              Q_ARG(t->request.remote),
              (int)(t->signature.access_key.n < 64 ? t->signature.access_key.n : 64),
              t->signature.access_key.p, sent ? "" : " aborted");
}
