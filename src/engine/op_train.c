/* One step of an optimiser: ai.onnx.preview.training's Adagrad, Adam, Momentum.
 *
 * Inputs: the learning rate R, the count of updates T, then all tensors, all
 * their gradients, and a group of states (two for Adam). Outputs: the new
 * tensors, then the new states, in the same order.
 */
#include "engine/op_tables.h"
#include "engine/real.h"

#include <math.h>

typedef struct train_params {
    double alpha, beta, epsilon, norm, norm_post, decay;
    bool nesterov;
    size_t groups; /* of inputs after R and T */
} train_params;

static q_code floats_load(const q_node *n, train_params *p, double alpha, double beta, q_err *err)
{
    q_code rc = op__attr_float(n, "alpha", alpha, &p->alpha, err);

    if (!rc)
        rc = op__attr_float(n, "beta", beta, &p->beta, err);
    if (!rc)
        rc = op__attr_float(n, "epsilon", 1e-6, &p->epsilon, err);
    if (!rc)
        rc = op__attr_float(n, "norm_coefficient", 0, &p->norm, err);
    if (!rc)
        rc = op__attr_float(n, "norm_coefficient_post", 0, &p->norm_post, err);
    if (!rc)
        rc = op__attr_float(n, "decay_factor", 0, &p->decay, err);
    if (!rc && (n->in_count < 2 + p->groups || (n->in_count - 2) % p->groups))
        rc = q_err_set(err, Q_INVALID, "%zu inputs; wanted two and a multiple of %zu", n->in_count,
                       p->groups);
    return rc;
}

static q_code adagrad_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    train_params *p = params;

    (void)a;
    p->groups = 3;
    return floats_load(n, p, 0, 0, err);
}

static q_code adam_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    train_params *p = params;

    (void)a;
    p->groups = 4;
    return floats_load(n, p, 0.9F, 0.999F, err);
}

static q_code momentum_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    train_params *p = params;
    q_str mode;
    q_code rc = op__attr_string(n, "mode", "standard", &mode, err);

    (void)a;
    p->groups = 3;
    if (rc)
        return rc;
    p->nesterov = q_str_is(mode, "nesterov");
    if (!p->nesterov && !q_str_is(mode, "standard"))
        return q_err_set(err, Q_INVALID, "mode is \"%.*s\"; standard or nesterov is right",
                         Q_ARG(mode));
    return floats_load(n, p, 0, 0, err);
}

static q_code train_infer(q_op_call *c, q_err *err)
{
    const train_params *p = c->params;
    size_t n = (c->in_count - 2) / p->groups;
    const q_dtype reals[] = {Q_F32, Q_F64, Q_NONE}, whole[] = {Q_I64, Q_NONE};
    q_code rc = op__want(c, 0, err, reals);

    if (!rc)
        rc = op__want(c, 1, err, whole);
    if (!rc && (q_shape_count(&c->in[0]->shape) != 1 || q_shape_count(&c->in[1]->shape) != 1))
        rc = q_err_set(err, Q_INVALID, "R and T must be one number each");
    for (size_t i = 2; !rc && i < c->in_count; i++) {
        const q_tensor *x = c->in[2 + (i - 2) % n];
        rc = op__want(c, i, err, reals);
        if (!rc && (!q_shape_eq(&c->in[i]->shape, &x->shape) || c->in[i]->dtype != x->dtype))
            rc = q_err_set(err, Q_INVALID, "input %zu differs from its tensor in shape or type", i);
    }
    if (!rc && c->out_count > n * (p->groups - 1))
        rc = q_err_set(err, Q_INVALID, "%zu outputs; at most %zu", c->out_count,
                       n * (p->groups - 1));
    for (size_t i = 0; !rc && i < c->out_count; i++) {
        const q_tensor *x = c->in[2 + i % n];
        op__set(c, i, x->dtype, &x->shape);
    }
    return rc;
}

/* The tensors of parameter `which`: x, its gradient, its states. */
typedef struct train {
    const q_op_call *c;
    const train_params *p;
    size_t n, which;
    double rate, step;
} train;

static double in(const train *t, size_t group, size_t i)
{
    return real__get(t->c->in[2 + group * t->n + t->which], i);
}

static void out(const train *t, size_t group, size_t i, double v)
{
    size_t at = group * t->n + t->which;

    if (at < t->c->out_count)
        real__put(t->c->out[at], i, v);
}

static void adagrad_element(const train *t, size_t i)
{
    double x = in(t, 0, i), g = in(t, 1, i) + t->p->norm * x;
    double h = in(t, 2, i) + g * g;
    double rate = t->rate / (1 + t->step * t->p->decay);

    out(t, 0, i, x - rate * g / (sqrt(h) + t->p->epsilon));
    out(t, 1, i, h);
}

static void adam_element(const train *t, size_t i)
{
    const train_params *p = t->p;
    double x = in(t, 0, i), g = in(t, 1, i) + p->norm * x;
    double v = p->alpha * in(t, 2, i) + (1 - p->alpha) * g;
    double h = p->beta * in(t, 3, i) + (1 - p->beta) * g * g;
    double rate = t->rate;

    if (t->step > 0)
        rate *= sqrt(1 - pow(p->beta, t->step)) / (1 - pow(p->alpha, t->step));
    x -= rate * v / (sqrt(h) + p->epsilon);
    out(t, 0, i, (1 - p->norm_post) * x);
    out(t, 1, i, v);
    out(t, 2, i, h);
}

static void momentum_element(const train *t, size_t i)
{
    const train_params *p = t->p;
    double x = in(t, 0, i), g = in(t, 1, i) + p->norm * x;
    double beta = t->step > 0 ? p->beta : 1;
    double v = p->alpha * in(t, 2, i) + beta * g;

    out(t, 0, i, x - t->rate * (p->nesterov ? g + p->alpha * v : v));
    out(t, 1, i, v);
}

static q_code run(q_op_call *c, void (*element)(const train *, size_t))
{
    train t = {.c = c, .p = c->params, .n = 0};

    t.n = (c->in_count - 2) / t.p->groups;
    t.rate = real__get(c->in[0], 0);
    t.step = real__get(c->in[1], 0);
    for (t.which = 0; t.which < t.n; t.which++)
        for (size_t i = 0, count = q_shape_count(&c->in[2 + t.which]->shape); i < count; i++)
            element(&t, i);
    return Q_OK;
}

static q_code adagrad_run(q_op_call *c, q_err *err)
{
    (void)err;
    return run(c, adagrad_element);
}

static q_code adam_run(q_op_call *c, q_err *err)
{
    (void)err;
    return run(c, adam_element);
}

static q_code momentum_run(q_op_call *c, q_err *err)
{
    (void)err;
    return run(c, momentum_element);
}

#define TRAIN(name, load_fn, run_fn)                                                               \
    {                                                                                              \
        .domain = "ai.onnx.preview.training", .type = name, .since = 1, .min_in = 5,               \
        .params_bytes = sizeof(train_params), .load = load_fn, .infer = train_infer, .run = run_fn \
    }

static const q_op ops[] = {
    TRAIN("Adagrad", adagrad_load, adagrad_run),
    TRAIN("Adam", adam_load, adam_run),
    TRAIN("Momentum", momentum_load, momentum_run),
};
const q_op_table op__train = {ops, sizeof ops / sizeof *ops};
