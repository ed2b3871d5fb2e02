/* Normalisations of rows: LayerNormalization, RMSNormalization, LpNormalization.
 * Sources: Ba et al. 2016, arXiv:1607.06450; Zhang and Sennrich 2019, arXiv:1910.07467
 */
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/vector.h"

#include <math.h>
#include <string.h>

#define GRAIN 16384

typedef struct norm_params {
    int64_t axis, p;
    float epsilon;
} norm_params;

static q_code norm_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    norm_params *p = params;
    double epsilon = 1e-5;
    q_code rc = op__attr_int(n, "axis", -1, &p->axis, err);

    (void)a;
    if (!rc)
        rc = op__attr_float(n, "epsilon", 1e-5, &epsilon, err);
    if (!rc)
        rc = op__attr_int(n, "p", 2, &p->p, err);
    if (!rc && p->p != 1 && p->p != 2)
        rc = q_err_set(err, Q_INVALID, "p is %lld; wanted 1 or 2", (long long)p->p);
    p->epsilon = (float)epsilon;
    return rc;
}

/* in[i], when there, must spread over dims [axis, rank) of x. */
static q_code spread_check(const q_op_call *c, size_t i, size_t axis, q_err *err)
{
    const q_shape *xs = &c->in[0]->shape, *s;
    char text[160], want[160];
    size_t d, skip;
    q_code rc;

    if (!op__has(c, i))
        return Q_OK;
    rc = op__want(c, i, err, widen__floats);
    if (rc)
        return rc;
    s = &c->in[i]->shape;
    for (d = 0; d < s->rank; d++) {
        size_t dim = s->dims[d];

        skip = s->rank - d; /* dimensions from the end */
        if (dim != 1 && (skip > xs->rank - axis || dim != xs->dims[xs->rank - skip]))
            return q_err_set(err, Q_INVALID,
                             "input %zu has shape %s, the rows come from axis %zu "
                             "of %s",
                             i, q_shape_text(s, text), axis, q_shape_text(xs, want));
    }
    return Q_OK;
}

static q_code norm_infer(q_op_call *c, q_err *err)
{
    const norm_params *p = c->params;
    q_shape stats;
    size_t axis = 0, d, bytes = 0;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__axis(p->axis, c->in[0]->shape.rank, &axis, err);
    if (!rc)
        rc = op__want(c, 1, err, widen__floats);
    if (!rc)
        rc = spread_check(c, 1, axis, err);
    if (!rc)
        rc = spread_check(c, 2, axis, err);
    if (rc)
        return rc;
    stats = c->in[0]->shape;
    if (!q_size_mul(&bytes, q_shape_span(&stats, axis, stats.rank), 2 * sizeof(float)))
        return q_err_set(err, Q_LIMIT, "a row passes the address space");
    c->scratch_bytes = bytes; /* scale and bias spread over a row */
    for (d = axis; d < stats.rank; d++)
        stats.dims[d] = 1;
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    op__set(c, 1, Q_F32, &stats);
    op__set(c, 2, Q_F32, &stats);
    return widen__infer(c, err);
}

/* `t` over a row of x, at `room` unless it has a row's shape already. */
static const float *spread(const q_tensor *t, const q_shape *xs, size_t axis, float *room)
{
    size_t count = q_shape_span(xs, axis, xs->rank), i, d;
    const float *from = t->data;

    if (q_shape_count(&t->shape) == count)
        return from;
    for (i = 0; i < count; i++) {
        size_t rest = i, at = 0, step = 1;

        for (d = 0; d < t->shape.rank && d < xs->rank - axis; d++) {
            size_t dim = t->shape.dims[t->shape.rank - 1 - d];

            at += dim == 1 ? 0 : rest % xs->dims[xs->rank - 1 - d] * step;
            rest /= xs->dims[xs->rank - 1 - d];
            step *= dim;
        }
        room[i] = from[at];
    }
    return room;
}

typedef struct norm_job {
    const float *x, *scale, *bias; /* [cols]; bias may be NULL */
    float *y, *mean, *rstd;        /* mean, rstd: [rows] or NULL */
    size_t cols;
    float epsilon;
    const vector_table *v;
} norm_job;

static void scale_row(const norm_job *j, float *y, float rstd)
{
    j->v->unary[VECTOR_AFFINE](y, y, j->cols, rstd, 0);
    j->v->binary[VECTOR_MUL](y, 1, j->scale, 1, y, j->cols);
    if (j->bias)
        j->v->binary[VECTOR_ADD](y, 1, j->bias, 1, y, j->cols);
}

/* y = (x - mean) * rstd * scale + bias, rstd = 1 / sqrt(variance + epsilon), the
 * variance biased and taken of x - mean.
 */
