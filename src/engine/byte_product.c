#include "engine/byte_product.h"

#include "engine/kernel.h"
#include "engine/op.h"

#include <string.h>

static int32_t byte_at(const void *p, size_t i, bool is_signed)
{
    return is_signed ? ((const int8_t *)p)[i] : ((const uint8_t *)p)[i];
}

static int32_t zero_at(const void *zeros, size_t count, size_t i, bool is_signed)
{
    return zeros ? byte_at(zeros, i % count, is_signed) : 0;
}

/* sum (a - za)(b - zb) = sum (a - za) b - zb sum (a - za). */
void byte_product__ref(const byte_product *p)
{
    for (size_t i = 0; i < p->m; i++) {
        int32_t zero = zero_at(p->a_zero, p->a_zeros, i, p->a_signed);

        for (size_t j = 0; j < p->n; j++) {
            int32_t b_zero = zero_at(p->b_zero, p->b_zeros, j, p->b_signed);
            uint32_t sum = 0, row_sum = 0;

            for (size_t k = 0; k < p->k; k++) {
                int32_t a = byte_at(p->a, i * p->k + k, p->a_signed) - zero;

                sum += (uint32_t)(a * byte_at(p->b, k * p->n + j, p->b_signed));
                row_sum += (uint32_t)a;
            }
            p->y[i * p->n + j] = (int32_t)(sum - row_sum * (uint32_t)b_zero);
        }
    }
}

/* Where in the scratch is what. */
typedef struct layout {
    size_t panels, panel_bytes;
    size_t columns; /* byte of the columns' sums; their zero points follow */
    size_t a;       /* byte of a as u8, when it is signed */
    size_t all;
} layout;

static bool align(size_t *bytes)
{
    if (__builtin_add_overflow(*bytes, (size_t)Q_TENSOR_ALIGN - 1, bytes))
        return false;
    *bytes = *bytes / Q_TENSOR_ALIGN * Q_TENSOR_ALIGN;
    return true;
}

static bool lay_out(const byte_product *p, layout *l)
{
    size_t a = 0, panel, columns;

    l->panels = p->n / KERNEL_PANEL + (p->n % KERNEL_PANEL > 0);
    if (!q_size_mul(&panel, p->k / 4 + (p->k % 4 > 0), 4 * (size_t)KERNEL_PANEL) ||
        !q_size_mul(&l->columns, l->panels, panel) || !align(&l->columns) ||
        !q_size_mul(&columns, l->panels, 2 * KERNEL_PANEL * sizeof(uint32_t)) ||
        __builtin_add_overflow(l->columns, columns, &l->a) || !align(&l->a))
        return false;
    l->panel_bytes = panel;
    if (p->a_signed && !q_size_mul(&a, p->m, p->k))
        return false;
    return !__builtin_add_overflow(l->a, a, &l->all) && align(&l->all);
}

bool byte_product__scratch(const byte_product *p, size_t *bytes)
{
    layout l;

    if (!lay_out(p, &l))
        return false;
    *bytes = l.all;
    return true;
}

typedef struct work {
    const byte_product *p;
    layout l;
    char *packed;
    uint32_t *sums;  /* of a column of b - b_zero */
    uint32_t *zeros; /* of a column of b as s8 */
    const uint8_t *a;
    uint8_t *shifted; /* where a goes when it is signed */
    bool has_zeros;   /* not all of `zeros` are 0 */
} work;

/* Four rows of 16 columns, so that a column's four bytes lie together. */
static void pack_group(uint8_t rows[4][KERNEL_PANEL], uint32_t flip, uint32_t *to, uint32_t *sums)
{
    for (size_t j = 0; j < KERNEL_PANEL; j++) {
        uint32_t v = ((uint32_t)rows[0][j] | (uint32_t)rows[1][j] << 8 |
                      (uint32_t)rows[2][j] << 16 | (uint32_t)rows[3][j] << 24) ^
                     flip * 0x01010101U;

        to[j] = v;
        /* s8 + 128 of each byte: sums of u8 need no sign */
        v ^= 0x80808080U;
        sums[j] += (v & 255) + (v >> 8 & 255) + (v >> 16 & 255) + (v >> 24);
    }
}

