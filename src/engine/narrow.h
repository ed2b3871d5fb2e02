/* engine/narrow.h - floats narrower than 32 bits: float16, bfloat16, float8.
 *
 * To and from float, one at a time; rounding is to nearest, ties to even.
 *
 *                     sign exponent mantissa  bias   largest  infinity  NaN
 *     float16           1     5       10       15      65504     yes    many
 *     bfloat16          1     8        7      127     3.4e38     yes    many
 *     float8e4m3fn      1     4        3        7        448      no    7f, ff
 *     float8e4m3fnuz    1     4        3        8        240      no    80
 *     float8e5m2        1     5        2       15      57344     yes    7d-7f, fd-ff
 *     float8e5m2fnuz    1     5        2       16      57344      no    80
 */
#ifndef ENGINE_NARROW_H
#define ENGINE_NARROW_H

#include "engine/tensor.h"

#include <string.h>

static inline uint32_t narrow__bits(float f)
{
    uint32_t u;

    memcpy(&u, &f, sizeof u);
    return u;
}

static inline float narrow__float(uint32_t u)
{
    float f;

    memcpy(&f, &u, sizeof f);
    return f;
}

static inline float narrow__from_bf16(uint16_t h)
{
    return narrow__float((uint32_t)h << 16);
}

static inline uint16_t narrow__to_bf16(float f)
{
    uint32_t u = narrow__bits(f);

    if ((u & 0x7fffffffU) > 0x7f800000U)
        return (uint16_t)((u >> 16) | 0x40U); /* a NaN stays one */
    return (uint16_t)((u + 0x7fffU + ((u >> 16) & 1U)) >> 16);
}

static inline float narrow__from_f16(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000U) << 16;
    uint32_t rest = (uint32_t)(h & 0x7fffU) << 13;

    if (rest >= 0x0f800000U) /* infinity, NaN */
        return narrow__float(sign | 0x7f800000U | (rest & 0x7fffffU));
    /* 2^112 moves the exponent's bias from 15 to 127, subnormals too. */
    return narrow__float(sign | narrow__bits(narrow__float(rest) * 0x1p112F));
}

static inline uint16_t narrow__to_f16(float f)
{
    uint32_t u = narrow__bits(f);
    uint32_t sign = (u >> 16) & 0x8000U;

    u &= 0x7fffffffU;
    if (u > 0x7f800000U)
        return (uint16_t)(sign | 0x7e00U | ((u >> 13) & 0x3ffU));
    if (u >= 0x477ff000U) /* 65520 and more */
        return (uint16_t)(sign | 0x7c00U);
    if (u < 0x38800000U) /* below 2^-14: the sum's last bit is 2^-24 */
        return (uint16_t)(sign | (narrow__bits(narrow__float(u) + 0.5F) - 0x3f000000U));
    u += 0xfffU + ((u >> 13) & 1U);
    return (uint16_t)(sign | ((u >> 13) - 0x1c000U));
}

/* `format` is one of the four float8 types. Past the largest: the largest when
 * `saturate`, else infinity, or NaN where the format has none.
 */
float narrow__from_f8(uint8_t v, q_dtype format);
uint8_t narrow__to_f8(float f, q_dtype format, bool saturate);

/* `count` elements of one of f16, bf16, f64, f32, u8, i8 or float8 as f32, and back (bytes are
 * rounded, they and float8 saturate).
 */
void narrow__widen(const void *from, q_dtype format, size_t count, float *out);
void narrow__narrow(const float *from, q_dtype format, size_t count, void *out);

#endif
