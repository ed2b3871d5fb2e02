/* engine/kernel_vec256.h - what the kernels' common bodies need of a vector, in
 * AVX2 and FMA; kernel_vec512.h explains.
 */
#ifndef ENGINE_KERNEL_VEC256_H
#define ENGINE_KERNEL_VEC256_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,fma")))
#define INLINE TARGET static inline __attribute__((always_inline, unused))
#define VL 8

typedef __m256 vf;
typedef __m256i vi;

INLINE vf v_set(float x)
{
    return _mm256_set1_ps(x);
}
INLINE vf v_load(const float *p)
{
    return _mm256_loadu_ps(p);
}
INLINE void v_store(float *p, vf v)
{
    _mm256_storeu_ps(p, v);
}
INLINE vi v_mask(size_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE vf v_load_n(const float *p, size_t n)
{
    return _mm256_maskload_ps(p, v_mask(n));
}
INLINE void v_store_n(float *p, vf v, size_t n)
{
    _mm256_maskstore_ps(p, v_mask(n), v);
}
INLINE vf v_fma(vf a, vf b, vf c)
{
    return _mm256_fmadd_ps(a, b, c);
}
INLINE vf v_min(vf a, vf b)
{
    return _mm256_min_ps(a, b);
}
INLINE vf v_max(vf a, vf b)
{
    return _mm256_max_ps(a, b);
}
INLINE vf v_less(vf a, vf b, vf x, vf y)
{
    return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
INLINE vi v_to_int(vf a)
{
    return _mm256_cvtps_epi32(a);
}
INLINE vf v_of_int(vi a)
{
    return _mm256_cvtepi32_ps(a);
}
INLINE vf v_as_float(vi a)
{
    return _mm256_castsi256_ps(a);
}
INLINE vi v_as_int(vf a)
{
    return _mm256_castps_si256(a);
}
INLINE vi vi_set(int32_t x)
{
    return _mm256_set1_epi32(x);
}
INLINE vi vi_add(vi a, vi b)
{
    return _mm256_add_epi32(a, b);
}
INLINE vi vi_sub(vi a, vi b)
{
    return _mm256_sub_epi32(a, b);
}
INLINE vi vi_and(vi a, vi b)
{
    return _mm256_and_si256(a, b);
}
INLINE vi vi_shl(vi a, int n)
{
    return _mm256_slli_epi32(a, n);
}
INLINE vi vi_shr(vi a, int n)
{
    return _mm256_srai_epi32(a, n);
}
INLINE vi vi_load(const int32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}
INLINE void vi_store(int32_t *p, vi v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}
INLINE float v_sum(vf a)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));

    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
INLINE float v_top(vf a)
{
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));

    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/* -- Narrow types -- */

INLINE vf v_load_bf16(const uint16_t *p)
{
    return _mm256_castsi256_ps(
        _mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p)), 16));
}
INLINE vf v_load_bf16_n(const uint16_t *p, size_t n)
{
    uint16_t all[VL] = {0};

    memcpy(all, p, n * sizeof *p);
    return v_load_bf16(all);
}
INLINE __m128i v_bf16_bits(vf v)
{
    __m256i u = _mm256_castps_si256(v);
    __m256i odd = _mm256_and_si256(_mm256_srli_epi32(u, 16), _mm256_set1_epi32(1));
    __m256i r = _mm256_add_epi32(u, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    __m256i quiet = _mm256_or_si256(u, _mm256_set1_epi32(0x400000));
    __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));

    r = _mm256_srli_epi32(_mm256_blendv_epi8(r, quiet, nan), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(r), _mm256_extracti128_si256(r, 1));
}
INLINE void v_store_bf16(uint16_t *p, vf v)
{
    _mm_storeu_si128((__m128i *)p, v_bf16_bits(v));
}
INLINE void v_store_bf16_n(uint16_t *p, vf v, size_t n)
{
    uint16_t all[VL];

    v_store_bf16(all, v);
    memcpy(p, all, n * sizeof *p);
}
INLINE vi vi_load_u8(const uint8_t *p)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));
}
INLINE vi vi_load_u8_n(const uint8_t *p, size_t n)
{
    uint8_t all[VL] = {0};

    memcpy(all, p, n);
    return vi_load_u8(all);
}
INLINE vi vi_load_s8(const int8_t *p)
{
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p));
}
INLINE vi vi_load_s8_n(const int8_t *p, size_t n)
{
    int8_t all[VL] = {0};

    memcpy(all, p, n);
    return vi_load_s8(all);
}
INLINE void vi_store_8_n(void *p, vi v, size_t n)
{
    int32_t all[VL];
    uint8_t *out = p;

    vi_store(all, v);
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)all[i];
}

#endif
