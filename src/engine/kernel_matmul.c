#include "engine/kernel_matmul.h"
#include "engine/kernel_job.h"
#include "engine/kernel_repack.h"

typedef struct matmul {
    const kernel_matmul *m;
    char *scratch;
    size_t packs[2];    /* different matrices B over each batch axis */
    size_t pack_bytes;  /* of one */
    size_t panel_bytes; /* of its panels */
    size_t panels;
    size_t pack_panels;  /* panels that a packing task takes */
    kernel_matrix shape; /* of B; data is not set */
    kernel_epilogue e;   /* without the residual, which goes with the rows */
    kernel_job job;
    job_split split;
} matmul;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static matmul start(const kernel_matmul *m)
{
    matmul w = {.m = m, .e = *m->epilogue};

    w.shape = (kernel_matrix){m->dtype, m->n, 1, m->k, NULL};
    w.job = job__new(kernel__isa(), &w.shape, m->epilogue, m->out_row);
    w.panels = (m->n + KERNEL_PANEL - 1) / KERNEL_PANEL;
    w.panel_bytes = w.job.panel_bytes;
    w.packs[0] = m->b_batch[0] ? m->batch[0] : 1;
    w.packs[1] = m->b_batch[1] ? m->batch[1] : 1;
    return w;
}

q_code kernel__matmul_scratch(const kernel_matmul *m, size_t *bytes, q_err *err)
{
    matmul w = start(m);
    size_t all;

    if (!q_size_mul(&all, w.panels, w.panel_bytes) || !q_size_mul(&all, all, w.packs[0]) ||
        !q_size_mul(&all, all, w.packs[1]))
        return q_err_set(err, Q_LIMIT, "packing %zu x %zu matrices of %zu x %zu overflows",
                         w.packs[0], w.packs[1], m->k, m->n);
    *bytes = all;
    return Q_OK;
}

static void pack_task(void *ctx, size_t task)
{
    const matmul *w = ctx;
    const kernel_matmul *m = w->m;
    size_t parts = (w->panels + w->pack_panels - 1) / w->pack_panels, which = task / parts;
    size_t first = task % parts * w->pack_panels, end = least(first + w->pack_panels, w->panels);
    size_t element = 4 / kernel__group(m->dtype);
    size_t from = which / w->packs[1] * m->b_batch[0] + which % w->packs[1] * m->b_batch[1];

    for (size_t p = first; p < end; p++)
        repack__panel(m->dtype,
                      (const char *)m->b + (from + p * KERNEL_PANEL * m->b_column) * element,
                      m->b_row, m->b_column, m->k, least(m->n - p * KERNEL_PANEL, KERNEL_PANEL),
                      w->scratch + (which * w->panels + p) * w->panel_bytes);
}

static void task(void *ctx, size_t task)
{
    const matmul *w = ctx;
    const kernel_matmul *m = w->m;
    const job_split *s = &w->split;
    size_t part = task % (s->row_tasks * s->column_tasks),
           batch = task / s->row_tasks / s->column_tasks;
    size_t i = batch / m->batch[1], j = batch % m->batch[1];
    size_t which = (w->packs[0] > 1 ? i : 0) * w->packs[1] + (w->packs[1] > 1 ? j : 0);
    kernel_matrix b = w->shape;
    kernel_job job = w->job;
    size_t r0 = part / s->column_tasks * s->rows, r1 = least(r0 + s->rows, m->m);
    size_t c0 = part % s->column_tasks * s->columns, c1 = least(c0 + s->columns, m->n);
    size_t step = job__rows(&job, r1 - r0);
    size_t a = i * m->a_batch[0] + j * m->a_batch[1];
    size_t out = i * m->out_batch[0] + j * m->out_batch[1];

    b.data = w->scratch + which * w->panels * w->panel_bytes;
    job.b = &b;
    for (size_t c = c0; c < c1; c += s->chunk)
        for (size_t r = r0; r < r1; r += step) {
            size_t to = (out + r * m->out_row) * job.out_element;
            kernel_tap tap = {(const char *)m->a + (a + r * m->a_row) * job.element,
                              m->a_row * job.element};
            job_rows rows = {&tap, 1, m->k, 0, least(step, r1 - r), (char *)m->out + to, NULL};

            if (m->epilogue->residual)
                rows.residual = (const char *)m->epilogue->residual + to;
            job__tile(&job, &rows, c, least(c + s->chunk, c1));
        }
}

void kernel__matmul(q_team *team, const kernel_matmul *m, void *scratch)
{
    matmul w = start(m);
    size_t matrices = w.packs[0] * w.packs[1], depth = m->k ? m->k : 1;

    w.e.residual_stride = m->out_row;
    w.job.b = &w.shape;
    w.job.epilogue = &w.e;
    w.scratch = scratch;
    w.pack_panels = 4096 / depth + 1;
    q_team_run(team, matrices * ((w.panels + w.pack_panels - 1) / w.pack_panels), pack_task, &w);
    w.split = job__split(&w.job, m->m);
    q_team_run(team, m->batch[0] * m->batch[1] * w.split.row_tasks * w.split.column_tasks, task,
               &w);
}
