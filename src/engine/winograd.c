#include "engine/winograd.h"

#include "engine/kernel_tile.h"

#include <stdlib.h>
#include <string.h>

enum {
    EDGE = 6, /* of a patch */
    STEP = 4, /* of a tile: a patch's pixels that are its own */
    POINTS = EDGE * EDGE,
    PIXELS = STEP * STEP,
    TILES = TILE_ROWS, /* through all steps together */
    CHUNKS = 16,       /* tasks at most, each with its own scratch */
};

bool winograd__suits(const kernel_conv *c)
{
    return c->kernel_h == 3 && c->kernel_w == 3 && c->stride_h == 1 && c->stride_w == 1 &&
           c->dilation_h == 1 && c->dilation_w == 1 && c->b->dtype == Q_F32 &&
           c->epilogue->out == Q_F32 && c->b->k >= KERNEL_PANEL && c->b->n >= KERNEL_PANEL / 2;
}

/* -- Weights -- */

static size_t matrix_floats(size_t k, size_t n)
{
    return (n + KERNEL_PANEL - 1) / KERNEL_PANEL * KERNEL_PANEL * k;
}

q_shape winograd__packed_shape(size_t in_channels, size_t out_channels)
{
    return (q_shape){.rank = 2, .dims = {POINTS, matrix_floats(in_channels, out_channels)}};
}

/* One row of three weights to six points. */
static void spread(const double *g, size_t step, double *out, size_t out_step)
{
    double a = g[0], b = g[step], c = g[2 * step];

    out[0] = a / 4;
    out[out_step] = -(a + b + c) / 6;
    out[2 * out_step] = -(a - b + c) / 6;
    out[3 * out_step] = (a + 2 * b + 4 * c) / 24;
    out[4 * out_step] = (a - 2 * b + 4 * c) / 24;
    out[5 * out_step] = c;
}

q_code winograd__pack(const float *weights, size_t tap_stride, size_t in_stride, size_t out_stride,
                      size_t in_channels, size_t out_channels, float *packed, q_err *err)
{
    size_t count = in_channels * out_channels, floats = matrix_floats(in_channels, out_channels);
    float *spaced = calloc(POINTS * count, sizeof *spaced);

    if (!spaced)
        return q_err_nomem(err);
    for (size_t i = 0; i < in_channels; i++)
        for (size_t o = 0; o < out_channels; o++) {
            double g[9], rows[3 * EDGE], points[POINTS];

            for (size_t t = 0; t < 9; t++)
                g[t] = weights[t * tap_stride + i * in_stride + o * out_stride];
            for (size_t r = 0; r < 3; r++)
                spread(g + 3 * r, 1, rows + EDGE * r, 1);
            for (size_t x = 0; x < EDGE; x++)
                spread(rows + x, EDGE, points + x, EDGE);
            for (size_t p = 0; p < POINTS; p++)
                spaced[p * count + i * out_channels + o] = (float)points[p];
        }
    for (size_t p = 0; p < POINTS; p++) {
        kernel_matrix m = {.dtype = Q_F32, .n = out_channels, .taps = 1, .k = in_channels};

        kernel__pack(spaced + p * count, 0, out_channels, 1, &m, packed + p * floats);
    }
    free(spaced);
    return Q_OK;
}

/* -- Tiles -- */

typedef struct job {
    const kernel_conv *c;
    const kernel_set *set;
    size_t tiles_h, tiles_w, tile_count, groups; /* a group: TILES tiles */
    size_t chunks, per_chunk;                    /* groups of a chunk, at most */
    size_t columns;                              /* of the sums: whole panels */
    size_t chunk_floats;
    float *scratch;
} job;

static void job_init(job *j, const kernel_conv *c, void *scratch)
{
    *j = (job){.c = c, .set = kernel__set(kernel__isa()), .scratch = scratch};
    j->tiles_h = (c->out_h + STEP - 1) / STEP;
    j->tiles_w = (c->out_w + STEP - 1) / STEP;
    j->tile_count = c->batch * j->tiles_h * j->tiles_w;
    j->groups = (j->tile_count + TILES - 1) / TILES;
    j->per_chunk = (j->groups + CHUNKS - 1) / CHUNKS;
    j->chunks = (j->groups + j->per_chunk - 1) / j->per_chunk;
    j->columns = (c->b->n + KERNEL_PANEL - 1) / KERNEL_PANEL * KERNEL_PANEL;
    j->chunk_floats = POINTS * TILES * (c->b->k + j->columns) + PIXELS * j->columns + c->b->k;
}

size_t winograd__scratch(const kernel_conv *c)
{
    job j;

    job_init(&j, c, NULL);
    return j.chunks * j.chunk_floats * sizeof(float);
}

/* A chunk's scratch. */
typedef struct room {
    float *points; /* [36][TILES][k] */
    float *sums;   /* [36][TILES][columns] */
    float *pixels; /* [16][columns] */
    float *zeros;  /* [k], what lies outside the image */
} room;

typedef struct tile_place {
    size_t image, y, x; /* of the tile's first output pixel */
} tile_place;

static tile_place place_of(const job *j, size_t tile)
{
    size_t row = tile / j->tiles_w;

    return (tile_place){row / j->tiles_h, row % j->tiles_h * STEP, tile % j->tiles_w * STEP};
}

