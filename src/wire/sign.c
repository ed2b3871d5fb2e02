#include "wire/sign.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "wire/canonical.h"
#include "wire/sign_inner.h"

#include <stdlib.h>

static q_str bytes32(const unsigned char key[32])
{
    return (q_str){(const char *)key, 32};
}

bool sign__is_amz(q_str name)
{
    return name.n > 6 && q_str_is_nocase(q_str_sub(name, 0, 6), "x-amz-");
}

q_sign_fault sign__mismatch(q_err *err)
{
    q_err_set(err, Q_DENIED,
              "The request signature we calculated does not match the signature you provided. "
              "Check your AWS Secret Access Key and signing method. Consult the service "
              "documentation for details.");
    return Q_SIGN_MISMATCH;
}

static q_code canonical_request(const q_request *req, const q_signature *s, q_str payload,
                                q_arena *a, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, CANONICAL_LIMIT);
    q_code rc;

    q_buf_put(&b, req->method);
    q_buf_char(&b, '\n');
    canonical__path(&b, req->path, q_str_is(s->service, "s3"), a);
    q_buf_char(&b, '\n');
    rc = canonical__query(&b, req->query, s->form == Q_SIGN_QUERY ? "X-Amz-Signature" : NULL, a,
                          err);
    q_buf_char(&b, '\n');
    if (!rc)
        rc = canonical__headers(&b, req, s->signed_headers, err);
    if (rc)
        return rc;
    q_buf_char(&b, '\n');
    q_buf_put(&b, s->signed_headers);
    q_buf_char(&b, '\n');
    q_buf_put(&b, payload);
    return q_buf_finish(&b, out, err);
}

static q_code string_to_sign(const q_signature *s, q_str canonical, q_arena *a, q_str *out,
                             q_err *err)
{
    char hash[65];

    if (!q_sha256_hex(canonical, hash))
        return q_err_nomem(err);
    *out = q_str_printf(a, "AWS4-HMAC-SHA256\n%.*s\n%.*s/%.*s/%.*s/aws4_request\n%s",
                        Q_ARG(s->date), Q_ARG(s->day), Q_ARG(s->region), Q_ARG(s->service), hash);
    return out->p ? Q_OK : q_err_nomem(err);
}

/* The signature that belongs to the request, 64 hex digits and a NUL. */
static q_code signature_v4(const q_request *req, const q_signature *s, q_str payload, q_arena *a,
                           char hex[65], q_err *err)
{
    unsigned char mac[32];
    q_str text;
    q_code rc = canonical_request(req, s, payload, a, &text, err);

    if (!rc)
        rc = string_to_sign(s, text, a, &text, err);
    if (!rc && !q_hmac_sha256(bytes32(s->key), text, mac))
        rc = q_err_nomem(err);
    if (!rc)
        q_hex(mac, sizeof mac, hex);
    return rc;
}

/* Whoever carries a request must not be able to add meaning to it. */
static q_sign_fault unsigned_header(const q_signature *s, const q_request *req, q_err *err)
{
    for (size_t i = 0; i < req->header_count; i++) {
        q_str name = req->headers[i].name;

        if (!sign__is_amz(name) || canonical__signed(s->signed_headers, name))
            continue;
        if (q_str_is_nocase(name, "x-amz-content-sha256") &&
            q_str_is(req->headers[i].value, "UNSIGNED-PAYLOAD"))
            continue;
        q_err_set(err, Q_DENIED,
                  "There were headers present in the request which were not signed: %.*s",
                  Q_ARG(name));
        return Q_SIGN_UNSIGNED;
    }
    return Q_SIGN_OK;
}

static q_sign_fault check_v4(q_signature *s, const q_request *req, q_str secret, q_str payload,
                             q_sign_keys *keys, q_arena *a, q_err *err)
{
    char hex[65];
    q_sign_fault fault = unsigned_header(s, req, err);

    if (fault)
        return fault;
    if (!sign__key(keys, secret, s, s->key)) {
        q_err_nomem(err);
        return Q_SIGN_MALFORMED;
    }
    if (signature_v4(req, s, s->payload.n ? s->payload : payload, a, hex, err))
        return Q_SIGN_MALFORMED;
    return q_equal_secret((q_str){hex, 64}, s->given) ? Q_SIGN_OK : sign__mismatch(err);
}

