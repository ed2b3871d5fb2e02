/* The bytes of a model of learn/sequence.h, numbers little-endian:
 *
 *     "QSEQ" version | bits labels rows (u32) scale (f32)
 *     scores of the steps (f32, [labels + 1, labels])
 *     the rows' feature ids, ascending, each as its distance from the last (LEB128)
 *     weights (i8, [rows, labels])
 *     SHA-256 of all before
 */
#include "base/digest.h"
#include "learn/sequence_model.h"

#include <math.h>
#include <string.h>

enum { VERSION = 1, HEAD = 24, DIGEST = 32 };

static void put_u32(q_buf *b, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        q_buf_char(b, (char)(v >> 8 * i));
}

static void put_f32(q_buf *b, float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    put_u32(b, bits);
}

static void put_ids(const q_sequence_model *m, q_buf *b)
{
    uint32_t last = 0;

    for (size_t g = 0; g < sequence__groups(m->bits); g++)
        for (uint64_t left = m->groups[g].present; left; left &= left - 1) {
            uint32_t id = (uint32_t)(g * 64 + (size_t)__builtin_ctzll(left)), d = id - last;

            for (; d >= 0x80; d >>= 7)
                q_buf_char(b, (char)(d | 0x80));
            q_buf_char(b, (char)d);
            last = id;
        }
}

q_code q_sequence_save(const q_sequence_model *m, q_buf *out)
{
    size_t labels = m->steps.labels, stride = m->steps.stride, start = out->n;
    unsigned char digest[DIGEST];

    q_buf_puts(out, "QSEQ");
    put_u32(out, VERSION);
    put_u32(out, m->bits);
    put_u32(out, (uint32_t)labels);
    put_u32(out, (uint32_t)m->rows);
    put_f32(out, m->scale);
    for (size_t i = 0; i < (labels + 1) * labels; i++)
        put_f32(out, m->steps.score[i / labels * stride + i % labels]);
    put_ids(m, out);
    for (size_t r = 0; r < m->rows; r++)
        q_buf_put(out, (q_str){(const char *)m->weights + r * stride, labels});
    if (out->rc)
        return out->rc;
    if (!q_digest_of(Q_SHA256, q_str_sub(q_buf_str(out), start, out->n - start), digest))
        return Q_NOMEM;
    q_buf_put(out, (q_str){(const char *)digest, DIGEST});
    return out->rc;
}

static uint32_t get_u32(const char *p)
{
    uint32_t v = 0;

    for (int i = 0; i < 4; i++)
        v |= (uint32_t)(unsigned char)p[i] << 8 * i;
    return v;
}

static float get_f32(const char *p)
{
    uint32_t bits = get_u32(p);
    float v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

static bool get_ids(q_sequence_model *m, q_str *rest)
{
    uint64_t id = 0;

    for (size_t r = 0; r < m->rows; r++) {
        uint64_t d = 0;
        unsigned shift = 0;
        unsigned char c;

        do {
            if (!rest->n || shift > 28)
                return false;
            c = (unsigned char)rest->p[0];
            *rest = q_str_sub(*rest, 1, rest->n);
            d |= (uint64_t)(c & 0x7F) << shift;
            shift += 7;
        } while (c & 0x80);
        if (!c && shift > 7)
            return false; /* longer than it need be */
        id += d;
        if (id >> m->bits || (r > 0 && !d))
            return false;
        m->groups[id >> 6].present |= (uint64_t)1 << (id & 63);
    }
    return true;
}

static bool get_body(q_sequence_model *m, q_str rest)
{
    size_t labels = m->steps.labels, stride = m->steps.stride;

    for (size_t i = 0; i < (labels + 1) * labels; i++) {
        float score = get_f32(rest.p + 4 * i);

        if (!isfinite(score))
            return false;
        m->steps.score[i / labels * stride + i % labels] = score;
    }
    rest = q_str_sub(rest, 4 * (labels + 1) * labels, rest.n);
    if (!get_ids(m, &rest) || rest.n != m->rows * labels)
        return false;
    for (size_t r = 0; r < m->rows; r++)
        memcpy(m->weights + r * stride, rest.p + r * labels, labels);
    sequence__count(m);
    chain__steps_ready(&m->steps);
    return true;
}

static q_code check(q_str bytes, q_str name, q_err *err)
{
    unsigned char digest[DIGEST];

    if (bytes.n < HEAD + DIGEST || memcmp(bytes.p, "QSEQ", 4) != 0)
        return q_err_set(err, Q_INVALID, "model %.*s: %zu bytes that are no sequence model",
                         Q_ARG(name), bytes.n);
    if (get_u32(bytes.p + 4) != VERSION)
        return q_err_set(err, Q_UNSUPPORTED, "model %.*s has version %u; this program reads %d",
                         Q_ARG(name), get_u32(bytes.p + 4), (int)VERSION);
    if (!q_digest_of(Q_SHA256, q_str_sub(bytes, 0, bytes.n - DIGEST), digest))
        return q_err_nomem(err);
    if (memcmp(digest, bytes.p + bytes.n - DIGEST, DIGEST) != 0)
        return q_err_set(err, Q_INVALID,
                         "model %.*s is cut short or altered: its checksum does not fit; train or "
                         "copy it again",
                         Q_ARG(name));
    return Q_OK;
}

q_code q_sequence_load(q_str bytes, q_str name, q_sequence_model **out, q_err *err)
{
    uint32_t bits, labels, rows;
    q_sequence_model *m;
    q_code rc = check(bytes, name, err);

    if (rc)
        return rc;
    bits = get_u32(bytes.p + 8);
    labels = get_u32(bytes.p + 12);
    rows = get_u32(bytes.p + 16);
    if (!bits || bits > Q_SEQUENCE_BITS_MAX || !labels || labels > Q_SEQUENCE_LABELS_MAX ||
        rows > bytes.n ||
        bytes.n < HEAD + DIGEST + 4 * (size_t)labels * (labels + 1) + (size_t)rows * labels)
        return q_err_set(err, Q_INVALID,
                         "model %.*s: %u labels and %u features do not fit its %zu bytes",
                         Q_ARG(name), labels, rows, bytes.n);
    rc = sequence__new(bits, labels, rows, &m, err);
    if (rc)
        return rc;
    m->scale = get_f32(bytes.p + 20);
    if (!isfinite(m->scale) || !get_body(m, q_str_sub(bytes, HEAD, bytes.n - HEAD - DIGEST))) {
        q_sequence_free(m);
        return q_err_set(err, Q_INVALID, "model %.*s: its features or weights are malformed",
                         Q_ARG(name));
    }
    *out = m;
    return Q_OK;
}
