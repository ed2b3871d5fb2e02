#include "engine/kernel_job.h"

typedef struct gemm {
    kernel_job job;
    job_split split;
    const kernel_gemm *g;
} gemm;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Rows r0 <= r < r1, columns c0 <= c < c1. */
static void rectangle(const gemm *w, size_t r0, size_t r1, size_t c0, size_t c1)
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

        if (e->residual)
            rows.residual = (const char *)e->residual + r * e->residual_stride * w->job.out_element;
        job__tile(&w->job, &rows, c0, c1);
    }
}

static void task(void *ctx, size_t i)
{
    const gemm *w = ctx;
    const job_split *s = &w->split;
    size_t r0 = i / s->column_tasks * s->rows, r1 = least(r0 + s->rows, w->g->m);
    size_t c0 = i % s->column_tasks * s->columns, c1 = least(c0 + s->columns, w->g->b->n);

    for (size_t c = c0; c < c1; c += s->chunk)
        rectangle(w, r0, r1, c, least(c + s->chunk, c1));
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
