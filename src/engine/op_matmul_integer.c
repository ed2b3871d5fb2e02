/* MatMulInteger and QLinearMatMul: bytes times bytes, sums in int32. */
#include "engine/op_matmul.h"
#include "engine/op_tables.h"

#include "engine/byte_product.h"
#include "engine/narrow.h"

#include <assert.h>

static const q_dtype bytes[] = {Q_U8, Q_I8, Q_NONE};

static int32_t byte_at(const q_tensor *t, size_t i)
{
    return t->dtype == Q_U8 ? ((const uint8_t *)t->data)[i] : ((const int8_t *)t->data)[i];
}

/* in[i], when there, is one value or has `count`: one for each row or column. */
static q_code count_check(const q_op_call *c, size_t i, size_t count, q_err *err)
{
    char text[160];
    size_t got;

    if (!op__has(c, i))
        return Q_OK;
    got = q_shape_count(&c->in[i]->shape);
    if (got != 1 && got != count)
        return q_err_set(err, Q_INVALID, "input %zu has shape %s; wanted one value or %zu", i,
                         q_shape_text(&c->in[i]->shape, text), count);
    return Q_OK;
}

/* Inputs a and b with their zero points; the plan. */
static q_code operands_check(const q_op_call *c, size_t a, size_t b, size_t a_zero, size_t b_zero,
                             matmul_plan *p, q_err *err)
{
    q_code rc = op__want(c, a, err, bytes);

    if (!rc)
        rc = op__want(c, b, err, bytes);
    if (!rc)
        rc = matmul__plan(&c->in[a]->shape, &c->in[b]->shape, p, err);
    if (!rc && op__has(c, a_zero) && c->in[a_zero]->dtype != c->in[a]->dtype)
        rc = q_err_set(err, Q_INVALID, "the zero point of a is %s",
                       q_dtype_name(c->in[a_zero]->dtype));
    if (!rc && op__has(c, b_zero) && c->in[b_zero]->dtype != c->in[b]->dtype)
        rc = q_err_set(err, Q_INVALID, "the zero point of b is %s",
                       q_dtype_name(c->in[b_zero]->dtype));
    if (!rc)
        rc = count_check(c, a_zero, p->m, err);
    if (!rc)
        rc = count_check(c, b_zero, p->n, err);
    return rc;
}

/* The product of the plan's first matrices; of all when they share one b. Data may be NULL. */
static byte_product product_of(const q_op_call *c, size_t a, size_t b, size_t a_zero, size_t b_zero,
                               const matmul_plan *p)
{
    byte_product one = {.m = p->b_shared ? p->m * q_shape_count(&p->batch) : p->m,
                        .n = p->n,
                        .k = p->k,
                        .a = c->in[a]->data,
                        .b = c->in[b]->data,
                        .a_signed = c->in[a]->dtype == Q_I8,
                        .b_signed = c->in[b]->dtype == Q_I8};

    if (op__has(c, a_zero)) {
        one.a_zero = c->in[a_zero]->data;
        one.a_zeros = q_shape_count(&c->in[a_zero]->shape);
    }
    if (op__has(c, b_zero)) {
        one.b_zero = c->in[b_zero]->data;
        one.b_zeros = q_shape_count(&c->in[b_zero]->shape);
    }
    return one;
}

/* The products of all batches into y [batches][m][n]. */
static void multiply(q_op_call *c, const matmul_plan *p, byte_product one, int32_t *y,
                     void *scratch)
{
    size_t batches = p->b_shared ? 1 : q_shape_count(&p->batch);
    const char *a = one.a, *b = one.b;

    for (size_t i = 0; i < batches; i++) {
        one.a = a + matmul__matrix(&p->a_lead, &p->batch, i) * p->m * p->k;
        one.b = b + matmul__matrix(&p->b_lead, &p->batch, i) * p->k * p->n;
        one.y = y + i * p->m * p->n;
        byte_product__run(c->team, &one, scratch);
    }
}

static q_code integer_infer(q_op_call *c, q_err *err)
{
    matmul_plan p;
    byte_product one;
    q_code rc = operands_check(c, 0, 1, 2, 3, &p, err);

    if (rc)
        return rc;
    one = product_of(c, 0, 1, 2, 3, &p);
    if (!byte_product__scratch(&one, &c->scratch_bytes))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
    op__set(c, 0, Q_I32, &p.out);
    return Q_OK;
}

static q_code integer_run(q_op_call *c, q_err *err)
{
    matmul_plan p;
    q_code rc = matmul__plan(&c->in[0]->shape, &c->in[1]->shape, &p, err);

    if (!rc && q_shape_count(&p.out))
        multiply(c, &p, product_of(c, 0, 1, 2, 3, &p), c->out[0]->data, c->scratch);
    return rc;
}

/* -- QLinearMatMul -- */

enum { A, A_SCALE, A_ZERO, B, B_SCALE, B_ZERO, Y_SCALE, Y_ZERO };

/* Where in the scratch is what: first the sums of all batches. */
typedef struct layout {
    size_t scales;  /* byte of b's scales, as float */
    size_t product; /* and of what the product wants */
    size_t all;
} layout;

