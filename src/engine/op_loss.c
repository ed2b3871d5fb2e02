/* NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss. Scores are [N, C, d...],
 * targets [N, d...]; the mean is by the sum of the targets' weights.
 */
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <math.h>

typedef enum loss_reduction { LOSS_MEAN, LOSS_SUM, LOSS_NONE } loss_reduction;

typedef struct loss_params {
    loss_reduction reduction;
    bool ignores, softmax;
    int64_t ignore;
} loss_params;

static q_code loss_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    static const char *const words[] = {"mean", "sum", "none"};
    loss_params *p = params;
    q_str word;
    size_t i;
    q_code rc = op__attr_string(n, "reduction", "mean", &word, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "ignore_index", 0, &p->ignore, err);
    if (rc)
        return rc;
    p->ignores = q_node_attr(n, "ignore_index") != NULL;
    p->softmax = q_str_is(n->type, "SoftmaxCrossEntropyLoss");
    for (i = 0; i < 3; i++)
        if (q_str_is(word, words[i])) {
            p->reduction = (loss_reduction)i;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "reduction is \"%.*s\"; wanted mean, sum or none",
                     Q_ARG(word));
}

static q_code loss_infer(q_op_call *c, q_err *err)
{
    static const q_dtype ints[] = {Q_I32, Q_I64, Q_NONE};
    const loss_params *p = c->params;
    const q_shape *xs, *ts;
    q_shape scalar = {0};
    char text[160], text_x[160];
    size_t i;
    bool fits;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__want(c, 1, err, ints);
    if (!rc && op__has(c, 2))
        rc = op__want(c, 2, err, widen__floats);
    if (rc)
        return rc;
    xs = &c->in[0]->shape;
    ts = &c->in[1]->shape;
    fits = xs->rank >= 2 && ts->rank == xs->rank - 1 && ts->dims[0] == xs->dims[0];
    for (i = 2; fits && i < xs->rank; i++)
        fits = ts->dims[i - 1] == xs->dims[i];
    if (!fits)
        return q_err_set(err, Q_INVALID, "the targets have shape %s, the scores %s",
                         q_shape_text(ts, text), q_shape_text(xs, text_x));
    if (op__has(c, 2) && (c->in[2]->shape.rank != 1 || c->in[2]->shape.dims[0] != xs->dims[1]))
        return q_err_set(err, Q_INVALID, "the weights have shape %s; wanted [%zu]",
                         q_shape_text(&c->in[2]->shape, text), xs->dims[1]);
    op__set(c, 0, c->in[0]->dtype, p->reduction == LOSS_NONE ? ts : &scalar);
    op__set(c, 1, c->in[0]->dtype, xs);
    return widen__infer(c, err);
}

/* log(sum of e^x) over `classes` values `step` apart. */
static double log_sum(const float *x, size_t classes, size_t step)
{
    double greatest = -INFINITY, sum = 0;
    size_t k;

    for (k = 0; k < classes; k++)
        greatest = fmax(greatest, (double)x[k * step]);
    for (k = 0; k < classes; k++)
        sum += exp(x[k * step] - greatest);
    return greatest + log(sum);
}

static q_code loss_compute(q_op_call *c, q_err *err)
{
    const loss_params *p = c->params;
    const q_shape *xs = &c->in[0]->shape;
    const float *x = c->in[0]->data, *weights = op__has(c, 2) ? c->in[2]->data : NULL;
    size_t classes = xs->dims[1], inner = q_shape_span(xs, 2, xs->rank), i, k;
    size_t count = xs->dims[0] * inner;
    float *loss = c->out[0]->data, *logs = NULL;
    double total = 0, weight_total = 0;

    if (p->softmax && c->node->out_count > 1 && c->node->out[1] != Q_NO_VALUE)
        logs = c->out[1]->data;
    for (i = 0; i < count; i++) {
        size_t at = i / inner * classes * inner + i % inner;
        int64_t target = c->in[1]->dtype == Q_I64 ? ((const int64_t *)c->in[1]->data)[i]
                                                  : ((const int32_t *)c->in[1]->data)[i];
        double norm = p->softmax ? log_sum(x + at, classes, inner) : 0, weight = 0, one = 0;

        for (k = 0; logs && k < classes; k++)
            logs[at + k * inner] = (float)(x[at + k * inner] - norm);
        if (!p->ignores || target != p->ignore) {
            if (target < 0 || (uint64_t)target >= classes)
                return q_err_set(err, Q_INVALID, "target %lld; there are %zu classes",
                                 (long long)target, classes);
            weight = weights ? (double)weights[target] : 1;
            one = -(x[at + (size_t)target * inner] - norm) * weight;
        }
        if (p->reduction == LOSS_NONE)
            loss[i] = (float)one;
        total += one;
        weight_total += weight;
    }
    if (p->reduction == LOSS_MEAN)
        *loss = (float)(total / weight_total);
    else if (p->reduction == LOSS_SUM)
        *loss = (float)total;
    return Q_OK;
}

static q_code loss_run(q_op_call *c, q_err *err)
{
    return widen__run(c, loss_compute, err);
}

static const q_op ops[] = {
    {"", "NegativeLogLikelihoodLoss", 12, 0, 2, 3, 1, 0, sizeof(loss_params), loss_load, loss_infer,
     loss_run},
    {"", "SoftmaxCrossEntropyLoss", 12, 0, 2, 3, 2, 0, sizeof(loss_params), loss_load, loss_infer,
     loss_run},
};

const q_op_table op__loss = {ops, sizeof ops / sizeof *ops};
