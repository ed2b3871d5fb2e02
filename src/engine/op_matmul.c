/* MatMul and Gemm of floats and integers. Large float32 products run in
 * product.h; here operands are lined up: batches broadcast, vectors become
 * matrices.
 */
#include "engine/op_matmul.h"

#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/product.h"
#include "engine/vector.h"

#include <string.h>

static const q_dtype number_types[] = {Q_F32, Q_F16, Q_BF16, Q_F64, Q_I32,
                                       Q_I64, Q_U32, Q_U64,  Q_NONE};

q_code matmul__plan(const q_shape *a, const q_shape *b, matmul_plan *p, q_err *err)
{
    q_shape as = *a, bs = *b;
    char text[160], text_b[160];
    q_code rc;

    if (as.rank == 0 || bs.rank == 0)
        return q_err_set(err, Q_INVALID, "a scalar is no matrix");
    if (as.rank == 1) {
        as.dims[1] = as.dims[0];
        as.dims[0] = 1;
        as.rank = 2;
    }
    if (bs.rank == 1) {
        bs.dims[1] = 1;
        bs.rank = 2;
    }
    p->m = as.dims[as.rank - 2];
    p->k = as.dims[as.rank - 1];
    p->n = bs.dims[bs.rank - 1];
    if (bs.dims[bs.rank - 2] != p->k)
        return q_err_set(err, Q_INVALID, "%s and %s do not multiply: %zu is not %zu",
                         q_shape_text(a, text), q_shape_text(b, text_b), p->k,
                         bs.dims[bs.rank - 2]);
    as.rank -= 2;
    bs.rank -= 2;
    rc = op__broadcast(&as, &bs, &p->batch, err);
    if (rc)
        return rc;
    p->a_lead = as;
    p->b_lead = bs;
    p->out = p->batch;
    if (a->rank > 1)
        p->out.dims[p->out.rank++] = p->m;
    if (b->rank > 1)
        p->out.dims[p->out.rank++] = p->n;
    p->b_shared = q_shape_count(&bs) == 1 && q_shape_eq(&as, &p->batch);
    return Q_OK;
}

size_t matmul__matrix(const q_shape *lead, const q_shape *batch, size_t i)
{
    size_t d, at = 0, step = 1;

    for (d = 0; d < batch->rank; d++) {
        size_t axis = batch->rank - 1 - d;

        if (d < lead->rank) {
            size_t dim = lead->dims[lead->rank - 1 - d];

            at += dim == 1 ? 0 : i % batch->dims[axis] * step;
            step *= dim;
        }
        i /= batch->dims[axis];
    }
    return at;
}

static product matmul_product(const matmul_plan *p)
{
    size_t m = p->b_shared ? p->m * q_shape_count(&p->batch) : p->m;

    return (product){m, p->n, p->k, NULL, p->k, 1, NULL, p->n, 1, NULL, p->n};
}

static q_code matmul_infer(q_op_call *c, q_err *err)
{
    matmul_plan p;
    product one;
    q_code rc = op__want(c, 0, err, number_types);

    if (!rc)
        rc = op__want(c, 1, err, number_types);
    if (!rc && c->in[0]->dtype != c->in[1]->dtype)
        rc = q_err_set(err, Q_INVALID, "%s times %s", q_dtype_name(c->in[0]->dtype),
                       q_dtype_name(c->in[1]->dtype));
    if (!rc)
        rc = matmul__plan(&c->in[0]->shape, &c->in[1]->shape, &p, err);
    if (rc)
        return rc;
    one = matmul_product(&p);
    if (!product__scratch(&one, &c->scratch_bytes))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
    op__set(c, 0, c->in[0]->dtype, &p.out);
    if (c->in[0]->dtype == Q_F64)
        return Q_OK; /* computed as it is */
    return widen__infer(c, err);
}

static q_code matmul_f32(q_op_call *c, q_err *err)
{
    const float *a = c->in[0]->data, *b = c->in[1]->data;
    float *y = c->out[0]->data;
    matmul_plan p;
    product one;
    size_t batches, i;
    q_code rc = matmul__plan(&c->in[0]->shape, &c->in[1]->shape, &p, err);

    if (rc)
        return rc;
    batches = p.b_shared ? 1 : q_shape_count(&p.batch);
    if (q_shape_count(&p.out) == 0)
        return Q_OK;
    one = matmul_product(&p);
    for (i = 0; i < batches; i++) {
        one.a = p.b_shared ? a : a + matmul__matrix(&p.a_lead, &p.batch, i) * p.m * p.k;
        one.b = p.b_shared ? b : b + matmul__matrix(&p.b_lead, &p.batch, i) * p.k * p.n;
        one.c = y + i * p.m * p.n;
        product__run(c->team, &one, c->scratch);
    }
    return Q_OK;
}

