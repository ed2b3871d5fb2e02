#include "engine/kernel_repack.h"
#include "engine/kernel.h"

#include <string.h>

/* Rows of 16 f32: a panel's own order. */
static void rows_f32(const float *from, size_t k_stride, size_t k, size_t columns, float *to)
{
    for (size_t i = 0; i < k; i++, from += k_stride, to += KERNEL_PANEL) {
        if (columns == KERNEL_PANEL) {
            memcpy(to, from, KERNEL_PANEL * sizeof *to);
        } else {
            memset(to, 0, KERNEL_PANEL * sizeof *to);
            memcpy(to, from, columns * sizeof *to);
        }
    }
}

/* Columns whose elements are neighbours. */
static void columns_f32(const float *from, size_t n_stride, size_t k, float *to)
{
    for (size_t i = 0; i < k; i++, to += KERNEL_PANEL)
        for (size_t j = 0; j < KERNEL_PANEL; j++)
            to[j] = from[j * n_stride + i];
}

static void any_f32(const float *from, size_t k_stride, size_t n_stride, size_t k, size_t columns,
                    float *to)
{
    for (size_t j = 0; j < KERNEL_PANEL; j++)
        for (size_t i = 0; i < k; i++)
            to[i * KERNEL_PANEL + j] = j < columns ? from[i * k_stride + j * n_stride] : 0;
}

static void any_bf16(const uint16_t *from, size_t k_stride, size_t n_stride, size_t k,
                     size_t columns, uint16_t *to)
{
    size_t pairs = (k + 1) / 2;

    if (columns < KERNEL_PANEL || k % 2)
        memset(to, 0, pairs * KERNEL_PANEL * 2 * sizeof *to);
    if (n_stride == 1) {
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < columns; j++)
                to[(i / 2 * KERNEL_PANEL + j) * 2 + i % 2] = from[i * k_stride + j];
        return;
    }
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < k; i++)
            to[(i / 2 * KERNEL_PANEL + j) * 2 + i % 2] = from[i * k_stride + j * n_stride];
}

static void any_i8(const int8_t *from, size_t k_stride, size_t n_stride, size_t k, size_t columns,
                   int8_t *to)
{
    memset(to, 0, (k + 3) / 4 * KERNEL_PANEL * 4);
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < columns; j++)
            to[(i / 4 * KERNEL_PANEL + j) * 4 + i % 4] = from[i * k_stride + j * n_stride];
}

void repack__panel(q_dtype dtype, const void *from, size_t k_stride, size_t n_stride, size_t k,
                   size_t columns, void *to)
{
    if (dtype == Q_BF16)
        any_bf16(from, k_stride, n_stride, k, columns, to);
    else if (dtype != Q_F32)
        any_i8(from, k_stride, n_stride, k, columns, to);
    else if (n_stride == 1)
        rows_f32(from, k_stride, k, columns, to);
    else if (k_stride == 1 && columns == KERNEL_PANEL)
        columns_f32(from, n_stride, k, to);
    else
        any_f32(from, k_stride, n_stride, k, columns, to);
}
