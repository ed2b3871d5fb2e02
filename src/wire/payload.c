#include "wire/payload.h"

#include "base/digest.h"
#include "base/encode.h"

#include <string.h>

/* A digest that runs along, and what it must come to. */
typedef struct promise {
    const char *header;    /* "x-amz-checksum-crc32"; NULL: the signature's hash */
    const char *algorithm; /* "CRC32" */
    q_digest *digest;
    size_t size;
    bool in_trailer, stated;
    unsigned char want[Q_DIGEST_MAX];
} promise;

enum { PROMISES_MAX = 8 };

struct q_payload {
    q_arena *arena;
    q_chunked *chunked; /* NULL: the body is as it is */
    int64_t expected;
    uint64_t length;
    promise promises[PROMISES_MAX];
    size_t promise_count;
    bool hash_wanted; /* the signature needs the body's hash */
    char sha256[65];
    const q_sink *sink; /* during q_payload_write */
    q_fault *fault;
};

typedef struct checksum {
    const char *header, *algorithm;
    q_digest_kind kind;
} checksum;

static const checksum checksums[] = {
    {"x-amz-checksum-crc32", "CRC32", Q_CRC32},
    {"x-amz-checksum-crc32c", "CRC32C", Q_CRC32C},
    {"x-amz-checksum-crc64nvme", "CRC64NVME", Q_CRC64NVME},
    {"x-amz-checksum-sha1", "SHA1", Q_SHA1},
    {"x-amz-checksum-sha256", "SHA256", Q_SHA256},
};

static q_code nomem(q_fault *fault)
{
    q_fault_set(fault, NULL, "out of memory");
    return Q_NOMEM;
}

static void digest_free(void *d)
{
    q_digest_free(d);
}

static promise *promise_add(q_payload *p, const char *header, const char *algorithm,
                            q_digest_kind kind)
{
    promise *m;

    if (p->promise_count == PROMISES_MAX)
        return NULL;
    m = &p->promises[p->promise_count];
    *m = (promise){.header = header,
                   .algorithm = algorithm,
                   .digest = q_digest_new(kind),
                   .size = q_digest_size(kind)};
    if (!m->digest || q_arena_defer(p->arena, digest_free, m->digest))
        return NULL;
    p->promise_count++;
    return m;
}

static bool promise_state(q_payload *p, promise *m, q_str base64)
{
    q_str raw;

    if (q_base64_decode(p->arena, base64, &raw, NULL) || raw.n != m->size)
        return false;
    memcpy(m->want, raw.p, raw.n);
    m->stated = true;
    return true;
}

static q_code md5_expect(q_payload *p, const q_request *req, q_fault *fault)
{
    q_str text = q_request_header(req, "content-md5");
    promise *m;

    if (!text.p)
        return Q_OK;
    m = promise_add(p, "Content-MD5", "Content-MD5", Q_MD5);
    if (!m)
        return nomem(fault);
    if (!promise_state(p, m, text))
        return q_fault_set(fault, "InvalidDigest",
                           "The Content-MD5 you specified is not valid: it is the base64 of 16 "
                           "bytes, not \"%.*s\"",
                           (int)(text.n < 80 ? text.n : 80), text.p);
    return Q_OK;
}

static q_code headers_expect(q_payload *p, const q_request *req, q_fault *fault)
{
    for (size_t i = 0; i < sizeof checksums / sizeof *checksums; i++) {
        const checksum *c = &checksums[i];
        q_str text = q_request_header(req, c->header);
        promise *m;

        if (!text.p)
            continue;
        m = promise_add(p, c->header, c->algorithm, c->kind);
        if (!m)
            return nomem(fault);
        if (!promise_state(p, m, text))
            return q_fault_set(fault, "InvalidRequest", "Value for %s header is invalid.",
                               c->header);
    }
    return Q_OK;
}

static const checksum *checksum_named(q_str header)
{
    for (size_t i = 0; i < sizeof checksums / sizeof *checksums; i++)
        if (q_str_is_nocase(header, checksums[i].header))
            return &checksums[i];
    return NULL;
}

/* x-amz-trailer: what will stand behind the body. */
static q_code trailers_expect(q_payload *p, const q_request *req, q_fault *fault)
{
    q_str rest = q_request_header(req, "x-amz-trailer"), name;

    while (rest.n) {
        const checksum *c;
        promise *m;

        q_str_cut(rest, ',', &name, &rest);
        c = checksum_named(q_str_trim(name));
        if (!c)
            return q_fault_set(fault, "InvalidRequest",
                               "The value specified in the x-amz-trailer header is not supported: "
                               "%.*s",
                               (int)(name.n < 80 ? name.n : 80), name.p);
        m = promise_add(p, c->header, c->algorithm, c->kind);
        if (!m)
            return q_fault_set(fault, "InvalidRequest", "too many checksums");
        m->in_trailer = true;
    }
    return Q_OK;
}

