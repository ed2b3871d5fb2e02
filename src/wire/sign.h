/* wire/sign.h - who signed a request, and whether the signature holds.
 *
 * Three forms: Signature Version 4 in the Authorization header, the same in
 * the query of a presigned URL, and S3's presigned URLs of version 2, which
 * stock clients still make. Checking goes in steps, since the body's hash may
 * be known only when all of it has come:
 *
 *     q_signature_read      what the request claims; nothing is believed yet
 *     q_signature_current   is it of our time? (clock skew, expiry)
 *     q_signature_check     do key and signature agree?
 *
 * Source: AWS General Reference, "Signature Version 4"; Amazon S3 API
 * Reference, "Authenticating Requests".
 */
#ifndef Q_WIRE_SIGN_H
#define Q_WIRE_SIGN_H

#include "wire/api.h"

typedef enum q_sign_form {
    Q_SIGN_NONE,
    Q_SIGN_HEADER,  /* Authorization: AWS4-HMAC-SHA256 ... */
    Q_SIGN_QUERY,   /* X-Amz-Signature=... */
    Q_SIGN_V2_QUERY /* AWSAccessKeyId=...&Expires=...&Signature=... */
} q_sign_form;

typedef enum q_sign_fault {
    Q_SIGN_OK,
    Q_SIGN_MISSING,     /* no signature at all */
    Q_SIGN_MALFORMED,   /* one that lacks parts or cannot be read */
    Q_SIGN_UNSUPPORTED, /* another scheme */
    Q_SIGN_UNKNOWN_KEY,
    Q_SIGN_MISMATCH,
    Q_SIGN_EXPIRED, /* a presigned URL past its time */
    Q_SIGN_SKEWED,  /* the clocks differ too much */
    Q_SIGN_BAD_TOKEN,
    Q_SIGN_OLD_TOKEN, /* a session token past its time */
    Q_SIGN_DENIED,    /* the signature holds, but its key may not do that */
    Q_SIGN_UNSIGNED   /* an x-amz- header that the signature does not cover */
} q_sign_fault;

/* What a request claims. Texts borrow from the request or are in the arena. */
typedef struct q_signature {
    q_sign_form form;
    q_str access_key;
    q_str day, region, service; /* the scope: "20130524", "us-east-1", "s3"; V2: service "s3" */
    q_str signed_headers;       /* "host;x-amz-date" */
    q_str given;                /* 64 hex digits; V2: base64 */
    q_str date;                 /* "20130524T000000Z" */
    int64_t signed_ms;
    int64_t expires_s; /* presigned: seconds from signed_ms; V2: since 1970 */
    /* What stands for the payload in the signature: "UNSIGNED-PAYLOAD",
     * "STREAMING-...", 64 hex digits; empty: the hash of the body, which must
     * be given to q_signature_check.
     */
    q_str payload;
    unsigned char key[32]; /* set by q_signature_check: signs chunks */
} q_signature;

enum { Q_SIGN_SKEW_MS = 15 * 60 * 1000, Q_SIGN_EXPIRES_MAX_S = 7 * 24 * 3600 };

/* Q_SIGN_OK, also for an unsigned request (form is Q_SIGN_NONE then), or
 * Q_SIGN_MALFORMED, Q_SIGN_UNSUPPORTED; err has the sentence.
 */
Q_MUST_USE q_sign_fault q_signature_read(const q_request *req, q_arena *a, q_signature *out,
                                         q_err *err);

/* Q_SIGN_OK, Q_SIGN_SKEWED or Q_SIGN_EXPIRED. */
Q_MUST_USE q_sign_fault q_signature_current(const q_signature *s, int64_t now_ms, q_err *err);

/* Signing keys that were derived, so that the next request of that day, region
 * and service is spared four HMACs. Any thread may use it.
 */
typedef struct q_sign_keys q_sign_keys;
q_sign_keys *q_sign_keys_new(void);    /* NULL when memory is short */
void q_sign_keys_free(q_sign_keys *k); /* NULL is fine */

/* Does the signature hold under `secret`?
 *
 * path     for V2: the path with the bucket in front, however the host said it
 * payload  lower-case hex SHA-256 of the body; used when s->payload is empty
 * keys     may be NULL
 *
 * Q_SIGN_OK (s->key is set for V4), Q_SIGN_MISMATCH, Q_SIGN_UNSIGNED, or
 * Q_SIGN_MALFORMED for more than we care to canonicalise.
 */
Q_MUST_USE q_sign_fault q_signature_check(q_signature *s, const q_request *req, q_str path,
                                          q_str secret, q_str payload, q_sign_keys *keys,
                                          q_arena *a, q_err *err);

/* The AWS error of a fault, as services of that protocol name it. */
const char *q_sign_error(q_protocol protocol, q_sign_form form, q_sign_fault fault, int *status);

/* For requests of our own. */
typedef struct q_signer {
    q_str access_key, secret, region, service;
    int64_t now_ms;
} q_signer;

/* The value of the Authorization header for a request that has its Host and
 * x-amz-date (q_time_basic of now_ms) already; signs these, content-type and
 * all x-amz- headers. `payload` as in q_signature.payload. Fails with Q_NOMEM,
 * Q_LIMIT.
 */
Q_MUST_USE q_code q_sign_request(const q_request *req, const q_signer *with, q_str payload,
                                 q_arena *a, q_str *authorization, q_err *err);

/* The query of a GET of `path` from `host` that is signed for so many seconds, as presigned URLs
 * have it. `path` is percent-encoded already; the service is not S3. Fails with Q_NOMEM, Q_LIMIT.
 */
Q_MUST_USE q_code q_sign_get(q_str host, q_str path, const q_signer *with, int64_t expires_s,
                             q_arena *a, q_str *query, q_err *err);

/* The key of a scope. False only when memory is short. */
Q_MUST_USE bool q_sign_key(q_str secret, q_str day, q_str region, q_str service,
                           unsigned char key[32]);

#endif
