/* RNN, LSTM and GRU over sequences.
 *
 *     x   [steps, batch, inputs]            W [directions, gates * hidden, inputs]
 *     R   [directions, gates * hidden, hidden]
 *     B   [directions, 2 * gates * hidden]  of W, then of R
 *     y   [steps, directions, batch, hidden]; y_h, y_c [directions, batch, hidden]
 *
 * With batch_first (layout 1) batch comes before steps and before directions. A
 * task is one direction of a few sequences, so that no step waits for a thread.
 * W and R are packed for the kernels first, unless there are too few steps to pay for it.
 */
#include "engine/op_rnn.h"

#include "engine/kernel_repack.h"
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/product.h"

#include <string.h>

enum { X, W, R, BIAS, LENGTHS, INITIAL_H, INITIAL_C, PEEPHOLE };

/* -- Shapes -- */

typedef struct rnn_sizes {
    size_t steps, batch, inputs, hidden;
    size_t parts;   /* floats of the input's products: all directions */
    size_t per_row; /* floats a direction of a sequence works in */
    bool packs;
    size_t packed; /* floats of W and R packed, with the biases' sum: a direction */
    size_t groups; /* of sequences that step together */
    /* W; R of all gates that read h as it is; R of GRU's candidate. */
    kernel_matrix matrices[3];
    size_t matrix_count;
} rnn_sizes;

#define FEWEST_ROWS 8 /* steps of all sequences that pay for packing */

static size_t panels_of(const kernel_matrix *m)
{
    return (m->n + KERNEL_PANEL - 1) / KERNEL_PANEL;
}

/* What is packed for each direction; none where rows are few. */
static q_code packing_of(const rnn_params *p, rnn_sizes *s, q_err *err)
{
    size_t cols = p->gates * s->hidden, rows = s->steps * s->batch, i, one = 0;

    s->packs = rows >= FEWEST_ROWS && s->hidden && s->inputs;
    if (!s->packs)
        return Q_OK;
    s->matrices[0] = (kernel_matrix){Q_F32, cols, 1, s->inputs, NULL};
    s->matrices[1] =
        (kernel_matrix){Q_F32, p->kind == RNN_GRU ? 2 * s->hidden : cols, 1, s->hidden, NULL};
    s->matrices[2] = (kernel_matrix){Q_F32, s->hidden, 1, s->hidden, NULL};
    s->matrix_count = p->kind == RNN_GRU ? 3 : 2;
    s->packed = panels_of(&s->matrices[0]) * KERNEL_PANEL;
    for (i = 0; i < s->matrix_count; i++) {
        const kernel_matrix *m = &s->matrices[i];

        if (!q_size_mul(&one, panels_of(m) * KERNEL_PANEL, m->k) || one > SIZE_MAX / 16 - s->packed)
            return q_err_set(err, Q_LIMIT, "packed weights pass the address space");
        s->packed += one;
    }
    return Q_OK;
}

static q_code want_shape(const q_op_call *c, size_t i, const char *name, const q_shape *want,
                         q_err *err)
{
    char text[160], want_text[160];
    q_code rc;

    if (!op__has(c, i))
        return Q_OK;
    rc = op__want(c, i, err, widen__floats);
    if (!rc && !q_shape_eq(&c->in[i]->shape, want))
        rc = q_err_set(err, Q_INVALID, "%s has shape %s; wanted %s", name,
                       q_shape_text(&c->in[i]->shape, text), q_shape_text(want, want_text));
    return rc;
}

