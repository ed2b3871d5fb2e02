/* RotaryEmbedding: pairs of a head's elements turned by an angle of their position.
 * Source: Su et al. 2021, arXiv:2104.09864
 */
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <string.h>

enum { X, COS, SIN, POSITIONS };

typedef struct rotary_params {
    int64_t heads, turned; /* turned 0: all of a head */
    bool interleaved;
} rotary_params;

static q_code rotary_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    rotary_params *p = params;
    int64_t interleaved = 0;
    q_code rc = op__attr_int(n, "num_heads", 0, &p->heads, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "rotary_embedding_dim", 0, &p->turned, err);
    if (!rc)
        rc = op__attr_int(n, "interleaved", 0, &interleaved, err);
    if (!rc && (p->heads < 0 || p->turned < 0 || p->turned % 2))
        rc = q_err_set(err, Q_INVALID, "num_heads is %lld, rotary_embedding_dim %lld",
                       (long long)p->heads, (long long)p->turned);
    p->interleaved = interleaved != 0;
    return rc;
}

typedef struct rotary_sizes {
    size_t batch, heads, length, size, half;
    bool flat; /* [batch, length, heads * size] */
} rotary_sizes;

static q_code sizes_of(const q_op_call *c, rotary_sizes *z, q_err *err)
{
    const rotary_params *p = c->params;
    const q_shape *s = &c->in[X]->shape;
    char text[160];

    z->flat = s->rank == 3;
    if ((s->rank != 3 && s->rank != 4) ||
        (z->flat && (p->heads < 1 || s->dims[2] % (size_t)p->heads)))
        return q_err_set(err, Q_INVALID, "a shape of %s does not hold %lld heads",
                         q_shape_text(s, text), (long long)p->heads);
    z->batch = s->dims[0];
    z->heads = z->flat ? (size_t)p->heads : s->dims[1];
    z->length = s->dims[z->flat ? 1 : 2];
    z->size = z->flat ? s->dims[2] / z->heads : s->dims[3];
    z->half = (p->turned ? (size_t)p->turned : z->size) / 2;
    if (2 * z->half > z->size)
        return q_err_set(err, Q_INVALID, "rotary_embedding_dim is %lld of %zu",
                         (long long)p->turned, z->size);
    return Q_OK;
}

static q_code rotary_infer(q_op_call *c, q_err *err)
{
    static const q_dtype ints[] = {Q_I64, Q_NONE};
    rotary_sizes z;
    q_shape want;
    char text[160], want_text[160];
    size_t i;
    q_code rc = Q_OK;

    for (i = X; i <= SIN && !rc; i++)
        rc = op__want(c, i, err, widen__floats);
    if (!rc)
        rc = sizes_of(c, &z, err);
    if (rc)
        return rc;
    want = (q_shape){3, {z.batch, z.length, z.half}};
    if (op__has(c, POSITIONS)) {
        q_shape places = {2, {z.batch, z.length}};

        rc = op__want(c, POSITIONS, err, ints);
        if (!rc && !q_shape_eq(&c->in[POSITIONS]->shape, &places))
            rc = q_err_set(err, Q_INVALID, "position_ids has shape %s; wanted %s",
                           q_shape_text(&c->in[POSITIONS]->shape, text),
                           q_shape_text(&places, want_text));
        want = (q_shape){2, {c->in[COS]->shape.dims[0], z.half}};
    }
    for (i = COS; i <= SIN && !rc; i++)
        if (!q_shape_eq(&c->in[i]->shape, &want))
            rc = q_err_set(err, Q_INVALID, "input %zu has shape %s; wanted %s", i,
                           q_shape_text(&c->in[i]->shape, text), q_shape_text(&want, want_text));
    if (rc)
        return rc;
    op__set(c, 0, c->in[X]->dtype, &c->in[X]->shape);
    return widen__infer(c, err);
}

static void turn(const float *x, const float *cosines, const float *sines, size_t half,
                 bool interleaved, float *y)
{
    size_t k;

    for (k = 0; k < half; k++) {
        size_t a = interleaved ? 2 * k : k, b = interleaved ? 2 * k + 1 : half + k;
        float real = cosines[k] * x[a] - sines[k] * x[b];

        y[b] = sines[k] * x[a] + cosines[k] * x[b];
        y[a] = real;
    }
}

static q_code rotary_compute(q_op_call *c, q_err *err)
{
    const rotary_params *p = c->params;
    rotary_sizes z;
    size_t b, t, h;
    q_code rc = sizes_of(c, &z, err);

    if (rc)
        return rc;
    for (b = 0; b < z.batch && !rc; b++)
        for (t = 0; t < z.length && !rc; t++) {
            size_t place = b * z.length + t;

            if (op__has(c, POSITIONS)) {
                int64_t at = ((const int64_t *)c->in[POSITIONS]->data)[place];

                if (at < 0 || (uint64_t)at >= c->in[COS]->shape.dims[0])
                    return q_err_set(err, Q_INVALID, "position %lld; the caches have %zu",
                                     (long long)at, c->in[COS]->shape.dims[0]);
                place = (size_t)at;
            }
            for (h = 0; h < z.heads; h++) {
                size_t at = z.flat ? ((b * z.length + t) * z.heads + h) * z.size
                                   : ((b * z.heads + h) * z.length + t) * z.size;
                const float *x = (const float *)c->in[X]->data + at;
                float *y = (float *)c->out[0]->data + at;

                turn(x, (const float *)c->in[COS]->data + place * z.half,
                     (const float *)c->in[SIN]->data + place * z.half, z.half, p->interleaved, y);
                memcpy(y + 2 * z.half, x + 2 * z.half, (z.size - 2 * z.half) * sizeof *y);
            }
        }
    return rc;
}

static q_code rotary_run(q_op_call *c, q_err *err)
{
    return widen__run(c, rotary_compute, err);
}

static const q_op ops[] = {
    {"", "RotaryEmbedding", 23, 0, 3, 4, 1, 0, sizeof(rotary_params), rotary_load, rotary_infer,
     rotary_run},
};

const q_op_table op__rotary = {ops, sizeof ops / sizeof *ops};
