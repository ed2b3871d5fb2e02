/* The kernels in plain C, for any processor. */
#include "engine/kernel_tile.h"
#include "engine/kernel_vecplain.h"
#include "engine/narrow.h"

#include "engine/kernel_epilogue_body.h"

#include "engine/kernel_depthwise_body.h"

#include "engine/kernel_depthtile_body.h"

#include "engine/kernel_pool_body.h"

#include "engine/kernel_winograd_body.h"

#define ROWS 4

/* Up to four rows of a panel; the columns' loop is what compilers vectorise. */
INLINE void tile_f32(const kernel_tile *t, const size_t rows)
{
    float c[ROWS][KERNEL_PANEL] = {0};
    float *sums = t->sums;
    const float *b = t->b;

    for (size_t r = 0; r < rows && t->more; r++)
        memcpy(c[r], sums + r * t->sums_step, sizeof c[r]);
    for (size_t tap = 0; tap < t->tap_count; tap++)
        for (size_t k = 0; k < t->k; k++, b += KERNEL_PANEL)
            for (size_t r = 0; r < rows; r++) {
                const char *row = (const char *)t->taps[tap].a + r * t->taps[tap].step;
                float a = ((const float *)(const void *)row)[k];

                for (size_t j = 0; j < KERNEL_PANEL; j++)
                    c[r][j] += a * b[j];
            }
    for (size_t r = 0; r < rows; r++)
        memcpy(sums + r * t->sums_step, c[r], sizeof c[r]);
}

INLINE void tile_bf16(const kernel_tile *t, const size_t rows)
{
    float c[ROWS][KERNEL_PANEL] = {0};
    float *sums = t->sums;
    const uint16_t *b = t->b;

    for (size_t r = 0; r < rows && t->more; r++)
        memcpy(c[r], sums + r * t->sums_step, sizeof c[r]);
    for (size_t tap = 0; tap < t->tap_count; tap++)
        for (size_t k = 0; k < t->k; k += 2, b += KERNEL_PANEL * 2)
            for (size_t r = 0; r < rows; r++) {
                const char *row = (const char *)t->taps[tap].a + r * t->taps[tap].step;
                const uint16_t *a = (const uint16_t *)(const void *)row + k;
                float first = narrow__from_bf16(a[0]);
                float second = k + 1 < t->k ? narrow__from_bf16(a[1]) : 0;

                for (size_t j = 0; j < KERNEL_PANEL; j++) {
                    c[r][j] += first * narrow__from_bf16(b[2 * j]);
                    c[r][j] += second * narrow__from_bf16(b[2 * j + 1]);
                }
            }
    for (size_t r = 0; r < rows; r++)
        memcpy(sums + r * t->sums_step, c[r], sizeof c[r]);
}

INLINE void tile_i8(const kernel_tile *t, const size_t rows)
{
    int32_t c[ROWS][KERNEL_PANEL] = {0};
    int32_t *sums = t->sums;
    const int8_t *b = t->b;

    for (size_t r = 0; r < rows && t->more; r++)
        memcpy(c[r], sums + r * t->sums_step, sizeof c[r]);
    for (size_t tap = 0; tap < t->tap_count; tap++)
        for (size_t k = 0; k < t->k; k += 4, b += KERNEL_PANEL * 4)
            for (size_t r = 0; r < rows; r++) {
                const uint8_t *a = (const uint8_t *)t->taps[tap].a + r * t->taps[tap].step + k;

                for (size_t g = 0; g < 4 && k + g < t->k; g++)
                    for (size_t j = 0; j < KERNEL_PANEL; j++)
                        c[r][j] = vi_add(c[r][j], a[g] * b[4 * j + g]);
            }
    for (size_t r = 0; r < rows; r++)
        memcpy(sums + r * t->sums_step, c[r], sizeof c[r]);
}

#define TILES(type)                                                                                \
    static void type##_1(const kernel_tile *t)                                                     \
    {                                                                                              \
        tile_##type(t, 1);                                                                         \
    }                                                                                              \
    static void type##_2(const kernel_tile *t)                                                     \
    {                                                                                              \
        tile_##type(t, 2);                                                                         \
    }                                                                                              \
    static void type##_3(const kernel_tile *t)                                                     \
    {                                                                                              \
        tile_##type(t, 3);                                                                         \
    }                                                                                              \
    static void type##_4(const kernel_tile *t)                                                     \
    {                                                                                              \
        tile_##type(t, 4);                                                                         \
    }                                                                                              \
    const kernel_tiles kernel__plain_##type = {                                                    \
        .rows = {0, ROWS},                                                                         \
        .fn = {[TILE_1] = {NULL, type##_1, type##_2, type##_3, type##_4}},                         \
    };
TILES(f32)
TILES(bf16)
TILES(i8)

const kernel_set kernel__plain = {
    .f32 = &kernel__plain_f32,
    .bf16 = &kernel__plain_bf16,
    .i8 = &kernel__plain_i8,
    .vector = &vector__plain,
    .loops = &kernel__loops_plain,
    .finish = finish,
    .depthwise = depthwise,
    .widen = widen,
    .narrow = narrow,
    .pool = pool,
    .winograd_in = winograd_in,
    .winograd_out = winograd_out,
};