static q_code sizes_of(const q_op_call *c, rnn_sizes *s, q_err *err)
{
    const rnn_params *p = c->params;
    const q_shape *x = &c->in[X]->shape, *r = &c->in[R]->shape;
    char text[160];

    if (x->rank != 3)
        return q_err_set(err, Q_INVALID, "the input has shape %s; wanted three dimensions",
                         q_shape_text(x, text));
    if (r->rank != 3 || (p->hidden && r->dims[2] != p->hidden))
        return q_err_set(err, Q_INVALID, "R has shape %s; wanted [%zu, %zu, %zu]",
                         q_shape_text(r, text), p->directions, p->gates * p->hidden, p->hidden);
    s->steps = x->dims[p->batch_first];
    s->batch = x->dims[!p->batch_first];
    s->inputs = x->dims[2];
    s->hidden = r->dims[2];
    s->per_row = (p->gates + 3) * s->hidden;
    s->groups = (s->batch + RNN_ROWS - 1) / RNN_ROWS;
    if (!q_size_mul(&s->parts, p->directions * s->steps, s->batch) ||
        !q_size_mul(&s->parts, s->parts, p->gates * s->hidden))
        return q_err_set(err, Q_LIMIT, "the sequences pass the address space");
    return packing_of(p, s, err);
}

static q_code shapes_check(const q_op_call *c, const rnn_sizes *s, q_err *err)
{
    const rnn_params *p = c->params;
    size_t rows = p->gates * s->hidden, d = p->directions;
    q_shape w = {3, {d, rows, s->inputs}}, r = {3, {d, rows, s->hidden}}, bias = {2, {d, 2 * rows}};
    q_shape state = {3, {d, s->batch, s->hidden}}, peephole = {2, {d, 3 * s->hidden}};
    q_code rc = want_shape(c, W, "W", &w, err);

    if (p->batch_first) {
        state.dims[0] = s->batch;
        state.dims[1] = d;
    }
    if (!rc)
        rc = want_shape(c, R, "R", &r, err);
    if (!rc)
        rc = want_shape(c, BIAS, "B", &bias, err);
    if (!rc)
        rc = want_shape(c, INITIAL_H, "initial_h", &state, err);
    if (!rc)
        rc = want_shape(c, INITIAL_C, "initial_c", &state, err);
    if (!rc)
        rc = want_shape(c, PEEPHOLE, "P", &peephole, err);
    if (!rc && op__has(c, LENGTHS) &&
        (c->in[LENGTHS]->dtype != Q_I32 || q_shape_count(&c->in[LENGTHS]->shape) != s->batch))
        rc = q_err_set(err, Q_INVALID, "sequence_lens must be int32 [%zu]", s->batch);
    return rc;
}

static q_code rnn_infer(q_op_call *c, q_err *err)
{
    const rnn_params *p = c->params;
    rnn_sizes s = {0};
    q_shape y, state;
    size_t work = 0, all;
    q_code rc = op__want(c, X, err, widen__floats);

    if (!rc)
        rc = op__want(c, W, err, widen__floats);
    if (!rc)
        rc = op__want(c, R, err, widen__floats);
    if (!rc)
        rc = sizes_of(c, &s, err);
    if (!rc)
        rc = shapes_check(c, &s, err);
    if (rc)
        return rc;
    if (!q_size_mul(&work, p->directions * s.batch, s.per_row) || work > SIZE_MAX / 16 ||
        s.parts > SIZE_MAX / 16 ||
        !q_size_mul(&all, work + s.parts + p->directions * s.packed, sizeof(float)))
        return q_err_set(err, Q_LIMIT, "the sequences pass the address space");
    c->scratch_bytes = all;
    y = p->batch_first ? (q_shape){4, {s.batch, s.steps, p->directions, s.hidden}}
                       : (q_shape){4, {s.steps, p->directions, s.batch, s.hidden}};
    state = p->batch_first ? (q_shape){3, {s.batch, p->directions, s.hidden}}
                           : (q_shape){3, {p->directions, s.batch, s.hidden}};
    op__set(c, 0, c->in[X]->dtype, &y);
    op__set(c, 1, c->in[X]->dtype, &state);
    op__set(c, 2, c->in[X]->dtype, &state);
    return widen__infer(c, err);
}

/* -- Run -- */

