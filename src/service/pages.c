#include "service/pages.h"

/* Scripts, styles and calls from this origin alone, nothing inline, no frame
 * around us, and no way for text to become markup. form-action: the forms are
 * handled in the page, so a submission can only be a mistake that would put
 * a key into an address.
 */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                    \
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "            \
    "require-trusted-types-for 'script'; trusted-types 'none'"

static const struct {
    const char *name;
    q_str value;
} fixed_headers[] = {
    {"Content-Security-Policy", Q_STR_INIT(POLICY)},
    {"X-Content-Type-Options", Q_STR_INIT("nosniff")},
    {"X-Frame-Options", Q_STR_INIT("DENY")},
    {"Referrer-Policy", Q_STR_INIT("no-referrer")},
    {"Cross-Origin-Resource-Policy", Q_STR_INIT("same-origin")},
    /* Asked for every time, answered with 304: a new binary shows at once. */
    {"Cache-Control", Q_STR_INIT("no-cache")},
    {"Vary", Q_STR_INIT("Accept, Authorization")},
};

const q_page_file *q_page_find(q_str path)
{
    for (size_t i = 0; i < q_page_file_count; i++) {
        if (q_str_eq(q_page_files[i].path, path))
            return &q_page_files[i];
    }
    return NULL;
}

static bool query_has_key(q_str query, const char *key)
{
    q_str pair, name, value;

    while (query.n > 0) {
        q_str_cut(query, '&', &pair, &query);
        q_str_cut(pair, '=', &name, &value);
        if (q_str_is_nocase(name, key))
            return true;
    }
    return false;
}

static bool is_signed(const q_request *req)
{
    return q_request_header(req, "Authorization").p ||
           query_has_key(req->query, "X-Amz-Signature") || query_has_key(req->query, "Signature");
}

const q_page_file *q_page_wanted(const q_request *req)
{
    if (!q_str_is(req->method, "GET") && !q_str_is(req->method, "HEAD"))
        return NULL;
    if (q_str_is(req->path, "/") && (is_signed(req) || q_str_find(q_request_header(req, "Accept"),
                                                                  Q_STR("text/html")) == SIZE_MAX))
        return NULL;
    return q_page_find(req->path);
}

/* Whether If-None-Match names the tag; a weak tag stands for the same bytes. */
static bool is_known(q_str list, q_str etag)
{
    q_str tag;

    while (list.n > 0) {
        q_str_cut(list, ',', &tag, &list);
        tag = q_str_trim(tag);
        if (q_str_starts(tag, Q_STR("W/")))
            tag = q_str_sub(tag, 2, tag.n);
        if (q_str_eq(tag, etag) || q_str_is(tag, "*"))
            return true;
    }
    return false;
}

q_code q_page_reply(const q_page_file *file, const q_request *req, q_reply *reply)
{
    bool known = is_known(q_request_header(req, "If-None-Match"), file->etag);
    q_code rc = q_reply_header(reply, "ETag", file->etag);

    for (size_t i = 0; !rc && i < sizeof(fixed_headers) / sizeof(fixed_headers[0]); i++)
        rc = q_reply_header(reply, fixed_headers[i].name, fixed_headers[i].value);
    if (!rc && !known)
        rc = q_reply_header(reply, "Content-Type", file->type);
    reply->status = known ? 304 : 200;
    if (known)
        return rc;
    if (q_str_is(req->method, "HEAD")) {
        reply->head_only = true;
        reply->head_length = file->bytes.n;
    } else {
        reply->body = file->bytes;
    }
    return rc;
}
