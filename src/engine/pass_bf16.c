/* Products in bfloat16: their weights and the images between them, at half the bytes and, where the
 * processor has dot products of it, twice the speed. Sums are float32 in the kernels.
 *
 * A value may have a twin in bfloat16. Products want theirs; arithmetic and moves follow when
 * their inputs are there in bfloat16 only; everything else (norms, softmax, attention, outputs of
 * the graph) gets float32, by a Cast where need be. What nobody wants in bfloat16 is
 * not made in it: a product then writes float32 at once.
 */
#include "engine/op_quern_chain.h"
#include "engine/pass_list.h"

#include <string.h>

typedef struct narrowing {
    pass *p;
    q_value_id *twin; /* [cap]; Q_NO_VALUE without one */
    bool *given_up;   /* [cap]; only the twin is made */
    bool *wanted;     /* [cap]; some node can use the twin */
    size_t cap;
} narrowing;

static q_code grow(narrowing *w, q_err *err)
{
    size_t want = w->p->g->value_count, caps[3] = {w->cap, w->cap, w->cap};

    if (want <= w->cap)
        return Q_OK;
    if (q_arena_grow(w->p->scratch, &w->twin, &caps[0], want, sizeof *w->twin) ||
        q_arena_grow(w->p->scratch, &w->given_up, &caps[1], want, sizeof *w->given_up) ||
        q_arena_grow(w->p->scratch, &w->wanted, &caps[2], want, sizeof *w->wanted))
        return q_err_nomem(err);
    for (size_t i = w->cap; i < caps[0]; i++) {
        w->twin[i] = Q_NO_VALUE;
        w->given_up[i] = w->wanted[i] = false;
    }
    w->cap = caps[0];
    return Q_OK;
}

static q_code cast(narrowing *w, q_value_id from, q_dtype to, q_value_id *out, q_err *err)
{
    q_node *n;
    q_code rc = pass__add(w->p, "", "Cast", 13, &from, 1, out, &n, err);

    if (!rc)
        rc = graph__set_int(w->p->g, n, "to", to, err);
    return rc ? rc : grow(w, err);
}

static q_code want_narrow(narrowing *w, q_value_id v, q_value_id *out, q_err *err)
{
    q_code rc;

    *out = w->twin[v];
    if (*out != Q_NO_VALUE)
        return Q_OK;
    rc = cast(w, v, Q_BF16, out, err);
    if (!rc)
        w->twin[v] = *out;
    return rc;
}

static q_code want_wide(narrowing *w, q_value_id v, q_err *err)
{
    if (!w->given_up[v])
        return Q_OK;
    w->given_up[v] = false;
    return cast(w, w->twin[v], Q_F32, &v, err);
}

/* n's output i is made in bfloat16, as a value of its own. */
static q_code give_up(narrowing *w, q_node *n, size_t i, q_err *err)
{
    q_value_id old = n->out[i], twin;
    q_code rc = pass__value(w->p, Q_BF16, &twin, err);

    if (!rc)
        rc = grow(w, err);
    if (rc)
        return rc;
    n->out[i] = twin;
    n->op = NULL;
    w->p->maker[old] = NULL;
    w->p->maker[twin] = n;
    w->twin[old] = twin;
    w->given_up[old] = true;
    return Q_OK;
}

/* -- What nodes can do -- */

static bool is_product(const q_node *n)
{
    return pass__is_quern(n, "Conv") || pass__is_quern(n, "Depthwise") ||
           pass__is_quern(n, "ConvTranspose") || pass__is_quern(n, "MatMul");
}

/* A product that is not in int8 already. */
static bool can_narrow(const pass *p, const q_node *n)
{
    const q_tensor *t = is_product(n) ? pass__constant(p, n->in[QUERN_W]) : NULL;

    return t && t->dtype == Q_F32 && !q_node_int(n, "packed", 0) &&
           pass__dtype(p, n->in[QUERN_X]) == Q_F32 && q_node_int(n, "out_type", Q_F32) == Q_F32;
}

/* A product in int8 whose sums leave it as floats. */
static bool ends_wide(const pass *p, const q_node *n)
{
    const q_tensor *t = is_product(n) ? pass__constant(p, n->in[QUERN_W]) : NULL;

    return t && t->dtype == Q_I8 && pass__has_in(n, QUERN_SCALE) &&
           q_node_int(n, "out_type", Q_F32) == Q_F32;
}

/* A chain that ends in bytes: bfloat16 has as many digits. */
static bool is_rounding(const q_node *n)
{
    return pass__is_quern(n, "Chain") && q_node_int(n, "out_type", Q_F32) == Q_U8;
}

/* How many of a node's first inputs it moves to its outputs without looking at them. */
static size_t moved_inputs(const q_node *n)
{
    if (pass__is_quern(n, "Pool") || pass__is_quern(n, "Repeat") || pass__is_quern(n, "Spread"))
        return 1;
    if (pass__is_any(n, "Transpose Reshape Squeeze Unsqueeze Flatten Slice Split Identity"))
        return 1;
    return pass__is(n, "Concat") ? n->in_count : 0;
}

static bool is_output(const pass *p, q_value_id v)
{
    for (size_t i = 0; i < p->g->output_count; i++)
        if (p->g->outputs[i] == v)
            return true;
    return false;
}

