/* SVMRegressor, SVMClassifier (ai.onnx.ml): sums over support vectors.
 *
 * A classifier of several classes has one decision for each pair; the class with
 * most votes wins. Probabilities of classes are coupled from the pairs'
 * (Wu, Lin, Weng 2004, "Probability estimates for multi-class classification").
 */
#include "engine/ml.h"
#include "engine/op_tables.h"
#include "engine/real.h"
#include "engine/vector.h"

#include <math.h>
#include <string.h>

typedef enum svm_kernel { SVM_LINEAR, SVM_POLY, SVM_RBF, SVM_SIGMOID } svm_kernel;

typedef struct svm_params {
    svm_kernel kernel;
    double gamma, coef0, degree;
    const double *vectors, *coefficients, *rho, *prob_a, *prob_b;
    size_t vector_count, features;
    ml_post post;
    int64_t one_class;
    ml_labels labels;
    size_t classes, pairs;
    const size_t *first; /* [classes + 1]: support vectors by class; NULL: a linear model */
} svm_params;

static q_code kernel_load(const q_node *n, svm_params *p, q_err *err)
{
    static const char *const names[] = {"LINEAR", "POLY", "RBF", "SIGMOID"};
    const double *v;
    size_t count, i = 0;
    q_str name;
    q_code rc = op__attr_string(n, "kernel_type", "LINEAR", &name, err);

    if (!rc)
        rc = op__attr_floats(n, "kernel_params", &v, &count, err);
    if (rc)
        return rc;
    while (i < 4 && !q_str_is(name, names[i]))
        i++;
    if (i == 4 || (count && count < 3))
        return q_err_set(err, Q_INVALID, "kernel_type is \"%.*s\" with %zu kernel_params",
                         Q_ARG(name), count);
    p->kernel = (svm_kernel)i;
    p->gamma = count ? v[0] : 0;
    p->coef0 = count ? v[1] : 0;
    p->degree = count ? v[2] : 0;
    return Q_OK;
}

static q_code common_load(const q_node *n, svm_params *p, size_t *vectors, size_t *coefficients,
                          size_t *rho, q_err *err)
{
    q_code rc = kernel_load(n, p, err);

    if (!rc)
        rc = op__attr_floats(n, "support_vectors", &p->vectors, vectors, err);
    if (!rc)
        rc = op__attr_floats(n, "coefficients", &p->coefficients, coefficients, err);
    if (!rc)
        rc = op__attr_floats(n, "rho", &p->rho, rho, err);
    if (!rc)
        rc = ml__post_load(n, &p->post, err);
    if (!rc && (!*coefficients || !*rho))
        rc = q_err_set(err, Q_INVALID, "coefficients or rho are missing");
    return rc;
}

static q_code regressor_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    svm_params *p = params;
    size_t vectors, coefficients, rho;
    int64_t supports;
    q_code rc = common_load(n, p, &vectors, &coefficients, &rho, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "n_supports", 0, &supports, err);
    if (!rc)
        rc = op__attr_int(n, "one_class", 0, &p->one_class, err);
    if (rc)
        return rc;
    if (supports <= 0) { /* the coefficients are a hyperplane */
        p->features = coefficients;
        return Q_OK;
    }
    if (coefficients != (uint64_t)supports || !vectors || vectors % (size_t)supports)
        return q_err_set(err, Q_INVALID, "%zu coefficients, %zu numbers for %lld support vectors",
                         coefficients, vectors, (long long)supports);
    p->vector_count = (size_t)supports;
    p->features = vectors / p->vector_count;
    return Q_OK;
}

static q_code classes_load(q_arena *a, svm_params *p, const int64_t *per_class, size_t count,
                           q_err *err)
{
    size_t *first = q_arena_array(a, count + 1, sizeof(*first));

    if (!first)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++) {
        if (per_class[i] < 0 || per_class[i] > INT32_MAX)
            return q_err_set(err, Q_INVALID, "vectors_per_class has %lld", (long long)per_class[i]);
        first[i + 1] = first[i] + (size_t)per_class[i];
    }
    p->vector_count = first[count];
    p->first = first;
    return Q_OK;
}

