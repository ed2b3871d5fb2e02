#include "engine/kernel_job.h"

typedef struct deconv {
    kernel_job job;
    const kernel_deconv *d;
    size_t lines; /* input lines of a task */
} deconv;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* An input pixel makes kernel_w neighbours of each of kernel_h output lines: a
 * product with the matrix of each of B's taps.
 */
static void line(const deconv *w, size_t l, size_t ky)
{
    const kernel_deconv *d = w->d;
    const kernel_epilogue *e = d->epilogue;
    size_t n = d->b->n, step = job__rows(&w->job, d->in_w);
    size_t to = (l * d->kernel_h + ky) * d->in_w * n; /* l counts the lines of all images */

    for (size_t x = 0; x < d->in_w; x += step) {
        kernel_tap tap = {(const char *)d->in + (l * d->in_w + x) * d->b->k * w->job.element,
                          d->b->k * w->job.element};
        job_rows rows = {
            .taps = &tap,
            .tap_count = 1,
            .k = d->b->k,
            .b_offset = ky * w->job.tap_bytes,
            .rows = least(step, d->in_w - x),
            .out = (char *)d->out + (to + x * n) * w->job.out_element,
        };

        if (e->residual)
            rows.residual = (const char *)e->residual + (to + x * n) * w->job.out_element;
        job__tile(&w->job, &rows, 0, n);
    }
}

static void task(void *ctx, size_t i)
{
    const deconv *w = ctx;
    size_t end = least((i + 1) * w->lines, w->d->batch * w->d->in_h);

    for (size_t l = i * w->lines; l < end; l++)
        for (size_t ky = 0; ky < w->d->kernel_h; ky++)
            line(w, l, ky);
}

void kernel__deconv_on(kernel_isa isa, q_team *team, const kernel_deconv *d)
{
    kernel_epilogue e = *d->epilogue;
    deconv w = {.job = job__new(isa, d->b, &e, d->b->n), .d = d};
    size_t lines = d->batch * d->in_h, work = d->in_w * d->b->n * d->b->k * d->kernel_h;

    e.residual_stride = d->b->n;
    w.lines = work ? (1 << 20) / work : 1;
    if (w.lines * 64 < lines)
        w.lines = (lines + 63) / 64;
    w.lines = w.lines ? w.lines : 1;
    q_team_run(team, (lines + w.lines - 1) / w.lines, task, &w);
}

void kernel__deconv(q_team *team, const kernel_deconv *d)
{
    kernel__deconv_on(kernel__isa(), team, d);
}
