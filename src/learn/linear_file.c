/* The bytes of a linear model, little-endian:
 *
 *   "QLINEAR1"  u32 bits, independent, classes, rows, links, 0
 *   u32 ids[rows], starts[rows + 1]   u16 targets[links], padded to four bytes
 *   f32 weights[links], biases[classes]   SHA-256 of all before
 */
#include "base/digest.h"
#include "learn/linear.h"
#include "learn/linear_parts.h"

#include <math.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they lie");

enum { MAGIC = 8, FIELDS = 6, HEAD = MAGIC + FIELDS * 4 };

static const char MAGIC_BYTES[MAGIC + 1] = "QLINEAR1";

static void put(q_buf *out, const void *p, size_t n)
{
    q_buf_put(out, (q_str){p, n});
}

q_code q_linear_save(const q_linear *m, q_buf *out)
{
    uint32_t fields[FIELDS] = {m->bits,           m->independent,     (uint32_t)m->classes,
                               (uint32_t)m->rows, (uint32_t)m->links, 0};
    unsigned char digest[Q_DIGEST_MAX];
    size_t first = out->n;

    put(out, MAGIC_BYTES, MAGIC);
    put(out, fields, sizeof fields);
    put(out, m->ids, m->rows * sizeof *m->ids);
    put(out, m->starts, (m->rows + 1) * sizeof *m->starts);
    put(out, m->targets, (m->links + m->links % 2) * sizeof *m->targets);
    put(out, m->weights, m->links * sizeof *m->weights);
    put(out, m->biases, m->classes * sizeof *m->biases);
    if (out->rc)
        return out->rc;
    if (!q_digest_of(Q_SHA256, (q_str){out->p + first, out->n - first}, digest))
        return Q_NOMEM;
    put(out, digest, q_digest_size(Q_SHA256));
    return out->rc;
}

static void get(const char **at, void *p, size_t n)
{
    memcpy(p, *at, n);
    *at += n;
}

/* Only what a broken writer could leave: a changed byte the digest finds. */
static bool is_sound(const q_linear *m)
{
    if (m->starts[0] || m->starts[m->rows] != m->links)
        return false;
    for (size_t r = 0; r < m->rows; r++) {
        if (m->starts[r + 1] < m->starts[r] || m->ids[r] >> m->bits ||
            (r && m->ids[r] <= m->ids[r - 1]) || m->starts[r + 1] - m->starts[r] > m->classes)
            return false;
        for (size_t k = m->starts[r] + 1; k < m->starts[r + 1]; k++)
            if (m->targets[k] <= m->targets[k - 1])
                return false;
    }
    for (size_t k = 0; k < m->links; k++)
        if (m->targets[k] >= m->classes || !isfinite(m->weights[k]))
            return false;
    for (size_t c = 0; c < m->classes; c++)
        if (!isfinite(m->biases[c]))
            return false;
    return true;
}

static q_code head_read(q_str bytes, q_str name, q_linear *m, q_err *err)
{
    uint32_t f[FIELDS];
    unsigned char digest[Q_DIGEST_MAX];
    size_t size, sum = q_digest_size(Q_SHA256);

    if (bytes.n < HEAD + sum || memcmp(bytes.p, MAGIC_BYTES, MAGIC) != 0)
        return q_err_set(err, Q_INVALID, "%.*s is no linear model", Q_ARG(name));
    memcpy(f, bytes.p + MAGIC, sizeof f);
    *m = (q_linear){
        .bits = f[0], .independent = f[1] == 1, .classes = f[2], .rows = f[3], .links = f[4]};
    size = HEAD + (2 * m->rows + 1) * 4 + (m->links + m->links % 2) * 2 + m->links * 4 +
           m->classes * 4 + sum;
    if (!m->bits || m->bits > Q_LINEAR_BITS_MAX || !m->classes ||
        m->classes > Q_LINEAR_CLASSES_MAX || bytes.n != size)
        return q_err_set(err, Q_INVALID, "%.*s: a linear model of %zu bytes; its head says %zu",
                         Q_ARG(name), bytes.n, size);
    if (!q_digest_of(Q_SHA256, (q_str){bytes.p, bytes.n - sum}, digest))
        return q_err_nomem(err);
    if (memcmp(digest, bytes.p + bytes.n - sum, sum) != 0)
        return q_err_set(err, Q_INVALID, "%.*s: the linear model's checksum is wrong", Q_ARG(name));
    return Q_OK;
}

q_code q_linear_load(q_str bytes, q_str name, q_linear **out, q_err *err)
{
    q_linear sizes, *m = NULL;
    const char *at = bytes.p + HEAD;
    q_code rc = head_read(bytes, name, &sizes, err);

    if (!rc)
        rc = linear__new(&sizes, &m, err);
    if (rc)
        return rc;
    get(&at, m->ids, m->rows * sizeof *m->ids);
    get(&at, m->starts, (m->rows + 1) * sizeof *m->starts);
    get(&at, m->targets, m->links * sizeof *m->targets);
    at += m->links % 2 * sizeof *m->targets;
    get(&at, m->weights, m->links * sizeof *m->weights);
    get(&at, m->biases, m->classes * sizeof *m->biases);
    if (!is_sound(m)) {
        q_linear_free(m);
        return q_err_set(err, Q_INVALID, "%.*s: the linear model's features are out of order",
                         Q_ARG(name));
    }
    *out = m;
    return Q_OK;
}
