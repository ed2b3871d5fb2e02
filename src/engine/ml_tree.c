/* TreeEnsembleRegressor, TreeEnsembleClassifier, TreeEnsemble (ai.onnx.ml). */
#include "engine/ml_tree.h"
#include "engine/ml.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <string.h>

enum { GRAIN = 64 };

typedef struct tree_params {
    trees t;
    tree_sum how;
    ml_post post;
    const double *base;
    size_t base_count;
    ml_labels labels; /* of a classifier */
    bool one_class;   /* two labels, but weights of one class only: */
    int64_t only;     /* this one */
    bool positive;    /* no weight is negative */
    bool typed;       /* the output has the input's type (TreeEnsemble) */
} tree_params;

/* -- Reading -- */

static q_code sum_load(const q_node *n, tree_sum *out, q_err *err)
{
    static const char *const names[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    q_str name;
    q_code rc = op__attr_string(n, "aggregate_function", "SUM", &name, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < 4; i++)
        if (q_str_is(name, names[i])) {
            *out = (tree_sum)i;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "aggregate_function is \"%.*s\"", Q_ARG(name));
}

static q_code targets_load(const q_node *n, size_t *out, q_err *err)
{
    int64_t targets;
    q_code rc = op__attr_int(n, "n_targets", 1, &targets, err);

    if (rc)
        return rc;
    if (targets < 1 || targets > INT32_MAX)
        return q_err_set(err, Q_INVALID, "n_targets is %lld", (long long)targets);
    *out = (size_t)targets;
    return Q_OK;
}

static q_code regressor_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    tree_params *p = params;
    size_t targets = 0;
    q_code rc = targets_load(n, &targets, err);

    if (!rc)
        rc = sum_load(n, &p->how, err);
    if (!rc)
        rc = ml__post_load(n, &p->post, err);
    if (!rc)
        rc = ml_tree__numbers(a, n, "base_values", &p->base, &p->base_count, err);
    if (!rc && p->base_count && p->base_count != targets)
        rc = q_err_set(err, Q_INVALID, "%zu base_values for %zu targets", p->base_count, targets);
    return rc ? rc : ml_tree__load_named(a, n, "target", targets, &p->t, err);
}

static q_code flat_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    tree_params *p = params;
    int64_t how, post;
    size_t targets = 0;
    q_code rc = targets_load(n, &targets, err);

    if (!rc)
        rc = op__attr_int(n, "aggregate_function", TREE_SUM, &how, err);
    if (!rc)
        rc = op__attr_int(n, "post_transform", ML_NONE, &post, err);
    if (!rc && (how < TREE_AVERAGE || how > TREE_MAX || post < ML_NONE || post > ML_PROBIT))
        rc = q_err_set(err, Q_INVALID, "aggregate_function is %lld, post_transform %lld",
                       (long long)how, (long long)post);
    if (rc)
        return rc;
    p->how = (tree_sum)how;
    p->post = (ml_post)post;
    p->typed = true;
    return ml_tree__load_flat(a, n, targets, &p->t, err);
}

static void classes_note(tree_params *p, const int64_t *ids, size_t count, const double *weights)
{
    bool same = count > 0;

    p->positive = true;
    for (size_t i = 0; i < count; i++) {
        same = same && ids[i] == ids[0];
        p->positive = p->positive && weights[i] >= 0;
    }
    p->one_class = p->labels.count == 2 && same;
    p->only = same ? ids[0] : 0;
}

static q_code classifier_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    tree_params *p = params;
    const int64_t *ids = NULL;
    const double *weights = NULL;
    size_t count, weight_count;
    q_code rc = ml__labels_load(n, "classlabels_strings", "classlabels_int64s", 1, &p->labels, err);

    p->how = TREE_SUM;
    if (!rc)
        rc = ml__post_load(n, &p->post, err);
    if (!rc)
        rc = ml_tree__numbers(a, n, "base_values", &p->base, &p->base_count, err);
    if (!rc && p->base_count && p->base_count != p->labels.count && p->base_count != 1)
        rc = q_err_set(err, Q_INVALID, "%zu base_values for %zu classes", p->base_count,
                       p->labels.count);
    if (!rc)
        rc = ml_tree__load_named(a, n, "class", p->labels.count, &p->t, err);
    if (!rc)
        rc = op__attr_ints(n, "class_ids", &ids, &count, err);
    if (!rc)
        rc = ml_tree__numbers(a, n, "class_weights", &weights, &weight_count, err);
    if (!rc)
        classes_note(p, ids, count, weights);
    return rc;
}

