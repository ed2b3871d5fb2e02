#include "wire/transaction.h"

#include "base/clock.h"
#include "wire/canonical.h"
#include "wire/cors.h"
#include "wire/host.h"
#include "wire/input.h"
#include "wire/route.h"

#include <string.h>

#define NOTHING_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* ---- what is asked ---- */

static bool has_prefix(q_str s, const char *prefix)
{
    q_str p = q_str_of(prefix);

    return s.n >= p.n && q_str_eq_nocase(q_str_sub(s, 0, p.n), p);
}

static bool is_form(const transaction *t)
{
    return q_str_is(t->request.method, "POST") && !q_str_is(t->signature.service, "s3") &&
           !q_request_header(&t->request, "x-amz-target").p &&
           has_prefix(q_request_header(&t->request, "content-type"),
                      "application/x-www-form-urlencoded");
}

/* Only S3 has buckets in host names. */
static q_code path_find(transaction *t)
{
    q_str host = q_request_header(&t->request, "host"), bucket = Q_STR("");

    t->path = t->request.path;
    if (t->signature.service.n == 0 || q_str_is(t->signature.service, "s3"))
        bucket = host__bucket(host, t->gateway->domains);
    if (bucket.n)
        t->path = host__path(bucket, t->request.path, t->arena);
    return t->path.p ? Q_OK : q_fault_set(&t->fault, NULL, "out of memory");
}

static const q_handler *handler_of(const q_gateway *g, const q_api_operation *op)
{
    for (size_t i = 0; op && i < g->api_count; i++)
        if (q_apis[i] == op->api)
            return g->handlers[i][op - op->api->operations];
    return NULL;
}

static void operation_find(transaction *t, q_str form)
{
    t->op = q_route(&t->request, t->signature.service, form, t->path, &t->api);
    t->handler = handler_of(t->gateway, t->op);
    t->speaks = t->api ? t->api : transaction__stranger(&t->request, t->form);
    t->streams = t->handler && t->handler->write && q_input_streams(t->op);
}

/* ---- who asks ---- */

static q_code refused(transaction *t, q_sign_fault why, const q_err *err)
{
    int status;
    const char *name;
    q_code rc;

    if (err->code == Q_NOMEM) /* no fault of the client's */
        return q_fault_set(&t->fault, NULL, "out of memory");
    name = q_sign_error(t->speaks->protocol, t->signature.form, why, &status);
    rc = q_fault_set(&t->fault, name, "%s", err->msg);

    t->fault.status = status;
    return rc;
}

static q_code refused_because(transaction *t, q_sign_fault why, const char *sentence)
{
    q_err err;

    q_err_set(&err, Q_DENIED, "%s", sentence);
    return refused(t, why, &err);
}

/* The session token of a temporary key; they all begin with ASIA. */
static q_str session_token(const transaction *t)
{
    q_str header = q_request_header(&t->request, "x-amz-security-token");

    if (!q_str_starts(t->signature.access_key, Q_STR("ASIA")))
        return Q_STR("");
    if (t->signature.form == Q_SIGN_QUERY && !header.p)
        return canonical__parameter(t->request.query, "X-Amz-Security-Token", t->arena);
    return header;
}

static q_code key_find(transaction *t)
{
    const q_gateway_config *c = &t->gateway->config;
    q_str token = session_token(t);

    if (token.n && c->temporary) {
        q_err err = {.code = Q_OK};
        q_sign_fault why = c->temporary(c->temporary_ctx, t->signature.access_key, token,
                                        t->call.now_ms, t->arena, &t->secret, &t->visitor, &err);

        return why ? refused(t, why, &err) : Q_OK;
    }
    if (c->secret(c->secret_ctx, t->signature.access_key, t->arena, &t->secret))
        return Q_OK;
    return refused_because(t, Q_SIGN_UNKNOWN_KEY,
                           t->speaks->protocol == Q_REST_XML
                               ? "The AWS Access Key Id you provided does not exist in our records."
                               : "The security token included in the request is invalid.");
}

/* What no visitor may do is refused before its body is read. */
static q_code visitor_check(transaction *t)
{
    q_err err;

    if (!t->visitor.n || (t->handler && t->handler->visitor))
        return Q_OK;
    q_err_set(&err, Q_DENIED, "The visitor %.*s is not authorized to perform: %.*s:%.*s",
              Q_ARG(t->visitor), Q_ARG(t->op->api->signing_name), Q_ARG(t->op->name));
    return refused(t, Q_SIGN_DENIED, &err);
}

