/* Layout: nodes that move dimensions about: Transpose, Squeeze, Unsqueeze, Reshape, Shape. */
#include "engine/pass_layout.h"

#include <string.h>

static bool perm_is(const q_node *n, size_t rank, int64_t (*of)(size_t i, size_t rank))
{
    const q_attr *a = q_node_attr(n, "perm");

    if (!a || a->kind != Q_ATTR_INTS || a->count != rank || rank < 3)
        return false;
    for (size_t i = 0; i < rank; i++)
        if (a->ints[i] != of(i, rank))
            return false;
    return true;
}

static int64_t to_last(size_t i, size_t rank)
{
    return (int64_t)(i == 0 ? 0 : i == rank - 1 ? 1 : i + 1);
}

static int64_t to_first(size_t i, size_t rank)
{
    return (int64_t)(i == 0 ? 0 : i == 1 ? rank - 1 : i - 1);
}

/* Where a node's output is a value that is there already. */
static q_code same_as(layout *l, q_node *n, q_value_id v, bool *done, q_err *err)
{
    q_value_id out = n->out[0];
    q_node *same;
    q_code rc = Q_OK;

    *done = true;
    if (pass__bypass(l->p, n, v))
        return Q_OK;
    pass__remove(l->p, n);
    rc = pass__add(l->p, "", "Identity", 1, &v, 1, &out, &same, err);
    return rc;
}

static q_code transpose_node(layout *l, q_node *n, bool *done, q_err *err)
{
    size_t rank = layout__rank(l, n->in[0]);
    q_value_id twin = layout__twin(l, n->in[0]);
    const q_attr *a = q_node_attr(n, "perm");
    int64_t perm[Q_MAX_RANK];

    if (twin != Q_NO_VALUE && perm_is(n, rank, to_last))
        return same_as(l, n, twin, done, err);
    if (twin == Q_NO_VALUE) {
        /* The file's own images with channels last, on their way in or out. */
        if (perm_is(n, rank, to_first) && n->out[0] < l->cap)
            l->last[n->out[0]] = n->in[0];
        else if (perm_is(n, rank, to_last) && n->in[0] < l->cap)
            l->last[n->in[0]] = n->out[0];
        return Q_OK;
    }
    if (!a || a->kind != Q_ATTR_INTS || a->count != rank || !layout__given_up(l, n->in[0]))
        return Q_OK;
    for (size_t i = 0; i < rank; i++) {
        if (a->ints[i] < 0 || (size_t)a->ints[i] >= rank)
            return Q_OK;
        perm[i] = (int64_t)layout__axis((size_t)a->ints[i], rank);
    }
    pass__set_input(l->p, n, 0, twin);
    n->op = NULL;
    *done = true;
    return graph__set_ints(l->p->g, n, "perm", perm, rank, err);
}

/* The axes of Squeeze or Unsqueeze, in [0, rank), when they are constant. */
static bool read_axes(const layout *l, const q_node *n, size_t rank, size_t *axes, size_t *count)
{
    int64_t v[Q_MAX_RANK];

    if (!pass__attr_or_input(l->p, n, "axes", 1, v, Q_MAX_RANK, count))
        return false;
    for (size_t i = 0; i < *count; i++) {
        int64_t a = v[i] < 0 ? v[i] + (int64_t)rank : v[i];

        if (a < 0 || a >= (int64_t)rank)
            return false;
        axes[i] = (size_t)a;
    }
    return true;
}

/* Spatial dimensions of 1 that go or come: so do the twin's. */
static q_code squeeze_node(layout *l, q_node *n, bool *done, q_err *err)
{
    bool down = pass__is(n, "Squeeze");
    size_t rank = layout__rank(l, n->in[0]), rank_out = layout__rank(l, n->out[0]), count;
    size_t axes[Q_MAX_RANK];
    int64_t last[Q_MAX_RANK];
    q_value_id twin = layout__twin(l, n->in[0]), out = Q_NO_VALUE, old = n->out[0];
    q_node *made;
    q_code rc;

    if (twin == Q_NO_VALUE || !rank_out || !read_axes(l, n, down ? rank : rank_out, axes, &count) ||
        rank_out != (down ? rank - count : rank + count))
        return Q_OK;
    for (size_t i = 0; i < count; i++) {
        if (axes[i] < 2)
            return Q_OK;
        last[i] = (int64_t)axes[i] - 1;
    }
    if (rank_out == 2) /* [N, C] either way */
        out = old;
    if (out != Q_NO_VALUE)
        pass__remove(l->p, n);
    rc = pass__add(l->p, "", down ? "Squeeze" : "Unsqueeze", 11, &twin, 1, &out, &made, err);
    if (!rc)
        rc = graph__set_ints(l->p->g, made, "axes", last, count, err);
    if (!rc && out != old) {
        pass__remove(l->p, n);
        rc = layout__give_up(l, old, out, err);
    }
    *done = true;
    return rc;
}

