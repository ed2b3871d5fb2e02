/* engine/kernel_tile512_body.h - the tiles of one type of element, for AVX-512.
 *
 * The text of kernel_avx512_f32.c and its brothers, which define
 *
 *     ACC, HALF             vectors of 16 and of 8 sums
 *     GROUP, A              elements of four bytes of A, and their type
 *     BROADCAST(p)          four bytes of A in every lane, as an ACC-wide vector
 *     LOAD(p), LOAD_HALF(p) 16 and 8 columns of B
 *     DOT(c, a, b), DOT_HALF
 *     FLOATS(c), OF_HALF(h) sums as floats, 16 wide
 *     FAST_OUT              the type of output that `fast` is for,
 *     PUT(p, v), PUT_HALF   16 and 8 of them from floats
 *     TABLE                 the table's name
 *
 * Sums are variables, c row column and h row, so that every compiler keeps
 * them in registers; what a tile does not use vanishes.
 */
#define ROWS_14(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)
#define ROWS_6(X) X(0) X(1) X(2) X(3) X(4) X(5)

/* Four pointers and multiples of the step that addressing knows reach 14 rows. */
#define AT_0 (a0)
#define AT_1 (a0 + step)
#define AT_2 (a0 + 2 * step)
#define AT_3 (a3)
#define AT_4 (a3 + step)
#define AT_5 (a3 + 2 * step)
#define AT_6 (a6)
#define AT_7 (a6 + step)
#define AT_8 (a6 + 2 * step)
#define AT_9 (a9)
#define AT_10 (a9 + step)
#define AT_11 (a9 + 2 * step)
#define AT_12 (a12)
#define AT_13 (a12 + step)

TILE_TARGET static inline __attribute__((always_inline)) uint32_t group_at(const char *p)
{
    uint32_t out;

    memcpy(&out, p, 4);
    return out;
}

/* The last group of a tap when k is not a multiple of GROUP. Bytes beyond it repeat earlier
 * ones: B has zeros for them.
 */
TILE_TARGET static inline __attribute__((always_inline)) uint32_t last_group(const char *p,
                                                                             size_t k)
{
    const unsigned char *bytes = (const unsigned char *)p;

    if (GROUP == 2)
        return bytes[0] | (uint32_t)bytes[1] << 8;

    size_t left = k % GROUP, second = left > 1, third = left > 2 ? 2 : 0;
    return bytes[0] | (uint32_t)bytes[second] << 8 | (uint32_t)bytes[third] << 16;
}

#define TAPS_BEGIN                                                                                 \
    for (size_t tap = 0; tap < t->tap_count; tap++) {                                              \
        const char *a0 = t->taps[tap].a;                                                           \
        const size_t step = t->taps[tap].step;                                                     \
        const char *a3 = a0 + 3 * step, *a6 = a3 + 3 * step, *a9 = a6 + 3 * step;                  \
        const char *a12 = a9 + 3 * step;                                                           \
        for (size_t left = t->k / GROUP; left > 0; left--) {
#define TAPS_TAIL                                                                                  \
    a0 += 4;                                                                                       \
    a3 += 4;                                                                                       \
    a6 += 4;                                                                                       \
    a9 += 4;                                                                                       \
    a12 += 4;                                                                                      \
    b += 64;                                                                                       \
    }                                                                                              \
    if (GROUP > 1 && t->k % GROUP) {
#define TAPS_END                                                                                   \
    b += 64;                                                                                       \
    }                                                                                              \
    (void)a3;                                                                                      \
    (void)a6;                                                                                      \
    (void)a9;                                                                                      \
    (void)a12;                                                                                     \
    }

/* -- The fast epilogue -- */

typedef struct constants {
    vf low, high, a, b, mul, add;
} constants;

INLINE constants constants_of(const kernel_fast *f)
{
    return (constants){v_set(f->low), v_set(f->high), v_set(f->a),
                       v_set(f->b),   v_set(f->mul),  v_set(f->add)};
}

INLINE vf shaped(const constants *k, bool swish, vf v)
{
    if (!swish)
        return v_min(k->high, v_max(k->low, v));
    return v_fma(v * v_min(v_set(1), v_max(v_set(0), v_fma(v, k->a, k->b))), k->mul, k->add);
}

