#include "engine/product.h"

#include "engine/op.h"

#include <string.h>

const product_table *product__table(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return &product__avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &product__avx2;
    return &product__plain;
}

void product__ref(const product *p)
{
    size_t i, j, k;

    for (i = 0; i < p->m; i++)
        for (j = 0; j < p->n; j++) {
            float sum = 0;

            for (k = 0; k < p->k; k++)
                sum += p->a[i * p->a_row + k * p->a_col] * p->b[k * p->b_row + j * p->b_col];
            p->c[i * p->c_row + j] = sum;
        }
}

void product__rows(const float *w, size_t stride, size_t rows, const float *x, size_t k, bool add,
                   float *y)
{
    const product_table *t = product__table();
    size_t r;

    for (r = 0; r < rows; r++) {
        float sum = t->dot(w + r * stride, x, k);

        y[r] = add ? y[r] + sum : sum;
    }
}

/* `a` with dense rows, at `room` when it has not; *row is the stride then. */
static const float *dense_rows(const product *p, float *room, size_t *row)
{
    size_t i, k;

    *row = p->a_row;
    if (p->a_col == 1)
        return p->a;
    for (i = 0; i < p->m; i++)
        for (k = 0; k < p->k; k++)
            room[i * p->k + k] = p->a[i * p->a_row + k * p->a_col];
    *row = p->k;
    return room;
}

bool product__scratch(const product *p, size_t *bytes)
{
    size_t a = 0;

    *bytes = 0;
    if (p->a_col == 1)
        return true;
    if (!q_size_mul(&a, p->m, p->k) || !q_size_mul(&a, a, sizeof(float)))
        return false;
    *bytes = (a + Q_TENSOR_ALIGN - 1) / Q_TENSOR_ALIGN * Q_TENSOR_ALIGN;
    return true;
}

typedef struct rows_job {
    const product *p;
    const product_table *t;
    const float *a;
    size_t a_row;
} rows_job;

#define ROWS 4      /* of c that share a row of b */
#define COLUMNS 512 /* of c that stay near */

/* One block: ROWS of c by COLUMNS. b's rows are dense. */
static void block_by_rows(const rows_job *j, size_t row, size_t rows, size_t col, size_t cols)
{
    const product *p = j->p;
    size_t i, k;

    for (i = 0; i < rows; i++)
        memset(p->c + (row + i) * p->c_row + col, 0, cols * sizeof(float));
    for (k = 0; k < p->k; k++)
        for (i = 0; i < rows; i++)
            j->t->add_scaled(p->c + (row + i) * p->c_row + col, j->a[(row + i) * j->a_row + k],
                             p->b + k * p->b_row + col, cols);
}

/* One block where b's columns are dense, or nothing is. */
static void block_by_columns(const rows_job *j, size_t row, size_t rows, size_t col, size_t cols)
{
    const product *p = j->p;
    size_t i, c, k;

    for (c = col; c < col + cols; c++)
        for (i = row; i < row + rows; i++) {
            const float *a = j->a + i * j->a_row, *b = p->b + c * p->b_col;
            float sum = 0;

            if (p->b_row == 1)
                sum = j->t->dot(a, b, p->k);
            else
                for (k = 0; k < p->k; k++)
                    sum += a[k] * b[k * p->b_row];
            p->c[i * p->c_row + c] = sum;
        }
}

static void blocks(void *ctx, size_t from, size_t to)
{
    const rows_job *j = ctx;
    const product *p = j->p;
    size_t per_row = (p->n + COLUMNS - 1) / COLUMNS, at;

    for (at = from; at < to; at++) {
        size_t row = at / per_row * ROWS, col = at % per_row * COLUMNS;
        size_t rows = p->m - row < ROWS ? p->m - row : ROWS;
        size_t cols = p->n - col < COLUMNS ? p->n - col : COLUMNS;

        if (p->b_col == 1)
            block_by_rows(j, row, rows, col, cols);
        else
            block_by_columns(j, row, rows, col, cols);
    }
}

void product__run(q_team *team, const product *p, void *scratch)
{
    rows_job j = {.p = p, .t = product__table()};
    size_t tasks = (p->m + ROWS - 1) / ROWS * ((p->n + COLUMNS - 1) / COLUMNS);

    j.a = dense_rows(p, scratch, &j.a_row);
    op__parallel(team, tasks, 65536 / (p->k * ROWS * 16 + 1) + 1, blocks, &j);
}
