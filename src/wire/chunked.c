/*
 *          +--> DATA --(size bytes)--> DATA_END --(empty line)--+
 *          |                                                    |
 *   HEAD --+ <--------------------------------------------------+
 *          |
 *          +--(size 0)--> TRAILER --(empty line)--> DONE
 *                          ^  |
 *                          +--+ name:value
 */
#include "wire/chunked.h"

#include "base/digest.h"
#include "base/encode.h"

#include <string.h>

enum { LINE_MAX_BYTES = 1024, TRAILERS_MAX = 16 };

typedef enum state { HEAD, DATA, DATA_END, TRAILER, DONE } state;

struct q_chunked {
    q_chunked_kind kind;
    state state;
    q_arena *arena;
    const q_signature *seed;
    q_digest *digest;  /* of the chunk; NULL when chunks are not signed */
    uint64_t left;     /* bytes of the chunk still to come */
    char previous[65]; /* the signature before this chunk's */
    char given[65];    /* this chunk's */
    char line[LINE_MAX_BYTES];
    size_t line_n;
    q_header trailers[TRAILERS_MAX];
    size_t trailer_count;
    bool trailer_signed; /* the trailers' signature was checked */
};

bool q_chunked_kind_of(q_str payload, q_chunked_kind *out)
{
    if (q_str_is(payload, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))
        *out = Q_CHUNKED_SIGNED;
    else if (q_str_is(payload, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"))
        *out = Q_CHUNKED_SIGNED_TRAILER;
    else if (q_str_is(payload, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"))
        *out = Q_CHUNKED_TRAILER;
    else
        return false;
    return true;
}

static void digest_free(void *d)
{
    q_digest_free(d);
}

q_chunked *q_chunked_new(q_chunked_kind kind, const q_signature *seed, q_arena *a)
{
    q_chunked *c = q_arena_alloc(a, sizeof *c);

    if (!c)
        return NULL;
    c->kind = kind;
    c->arena = a;
    c->seed = seed;
    if (kind == Q_CHUNKED_TRAILER)
        return c;
    memcpy(c->previous, seed->given.p, 64);
    c->digest = q_digest_new(Q_SHA256);
    return c->digest && !q_arena_defer(a, digest_free, c->digest) ? c : NULL;
}

/* The HMAC of "ALGORITHM\ndate\nscope\nprevious\n" and what follows. */
static q_code signature_of(const q_chunked *c, const char *algorithm, const char *tail,
                           char hex[65], q_fault *fault)
{
    const q_signature *s = c->seed;
    unsigned char mac[32];
    q_buf b = q_buf_init(NULL, 16384);
    bool ok;

    q_buf_printf(&b, "%s\n%.*s\n%.*s/%.*s/%.*s/aws4_request\n%s\n%s", algorithm, Q_ARG(s->date),
                 Q_ARG(s->day), Q_ARG(s->region), Q_ARG(s->service), c->previous, tail);
    ok = !b.rc && q_hmac_sha256((q_str){(const char *)s->key, sizeof s->key}, q_buf_str(&b), mac);
    q_buf_clear(&b);
    if (!ok)
        return q_fault_set(fault, "InternalError", "out of memory");
    q_hex(mac, sizeof mac, hex);
    return Q_OK;
}

static q_code compare(q_chunked *c, const char hex[65], q_str given, q_fault *fault)
{
    if (!q_equal_secret((q_str){hex, 64}, given))
        return q_fault_set(fault, "SignatureDoesNotMatch",
                           "The signature of a chunk, or of the trailers, does not match the "
                           "signature you provided.");
    memcpy(c->previous, hex, 65);
    return Q_OK;
}

static q_code chunk_check(q_chunked *c, q_fault *fault)
{
    static const char nothing[] =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";
    unsigned char raw[Q_DIGEST_MAX];
    char tail[2 * 65 + 1], hex[65];
    q_code rc;

    if (!c->digest)
        return Q_OK;
    memcpy(tail, nothing, 65);
    q_digest_final(c->digest, raw);
    q_hex(raw, 32, tail + 65);
    rc = signature_of(c, "AWS4-HMAC-SHA256-PAYLOAD", tail, hex, fault);
    return rc ? rc : compare(c, hex, q_str_of(c->given), fault);
}

static q_code bad_chunk(q_fault *fault, const char *what, q_str line)
{
    return q_fault_set(fault, "InvalidChunkSizeError", "%s: \"%.*s\"", what,
                       (int)(line.n < 80 ? line.n : 80), line.p);
}

static bool size_read(q_str hex, uint64_t *out)
{
    uint64_t v = 0;

    if (hex.n == 0 || hex.n > 15)
        return false;
    for (size_t i = 0; i < hex.n; i++) {
        int d = q_hex_digit(hex.p[i]);

        if (d < 0)
            return false;
        v = v * 16 + (uint64_t)d;
    }
    *out = v;
    return true;
}

/* SIZE;chunk-signature=HEX; other extensions are passed over. */
static q_code head_take(q_chunked *c, q_str line, q_fault *fault)
{
    q_str size, rest, name, value;
    bool has_signature = false;

    q_str_cut(line, ';', &size, &rest);
    if (!size_read(q_str_trim(size), &c->left))
        return bad_chunk(fault, "A chunk begins with its size in hexadecimal, not with", line);
    while (rest.n) {
        q_str extension;

        q_str_cut(rest, ';', &extension, &rest);
        q_str_cut(q_str_trim(extension), '=', &name, &value);
        if (q_str_is(name, "chunk-signature") && value.n == 64) {
            memcpy(c->given, value.p, 64);
            has_signature = true;
        }
    }
    if (c->digest && !has_signature)
        return bad_chunk(fault, "A chunk has no chunk-signature of 64 digits", line);
    if (c->left) {
        c->state = DATA;
        return Q_OK;
    }
    c->state = TRAILER;
    return chunk_check(c, fault);
}

/* The signature covers "name:value\n" of each, as they came. */
static q_code trailer_signature_check(q_chunked *c, q_str given, q_fault *fault)
{
    q_buf b = q_buf_init(c->arena, TRAILERS_MAX * 2 * LINE_MAX_BYTES);
    char hash[65], hex[65];
    q_code rc;

    for (size_t i = 0; i < c->trailer_count; i++)
        q_buf_printf(&b, "%.*s:%.*s\n", Q_ARG(c->trailers[i].name), Q_ARG(c->trailers[i].value));
    if (b.rc || !q_sha256_hex(q_buf_str(&b), hash))
        return q_fault_set(fault, "InternalError", "out of memory");
    rc = signature_of(c, "AWS4-HMAC-SHA256-TRAILER", hash, hex, fault);
    if (!rc)
        rc = compare(c, hex, given, fault);
    c->trailer_signed = !rc;
    return rc;
}

static q_code trailer_take(q_chunked *c, q_str line, q_fault *fault)
{
    q_str name, value;

    if (c->kind == Q_CHUNKED_SIGNED || c->trailer_signed || c->trailer_count == TRAILERS_MAX ||
        !q_str_cut(line, ':', &name, &value) || q_str_trim(name).n == 0)
        return q_fault_set(fault, "MalformedTrailerError",
                           "The request contained trailing data that was not well-formed.");
    name = q_str_trim(name);
    value = q_str_trim(value);
    if (q_str_is_nocase(name, "x-amz-trailer-signature"))
        return c->digest ? trailer_signature_check(c, value, fault) : Q_OK;
    name = q_str_copy(c->arena, name);
    value = q_str_copy(c->arena, value);
    if (!name.p || !value.p)
        return q_fault_set(fault, "InternalError", "out of memory");
    c->trailers[c->trailer_count++] = (q_header){name, value};
    return Q_OK;
}

static q_code line_take(q_chunked *c, q_str line, q_fault *fault)
{
    switch (c->state) {
    case HEAD:
        return head_take(c, line, fault);
    case DATA_END:
        if (line.n)
            return bad_chunk(fault, "A chunk is longer than its size", line);
        c->state = HEAD;
        return chunk_check(c, fault);
    case TRAILER:
        if (line.n)
            return trailer_take(c, line, fault);
        c->state = DONE;
        return Q_OK;
    case DATA:
    case DONE:
        break;
    }
    return Q_INTERNAL;
}

/* Input up to and with the next line end; the rest is left in *in. */
static q_code line_read(q_chunked *c, q_str *in, q_fault *fault)
{
    const char *end = memchr(in->p, '\n', in->n);
    size_t n = end ? (size_t)(end - in->p) : in->n;
    q_str line;

    if (n > sizeof c->line - c->line_n)
        return q_fault_set(fault, "InvalidRequest",
                           "A line of the chunked body is longer than %d bytes", LINE_MAX_BYTES);
    memcpy(c->line + c->line_n, in->p, n);
    c->line_n += n;
    *in = q_str_sub(*in, n + (end != NULL), in->n);
    if (!end)
        return Q_OK;
    line = (q_str){c->line, c->line_n};
    if (q_str_ends(line, Q_STR("\r")))
        line.n--;
    c->line_n = 0;
    return line_take(c, line, fault);
}

static q_code data_read(q_chunked *c, q_str *in, const q_sink *sink)
{
    size_t n = in->n < c->left ? in->n : (size_t)c->left;
    q_str bytes = q_str_sub(*in, 0, n);

    *in = q_str_sub(*in, n, in->n);
    c->left -= n;
    if (c->left == 0)
        c->state = DATA_END;
    if (c->digest)
        q_digest_update(c->digest, bytes);
    return sink->write(sink->ctx, bytes);
}

q_code q_chunked_write(q_chunked *c, q_str bytes, const q_sink *sink, q_fault *fault)
{
    q_code rc = Q_OK;

    while (bytes.n && !rc) {
        if (c->state == DATA)
            rc = data_read(c, &bytes, sink);
        else if (c->state == DONE)
            rc = q_fault_set(fault, "InvalidRequest", "There are bytes behind the last chunk");
        else
            rc = line_read(c, &bytes, fault);
    }
    return rc;
}

q_code q_chunked_end(const q_chunked *c, q_fault *fault)
{
    if ((c->state != DONE && c->state != TRAILER) || c->line_n)
        return q_fault_set(fault, "IncompleteBody",
                           "The request body terminated unexpectedly: the last chunk is missing");
    if (c->kind == Q_CHUNKED_SIGNED_TRAILER && !c->trailer_signed)
        return q_fault_set(fault, "MalformedTrailerError", "x-amz-trailer-signature is missing");
    return Q_OK;
}

q_str q_chunked_trailer(const q_chunked *c, q_str name)
{
    for (size_t i = 0; i < c->trailer_count; i++)
        if (q_str_eq_nocase(c->trailers[i].name, name))
            return c->trailers[i].value;
    return (q_str){NULL, 0};
}
