#include "engine/kernel_job.h"

#include <math.h>

#define TASK_WORK (1 << 20) /* products in a task, about: 20 us at 50 per ns */
#define MOST_TASKS 64
#define CACHED_B (384 << 10) /* bytes of B that stay in a core's L2 beside A and out */

static const float ones[TILE_COLUMNS] = {
#define ONES_8 1, 1, 1, 1, 1, 1, 1, 1
#define ONES_64 ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8
    ONES_64, ONES_64};
static const float zeros[TILE_COLUMNS];

kernel_fast kernel__fast(const kernel_epilogue *e, q_dtype known)
{
    kernel_fast f = {.form = FAST_CLAMP, .low = -INFINITY, .high = INFINITY};

    if (e->out != known || e->residual || e->last.kind != KERNEL_ACT_NONE)
        return (kernel_fast){.form = FAST_NONE};
    f.mul = e->mul;
    f.add = e->add;
    f.a = e->first.a;
    f.b = e->first.b;
    f.inverse = e->out_scale != 0 ? 1 / e->out_scale : 0;
    f.zero = (float)e->out_zero;
    switch (e->first.kind) {
    case KERNEL_ACT_HARD_SWISH:
        f.form = FAST_SWISH;
        return f;
    case KERNEL_ACT_RELU:
        f.low = 0;
        break;
    case KERNEL_ACT_CLIP:
        f.low = e->first.a;
        f.high = e->first.b;
        break;
    case KERNEL_ACT_NONE:
        break;
    default:
        f.form = FAST_NONE;
    }
    if (e->mul != 1 || e->add != 0)
        f.form = FAST_NONE;
    return f;
}

kernel_job job__new(kernel_isa isa, const kernel_matrix *b, const kernel_epilogue *e,
                    size_t out_stride)
{
    const kernel_set *set = kernel__set(isa);
    size_t group = kernel__group(b->dtype);
    size_t tap_bytes = (b->k + group - 1) / group * KERNEL_PANEL * 4;

    return (kernel_job){
        .set = set,
        .tiles = kernel__tiles(set, b->dtype),
        .b = b,
        .epilogue = e,
        .element = 4 / group,
        .out_element = q_dtype_bits(e->out) / 8,
        .tap_bytes = tap_bytes,
        .panel_bytes = tap_bytes * b->taps,
        .out_stride = out_stride,
        .fast = kernel__fast(e, kernel__tiles(set, b->dtype)->fast),
    };
}

size_t job__rows(const kernel_job *j, size_t rows)
{
    const size_t *most = j->tiles->rows;
    size_t best = most[TILE_2] ? most[TILE_2] : most[TILE_1];
    size_t tiles = (rows + best - 1) / best;

    return tiles ? (rows + tiles - 1) / tiles : 1;
}

const size_t job__widths[TILE_WIDTHS] = {8, 16, 24, 32, 64, 128};

size_t job__width(const kernel_job *j, size_t rows, size_t columns, tile_width *w)
{
    const size_t *most = j->tiles->rows;
    tile_width best = TILE_1;

    if (columns >= 128 && rows <= most[TILE_8])
        best = TILE_8;
    else if (columns >= 64 && rows <= most[TILE_4])
        best = TILE_4;
    else if (columns > 24 && rows <= most[TILE_2])
        best = TILE_2;
    else if (columns > 16 && columns <= 24 && rows <= most[TILE_1_HALF])
        best = TILE_1_HALF;
    else if (columns <= 8 && rows <= most[TILE_HALF])
        best = TILE_HALF;
    *w = best;
    return columns < job__widths[best] ? columns : job__widths[best];
}

static size_t sums_step(tile_width w)
{
    return w == TILE_8 ? TILE_COLUMNS : w == TILE_4 ? 64 : 32;
}

static const char *panel_at(const kernel_job *j, const job_rows *r, size_t c)
{
    return (const char *)j->b->data + c / KERNEL_PANEL * j->panel_bytes + r->b_offset;
}

void job__sums(const kernel_job *j, const job_rows *r, size_t c, tile_width w, bool more,
               void *sums)
{
    kernel_tile t = {r->taps,      r->tap_count, r->k, panel_at(j, r, c), j->panel_bytes, sums,
                     sums_step(w), more,         NULL};

    j->tiles->fn[w][r->rows](&t);
}

