/* engine/kernel_tile.h - the innermost loops: a few rows times a few panels.
 *
 * A tile is at most 14 rows of A times at most 8 panels of packed B, its sums
 * in registers. A row of A is a list of taps: for each a pointer and the step
 * from row to row, so that the same loop serves a matrix (one tap), a
 * convolution (a tap for each element of its window) and rows copied together
 * (kernel_conv.c). All types take k in groups of four bytes: 1 f32, 2 bf16, 4 u8.
 *
 * Every sum is one chain of k in order, whatever the tile: the bits of a result
 * do not depend on how the work was cut.
 */
#ifndef ENGINE_KERNEL_TILE_H
#define ENGINE_KERNEL_TILE_H

#include "engine/kernel.h"
#include "engine/kernel_loops.h"
#include "engine/vector.h"

#include <assert.h>

#define TILE_ROWS 14
#define TILE_COLUMNS 128
#define TILE_SUMS 512 /* rows * columns of any tile, at most */

typedef struct kernel_tap {
    const void *a;
    size_t step; /* bytes from row to row */
} kernel_tap;

/* The epilogues that tiles apply themselves, sums still in registers: the common ones
 * that a few instructions do. Others, and columns that fill no whole vector, go
 * through memory (kernel_set's finish).
 *
 *     v = sum * scale + bias
 *     FAST_CLAMP   v = min(max(v, low), high)
 *     FAST_SWISH   v = v * min(max(v * a + b, 0), 1) * mul + add
 */
typedef enum fast_form { FAST_NONE, FAST_CLAMP, FAST_SWISH } fast_form;

typedef struct kernel_fast {
    fast_form form;
    const float *scale, *bias; /* of the tile's columns */
    float low, high, a, b, mul, add;
    float inverse; /* of u8: v / out_scale + zero */
    float zero;
    void *out;
    size_t out_step; /* bytes from row to row */
} kernel_fast;

/* The epilogue for tiles that know `fast` for outputs of type `known`. */
kernel_fast kernel__fast(const kernel_epilogue *e, q_dtype known);

typedef struct kernel_tile {
    const kernel_tap *taps;
    size_t tap_count;
    size_t k;                /* elements of a tap */
    const void *b;           /* the first panel, where the first tap begins */
    size_t panel_bytes;      /* from panel to panel */
    void *sums;              /* float, or int32_t of int8 products */
    size_t sums_step;        /* elements from row to row */
    bool more;               /* add to what `sums` holds */
    const kernel_fast *fast; /* where the results go instead of into sums; or NULL */
} kernel_tile;

typedef void kernel_tile_fn(const kernel_tile *t);

/* Widths of tiles, in panels; TILE_HALF is the first 8 columns of one. */
typedef enum tile_width {
    TILE_HALF,
    TILE_1,
    TILE_1_HALF,
    TILE_2,
    TILE_4,
    TILE_8,
    TILE_WIDTHS
} tile_width;

typedef struct kernel_tiles {
    size_t rows[TILE_WIDTHS]; /* most rows of a tile of this width; 0: there is none */
    kernel_tile_fn *fn[TILE_WIDTHS][TILE_ROWS + 1];
    q_dtype fast; /* the type of output that they know `fast` for; Q_NONE: none */
} kernel_tiles;

/* Sums that wait for the epilogue. */
typedef struct kernel_block {
    const void *sums; /* [rows][step], of int32_t when `ints` */
    size_t step;
    bool ints;
    size_t rows, columns; /* columns at most TILE_COLUMNS */
    size_t column;        /* the first's number, in scale and bias */
    void *out;            /* the first's place */
    size_t out_stride;
    const void *residual; /* the first's */
    size_t residual_stride;
} kernel_block;

/* A piece of a row of output pixels of a depthwise convolution. */
typedef struct kernel_depth {
    const kernel_depthwise *d;
    size_t image, y, x0, x1; /* output pixels x0 <= x < x1 */
    kernel_fast fast;        /* scale and bias of all channels, or NULL */
} kernel_depth;

typedef struct kernel_set {
    const kernel_tiles *f32, *bf16, *i8;
    const vector_table *vector;
    const kernel_loops *loops;
    void (*finish)(const kernel_epilogue *e, const kernel_block *b, const vector_table *v);
    void (*depthwise)(const kernel_depth *d, const vector_table *v);
    /* f32 from and to bf16, u8 and s8; n elements. */
    void (*widen)(q_dtype from, const void *in, float scale, int zero, float *out, size_t n);
    void (*narrow)(q_dtype to, const float *in, float scale, int zero, void *out, size_t n);
    /* Channels c0 <= c < c1 of a row of output pixels. */
    void (*pool)(const kernel_pool *p, size_t image, size_t y, size_t c0, size_t c1);
    /* To the points of winograd.h and back (kernel_winograd_body.h). */
    void (*winograd_in)(const float *const *pixel, size_t channels, float *out, size_t point_step);
    void (*winograd_out)(const float *sums, size_t point_step, size_t columns, float *out,
                         size_t step);
} kernel_set;

const kernel_set *kernel__set(kernel_isa isa);
const kernel_tiles *kernel__tiles(const kernel_set *s, q_dtype b);

extern const kernel_set kernel__plain, kernel__avx2, kernel__avx512, kernel__avx512_bf16;
extern const kernel_tiles kernel__plain_f32, kernel__plain_bf16, kernel__plain_i8;
extern const kernel_tiles kernel__avx2_f32, kernel__avx2_bf16, kernel__avx2_i8;
extern const kernel_tiles kernel__avx512_f32, kernel__avx512_i8, kernel__avx512_wide_bf16,
    kernel__avx512_bf16_tiles;

#endif