/* c += a * b of one element of each type; integers wrap. */
#define MULTIPLY(name, type)                                                                       \
    static void name(const void *a, const void *b, void *c, size_t m, size_t n, size_t k)          \
    {                                                                                              \
        const type *x = a, *w = b;                                                                 \
        type *y = c;                                                                               \
        size_t i, j, l;                                                                            \
                                                                                                   \
        for (i = 0; i < m; i++) {                                                                  \
            memset(y + i * n, 0, n * sizeof *y);                                                   \
            for (l = 0; l < k; l++)                                                                \
                for (j = 0; j < n; j++)                                                            \
                    y[i * n + j] += x[i * k + l] * w[l * n + j];                                   \
        }                                                                                          \
    }
MULTIPLY(multiply_f64, double)
MULTIPLY(multiply_32, uint32_t)
MULTIPLY(multiply_64, uint64_t)

static q_code matmul_run(q_op_call *c, q_err *err)
{
    q_dtype d = c->in[0]->dtype;
    size_t size = q_dtype_bits(d) / 8, batches, i;
    matmul_plan p;
    q_code rc;

    if (d == Q_F32 || d == Q_F16 || d == Q_BF16)
        return widen__run(c, matmul_f32, err);
    rc = matmul__plan(&c->in[0]->shape, &c->in[1]->shape, &p, err);
    if (rc || q_shape_count(&p.out) == 0)
        return rc;
    batches = q_shape_count(&p.batch);
    for (i = 0; i < batches; i++) {
        const char *a = (const char *)c->in[0]->data +
                        matmul__matrix(&p.a_lead, &p.batch, i) * p.m * p.k * size;
        const char *b = (const char *)c->in[1]->data +
                        matmul__matrix(&p.b_lead, &p.batch, i) * p.k * p.n * size;
        char *y = (char *)c->out[0]->data + i * p.m * p.n * size;

        (d == Q_F64 ? multiply_f64 : size == 4 ? multiply_32 : multiply_64)(a, b, y, p.m, p.n, p.k);
    }
    return Q_OK;
}

/* -- Gemm: alpha a b + beta c, a and b perhaps transposed -- */

typedef struct gemm_params {
    bool a_turned, b_turned;
    double alpha, beta;
} gemm_params;

static q_code gemm_load(q_arena *arena, const q_node *n, void *params, q_err *err)
{
    gemm_params *p = params;
    int64_t a = 0, b = 0;
    q_code rc = op__attr_int(n, "transA", 0, &a, err);

    (void)arena;
    if (!rc)
        rc = op__attr_int(n, "transB", 0, &b, err);
    if (!rc)
        rc = op__attr_float(n, "alpha", 1, &p->alpha, err);
    if (!rc)
        rc = op__attr_float(n, "beta", 1, &p->beta, err);
    p->a_turned = a != 0;
    p->b_turned = b != 0;
    return rc;
}

static product gemm_product(const q_op_call *c)
{
    const gemm_params *p = c->params;
    const size_t *a = c->in[0]->shape.dims, *b = c->in[1]->shape.dims;
    product one = {.m = a[p->a_turned], .k = a[!p->a_turned], .n = b[!p->b_turned]};

    one.a_row = p->a_turned ? 1 : a[1];
    one.a_col = p->a_turned ? a[1] : 1;
    one.b_row = p->b_turned ? 1 : b[1];
    one.b_col = p->b_turned ? b[1] : 1;
    one.c_row = one.n;
    return one;
}

static q_code gemm_infer(q_op_call *c, q_err *err)
{
    const gemm_params *p = c->params;
    q_shape out = {2, {0}}, spread;
    product one;
    char text[160], text_b[160];
    size_t i;
    q_code rc = Q_OK;

    for (i = 0; i < c->in_count && !rc; i++)
        if (i < 2 || op__has(c, i)) {
            rc = op__want(c, i, err, number_types);
            if (!rc && c->in[i]->dtype != c->in[0]->dtype)
                rc = q_err_set(err, Q_INVALID, "input %zu is %s, input 0 %s", i,
                               q_dtype_name(c->in[i]->dtype), q_dtype_name(c->in[0]->dtype));
        }
    if (rc)
        return rc;
    if (c->in[0]->shape.rank != 2 || c->in[1]->shape.rank != 2)
        return q_err_set(err, Q_INVALID, "%s and %s are not both matrices",
                         q_shape_text(&c->in[0]->shape, text),
                         q_shape_text(&c->in[1]->shape, text_b));
    one = gemm_product(c);
    if (one.k != c->in[1]->shape.dims[p->b_turned])
        return q_err_set(err, Q_INVALID, "%s and %s do not multiply: %zu is not %zu",
                         q_shape_text(&c->in[0]->shape, text),
                         q_shape_text(&c->in[1]->shape, text_b), one.k,
                         c->in[1]->shape.dims[p->b_turned]);
    out.dims[0] = one.m;
    out.dims[1] = one.n;
    if (op__has(c, 2)) {
        rc = op__broadcast(&out, &c->in[2]->shape, &spread, err);
        if (!rc && !q_shape_eq(&spread, &out))
            rc = q_err_set(err, Q_INVALID, "c has shape %s; it must spread to %s",
                           q_shape_text(&c->in[2]->shape, text), q_shape_text(&out, text_b));
        if (rc)
            return rc;
    }
    if (!product__scratch(&one, &c->scratch_bytes))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
    op__set(c, 0, c->in[0]->dtype, &out);
    return c->in[0]->dtype == Q_F64 ? Q_OK : widen__infer(c, err);
}