/* Sums and epilogue in one, when the tile can; `whole` columns fill its width. */
bool job__fast(const kernel_job *j, const job_rows *r, size_t c, tile_width w, bool whole)
{
    kernel_fast f = j->fast;
    const kernel_epilogue *e = j->epilogue;
    kernel_tile t = {r->taps, r->tap_count, r->k, panel_at(j, r, c), j->panel_bytes, NULL,
                     0,       false,        &f};

    if (f.form == FAST_NONE || !whole)
        return false;
    f.scale = e->scale ? e->scale + c : ones;
    f.bias = e->bias ? e->bias + c : zeros;
    f.out = (char *)r->out + c * j->out_element;
    f.out_step = j->out_stride * j->out_element;
    j->tiles->fn[w][r->rows](&t);
    return true;
}

void job__finish(const kernel_job *j, const job_rows *r, size_t c, size_t columns, const void *sums)
{
    kernel_block b = {
        .sums = sums,
        .step = columns > 64   ? TILE_COLUMNS
                : columns > 32 ? 64
                               : 32,
        .ints = j->b->dtype == Q_I8,
        .rows = r->rows,
        .columns = columns,
        .column = c,
        .out = (char *)r->out + c * j->out_element,
        .out_stride = j->out_stride,
        .residual_stride = j->epilogue->residual_stride,
    };

    if (r->residual)
        b.residual = (const char *)r->residual + c * j->out_element;
    j->set->finish(j->epilogue, &b, j->set->vector);
}

void job__tile(const kernel_job *j, const job_rows *r, size_t c0, size_t c1)
{
    _Alignas(64) float sums[TILE_SUMS];

    for (size_t c = c0; c < c1;) {
        tile_width w;
        size_t columns = job__width(j, r->rows, c1 - c, &w);

        if (!job__fast(j, r, c, w, columns == job__widths[w])) {
            job__sums(j, r, c, w, false, sums);
            job__finish(j, r, c, columns, sums);
        }
        c += columns;
    }
}

static size_t parts(size_t all, size_t unit, size_t wanted)
{
    size_t most = (all + unit - 1) / unit;

    wanted = wanted < most ? wanted : most;
    return wanted ? wanted : 1;
}

static size_t part(size_t all, size_t unit, size_t count)
{
    size_t each = (all + count - 1) / count, units = (each + unit - 1) / unit;

    return units * unit;
}

static size_t pieces(size_t all, size_t each)
{
    return each ? all / each + (all % each != 0) : 0;
}

job_split job__split(const kernel_job *j, size_t rows)
{
    const kernel_matrix *b = j->b;
    size_t depth = b->taps * b->k, panels = (b->n + KERNEL_PANEL - 1) / KERNEL_PANEL;
    size_t b_bytes = panels * j->panel_bytes, a_bytes = rows * depth * j->element;
    size_t unit = j->tiles->rows[TILE_2] ? j->tiles->rows[TILE_2] : j->tiles->rows[TILE_1];
    double work = (double)rows * (double)depth * (double)b->n / TASK_WORK;
    size_t tasks = work > MOST_TASKS ? MOST_TASKS : work < 1 ? 1 : (size_t)work;
    job_split s = {.row_tasks = 1, .column_tasks = 1};

    if (b_bytes > CACHED_B && b_bytes > a_bytes) {
        s.column_tasks = parts(panels, 2, tasks);
        s.row_tasks = parts(rows, unit, tasks / s.column_tasks);
    } else {
        s.row_tasks = parts(rows, unit, tasks);
        s.column_tasks = parts(panels, 4, tasks / s.row_tasks);
    }
    s.rows = part(rows, unit, s.row_tasks);
    s.columns = part(panels, 2, s.column_tasks) * KERNEL_PANEL;
    s.row_tasks = pieces(rows, s.rows);
    s.column_tasks = pieces(b->n, s.columns);
    s.chunk = s.columns;
    if (s.columns / KERNEL_PANEL * j->panel_bytes > CACHED_B) {
        size_t unit_columns = rows <= 6 ? 8 : 2; /* panels of the widest tile */
        size_t fit = CACHED_B / (j->panel_bytes ? j->panel_bytes : 1) / unit_columns * unit_columns;

        s.chunk = (fit ? fit : unit_columns) * KERNEL_PANEL;
    }
    return s;
}
