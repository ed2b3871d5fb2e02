/* What passes do to a graph: who uses what, replacing, dropping, ordering. */
#include "engine/graph.h"

#include <string.h>

/* Calls fn for each value id of `of` that g, a body below it, or one of its nodes names. */
typedef void visit_fn(void *ctx, q_value_id *id);

static void visit_body(q_graph *body, const q_graph *around, visit_fn *fn, void *ctx);

static void visit_node_uses(q_node *n, const q_graph *g, visit_fn *fn, void *ctx)
{
    for (size_t i = 0; i < n->in_count; i++)
        if (n->in[i] != Q_NO_VALUE)
            fn(ctx, &n->in[i]);
    for (size_t i = 0; i < n->attr_count; i++)
        if (n->attrs[i].kind == Q_ATTR_GRAPH)
            visit_body(n->attrs[i].graph, g, fn, ctx);
}

/* What a body takes from the graph right around it. Deeper bodies take theirs
 * through it: each graph on the way has a value of its own for it.
 */
static void visit_body(q_graph *body, const q_graph *around, visit_fn *fn, void *ctx)
{
    if (body->parent != around)
        return;
    for (size_t i = 0; i < body->value_count; i++)
        if (body->values[i].outer != Q_NO_VALUE)
            fn(ctx, &body->values[i].outer);
}

static void count_use(void *ctx, q_value_id *id)
{
    ((size_t *)ctx)[*id]++;
}

q_code graph__uses(const q_graph *g, q_arena *scratch, graph_uses *out, q_err *err)
{
    out->maker = q_arena_array(scratch, g->value_count, sizeof(q_node *));
    out->uses = q_arena_array(scratch, g->value_count, sizeof(size_t));
    if (!out->maker || !out->uses)
        return q_err_nomem(err);
    for (size_t i = 0; i < g->node_count; i++) {
        q_node *n = g->nodes[i];

        visit_node_uses(n, g, count_use, out->uses);
        for (size_t k = 0; k < n->out_count; k++)
            if (n->out[k] != Q_NO_VALUE)
                out->maker[n->out[k]] = n;
    }
    for (size_t i = 0; i < g->output_count; i++)
        out->uses[g->outputs[i]]++;
    return Q_OK;
}

typedef struct swap {
    q_value_id from, to;
} swap;

static void swap_use(void *ctx, q_value_id *id)
{
    const swap *s = ctx;

    if (*id == s->from)
        *id = s->to;
}

void graph__replace(q_graph *g, q_value_id from, q_value_id to)
{
    swap s = {from, to};

    for (size_t i = 0; i < g->node_count; i++)
        visit_node_uses(g->nodes[i], g, swap_use, &s);
    for (size_t i = 0; i < g->output_count; i++)
        if (g->outputs[i] == from) {
            g->outputs[i] = to;
            g->values[to].name = g->values[from].name;
        }
}

/* -- Order -- */

enum { UNSEEN, OPEN, DONE };

typedef struct order {
    q_graph *g;
    graph_uses uses;
    size_t *index; /* of a value's maker among g->nodes */
    char *state;   /* of each node */
    q_node **sorted;
    size_t count;
    size_t *stack, *stack_next; /* nodes on the way, and which input is next */
    size_t depth;
} order;

/* The i-th value that node n needs: its inputs, then what its bodies take. */
static q_value_id need_of(q_graph *g, q_node *n, size_t i)
{
    if (i < n->in_count)
        return n->in[i];
    i -= n->in_count;
    for (size_t k = 0; k < n->attr_count; k++) {
        if (n->attrs[k].kind != Q_ATTR_GRAPH || n->attrs[k].graph->parent != g)
            continue;
        q_graph *body = n->attrs[k].graph;

        if (i < body->value_count)
            return body->values[i].outer;
        i -= body->value_count;
    }
    return Q_NO_VALUE;
}

static size_t need_count(q_graph *g, q_node *n)
{
    size_t count = n->in_count;

    for (size_t k = 0; k < n->attr_count; k++)
        if (n->attrs[k].kind == Q_ATTR_GRAPH && n->attrs[k].graph->parent == g)
            count += n->attrs[k].graph->value_count;
    return count;
}

static q_code push(order *o, size_t node, q_value_id wanted, q_err *err)
{
    if (o->state[node] == DONE)
        return Q_OK;
    if (o->state[node] == OPEN)
        return q_err_set(err, Q_INVALID, "value %.*s is on a cycle: node %.*s needs itself",
                         Q_ARG(o->g->values[wanted].name), Q_ARG(o->g->nodes[node]->name));
    o->state[node] = OPEN;
    o->stack[o->depth] = node;
    o->stack_next[o->depth++] = 0;
    return Q_OK;
}

static q_code sort_from(order *o, q_value_id root, q_err *err)
{
    q_code rc;

    if (!o->uses.maker[root])
        return Q_OK;
    rc = push(o, o->index[root], root, err);
    while (!rc && o->depth) {
        size_t at = o->stack[o->depth - 1], i = o->stack_next[o->depth - 1]++;
        q_node *n = o->g->nodes[at];

        if (i == need_count(o->g, n)) {
            o->state[at] = DONE;
            o->sorted[o->count++] = n;
            o->depth--;
            continue;
        }
        q_value_id v = need_of(o->g, n, i);

        if (v != Q_NO_VALUE && o->uses.maker[v])
            rc = push(o, o->index[v], v, err);
    }
    return rc;
}

q_code graph__tidy(q_graph *g, q_err *err)
{
    q_arena *scratch = q_arena_new(SIZE_MAX);
    order o = {.g = g};
    q_code rc;

    if (!scratch)
        return q_err_nomem(err);
    rc = graph__uses(g, scratch, &o.uses, err);
    if (rc)
        goto done;
    o.index = q_arena_array(scratch, g->value_count, sizeof *o.index);
    o.state = q_arena_alloc(scratch, g->node_count);
    o.sorted = q_arena_array(scratch, g->node_count, sizeof *o.sorted);
    o.stack = q_arena_array(scratch, g->node_count, sizeof *o.stack);
    o.stack_next = q_arena_array(scratch, g->node_count, sizeof *o.stack_next);
    if (!o.index || !o.state || !o.sorted || !o.stack || !o.stack_next) {
        rc = q_err_nomem(err);
        goto done;
    }
    for (size_t i = 0; i < g->node_count; i++)
        for (size_t k = 0; k < g->nodes[i]->out_count; k++)
            if (g->nodes[i]->out[k] != Q_NO_VALUE)
                o.index[g->nodes[i]->out[k]] = i;
    for (size_t i = 0; !rc && i < g->output_count; i++)
        rc = sort_from(&o, g->outputs[i], err);
    if (!rc) {
        if (o.count)
            memcpy(g->nodes, o.sorted, o.count * sizeof *g->nodes);
        g->node_count = o.count;
    }
done:
    q_arena_free(scratch);
    return rc;
}