static void transform_in(const job *j, const room *r, size_t tile, size_t slot)
{
    const kernel_conv *c = j->c;
    tile_place at = place_of(j, tile);
    const float *image = (const float *)c->in + at.image * c->in_h * c->in_w * c->b->k;
    const float *pixel[POINTS];

    for (size_t dy = 0; dy < EDGE; dy++)
        for (size_t dx = 0; dx < EDGE; dx++) {
            size_t y = at.y + dy - c->pad_top, x = at.x + dx - c->pad_left; /* wraps outside */

            pixel[dy * EDGE + dx] =
                y < c->in_h && x < c->in_w ? image + (y * c->in_w + x) * c->b->k : r->zeros;
        }
    j->set->winograd_in(pixel, c->b->k, r->points + slot * c->b->k, TILES * c->b->k);
}

/* The widest tile for what is left of the columns. */
static tile_width width_for(const kernel_tiles *t, size_t columns, size_t *covered)
{
    static const struct {
        tile_width width;
        size_t columns;
    } widths[] = {{TILE_2, 2 * KERNEL_PANEL},
                  {TILE_1_HALF, KERNEL_PANEL + KERNEL_PANEL / 2},
                  {TILE_1, KERNEL_PANEL},
                  {TILE_HALF, KERNEL_PANEL / 2}};
    size_t best = 2;

    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        if (t->rows[widths[i].width] && (widths[i].columns >= columns || i == 0)) {
            best = i;
            if (widths[i].columns <= columns)
                break;
        }
    *covered = widths[best].columns;
    return widths[best].width;
}

/* sums[p] = points[p] * weights[p], for each of the 36. */
static void multiply(const job *j, const room *r, size_t tiles)
{
    const kernel_tiles *set = kernel__tiles(j->set, Q_F32);
    size_t k = j->c->b->k, n = j->c->b->n, covered;
    const float *weights = j->c->b->data;

    for (size_t p = 0; p < POINTS; p++)
        for (size_t column = 0; column < n; column += covered) {
            tile_width width = width_for(set, n - column, &covered);

            for (size_t row = 0; row < tiles;) {
                size_t most = set->rows[width], rows = tiles - row < most ? tiles - row : most;
                kernel_tap tap = {r->points + (p * TILES + row) * k, k * sizeof(float)};
                kernel_tile t = {.taps = &tap,
                                 .tap_count = 1,
                                 .k = k,
                                 .b = weights + p * matrix_floats(k, n) + column * k,
                                 .panel_bytes = k * KERNEL_PANEL * sizeof(float),
                                 .sums = r->sums + (p * TILES + row) * j->columns + column,
                                 .sums_step = j->columns};

                set->fn[width][rows](&t);
                row += rows;
            }
        }
}

static void transform_out(const job *j, const room *r, size_t tile, size_t slot)
{
    const kernel_conv *c = j->c;
    const kernel_epilogue *e = c->epilogue;
    tile_place at = place_of(j, tile);
    size_t wide = c->out_w - at.x < STEP ? c->out_w - at.x : STEP;
    size_t high = c->out_h - at.y < STEP ? c->out_h - at.y : STEP;

    j->set->winograd_out(r->sums + slot * j->columns, TILES * j->columns, c->b->n, r->pixels,
                         j->columns);
    for (size_t dy = 0; dy < high; dy++) {
        size_t pixel = (at.image * c->out_h + at.y + dy) * c->out_w + at.x;

        for (size_t column = 0; column < c->b->n; column += TILE_COLUMNS) {
            size_t left = c->b->n - column;
            kernel_block b = {.sums = r->pixels + dy * STEP * j->columns + column,
                              .step = j->columns,
                              .rows = wide,
                              .columns = left < TILE_COLUMNS ? left : TILE_COLUMNS,
                              .column = column,
                              .out = (float *)c->out + pixel * c->out_stride + column,
                              .out_stride = c->out_stride};

            if (e->residual) {
                b.residual = (const float *)e->residual + pixel * e->residual_stride + column;
                b.residual_stride = e->residual_stride;
            }
            j->set->finish(e, &b, j->set->vector);
        }
    }
}

static void run_chunk(void *ctx, size_t chunk)
{
    const job *j = ctx;
    size_t k = j->c->b->k, first = chunk * j->per_chunk;
    room r = {.points = j->scratch + chunk * j->chunk_floats};

    r.sums = r.points + POINTS * TILES * k;
    r.pixels = r.sums + POINTS * TILES * j->columns;
    r.zeros = r.pixels + PIXELS * j->columns;
    memset(r.zeros, 0, k * sizeof *r.zeros);
    for (size_t g = first; g < first + j->per_chunk && g < j->groups; g++) {
        size_t tile = g * TILES, left = j->tile_count - tile, tiles = left < TILES ? left : TILES;

        for (size_t i = 0; i < tiles; i++)
            transform_in(j, &r, tile + i, i);
        multiply(j, &r, tiles);
        for (size_t i = 0; i < tiles; i++)
            transform_out(j, &r, tile + i, i);
    }
}

void winograd__conv(q_team *team, const kernel_conv *c, void *scratch)
{
    job j;

    job_init(&j, c, scratch);
    q_team_run(team, j.chunks, run_chunk, &j);
}
