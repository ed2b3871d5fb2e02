#include "engine/pass_layout.h"

#include "engine/pass_list.h"

#include <string.h>

/* Transpose's perm, and the one that undoes it: 0 2 3 1 and 0 3 1 2. */
static void perms(size_t rank, int64_t *to_last, int64_t *to_first)
{
    for (size_t i = 0; i < rank; i++) {
        to_last[i] = i ? (int64_t)(i + 1) : 0;
        to_first[i] = i ? (int64_t)(i - 1) : 0;
    }
    to_last[rank - 1] = 1;
    to_first[1] = (int64_t)rank - 1;
}

size_t layout__axis(size_t axis, size_t rank)
{
    if (axis == 0)
        return 0;
    return axis == 1 ? rank - 1 : axis - 1;
}

static q_code grow(layout *l, q_err *err)
{
    size_t want = l->p->g->value_count, cap = l->cap, cap2 = l->cap;

    if (want <= l->cap)
        return Q_OK;
    if (q_arena_grow(l->p->scratch, &l->last, &cap, want, sizeof *l->last) ||
        q_arena_grow(l->p->scratch, &l->given_up, &cap2, want, sizeof *l->given_up))
        return q_err_nomem(err);
    for (size_t i = l->cap; i < cap; i++) {
        l->last[i] = Q_NO_VALUE;
        l->given_up[i] = false;
    }
    l->cap = cap;
    return Q_OK;
}

q_value_id layout__twin(const layout *l, q_value_id v)
{
    return v < l->cap ? l->last[v] : Q_NO_VALUE;
}

bool layout__given_up(const layout *l, q_value_id v)
{
    return v < l->cap && l->given_up[v];
}

size_t layout__rank(const layout *l, q_value_id v)
{
    bool known;
    size_t rank = pass__rank(l->p, v, &known);

    return known ? rank : 0;
}

size_t layout__dim(const layout *l, q_value_id v, size_t axis)
{
    const pass_shape *s = v == Q_NO_VALUE ? NULL : &l->p->shapes[v];

    if (!s || !s->known || axis >= s->of[0].rank)
        return 0;
    for (size_t i = 1; i < PASS_PROBES; i++)
        if (s->of[i].dims[axis] != s->of[0].dims[axis])
            return 0;
    return s->of[0].dims[axis];
}

/* A constant with its channels last, dimensions of 1 put in front up to `rank`. */
static q_code constant_last(layout *l, const q_tensor *t, size_t rank, q_value_id *out, q_err *err)
{
    size_t bytes = q_dtype_bits(t->dtype) / 8;
    q_shape s = {.rank = rank};
    void *data;
    size_t n, c, inner;
    q_code rc;

    for (size_t i = 0; i < rank; i++) {
        size_t at = layout__axis(i, rank);

        s.dims[at] = i + t->shape.rank < rank ? 1 : t->shape.dims[i + t->shape.rank - rank];
    }
    rc = pass__new_constant(l->p, t->dtype, &s, &data, out, err);
    if (rc)
        return rc;
    n = s.dims[0];
    c = s.dims[rank - 1];
    inner = q_shape_span(&s, 1, rank - 1);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < c; k++)
            for (size_t j = 0; j < inner; j++)
                memcpy((char *)data + ((i * inner + j) * c + k) * bytes,
                       (const char *)t->data + ((i * c + k) * inner + j) * bytes, bytes);
    return grow(l, err);
}

q_code layout__want_last(layout *l, q_value_id v, size_t rank, q_value_id *out, q_err *err)
{
    const q_tensor *t = pass__constant(l->p, v);
    int64_t to_last[Q_MAX_RANK], to_first[Q_MAX_RANK];
    q_node *n;
    q_code rc;

    *out = layout__twin(l, v);
    if (*out != Q_NO_VALUE)
        return Q_OK;
    if (t)
        return constant_last(l, t, rank, out, err);
    perms(rank, to_last, to_first);
    rc = pass__add(l->p, "", "Transpose", 13, &v, 1, out, &n, err);
    if (!rc)
        rc = graph__set_ints(l->p->g, n, "perm", to_last, rank, err);
    if (!rc)
        rc = grow(l, err);
    if (!rc)
        l->last[v] = *out;
    return rc;
}

/* [N, 1, 1, C] lies as [N, C, 1, 1] does, and [N, H, W, 1] as [N, 1, H, W]: dimensions of 1 go
 * and come.
 */
