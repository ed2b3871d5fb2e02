#include "learn/linear.h"

#include "learn/linear_parts.h"
#include "learn/wider.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* What is this far behind the best has no share that a float could hold. */
static const float FAR = 30;

q_code linear__new(const q_linear *sizes, q_linear **out, q_err *err)
{
    q_linear *m = malloc(sizeof *m);

    if (!m)
        return q_err_nomem(err);
    *m = *sizes;
    m->ids = calloc(m->rows + 1, sizeof *m->ids);
    m->starts = calloc(m->rows + 1, sizeof *m->starts);
    m->targets = calloc(m->links + 1, sizeof *m->targets);
    m->weights = calloc(m->links + 1, sizeof *m->weights);
    m->biases = calloc(m->classes + 1, sizeof *m->biases);
    if (!m->ids || !m->starts || !m->targets || !m->weights || !m->biases) {
        q_linear_free(m);
        return q_err_nomem(err);
    }
    *out = m;
    return Q_OK;
}

void q_linear_free(q_linear *m)
{
    if (!m)
        return;
    free(m->ids);
    free(m->starts);
    free(m->targets);
    free(m->weights);
    free(m->biases);
    free(m);
}

size_t linear__row(const q_linear *m, uint32_t id)
{
    size_t low = 0, high = m->rows;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (m->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < m->rows && m->ids[low] == id ? low : SIZE_MAX;
}

/* The same sums in the same order, on wider registers where there are some. */
WIDER("avx2")
void linear__add(const q_linear *m, size_t row, float value, float *restrict scores)
{
    size_t n = m->starts[row + 1] - m->starts[row];
    const float *restrict w = m->weights + m->starts[row];
    const uint16_t *restrict targets = m->targets + m->starts[row];

    if (n == m->classes) {
        for (size_t c = 0; c < n; c++)
            scores[c] += w[c] * value;
        return;
    }
    for (size_t k = 0; k < n; k++)
        scores[targets[k]] += w[k] * value;
}

void q_linear_scores(const q_linear *m, const q_features *x, float *scores)
{
    for (size_t c = 0; c < m->classes; c++)
        scores[c] = m->biases[c];
    for (size_t i = 0; i < x->n; i++) {
        size_t row = linear__row(m, x->v[i].id);

        if (row != SIZE_MAX)
            linear__add(m, row, x->v[i].value, scores);
    }
}

void q_softmax(float *scores, size_t n)
{
    float top = -INFINITY, sum = 0;

    for (size_t c = 0; c < n; c++)
        top = scores[c] > top ? scores[c] : top;
    for (size_t c = 0; c < n; c++) {
        scores[c] = scores[c] < top - FAR ? 0 : expf(scores[c] - top);
        sum += scores[c];
    }
    for (size_t c = 0; c < n; c++)
        scores[c] /= sum;
}

void q_linear_predict(const q_linear *m, const q_features *x, float *p)
{
    q_linear_scores(m, x, p);
    if (!m->independent) {
        q_softmax(p, m->classes);
        return;
    }
    for (size_t c = 0; c < m->classes; c++)
        p[c] = 1 / (1 + expf(-p[c]));
}

size_t q_linear_classes(const q_linear *m)
{
    return m->classes;
}

unsigned q_linear_bits(const q_linear *m)
{
    return m->bits;
}

bool q_linear_knows(const q_linear *m, uint32_t id)
{
    return linear__row(m, id) != SIZE_MAX;
}

size_t q_linear_size(const q_linear *m)
{
    return sizeof *m + (2 * m->rows + 2) * sizeof *m->ids +
           (m->links + 1) * (sizeof *m->weights + sizeof *m->targets) +
           (m->classes + 1) * sizeof *m->biases;
}
