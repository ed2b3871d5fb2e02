/* Layout: nodes that do not care in which order dimensions lie, or whose axes can be renamed. They
 * follow when one of their inputs is there with its channels last only.
 */
#include "engine/pass_layout.h"

#include <string.h>

/* One input that counts; the rest are numbers. */
static const char unary[] =
    "Abs Neg Exp Log Sqrt Reciprocal Floor Ceil Round Sin Cos Tan Erf Sign Relu Sigmoid Tanh "
    "LeakyRelu Elu Selu Celu Softplus Softsign HardSigmoid HardSwish Mish Gelu ThresholdedRelu "
    "Cast Clip Not IsNaN IsInf Identity Swish";
/* All inputs spread over one another. */
static const char spread[] =
    "Add Sub Mul Div Pow Max Min Mean Sum Mod PRelu Where Equal Greater GreaterOrEqual Less "
    "LessOrEqual And Or Xor";

static bool wants_to_follow(const layout *l, const q_node *n, size_t count)
{
    for (size_t i = 0; i < count && i < n->in_count; i++) {
        q_value_id v = n->in[i];

        if (v != Q_NO_VALUE && layout__twin(l, v) != Q_NO_VALUE && layout__given_up(l, v))
            return true;
    }
    return false;
}

static q_value_id *copy_inputs(layout *l, const q_node *n, q_err *err)
{
    q_value_id *in = q_arena_array(l->p->scratch, n->in_count, sizeof *in);

    if (in)
        memcpy(in, n->in, n->in_count * sizeof *in);
    else
        (void)q_err_nomem(err);
    return in;
}

/* The first `count` inputs with their channels last. */
static q_code inputs_last(layout *l, const q_node *n, size_t count, size_t rank, q_value_id *in,
                          q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < count; i++) {
        const q_tensor *t = n->in[i] == Q_NO_VALUE ? NULL : pass__constant(l->p, n->in[i]);

        if (n->in[i] != Q_NO_VALUE && !(t && q_shape_count(&t->shape) == 1))
            rc = layout__want_last(l, n->in[i], rank, &in[i], err);
    }
    return rc;
}

/* Whether all inputs can be had with channels last: of this rank, or constants that broadcast. */
static bool ranks_fit(const layout *l, const q_node *n, size_t count, size_t rank)
{
    for (size_t i = 0; i < count; i++) {
        const q_tensor *t = n->in[i] == Q_NO_VALUE ? NULL : pass__constant(l->p, n->in[i]);

        if (t ? t->shape.rank > rank || t->dtype == Q_STRING || q_dtype_bits(t->dtype) % 8 != 0
              : n->in[i] == Q_NO_VALUE || layout__rank(l, n->in[i]) != rank)
            return false;
    }
    return true;
}

/* n on the twins of its first `count` inputs; *made is NULL where that cannot be. */
static q_code follow(layout *l, q_node *n, size_t count, q_node **made, bool *done, q_err *err)
{
    size_t rank = layout__rank(l, n->out[0]);
    q_value_id *in;
    q_code rc;

    *made = NULL;
    if (rank < 3 || !ranks_fit(l, n, count, rank))
        return Q_OK;
    in = copy_inputs(l, n, err);
    if (!in)
        return Q_NOMEM;
    rc = inputs_last(l, n, count, rank, in, err);
    if (!rc)
        rc = layout__redo(l, n, in, made, err);
    *done = true;
    return rc;
}

/* -- With an axis -- */

static q_code follow_axis(layout *l, q_node *n, size_t count, int64_t otherwise, bool *done,
                          q_err *err)
{
    size_t rank = layout__rank(l, n->in[0]);
    int64_t axis = q_node_int(n, "axis", otherwise);
    q_node *made;
    q_code rc;

    axis += axis < 0 ? (int64_t)rank : 0;
    if (axis < 0 || axis >= (int64_t)rank)
        return Q_OK;
    rc = follow(l, n, count, &made, done, err);
    if (!rc && made)
        rc = graph__set_int(l->p->g, made, "axis", (int64_t)layout__axis((size_t)axis, rank), err);
    return rc;
}

/* Scale and zero point are one number, or lie along the axis. */
static q_code quantize_node(layout *l, q_node *n, bool *done, q_err *err)
{
    const q_tensor *scale = pass__constant(l->p, n->in[1]);
    q_node *made;

    if (!scale || scale->shape.rank > 1 || q_node_attr(n, "block_size"))
        return Q_OK;
    if (scale->shape.rank == 0)
        return follow(l, n, 1, &made, done, err);
    return follow_axis(l, n, 1, 1, done, err);
}

/* -- Slice, Pad, reductions -- */

/* A constant list of integers as one of `type`, each of its axes renamed. */
static q_code rename_axes(layout *l, q_value_id v, size_t rank, q_value_id *out, bool *fits,
                          q_err *err)
{
    int64_t axes[Q_MAX_RANK];
    size_t count;
    q_shape s = {.rank = 1};
    void *data;
    q_code rc;

    *fits = pass__ints(l->p, v, axes, Q_MAX_RANK, &count);
    for (size_t i = 0; *fits && i < count; i++) {
        axes[i] += axes[i] < 0 ? (int64_t)rank : 0;
        *fits = axes[i] >= 0 && axes[i] < (int64_t)rank;
        if (*fits)
            axes[i] = (int64_t)layout__axis((size_t)axes[i], rank);
    }
    if (!*fits)
        return Q_OK;
    s.dims[0] = count;
    rc = pass__new_constant(l->p, Q_I64, &s, &data, out, err);
    if (!rc && count)
        memcpy(data, axes, count * sizeof *axes);
    return rc;
}

