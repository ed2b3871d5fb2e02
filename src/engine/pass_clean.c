/* What does nothing goes: Identity, Dropout, Cast to the same type, x * 1, x + 0, Transposes
 * that undo each other; and an If whose condition is known becomes its branch.
 */
#include "engine/op.h"
#include "engine/pass_list.h"

#include <string.h>

/* x op `neutral` with a scalar that does not add dimensions. */
static bool is_neutral(const pass *p, const q_node *n, q_value_id *x)
{
    bool mul = pass__is_any(n, "Mul Div"), add = pass__is_any(n, "Add Sub"), known;
    bool first = pass__is_any(n, "Mul Add");
    float s;

    for (size_t i = 0; (mul || add) && n->in_count == 2 && i < 2; i++) {
        q_value_id other = n->in[1 - i];
        const q_tensor *c = pass__constant(p, n->in[i]);

        if ((!i && !first) || !pass__scalar(p, n->in[i], &s) || s != (mul ? 1.0F : 0.0F))
            continue;
        *x = other;
        if (!c->shape.rank)
            return true;
        return c->shape.rank <= pass__rank(p, other, &known) && known;
    }
    return false;
}

static bool is_dropout(const pass *p, const q_node *n)
{
    const q_tensor *training;

    if (!pass__is(n, "Dropout") || n->version < 7)
        return false;
    if (n->out_count > 1 && n->out[1] != Q_NO_VALUE && p->uses[n->out[1]])
        return false;
    if (!pass__has_in(n, 2))
        return true;
    training = pass__constant(p, n->in[2]);
    return training && training->dtype == Q_BOOL && q_shape_count(&training->shape) == 1 &&
           !*(const uint8_t *)training->data;
}

static bool is_idle_cast(const pass *p, const q_node *n)
{
    return pass__is(n, "Cast") && (q_dtype)q_node_int(n, "to", Q_NONE) == pass__dtype(p, n->in[0]);
}