static void pack_panel(const work *w, size_t panel)
{
    const byte_product *p = w->p;
    size_t first = panel * KERNEL_PANEL, groups = w->l.panel_bytes / 4 / KERNEL_PANEL;
    size_t columns = p->n - first < KERNEL_PANEL ? p->n - first : KERNEL_PANEL;
    uint8_t flip = p->b_signed ? 0 : 0x80, rows[4][KERNEL_PANEL];
    uint32_t *to = (uint32_t *)(void *)(w->packed + panel * w->l.panel_bytes), *sums;

    sums = w->sums + first;
    memset(sums, 0, KERNEL_PANEL * sizeof *sums);
    for (size_t g = 0; g < groups; g++, to += KERNEL_PANEL) {
        const uint8_t *from = (const uint8_t *)p->b + g * 4 * p->n + first;
        size_t count = p->k - g * 4 < 4 ? p->k - g * 4 : 4;

        if (count == 4 && columns == KERNEL_PANEL) {
            for (size_t i = 0; i < 4; i++)
                memcpy(rows[i], from + i * p->n, KERNEL_PANEL);
        } else {
            memset(rows, flip, sizeof rows);
            for (size_t i = 0; i < count; i++)
                memcpy(rows[i], from + i * p->n, columns);
        }
        pack_group(rows, flip, to, sums);
    }
    for (size_t j = 0; j < KERNEL_PANEL; j++) {
        int32_t zero = j < columns ? zero_at(p->b_zero, p->b_zeros, first + j, p->b_signed) : flip;

        w->zeros[first + j] = (uint32_t)(zero - flip);
        sums[j] -= (uint32_t)(groups * 4) * 128 + (uint32_t)p->k * w->zeros[first + j];
    }
}

static void pack_panels(void *ctx, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        pack_panel(ctx, i);
}

static void shift_rows(void *ctx, size_t from, size_t to)
{
    const work *w = ctx;
    const uint8_t *a = w->p->a;

    for (size_t i = from * w->p->k; i < to * w->p->k; i++)
        w->shifted[i] = a[i] ^ 0x80;
}

static void subtract(uint32_t *y, uint32_t by, const uint32_t *x, size_t n)
{
    for (size_t j = 0; j < n; j++)
        y[j] -= by * x[j];
}

/* sum (a - za)(b - zb) = sum a b - za sum (b - zb) - zb sum a. */
static void correct_rows(void *ctx, size_t from, size_t to)
{
    const work *w = ctx;
    const byte_product *p = w->p;

    for (size_t i = from; i < to; i++) {
        uint32_t *y = (uint32_t *)p->y + i * p->n, row_sum = 0;
        int32_t zero = zero_at(p->a_zero, p->a_zeros, i, p->a_signed) + (p->a_signed ? 128 : 0);

        if (zero)
            subtract(y, (uint32_t)zero, w->sums, p->n);
        if (!w->has_zeros)
            continue;
        for (size_t k = 0; k < p->k; k++)
            row_sum += w->a[i * p->k + k];
        subtract(y, row_sum, w->zeros, p->n);
    }
}

static size_t grain(size_t bytes)
{
    return 65536 / (bytes + 1) + 1;
}

void byte_product__run(q_team *team, const byte_product *p, void *scratch)
{
    kernel_epilogue e = {.mul = 1, .out = Q_I32};
    kernel_matrix b = {.dtype = Q_I8, .n = p->n, .taps = 1, .k = p->k, .data = scratch};
    work w = {.p = p, .packed = scratch, .a = p->a};

    if (!p->m || !p->n)
        return;
    if (!p->k) {
        memset(p->y, 0, p->m * p->n * sizeof *p->y);
        return;
    }
    if (!lay_out(p, &w.l)) /* byte_product__scratch said so */
        return;
    w.sums = (uint32_t *)(void *)(w.packed + w.l.columns);
    w.zeros = w.sums + w.l.panels * KERNEL_PANEL;
    op__parallel(team, w.l.panels, grain(w.l.panel_bytes), pack_panels, &w);
    for (size_t j = 0; j < p->n && !w.has_zeros; j++)
        w.has_zeros = w.zeros[j] != 0;
    if (p->a_signed) {
        w.a = w.shifted = (uint8_t *)w.packed + w.l.a;
        op__parallel(team, p->m, grain(p->k), shift_rows, &w);
    }
    kernel__gemm(team, &(kernel_gemm){.m = p->m,
                                      .a = w.a,
                                      .a_stride = p->k,
                                      .b = &b,
                                      .out = p->y,
                                      .out_stride = p->n,
                                      .epilogue = &e});
    op__parallel(team, p->m, grain(p->k + 4 * p->n), correct_rows, &w);
}