static bool same_dim(const layout *l, q_value_id a, q_value_id b, size_t axis)
{
    for (size_t i = 0; i < PASS_PROBES; i++)
        if (l->p->shapes[a].of[i].dims[axis] != l->p->shapes[b].of[i].dims[axis])
            return false;
    return true;
}

static q_code reshape_to(layout *l, q_value_id x, const int64_t *to, size_t count, q_value_id *out,
                         q_err *err)
{
    q_shape s = {.rank = 1, .dims = {count}};
    q_value_id in[2] = {x, Q_NO_VALUE};
    q_node *made;
    void *data;
    q_code rc = pass__new_constant(l->p, Q_I64, &s, &data, &in[1], err);

    if (rc)
        return rc;
    memcpy(data, to, count * sizeof *to);
    return pass__add(l->p, "", "Reshape", 13, in, 2, out, &made, err);
}

/* [N, C, H, W] to [N, C, H * W], or [N, C, 1, 1] to [N, C]. */
static q_code reshape_node(layout *l, q_node *n, bool *done, q_err *err)
{
    q_value_id x = n->in[0], old = n->out[0], twin = layout__twin(l, x), out = Q_NO_VALUE;
    size_t rank = layout__rank(l, x), rank_out = layout__rank(l, old), channels;
    int64_t to[3];
    q_code rc;

    if (twin == Q_NO_VALUE || !layout__given_up(l, x) || rank != 4 || rank_out < 2 ||
        rank_out > 3 || !l->p->shapes[x].known || !l->p->shapes[old].known ||
        !same_dim(l, x, old, 0) || !same_dim(l, x, old, 1))
        return Q_OK;
    channels = layout__dim(l, x, 1);
    if (!channels)
        return Q_OK;
    to[0] = 0;
    to[1] = rank_out == 3 ? -1 : (int64_t)channels;
    to[2] = (int64_t)channels;
    if (rank_out == 2)
        out = old;
    pass__remove(l->p, n);
    rc = reshape_to(l, twin, to, rank_out, &out, err);
    if (!rc && out != old)
        rc = layout__give_up(l, old, out, err);
    *done = true;
    return rc;
}

/* The shape of what was given up is the twin's, in another order. */
static q_code shape_node(layout *l, q_node *n, bool *done, q_err *err)
{
    size_t rank = layout__rank(l, n->in[0]);
    q_value_id twin = layout__twin(l, n->in[0]), in[2] = {Q_NO_VALUE, Q_NO_VALUE}, out = n->out[0];
    q_shape s = {.rank = 1, .dims = {rank}};
    q_node *made;
    void *data;
    q_code rc;

    if (twin == Q_NO_VALUE || !layout__given_up(l, n->in[0]) || q_node_attr(n, "start") ||
        q_node_attr(n, "end"))
        return Q_OK;
    pass__remove(l->p, n);
    rc = pass__add(l->p, "", "Shape", 1, &twin, 1, &in[0], &made, err);
    if (!rc)
        rc = pass__new_constant(l->p, Q_I64, &s, &data, &in[1], err);
    if (rc)
        return rc;
    for (size_t i = 0; i < rank; i++)
        ((int64_t *)data)[i] = (int64_t)layout__axis(i, rank);
    *done = true;
    return pass__add(l->p, "", "Gather", 13, in, 2, &out, &made, err);
}

q_code layout__shape_node(layout *l, q_node *n, bool *done, q_err *err)
{
    if (pass__is(n, "Transpose"))
        return transpose_node(l, n, done, err);
    if (pass__is_any(n, "Squeeze Unsqueeze"))
        return squeeze_node(l, n, done, err);
    if (pass__is_any(n, "Reshape Flatten"))
        return reshape_node(l, n, done, err);
    if (pass__is(n, "Shape"))
        return shape_node(l, n, done, err);
    return Q_OK;
}