/* From the last node to the first: who would read a twin. */
static void find_wanted(narrowing *w)
{
    const q_graph *g = w->p->g;

    for (size_t i = g->node_count; i-- > 0;) {
        const q_node *n = g->nodes[i];
        size_t moved = moved_inputs(n);

        if (can_narrow(w->p, n))
            w->wanted[n->in[QUERN_X]] = true;
        if (!n->out_count || n->out[0] == Q_NO_VALUE || (!w->wanted[n->out[0]] && !is_rounding(n)))
            continue;
        if (pass__is_quern(n, "Chain"))
            moved = n->in_count;
        else if (ends_wide(w->p, n) && pass__has_in(n, QUERN_RESIDUAL))
            w->wanted[n->in[QUERN_RESIDUAL]] = true;
        for (size_t k = 0; k < moved; k++)
            if (n->in[k] != Q_NO_VALUE)
                w->wanted[n->in[k]] = true;
    }
}

/* A product's sums leave it in bfloat16 where that is wanted, and so is the image it adds. */
static q_code narrow_output(narrowing *w, q_node *n, q_err *err)
{
    q_value_id out = n->out[0], v;
    bool narrow = w->wanted[out] && !is_output(w->p, out);
    q_code rc = Q_OK;

    n->op = NULL;
    if (pass__has_in(n, QUERN_RESIDUAL)) {
        q_value_id r = n->in[QUERN_RESIDUAL];

        if (narrow) {
            rc = want_narrow(w, r, &v, err);
            if (!rc)
                pass__set_input(w->p, n, QUERN_RESIDUAL, v);
        } else {
            rc = want_wide(w, r, err);
        }
    }
    if (rc || !narrow)
        return rc;
    rc = graph__set_int(w->p->g, n, "out_type", Q_BF16, err);
    return rc ? rc : give_up(w, n, 0, err);
}

static q_code narrow_product(narrowing *w, q_node *n, q_err *err)
{
    q_value_id v;
    q_code rc = want_narrow(w, n->in[QUERN_X], &v, err);

    if (rc)
        return rc;
    pass__set_input(w->p, n, QUERN_X, v);
    rc = graph__set_int(w->p->g, n, "weights_type", Q_BF16, err);
    return rc ? rc : narrow_output(w, n, err);
}

/* Whether all of the first `count` inputs that change are made in bfloat16 only. */
static bool all_given_up(const narrowing *w, const q_node *n, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (n->in[i] == Q_NO_VALUE || !w->given_up[n->in[i]])
            return false;
    return count > 0;
}

static q_code follow_move(narrowing *w, q_node *n, size_t count, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < count; i++)
        pass__set_input(w->p, n, i, w->twin[n->in[i]]);
    for (size_t i = 0; !rc && i < n->out_count; i++)
        if (n->out[i] != Q_NO_VALUE)
            rc = give_up(w, n, i, err);
    return rc;
}

/* A chain reads either type; it writes bfloat16 where that is wanted. */
static q_code follow_chain(narrowing *w, q_node *n, q_err *err)
{
    q_value_id out = n->out[0];
    bool any = false;
    q_code rc;

    for (size_t i = 0; i < n->in_count; i++)
        if (w->given_up[n->in[i]]) {
            pass__set_input(w->p, n, i, w->twin[n->in[i]]);
            n->op = NULL;
            any = true;
        }
    if (!any || !w->wanted[out] || is_output(w->p, out))
        return Q_OK;
    rc = graph__set_int(w->p->g, n, "out_type", Q_BF16, err);
    return rc ? rc : give_up(w, n, 0, err);
}

static q_code keep_wide(narrowing *w, q_node *n, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < n->in_count; i++)
        if (n->in[i] != Q_NO_VALUE)
            rc = want_wide(w, n->in[i], err);
    for (size_t i = 0; !rc && i < n->attr_count; i++) {
        const q_graph *body = n->attrs[i].graph;

        if (n->attrs[i].kind != Q_ATTR_GRAPH || body->parent != w->p->g)
            continue;
        for (size_t k = 0; !rc && k < body->value_count; k++)
            if (body->values[k].outer != Q_NO_VALUE)
                rc = want_wide(w, body->values[k].outer, err);
    }
    return rc;
}

q_code pass__bf16(pass *p, q_err *err)
{
    narrowing w = {.p = p};
    size_t count = p->g->node_count;
    q_code rc = grow(&w, err);

    if (rc || !w.cap)
        return rc;
    find_wanted(&w);
    for (size_t i = 0; !rc && i < count; i++) {
        q_node *n = p->g->nodes[i];
        size_t moved = moved_inputs(n);

        if (!n->out_count)
            continue;
        if (can_narrow(p, n))
            rc = narrow_product(&w, n, err);
        else if (ends_wide(p, n))
            rc = narrow_output(&w, n, err);
        else if (pass__is_quern(n, "Chain"))
            rc = follow_chain(&w, n, err);
        else if (all_given_up(&w, n, moved))
            rc = follow_move(&w, n, moved, err);
        else
            rc = keep_wide(&w, n, err);
    }
    for (size_t i = 0; !rc && i < p->g->output_count; i++)
        rc = want_wide(&w, p->g->outputs[i], err);
    return rc;
}