typedef struct rnn_job {
    const q_op_call *call;
    const rnn_params *p;
    rnn_sizes s;
    kernel_matrix matrices[2][3]; /* of each direction */
    float *biases[2];             /* and the biases' sum, where packed */
    float *parts, *work;
    float *y, *y_h, *y_c; /* NULL where left out */
} rnn_job;

static const float *input(const q_op_call *c, size_t i, size_t at)
{
    return op__has(c, i) ? (const float *)c->in[i]->data + at : NULL;
}

/* bias[k] = W's bias + R's; for GRU with linear_before_reset without R's bias of the
 * candidate, which is added before the reset gate.
 */
static float bias_at(const rnn_job *j, const float *biases, size_t k)
{
    size_t cols = j->p->gates * j->s.hidden;
    size_t both = j->p->kind == RNN_GRU && j->p->linear_before_reset ? 2 * j->s.hidden : cols;

    return biases[k] + (k < both ? biases[cols + k] : 0);
}

/* Where the packed matrices lie: from `at` on, for each direction its own. */
static float *matrices_lay(rnn_job *j, float *at)
{
    const rnn_sizes *s = &j->s;
    size_t d, i;

    for (d = 0; s->packs && d < j->p->directions; d++) {
        for (i = 0; i < s->matrix_count; i++) {
            j->matrices[d][i] = s->matrices[i];
            j->matrices[d][i].data = at;
            at += panels_of(&s->matrices[i]) * KERNEL_PANEL * s->matrices[i].k;
        }
        j->biases[d] = at;
        at += panels_of(&s->matrices[0]) * KERNEL_PANEL;
    }
    return at;
}

/* Panel `at` of all that direction d has. */
static void pack_panel(const rnn_job *j, size_t d, size_t at)
{
    const rnn_sizes *s = &j->s;
    size_t cols = j->p->gates * s->hidden, column, i = 0;
    const kernel_matrix *m;
    const float *from;

    while (at >= panels_of(&s->matrices[i]))
        at -= panels_of(&s->matrices[i++]);
    m = &j->matrices[d][i];
    column = at * KERNEL_PANEL;
    from = i == 0 ? input(j->call, W, d * cols * m->k) : input(j->call, R, d * cols * m->k);
    if (i == 2)
        from += 2 * s->hidden * m->k;
    repack__panel(Q_F32, from + column * m->k, 1, m->k, m->k,
                  m->n - column < KERNEL_PANEL ? m->n - column : KERNEL_PANEL,
                  (float *)m->data + column * m->k);
}

static size_t panels_in_all(const rnn_sizes *s)
{
    size_t i, all = 0;

    for (i = 0; i < s->matrix_count; i++)
        all += panels_of(&s->matrices[i]);
    return all;
}

static void pack_jobs(void *ctx, size_t from, size_t to)
{
    const rnn_job *j = ctx;
    size_t each = panels_in_all(&j->s);

    for (; from < to; from++)
        pack_panel(j, from / each, from % each);
}

/* The same by products of rows, where packing would take longer. */
static void few_products(const rnn_job *j, size_t d, float *out)
{
    const q_op_call *c = j->call;
    const rnn_sizes *s = &j->s;
    size_t rows = s->steps * s->batch, cols = j->p->gates * s->hidden, i, k;
    const float *bias = input(c, BIAS, d * 2 * cols);
    product one = {rows,
                   cols,
                   s->inputs,
                   c->in[X]->data,
                   s->inputs,
                   1,
                   input(c, W, d * cols * s->inputs),
                   1,
                   s->inputs,
                   out,
                   cols};

    product__run(c->team, &one, NULL);
    for (i = 0; bias && i < rows; i++)
        for (k = 0; k < cols; k++)
            out[i * cols + k] += bias_at(j, bias, k);
}