static bool qlinear_layout(const q_op_call *c, const matmul_plan *p, layout *l)
{
    byte_product one = product_of(c, A, B, A_ZERO, B_ZERO, p);
    size_t scales, product;

    if (!q_size_mul(&l->scales, q_shape_count(&p->out), sizeof(int32_t)) ||
        !q_size_mul(&scales, p->n, sizeof(float)) ||
        __builtin_add_overflow(l->scales, scales, &l->product) ||
        __builtin_add_overflow(l->product, (size_t)Q_TENSOR_ALIGN - 1, &l->product))
        return false;
    l->product = l->product / Q_TENSOR_ALIGN * Q_TENSOR_ALIGN;
    return byte_product__scratch(&one, &product) &&
           !__builtin_add_overflow(l->product, product, &l->all);
}

static q_code qlinear_infer(q_op_call *c, q_err *err)
{
    static const q_dtype floats[] = {Q_F32, Q_F16, Q_BF16, Q_NONE};
    static const size_t scales[] = {A_SCALE, B_SCALE, Y_SCALE};
    matmul_plan p;
    layout l;
    size_t i, counts[3];
    q_code rc = operands_check(c, A, B, A_ZERO, B_ZERO, &p, err);

    if (rc)
        return rc;
    counts[0] = counts[2] = p.m;
    counts[1] = p.n;
    for (i = 0; i < 3 && !rc; i++) {
        rc = op__want(c, scales[i], err, floats);
        if (!rc)
            rc = count_check(c, scales[i], counts[i], err);
    }
    if (!rc)
        rc = op__want(c, Y_ZERO, err, bytes);
    if (!rc)
        rc = count_check(c, Y_ZERO, p.m, err);
    if (rc)
        return rc;
    if (!qlinear_layout(c, &p, &l))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
    c->scratch_bytes = l.all;
    op__set(c, 0, c->in[Y_ZERO]->dtype, &p.out);
    return Q_OK;
}

static float scale_of(const q_tensor *t, size_t i)
{
    size_t at = q_shape_count(&t->shape) == 1 ? 0 : i;
    float v;

    narrow__widen((const char *)t->data + at * q_dtype_bits(t->dtype) / 8, t->dtype, 1, &v);
    return v;
}

typedef struct scale_job {
    const q_op_call *c;
    const matmul_plan *p;
    const int32_t *sums;
    const float *scales; /* of b's columns */
} scale_job;

/* Least and most are whole numbers: to clamp before rounding is to clamp after it. */
static void requantise_row(const int32_t *sums, float row, const float *scales, float zero,
                           bool is_signed, size_t n, void *out)
{
    const float whole = 12582912; /* 1.5 * 2^23: v + whole has no bits below 1 */
    float least = (is_signed ? -128 : 0) - zero, most = (is_signed ? 127 : 255) - zero;

    for (size_t j = 0; j < n; j++) {
        float v = (float)sums[j] * (row * scales[j]);

        v = v > least ? v : least; /* NaN too */
        v = v < most ? v : most;
        v = v + whole - whole;
        ((uint8_t *)out)[j] = (uint8_t)(int)(v + zero);
    }
}

static void requantise(void *ctx, size_t from, size_t to)
{
    const scale_job *j = ctx;
    const q_op_call *c = j->c;
    q_tensor *y = c->out[0];
    size_t n = j->p->n;

    for (size_t r = from; r < to; r++) {
        size_t i = r % j->p->m;
        float row = scale_of(c->in[A_SCALE], i) / scale_of(c->in[Y_SCALE], i);
        const q_tensor *zeros = c->in[Y_ZERO];
        float zero = (float)byte_at(zeros, q_shape_count(&zeros->shape) == 1 ? 0 : i);

        requantise_row(j->sums + r * n, row, j->scales, zero, y->dtype == Q_I8, n,
                       (uint8_t *)y->data + r * n);
    }
}

static q_code qlinear_run(q_op_call *c, q_err *err)
{
    char *scratch = c->scratch;
    float *scales;
    matmul_plan p;
    layout l;
    scale_job j = {.c = c, .p = &p, .sums = c->scratch};
    q_code rc = matmul__plan(&c->in[A]->shape, &c->in[B]->shape, &p, err);

    if (rc || !q_shape_count(&p.out))
        return rc;
    if (!qlinear_layout(c, &p, &l))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
    j.scales = scales = (float *)(void *)(scratch + l.scales);
    for (size_t i = 0; i < p.n; i++)
        scales[i] = scale_of(c->in[B_SCALE], i);
    multiply(c, &p, product_of(c, A, B, A_ZERO, B_ZERO, &p), c->scratch, scratch + l.product);
    assert(p.n > 0);
    op__parallel(c->team, q_shape_count(&p.out) / p.n, 16384 / p.n + 1, requantise, &j);
    return Q_OK;
}

static const q_op ops[] = {
    {"", "MatMulInteger", 10, 0, 2, 4, 1, 0, 0, NULL, integer_infer, integer_run},
    {"", "QLinearMatMul", 10, 0, 8, 8, 1, 0, 0, NULL, qlinear_infer, qlinear_run},
};

const q_op_table op__matmul_integer = {ops, sizeof ops / sizeof *ops};
