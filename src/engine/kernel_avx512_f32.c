/* Tiles of float, for AVX-512. */
#include "engine/kernel_tile.h"
#include "engine/kernel_vec512.h"

#define ACC __m512
#define HALF __m256
#define A float
#define GROUP 1
#define ZERO _mm512_setzero_ps()
#define ZERO_HALF _mm256_setzero_ps()
#define LOAD(p) _mm512_loadu_ps(p)
#define LOAD_HALF(p) _mm256_loadu_ps((const float *)(p))
#define LOAD_SUMS LOAD
#define LOAD_SUMS_HALF LOAD_HALF
#define STORE_SUMS(p, v) _mm512_storeu_ps(p, v)
#define STORE_SUMS_HALF(p, v) _mm256_storeu_ps((float *)(p), v)
#define BROADCAST(p) _mm512_set1_ps(*(const float *)(const void *)(p))
#define BROADCAST_BITS(u) _mm512_castsi512_ps(_mm512_set1_epi32((int)(u)))
#define LOW(v) _mm512_castps512_ps256(v)
#define DOT(c, a, b) _mm512_fmadd_ps(a, b, c)
#define DOT_HALF(c, a, b) _mm256_fmadd_ps(a, b, c)
#define FLOATS(c) (c)
#define OF_HALF(h) _mm512_castps256_ps512(h)
#define FAST_OUT float
#define FAST_TYPE Q_F32
#define PUT(p, v) v_store((float *)(void *)(p), v)
#define PUT_HALF(p, v) _mm256_storeu_ps((float *)(void *)(p), _mm512_castps512_ps256(v))
#define TABLE kernel__avx512_f32
#include "engine/kernel_tile512_body.h"