/* parts[direction][row of x] = x W^T + the biases */
static void input_products(const rnn_job *j, size_t d)
{
    const q_op_call *c = j->call;
    const rnn_sizes *s = &j->s;
    size_t rows = s->steps * s->batch, cols = j->p->gates * s->hidden, k;
    float *out = j->parts + d * rows * cols;
    const float *bias = input(c, BIAS, d * 2 * cols);
    kernel_epilogue e = {.bias = bias ? j->biases[d] : NULL, .mul = 1, .out = Q_F32};
    kernel_gemm g = {rows, c->in[X]->data, s->inputs, &j->matrices[d][0], out, cols, &e};

    if (!s->packs) {
        few_products(j, d, out);
        return;
    }
    for (k = 0; bias && k < cols; k++)
        j->biases[d][k] = bias_at(j, bias, k);
    kernel__gemm(c->team, &g);
}

static size_t state_at(const rnn_job *j, size_t d, size_t b)
{
    return (j->p->batch_first ? b * j->p->directions + d : d * j->s.batch + b) * j->s.hidden;
}

static size_t y_at(const rnn_job *j, size_t t, size_t d, size_t b)
{
    size_t at = j->p->batch_first ? (b * j->s.steps + t) * j->p->directions + d
                                  : (t * j->p->directions + d) * j->s.batch + b;

    return at * j->s.hidden;
}

/* Rows of state [directions, batch, hidden] (or batch first), or zeros. */
static void state_load(const rnn_job *j, size_t i, size_t d, size_t b, size_t rows, float *to)
{
    size_t n = j->s.hidden, row;

    for (row = 0; row < rows; row++, to += n) {
        const float *from = input(j->call, i, state_at(j, d, b + row));

        if (from)
            memcpy(to, from, n * sizeof *to);
        else
            memset(to, 0, n * sizeof *to);
    }
}

static rnn_cell cell_make(const rnn_job *j, size_t d, size_t b, size_t rows)
{
    const q_op_call *c = j->call;
    size_t n = j->s.hidden, cols = j->p->gates * n;
    const float *bias = input(c, BIAS, d * 2 * cols);
    rnn_cell cell = {.p = j->p,
                     .f = j->p->functions[d],
                     .v = vector__table(),
                     .hidden = n,
                     .rows = rows,
                     .recurrent = input(c, R, d * cols * n),
                     .packed = j->s.packs ? &j->matrices[d][1] : NULL,
                     .bias_hidden = bias ? bias + cols + 2 * n : NULL,
                     .peephole = input(c, PEEPHOLE, d * 3 * n)};

    cell.gates = j->work + (d * j->s.batch + b) * j->s.per_row;
    cell.h = cell.gates + rows * cols;
    cell.c = cell.h + rows * n;
    cell.spare = cell.c + rows * n;
    if (j->p->kind != RNN_GRU)
        cell.bias_hidden = NULL;
    memset(cell.gates, 0, rows * j->s.per_row * sizeof *cell.gates);
    state_load(j, INITIAL_H, d, b, rows, cell.h);
    if (j->p->kind == RNN_LSTM)
        state_load(j, INITIAL_C, d, b, rows, cell.c);
    return cell;
}

static size_t length_of(const rnn_job *j, size_t b)
{
    const q_op_call *c = j->call;

    return op__has(c, LENGTHS) ? (size_t)((const int32_t *)c->in[LENGTHS]->data)[b] : j->s.steps;
}

static void step_at(const rnn_job *j, const rnn_cell *cell, size_t i, size_t d, size_t b)
{
    const rnn_sizes *s = &j->s;
    size_t cols = j->p->gates * s->hidden, bytes = s->hidden * sizeof(float), row;
    bool backward = d == 1 || j->p->reverse;
    const float *x[RNN_ROWS] = {NULL};
    size_t times[RNN_ROWS] = {0};

    for (row = 0; row < cell->rows; row++) {
        size_t length = length_of(j, b + row), from;

        if (i >= length)
            continue;
        times[row] = backward ? length - 1 - i : i;
        from =
            j->p->batch_first ? (b + row) * s->steps + times[row] : times[row] * s->batch + b + row;
        x[row] = j->parts + (d * s->steps * s->batch + from) * cols;
    }
    rnn__step(cell, x);
    for (row = 0; j->y && row < cell->rows; row++)
        if (x[row])
            memcpy(j->y + y_at(j, times[row], d, b + row), cell->h + row * s->hidden, bytes);
}

