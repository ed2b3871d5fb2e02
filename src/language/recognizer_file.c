/* The bytes of a recognizer: "QREC", version, number of types (u32 each, little-endian), each
 * type's length (u32) and name, then its sequence model, then SHA-256 of all before.
 */
#include "base/digest.h"
#include "language/recognizer_parts.h"

#include <string.h>

enum { VERSION = 1, HEAD = 12, DIGEST = 32 };

static void put_u32(q_buf *b, size_t v)
{
    for (int i = 0; i < 4; i++)
        q_buf_char(b, (char)(v >> 8 * i));
}

q_code q_recognizer_save(const q_recognizer *r, q_buf *out)
{
    size_t start = out->n;
    unsigned char digest[DIGEST];
    q_code rc;

    q_buf_puts(out, "QREC");
    put_u32(out, VERSION);
    put_u32(out, r->type_count);
    for (size_t i = 0; i < r->type_count; i++) {
        put_u32(out, r->types[i].n);
        q_buf_put(out, r->types[i]);
    }
    rc = q_sequence_save(r->model, out);
    if (rc)
        return rc;
    if (!q_digest_of(Q_SHA256, q_str_sub(q_buf_str(out), start, out->n - start), digest))
        return Q_NOMEM;
    q_buf_put(out, (q_str){(const char *)digest, DIGEST});
    return out->rc;
}

static size_t get_u32(const char *p)
{
    size_t v = 0;

    for (int i = 0; i < 4; i++)
        v |= (size_t)(unsigned char)p[i] << 8 * i;
    return v;
}

static q_code check(q_str bytes, q_str name, q_err *err)
{
    unsigned char digest[DIGEST];

    if (bytes.n < HEAD + DIGEST || memcmp(bytes.p, "QREC", 4) != 0)
        return q_err_set(err, Q_INVALID, "recognizer %.*s: %zu bytes that are no recognizer",
                         Q_ARG(name), bytes.n);
    if (get_u32(bytes.p + 4) != VERSION)
        return q_err_set(err, Q_UNSUPPORTED,
                         "recognizer %.*s has version %zu; this program reads %d", Q_ARG(name),
                         get_u32(bytes.p + 4), (int)VERSION);
    if (!q_digest_of(Q_SHA256, q_str_sub(bytes, 0, bytes.n - DIGEST), digest))
        return q_err_nomem(err);
    if (memcmp(digest, bytes.p + bytes.n - DIGEST, DIGEST) != 0)
        return q_err_set(
            err, Q_INVALID,
            "recognizer %.*s is cut short or altered: its checksum does not fit; train "
            "it again",
            Q_ARG(name));
    return Q_OK;
}

q_code q_recognizer_load(q_str bytes, q_str name, q_recognizer **out, q_err *err)
{
    q_str types[Q_RECOGNIZER_TYPES_MAX], rest;
    size_t count, read = 0;
    q_recognizer *r = NULL;
    q_code rc = check(bytes, name, err);

    if (rc)
        return rc;
    count = get_u32(bytes.p + 8);
    rest = q_str_sub(bytes, HEAD, bytes.n - HEAD - DIGEST);
    for (; read < count && count <= Q_RECOGNIZER_TYPES_MAX; read++) {
        if (rest.n < 4 || get_u32(rest.p) > rest.n - 4)
            break;
        types[read] = q_str_sub(rest, 4, get_u32(rest.p));
        rest = q_str_sub(rest, 4 + types[read].n, rest.n);
    }
    if (!count || read < count)
        return q_err_set(err, Q_INVALID, "recognizer %.*s: its %zu types are malformed",
                         Q_ARG(name), count);
    rc = recognizer__new(types, count, &r, err);
    if (!rc)
        rc = q_sequence_load(rest, name, &r->model, err);
    if (!rc && q_sequence_labels(r->model) != 1 + 2 * count)
        rc = q_err_set(err, Q_INVALID, "recognizer %.*s: %zu labels for %zu types", Q_ARG(name),
                       q_sequence_labels(r->model), count);
    if (rc) {
        q_recognizer_free(r);
        return rc;
    }
    *out = r;
    return Q_OK;
}