/* Axes in an input (Slice from version 10, reductions from 13 or 18). */
static q_code follow_axes_input(layout *l, q_node *n, size_t input, bool *done, q_err *err)
{
    size_t rank = layout__rank(l, n->in[0]);
    q_value_id axes;
    bool fits;
    q_node *made;
    q_code rc;

    if (!pass__has_in(n, input) || layout__rank(l, n->out[0]) != rank)
        return Q_OK;
    rc = rename_axes(l, n->in[input], rank, &axes, &fits, err);
    if (rc || !fits)
        return rc;
    rc = follow(l, n, 1, &made, done, err);
    if (!rc && made)
        pass__set_input(l->p, made, input, axes);
    return rc;
}

static q_code follow_axes_attr(layout *l, q_node *n, bool *done, q_err *err)
{
    const q_attr *a = q_node_attr(n, "axes");
    size_t rank = layout__rank(l, n->in[0]);
    int64_t axes[Q_MAX_RANK];
    size_t count;
    q_node *made;
    q_code rc;

    if (!a || a->kind != Q_ATTR_INTS || a->count > Q_MAX_RANK || layout__rank(l, n->out[0]) != rank)
        return Q_OK;
    count = a->count;
    for (size_t i = 0; i < count; i++) {
        int64_t v = a->ints[i] < 0 ? a->ints[i] + (int64_t)rank : a->ints[i];

        if (v < 0 || v >= (int64_t)rank)
            return Q_OK;
        axes[i] = (int64_t)layout__axis((size_t)v, rank);
    }
    rc = follow(l, n, 1, &made, done, err);
    return rc || !made ? rc : graph__set_ints(l->p->g, made, "axes", axes, count, err);
}

static q_code pad_node(layout *l, q_node *n, bool *done, q_err *err)
{
    size_t rank = layout__rank(l, n->in[0]), count;
    int64_t pads[2 * Q_MAX_RANK], last[2 * Q_MAX_RANK];
    q_shape s = {.rank = 1, .dims = {2 * rank}};
    q_value_id v;
    q_node *made;
    void *data;
    q_code rc;

    if (pass__has_in(n, 3) ||
        !pass__attr_or_input(l->p, n, "pads", 1, pads, 2 * Q_MAX_RANK, &count) || count != 2 * rank)
        return Q_OK;
    for (size_t i = 0; i < rank; i++) {
        last[layout__axis(i, rank)] = pads[i];
        last[rank + layout__axis(i, rank)] = pads[rank + i];
    }
    rc = follow(l, n, 1, &made, done, err);
    if (rc || !made)
        return rc;
    if (!pass__has_in(made, 1))
        return graph__set_ints(l->p->g, made, "pads", last, 2 * rank, err);
    rc = pass__new_constant(l->p, Q_I64, &s, &data, &v, err);
    if (rc)
        return rc;
    memcpy(data, last, 2 * rank * sizeof *last);
    pass__set_input(l->p, made, 1, v);
    return Q_OK;
}

static bool keeps_dims(const q_node *n)
{
    return q_node_int(n, "keepdims", 1) != 0;
}

q_code layout__other_node(layout *l, q_node *n, bool *done, q_err *err)
{
    q_node *made;
    size_t images = pass__is_any(n, spread) || pass__is(n, "Concat") ? n->in_count : 1;

    if (!n->in_count || !wants_to_follow(l, n, images))
        return Q_OK;
    if (pass__is_any(n, unary) || pass__is_quern(n, "Act"))
        return follow(l, n, 1, &made, done, err);
    if (pass__is_any(n, spread))
        return follow(l, n, n->in_count, &made, done, err);
    if (pass__is(n, "Concat"))
        return follow_axis(l, n, n->in_count, 1, done, err);
    if (pass__is_any(n, "Softmax LogSoftmax") && n->version >= 13)
        return follow_axis(l, n, 1, -1, done, err);
    if (pass__is(n, "Split"))
        return follow_axis(l, n, 1, 0, done, err);
    if (pass__is_any(n, "QuantizeLinear DequantizeLinear"))
        return quantize_node(l, n, done, err);
    if (pass__is(n, "Pad"))
        return pad_node(l, n, done, err);
    if (pass__is(n, "Slice"))
        return pass__has_in(n, 3) ? follow_axes_input(l, n, 3, done, err)
                                  : follow_axes_attr(l, n, done, err);
    if (pass__is_any(n, "ReduceMean ReduceSum ReduceMax ReduceMin ReduceL2") && keeps_dims(n))
        return pass__has_in(n, 1) ? follow_axes_input(l, n, 1, done, err)
                                  : follow_axes_attr(l, n, done, err);
    return Q_OK;
}
