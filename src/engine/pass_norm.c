/* Layer normalisation, written out:
 *
 *     d = x - mean(x);   d / sqrt(mean(d^2) + eps) * gain + bias
 *
 * over the last axis, becomes LayerNormalization.
 */
#include "engine/pass_list.h"

/* v = mean of *x over the last axis, which stays as 1. */
static bool is_mean(const pass *p, q_value_id v, q_value_id *x)
{
    const q_node *n = pass__maker(p, v);
    int64_t axis;
    size_t count, rank;
    bool known;

    if (!pass__is(n, "ReduceMean") || !q_node_int(n, "keepdims", 1) ||
        !pass__attr_or_input(p, n, "axes", 1, &axis, 1, &count) || count != 1)
        return false;
    *x = n->in[0];
    rank = pass__rank(p, *x, &known);
    return axis == -1 || (known && axis == (int64_t)rank - 1);
}

static bool is_square(const pass *p, q_value_id v, q_value_id d)
{
    const q_node *n = pass__maker(p, v);

    if (pass__is(n, "Pow"))
        return n->in[0] == d && pass__scalar_is(p, n->in[1], 2);
    return pass__is(n, "Mul") && n->in[0] == d && n->in[1] == d;
}

/* v = sqrt(mean(d^2) + eps) */
static bool is_deviation(const pass *p, q_value_id v, q_value_id d, float *eps)
{
    const q_node *root = pass__maker(p, v), *add;
    q_value_id mean, square;

    if (!pass__is(root, "Sqrt"))
        return false;
    add = pass__maker(p, root->in[0]);
    return pass__is(add, "Add") && pass__scalar_operand(p, add, &mean, eps) &&
           is_mean(p, mean, &square) && is_square(p, square, d);
}

/* v = (*x - mean(*x)) / sqrt(...) */
static bool is_normal(const pass *p, q_value_id v, q_value_id *x, float *eps)
{
    const q_node *div = pass__maker(p, v), *sub;
    q_value_id of;

    if (!pass__is(div, "Div"))
        return false;
    sub = pass__maker(p, div->in[0]);
    if (!pass__is(sub, "Sub") || !is_mean(p, sub->in[1], &of) || of != sub->in[0])
        return false;
    *x = of;
    return is_deviation(p, div->in[1], div->in[0], eps);
}

/* n is binary with a constant vector [n]: the constant, and the other operand. */
static bool vector_operand(const pass *p, const q_node *n, q_value_id *vector, q_value_id *other)
{
    for (size_t i = 0; n->in_count == 2 && i < 2; i++) {
        const q_tensor *t = pass__constant(p, n->in[i]);

        if (t && t->dtype == Q_F32 && t->shape.rank == 1) {
            *vector = n->in[i];
            *other = n->in[1 - i];
            return true;
        }
    }
    return false;
}

static q_code norm_node(pass *p, q_node *n, q_err *err)
{
    q_value_id in[3], scaled, normal, out = n->out[0];
    const q_node *mul;
    q_node *made;
    float eps;
    q_code rc;

    if (!pass__is(n, "Add") || !vector_operand(p, n, &in[2], &scaled))
        return Q_OK;
    mul = pass__sole(p, scaled, "Mul");
    if (!mul || !vector_operand(p, mul, &in[1], &normal) || !is_normal(p, normal, &in[0], &eps) ||
        !q_shape_eq(&pass__constant(p, in[1])->shape, &pass__constant(p, in[2])->shape))
        return Q_OK;
    pass__remove(p, n);
    rc = pass__add(p, "", "LayerNormalization", 17, in, 3, &out, &made, err);
    if (!rc)
        rc = graph__set_int(p->g, made, "axis", -1, err);
    return rc ? rc : graph__set_float(p->g, made, "epsilon", eps, err);
}

q_code pass__norms(pass *p, q_err *err)
{
    size_t count = p->g->node_count;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < count; i++)
        if (p->g->nodes[i]->out_count)
            rc = norm_node(p, p->g->nodes[i], err);
    return rc;
}