static void layer_rows(void *ctx, size_t from, size_t to)
{
    const norm_job *j = ctx;
    size_t row;

    for (row = from; row < to; row++) {
        const float *x = j->x + row * j->cols;
        float *y = j->y + row * j->cols;
        float mean = j->v->fold[VECTOR_SUM](x, j->cols) / (float)j->cols, rstd;

        j->v->unary[VECTOR_AFFINE](x, y, j->cols, 1, -mean);
        rstd = 1 / sqrtf(j->v->fold[VECTOR_SUM_SQUARES](y, j->cols) / (float)j->cols + j->epsilon);
        scale_row(j, y, rstd);
        if (j->mean)
            j->mean[row] = mean;
        if (j->rstd)
            j->rstd[row] = rstd;
    }
}

static void rms_rows(void *ctx, size_t from, size_t to)
{
    const norm_job *j = ctx;
    size_t row;

    for (row = from; row < to; row++) {
        const float *x = j->x + row * j->cols;
        float *y = j->y + row * j->cols;
        float mean = j->v->fold[VECTOR_SUM_SQUARES](x, j->cols) / (float)j->cols;

        j->v->unary[VECTOR_AFFINE](x, y, j->cols, 1, 0);
        scale_row(j, y, 1 / sqrtf(mean + j->epsilon));
    }
}

static float *wanted(const q_op_call *c, size_t i)
{
    if (i >= c->node->out_count || c->node->out[i] == Q_NO_VALUE)
        return NULL;
    return c->out[i]->data;
}

static q_code norm_compute(q_op_call *c, q_err *err)
{
    const norm_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    size_t axis = p->axis < 0 ? (size_t)(p->axis + (int64_t)s->rank) : (size_t)p->axis;
    size_t cols = q_shape_span(s, axis, s->rank);
    norm_job j = {.x = c->in[0]->data,
                  .y = c->out[0]->data,
                  .cols = cols,
                  .epsilon = p->epsilon,
                  .v = vector__table()};
    float *room = c->scratch;

    (void)err;
    j.scale = spread(c->in[1], s, axis, room);
    if (op__has(c, 2))
        j.bias = spread(c->in[2], s, axis, room + cols);
    if (q_str_is(c->node->type, "RMSNormalization")) {
        op__parallel(c->team, q_shape_span(s, 0, axis), GRAIN / (cols + 1) + 1, rms_rows, &j);
        return Q_OK;
    }
    j.mean = wanted(c, 1);
    j.rstd = wanted(c, 2);
    op__parallel(c->team, q_shape_span(s, 0, axis), GRAIN / (cols + 1) + 1, layer_rows, &j);
    return Q_OK;
}

static q_code norm_run(q_op_call *c, q_err *err)
{
    return widen__run(c, norm_compute, err);
}

/* -- LpNormalization: each line along the axis over its norm; a norm of 0 leaves 0 -- */

static q_code lp_infer(q_op_call *c, q_err *err)
{
    const norm_params *p = c->params;
    size_t axis;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__axis(p->axis, c->in[0]->shape.rank, &axis, err);
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return widen__infer(c, err);
}

static q_code lp_compute(q_op_call *c, q_err *err)
{
    const norm_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    size_t axis = p->axis < 0 ? (size_t)(p->axis + (int64_t)s->rank) : (size_t)p->axis;
    size_t outer = q_shape_span(s, 0, axis), length = s->dims[axis];
    size_t inner = q_shape_span(s, axis + 1, s->rank), o, i, k;

    (void)err;
    for (o = 0; o < outer; o++)
        for (i = 0; i < inner; i++) {
            const float *x = (const float *)c->in[0]->data + o * length * inner + i;
            float *y = (float *)c->out[0]->data + o * length * inner + i;
            double sum = 0;

            for (k = 0; k < length; k++) {
                double v = x[k * inner];

                sum += p->p == 1 ? fabs(v) : v * v;
            }
            if (p->p == 2)
                sum = sqrt(sum);
            for (k = 0; k < length; k++)
                y[k * inner] = sum == 0 ? 0 : (float)(x[k * inner] / sum);
        }
    return Q_OK;
}

static q_code lp_run(q_op_call *c, q_err *err)
{
    return widen__run(c, lp_compute, err);
}

static const q_op ops[] = {
    {"", "LayerNormalization", 1, 0, 2, 3, 3, 0, sizeof(norm_params), norm_load, norm_infer,
     norm_run},
    {"", "RMSNormalization", 23, 0, 2, 2, 1, 0, sizeof(norm_params), norm_load, norm_infer,
     norm_run},
    {"", "LpNormalization", 1, 0, 1, 1, 1, 0, sizeof(norm_params), norm_load, lp_infer, lp_run},
};

const q_op_table op__norm = {ops, sizeof ops / sizeof *ops};
