#include "engine/kernel_job.h"

#include <string.h>

typedef struct gemm {
    kernel_job job;
    job_split split;
    const kernel_gemm *g;
} gemm;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Rows that lie a multiple of this apart share the sets of L1: a tile has more rows than a
 * set has ways, so that each load of a row would drive out another's line.
 */
#define SET_STRIDE 4096
#define COPY_BYTES (256 << 10)

static bool conflicts(const gemm *w, size_t rows)
{
    size_t step = w->g->a_stride * w->job.element, depth = w->g->b->k * w->job.element;

    return step % SET_STRIDE == 0 && rows > 8 && w->g->b->n >= 128 &&
           depth + 128 <= COPY_BYTES / TILE_ROWS;
}

/* The tile's rows, copied to where they do not meet in L1. */
static void move_apart(const gemm *w, kernel_tap *tap, size_t rows, char *buffer)
{
    size_t depth = w->g->b->k * w->job.element, step = (depth + 63) / 64 * 64 + 64;

    for (size_t r = 0; r < rows; r++)
        memcpy(buffer + r * step, (const char *)tap->a + r * tap->step, depth);
    *tap = (kernel_tap){buffer, step};
}

/* Rows r0 <= r < r1, columns c0 <= c < c1; `buffer` of COPY_BYTES, or NULL. */
static void rectangle(const gemm *w, size_t r0, size_t r1, size_t c0, size_t c1, char *buffer)
{
    const kernel_gemm *g = w->g;
    const kernel_epilogue *e = g->epilogue;
    size_t step = job__rows(&w->job, r1 - r0);

    for (size_t r = r0; r < r1; r += step) {
        kernel_tap tap = {(const char *)g->a + r * g->a_stride * w->job.element,
                          g->a_stride * w->job.element};
        job_rows rows = {
            .taps = &tap,
            .tap_count = 1,
            .k = g->b->k,
            .rows = least(step, r1 - r),
            .out = (char *)g->out + r * g->out_stride * w->job.out_element,
        };

        if (buffer)
            move_apart(w, &tap, rows.rows, buffer);
        if (e->residual)
            rows.residual = (const char *)e->residual + r * e->residual_stride * w->job.out_element;
        job__tile(&w->job, &rows, c0, c1);
    }
}

/* Copies are worth it for some columns at least. */
static void apart(const gemm *w, size_t r0, size_t r1, size_t c0, size_t c1)
{
    _Alignas(64) char buffer[COPY_BYTES];
    size_t chunk = w->split.chunk < 128 ? 128 : w->split.chunk;

    for (size_t c = c0; c < c1; c += chunk)
        rectangle(w, r0, r1, c, least(c + chunk, c1), buffer);
}

static void task(void *ctx, size_t i)
{
    const gemm *w = ctx;
    const job_split *s = &w->split;
    size_t r0 = i / s->column_tasks * s->rows, r1 = least(r0 + s->rows, w->g->m);
    size_t c0 = i % s->column_tasks * s->columns, c1 = least(c0 + s->columns, w->g->b->n);

    if (conflicts(w, r1 - r0))
        apart(w, r0, r1, c0, c1);
    else
        for (size_t c = c0; c < c1; c += s->chunk)
            rectangle(w, r0, r1, c, least(c + s->chunk, c1), NULL);
}

void kernel__gemm_on(kernel_isa isa, q_team *team, const kernel_gemm *g)
{
    gemm w = {.job = job__new(isa, g->b, g->epilogue, g->out_stride), .g = g};

    w.split = job__split(&w.job, g->m);
    q_team_run(team, w.split.row_tasks * w.split.column_tasks, task, &w);
}

void kernel__gemm(q_team *team, const kernel_gemm *g)
{
    kernel__gemm_on(kernel__isa(), team, g);
}