/* -- Shapes -- */

/* sums, scores, has [rows, targets]; winner [rows]; x: the rows as float if they are not. */
typedef struct tree_scratch {
    double *sums;
    float *scores, *x;
    uint8_t *has;
    uint32_t *winner;
} tree_scratch;

static q_code tree_rows(const q_op_call *c, size_t *rows, size_t *features, q_err *err)
{
    const tree_params *p = c->params;
    const q_dtype types[] = {Q_F32, Q_F64, Q_I32, Q_I64, Q_F16, Q_NONE};
    const q_shape *s;
    char text[160];
    q_code rc = op__want(c, 0, err, types);

    if (rc)
        return rc;
    s = &c->in[0]->shape;
    if (s->rank < 1 || s->rank > 2)
        return q_err_set(err, Q_INVALID, "input 0 has shape %s; wanted [rows, features]",
                         q_shape_text(s, text));
    *rows = s->rank == 2 ? s->dims[0] : 1;
    *features = s->dims[s->rank - 1];
    if (*features < p->t.features || !*features)
        return q_err_set(err, Q_INVALID, "rows of %zu features; the trees look at %zu", *features,
                         p->t.features ? p->t.features : 1);
    return Q_OK;
}

static bool needs_float(const q_op_call *c)
{
    return c->in[0]->dtype != Q_F32 && c->in[0]->dtype != Q_F64;
}

static q_code scratch_measure(q_op_call *c, size_t rows, size_t features, q_err *err)
{
    const tree_params *p = c->params;
    size_t cells = p->t.targets * (sizeof(double) + sizeof(float) + 1) + sizeof(uint32_t);

    if (needs_float(c))
        cells += features * sizeof(float);
    if (!q_size_mul(&c->scratch_bytes, rows, cells))
        return q_err_set(err, Q_LIMIT, "%zu rows", rows);
    return Q_OK;
}

static tree_scratch scratch_of(const q_op_call *c, size_t rows, size_t features)
{
    const tree_params *p = c->params;
    tree_scratch s = {.sums = c->scratch};

    s.winner = (uint32_t *)(s.sums + rows * p->t.targets);
    s.scores = (float *)(s.winner + rows);
    s.x = s.scores + rows * p->t.targets;
    s.has = (uint8_t *)(s.x + (needs_float(c) ? rows * features : 0));
    return s;
}

static q_code regressor_infer(q_op_call *c, q_err *err)
{
    const tree_params *p = c->params;
    size_t rows = 0, features = 0;
    q_code rc = tree_rows(c, &rows, &features, err);

    if (!rc)
        rc = scratch_measure(c, rows, features, err);
    if (!rc)
        op__set(c, 0, p->typed ? c->in[0]->dtype : Q_F32, &(q_shape){2, {rows, p->t.targets}});
    return rc;
}

static q_code classifier_infer(q_op_call *c, q_err *err)
{
    const tree_params *p = c->params;
    size_t rows = 0, features = 0;
    q_code rc = tree_rows(c, &rows, &features, err);

    if (!rc)
        rc = scratch_measure(c, rows, features, err);
    return rc ? rc : ml__classes_infer(c, &p->labels, rows, p->labels.count, err);
}

/* -- Running -- */

typedef struct tree_job {
    q_op_call *c;
    const tree_params *p;
    size_t rows, features;
    tree_scratch s;
    bool has;
    void (*finish)(const struct tree_job *j, size_t row);
} tree_job;

static void rows_run(void *ctx, size_t from, size_t to)
{
    const tree_job *j = ctx;
    const q_tensor *x = j->c->in[0];
    size_t targets = j->p->t.targets;
    trees_block b = {.stride = j->features,
                     .rows = to - from,
                     .how = j->p->how,
                     .sums = j->s.sums + from * targets,
                     .has = j->has ? j->s.has + from * targets : NULL};

    if (x->dtype == Q_F64) {
        b.x64 = (const double *)x->data + from * j->features;
    } else if (x->dtype == Q_F32) {
        b.x = (const float *)x->data + from * j->features;
    } else {
        real__read(x, from * j->features, (to - from) * j->features, j->s.x + from * j->features);
        b.x = j->s.x + from * j->features;
    }
    trees__run(&j->p->t, &b);
    for (size_t r = from; r < to; r++)
        j->finish(j, r);
}