q_sign_fault q_signature_check(q_signature *s, const q_request *req, q_str path, q_str secret,
                               q_str payload, q_sign_keys *keys, q_arena *a, q_err *err)
{
    if (s->form == Q_SIGN_V2_QUERY)
        return sign__check_v2(s, req, path, secret, a, err);
    return check_v4(s, req, secret, payload, keys, a, err);
}

/* ---- our own requests ---- */

static int by_name(const void *a, const void *b)
{
    return q_str_cmp(*(const q_str *)a, *(const q_str *)b);
}

/* "content-type;host;x-amz-date": lower case, sorted, each once. */
static q_code names_to_sign(const q_request *req, q_arena *a, q_str *out, q_err *err)
{
    q_str *names = q_arena_array(a, req->header_count, sizeof *names);
    q_buf b = q_buf_init(a, CANONICAL_LIMIT);
    size_t n = 0;

    if (!names)
        return q_err_nomem(err);
    for (size_t i = 0; i < req->header_count; i++) {
        q_str name = req->headers[i].name;

        if (!sign__is_amz(name) && !q_str_is_nocase(name, "host") &&
            !q_str_is_nocase(name, "content-type"))
            continue;
        names[n] = q_str_copy(a, name);
        if (!names[n].p)
            return q_err_nomem(err);
        for (size_t j = 0; j < name.n; j++)
            ((char *)names[n].p)[j] = q_to_lower(name.p[j]);
        n++;
    }
    if (n)
        qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) {
        if (i && q_str_eq(names[i], names[i - 1]))
            continue;
        if (i)
            q_buf_char(&b, ';');
        q_buf_put(&b, names[i]);
    }
    return q_buf_finish(&b, out, err);
}

q_code q_sign_request(const q_request *req, const q_signer *with, q_str payload, q_arena *a,
                      q_str *authorization, q_err *err)
{
    q_signature s = {.form = Q_SIGN_HEADER, .region = with->region, .service = with->service};
    char date[17], hex[65];
    q_code rc;

    q_time_basic(with->now_ms, date);
    s.date = q_str_of(date);
    s.day = q_str_sub(s.date, 0, 8);
    rc = names_to_sign(req, a, &s.signed_headers, err);
    if (!rc && !q_sign_key(with->secret, s.day, s.region, s.service, s.key))
        rc = q_err_nomem(err);
    if (!rc)
        rc = signature_v4(req, &s, payload, a, hex, err);
    if (rc)
        return rc;
    *authorization = q_str_printf(a,
                                  "AWS4-HMAC-SHA256 Credential=%.*s/%.*s/%.*s/%.*s/aws4_request, "
                                  "SignedHeaders=%.*s, Signature=%s",
                                  Q_ARG(with->access_key), Q_ARG(s.day), Q_ARG(s.region),
                                  Q_ARG(s.service), Q_ARG(s.signed_headers), hex);
    return authorization->p ? Q_OK : q_err_nomem(err);
}

q_code q_sign_get(q_str host, q_str path, const q_signer *with, int64_t expires_s, q_arena *a,
                  q_str *query, q_err *err)
{
    q_header headers[] = {{Q_STR("host"), host}};
    q_request req = {.method = Q_STR("GET"), .path = path, .headers = headers, .header_count = 1};
    q_signature s = {.form = Q_SIGN_QUERY,
                     .region = with->region,
                     .service = with->service,
                     .signed_headers = Q_STR("host")};
    char date[17], hex[65], empty[65];
    q_code rc;

    q_time_basic(with->now_ms, date);
    s.date = q_str_of(date);
    s.day = q_str_sub(s.date, 0, 8);
    req.query = q_str_printf(a,
                             "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%.*s%%2F%.*s%%2F%.*"
                             "s%%2F%.*s%%2Faws4_request&X-Amz-Date=%s&X-Amz-Expires=%lld"
                             "&X-Amz-SignedHeaders=host",
                             Q_ARG(with->access_key), Q_ARG(s.day), Q_ARG(s.region),
                             Q_ARG(s.service), date, (long long)expires_s);
    if (!req.query.p || !q_sha256_hex(Q_STR(""), empty) ||
        !q_sign_key(with->secret, s.day, s.region, s.service, s.key))
        return q_err_nomem(err);
    rc = signature_v4(&req, &s, q_str_of(empty), a, hex, err);
    if (rc)
        return rc;
    *query = q_str_printf(a, "%.*s&X-Amz-Signature=%s", Q_ARG(req.query), hex);
    return query->p ? Q_OK : q_err_nomem(err);
}
