#include "engine/validate.h"

#include "engine/op.h"

#include <stdlib.h>
#include <string.h>

/* How a value comes to be, while they are counted. */
enum { NOTHING, INPUT, CONSTANT, OUTER, NODE };

typedef struct makers {
    const q_graph *g;
    unsigned char *how; /* [value_count] */
} makers;

static q_code in_range(const q_graph *g, q_value_id id, const char *what, q_err *err)
{
    if (id == Q_NO_VALUE || id < g->value_count)
        return Q_OK;
    return q_err_set(err, Q_INVALID, "%s has number %u; there are %zu values", what, id,
                     g->value_count);
}

static q_code make(makers *m, q_value_id id, unsigned char how, q_err *err)
{
    static const char *const ways[] = {"nothing", "an input", "a constant",
                                       "a value of the graph around", "a node's output"};

    if (m->how[id] != NOTHING)
        return q_err_set(err, Q_INVALID, "value \"%.*s\" is made twice: as %s and as %s",
                         Q_ARG(m->g->values[id].name), ways[m->how[id]], ways[how]);
    m->how[id] = how;
    return Q_OK;
}

static q_code value_size(const q_value_info *v, q_err *err)
{
    q_shape known = {v->shape.rank, {0}};
    char text[160];
    size_t bytes;

    if (!v->has_shape)
        return Q_OK;
    if (v->shape.rank > Q_MAX_RANK)
        return q_err_set(err, Q_UNSUPPORTED, "value \"%.*s\" has %zu dimensions; at most %d",
                         Q_ARG(v->name), v->shape.rank, Q_MAX_RANK);
    for (size_t i = 0; i < v->shape.rank; i++)
        known.dims[i] = v->shape.dims[i] == Q_DIM_UNKNOWN ? 1 : v->shape.dims[i];
    if (q_tensor_measure(v->dtype == Q_NONE ? Q_U8 : v->dtype, &known, VALIDATE_MAX_BYTES, &bytes,
                         NULL))
        return q_err_set(err, Q_LIMIT,
                         "value \"%.*s\" of shape %s is larger than %zu bytes, the most one may be",
                         Q_ARG(v->name), q_shape_text(&known, text), VALIDATE_MAX_BYTES);
    return Q_OK;
}

static q_code check_values(makers *m, q_err *err)
{
    const q_graph *g = m->g;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < g->value_count; i++) {
        const q_value_info *v = &g->values[i];

        if (v->outer != Q_NO_VALUE && (!g->parent || v->outer >= g->parent->value_count))
            return q_err_set(err, Q_INVALID, "value \"%.*s\" is of no graph around",
                             Q_ARG(v->name));
        if (v->outer != Q_NO_VALUE)
            m->how[i] = OUTER;
        else if (v->constant)
            m->how[i] = CONSTANT;
        rc = value_size(v, err);
    }
    for (size_t i = 0; !rc && i < g->input_count; i++) {
        rc = in_range(g, g->inputs[i], "an input", err);
        if (!rc)
            rc = make(m, g->inputs[i], INPUT, err);
    }
    return rc;
}

static q_code check_outputs(makers *m, const q_node *n, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t k = 0; !rc && k < n->out_count; k++) {
        rc = in_range(m->g, n->out[k], "a node's output", err);
        if (!rc && n->out[k] != Q_NO_VALUE)
            rc = make(m, n->out[k], NODE, err);
    }
    return rc ? op__err(err, rc, n) : Q_OK;
}

static q_code check_inputs(const makers *m, const q_node *n, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t k = 0; !rc && k < n->in_count; k++) {
        rc = in_range(m->g, n->in[k], "a node's input", err);
        if (!rc && n->in[k] != Q_NO_VALUE && m->how[n->in[k]] == NOTHING)
            rc = q_err_set(err, Q_INVALID, "input %zu, \"%.*s\", is made by nothing", k,
                           Q_ARG(m->g->values[n->in[k]].name));
    }
    for (size_t k = 0; !rc && k < n->attr_count; k++)
        if (n->attrs[k].kind == Q_ATTR_GRAPH)
            rc = validate__graph(n->attrs[k].graph, err);
    return rc ? op__err(err, rc, n) : Q_OK;
}