static void regressor_row(const tree_job *j, size_t row)
{
    const tree_params *p = j->p;
    size_t n = p->t.targets;
    double *sums = j->s.sums + row * n;
    float *scores = j->s.scores + row * n;
    const q_tensor *y = j->c->out[0];

    for (size_t k = 0; k < n; k++) {
        double v = sums[k];
        if (p->how == TREE_AVERAGE && p->t.root_count)
            v /= (double)p->t.root_count;
        if (p->base_count)
            v += p->base[k];
        if (y->dtype == Q_F64 && p->post == ML_NONE)
            ((double *)y->data)[row * n + k] = v;
        scores[k] = (float)v;
    }
    if (y->dtype == Q_F64 && p->post == ML_NONE)
        return;
    if (n > 1 || p->post == ML_PROBIT) /* a lone score stays as it is otherwise */
        ml__post_run(p->post, scores, n);
    real__write(y, row * n, n, scores);
}

static q_code tree_run(q_op_call *c, tree_job *j, q_err *err)
{
    q_code rc = tree_rows(c, &j->rows, &j->features, err);

    if (rc)
        return rc;
    j->c = c;
    j->p = c->params;
    j->s = scratch_of(c, j->rows, j->features);
    op__parallel(c->team, j->rows, GRAIN, rows_run, j);
    return Q_OK;
}

static q_code regressor_run(q_op_call *c, q_err *err)
{
    const tree_params *p = c->params;
    tree_job j = {.has = p->how == TREE_MIN || p->how == TREE_MAX, .finish = regressor_row};

    return tree_run(c, &j, err);
}

/* Two labels, weights of one class: its score's sign or half decides. Weights of
 * the first class are taken for the second's, as all converters mean them; weights of the
 * second leave the first at 0.
 */
static void one_class_row(const tree_job *j, size_t row, float score)
{
    const tree_params *p = j->p;
    float *out = j->s.scores + row * 2;

    j->s.winner[row] = score > (p->positive ? 0.5F : 0.0F);
    if (p->only) {
        out[0] = 0;
        out[1] = score;
        ml__post_run(p->post, out, 2);
    } else if (p->post == ML_PROBIT) {
        ml__post_run(p->post, &score, 1);
        ml__binary(ML_NONE, ML_COMPLEMENT, score, out);
    } else {
        ml__binary(p->post, p->positive && p->post != ML_LOGISTIC ? ML_COMPLEMENT : ML_MARGIN,
                   score, out);
    }
}

static void classifier_row(const tree_job *j, size_t row)
{
    const tree_params *p = j->p;
    size_t n = p->t.targets, best = SIZE_MAX;
    double *sums = j->s.sums + row * n;
    uint8_t *has = j->s.has + row * n;
    float *out = j->s.scores + row * n;

    if (p->one_class) {
        double sum = sums[0] + sums[1]; /* one of them was never touched */
        one_class_row(j, row, (float)(sum + (p->base_count ? p->base[p->base_count - 1] : 0)));
        return;
    }
    for (size_t k = 0; k < n; k++) {
        if (p->base_count == n) {
            sums[k] += p->base[k];
            has[k] = 1;
        }
        out[k] = (float)sums[k];
        if (has[k] && (best == SIZE_MAX || out[k] > out[best]))
            best = k;
    }
    j->s.winner[row] = best == SIZE_MAX ? 0 : (uint32_t)best;
    ml__post_run(p->post, out, n);
}

static q_code classifier_run(q_op_call *c, q_err *err)
{
    const tree_params *p = c->params;
    tree_job j = {.has = true, .finish = classifier_row};
    q_code rc = tree_run(c, &j, err);

    if (rc)
        return rc;
    if (c->out_count > 1 && j.rows)
        memcpy(c->out[1]->data, j.s.scores, j.rows * p->t.targets * sizeof(float));
    return ml__classes_write(c, &p->labels, j.s.winner, j.rows, err);
}

#define TREES(name, from, outs, load_fn, infer_fn, run_fn)                                         \
    {                                                                                              \
        .domain = "ai.onnx.ml", .type = name, .since = from, .min_in = 1, .max_in = 1,             \
        .max_out = outs, .params_bytes = sizeof(tree_params), .load = load_fn, .infer = infer_fn,  \
        .run = run_fn                                                                              \
    }

static const q_op ops[] = {
    TREES("TreeEnsembleClassifier", 1, 2, classifier_load, classifier_infer, classifier_run),
    TREES("TreeEnsembleRegressor", 1, 1, regressor_load, regressor_infer, regressor_run),
    TREES("TreeEnsemble", 5, 1, flat_load, regressor_infer, regressor_run),
};
const q_op_table op__ml_tree = {ops, sizeof ops / sizeof *ops};
