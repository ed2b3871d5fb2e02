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

static void lstm_step(const rnn_cell *cell)
{
    const rnn_function *f = cell->f;
    size_t n = cell->hidden, k;
    float *i = cell->gates, *o = i + n, *forget = o + n, *candidate = forget + n;

    product__rows(cell->recurrent, n, 4 * n, cell->h, n, true, cell->gates);
    if (cell->peephole) {
        add_product(i, cell->c, cell->peephole, n);
        add_product(forget, cell->c, cell->peephole + 2 * n, n);
    }
    apply(cell, &f[0], i, n);
    if (cell->p->input_forget)
        cell->v->unary[VECTOR_AFFINE](i, forget, n, -1, 1);
    else
        apply(cell, &f[0], forget, n);
    apply(cell, &f[1], candidate, n);
    for (k = 0; k < n; k++)
        cell->c[k] = forget[k] * cell->c[k] + i[k] * candidate[k];
    if (cell->peephole)
        add_product(o, cell->c, cell->peephole + n, n);
    apply(cell, &f[0], o, n);
    memcpy(cell->h, cell->c, n * sizeof *cell->h);
    apply(cell, &f[2], cell->h, n);
    for (k = 0; k < n; k++)
        cell->h[k] *= o[k];
}

static void gru_step(const rnn_cell *cell)
{
    const rnn_function *f = cell->f;
    size_t n = cell->hidden, k;
    float *z = cell->gates, *r = z + n, *candidate = r + n;
    const float *last = cell->recurrent + 2 * n * n;

    product__rows(cell->recurrent, n, 2 * n, cell->h, n, true, cell->gates);
    apply(cell, &f[0], z, 2 * n);
    if (cell->p->linear_before_reset) {
        product__rows(last, n, n, cell->h, n, false, cell->spare);
        for (k = 0; k < n; k++)
            candidate[k] +=
                r[k] * (cell->spare[k] + (cell->bias_hidden ? cell->bias_hidden[k] : 0));
    } else {
        for (k = 0; k < n; k++)
            cell->spare[k] = r[k] * cell->h[k];
        product__rows(last, n, n, cell->spare, n, true, candidate);
    }
    apply(cell, &f[1], candidate, n);
    for (k = 0; k < n; k++)
        cell->h[k] = (1 - z[k]) * candidate[k] + z[k] * cell->h[k];
}

void rnn__step(const rnn_cell *cell, const float *x)
{
    size_t n = cell->hidden;

    memcpy(cell->gates, x, cell->p->gates * n * sizeof *x);
    switch (cell->p->kind) {
    case RNN_LSTM:
        lstm_step(cell);
        break;
    case RNN_GRU:
        gru_step(cell);
        break;
    case RNN_PLAIN:
        product__rows(cell->recurrent, n, n, cell->h, n, true, cell->gates);
        apply(cell, &cell->f[0], cell->gates, n);
        memcpy(cell->h, cell->gates, n * sizeof *cell->h);
        break;
    }
}
