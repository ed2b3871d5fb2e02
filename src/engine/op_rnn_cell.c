/* One step of each cell. Sources: Hochreiter and Schmidhuber 1997 (LSTM; gates in
 * the order i, o, f, c), Cho et al. 2014, arXiv:1406.1078 (GRU; z, r, h).
 */
#include "engine/op_rnn.h"
#include "engine/product.h"

#include <string.h>

static void apply(const rnn_cell *cell, const rnn_function *f, float *x, size_t n)
{
    static const vector_unary direct[RNN_ACTIVATIONS] = {
        [RNN_RELU] = VECTOR_RELU,        [RNN_TANH] = VECTOR_TANH,
        [RNN_SIGMOID] = VECTOR_SIGMOID,  [RNN_AFFINE] = VECTOR_AFFINE,
        [RNN_LEAKY] = VECTOR_LEAKY,      [RNN_THRESHOLDED] = VECTOR_THRESHOLD,
        [RNN_SCALED_TANH] = VECTOR_TANH, [RNN_HARD_SIGMOID] = VECTOR_HARD_SIGMOID,
        [RNN_ELU] = VECTOR_ELU,          [RNN_SOFTSIGN] = VECTOR_SOFTSIGN,
        [RNN_SOFTPLUS] = VECTOR_SOFTPLUS};
    const vector_table *v = cell->v;

    if (cell->p->clips)
        v->unary[VECTOR_CLIP](x, x, n, -cell->p->clip, cell->p->clip);
    if (f->kind == RNN_SCALED_TANH)
        v->unary[VECTOR_AFFINE](x, x, n, f->b, 0);
    v->unary[direct[f->kind]](x, x, n, f->a, f->b);
    if (f->kind == RNN_SCALED_TANH)
        v->unary[VECTOR_AFFINE](x, x, n, f->a, 0);
}

/* y += x * w */
static void add_product(float *y, const float *x, const float *w, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        y[i] += x[i] * w[i];
}

/* to[row] = R_part from[row] of each row, or that added to it; rows of `from` are dense, those
 * of `to` are to_stride apart. Part 0 is all of R, but of GRU z and r; part 1 GRU's candidate.
 */
static void multiply(const rnn_cell *cell, size_t part, const float *from, bool add, float *to,
                     size_t to_stride)
{
    size_t n = cell->hidden, row;
    size_t before = part ? 2 * n : 0;
    size_t cols = cell->p->kind == RNN_GRU ? (part ? n : 2 * n) : cell->p->gates * n;

    if (cell->packed) {
        kernel_epilogue e = {.mul = 1,
                             .residual = add ? to : NULL,
                             .residual_stride = to_stride,
                             .residual_scale = 1,
                             .out = Q_F32};
        kernel_gemm g = {cell->rows, from, n, &cell->packed[part], to, to_stride, &e};

        kernel__gemm(NULL, &g);
        return;
    }
    for (row = 0; row < cell->rows; row++)
        product__rows(cell->recurrent + before * n, n, cols, from + row * n, n, add,
                      to + row * to_stride);
}

static void lstm_row(const rnn_cell *cell, size_t row)
{
    const rnn_function *f = cell->f;
    size_t n = cell->hidden, k;
    float *i = cell->gates + row * 4 * n, *o = i + n, *forget = o + n, *candidate = forget + n;
    float *h = cell->h + row * n, *c = cell->c + row * n;

    if (cell->peephole) {
        add_product(i, c, cell->peephole, n);
        add_product(forget, c, cell->peephole + 2 * n, n);
    }
    apply(cell, &f[0], i, n);
    if (cell->p->input_forget)
        cell->v->unary[VECTOR_AFFINE](i, forget, n, -1, 1);
    else
        apply(cell, &f[0], forget, n);
    apply(cell, &f[1], candidate, n);
    for (k = 0; k < n; k++)
        c[k] = forget[k] * c[k] + i[k] * candidate[k];
    if (cell->peephole)
        add_product(o, c, cell->peephole + n, n);
    apply(cell, &f[0], o, n);
    memcpy(h, c, n * sizeof *h);
    apply(cell, &f[2], h, n);
    for (k = 0; k < n; k++)
        h[k] *= o[k];
}

static void gru_row(const rnn_cell *cell, size_t row)
{
    size_t n = cell->hidden, k;
    const float *z = cell->gates + row * 3 * n, *r = z + n, *spare = cell->spare + row * n;
    float *candidate = cell->gates + (row * 3 + 2) * n, *h = cell->h + row * n;

    if (cell->p->linear_before_reset)
        for (k = 0; k < n; k++)
            candidate[k] += r[k] * (spare[k] + (cell->bias_hidden ? cell->bias_hidden[k] : 0));
    apply(cell, &cell->f[1], candidate, n);
    for (k = 0; k < n; k++)
        h[k] = (1 - z[k]) * candidate[k] + z[k] * h[k];
}

/* z and r, and what the candidate takes of h: in `spare`, or added to its gate. */
static void gru_reset(const rnn_cell *cell, const float *const *x)
{
    size_t n = cell->hidden, row, k;

    for (row = 0; row < cell->rows; row++) {
        float *z = cell->gates + row * 3 * n, *r = z + n;

        if (!x[row])
            continue;
        apply(cell, &cell->f[0], z, 2 * n);
        for (k = 0; k < n && !cell->p->linear_before_reset; k++)
            cell->spare[row * n + k] = r[k] * cell->h[row * n + k];
    }
    if (cell->p->linear_before_reset)
        multiply(cell, 1, cell->h, false, cell->spare, n);
    else
        multiply(cell, 1, cell->spare, true, cell->gates + 2 * n, 3 * n);
}

static void plain_row(const rnn_cell *cell, size_t row)
{
    size_t n = cell->hidden;
    float *gate = cell->gates + row * n;

    apply(cell, &cell->f[0], gate, n);
    memcpy(cell->h + row * n, gate, n * sizeof *gate);
}

void rnn__step(const rnn_cell *cell, const float *const *x)
{
    size_t cols = cell->p->gates * cell->hidden, row;

    for (row = 0; row < cell->rows; row++)
        if (x[row])
            memcpy(cell->gates + row * cols, x[row], cols * sizeof **x);
    multiply(cell, 0, cell->h, true, cell->gates, cols);
    if (cell->p->kind == RNN_GRU)
        gru_reset(cell, x);
    for (row = 0; row < cell->rows; row++) {
        if (!x[row])
            continue;
        if (cell->p->kind == RNN_LSTM)
            lstm_row(cell, row);
        else if (cell->p->kind == RNN_GRU)
            gru_row(cell, row);
        else
            plain_row(cell, row);
    }
}
