#include "engine/graph.h"

#include "base/buf.h"
#include "engine/onnx_data.h"
#include "engine/op.h"

#include <string.h>

q_code graph__new(q_arena *a, q_graph *parent, q_graph **out, q_err *err)
{
    q_graph *g = q_arena_alloc(a, sizeof *g);

    if (!g)
        return q_err_nomem(err);
    g->arena = a;
    g->parent = parent;
    if (parent) {
        g->data = parent->data;
        g->opsets = parent->opsets;
        g->opset_count = parent->opset_count;
    }
    *out = g;
    return Q_OK;
}

q_code graph__add_value(q_graph *g, q_str name, q_dtype dtype, const q_shape *shape, q_value_id *id,
                        q_err *err)
{
    if (g->value_count >= Q_NO_VALUE)
        return q_err_set(err, Q_LIMIT, "a graph of more than %u values", Q_NO_VALUE);
    if (q_arena_grow(g->arena, &g->values, &g->value_cap, g->value_count + 1, sizeof *g->values))
        return q_err_nomem(err);
    q_value_info *v = &g->values[g->value_count];

    *v = (q_value_info){.name = name, .dtype = dtype, .outer = Q_NO_VALUE};
    if (shape) {
        v->has_shape = true;
        v->shape = *shape;
    }
    *id = (q_value_id)g->value_count++;
    return Q_OK;
}

q_code graph__add_constant(q_graph *g, q_str name, const q_tensor *t, q_value_id *id, q_err *err)
{
    q_tensor *kept = q_arena_alloc(g->arena, sizeof *kept);
    q_code rc;

    if (!kept)
        return q_err_nomem(err);
    *kept = *t;
    rc = graph__add_value(g, name, t->dtype, &t->shape, id, err);
    if (!rc)
        g->values[*id].constant = kept;
    return rc;
}

void *graph__data(q_graph *g, size_t bytes)
{
    void *block;
    char *p;

    if (g->data)
        return onnx_data__alloc(g->data, bytes, &block, NULL) ? NULL : block;
    p = bytes < SIZE_MAX - Q_TENSOR_ALIGN ? q_arena_alloc(g->arena, bytes + Q_TENSOR_ALIGN) : NULL;

    return p ? p + (Q_TENSOR_ALIGN - (uintptr_t)p % Q_TENSOR_ALIGN) % Q_TENSOR_ALIGN : NULL;
}

static q_value_id *copy_ids(q_arena *a, const q_value_id *ids, size_t n)
{
    q_value_id *out = q_arena_array(a, n, sizeof *out);

    if (out && n)
        memcpy(out, ids, n * sizeof *ids);
    return out;
}

q_code graph__add_node(q_graph *g, q_str domain, q_str type, q_str name, const q_value_id *in,
                       size_t in_count, const q_value_id *out, size_t out_count, q_node **node,
                       q_err *err)
{
    q_node *n = q_arena_alloc(g->arena, sizeof *n);

    if (!n || q_arena_grow(g->arena, &g->nodes, &g->node_cap, g->node_count + 1, sizeof *g->nodes))
        return q_err_nomem(err);
    *n = (q_node){.name = name, .domain = domain, .type = type, .version = 1};
    for (size_t i = 0; i < g->opset_count; i++)
        if (q_str_eq(g->opsets[i].domain, domain))
            n->version = g->opsets[i].version;
    n->in = copy_ids(g->arena, in, in_count);
    n->out = copy_ids(g->arena, out, out_count);
    if (!n->in || !n->out)
        return q_err_nomem(err);
    n->in_count = in_count;
    n->out_count = out_count;
    g->nodes[g->node_count++] = n;
    *node = n;
    return Q_OK;
}

/* A slot for the attribute, in place of one of the same name. */
static q_code add_attr(q_graph *g, q_node *n, const char *name, q_attr_kind kind, size_t count,
                       size_t size, void **data, q_err *err)
{
    q_attr *attrs = q_arena_array(g->arena, n->attr_count + 1, sizeof *attrs);
    size_t at = 0;

    *data = q_arena_array(g->arena, count, size);
    if (!attrs || !*data)
        return q_err_nomem(err);
    for (size_t i = 0; i < n->attr_count; i++)
        if (!q_str_is(n->attrs[i].name, name))
            attrs[at++] = n->attrs[i];
    attrs[at] = (q_attr){.name = q_str_of(name), .kind = kind, .count = count};
    attrs[at].ints = *data;
    n->attrs = attrs;
    n->attr_count = at + 1;
    return Q_OK;
}

static q_code set_ints(q_graph *g, q_node *n, const char *name, q_attr_kind kind, const int64_t *v,
                       size_t count, q_err *err)
{
    void *data;
    q_code rc = add_attr(g, n, name, kind, count, sizeof *v, &data, err);

    if (!rc && count)
        memcpy(data, v, count * sizeof *v);
    return rc;
}