static bool is_idle_pad(const pass *p, const q_node *n)
{
    int64_t pads[2 * Q_MAX_RANK];
    size_t count;

    if (!pass__is(n, "Pad") || pass__has_in(n, 3) ||
        !pass__attr_or_input(p, n, "pads", 1, pads, 2 * Q_MAX_RANK, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (pads[i])
            return false;
    return true;
}

/* -- Transposes -- */

static size_t perm_of(const q_node *n, int64_t perm[Q_MAX_RANK])
{
    const q_attr *a = q_node_attr(n, "perm");

    if (!pass__is(n, "Transpose") || !a || a->kind != Q_ATTR_INTS || a->count > Q_MAX_RANK)
        return 0;
    for (size_t i = 0; i < a->count; i++) {
        if (a->ints[i] < 0 || (size_t)a->ints[i] >= a->count)
            return 0;
        perm[i] = a->ints[i];
    }
    return a->count;
}

/* Two Transposes become one; one that leaves all in place goes. */
static q_code clean_transpose(pass *p, q_node *n, q_err *err)
{
    int64_t mine[Q_MAX_RANK], below[Q_MAX_RANK], both[Q_MAX_RANK];
    size_t rank = perm_of(n, mine);
    q_node *under = rank ? pass__maker(p, n->in[0]) : NULL;
    bool idle = rank > 0;
    q_code rc = Q_OK;

    if (under && perm_of(under, below) == rank) {
        for (size_t i = 0; i < rank; i++)
            both[i] = below[mine[i]];
        memcpy(mine, both, sizeof mine);
        pass__set_input(p, n, 0, under->in[0]);
        rc = graph__set_ints(p->g, n, "perm", mine, rank, err);
        n->op = NULL; /* its parameters are to be read again */
    }
    for (size_t i = 0; i < rank; i++)
        idle = idle && mine[i] == (int64_t)i;
    if (!rc && idle)
        (void)pass__bypass(p, n, n->in[0]);
    return rc;
}

/* -- If -- */

/* The values of `body` among those of the graph around it. */
static q_code import_values(pass *p, const q_graph *body, q_value_id *map, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < body->value_count; i++) {
        const q_value_info *v = &body->values[i];

        map[i] = v->outer;
        if (v->outer != Q_NO_VALUE)
            continue;
        rc = pass__value(p, v->dtype, &map[i], err);
        if (rc)
            break;
        q_value_info *mine = &p->g->values[map[i]];

        *mine = *v;
        mine->outer = Q_NO_VALUE;
    }
    return rc;
}

static void import_node(q_graph *g, q_graph *body, q_node *n, const q_value_id *map)
{
    for (size_t i = 0; i < n->in_count; i++)
        if (n->in[i] != Q_NO_VALUE)
            n->in[i] = map[n->in[i]];
    for (size_t i = 0; i < n->out_count; i++)
        if (n->out[i] != Q_NO_VALUE)
            n->out[i] = map[n->out[i]];
    for (size_t i = 0; i < n->attr_count; i++) {
        q_graph *inner = n->attrs[i].graph;

        if (n->attrs[i].kind != Q_ATTR_GRAPH || inner->parent != body)
            continue;
        inner->parent = g;
        for (size_t k = 0; k < inner->value_count; k++)
            if (inner->values[k].outer != Q_NO_VALUE)
                inner->values[k].outer = map[inner->values[k].outer];
    }
}

static q_code inline_branch(pass *p, q_node *n, q_graph *body, q_err *err)
{
    q_graph *g = p->g;
    q_value_id *map = q_arena_array(p->scratch, body->value_count, sizeof *map);
    q_code rc = map ? import_values(p, body, map, err) : q_err_nomem(err);

    for (size_t i = 0; !rc && i < body->node_count; i++) {
        if (q_arena_grow(g->arena, &g->nodes, &g->node_cap, g->node_count + 1, sizeof *g->nodes))
            return q_err_nomem(err);
        import_node(g, body, body->nodes[i], map);
        g->nodes[g->node_count++] = body->nodes[i];
    }
    for (size_t i = 0; !rc && i < n->out_count; i++) {
        q_node *same;

        if (n->out[i] != Q_NO_VALUE)
            rc = graph__add_node(g, Q_STR(""), Q_STR("Identity"), Q_STR(""), &map[body->outputs[i]],
                                 1, &n->out[i], 1, &same, err);
    }
    if (!rc)
        pass__remove(p, n);
    return rc;
}

/* *changed when an If went: who uses what is to be counted again. */
static q_code clean_if(pass *p, q_node *n, bool *changed, q_err *err)
{
    const q_tensor *c = pass__is(n, "If") ? pass__constant(p, n->in[0]) : NULL;
    const q_attr *branch;

    if (!c || c->dtype != Q_BOOL || q_shape_count(&c->shape) != 1)
        return Q_OK;
    branch = q_node_attr(n, *(const uint8_t *)c->data ? "then_branch" : "else_branch");
    if (!branch || branch->kind != Q_ATTR_GRAPH || branch->graph->parent != p->g ||
        branch->graph->input_count || branch->graph->output_count < n->out_count)
        return Q_OK;
    *changed = true;
    return inline_branch(p, n, branch->graph, err);
}

static q_code clean_node(pass *p, q_node *n, q_err *err)
{
    q_value_id x;

    if (pass__is(n, "Identity") || is_dropout(p, n) || is_idle_cast(p, n) || is_idle_pad(p, n) ||
        (pass__is(n, "Concat") && n->in_count == 1))
        (void)pass__bypass(p, n, n->in[0]);
    else if (is_neutral(p, n, &x))
        (void)pass__bypass(p, n, x);
    else
        return clean_transpose(p, n, err);
    return Q_OK;
}

q_code pass__clean(pass *p, q_err *err)
{
    bool changed;
    q_code rc = Q_OK;

    do {
        size_t count = p->g->node_count;

        changed = false;
        for (size_t i = 0; !rc && !changed && i < count; i++)
            rc = clean_if(p, p->g->nodes[i], &changed, err);
        if (!rc && changed)
            rc = pass__refresh(p, err);
    } while (!rc && changed);
    for (size_t i = 0; !rc && i < p->g->node_count; i++)
        if (p->g->nodes[i]->out_count)
            rc = clean_node(p, p->g->nodes[i], err);
    return rc;
}
