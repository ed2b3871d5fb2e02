/* Tiles of bf16 for AVX-512 without BF16: each pair widened to two floats. */
#include "engine/kernel_tile.h"
#include "engine/kernel_vec512.h"

#define ACC __m512
#define HALF __m256
#define A uint16_t
#define GROUP 2
#define ZERO _mm512_setzero_ps()
#define ZERO_HALF _mm256_setzero_ps()
#define LOAD(p) _mm512_loadu_ps(p)
#define LOAD_HALF(p) _mm256_loadu_ps((const float *)(const void *)(p))
#define LOAD_SUMS LOAD
#define LOAD_SUMS_HALF LOAD_HALF
#define STORE_SUMS(p, v) _mm512_storeu_ps(p, v)
#define STORE_SUMS_HALF(p, v) _mm256_storeu_ps((float *)(void *)(p), v)
#define BROADCAST(p) BROADCAST_BITS(group_at(p))
#define BROADCAST_BITS(u) _mm512_castsi512_ps(_mm512_set1_epi32((int)(u)))
#define LOW(v) _mm512_castps512_ps256(v)
#define DOT(c, a, b) dot(c, a, b)
#define DOT_HALF(c, a, b) dot_half(c, a, b)
#define FLOATS(c) (c)
#define OF_HALF(h) _mm512_castps256_ps512(h)
#define FAST_OUT uint16_t
#define FAST_TYPE Q_BF16
#define PUT(p, v) v_store_bf16((uint16_t *)(void *)(p), v)
#define PUT_HALF(p, v) v_store_bf16_n((uint16_t *)(void *)(p), v, 8)
#define TABLE kernel__avx512_wide_bf16

/* The pair's first is in the low half of each lane. */
INLINE vf dot(vf c, vf a, vf b)
{
    const vi high = vi_set((int32_t)0xffff0000);
    vi ai = v_as_int(a), bi = v_as_int(b);

    c = v_fma(v_as_float(vi_shl(ai, 16)), v_as_float(vi_shl(bi, 16)), c);
    return v_fma(v_as_float(vi_and(ai, high)), v_as_float(vi_and(bi, high)), c);
}

INLINE __m256 dot_half(__m256 c, __m256 a, __m256 b)
{
    const __m256i high = _mm256_set1_epi32((int)0xffff0000);
    __m256i ai = _mm256_castps_si256(a), bi = _mm256_castps_si256(b);

    c = _mm256_fmadd_ps(_mm256_castsi256_ps(_mm256_slli_epi32(ai, 16)),
                        _mm256_castsi256_ps(_mm256_slli_epi32(bi, 16)), c);
    return _mm256_fmadd_ps(_mm256_castsi256_ps(_mm256_and_si256(ai, high)),
                           _mm256_castsi256_ps(_mm256_and_si256(bi, high)), c);
}

#include "engine/kernel_tile512_body.h"