/* A signature is good for the service it names, not for its neighbours. */
static q_code scope_check(transaction *t)
{
    q_err err;

    if (!t->op || t->signature.form == Q_SIGN_NONE)
        return Q_OK;
    if (q_str_eq(t->signature.service, t->op->api->signing_name))
        return visitor_check(t);
    q_err_set(&err, Q_DENIED, "Credential should be scoped to correct service: '%.*s'.",
              Q_ARG(t->op->api->signing_name));
    return refused(t, t->op->api->protocol == Q_REST_XML ? Q_SIGN_MALFORMED : Q_SIGN_MISMATCH,
                   &err);
}

static q_code verify(transaction *t, q_str payload)
{
    q_err err;
    q_sign_fault why = q_signature_check(&t->signature, &t->request, t->path, t->secret, payload,
                                         t->gateway->keys, t->arena, &err);

    if (why)
        return refused(t, why, &err);
    t->verified = true;
    return scope_check(t);
}

/* Everything that can be said before the body is here. */
static q_code identify(transaction *t)
{
    q_err err;
    q_sign_fault why;
    q_code rc;

    if (t->signature.form == Q_SIGN_NONE) {
        t->verified = t->op && t->op->anonymous;
        if (t->verified || t->form)
            return Q_OK;
        return refused_because(t, Q_SIGN_MISSING,
                               "Missing Authentication Token: the request is not signed");
    }
    rc = key_find(t);
    if (rc)
        return rc;
    why = q_signature_current(&t->signature, t->call.now_ms, &err);
    if (why)
        return refused(t, why, &err);
    if (t->signature.payload.n || !q_exchange_has_body(t->exchange))
        return verify(t, Q_STR(NOTHING_SHA256));
    return Q_OK;
}

/* ---- the body's frame ---- */

static q_code unknown(transaction *t)
{
    q_str target = q_request_header(&t->request, "x-amz-target");
    q_code rc;

    if (t->op)
        rc = q_fault_set(&t->fault, t->speaks->unknown_error->name.p,
                         "The operation %.*s is not implemented", Q_ARG(t->op->name));
    else if (target.n)
        rc = q_fault_set(&t->fault, t->speaks->unknown_error->name.p,
                         "The operation %.*s is not known", (int)(target.n < 128 ? target.n : 128),
                         target.p);
    else
        rc = q_fault_set(&t->fault, t->speaks->unknown_error->name.p,
                         "The operation that the request asks for is not implemented");
    t->fault.status = t->speaks->unknown_error->status;
    return rc;
}

static q_code too_large(transaction *t, size_t limit)
{
    q_protocol p = t->speaks->protocol;
    q_code rc = q_fault_set(&t->fault,
                            p == Q_REST_XML ? "MaxMessageLengthExceeded"
                            : p == Q_QUERY  ? "RequestEntityTooLarge"
                                            : "RequestEntityTooLargeException",
                            "The body is larger than %zu bytes", limit);

    t->fault.status = p == Q_REST_XML ? 400 : 413;
    return rc;
}

static size_t body_limit(const transaction *t)
{
    const q_gateway_config *c = &t->gateway->config;

    return t->form || t->speaks->protocol == Q_REST_XML ? c->form_limit : c->body_limit;
}

static q_code size_check(transaction *t)
{
    size_t limit = body_limit(t);

    if (t->streams || t->request.content_length <= (int64_t)limit)
        return Q_OK;
    return too_large(t, limit);
}

/* The coding is undone, so what handlers see must not name it. */
static void coding_strip(transaction *t)
{
    q_header *copy = q_arena_array(t->arena, t->request.header_count, sizeof *copy);
    size_t n = 0;

    for (size_t i = 0; copy && i < t->request.header_count; i++) {
        q_header h = t->request.headers[i];
        q_str first, rest;

        if (q_str_is_nocase(h.name, "content-encoding")) {
            q_str_cut(h.value, ',', &first, &rest);
            if (q_str_is_nocase(q_str_trim(first), "aws-chunked"))
                h.value = q_str_trim(rest);
            if (h.value.n == 0)
                continue;
        }
        copy[n++] = h;
    }
    if (!copy)
        return;
    t->request.headers = copy;
    t->request.header_count = n;
}

static q_code payload_open(transaction *t)
{
    bool of_body = !t->op || !q_str_is(t->op->name, "CompleteMultipartUpload");
    q_code rc;

    if (!q_exchange_has_body(t->exchange) && !q_str_is(t->request.method, "PUT") &&
        !q_str_is(t->request.method, "POST"))
        return Q_OK;
    rc = q_payload_new(&t->request, &t->signature, of_body, t->arena, &t->payload, &t->fault);
    if (!rc && q_str_starts(t->signature.payload, Q_STR("STREAMING-")))
        coding_strip(t);
    return rc;
}