static q_code svc_check(svm_params *p, size_t vectors, size_t coefficients, size_t rho, size_t a,
                        size_t b, size_t per_class, q_err *err)
{
    p->pairs = p->classes * (p->classes - 1) / 2;
    if (per_class != p->classes || p->classes < 2 || p->classes > 4096 ||
        vectors % p->vector_count || !vectors ||
        coefficients != (p->classes - 1) * p->vector_count || rho < p->pairs || a != b ||
        (a && a < p->pairs))
        return q_err_set(err, Q_INVALID,
                         "%zu classes: %zu numbers of %zu support vectors, %zu coefficients, %zu "
                         "rho, %zu prob_a",
                         p->classes, vectors, p->vector_count, coefficients, rho, a);
    p->features = vectors / p->vector_count;
    if (!a)
        p->prob_a = NULL;
    return Q_OK;
}

static q_code classifier_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    svm_params *p = params;
    const int64_t *per_class;
    size_t vectors, coefficients, rho, per_count, na, nb;
    q_code rc = common_load(n, p, &vectors, &coefficients, &rho, err);

    if (!rc)
        rc = ml__labels_load(n, "classlabels_strings", "classlabels_ints", 1, &p->labels, err);
    if (!rc)
        rc = op__attr_ints(n, "vectors_per_class", &per_class, &per_count, err);
    if (!rc)
        rc = op__attr_floats(n, "prob_a", &p->prob_a, &na, err);
    if (!rc)
        rc = op__attr_floats(n, "prob_b", &p->prob_b, &nb, err);
    if (!rc)
        rc = classes_load(a, p, per_class, per_count, err);
    if (rc)
        return rc;
    p->classes = p->labels.count;
    if (p->vector_count)
        return svc_check(p, vectors, coefficients, rho, na, nb, per_count, err);
    p->first = NULL;
    p->prob_a = NULL;
    p->kernel = SVM_LINEAR;
    if (coefficients % p->classes)
        return q_err_set(err, Q_INVALID, "%zu coefficients for %zu classes", coefficients,
                         p->classes);
    p->features = coefficients / p->classes;
    return Q_OK;
}

/* -- Shapes: scratch holds a row as doubles, kernels, decisions, votes, probabilities -- */

static size_t score_columns(const svm_params *p)
{
    if (!p->labels.count)
        return 1;
    if (!p->first || p->prob_a)
        return p->classes == 1 && p->labels.count == 1 ? 1 : p->classes;
    return p->classes == 2 ? 2 : p->pairs;
}

static size_t work_doubles(const svm_params *p)
{
    size_t n = p->features + p->vector_count + p->pairs + 2 * p->classes;

    return p->prob_a ? n + 2 * p->classes * p->classes + p->classes : n;
}

static q_code svm_infer(q_op_call *c, q_err *err)
{
    const svm_params *p = c->params;
    size_t rows = 0, features = 0;
    q_code rc = ml__rows(c, &rows, &features, err);

    if (rc)
        return rc;
    if (features != p->features)
        return q_err_set(err, Q_INVALID, "rows of %zu features; wanted %zu", features, p->features);
    if (!q_size_mul(&c->scratch_bytes, rows, score_columns(p) * sizeof(float) + sizeof(uint32_t)) ||
        __builtin_add_overflow(c->scratch_bytes, work_doubles(p) * sizeof(double) + 8,
                               &c->scratch_bytes))
        return q_err_set(err, Q_LIMIT, "%zu rows", rows);
    if (p->labels.count)
        return ml__classes_infer(c, &p->labels, rows, score_columns(p), err);
    op__set(c, 0, Q_F32, &(q_shape){2, {rows, 1}});
    return Q_OK;
}

/* -- Running -- */

/* Four sums at a time, so that additions need not wait for each other. */
enum { SUMS = 4, EXPONENTIALS = 256 };

