#include "wire/cors.h"

#include "base/buf.h"

bool cors__is_preflight(const q_request *req)
{
    return q_str_is(req->method, "OPTIONS") && q_request_header(req, "origin").p &&
           q_request_header(req, "access-control-request-method").p;
}

static bool header_allowed(q_str name)
{
    static const char *const names[] = {
        "accept",          "authorization",    "cache-control",     "content-disposition",
        "content-type",    "content-md5",      "content-encoding",  "expires",
        "if-match",        "if-none-match",    "if-modified-since", "if-unmodified-since",
        "range",           "x-amz-target",     "x-amzn-query-mode", "amz-sdk-request",
        "accept-language", "content-language", "x-amzn-trace-id",   "amz-sdk-invocation-id"};
    static const char *const prefixes[] = {"x-amz-", "amz-sdk-"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is_nocase(name, names[i]))
            return true;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        q_str prefix = q_str_of(prefixes[i]);

        if (name.n > prefix.n && q_str_eq_nocase(q_str_sub(name, 0, prefix.n), prefix))
            return true;
    }
    return false;
}

/* Of the headers that were asked for, those that may be sent. */
static q_str allowed_headers(const q_request *req, q_arena *a)
{
    q_str rest = q_request_header(req, "access-control-request-headers"), name;
    q_buf b = q_buf_init(a, 65536);

    while (rest.n) {
        q_str_cut(rest, ',', &name, &rest);
        name = q_str_trim(name);
        if (!header_allowed(name))
            continue;
        if (b.n)
            q_buf_puts(&b, ", ");
        q_buf_put(&b, name);
    }
    return q_buf_str(&b);
}

q_code cors__preflight(const q_request *req, q_reply *reply)
{
    q_str headers = allowed_headers(req, reply->arena);
    q_code rc = q_reply_header(reply, "Access-Control-Allow-Methods",
                               Q_STR("GET, HEAD, PUT, POST, DELETE, PATCH"));

    reply->status = 200;
    if (!rc && headers.n)
        rc = q_reply_header(reply, "Access-Control-Allow-Headers", headers);
    if (!rc)
        rc = q_reply_header(reply, "Access-Control-Max-Age", Q_STR("3600"));
    return rc;
}

/* Browsers take no wildcards here: names with a prefix are those we send. */
static q_str exposed_headers(const q_reply *reply)
{
    q_buf b = q_buf_init(reply->arena, 65536);

    q_buf_puts(&b, "ETag, Content-Length, Content-Range, Content-Type, Last-Modified, Date");
    for (size_t i = 0; i < reply->header_count; i++) {
        q_str name = reply->headers[i].name;

        if (name.n > 5 && q_str_eq_nocase(q_str_sub(name, 0, 5), Q_STR("x-amz"))) {
            q_buf_puts(&b, ", ");
            q_buf_put(&b, name);
        }
    }
    return q_buf_str(&b);
}

q_code cors__allow(const q_request *req, q_reply *reply)
{
    q_code rc;

    if (!q_request_header(req, "origin").p)
        return Q_OK;
    rc = q_reply_header(reply, "Access-Control-Expose-Headers", exposed_headers(reply));
    return rc ? rc : q_reply_header(reply, "Access-Control-Allow-Origin", Q_STR("*"));
}