/* ---- the steps ---- */

static bool answered_at_once(transaction *t)
{
    const q_gateway_config *c = &t->gateway->config;
    q_reply reply;

    q_reply_init(&reply, t->arena);
    if (cors__is_preflight(&t->request)) {
        if (cors__preflight(&t->request, &reply))
            transaction__refuse(t);
        else
            transaction__reply(t, &reply);
        return true;
    }
    if (!c->page || !c->page(c->page_ctx, &t->request, &reply))
        return false;
    transaction__reply(t, &reply);
    return true;
}

static q_code head_steps(transaction *t)
{
    q_err err;
    q_sign_fault why = q_signature_read(&t->request, t->arena, &t->signature, &err);
    q_code rc = path_find(t);

    if (rc)
        return rc;
    t->form = is_form(t);
    operation_find(t, Q_STR(""));
    if (why)
        return refused(t, why, &err);
    rc = identify(t);
    if (!rc && t->verified && !t->handler && !t->form)
        rc = unknown(t);
    if (!rc)
        rc = size_check(t);
    if (!rc)
        rc = payload_open(t);
    if (!rc && t->streams)
        rc = transaction__open(t);
    return rc;
}

void transaction__head(transaction *t)
{
    t->speaks = transaction__stranger(&t->request, false);
    if (!answered_at_once(t) && head_steps(t))
        transaction__refuse(t);
}

static q_code hold(transaction *t, q_str bytes)
{
    q_gateway *g = t->gateway;
    size_t all = atomic_fetch_add(&g->buffered, bytes.n) + bytes.n;

    t->buffered += bytes.n;
    if (all > g->config.buffered_limit) {
        q_fault_set(&t->fault,
                    t->speaks->protocol == Q_REST_XML ? "SlowDown" : "ServiceUnavailableException",
                    "Too many large requests at a time; try again");
        t->fault.status = 503;
        return Q_BUSY;
    }
    q_buf_put(&t->body, bytes);
    if (t->body.rc == Q_LIMIT)
        return too_large(t, body_limit(t));
    return t->body.rc ? q_fault_set(&t->fault, NULL, "out of memory") : Q_OK;
}

static q_code take(void *ctx, q_str bytes)
{
    transaction *t = ctx;
    q_code rc;

    t->call.body_length += bytes.n;
    if (!t->streams)
        return hold(t, bytes);
    rc = t->handler->write(&t->call, bytes);
    return rc ? transaction__call_failed(t, rc) : Q_OK;
}

void transaction__body(transaction *t, q_str bytes)
{
    q_sink sink = {take, t};

    if (t->body.limit == 0)
        t->body = q_buf_init(NULL, body_limit(t));
    if (q_payload_write(t->payload, bytes, &sink, &t->fault))
        transaction__refuse(t);
}

static q_code checksum_check(transaction *t)
{
    if (!t->op->checksum_required || q_request_header(&t->request, "content-md5").p ||
        q_request_header(&t->request, "x-amz-trailer").p)
        return Q_OK;
    for (size_t i = 0; i < t->request.header_count; i++)
        if (has_prefix(t->request.headers[i].name, "x-amz-checksum-"))
            return Q_OK;
    return q_fault_set(&t->fault, "InvalidRequest",
                       "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
}

static q_code end_steps(transaction *t)
{
    q_code rc = t->payload ? q_payload_end(t->payload, &t->fault) : Q_OK;

    if (!rc && t->form)
        operation_find(t, q_buf_str(&t->body));
    if (!rc && t->form && t->signature.form == Q_SIGN_NONE && !(t->op && t->op->anonymous))
        rc = refused_because(t, Q_SIGN_MISSING,
                             "Request is missing Authentication Token: it is not signed");
    if (!rc && !t->verified && t->signature.form != Q_SIGN_NONE)
        rc = verify(t, t->payload ? q_payload_sha256(t->payload) : Q_STR(NOTHING_SHA256));
    else if (!rc && t->form)
        rc = scope_check(t);
    if (!rc && !t->handler)
        rc = unknown(t);
    return rc ? rc : checksum_check(t);
}

void transaction__end(transaction *t)
{
    if (end_steps(t))
        transaction__refuse(t);
    else
        transaction__run(t);
}
