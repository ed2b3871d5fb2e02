/* LinearRegressor, LinearClassifier (ai.onnx.ml): scores = x C^T + intercepts. */
#include "engine/ml.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <string.h>

enum { GRAIN = 32 };

typedef struct linear_params {
    const double *coefficients, *intercepts; /* [targets][features], [targets] */
    size_t targets, features;
    ml_post post;
    ml_labels labels;
    bool classifies, doubled; /* doubled: two labels of one score */
} linear_params;

static q_code matrix_load(const q_node *n, linear_params *p, size_t targets, q_err *err)
{
    size_t count, biases;
    q_code rc = op__attr_floats(n, "coefficients", &p->coefficients, &count, err);

    if (!rc)
        rc = op__attr_floats(n, "intercepts", &p->intercepts, &biases, err);
    if (!rc)
        rc = ml__post_load(n, &p->post, err);
    if (rc)
        return rc;
    p->targets = targets ? targets : biases;
    if (!p->targets || !count || count % p->targets || (biases && biases != p->targets))
        return q_err_set(err, Q_INVALID, "%zu coefficients, %zu intercepts for %zu targets", count,
                         biases, p->targets);
    if (!biases)
        p->intercepts = NULL;
    p->features = count / p->targets;
    return Q_OK;
}

static q_code regressor_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    int64_t targets;
    q_code rc = op__attr_int(n, "targets", 1, &targets, err);

    (void)a;
    if (!rc && (targets < 1 || targets > INT32_MAX))
        rc = q_err_set(err, Q_INVALID, "targets is %lld", (long long)targets);
    return rc ? rc : matrix_load(n, params, (size_t)targets, err);
}

static q_code classifier_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    linear_params *p = params;
    size_t biases;
    const double *unused;
    q_code rc = ml__labels_load(n, "classlabels_strings", "classlabels_ints", 0, &p->labels, err);

    (void)a;
    p->classifies = true;
    if (!rc)
        rc = op__attr_floats(n, "intercepts", &unused, &biases, err);
    if (!rc)
        rc = matrix_load(n, p, biases ? 0 : p->labels.count, err);
    if (rc)
        return rc;
    p->doubled = p->targets == 1 && p->labels.count == 2;
    if (!p->doubled && p->targets > 1 && p->labels.count && p->labels.count < p->targets)
        return q_err_set(err, Q_INVALID, "%zu labels for %zu scores", p->labels.count, p->targets);
    return Q_OK;
}

static size_t columns(const linear_params *p)
{
    return p->doubled ? 2 : p->targets;
}

static q_code linear_infer(q_op_call *c, q_err *err)
{
    const linear_params *p = c->params;
    size_t rows = 0, features = 0;
    q_code rc = ml__rows(c, &rows, &features, err);

    if (rc)
        return rc;
    if (features != p->features)
        return q_err_set(err, Q_INVALID, "rows of %zu features; wanted %zu", features, p->features);
    if (!q_size_mul(&c->scratch_bytes, rows, columns(p) * sizeof(float) + sizeof(uint32_t)))
        return q_err_set(err, Q_LIMIT, "%zu rows", rows);
    if (p->classifies)
        return ml__classes_infer(c, &p->labels, rows, columns(p), err);
    op__set(c, 0, Q_F32, &(q_shape){2, {rows, p->targets}});
    return Q_OK;
}

typedef struct linear_job {
    const q_op_call *c;
    const linear_params *p;
    float *scores;
    uint32_t *winner;
} linear_job;

static double dot(const q_tensor *x, size_t at, const double *w, size_t n)
{
    double sum = 0;

    if (x->dtype == Q_F32) {
        const float *v = (const float *)x->data + at;
        for (size_t i = 0; i < n; i++)
            sum += (double)v[i] * w[i];
    } else {
        for (size_t i = 0; i < n; i++)
            sum += real__get(x, at + i) * w[i];
    }
    return sum;
}

static uint32_t best_of(const float *s, size_t n)
{
    size_t best = 0;

    for (size_t k = 1; k < n; k++)
        if (s[k] > s[best])
            best = k;
    return (uint32_t)best;
}

static void rows_run(void *ctx, size_t from, size_t to)
{
    const linear_job *j = ctx;
    const linear_params *p = j->p;
    size_t wide = columns(p);

    for (size_t r = from; r < to; r++) {
        float *out = j->scores + r * wide;
        for (size_t k = 0; k < p->targets; k++)
            out[k] = (float)(dot(j->c->in[0], r * p->features, p->coefficients + k * p->features,
                                 p->features) +
                             (p->intercepts ? p->intercepts[k] : 0));
        if (p->doubled) {
            j->winner[r] = out[0] > 0;
            ml__binary(p->post, p->post == ML_LOGISTIC ? ML_MARGIN : ML_COMPLEMENT, out[0], out);
            continue;
        }
        if (p->classifies) {
            j->winner[r] = p->targets == 1 ? out[0] > 0 : best_of(out, p->targets);
        }
        if (wide > 1 || p->post == ML_PROBIT) /* a lone score stays as it is otherwise */
            ml__post_run(p->post, out, wide);
    }
}

static void job_run(q_op_call *c, linear_job *j, float *scores, size_t rows)
{
    j->c = c;
    j->p = c->params;
    j->scores = scores;
    j->winner = (uint32_t *)((float *)c->scratch + rows * columns(j->p));
    op__parallel(c->team, rows, GRAIN, rows_run, j);
}

static q_code regressor_run(q_op_call *c, q_err *err)
{
    linear_job j;

    (void)err;
    job_run(c, &j, c->out[0]->data, c->out[0]->shape.dims[0]);
    return Q_OK;
}

static q_code classifier_run(q_op_call *c, q_err *err)
{
    const linear_params *p = c->params;
    linear_job j;
    size_t rows = 0, features = 0;
    q_code rc = ml__rows(c, &rows, &features, err);

    if (rc)
        return rc;
    job_run(c, &j, c->out_count > 1 ? c->out[1]->data : c->scratch, rows);
    return ml__classes_write(c, &p->labels, j.winner, rows, err);
}

#define LINEAR(name, outs, load_fn, run_fn)                                                        \
    {                                                                                              \
        .domain = "ai.onnx.ml", .type = name, .since = 1, .min_in = 1, .max_in = 1,                \
        .max_out = outs, .params_bytes = sizeof(linear_params), .load = load_fn,                   \
        .infer = linear_infer, .run = run_fn                                                       \
    }

static const q_op ops[] = {
    LINEAR("LinearClassifier", 2, classifier_load, classifier_run),
    LINEAR("LinearRegressor", 1, regressor_load, regressor_run),
};
const q_op_table op__ml_linear = {ops, sizeof ops / sizeof *ops};
