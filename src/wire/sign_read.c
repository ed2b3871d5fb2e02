#include "base/clock.h"
#include "wire/canonical.h"
#include "wire/sign.h"

static q_sign_fault malformed(q_err *err, const char *what)
{
    q_err_set(err, Q_INVALID, "%s", what);
    return Q_SIGN_MALFORMED;
}

static bool is_hex64(q_str s)
{
    if (s.n != 64)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!q_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
            return false;
    return true;
}

/* "part" of "rest/part"; true when there was a slash. */
static bool cut_last(q_str *rest, q_str *part)
{
    for (size_t i = rest->n; i > 0; i--)
        if (rest->p[i - 1] == '/') {
            *part = q_str_sub(*rest, i, rest->n);
            rest->n = i - 1;
            return true;
        }
    return false;
}

/* KEY/20130524/us-east-1/s3/aws4_request */
static q_sign_fault credential_read(q_str credential, q_signature *out, q_err *err)
{
    q_str end;

    out->access_key = credential;
    if (!cut_last(&out->access_key, &end) || !cut_last(&out->access_key, &out->service) ||
        !cut_last(&out->access_key, &out->region) || !cut_last(&out->access_key, &out->day) ||
        out->access_key.n == 0 || out->service.n == 0 || !q_str_is(end, "aws4_request"))
        return malformed(err, "the Credential is mal-formed; expecting "
                              "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
    if (out->day.n != 8)
        return malformed(err, "the Credential's date is not of the form YYYYMMDD.");
    return Q_SIGN_OK;
}

/* The date as it was signed; the scope's day must be its day. */
static q_sign_fault date_read(q_str date, q_arena *a, q_signature *out, q_err *err)
{
    char basic[17];

    if (!q_time_parse(date, &out->signed_ms))
        return malformed(err, "Date must be in ISO-8601 'basic format', as 20130524T000000Z.");
    q_time_basic(out->signed_ms, basic);
    out->date = q_str_copy(a, q_str_of(basic));
    if (!out->date.p) {
        q_err_nomem(err);
        return Q_SIGN_MALFORMED;
    }
    if (!q_str_starts(out->date, out->day)) {
        q_err_set(err, Q_INVALID,
                  "Date in Credential scope (%.*s) is not that of the request's "
                  "date (%.*s).",
                  Q_ARG(out->day), Q_ARG(out->date));
        return Q_SIGN_MALFORMED;
    }
    return Q_SIGN_OK;
}

static q_sign_fault parts_check(const q_signature *s, q_err *err)
{
    if (!is_hex64(s->given))
        return malformed(err, "the Signature is not 64 hexadecimal digits.");
    if (!canonical__signed(s->signed_headers, Q_STR("host")))
        return malformed(err, "SignedHeaders must include 'host'.");
    return Q_SIGN_OK;
}

/* Credential=..., SignedHeaders=..., Signature=...: in any order, each once. */
static q_sign_fault authorization_split(q_str text, q_str *credential, q_signature *out, q_err *err)
{
    q_str part, key, value;
    unsigned seen = 0, bit;

    while (text.n) {
        q_str_cut(text, ',', &part, &text);
        q_str_cut(q_str_trim(part), '=', &key, &value);
        if (q_str_is(key, "Credential")) {
            bit = 1;
            *credential = value;
        } else if (q_str_is(key, "SignedHeaders")) {
            bit = 2;
            out->signed_headers = value;
        } else if (q_str_is(key, "Signature")) {
            bit = 4;
            out->given = value;
        } else {
            return malformed(err, "Authorization holds other parts than Credential, "
                                  "SignedHeaders and Signature.");
        }
        if (seen & bit)
            return malformed(err, "Authorization names one of its parts twice.");
        seen |= bit;
    }
    if (seen != 7)
        return malformed(err, "Authorization header requires 'Credential', 'SignedHeaders' and "
                              "'Signature' parameters.");
    return Q_SIGN_OK;
}

static q_sign_fault header_read(const q_request *req, q_str text, q_arena *a, q_signature *out,
                                q_err *err)
{
    q_str credential = {NULL, 0}, date = q_request_header(req, "x-amz-date");
    q_sign_fault fault = authorization_split(text, &credential, out, err);

    out->form = Q_SIGN_HEADER;
    if (!date.p)
        date = q_request_header(req, "date");
    if (!fault)
        fault = credential_read(credential, out, err);
    if (!fault && !date.p)
        fault = malformed(err, "Authorization header requires existence of either a 'X-Amz-Date' "
                               "or a 'Date' header.");
    if (!fault)
        fault = date_read(date, a, out, err);
    if (!fault)
        fault = parts_check(out, err);
    out->payload = q_request_header(req, "x-amz-content-sha256");
    if (!fault && !out->payload.p && q_str_is(out->service, "s3"))
        fault = malformed(err, "Missing required header for this request: x-amz-content-sha256");
    return fault;
}

static q_sign_fault presigned_read(const q_request *req, q_arena *a, q_signature *out, q_err *err)
{
    q_str credential = canonical__parameter(req->query, "X-Amz-Credential", a);
    q_str date = canonical__parameter(req->query, "X-Amz-Date", a);
    q_str expires = canonical__parameter(req->query, "X-Amz-Expires", a);
    q_sign_fault fault;

    out->form = Q_SIGN_QUERY;
    out->signed_headers = canonical__parameter(req->query, "X-Amz-SignedHeaders", a);
    out->given = canonical__parameter(req->query, "X-Amz-Signature", a);
    if (!credential.p || !date.p || !out->signed_headers.p || !out->given.p)
        return malformed(err, "Query-string authentication version 4 requires the "
                              "X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
                              "X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
    if (!q_str_i64(expires, &out->expires_s) || out->expires_s < 1 ||
        out->expires_s > Q_SIGN_EXPIRES_MAX_S)
        return malformed(err, "X-Amz-Expires must be a number of seconds from 1 to 604800, a week");
    fault = credential_read(credential, out, err);
    if (!fault)
        fault = date_read(date, a, out, err);
    if (!fault)
        fault = parts_check(out, err);
    out->payload = q_request_header(req, "x-amz-content-sha256");
    if (!out->payload.p)
        out->payload = canonical__parameter(req->query, "X-Amz-Content-Sha256", a);
    if (!out->payload.p && q_str_is(out->service, "s3"))
        out->payload = Q_STR("UNSIGNED-PAYLOAD");
    return fault;
}

static q_sign_fault v2_read(const q_request *req, q_str key, q_arena *a, q_signature *out,
                            q_err *err)
{
    out->form = Q_SIGN_V2_QUERY;
    out->service = Q_STR("s3");
    out->access_key = key;
    out->given = canonical__parameter(req->query, "Signature", a);
    out->payload = Q_STR("UNSIGNED-PAYLOAD");
    if (out->given.n == 0 || key.n == 0 ||
        !q_str_i64(canonical__parameter(req->query, "Expires", a), &out->expires_s))
        return malformed(err, "Query-string authentication requires the Signature, Expires and "
                              "AWSAccessKeyId parameters");
    return Q_SIGN_OK;
}

q_sign_fault q_signature_read(const q_request *req, q_arena *a, q_signature *out, q_err *err)
{
    static const char scheme[] = "AWS4-HMAC-SHA256";
    q_str text = q_request_header(req, "authorization"), algorithm, key;

    *out = (q_signature){.form = Q_SIGN_NONE};
    if (text.p) {
        out->form = Q_SIGN_HEADER;
        if (q_str_starts(text, Q_STR("AWS4-HMAC-SHA256 ")))
            return header_read(req, q_str_sub(text, sizeof scheme, text.n), a, out, err);
        q_err_set(err, Q_UNSUPPORTED,
                  "The authorization mechanism you have provided is not supported. "
                  "Please use %s.",
                  scheme);
        return Q_SIGN_UNSUPPORTED;
    }
    if (req->query.n == 0)
        return Q_SIGN_OK;
    algorithm = canonical__parameter(req->query, "X-Amz-Algorithm", a);
    if (algorithm.p) {
        out->form = Q_SIGN_QUERY;
        if (q_str_is(algorithm, scheme))
            return presigned_read(req, a, out, err);
        return malformed(err, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
    }
    key = canonical__parameter(req->query, "AWSAccessKeyId", a);
    return key.p ? v2_read(req, key, a, out, err) : Q_SIGN_OK;
}

static q_sign_fault skewed(const q_signature *s, int64_t now_ms, q_err *err)
{
    char now[17];

    q_time_basic(now_ms, now);
    q_err_set(err, Q_DENIED,
              "The difference between the request time and the current time is too large: the "
              "request is of %.*s, it is %s.",
              Q_ARG(s->date), now);
    return Q_SIGN_SKEWED;
}

q_sign_fault q_signature_current(const q_signature *s, int64_t now_ms, q_err *err)
{
    int64_t end_ms = INT64_MAX;

    switch (s->form) {
    case Q_SIGN_NONE:
        return Q_SIGN_OK;
    case Q_SIGN_HEADER:
        if (now_ms - s->signed_ms > Q_SIGN_SKEW_MS || s->signed_ms - now_ms > Q_SIGN_SKEW_MS)
            return skewed(s, now_ms, err);
        return Q_SIGN_OK;
    case Q_SIGN_QUERY:
        if (s->signed_ms - now_ms > Q_SIGN_SKEW_MS)
            return skewed(s, now_ms, err);
        end_ms = s->signed_ms + s->expires_s * 1000;
        break;
    case Q_SIGN_V2_QUERY:
        if (s->expires_s < INT64_MAX / 1000)
            end_ms = s->expires_s * 1000;
        break;
    }
    if (now_ms < end_ms)
        return Q_SIGN_OK;
    q_err_set(err, Q_DENIED, "Request has expired");
    return Q_SIGN_EXPIRED;
}
