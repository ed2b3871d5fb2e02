/* Tiles of bf16 for AVX2: each pair widened to two floats. */
#include "engine/kernel_tile.h"
#include "engine/kernel_vec256.h"

#define ACC __m256
#define A uint16_t
#define GROUP 2
#define ZERO _mm256_setzero_ps()
#define LOAD(p) _mm256_loadu_ps((const float *)(const void *)(p))
#define STORE(p, v) _mm256_storeu_ps((float *)(void *)(p), v)
#define BROADCAST(u) _mm256_castsi256_ps(_mm256_set1_epi32((int)(u)))
#define DOT(c, a, b) dot(c, a, b)
#define TABLE kernel__avx2_bf16

/* The pair's first is in the low half of each lane. */
INLINE vf dot(vf c, vf a, vf b)
{
    const vi high = vi_set((int32_t)0xffff0000);
    vi ai = v_as_int(a), bi = v_as_int(b);

    c = v_fma(v_as_float(vi_shl(ai, 16)), v_as_float(vi_shl(bi, 16)), c);
    return v_fma(v_as_float(vi_and(ai, high)), v_as_float(vi_and(bi, high)), c);
}

#include "engine/kernel_tile256_body.h"
