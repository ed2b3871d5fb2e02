#include "base/digest.h"
#include "base/encode.h"
#include "wire/canonical.h"
#include "wire/sign_inner.h"

#include <stdlib.h>

static bool names_subresource(q_str key)
{
    static const char *const names[] = {"accelerate",
                                        "acl",
                                        "analytics",
                                        "cors",
                                        "defaultObjectAcl",
                                        "delete",
                                        "inventory",
                                        "lifecycle",
                                        "location",
                                        "logging",
                                        "metrics",
                                        "notification",
                                        "object-lock",
                                        "partNumber",
                                        "policy",
                                        "replication",
                                        "requestPayment",
                                        "response-cache-control",
                                        "response-content-disposition",
                                        "response-content-encoding",
                                        "response-content-language",
                                        "response-content-type",
                                        "response-expires",
                                        "restore",
                                        "select",
                                        "select-type",
                                        "storageClass",
                                        "tagging",
                                        "torrent",
                                        "uploadId",
                                        "uploads",
                                        "versionId",
                                        "versioning",
                                        "versions",
                                        "website"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is(key, names[i]))
            return true;
    return false;
}

static int by_key(const void *a, const void *b)
{
    return q_str_cmp(((const query_parameter *)a)->key, ((const query_parameter *)b)->key);
}

/* "?acl&versionId=x": what selects a part of the object, sorted. */
static void subresources_put(q_buf *b, const query_parameter *p, size_t n, q_arena *a)
{
    query_parameter *kept = q_arena_array(a, n, sizeof *kept);
    size_t k = 0;

    for (size_t i = 0; kept && i < n; i++)
        if (names_subresource(p[i].key))
            kept[k++] = p[i];
    if (!kept)
        b->rc = Q_NOMEM;
    if (k)
        qsort(kept, k, sizeof *kept, by_key);
    for (size_t i = 0; i < k; i++) {
        q_buf_char(b, i ? '&' : '?');
        q_buf_put(b, kept[i].key);
        if (kept[i].value.n) {
            q_buf_char(b, '=');
            q_buf_put(b, q_percent_decode(a, kept[i].value, false));
        }
    }
}

/* "x-amz-acl:private\n" of headers, and of parameters that stand for them. */
static q_code amz_headers_put(q_buf *b, const q_request *req, const query_parameter *p, size_t n,
                              q_arena *a, q_err *err)
{
    query_parameter *all = q_arena_array(a, n + req->header_count, sizeof *all);
    size_t k = 0;

    if (!all)
        return q_err_nomem(err);
    for (size_t i = 0; i < req->header_count; i++)
        if (sign__is_amz(req->headers[i].name))
            all[k++] =
                (query_parameter){q_str_copy(a, req->headers[i].name), req->headers[i].value};
    for (size_t i = 0; i < n; i++)
        if (sign__is_amz(p[i].key))
            all[k++] =
                (query_parameter){q_str_copy(a, p[i].key), q_percent_decode(a, p[i].value, false)};
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; all[i].key.p && j < all[i].key.n; j++)
            ((char *)all[i].key.p)[j] = q_to_lower(all[i].key.p[j]);
    if (k)
        qsort(all, k, sizeof *all, by_key);
    for (size_t i = 0; i < k; i++) {
        q_buf_put(b, all[i].key);
        q_buf_char(b, ':');
        q_buf_put(b, all[i].value);
        q_buf_char(b, '\n');
    }
    return Q_OK;
}

/* A header's value, or that of the parameter that stands for it, in a line. */
static void line_put(q_buf *b, const q_request *req, const char *name, q_arena *a)
{
    q_str value = q_request_header(req, name);

    q_buf_put(b, value.p ? value : canonical__parameter(req->query, name, a));
    q_buf_char(b, '\n');
}

/* The parameters, their keys decoded: however a client spells one, it means the
 * same to those who read it later, and so must be signed alike.
 */
static q_code parameters_read(q_str query, q_arena *a, query_parameter **out, size_t *n, q_err *err)
{
    q_code rc = canonical__parameters(query, a, out, n, err);

    for (size_t i = 0; !rc && i < *n; i++) {
        q_str *key = &(*out)[i].key;

        if (q_str_has(*key, '%'))
            *key = q_percent_decode(a, *key, false);
        if (!key->p)
            rc = q_err_nomem(err);
    }
    return rc;
}

static q_code string_to_sign_v2(const q_signature *s, const q_request *req, q_str path, q_arena *a,
                                q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, CANONICAL_LIMIT);
    query_parameter *p;
    size_t n;
    q_code rc = parameters_read(req->query, a, &p, &n, err);

    if (rc)
        return rc;
    q_buf_put(&b, req->method);
    q_buf_char(&b, '\n');
    line_put(&b, req, "content-md5", a);
    line_put(&b, req, "content-type", a);
    q_buf_i64(&b, s->expires_s);
    q_buf_char(&b, '\n');
    rc = amz_headers_put(&b, req, p, n, a, err);
    if (rc)
        return rc;
    q_buf_put(&b, path);
    subresources_put(&b, p, n, a);
    return q_buf_finish(&b, out, err);
}

q_sign_fault sign__check_v2(const q_signature *s, const q_request *req, q_str path, q_str secret,
                            q_arena *a, q_err *err)
{
    unsigned char mac[20];
    q_str text;
    q_buf b = q_buf_init(a, 64);

    if (string_to_sign_v2(s, req, path, a, &text, err))
        return Q_SIGN_MALFORMED;
    if (!q_hmac_sha1(secret, text, mac)) {
        q_err_nomem(err);
        return Q_SIGN_MALFORMED;
    }
    q_buf_base64(&b, (q_str){(const char *)mac, sizeof mac});
    return q_equal_secret(q_buf_str(&b), s->given) ? Q_SIGN_OK : sign__mismatch(err);
}
