/* engine/kernel_vecplain.h - what the kernels' common bodies need of a vector, in
 * plain C: one lane. Compilers make what they can of the loops. kernel_vec512.h
 * explains.
 */
#ifndef ENGINE_KERNEL_VECPLAIN_H
#define ENGINE_KERNEL_VECPLAIN_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TARGET
#define INLINE static inline __attribute__((always_inline, unused))
#define VL 1

typedef float vf;
typedef int32_t vi;

INLINE vf v_set(float x)
{
    return x;
}
INLINE vf v_load(const float *p)
{
    return *p;
}
INLINE void v_store(float *p, vf v)
{
    *p = v;
}
INLINE vf v_load_n(const float *p, size_t n)
{
    return n ? *p : 0;
}
INLINE void v_store_n(float *p, vf v, size_t n)
{
    if (n)
        *p = v;
}
INLINE vf v_fma(vf a, vf b, vf c)
{
    return a * b + c;
}
INLINE vf v_min(vf a, vf b)
{
    return a < b ? a : b;
}
INLINE vf v_max(vf a, vf b)
{
    return a > b ? a : b;
}
INLINE vf v_less(vf a, vf b, vf x, vf y)
{
    return a < b ? x : y;
}
INLINE vi v_to_int(vf a) /* what does not fit becomes the smallest, as in the processors' */
{
    return a >= -0x1p31f && a < 0x1p31f ? (vi)lrintf(a) : INT32_MIN;
}
INLINE vf v_of_int(vi a)
{
    return (float)a;
}
INLINE vf v_as_float(vi a)
{
    vf out;

    memcpy(&out, &a, sizeof out);
    return out;
}
INLINE vi v_as_int(vf a)
{
    vi out;

    memcpy(&out, &a, sizeof out);
    return out;
}
INLINE vi vi_set(int32_t x)
{
    return x;
}
INLINE vi vi_add(vi a, vi b)
{
    return (vi)((uint32_t)a + (uint32_t)b);
}
INLINE vi vi_sub(vi a, vi b)
{
    return (vi)((uint32_t)a - (uint32_t)b);
}
INLINE vi vi_and(vi a, vi b)
{
    return (vi)((uint32_t)a & (uint32_t)b);
}
INLINE vi vi_shl(vi a, int n)
{
    return (vi)((uint32_t)a << n);
}
INLINE vi vi_shr(vi a, int n)
{
    return a >> n;
}
INLINE vi vi_load(const int32_t *p)
{
    return *p;
}
INLINE void vi_store(int32_t *p, vi v)
{
    *p = v;
}
INLINE float v_sum(vf a)
{
    return a;
}
INLINE float v_top(vf a)
{
    return a;
}

/* -- Narrow types -- */

INLINE vf v_load_bf16(const uint16_t *p)
{
    return v_as_float((vi)((uint32_t)*p << 16));
}
INLINE vf v_load_bf16_n(const uint16_t *p, size_t n)
{
    return n ? v_load_bf16(p) : 0;
}
INLINE void v_store_bf16(uint16_t *p, vf v)
{
    uint32_t u;

    memcpy(&u, &v, sizeof u);
    if (v != v)
        u |= 0x400000;
    else
        u += 0x7fff + (u >> 16 & 1);
    *p = (uint16_t)(u >> 16);
}
INLINE void v_store_bf16_n(uint16_t *p, vf v, size_t n)
{
    if (n)
        v_store_bf16(p, v);
}
INLINE vi vi_load_u8(const uint8_t *p)
{
    return *p;
}
INLINE vi vi_load_u8_n(const uint8_t *p, size_t n)
{
    return n ? *p : 0;
}
INLINE vi vi_load_s8(const int8_t *p)
{
    return *p;
}
INLINE vi vi_load_s8_n(const int8_t *p, size_t n)
{
    return n ? *p : 0;
}
INLINE void vi_store_8_n(void *p, vi v, size_t n)
{
    if (n)
        *(uint8_t *)p = (uint8_t)v;
}

#endif
