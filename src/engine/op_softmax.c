/* Softmax, LogSoftmax and Hardmax.
 *
 * From operator set 13 on they run along one axis; before, the tensor was taken
 * as a matrix, rows of everything from the axis on. Both are
 * [outer][length][inner], the older with inner 1.
 */
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/vector.h"

#include <math.h>
#include <string.h>

#define BLOCK 256 /* columns of a strided axis that are worked on together */
#define GRAIN 16384

typedef struct softmax_params {
    int64_t axis;
    bool flatten;
} softmax_params;

static q_code softmax_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    softmax_params *p = params;

    (void)a;
    p->flatten = n->version < 13;
    return op__attr_int(n, "axis", p->flatten ? 1 : -1, &p->axis, err);
}

static q_code softmax_infer(q_op_call *c, q_err *err)
{
    const softmax_params *p = c->params;
    size_t axis, rank;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (rc)
        return rc;
    rank = c->in[0]->shape.rank;
    if (rank == 0 || (p->flatten && p->axis == (int64_t)rank))
        rc = Q_OK; /* one element, or rows of one: by itself */
    else
        rc = op__axis(p->axis, rank, &axis, err);
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return widen__infer(c, err);
}

typedef struct softmax_job {
    const float *x;
    float *y;
    size_t length, inner;
    const vector_table *v;
} softmax_job;

static size_t layout(const q_op_call *c, softmax_job *j)
{
    const softmax_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    size_t axis = p->axis < 0 ? (size_t)(p->axis + (int64_t)s->rank) : (size_t)p->axis;

    j->x = c->in[0]->data;
    j->y = c->out[0]->data;
    j->v = vector__table();
    j->inner = 1;
    if (s->rank == 0) {
        j->length = 1;
        return 1;
    }
    if (p->flatten) {
        j->length = q_shape_span(s, axis, s->rank);
        return q_shape_span(s, 0, axis);
    }
    j->length = s->dims[axis];
    j->inner = q_shape_span(s, axis + 1, s->rank);
    return q_shape_span(s, 0, axis);
}

static void softmax_rows(void *ctx, size_t from, size_t to)
{
    const softmax_job *j = ctx;
    size_t n = j->length, row;

    for (row = from; row < to; row++) {
        const float *x = j->x + row * n;
        float *y = j->y + row * n;

        j->v->unary[VECTOR_EXP_MINUS](x, y, n, j->v->fold[VECTOR_GREATEST](x, n), 0);
        j->v->unary[VECTOR_AFFINE](y, y, n, 1 / j->v->fold[VECTOR_SUM](y, n), 0);
    }
}

static void log_softmax_rows(void *ctx, size_t from, size_t to)
{
    const softmax_job *j = ctx;
    size_t n = j->length, row;

    for (row = from; row < to; row++) {
        const float *x = j->x + row * n;
        float *y = j->y + row * n, greatest = j->v->fold[VECTOR_GREATEST](x, n);

        j->v->unary[VECTOR_EXP_MINUS](x, y, n, greatest, 0);
        j->v->unary[VECTOR_AFFINE](x, y, n, 1, -greatest - logf(j->v->fold[VECTOR_SUM](y, n)));
    }
}

/* For columns [0, n) of a strided axis: *greatest, and the sum of e^(x - greatest). */
static void column_sums(const softmax_job *j, const float *x, size_t n, float *greatest, float *sum)
{
    const vector_table *v = j->v;
    float power[BLOCK];
    size_t i;

    memcpy(greatest, x, n * sizeof *x);
    for (i = 1; i < j->length; i++)
        v->binary[VECTOR_MAX](greatest, 1, x + i * j->inner, 1, greatest, n);
    memset(sum, 0, n * sizeof *sum);
    for (i = 0; i < j->length; i++) {
        v->binary[VECTOR_SUB](x + i * j->inner, 1, greatest, 1, power, n);
        v->unary[VECTOR_EXP](power, power, n, 0, 0);
        v->binary[VECTOR_ADD](sum, 1, power, 1, sum, n);
    }
}

/* A task is one outer element's BLOCK of columns. */
static void softmax_columns(const softmax_job *j, size_t task, bool logarithm)
{
    const vector_table *v = j->v;
    size_t blocks = (j->inner + BLOCK - 1) / BLOCK, begin = task % blocks * BLOCK, i;
    size_t n = j->inner - begin < BLOCK ? j->inner - begin : BLOCK;
    size_t base = task / blocks * j->length * j->inner + begin;
    float greatest[BLOCK], sum[BLOCK];

    column_sums(j, j->x + base, n, greatest, sum);
    if (logarithm)
        v->unary[VECTOR_LOG](sum, sum, n, 0, 0);
    for (i = 0; i < j->length; i++) {
        float *y = j->y + base + i * j->inner;

        v->binary[VECTOR_SUB](j->x + base + i * j->inner, 1, greatest, 1, y, n);
        if (!logarithm)
            v->unary[VECTOR_EXP](y, y, n, 0, 0);
        v->binary[logarithm ? VECTOR_SUB : VECTOR_DIV](y, 1, sum, 1, y, n);
    }
}

static void softmax_blocks(void *ctx, size_t from, size_t to)
{
    for (; from < to; from++)
        softmax_columns(ctx, from, false);
}

static void log_softmax_blocks(void *ctx, size_t from, size_t to)
{
    for (; from < to; from++)
        softmax_columns(ctx, from, true);
}

static q_code softmax_compute(q_op_call *c, q_err *err)
{
    bool logarithm = q_str_is(c->node->type, "LogSoftmax");
    softmax_job j;
    size_t outer = layout(c, &j);

    (void)err;
    if (outer == 0 || j.length == 0 || j.inner == 0)
        return Q_OK;
    if (j.inner == 1)
        op__parallel(c->team, outer, GRAIN / j.length + 1,
                     logarithm ? log_softmax_rows : softmax_rows, &j);
    else
        op__parallel(c->team, outer * ((j.inner + BLOCK - 1) / BLOCK), 1,
                     logarithm ? log_softmax_blocks : softmax_blocks, &j);
    return Q_OK;
}

static q_code softmax_run(q_op_call *c, q_err *err)
{
    return widen__run(c, softmax_compute, err);
}

/* 1 where the greatest is first met, else 0. */
static q_code hardmax_compute(q_op_call *c, q_err *err)
{
    softmax_job j;
    size_t outer = layout(c, &j), o, i, k;

    (void)err;
    for (o = 0; o < outer; o++)
        for (i = 0; i < j.inner; i++) {
            const float *x = j.x + o * j.length * j.inner + i;
            float *y = j.y + o * j.length * j.inner + i;
            size_t best = 0;

            for (k = 0; k < j.length; k++)
                if (x[k * j.inner] > x[best * j.inner])
                    best = k;
            for (k = 0; k < j.length; k++)
                y[k * j.inner] = k == best ? 1 : 0;
        }
    return Q_OK;
}

static q_code hardmax_run(q_op_call *c, q_err *err)
{
    return widen__run(c, hardmax_compute, err);
}

static const q_op ops[] = {
    {"", "Softmax", 1, 0, 1, 1, 1, Q_OP_IN_PLACE, sizeof(softmax_params), softmax_load,
     softmax_infer, softmax_run},
    {"", "LogSoftmax", 1, 0, 1, 1, 1, 0, sizeof(softmax_params), softmax_load, softmax_infer,
     softmax_run},
    {"", "Hardmax", 1, 0, 1, 1, 1, 0, sizeof(softmax_params), softmax_load, softmax_infer,
     hardmax_run},
};

const q_op_table op__softmax = {ops, sizeof ops / sizeof *ops};
