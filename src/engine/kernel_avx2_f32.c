/* Tiles of float, for AVX2 and FMA. */
#include "engine/kernel_tile.h"
#include "engine/kernel_vec256.h"

#define ACC __m256
#define A float
#define GROUP 1
#define ZERO _mm256_setzero_ps()
#define LOAD(p) _mm256_loadu_ps((const float *)(const void *)(p))
#define STORE(p, v) _mm256_storeu_ps((float *)(void *)(p), v)
#define BROADCAST(u) _mm256_castsi256_ps(_mm256_set1_epi32((int)(u)))
#define DOT(c, a, b) _mm256_fmadd_ps(a, b, c)
#define TABLE kernel__avx2_f32
#include "engine/kernel_tile256_body.h"
