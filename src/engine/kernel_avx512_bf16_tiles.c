/* Tiles of bf16, for AVX-512 with BF16: vdpbf16ps adds the two products of a pair
 * to a float sum, rounding to even and taking subnormals for 0.
 */
#include "engine/kernel_tile.h"
#define VEC512_BF16
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
#define DOT(c, a, b) _mm512_dpbf16_ps(c, (__m512bh)(a), (__m512bh)(b))
#define DOT_HALF(c, a, b) _mm256_dpbf16_ps(c, (__m256bh)(a), (__m256bh)(b))
#define FLOATS(c) (c)
#define OF_HALF(h) _mm512_castps256_ps512(h)
#define FAST_OUT uint16_t
#define FAST_TYPE Q_BF16
#define PUT(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), (__m256i)_mm512_cvtneps_pbh(v))
#define PUT_HALF(p, v)                                                                             \
    _mm_storeu_si128((__m128i *)(void *)(p), (__m128i)_mm256_cvtneps_pbh(_mm512_castps512_ps256(v)))
#define TABLE kernel__avx512_bf16_tiles
#include "engine/kernel_tile512_body.h"
