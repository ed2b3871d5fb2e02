/* engine/kernel_vec512.h - what the kernels' common bodies need of a vector, in AVX-512.
 *
 * Included by kernel_avx512*.c, before the bodies (kernel_*_body.h), which are
 * written once against these names. kernel_vec256.h and kernel_vecplain.h give
 * the same. `n` in a name: only the first n lanes, n <= VL; the rest of a
 * loaded vector is 0.
 */
#ifndef ENGINE_KERNEL_VEC512_H
#define ENGINE_KERNEL_VEC512_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#ifdef VEC512_BF16 /* the file is for processors with BF16 */
#define TARGET                                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,avx2,fma")))
#else
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")))
#endif
/* Unrolled tiles take sanitizers minutes to compile; the plain and the AVX2 ones, which read
 * the same bytes, are checked in their place.
 */
#define TILE_TARGET TARGET __attribute__((no_sanitize("address", "undefined")))
#define INLINE TARGET static inline __attribute__((always_inline, unused))
#define VL 16

typedef __m512 vf;
typedef __m512i vi;

INLINE vf v_set(float x)
{
    return _mm512_set1_ps(x);
}
INLINE vf v_load(const float *p)
{
    return _mm512_loadu_ps(p);
}
INLINE void v_store(float *p, vf v)
{
    _mm512_storeu_ps(p, v);
}
INLINE __mmask16 v_mask(size_t n)
{
    return (__mmask16)((1u << n) - 1);
}
INLINE vf v_load_n(const float *p, size_t n)
{
    return _mm512_maskz_loadu_ps(v_mask(n), p);
}
INLINE void v_store_n(float *p, vf v, size_t n)
{
    _mm512_mask_storeu_ps(p, v_mask(n), v);
}
INLINE vf v_fma(vf a, vf b, vf c)
{
    return _mm512_fmadd_ps(a, b, c);
}
/* Of two, the second when either is not a number: v_min(limit, x) keeps x's NaN. */
INLINE vf v_min(vf a, vf b)
{
    return _mm512_min_ps(a, b);
}
INLINE vf v_max(vf a, vf b)
{
    return _mm512_max_ps(a, b);
}
/* a < b ? x : y */
INLINE vf v_less(vf a, vf b, vf x, vf y)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}
INLINE vi v_to_int(vf a) /* to nearest, ties to even */
{
    return _mm512_cvtps_epi32(a);
}
INLINE vf v_of_int(vi a)
{
    return _mm512_cvtepi32_ps(a);
}
INLINE vf v_as_float(vi a)
{
    return _mm512_castsi512_ps(a);
}
INLINE vi v_as_int(vf a)
{
    return _mm512_castps_si512(a);
}
INLINE vi vi_set(int32_t x)
{
    return _mm512_set1_epi32(x);
}
INLINE vi vi_add(vi a, vi b)
{
    return _mm512_add_epi32(a, b);
}
INLINE vi vi_sub(vi a, vi b)
{
    return _mm512_sub_epi32(a, b);
}
INLINE vi vi_and(vi a, vi b)
{
    return _mm512_and_si512(a, b);
}
INLINE vi vi_shl(vi a, int n)
{
    return _mm512_slli_epi32(a, (unsigned)n);
}
INLINE vi vi_shr(vi a, int n)
{
    return _mm512_srai_epi32(a, (unsigned)n);
}
INLINE vi vi_load(const int32_t *p)
{
    return _mm512_loadu_si512(p);
}
INLINE void vi_store(int32_t *p, vi v)
{
    _mm512_storeu_si512(p, v);
}
INLINE float v_sum(vf a)
{
    return _mm512_reduce_add_ps(a);
}
INLINE float v_top(vf a)
{
    return _mm512_reduce_max_ps(a);
}

/* -- Narrow types -- */

INLINE vf v_load_bf16(const uint16_t *p)
{
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}
INLINE vf v_load_bf16_n(const uint16_t *p, size_t n)
{
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(v_mask(n), p)), 16));
}
#ifdef VEC512_BF16
INLINE __m256i v_bf16_bits(vf v) /* subnormals become 0 */
{
    return (__m256i)_mm512_cvtneps_pbh(v);
}
#else
INLINE __m256i v_bf16_bits(vf v)
{
    __m512i u = _mm512_castps_si512(v);
    __m512i odd = _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));
    __m512i r = _mm512_add_epi32(u, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);

    r = _mm512_mask_or_epi32(r, nan, u, _mm512_set1_epi32(0x400000));
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(r, 16));
}
#endif
INLINE void v_store_bf16(uint16_t *p, vf v)
{
    _mm256_storeu_si256((__m256i *)p, v_bf16_bits(v));
}
INLINE void v_store_bf16_n(uint16_t *p, vf v, size_t n)
{
    _mm256_mask_storeu_epi16(p, v_mask(n), v_bf16_bits(v));
}
INLINE vi vi_load_u8(const uint8_t *p)
{
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p));
}
INLINE vi vi_load_u8_n(const uint8_t *p, size_t n)
{
    return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(v_mask(n), p));
}
INLINE vi vi_load_s8(const int8_t *p)
{
    return _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p));
}
INLINE vi vi_load_s8_n(const int8_t *p, size_t n)
{
    return _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(v_mask(n), p));
}
/* The low bytes; the values fit. */
INLINE void vi_store_8_n(void *p, vi v, size_t n)
{
    _mm_mask_storeu_epi8(p, v_mask(n), _mm512_cvtepi32_epi8(v));
}

#endif
