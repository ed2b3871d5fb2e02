/* MatMulInteger and QLinearMatMul: bytes times bytes, sums in int32. */
#include "engine/op_matmul.h"
#include "engine/op_tables.h"

#include "engine/narrow.h"

#include <math.h>
#include <string.h>

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

static int32_t zero_of(const q_tensor *zero, size_t i)
{
    if (!zero)
        return 0;
    return byte_at(zero, q_shape_count(&zero->shape) == 1 ? 0 : i);
}

typedef struct integer_job {
    const matmul_plan *p;
    const q_tensor *a, *b, *a_zero, *b_zero; /* zeros may be NULL */
    size_t a_at, b_at;                       /* where the batch's matrices begin */
    int32_t *y;
} integer_job;

static void add_row(uint32_t *y, int32_t by, const q_tensor *b, size_t at, size_t n)
{
    size_t j;

    if (b->dtype == Q_U8) {
        const uint8_t *row = (const uint8_t *)b->data + at;

        for (j = 0; j < n; j++)
            y[j] += (uint32_t)(by * row[j]);
    } else {
        const int8_t *row = (const int8_t *)b->data + at;

        for (j = 0; j < n; j++)
            y[j] += (uint32_t)(by * row[j]);
    }
}

/* sum (a - za)(b - zb) = sum (a - za) b - zb sum (a - za), modulo 2^32. */
static void integer_rows(void *ctx, size_t from, size_t to)
{
    const integer_job *j = ctx;
    const matmul_plan *p = j->p;
    size_t i, k, n;

    for (i = from; i < to; i++) {
        uint32_t *y = (uint32_t *)j->y + i * p->n, row_sum = 0;
        int32_t zero = zero_of(j->a_zero, i);

        memset(y, 0, p->n * sizeof *y);
        for (k = 0; k < p->k; k++) {
            int32_t a = byte_at(j->a, j->a_at + i * p->k + k) - zero;

            row_sum += (uint32_t)a;
            add_row(y, a, j->b, j->b_at + k * p->n, p->n);
        }
        for (n = 0; n < p->n && j->b_zero; n++)
            y[n] -= row_sum * (uint32_t)zero_of(j->b_zero, n);
    }
}

static void integer_multiply(q_op_call *c, const matmul_plan *p, integer_job *j, size_t batch)
{
    j->p = p;
    j->a_at = matmul__matrix(&p->a_lead, &p->batch, batch) * p->m * p->k;
    j->b_at = matmul__matrix(&p->b_lead, &p->batch, batch) * p->k * p->n;
    op__parallel(c->team, p->m, 65536 / (p->k * p->n + 1) + 1, integer_rows, j);
}

static q_code integer_infer(q_op_call *c, q_err *err)
{
    matmul_plan p;
    q_code rc = operands_check(c, 0, 1, 2, 3, &p, err);

    if (!rc)
        op__set(c, 0, Q_I32, &p.out);
    return rc;
}

static q_code integer_run(q_op_call *c, q_err *err)
{
    integer_job j = {.a = c->in[0],
                     .b = c->in[1],
                     .a_zero = op__has(c, 2) ? c->in[2] : NULL,
                     .b_zero = op__has(c, 3) ? c->in[3] : NULL};
    matmul_plan p;
    size_t i;
    q_code rc = matmul__plan(&c->in[0]->shape, &c->in[1]->shape, &p, err);

    for (i = 0; !rc && q_shape_count(&p.out) && i < q_shape_count(&p.batch); i++) {
        j.y = (int32_t *)c->out[0]->data + i * p.m * p.n;
        integer_multiply(c, &p, &j, i);
    }
    return rc;
}

/* -- QLinearMatMul -- */

enum { A, A_SCALE, A_ZERO, B, B_SCALE, B_ZERO, Y_SCALE, Y_ZERO };

static q_code qlinear_infer(q_op_call *c, q_err *err)
{
    static const q_dtype floats[] = {Q_F32, Q_F16, Q_BF16, Q_NONE};
    static const size_t scales[] = {A_SCALE, B_SCALE, Y_SCALE};
    matmul_plan p;
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
    if (!q_size_mul(&c->scratch_bytes, p.m * p.n, sizeof(int32_t)))
        return q_err_set(err, Q_LIMIT, "the product passes the address space");
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

static void requantise(const q_op_call *c, const matmul_plan *p, const int32_t *sums, size_t at)
{
    q_tensor *y = c->out[0];
    float least = y->dtype == Q_U8 ? 0 : -128, most = y->dtype == Q_U8 ? 255 : 127;
    size_t i, j;

    for (i = 0; i < p->m; i++) {
        float row = scale_of(c->in[A_SCALE], i) / scale_of(c->in[Y_SCALE], i);
        float zero = (float)zero_of(c->in[Y_ZERO], i);

        for (j = 0; j < p->n; j++) {
            float v = (float)sums[i * p->n + j] * (row * scale_of(c->in[B_SCALE], j));

            v = nearbyintf(v) + zero;
            v = v > least ? v : least; /* NaN too */
            v = v < most ? v : most;
            if (y->dtype == Q_U8)
                ((uint8_t *)y->data)[at + i * p->n + j] = (uint8_t)v;
            else
                ((int8_t *)y->data)[at + i * p->n + j] = (int8_t)v;
        }
    }
}

static q_code qlinear_run(q_op_call *c, q_err *err)
{
    integer_job j = {.a = c->in[A],
                     .b = c->in[B],
                     .a_zero = op__has(c, A_ZERO) ? c->in[A_ZERO] : NULL,
                     .b_zero = op__has(c, B_ZERO) ? c->in[B_ZERO] : NULL,
                     .y = c->scratch};
    matmul_plan p;
    size_t i;
    q_code rc = matmul__plan(&c->in[A]->shape, &c->in[B]->shape, &p, err);

    for (i = 0; !rc && q_shape_count(&p.out) && i < q_shape_count(&p.batch); i++) {
        integer_multiply(c, &p, &j, i);
        requantise(c, &p, j.y, i * p.m * p.n);
    }
    return rc;
}

static const q_op ops[] = {
    {"", "MatMulInteger", 10, 0, 2, 4, 1, 0, 0, NULL, integer_infer, integer_run},
    {"", "QLinearMatMul", 10, 0, 8, 8, 1, 0, 0, NULL, qlinear_infer, qlinear_run},
};

const q_op_table op__matmul_integer = {ops, sizeof ops / sizeof *ops};