/* Sequences b <= i < b + rows of direction d. */
static void run_sequences(const rnn_job *j, size_t d, size_t b, size_t rows)
{
    const rnn_sizes *s = &j->s;
    size_t bytes = s->hidden * sizeof(float), longest = 0, i, row;
    rnn_cell cell = cell_make(j, d, b, rows);

    for (row = 0; row < rows; row++)
        if (length_of(j, b + row) > longest)
            longest = length_of(j, b + row);
    for (i = 0; i < longest; i++)
        step_at(j, &cell, i, d, b);
    for (row = 0; row < rows; row++) {
        for (i = length_of(j, b + row); j->y && i < s->steps; i++)
            memset(j->y + y_at(j, i, d, b + row), 0, bytes);
        if (j->y_h)
            memcpy(j->y_h + state_at(j, d, b + row), cell.h + row * s->hidden, bytes);
        if (j->y_c)
            memcpy(j->y_c + state_at(j, d, b + row), cell.c + row * s->hidden, bytes);
    }
}

static void run_jobs(void *ctx, size_t from, size_t to)
{
    const rnn_job *j = ctx;

    for (; from < to; from++) {
        size_t group = from % j->s.groups, each = j->s.batch / j->s.groups;
        size_t more = j->s.batch % j->s.groups; /* groups of a sequence more */
        size_t b = group * each + (group < more ? group : more);

        run_sequences(j, from / j->s.groups, b, each + (group < more));
    }
}

static float *wanted(const q_op_call *c, size_t i)
{
    if (i >= c->node->out_count || c->node->out[i] == Q_NO_VALUE)
        return NULL;
    return c->out[i]->data;
}

static q_code rnn_compute(q_op_call *c, q_err *err)
{
    rnn_job j = {.call = c, .p = c->params};
    size_t d, b;
    q_code rc = sizes_of(c, &j.s, err);

    for (b = 0; b < j.s.batch && !rc && op__has(c, LENGTHS); b++) {
        int32_t length = ((const int32_t *)c->in[LENGTHS]->data)[b];

        if (length < 0 || (size_t)length > j.s.steps)
            rc = q_err_set(err, Q_INVALID, "sequence %zu has %d steps; the input has %zu", b,
                           length, j.s.steps);
    }
    if (rc)
        return rc;
    j.parts = matrices_lay(&j, c->scratch);
    j.work = j.parts + j.s.parts;
    j.y = wanted(c, 0);
    j.y_h = wanted(c, 1);
    j.y_c = j.p->kind == RNN_LSTM ? wanted(c, 2) : NULL;
    op__parallel(c->team, j.p->directions * panels_in_all(&j.s), 4, pack_jobs, &j);
    for (d = 0; d < j.p->directions; d++)
        input_products(&j, d);
    op__parallel(c->team, j.p->directions * j.s.groups, 1, run_jobs, &j);
    return Q_OK;
}

static q_code rnn_run(q_op_call *c, q_err *err)
{
    return widen__run(c, rnn_compute, err);
}

static const q_op ops[] = {
    {"", "RNN", 7, 0, 3, 6, 2, 0, sizeof(rnn_params), rnn__load, rnn_infer, rnn_run},
    {"", "LSTM", 7, 0, 3, 8, 3, 0, sizeof(rnn_params), rnn__load, rnn_infer, rnn_run},
    {"", "GRU", 7, 0, 3, 6, 2, 0, sizeof(rnn_params), rnn__load, rnn_infer, rnn_run},
};

const q_op_table op__rnn = {ops, sizeof ops / sizeof *ops};
