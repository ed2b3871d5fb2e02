/* RNN, LSTM and GRU over sequences.
 *
 *     x   [steps, batch, inputs]            W [directions, gates * hidden, inputs]
 *     R   [directions, gates * hidden, hidden]
 *     B   [directions, 2 * gates * hidden]  of W, then of R
 *     y   [steps, directions, batch, hidden]; y_h, y_c [directions, batch, hidden]
 *
 * With batch_first (layout 1) batch comes before steps and before directions. A
 * task is one direction of one sequence, so that no step waits for a thread.
 */
#include "engine/op_rnn.h"

#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/product.h"

#include <string.h>

enum { X, W, R, BIAS, LENGTHS, INITIAL_H, INITIAL_C, PEEPHOLE };

/* -- Attributes -- */

static q_code kind_of(const rnn_function *defaults, q_str name, rnn_function *f, q_err *err)
{
    static const char *const names[RNN_ACTIVATIONS] = {[RNN_RELU] = "Relu",
                                                       [RNN_TANH] = "Tanh",
                                                       [RNN_SIGMOID] = "Sigmoid",
                                                       [RNN_AFFINE] = "Affine",
                                                       [RNN_LEAKY] = "LeakyRelu",
                                                       [RNN_THRESHOLDED] = "ThresholdedRelu",
                                                       [RNN_SCALED_TANH] = "ScaledTanh",
                                                       [RNN_HARD_SIGMOID] = "HardSigmoid",
                                                       [RNN_ELU] = "Elu",
                                                       [RNN_SOFTSIGN] = "Softsign",
                                                       [RNN_SOFTPLUS] = "Softplus"};
    size_t i;

    for (i = 0; i < RNN_ACTIVATIONS; i++)
        if (q_str_is_nocase(name, names[i])) {
            *f = defaults[i];
            f->kind = (rnn_activation)i;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "activation \"%.*s\" is not known", Q_ARG(name));
}

static bool takes_a(rnn_activation kind)
{
    return kind == RNN_AFFINE || kind == RNN_LEAKY || kind == RNN_THRESHOLDED ||
           kind == RNN_SCALED_TANH || kind == RNN_HARD_SIGMOID || kind == RNN_ELU;
}

static bool takes_b(rnn_activation kind)
{
    return kind == RNN_AFFINE || kind == RNN_SCALED_TANH || kind == RNN_HARD_SIGMOID;
}

/* The activations; alphas and betas go, in order, to those that take one. */
static q_code functions_load(const q_node *n, rnn_params *p, q_err *err)
{
    static const rnn_function defaults[RNN_ACTIVATIONS] = {
        [RNN_AFFINE] = {RNN_AFFINE, 1, 0},
        [RNN_LEAKY] = {RNN_LEAKY, 0.01F, 0},
        [RNN_THRESHOLDED] = {RNN_THRESHOLDED, 1, 0},
        [RNN_SCALED_TANH] = {RNN_SCALED_TANH, 1, 1},
        [RNN_HARD_SIGMOID] = {RNN_HARD_SIGMOID, 0.2F, 0.5F},
        [RNN_ELU] = {RNN_ELU, 1, 0}};
    static const char *const usual[][3] = {
        {"Tanh", "", ""}, {"Sigmoid", "Tanh", "Tanh"}, {"Sigmoid", "Tanh", ""}};
    static const size_t counts[] = {1, 3, 2};
    const q_attr *given = q_node_attr(n, "activations");
    const double *alpha = NULL, *beta = NULL;
    size_t each = counts[p->kind], alphas = 0, betas = 0, d, i, a = 0, b = 0;
    q_code rc = op__attr_floats(n, "activation_alpha", &alpha, &alphas, err);

    if (!rc)
        rc = op__attr_floats(n, "activation_beta", &beta, &betas, err);
    if (rc)
        return rc;
    if (given && (given->kind != Q_ATTR_STRINGS || given->count != each * p->directions))
        return q_err_set(err, Q_INVALID, "activations has %zu values; wanted %zu", given->count,
                         each * p->directions);
    for (d = 0; d < p->directions; d++)
        for (i = 0; i < each; i++) {
            rnn_function *f = &p->functions[d][i];

            rc =
                kind_of(defaults,
                        given ? given->strings[d * each + i] : q_str_of(usual[p->kind][i]), f, err);
            if (rc)
                return rc;
            if (takes_a(f->kind) && a < alphas)
                f->a = (float)alpha[a++];
            if (takes_b(f->kind) && b < betas)
                f->b = (float)beta[b++];
        }
    return Q_OK;
}