static q_code relabel(layout *l, q_value_id v, const int64_t *drop, const int64_t *put,
                      size_t count, q_err *err)
{
    q_value_id between = Q_NO_VALUE, out = v;
    q_node *n;
    q_code rc = pass__add(l->p, "", "Squeeze", 11, &l->last[v], 1, &between, &n, err);

    if (!rc)
        rc = graph__set_ints(l->p->g, n, "axes", drop, count, err);
    if (!rc)
        rc = pass__add(l->p, "", "Unsqueeze", 11, &between, 1, &out, &n, err);
    if (!rc)
        rc = graph__set_ints(l->p->g, n, "axes", put, count, err);
    return rc ? rc : grow(l, err);
}

q_code layout__want_first(layout *l, q_value_id v, q_err *err)
{
    int64_t to_last[Q_MAX_RANK], to_first[Q_MAX_RANK], drop[Q_MAX_RANK], put[Q_MAX_RANK];
    size_t rank;
    bool flat = true;
    q_node *n;
    q_code rc;

    if (!layout__given_up(l, v))
        return Q_OK;
    rank = layout__rank(l, v);
    l->given_up[v] = false;
    for (size_t i = 2; i < rank; i++) {
        flat = flat && layout__dim(l, v, i) == 1;
        drop[i - 2] = (int64_t)i - 1;
        put[i - 2] = (int64_t)i;
    }
    if (flat)
        return relabel(l, v, drop, put, rank - 2, err);
    if (layout__dim(l, v, 1) == 1) {
        drop[0] = (int64_t)rank - 1;
        put[0] = 1;
        return relabel(l, v, drop, put, 1, err);
    }
    perms(rank, to_last, to_first);
    rc = pass__add(l->p, "", "Transpose", 13, &l->last[v], 1, &v, &n, err);
    return rc ? rc : graph__set_ints(l->p->g, n, "perm", to_first, rank, err);
}

q_code layout__give_up(layout *l, q_value_id out, q_value_id twin, q_err *err)
{
    q_code rc = grow(l, err);

    if (rc)
        return rc;
    l->last[out] = twin;
    l->given_up[out] = true;
    return Q_OK;
}

q_code layout__redo(layout *l, q_node *n, const q_value_id *in, q_node **node, q_err *err)
{
    pass *p = l->p;
    size_t count = n->out_count;
    q_value_id *out = q_arena_array(p->g->arena, count, sizeof *out);
    q_value_id *old = n->out;
    q_node *made;
    q_code rc = out ? Q_OK : q_err_nomem(err);

    for (size_t i = 0; !rc && i < count; i++) {
        out[i] = Q_NO_VALUE;
        if (old[i] != Q_NO_VALUE)
            rc = pass__value(p, Q_NONE, &out[i], err);
    }
    if (!rc)
        rc = graph__add_node(p->g, n->domain, n->type, n->name, in, n->in_count, out, count, &made,
                             err);
    if (rc)
        return rc;
    made->version = n->version;
    made->attrs = n->attrs;
    made->attr_count = n->attr_count;
    for (size_t i = 0; i < n->in_count; i++)
        if (in[i] != Q_NO_VALUE)
            p->uses[in[i]]++;
    pass__remove(p, n);
    for (size_t i = 0; !rc && i < count; i++)
        if (out[i] != Q_NO_VALUE) {
            p->maker[out[i]] = made;
            rc = layout__give_up(l, old[i], out[i], err);
        }
    *node = made;
    return rc;
}

/* What a node that stays as it is reads, and what its bodies read. */
static q_code keep_node(layout *l, q_node *n, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < n->in_count; i++)
        if (n->in[i] != Q_NO_VALUE)
            rc = layout__want_first(l, n->in[i], err);
    for (size_t i = 0; !rc && i < n->attr_count; i++) {
        const q_graph *body = n->attrs[i].graph;

        if (n->attrs[i].kind != Q_ATTR_GRAPH || body->parent != l->p->g)
            continue;
        for (size_t k = 0; !rc && k < body->value_count; k++)
            if (body->values[k].outer != Q_NO_VALUE)
                rc = layout__want_first(l, body->values[k].outer, err);
    }
    return rc;
}

q_code pass__layout(pass *p, q_err *err)
{
    layout l = {.p = p};
    size_t count = p->g->node_count;
    q_code rc = grow(&l, err);

    for (size_t i = 0; !rc && i < count; i++) {
        q_node *n = p->g->nodes[i];
        bool done = false;

        if (!n->out_count)
            continue;
        rc = layout__image_node(&l, n, &done, err);
        if (!rc && !done)
            rc = layout__shape_node(&l, n, &done, err);
        if (!rc && !done)
            rc = layout__other_node(&l, n, &done, err);
        if (!rc && !done)
            rc = keep_node(&l, n, err);
    }
    for (size_t i = 0; !rc && i < p->g->output_count; i++)
        rc = layout__want_first(&l, p->g->outputs[i], err);
    return rc;
}