#define FAST(c, i, swish) shaped(&k, swish, v_fma(FLOATS(c), scale##i, bias##i))

/* -- Up to 14 rows, 2 panels; or 1 and a half -- */

#define T_DECLARE(r)                                                                               \
    ACC c##r##_0 = ZERO, c##r##_1 = ZERO;                                                          \
    HALF h##r = ZERO_HALF;
#define T_RESUME(r)                                                                                \
    if (rows > r) {                                                                                \
        if (panels > 0)                                                                            \
            c##r##_0 = LOAD_SUMS(sums + r * sums_step);                                            \
        if (panels > 1)                                                                            \
            c##r##_1 = LOAD_SUMS(sums + r * sums_step + 64);                                       \
        if (half)                                                                                  \
            h##r = LOAD_SUMS_HALF(sums + r * sums_step + 64 * panels);                             \
    }
#define T_DOT(r, x)                                                                                \
    if (rows > r) {                                                                                \
        ACC av = x;                                                                                \
        if (panels > 0)                                                                            \
            c##r##_0 = DOT(c##r##_0, av, b0);                                                      \
        if (panels > 1)                                                                            \
            c##r##_1 = DOT(c##r##_1, av, b1);                                                      \
        if (half)                                                                                  \
            h##r = DOT_HALF(h##r, LOW(av), bh);                                                    \
    }