static double product_of(const double *x, const double *v, size_t n)
{
    double sums[SUMS] = {0};
    size_t i = 0;

    for (; i + SUMS <= n; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sums[k] += x[i + k] * v[i + k];
    for (; i < n; i++)
        sums[0] += x[i] * v[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

static double distance_of(const double *x, const double *v, size_t n)
{
    double sums[SUMS] = {0};
    size_t i = 0;

    for (; i + SUMS <= n; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sums[k] += (x[i + k] - v[i + k]) * (x[i + k] - v[i + k]);
    for (; i < n; i++)
        sums[0] += (x[i] - v[i]) * (x[i] - v[i]);
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

static double power(double x, double degree)
{
    double y = 1;

    if (degree == 2)
        return x * x;
    if (degree == 3)
        return x * x * x;
    if (degree != floor(degree) || degree < 0 || degree > 16)
        return pow(x, degree);
    for (int i = 0; i < (int)degree; i++)
        y *= x;
    return y;
}

/* exp(-gamma |x - v|^2) of `count` vectors: exponentials in float, many at once. */
static void distances_run(const svm_params *p, const double *x, const double *v, size_t count,
                          double *out)
{
    float e[EXPONENTIALS];

    for (size_t k = 0; k < count; k += EXPONENTIALS) {
        size_t n = count - k < EXPONENTIALS ? count - k : EXPONENTIALS;

        for (size_t i = 0; i < n; i++)
            e[i] = (float)(-p->gamma * distance_of(x, v + (k + i) * p->features, p->features));
        vector__table()->unary[VECTOR_EXP](e, e, n, 0, 0);
        for (size_t i = 0; i < n; i++)
            out[k + i] = (double)e[i];
    }
}

/* The kernel of x with `count` vectors. */
static void kernels_run(const svm_params *p, const double *x, const double *v, size_t count,
                        double *out)
{
    if (p->kernel == SVM_RBF) {
        distances_run(p, x, v, count, out);
        return;
    }
    for (size_t k = 0; k < count; k++)
        out[k] = product_of(x, v + k * p->features, p->features);
    if (p->kernel == SVM_LINEAR)
        return;
    for (size_t k = 0; k < count; k++)
        out[k] = p->kernel == SVM_POLY ? power(p->gamma * out[k] + p->coef0, p->degree)
                                       : tanh(p->gamma * out[k] + p->coef0);
}

static void row_read(const q_tensor *t, size_t row, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = real__get(t, row * n + i);
}

static q_code regressor_run(q_op_call *c, q_err *err)
{
    const svm_params *p = c->params;
    double *x = c->scratch, *kernels = x + p->features;
    float *y = c->out[0]->data;

    (void)err;
    for (size_t r = 0; r < c->out[0]->shape.dims[0]; r++) {
        double sum = p->rho[0], plane;
        row_read(c->in[0], r, p->features, x);
        if (!p->vector_count) {
            kernels_run(p, x, p->coefficients, 1, &plane);
            sum += plane;
        } else {
            kernels_run(p, x, p->vectors, p->vector_count, kernels);
            sum += product_of(p->coefficients, kernels, p->vector_count);
        }
        y[r] = (float)sum;
        if (p->one_class)
            y[r] = sum > 0 ? 1 : -1;
        if (p->post == ML_PROBIT) /* a lone score stays as it is otherwise */
            ml__post_run(p->post, &y[r], 1);
    }
    return Q_OK;
}

/* Memory for a row. */
typedef struct svm_work {
    double *x, *kernels, *decisions, *votes, *scores, *pairwise, *q, *qp;
} svm_work;

static svm_work work_of(const svm_params *p, double *m)
{
    svm_work w = {.x = m};

    w.kernels = w.x + p->features;
    w.decisions = w.kernels + p->vector_count;
    w.votes = w.decisions + p->pairs;
    w.scores = w.votes + p->classes;
    w.pairwise = w.scores + p->classes;
    w.q = w.pairwise + p->classes * p->classes;
    w.qp = w.q + p->classes * p->classes;
    return w;
}

static void decide(const svm_params *p, const svm_work *w)
{
    size_t pair = 0;

    kernels_run(p, w->x, p->vectors, p->vector_count, w->kernels);
    memset(w->votes, 0, p->classes * sizeof(double));
    for (size_t i = 0; i < p->classes; i++)
        for (size_t j = i + 1; j < p->classes; j++, pair++) {
            size_t a = p->first[i], b = p->first[j];
            double sum = p->rho[pair] +
                         product_of(p->coefficients + (j - 1) * p->vector_count + a, w->kernels + a,
                                    p->first[i + 1] - a) +
                         product_of(p->coefficients + i * p->vector_count + b, w->kernels + b,
                                    p->first[j + 1] - b);
            w->decisions[pair] = sum;
            w->votes[sum > 0 ? i : j] += 1;
        }
}

static void pairs_probable(const svm_params *p, const svm_work *w)
{
    size_t n = p->classes, pair = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++, pair++) {
            double v = w->decisions[pair] * p->prob_a[pair] + p->prob_b[pair];
            double yes = v >= 0 ? exp(-v) / (1 + exp(-v)) : 1 / (1 + exp(v));
            yes = fmin(fmax(yes, 1e-7), 1 - 1e-7);
            w->pairwise[i * n + j] = yes;
            w->pairwise[j * n + i] = 1 - yes;
        }
}

/* The second method of the paper: minimise p^T Q p by coordinates. */
static void couple(const svm_params *p, const svm_work *w)
{
    size_t n = p->classes;
    const double *r = w->pairwise;
    double *q = w->q, *pr = w->scores;

    for (size_t t = 0; t < n; t++) {
        pr[t] = 1 / (double)n;
        q[t * n + t] = 0;
        for (size_t j = 0; j < n; j++) {
            if (j == t)
                continue;
            q[t * n + t] += r[j * n + t] * r[j * n + t];
            q[t * n + j] = -r[j * n + t] * r[t * n + j];
        }
    }
    for (size_t turn = 0; turn < (n > 100 ? n : 100); turn++) {
        double whole = 0, worst = 0;
        for (size_t t = 0; t < n; t++) {
            w->qp[t] = 0;
            for (size_t j = 0; j < n; j++)
                w->qp[t] += q[t * n + j] * pr[j];
            whole += pr[t] * w->qp[t];
        }
        for (size_t t = 0; t < n; t++)
            worst = fmax(worst, fabs(w->qp[t] - whole));
        if (worst < 0.005 / (double)n)
            break;
        for (size_t t = 0; t < n; t++) {
            double d = (whole - w->qp[t]) / q[t * n + t];
            pr[t] += d;
            whole = (whole + d * (d * q[t * n + t] + 2 * w->qp[t])) / (1 + d) / (1 + d);
            for (size_t j = 0; j < n; j++) {
                w->qp[j] = (w->qp[j] + d * q[t * n + j]) / (1 + d);
                pr[j] /= 1 + d;
            }
        }
    }
}

static size_t best_of(const double *s, size_t n)
{
    size_t best = 0;

    for (size_t k = 1; k < n; k++)
        if (s[k] > s[best])
            best = k;
    return best;
}

/* Two classes and one decision: it may say the second by its sign. */
static void one_decision(const svm_params *p, const svm_work *w, float *out)
{
    float s = (float)w->decisions[0];

    ml__binary(p->post, ML_MARGIN, s, out);
    if (p->post != ML_NONE && p->post != ML_LOGISTIC)
        ml__post_run(p->post, out, 2);
}

static uint32_t row_classify(const svm_params *p, const svm_work *w, float *out)
{
    size_t n = score_columns(p), best;

    if (p->first) {
        decide(p, w);
        if (p->prob_a) {
            pairs_probable(p, w);
            couple(p, w);
        }
        best = best_of(w->votes, p->classes);
        if (!p->prob_a && p->classes == 2) {
            one_decision(p, w, out);
            return (uint32_t)best;
        }
        for (size_t k = 0; k < n; k++)
            out[k] = (float)(p->prob_a ? w->scores[k] : w->decisions[k]);
    } else {
        kernels_run(p, w->x, p->coefficients, p->classes, w->scores);
        for (size_t k = 0; k < p->classes; k++)
            w->scores[k] += p->rho[0];
        best = best_of(w->scores, p->classes);
        for (size_t k = 0; k < n; k++)
            out[k] = (float)w->scores[k];
    }
    ml__post_run(p->post, out, n);
    return (uint32_t)best;
}

static q_code classifier_run(q_op_call *c, q_err *err)
{
    const svm_params *p = c->params;
    svm_work w = work_of(p, c->scratch);
    float *scores = (float *)((double *)c->scratch + work_doubles(p));
    size_t rows = 0, features = 0, wide = score_columns(p);
    uint32_t *winner;
    q_code rc = ml__rows(c, &rows, &features, err);

    if (rc)
        return rc;
    winner = (uint32_t *)(scores + rows * wide);
    for (size_t r = 0; r < rows; r++) {
        row_read(c->in[0], r, p->features, w.x);
        winner[r] = row_classify(p, &w, scores + r * wide);
    }
    if (c->out_count > 1 && rows)
        memcpy(c->out[1]->data, scores, rows * wide * sizeof(float));
    return ml__classes_write(c, &p->labels, winner, rows, err);
}

#define SVM(name, outs, load_fn, run_fn)                                                           \
    {                                                                                              \
        .domain = "ai.onnx.ml", .type = name, .since = 1, .min_in = 1, .max_in = 1,                \
        .max_out = outs, .params_bytes = sizeof(svm_params), .load = load_fn, .infer = svm_infer,  \
        .run = run_fn                                                                              \
    }

static const q_op ops[] = {
    SVM("SVMClassifier", 2, classifier_load, classifier_run),
    SVM("SVMRegressor", 1, regressor_load, regressor_run),
};
const q_op_table op__ml_svm = {ops, sizeof ops / sizeof *ops};
