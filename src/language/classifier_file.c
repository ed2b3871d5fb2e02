/* The bytes of a classifier, little-endian:
 *
 *     8 bytes   "QCLASS1\n"
 *     4 bytes   CRC-32 of all that follows, big-endian
 *     u32       1: several labels, 0: one class
 *     u32       classes n
 *     u32       bits b
 *     n times   u32 length, and so many bytes: a class's name
 *     2^b       f32 rarity of each feature
 *     the rest  the linear model (learn/linear.h)
 */
#include "base/digest.h"
#include "language/classifier_parts.h"

#include <math.h>
#include <string.h>

#define MAGIC "QCLASS1\n"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they lie");

enum { SUM = 4, HEAD = sizeof MAGIC - 1 + SUM };

static void put(q_buf *b, const void *p, size_t n)
{
    q_buf_put(b, (q_str){p, n});
}

static void put_u32(q_buf *b, size_t v)
{
    uint32_t u = (uint32_t)v;

    put(b, &u, sizeof u);
}

q_code q_classifier_save(const q_classifier *c, q_buf *out)
{
    size_t first = out->n;
    unsigned char sum[SUM] = {0};

    q_buf_puts(out, MAGIC);
    put(out, sum, sizeof sum);
    put_u32(out, c->multi);
    put_u32(out, c->count);
    put_u32(out, c->bits);
    for (size_t i = 0; i < c->count; i++) {
        put_u32(out, c->names[i].n);
        q_buf_put(out, c->names[i]);
    }
    put(out, c->rarity, sizeof *c->rarity << c->bits);
    if (q_linear_save(c->linear, out))
        return out->rc ? out->rc : Q_NOMEM;
    if (!q_digest_of(Q_CRC32, (q_str){out->p + first + HEAD, out->n - first - HEAD}, sum))
        return Q_NOMEM;
    memcpy(out->p + first + sizeof MAGIC - 1, sum, sizeof sum);
    return Q_OK;
}

/* The next n bytes, or NULL when fewer are left. */
static const char *take(q_str *rest, size_t n)
{
    const char *p = rest->p;

    if (n > rest->n)
        return NULL;
    *rest = (q_str){p + n, rest->n - n};
    return p;
}

static bool u32(q_str *rest, uint32_t *out)
{
    const char *p = take(rest, sizeof *out);

    if (p)
        memcpy(out, p, sizeof *out);
    return p != NULL;
}

static q_code malformed(q_str name, const char *what, q_err *err)
{
    return q_err_set(err, Q_INVALID, "%.*s: a classifier whose %s", Q_ARG(name), what);
}

static q_code head_read(q_str bytes, q_str name, q_str *rest, q_err *err)
{
    unsigned char sum[SUM];

    if (bytes.n < HEAD || memcmp(bytes.p, MAGIC, sizeof MAGIC - 1) != 0)
        return q_err_set(err, Q_INVALID, "%.*s is no classifier", Q_ARG(name));
    *rest = (q_str){bytes.p + HEAD, bytes.n - HEAD};
    if (!q_digest_of(Q_CRC32, *rest, sum))
        return q_err_nomem(err);
    if (memcmp(sum, bytes.p + sizeof MAGIC - 1, SUM) != 0)
        return q_err_set(err, Q_INVALID, "%.*s was cut short or altered: its checksum is another",
                         Q_ARG(name));
    return Q_OK;
}

static q_code names_read(q_classifier *c, q_str *rest, q_str name, q_err *err)
{
    for (size_t i = 0; i < c->count; i++) {
        uint32_t n;
        const char *p = u32(rest, &n) ? take(rest, n) : NULL;

        if (!p)
            return malformed(name, "names are cut short", err);
        c->names[i] = q_str_copy(c->arena, (q_str){p, n});
        if (!c->names[i].p)
            return q_err_nomem(err);
    }
    return Q_OK;
}

static q_code body_read(q_classifier *c, q_str *rest, q_str name, q_err *err)
{
    q_code rc = names_read(c, rest, name, err);
    const char *rarity;

    if (rc)
        return rc;
    rarity = take(rest, sizeof *c->rarity << c->bits);
    if (!rarity)
        return malformed(name, "features are cut short", err);
    memcpy(c->rarity, rarity, sizeof *c->rarity << c->bits);
    for (size_t i = 0; i < (size_t)1 << c->bits; i++)
        if (!isfinite(c->rarity[i]))
            return malformed(name, "features have no finite weight", err);
    rc = q_linear_load(*rest, name, &c->linear, err);
    if (rc)
        return rc;
    if (q_linear_classes(c->linear) != c->count || q_linear_bits(c->linear) != c->bits)
        return malformed(name, "parts do not fit one another", err);
    return Q_OK;
}

q_code q_classifier_load(q_str bytes, q_str name, q_classifier **out, q_err *err)
{
    q_classifier *c = NULL;
    uint32_t multi, count, bits;
    q_str rest;
    q_code rc = head_read(bytes, name, &rest, err);

    if (rc)
        return rc;
    if (!u32(&rest, &multi) || !u32(&rest, &count) || !u32(&rest, &bits) || multi > 1 ||
        count < 2 || count > Q_CLASSIFIER_CLASSES_MAX || !bits || bits > CLASSIFIER_BITS_MOST)
        return malformed(name, "counts are out of range", err);
    rc = classifier__new(count, bits, multi, &c, err);
    if (!rc)
        rc = body_read(c, &rest, name, err);
    if (rc) {
        q_classifier_free(c);
        return rc;
    }
    *out = c;
    return Q_OK;
}