q_code validate__graph(const q_graph *g, q_err *err)
{
    makers m = {g, calloc(g->value_count + 1, 1)};
    q_code rc = m.how ? check_values(&m, err) : q_err_nomem(err);

    for (size_t i = 0; !rc && i < g->node_count; i++)
        rc = check_outputs(&m, g->nodes[i], err);
    for (size_t i = 0; !rc && i < g->node_count; i++)
        rc = check_inputs(&m, g->nodes[i], err);
    for (size_t i = 0; !rc && i < g->output_count; i++) {
        if (g->outputs[i] >= g->value_count || m.how[g->outputs[i]] == NOTHING)
            rc = q_err_set(err, Q_INVALID, "output %zu of graph \"%.*s\" is made by nothing", i,
                           Q_ARG(g->name));
    }
    free(m.how);
    return rc;
}

/* -- Order -- */

static bool is_ready(const unsigned char *made, q_value_id id)
{
    return id == Q_NO_VALUE || made[id];
}

static bool is_node_ready(const q_node *n, const unsigned char *made)
{
    for (size_t i = 0; i < n->in_count; i++)
        if (!is_ready(made, n->in[i]))
            return false;
    for (size_t i = 0; i < n->attr_count; i++) {
        if (n->attrs[i].kind != Q_ATTR_GRAPH)
            continue;
        for (size_t k = 0; k < n->attrs[i].graph->value_count; k++)
            if (!is_ready(made, n->attrs[i].graph->values[k].outer))
                return false;
    }
    return true;
}

/* Whether each node stands behind the makers of what it needs. */
static q_code is_ordered(const q_graph *g, bool *ordered, q_err *err)
{
    unsigned char *made = malloc(g->value_count + 1);

    if (!made)
        return q_err_nomem(err);
    memset(made, 1, g->value_count + 1);
    for (size_t i = 0; i < g->node_count; i++)
        for (size_t k = 0; k < g->nodes[i]->out_count; k++)
            if (g->nodes[i]->out[k] != Q_NO_VALUE)
                made[g->nodes[i]->out[k]] = 0;
    *ordered = true;
    for (size_t i = 0; *ordered && i < g->node_count; i++) {
        *ordered = is_node_ready(g->nodes[i], made);
        for (size_t k = 0; k < g->nodes[i]->out_count; k++)
            if (g->nodes[i]->out[k] != Q_NO_VALUE)
                made[g->nodes[i]->out[k]] = 1;
    }
    free(made);
    return Q_OK;
}

q_code validate__order(q_graph *g, q_err *err)
{
    bool ordered = false;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < g->node_count; i++)
        for (size_t k = 0; !rc && k < g->nodes[i]->attr_count; k++)
            if (g->nodes[i]->attrs[k].kind == Q_ATTR_GRAPH)
                rc = validate__order(g->nodes[i]->attrs[k].graph, err);
    if (!rc)
        rc = is_ordered(g, &ordered, err);
    return rc || ordered ? rc : graph__tidy(g, err);
}

/* -- Operators -- */

static q_code check_operator(const q_node *n, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < n->op->min_in; i++)
        if (i >= n->in_count || n->in[i] == Q_NO_VALUE)
            rc = q_err_set(err, Q_INVALID, "input %zu is left out, and it needs %u", i,
                           n->op->min_in);
    if (!rc && n->op->max_out > 0 && n->out_count > n->op->max_out)
        rc = q_err_set(err, Q_INVALID, "%zu outputs; at most %u are made", n->out_count,
                       n->op->max_out);
    return rc ? op__err(err, rc, n) : Q_OK;
}

q_code validate__bound(const q_graph *g, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < g->node_count; i++) {
        const q_node *n = g->nodes[i];

        rc = check_operator(n, err);
        for (size_t k = 0; !rc && k < n->attr_count; k++)
            if (n->attrs[k].kind == Q_ATTR_GRAPH)
                rc = validate__bound(n->attrs[k].graph, err);
    }
    return rc;
}