static q_code chunks_expect(q_payload *p, const q_request *req, const q_signature *s,
                            q_chunked_kind kind, q_fault *fault)
{
    q_str declared = q_request_header(req, "x-amz-decoded-content-length");

    if (kind != Q_CHUNKED_TRAILER && (s->form == Q_SIGN_NONE || s->given.n != 64))
        return q_fault_set(fault, "InvalidRequest", "signed chunks need a signed request");
    p->chunked = q_chunked_new(kind, s, p->arena);
    if (!p->chunked)
        return nomem(fault);
    if (!declared.p)
        return q_fault_set(fault, "MissingContentLength",
                           "You must provide the x-amz-decoded-content-length HTTP header.");
    if (!q_str_i64(declared, &p->expected) || p->expected < 0)
        return q_fault_set(fault, "InvalidRequest", "x-amz-decoded-content-length is no length");
    return kind == Q_CHUNKED_SIGNED ? Q_OK : trailers_expect(p, req, fault);
}

/* The hash that the signature is about: stated in it, or wanted for it. */
static q_code hash_expect(q_payload *p, const q_signature *s, q_fault *fault)
{
    promise *m = promise_add(p, NULL, "SHA256", Q_SHA256);

    if (!m)
        return nomem(fault);
    p->hash_wanted = s->payload.n == 0;
    m->stated = s->payload.n != 0;
    if (m->stated && !q_unhex(s->payload, m->want, 32))
        return q_fault_set(fault, "InvalidArgument",
                           "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING- "
                           "forms, or a valid sha256 value.");
    return Q_OK;
}

q_code q_payload_new(const q_request *req, const q_signature *s, bool of_body, q_arena *a,
                     q_payload **out, q_fault *fault)
{
    q_payload *p = q_arena_alloc(a, sizeof *p);
    q_chunked_kind kind;
    q_code rc = Q_OK;

    if (!p)
        return nomem(fault);
    p->arena = a;
    p->expected = req->content_length;
    if (q_chunked_kind_of(s->payload, &kind))
        rc = chunks_expect(p, req, s, kind, fault);
    else if (s->form != Q_SIGN_NONE && !q_str_is(s->payload, "UNSIGNED-PAYLOAD"))
        rc = hash_expect(p, s, fault);
    if (!rc)
        rc = md5_expect(p, req, fault);
    if (!rc && of_body)
        rc = headers_expect(p, req, fault);
    if (!rc)
        *out = p;
    return rc;
}

int64_t q_payload_expected(const q_payload *p)
{
    return p->expected;
}

static q_code decoded(void *ctx, q_str bytes)
{
    q_payload *p = ctx;

    p->length += bytes.n;
    if (p->expected >= 0 && p->length > (uint64_t)p->expected)
        return q_fault_set(p->fault, "IncompleteBody",
                           "The body is longer than its declared %lld bytes",
                           (long long)p->expected);
    for (size_t i = 0; i < p->promise_count; i++)
        q_digest_update(p->promises[i].digest, bytes);
    return p->sink->write(p->sink->ctx, bytes);
}

q_code q_payload_write(q_payload *p, q_str bytes, const q_sink *sink, q_fault *fault)
{
    q_sink through = {decoded, p};

    p->sink = sink;
    p->fault = fault;
    return p->chunked ? q_chunked_write(p->chunked, bytes, &through, fault) : decoded(p, bytes);
}

static q_code trailer_state(q_payload *p, promise *m, q_fault *fault)
{
    q_str text = q_chunked_trailer(p->chunked, q_str_of(m->header));

    if (text.p && promise_state(p, m, text))
        return Q_OK;
    return q_fault_set(fault, "MalformedTrailerError", "The trailer %s is %s", m->header,
                       text.p ? "not valid" : "missing");
}

static q_code promise_broken(const promise *m, q_fault *fault)
{
    if (!m->header)
        return q_fault_set(fault, "XAmzContentSHA256Mismatch",
                           "The provided 'x-amz-content-sha256' header does not match what was "
                           "computed.");
    if (q_str_is(q_str_of(m->header), "Content-MD5"))
        return q_fault_set(fault, "BadDigest",
                           "The Content-MD5 you specified did not match what we received.");
    return q_fault_set(fault, "BadDigest",
                       "The %s you specified did not match the calculated checksum.", m->algorithm);
}

static q_code promise_check(q_payload *p, promise *m, q_fault *fault)
{
    unsigned char got[Q_DIGEST_MAX];
    q_code rc = m->in_trailer ? trailer_state(p, m, fault) : Q_OK;

    if (rc)
        return rc;
    q_digest_final(m->digest, got);
    if (!m->header && p->hash_wanted)
        q_hex(got, m->size, p->sha256);
    if (m->stated && memcmp(got, m->want, m->size) != 0)
        return promise_broken(m, fault);
    return Q_OK;
}

q_code q_payload_end(q_payload *p, q_fault *fault)
{
    q_code rc = p->chunked ? q_chunked_end(p->chunked, fault) : Q_OK;

    if (!rc && p->expected >= 0 && p->length != (uint64_t)p->expected)
        rc = q_fault_set(fault, "IncompleteBody",
                         "The request body terminated unexpectedly: %llu of %lld bytes came",
                         (unsigned long long)p->length, (long long)p->expected);
    for (size_t i = 0; !rc && i < p->promise_count; i++)
        rc = promise_check(p, &p->promises[i], fault);
    return rc;
}

q_str q_payload_sha256(const q_payload *p)
{
    return q_str_of(p->sha256);
}
