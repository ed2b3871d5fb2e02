/* Tiles of u8 times s8 into s32 for AVX2. vpmaddubsw would saturate at 16 bits; so the
 * even and the odd bytes are widened and multiplied apart, which is exact.
 */
#include "engine/kernel_tile.h"
#include "engine/kernel_vec256.h"

#define ACC __m256i
#define A uint8_t
#define GROUP 4
#define ZERO _mm256_setzero_si256()
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define BROADCAST(u) _mm256_set1_epi32((int)(u))
#define DOT(c, a, b) dot(c, a, b)
#define TABLE kernel__avx2_i8

INLINE vi dot(vi c, vi a, vi b)
{
    vi a_even = vi_and(a, vi_set(0xff00ff)), a_odd = _mm256_srli_epi16(a, 8);
    vi b_even = _mm256_srai_epi16(_mm256_slli_epi16(b, 8), 8), b_odd = _mm256_srai_epi16(b, 8);

    c = vi_add(c, _mm256_madd_epi16(a_even, b_even));
    return vi_add(c, _mm256_madd_epi16(a_odd, b_odd));
}

#include "engine/kernel_tile256_body.h"