static q_code rnn_load(q_arena *arena, const q_node *n, void *params, q_err *err)
{
    static const size_t gates[] = {1, 4, 3};
    rnn_params *p = params;
    int64_t hidden = 0, layout = 0, input_forget = 0, before = 0;
    double clip = 0;
    q_str direction;
    q_code rc = op__attr_int(n, "hidden_size", 0, &hidden, err);

    (void)arena;
    if (!rc)
        rc = op__attr_int(n, "layout", 0, &layout, err);
    if (!rc)
        rc = op__attr_int(n, "input_forget", 0, &input_forget, err);
    if (!rc)
        rc = op__attr_int(n, "linear_before_reset", 0, &before, err);
    if (!rc)
        rc = op__attr_float(n, "clip", 0, &clip, err);
    if (!rc)
        rc = op__attr_string(n, "direction", "forward", &direction, err);
    if (rc)
        return rc;
    if (hidden < 0 || !(clip >= 0))
        return q_err_set(err, Q_INVALID, "hidden_size is %lld, clip %g", (long long)hidden, clip);
    if (!q_str_is(direction, "forward") && !q_str_is(direction, "reverse") &&
        !q_str_is(direction, "bidirectional"))
        return q_err_set(err, Q_INVALID,
                         "direction is \"%.*s\"; wanted forward, reverse or bidirectional",
                         Q_ARG(direction));
    p->kind = q_str_is(n->type, "LSTM") ? RNN_LSTM : q_str_is(n->type, "GRU") ? RNN_GRU : RNN_PLAIN;
    p->gates = gates[p->kind];
    p->hidden = (size_t)hidden;
    p->directions = q_str_is(direction, "bidirectional") ? 2 : 1;
    p->reverse = q_str_is(direction, "reverse");
    p->batch_first = layout != 0;
    p->input_forget = input_forget != 0;
    p->linear_before_reset = before != 0;
    p->clips = clip > 0;
    p->clip = (float)clip;
    return functions_load(n, p, err);
}

/* -- Shapes -- */

typedef struct rnn_sizes {
    size_t steps, batch, inputs, hidden;
    size_t parts;   /* floats of the input's products: all directions */
    size_t per_job; /* floats a direction of a sequence works in */
} rnn_sizes;

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
    s->per_job = (p->gates + 3) * s->hidden;
    if (!q_size_mul(&s->parts, p->directions * s->steps, s->batch) ||
        !q_size_mul(&s->parts, s->parts, p->gates * s->hidden))
        return q_err_set(err, Q_LIMIT, "the sequences pass the address space");
    return Q_OK;
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
    if (!q_size_mul(&work, p->directions * s.batch, s.per_job) || work > SIZE_MAX / 8 - s.parts ||
        !q_size_mul(&all, work + s.parts, sizeof(float)))
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
    float *parts, *work;
    float *y, *y_h, *y_c; /* NULL where left out */
} rnn_job;

static const float *input(const q_op_call *c, size_t i, size_t at)
{
    return op__has(c, i) ? (const float *)c->in[i]->data + at : NULL;
}

/* parts[direction][row of x] = x W^T + the biases; for GRU with linear_before_reset without R's
 * bias of the candidate, which is added before the reset gate.
 */
