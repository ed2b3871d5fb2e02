/* Tiles of u8 times s8 into s32, for AVX-512 with VNNI. */
#include "engine/kernel_tile.h"
#include "engine/kernel_vec512.h"

#define ACC __m512i
#define HALF __m256i
#define A uint8_t
#define GROUP 4
#define ZERO _mm512_setzero_si512()
#define ZERO_HALF _mm256_setzero_si256()
#define LOAD(p) _mm512_loadu_si512(p)
#define LOAD_HALF(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define LOAD_SUMS LOAD
#define LOAD_SUMS_HALF LOAD_HALF
#define STORE_SUMS(p, v) _mm512_storeu_si512(p, v)
#define STORE_SUMS_HALF(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define BROADCAST(p) _mm512_set1_epi32((int)group_at(p))
#define BROADCAST_BITS(u) _mm512_set1_epi32((int)(u))
#define LOW(v) _mm512_castsi512_si256(v)
#define DOT(c, a, b) _mm512_dpbusd_epi32(c, a, b)
#define DOT_HALF(c, a, b) _mm256_dpbusd_epi32(c, a, b)
#define FLOATS(c) v_of_int(c)
#define OF_HALF(h) _mm512_castsi256_si512(h)
#define FAST_OUT uint8_t
#define FAST_TYPE Q_U8
#define PUT(p, v) _mm_storeu_si128((__m128i *)(void *)(p), bytes(f, v))
#define PUT_HALF(p, v) _mm_storel_epi64((__m128i *)(void *)(p), bytes(f, v))
#define TABLE kernel__avx512_i8
/* Clamped before it is rounded, then moved; above, the conversion clamps. */
INLINE __m128i bytes(const kernel_fast *f, vf v)
{
    v = v_max(v * v_set(f->inverse), v_set(-f->zero));
    return _mm512_cvtusepi32_epi8(vi_add(v_to_int(v), vi_set((int)f->zero)));
}

#include "engine/kernel_tile512_body.h"