static q_code set_floats(q_graph *g, q_node *n, const char *name, q_attr_kind kind, const double *v,
                         size_t count, q_err *err)
{
    void *data;
    q_code rc = add_attr(g, n, name, kind, count, sizeof *v, &data, err);

    if (!rc && count)
        memcpy(data, v, count * sizeof *v);
    return rc;
}

q_code graph__set_int(q_graph *g, q_node *n, const char *name, int64_t v, q_err *err)
{
    return set_ints(g, n, name, Q_ATTR_INT, &v, 1, err);
}

q_code graph__set_ints(q_graph *g, q_node *n, const char *name, const int64_t *v, size_t count,
                       q_err *err)
{
    return set_ints(g, n, name, Q_ATTR_INTS, v, count, err);
}

q_code graph__set_float(q_graph *g, q_node *n, const char *name, double v, q_err *err)
{
    return set_floats(g, n, name, Q_ATTR_FLOAT, &v, 1, err);
}

q_code graph__set_floats(q_graph *g, q_node *n, const char *name, const double *v, size_t count,
                         q_err *err)
{
    return set_floats(g, n, name, Q_ATTR_FLOATS, v, count, err);
}

q_code graph__set_string(q_graph *g, q_node *n, const char *name, q_str v, q_err *err)
{
    void *data;
    q_str kept = q_str_copy(g->arena, v);
    q_code rc;

    if (!kept.p)
        return q_err_nomem(err);
    rc = add_attr(g, n, name, Q_ATTR_STRING, 1, sizeof kept, &data, err);
    if (!rc)
        *(q_str *)data = kept;
    return rc;
}

const q_attr *q_node_attr(const q_node *n, const char *name)
{
    for (size_t i = 0; i < n->attr_count; i++)
        if (q_str_is(n->attrs[i].name, name))
            return &n->attrs[i];
    return NULL;
}

int64_t q_node_int(const q_node *n, const char *name, int64_t otherwise)
{
    const q_attr *a = q_node_attr(n, name);

    return a && a->kind == Q_ATTR_INT ? a->ints[0] : otherwise;
}

double q_node_float(const q_node *n, const char *name, double otherwise)
{
    const q_attr *a = q_node_attr(n, name);

    return a && a->kind == Q_ATTR_FLOAT ? a->floats[0] : otherwise;
}

q_str q_node_string(const q_node *n, const char *name, const char *otherwise)
{
    const q_attr *a = q_node_attr(n, name);

    return a && a->kind == Q_ATTR_STRING ? a->strings[0] : q_str_of(otherwise);
}

/* -- Binding -- */

static q_code load_params(q_graph *g, q_node *n, q_err *err)
{
    q_code rc;

    if (n->in_count < n->op->min_in || (n->op->max_in && n->in_count > n->op->max_in))
        return op__err(err,
                       q_err_set(err, Q_INVALID, "%zu inputs; %u to %u are right", n->in_count,
                                 n->op->min_in, n->op->max_in),
                       n);
    if (!n->op->load)
        return Q_OK;
    n->params = q_arena_alloc(g->arena, n->op->params_bytes);
    if (!n->params)
        return q_err_nomem(err);
    rc = n->op->load(g->arena, n, n->params, err);
    return rc ? op__err(err, rc, n) : Q_OK;
}

/* "Foo 3, my.domain.Bar 1", each once. */
static void name_missing(q_buf *missing, const q_node *n)
{
    char text[256];
    q_buf one = q_buf_init(NULL, sizeof text);

    q_buf_printf(&one, "%.*s%s%.*s of version %u", Q_ARG(n->domain), n->domain.n ? "." : "",
                 Q_ARG(n->type), n->version);
    if (q_str_find(q_buf_str(missing), q_buf_str(&one)) == SIZE_MAX) {
        if (q_buf_str(missing).n)
            q_buf_puts(missing, ", ");
        q_buf_put(missing, q_buf_str(&one));
    }
    q_buf_clear(&one);
}

static q_code bind_graph(q_graph *g, q_buf *missing, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < g->node_count; i++) {
        q_node *n = g->nodes[i];

        for (size_t k = 0; !rc && k < n->attr_count; k++)
            if (n->attrs[k].kind == Q_ATTR_GRAPH)
                rc = bind_graph(n->attrs[k].graph, missing, err);
        if (rc || n->op)
            continue;
        n->op = op__find(n->domain, n->type, n->version);
        if (n->op)
            rc = load_params(g, n, err);
        else
            name_missing(missing, n);
    }
    return rc;
}

q_code graph__bind(q_graph *g, q_err *err)
{
    q_buf missing = q_buf_init(NULL, 400);
    q_code rc = bind_graph(g, &missing, err);

    if (!rc && q_buf_str(&missing).n)
        rc = q_err_set(err, Q_UNSUPPORTED, "operators that are not supported: %.*s",
                       Q_ARG(q_buf_str(&missing)));
    q_buf_clear(&missing);
    return rc;
}