static void input_products(const rnn_job *j, size_t d)
{
    const q_op_call *c = j->call;
    const rnn_sizes *s = &j->s;
    size_t rows = s->steps * s->batch, cols = j->p->gates * s->hidden, i, k;
    float *out = j->parts + d * rows * cols;
    const float *bias = input(c, BIAS, d * 2 * cols);
    size_t both = j->p->kind == RNN_GRU && j->p->linear_before_reset ? 2 * s->hidden : cols;
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
            out[i * cols + k] += bias[k] + (k < both ? bias[cols + k] : 0);
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

static rnn_cell cell_make(const rnn_job *j, size_t d, size_t b)
{
    const q_op_call *c = j->call;
    size_t n = j->s.hidden, cols = j->p->gates * n, bytes = n * sizeof(float);
    const float *h = input(c, INITIAL_H, state_at(j, d, b));
    const float *cell_state = input(c, INITIAL_C, state_at(j, d, b));
    const float *bias = input(c, BIAS, d * 2 * cols);
    rnn_cell cell = {.p = j->p,
                     .f = j->p->functions[d],
                     .v = vector__table(),
                     .hidden = n,
                     .recurrent = input(c, R, d * cols * n),
                     .bias_hidden = bias ? bias + cols + 2 * n : NULL,
                     .peephole = input(c, PEEPHOLE, d * 3 * n)};

    cell.gates = j->work + (d * j->s.batch + b) * j->s.per_job;
    cell.h = cell.gates + cols;
    cell.c = cell.h + n;
    cell.spare = cell.c + n;
    if (j->p->kind != RNN_GRU)
        cell.bias_hidden = NULL;
    if (h)
        memcpy(cell.h, h, bytes);
    else
        memset(cell.h, 0, bytes);
    if (cell_state)
        memcpy(cell.c, cell_state, bytes);
    else
        memset(cell.c, 0, bytes);
    return cell;
}

static void run_sequence(const rnn_job *j, size_t d, size_t b)
{
    const rnn_sizes *s = &j->s;
    size_t cols = j->p->gates * s->hidden, bytes = s->hidden * sizeof(float), i;
    bool backward = d == 1 || j->p->reverse;
    size_t length = op__has(j->call, LENGTHS)
                        ? (size_t)((const int32_t *)j->call->in[LENGTHS]->data)[b]
                        : s->steps;
    rnn_cell cell = cell_make(j, d, b);

    for (i = 0; i < length; i++) {
        size_t t = backward ? length - 1 - i : i;
        size_t row = j->p->batch_first ? b * s->steps + t : t * s->batch + b;

        rnn__step(&cell, j->parts + (d * s->steps * s->batch + row) * cols);
        if (j->y)
            memcpy(j->y + y_at(j, t, d, b), cell.h, bytes);
    }
    for (i = length; j->y && i < s->steps; i++)
        memset(j->y + y_at(j, i, d, b), 0, bytes);
    if (j->y_h)
        memcpy(j->y_h + state_at(j, d, b), cell.h, bytes);
    if (j->y_c)
        memcpy(j->y_c + state_at(j, d, b), cell.c, bytes);
}

static void run_jobs(void *ctx, size_t from, size_t to)
{
    const rnn_job *j = ctx;

    for (; from < to; from++)
        run_sequence(j, from / j->s.batch, from % j->s.batch);
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
    j.parts = c->scratch;
    j.work = j.parts + j.s.parts;
    j.y = wanted(c, 0);
    j.y_h = wanted(c, 1);
    j.y_c = j.p->kind == RNN_LSTM ? wanted(c, 2) : NULL;
    for (d = 0; d < j.p->directions; d++)
        input_products(&j, d);
    op__parallel(c->team, j.p->directions * j.s.batch, 1, run_jobs, &j);
    return Q_OK;
}

static q_code rnn_run(q_op_call *c, q_err *err)
{
    return widen__run(c, rnn_compute, err);
}

static const q_op ops[] = {
    {"", "RNN", 7, 0, 3, 6, 2, 0, sizeof(rnn_params), rnn_load, rnn_infer, rnn_run},
    {"", "LSTM", 7, 0, 3, 8, 3, 0, sizeof(rnn_params), rnn_load, rnn_infer, rnn_run},
    {"", "GRU", 7, 0, 3, 6, 2, 0, sizeof(rnn_params), rnn_load, rnn_infer, rnn_run},
};

const q_op_table op__rnn = {ops, sizeof ops / sizeof *ops};
