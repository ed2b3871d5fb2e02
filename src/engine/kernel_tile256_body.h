/* engine/kernel_tile256_body.h - the tiles of one type of element, for AVX2: up to
 * 6 rows of one panel, or of its first half. The text of kernel_avx2_*.c;
 * kernel_tile512_body.h explains the names.
 */
#define ROWS_6(X) X(0) X(1) X(2) X(3) X(4) X(5)
#define AT_0 (a0)
#define AT_1 (a0 + step)
#define AT_2 (a0 + 2 * step)
#define AT_3 (a3)
#define AT_4 (a3 + step)
#define AT_5 (a3 + 2 * step)

INLINE uint32_t last_group(const char *p, size_t n)
{
    uint32_t out = 0;

    memcpy(&out, p, n * sizeof(A));
    return out;
}

#define T_DECLARE(r) ACC c##r##_0 = ZERO, c##r##_1 = ZERO;
#define T_RESUME(r)                                                                                \
    if (rows > r) {                                                                                \
        c##r##_0 = LOAD(sums + r * sums_step);                                                     \
        if (!half)                                                                                 \
            c##r##_1 = LOAD(sums + r * sums_step + 32);                                            \
    }
#define T_DOT(r, u)                                                                                \
    if (rows > r) {                                                                                \
        ACC av = BROADCAST(u);                                                                     \
        c##r##_0 = DOT(c##r##_0, av, b0);                                                          \
        if (!half)                                                                                 \
            c##r##_1 = DOT(c##r##_1, av, b1);                                                      \
    }
#define T_STEP(r) T_DOT(r, last_group(AT_##r, GROUP))
#define T_LAST(r) T_DOT(r, last_group(AT_##r, t->k % GROUP))
#define T_STORE(r)                                                                                 \
    if (rows > r) {                                                                                \
        STORE(sums + r * sums_step, c##r##_0);                                                     \
        if (!half)                                                                                 \
            STORE(sums + r * sums_step + 32, c##r##_1);                                            \
    }

TARGET static inline __attribute__((always_inline)) void tile(const kernel_tile *t,
                                                              const size_t rows, const bool half)
{
    const char *b = t->b;
    const size_t sums_step = t->sums_step * 4;
    char *sums = t->sums;

    ROWS_6(T_DECLARE)
    if (t->more) {
        ROWS_6(T_RESUME)
    }
    for (size_t tap = 0; tap < t->tap_count; tap++) {
        const char *a0 = t->taps[tap].a;
        const size_t step = t->taps[tap].step;
        const char *a3 = a0 + 3 * step;

        for (size_t left = t->k / GROUP; left > 0; left--) {
            ACC b0 = LOAD(b), b1 = half ? ZERO : LOAD(b + 32);
            ROWS_6(T_STEP)
            a0 += 4;
            a3 += 4;
            b += 64;
        }
        if (GROUP > 1 && t->k % GROUP) {
            ACC b0 = LOAD(b), b1 = half ? ZERO : LOAD(b + 32);
            ROWS_6(T_LAST)
            b += 64;
        }
        (void)a3;
    }
    ROWS_6(T_STORE)
}

#define TILE(name, rows, half)                                                                     \
    TARGET static void name(const kernel_tile *t)                                                  \
    {                                                                                              \
        tile(t, rows, half);                                                                       \
    }
TILE(half_1, 1, true)
TILE(half_2, 2, true)
TILE(half_3, 3, true)
TILE(half_4, 4, true)
TILE(half_5, 5, true)
TILE(half_6, 6, true)
TILE(tile_1, 1, false)
TILE(tile_2, 2, false)
TILE(tile_3, 3, false)
TILE(tile_4, 4, false)
TILE(tile_5, 5, false)
TILE(tile_6, 6, false)

const kernel_tiles TABLE = {
    .rows = {6, 6},
    .fn = {{NULL, half_1, half_2, half_3, half_4, half_5, half_6},
           {NULL, tile_1, tile_2, tile_3, tile_4, tile_5, tile_6}},
};