/* Steps of c over the rows and columns of the product. */
static void spread_steps(const q_shape *s, size_t *row, size_t *col)
{
    size_t cols = s->rank > 0 ? s->dims[s->rank - 1] : 1;
    size_t rows = s->rank > 1 ? s->dims[s->rank - 2] : 1;

    *col = cols == 1 ? 0 : 1;
    *row = rows == 1 ? 0 : cols;
}

static q_code gemm_f32(q_op_call *c, q_err *err)
{
    const gemm_params *p = c->params;
    const vector_table *v = vector__table();
    product one = gemm_product(c);
    size_t i, j, row = 0, col = 0;

    (void)err;
    if (one.m == 0 || one.n == 0)
        return Q_OK;
    one.a = c->in[0]->data;
    one.b = c->in[1]->data;
    one.c = c->out[0]->data;
    product__run(c->team, &one, c->scratch);
    if (p->alpha != 1)
        v->unary[VECTOR_AFFINE](one.c, one.c, one.m * one.n, (float)p->alpha, 0);
    if (!op__has(c, 2))
        return Q_OK;
    spread_steps(&c->in[2]->shape, &row, &col);
    for (i = 0; i < one.m; i++) {
        const float *add = (const float *)c->in[2]->data + i * row;
        float *y = one.c + i * one.n;

        if (p->beta == 1)
            v->binary[VECTOR_ADD](y, 1, add, col, y, one.n);
        else
            for (j = 0; j < one.n; j++)
                y[j] += (float)p->beta * add[j * col];
    }
    return Q_OK;
}

/* Element by element, for the types without a fast way. Integers take alpha and beta as
 * integers.
 */
#define GEMM(name, type)                                                                           \
    static void name(const q_op_call *c)                                                           \
    {                                                                                              \
        const gemm_params *p = c->params;                                                          \
        const type *a = c->in[0]->data, *b = c->in[1]->data;                                       \
        const type *add = op__has(c, 2) ? c->in[2]->data : NULL;                                   \
        type *y = c->out[0]->data;                                                                 \
        product s = gemm_product(c);                                                               \
        size_t i, j, k, row = 0, col = 0;                                                          \
                                                                                                   \
        if (add)                                                                                   \
            spread_steps(&c->in[2]->shape, &row, &col);                                            \
        for (i = 0; i < s.m; i++)                                                                  \
            for (j = 0; j < s.n; j++) {                                                            \
                type sum = 0;                                                                      \
                                                                                                   \
                for (k = 0; k < s.k; k++)                                                          \
                    sum += a[i * s.a_row + k * s.a_col] * b[k * s.b_row + j * s.b_col];            \
                if (p->alpha != 1)                                                                 \
                    sum = SCALE(type, p->alpha, sum);                                              \
                if (add)                                                                           \
                    sum += p->beta == 1 ? add[i * row + j * col]                                   \
                                        : SCALE(type, p->beta, add[i * row + j * col]);            \
                y[i * s.n + j] = sum;                                                              \
            }                                                                                      \
    }
#define SCALE(type, by, x) ((type)((by) * (x)))
GEMM(gemm_f64, double)
#undef SCALE
#define SCALE(type, by, x) ((type)(int64_t)(by) * (x))
GEMM(gemm_32, uint32_t)
GEMM(gemm_64, uint64_t)
#undef SCALE

static q_code gemm_run(q_op_call *c, q_err *err)
{
    const gemm_params *p = c->params;
    q_dtype d = c->in[0]->dtype;

    if (d == Q_F32 || d == Q_F16 || d == Q_BF16)
        return widen__run(c, gemm_f32, err);
    if (d == Q_F64) {
        gemm_f64(c);
        return Q_OK;
    }
    if (!(p->alpha > -1e18 && p->alpha < 1e18 && p->beta > -1e18 && p->beta < 1e18))
        return q_err_set(err, Q_INVALID, "alpha %g and beta %g are no integers", p->alpha, p->beta);
    (q_dtype_bits(d) == 32 ? gemm_32 : gemm_64)(c);
    return Q_OK;
}

static const q_op ops[] = {
    {"", "MatMul", 1, 0, 2, 2, 1, 0, 0, NULL, matmul_infer, matmul_run},
    {"", "Gemm", 7, 0, 2, 3, 1, 0, sizeof(gemm_params), gemm_load, gemm_infer, gemm_run},
};

const q_op_table op__matmul = {ops, sizeof ops / sizeof *ops};