#define T_STEP(r) T_DOT(r, BROADCAST(AT_##r))
#define T_LAST(r) T_DOT(r, BROADCAST_BITS(last_group(AT_##r, t->k)))
#define T_STORE(r)                                                                                 \
    if (rows > r) {                                                                                \
        if (panels > 0)                                                                            \
            STORE_SUMS(sums + r * sums_step, c##r##_0);                                            \
        if (panels > 1)                                                                            \
            STORE_SUMS(sums + r * sums_step + 64, c##r##_1);                                       \
        if (half)                                                                                  \
            STORE_SUMS_HALF(sums + r * sums_step + 64 * panels, h##r);                             \
    }
#define T_FAST(r, swish)                                                                           \
    if (rows > r) {                                                                                \
        if (panels > 0)                                                                            \
            PUT(out, FAST(c##r##_0, 0, swish));                                                    \
        if (panels > 1)                                                                            \
            PUT(out + 16 * size, FAST(c##r##_1, 1, swish));                                        \
        if (half)                                                                                  \
            PUT_HALF(out + 16 * panels * size, FAST(OF_HALF(h##r), h, swish));                     \
        out += f->out_step;                                                                        \
    }
#define T_CLAMP(r) T_FAST(r, false)
#define T_SWISH(r) T_FAST(r, true)
#define T_LOAD_B                                                                                   \
    ACC b0 = ZERO, b1 = ZERO;                                                                      \
    HALF bh = ZERO_HALF;                                                                           \
    if (panels > 0)                                                                                \
        b0 = LOAD(b);                                                                              \
    if (panels > 1)                                                                                \
        b1 = LOAD(b + panel_bytes);                                                                \
    if (half)                                                                                      \
        bh = LOAD_HALF(b + panels * panel_bytes);

TILE_TARGET static inline __attribute__((always_inline)) void
tall_tile(const kernel_tile *t, const size_t rows, const size_t panels, const bool half)
{
    const char *b = t->b;
    const size_t panel_bytes = t->panel_bytes, sums_step = t->sums_step * 4;
    char *sums = t->sums;

    ROWS_14(T_DECLARE)
    if (t->more) {
        ROWS_14(T_RESUME)
    }
    TAPS_BEGIN
    T_LOAD_B
    ROWS_14(T_STEP)
    TAPS_TAIL
    T_LOAD_B
    ROWS_14(T_LAST)
    TAPS_END
    if (t->fast) {
        const kernel_fast *f = t->fast;
        const constants k = constants_of(f);
        const size_t size = sizeof(FAST_OUT);
        const vf scale0 = panels > 0 ? v_load(f->scale) : v_set(0);
        const vf bias0 = panels > 0 ? v_load(f->bias) : v_set(0);
        const vf scale1 = panels > 1 ? v_load(f->scale + 16) : v_set(0);
        const vf bias1 = panels > 1 ? v_load(f->bias + 16) : v_set(0);
        const vf scaleh = half ? v_load_n(f->scale + 16 * panels, 8) : v_set(0);
        const vf biash = half ? v_load_n(f->bias + 16 * panels, 8) : v_set(0);
        char *out = f->out;

        if (f->form == FAST_CLAMP) {
            ROWS_14(T_CLAMP)
        } else {
            ROWS_14(T_SWISH)
        }
        return;
    }
    ROWS_14(T_STORE)
}

/* -- Few rows, 4 or 8 panels: each load of A meets more of B -- */

#define W_DECLARE(r)                                                                               \
    ACC c##r##_0 = ZERO, c##r##_1 = ZERO, c##r##_2 = ZERO, c##r##_3 = ZERO, c##r##_4 = ZERO,       \
        c##r##_5 = ZERO, c##r##_6 = ZERO, c##r##_7 = ZERO;
#define W_RESUME(r)                                                                                \
    if (rows > r) {                                                                                \
        const char *from = sums + r * sums_step;                                                   \
        c##r##_0 = LOAD_SUMS(from);                                                                \
        c##r##_1 = LOAD_SUMS(from + 64);                                                           \
        c##r##_2 = LOAD_SUMS(from + 128);                                                          \
        c##r##_3 = LOAD_SUMS(from + 192);                                                          \
        if (panels > 4) {                                                                          \
            c##r##_4 = LOAD_SUMS(from + 256);                                                      \
            c##r##_5 = LOAD_SUMS(from + 320);                                                      \
            c##r##_6 = LOAD_SUMS(from + 384);                                                      \
            c##r##_7 = LOAD_SUMS(from + 448);                                                      \
        }                                                                                          \
    }
#define W_DOT(r, x)                                                                                \
    if (rows > r) {                                                                                \
        ACC av = x;                                                                                \
        c##r##_0 = DOT(c##r##_0, av, b0);                                                          \
        c##r##_1 = DOT(c##r##_1, av, b1);                                                          \
        c##r##_2 = DOT(c##r##_2, av, b2);                                                          \
        c##r##_3 = DOT(c##r##_3, av, b3);                                                          \
        if (panels > 4) {                                                                          \
            c##r##_4 = DOT(c##r##_4, av, LOAD(b + b4));                                            \
            c##r##_5 = DOT(c##r##_5, av, LOAD(b + b4 + panel_bytes));                              \
            c##r##_6 = DOT(c##r##_6, av, LOAD(b + b4 + 2 * panel_bytes));                          \
            c##r##_7 = DOT(c##r##_7, av, LOAD(b + b4 + 3 * panel_bytes));                          \
        }                                                                                          \
    }
#define W_STEP(r) W_DOT(r, BROADCAST(AT_##r))
#define W_LAST(r) W_DOT(r, BROADCAST_BITS(last_group(AT_##r, t->k)))
#define W_STORE(r)                                                                                 \
    if (rows > r) {                                                                                \
        char *to = sums + r * sums_step;                                                           \
        STORE_SUMS(to, c##r##_0);                                                                  \
        STORE_SUMS(to + 64, c##r##_1);                                                             \
        STORE_SUMS(to + 128, c##r##_2);                                                            \
        STORE_SUMS(to + 192, c##r##_3);                                                            \
        if (panels > 4) {                                                                          \
            STORE_SUMS(to + 256, c##r##_4);                                                        \
            STORE_SUMS(to + 320, c##r##_5);                                                        \
            STORE_SUMS(to + 384, c##r##_6);                                                        \
            STORE_SUMS(to + 448, c##r##_7);                                                        \
        }                                                                                          \
    }
#define W_PUT(c, i, swish)                                                                         \
    PUT(out + 16 * i * size,                                                                       \
        shaped(&k, swish, v_fma(FLOATS(c), v_load(f->scale + 16 * i), v_load(f->bias + 16 * i))));
#define W_FAST(r, swish)                                                                           \
    if (rows > r) {                                                                                \
        W_PUT(c##r##_0, 0, swish)                                                                  \
        W_PUT(c##r##_1, 1, swish)                                                                  \
        W_PUT(c##r##_2, 2, swish)                                                                  \
        W_PUT(c##r##_3, 3, swish)                                                                  \
        if (panels > 4) {                                                                          \
            W_PUT(c##r##_4, 4, swish)                                                              \
            W_PUT(c##r##_5, 5, swish)                                                              \
            W_PUT(c##r##_6, 6, swish)                                                              \
            W_PUT(c##r##_7, 7, swish)                                                              \
        }                                                                                          \
        out += f->out_step;                                                                        \
    }
#define W_CLAMP(r) W_FAST(r, false)
#define W_SWISH(r) W_FAST(r, true)
#define W_LOAD_B                                                                                   \
    ACC b0 = LOAD(b), b1 = LOAD(b + panel_bytes), b2 = LOAD(b + 2 * panel_bytes),                  \
        b3 = LOAD(b + 3 * panel_bytes);

TILE_TARGET static inline __attribute__((always_inline)) void
wide_tile(const kernel_tile *t, const size_t rows, const size_t panels)
{
    const char *b = t->b;
    const size_t panel_bytes = t->panel_bytes, b4 = 4 * panel_bytes;
    const size_t sums_step = t->sums_step * 4;
    char *sums = t->sums;

    ROWS_6(W_DECLARE)
    if (t->more) {
        ROWS_6(W_RESUME)
    }
    TAPS_BEGIN
    W_LOAD_B
    ROWS_6(W_STEP)
    TAPS_TAIL
    W_LOAD_B
    ROWS_6(W_LAST)
    TAPS_END(void) b4;
    if (t->fast) {
        const kernel_fast *f = t->fast;
        const constants k = constants_of(f);
        const size_t size = sizeof(FAST_OUT);
        char *out = f->out;

        if (f->form == FAST_CLAMP) {
            ROWS_6(W_CLAMP)
        } else {
            ROWS_6(W_SWISH)
        }
        return;
    }
    ROWS_6(W_STORE)
}

#define TALL(name, rows, panels, half)                                                             \
    TILE_TARGET static void name(const kernel_tile *t)                                             \
    {                                                                                              \
        tall_tile(t, rows, panels, half);                                                          \
    }
#define WIDE(name, rows, panels)                                                                   \
    TILE_TARGET static void name(const kernel_tile *t)                                             \
    {                                                                                              \
        wide_tile(t, rows, panels);                                                                \
    }
#define ALL_TALL(name, panels, half)                                                               \
    TALL(name##_1, 1, panels, half)                                                                \
    TALL(name##_2, 2, panels, half)                                                                \
    TALL(name##_3, 3, panels, half)                                                                \
    TALL(name##_4, 4, panels, half)                                                                \
    TALL(name##_5, 5, panels, half)                                                                \
    TALL(name##_6, 6, panels, half)                                                                \
    TALL(name##_7, 7, panels, half)                                                                \
    TALL(name##_8, 8, panels, half)                                                                \
    TALL(name##_9, 9, panels, half)                                                                \
    TALL(name##_10, 10, panels, half)                                                              \
    TALL(name##_11, 11, panels, half)                                                              \
    TALL(name##_12, 12, panels, half)                                                              \
    TALL(name##_13, 13, panels, half)                                                              \
    TALL(name##_14, 14, panels, half)
#define TALL_LIST(name)                                                                            \
    NULL, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8,          \
        name##_9, name##_10, name##_11, name##_12, name##_13, name##_14

ALL_TALL(half_tile, 0, true)
ALL_TALL(tile_1, 1, false)
ALL_TALL(tile_1_half, 1, true)
ALL_TALL(tile_2, 2, false)
WIDE(tile_4_1, 1, 4)
WIDE(tile_4_2, 2, 4)
WIDE(tile_4_3, 3, 4)
WIDE(tile_4_4, 4, 4)
WIDE(tile_4_5, 5, 4)
WIDE(tile_4_6, 6, 4)
WIDE(tile_8_1, 1, 8)
WIDE(tile_8_2, 2, 8)
WIDE(tile_8_3, 3, 8)

const kernel_tiles TABLE = {
    .rows = {14, 14, 14, 14, 6, 3},
    .fn = {{TALL_LIST(half_tile)},
           {TALL_LIST(tile_1)},
           {TALL_LIST(tile_1_half)},
           {TALL_LIST(tile_2)},
           {NULL, tile_4_1, tile_4_2, tile_4_3, tile_4_4, tile_4_5, tile_4_6},
           {NULL, tile_8_1, tile_8_2, tile_8_3}},
    .fast = FAST_TYPE,
};
