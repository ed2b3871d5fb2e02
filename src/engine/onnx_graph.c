/* GraphProto: initialisers, inputs, nodes, outputs. */
#include "engine/onnx_scope.h"
#include "engine/onnx_tensor.h"
#include "engine/onnx_value.h"
#include "engine/protobuf.h"

enum {
    NODE = 1,
    NAME = 2,
    INITIALIZER = 5,
    INPUT = 11,
    OUTPUT = 12,
    VALUE_INFO = 13,
    SPARSE_INITIALIZER = 15
};

typedef struct parts {
    onnx_list nodes, initializers, sparse, inputs, outputs, infos;
} parts;

static onnx_list *list_of(parts *p, uint32_t number)
{
    switch (number) {
    case NODE:
        return &p->nodes;
    case INITIALIZER:
        return &p->initializers;
    case INPUT:
        return &p->inputs;
    case OUTPUT:
        return &p->outputs;
    case VALUE_INFO:
        return &p->infos;
    case SPARSE_INITIALIZER:
        return &p->sparse;
    default:
        return NULL;
    }
}

static q_code part(onnx_scope *s, q_str bytes, parts *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_code rc = Q_OK;

    while (!rc && protobuf__next(&m, &f)) {
        onnx_list *list = list_of(out, f.number);

        if (list)
            rc = onnx__append(s->reader->arena, list, protobuf__bytes(&m, &f), err);
        else if (f.number == NAME)
            s->graph->name = protobuf__bytes(&m, &f);
    }
    return !rc && m.wrong ? q_err_set(err, Q_INVALID, "the graph: %s", m.wrong) : rc;
}

static q_code add_initializer(onnx_scope *s, q_str name, const q_tensor *t, q_err *err)
{
    q_value_id id;
    q_code rc;

    if (names__find(&s->names, name))
        return q_err_set(err, Q_INVALID, "value \"%.*s\" has two initialisers", Q_ARG(name));
    rc = graph__add_constant(s->graph, name, t, &id, err);
    return rc ? rc : names__put(&s->names, name, id, err);
}

static q_code read_initializers(onnx_scope *s, const parts *p, q_err *err)
{
    q_tensor t;
    q_str name;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < p->initializers.count; i++) {
        rc = onnx__read_tensor_of(s->reader->data, p->initializers.items[i], &t, &name, err);
        if (!rc)
            rc = add_initializer(s, name, &t, err);
    }
    for (size_t i = 0; !rc && i < p->sparse.count; i++) {
        rc = onnx__read_sparse(s->reader->data, p->sparse.items[i], &t, &name, err);
        if (!rc)
            rc = add_initializer(s, name, &t, err);
    }
    return rc;
}

static q_code info_name(q_str info, q_str *name, q_err *err)
{
    protobuf m = protobuf__of(info);
    protobuf_field f;

    *name = (q_str){"", 0};
    while (protobuf__next(&m, &f))
        if (f.number == 1)
            *name = protobuf__bytes(&m, &f);
    return m.wrong ? q_err_set(err, Q_INVALID, "a value's declaration: %s", m.wrong) : Q_OK;
}

/* Inputs with an initialiser are constants. */
static q_code read_inputs(onnx_scope *s, const onnx_list *inputs, q_err *err)
{
    q_graph *g = s->graph;
    q_code rc = Q_OK;

    g->inputs = q_arena_array(g->arena, inputs->count, sizeof *g->inputs);
    if (!g->inputs)
        return q_err_nomem(err);
    for (size_t i = 0; !rc && i < inputs->count; i++) {
        const uint32_t *id;
        q_str name;

        rc = info_name(inputs->items[i], &name, err);
        if (rc)
            break;
        id = names__find(&s->names, name);
        if (!id || !g->values[*id].constant)
            rc = onnx__declare(s, name, "an input of the graph", &g->inputs[g->input_count++], err);
        if (!rc)
            rc = onnx__describe(s, inputs->items[i], err);
    }
    return rc;
}

static q_code read_outputs(onnx_scope *s, const onnx_list *outputs, q_err *err)
{
    q_graph *g = s->graph;
    q_code rc = Q_OK;

    g->outputs = q_arena_array(g->arena, outputs->count, sizeof *g->outputs);
    if (!g->outputs)
        return q_err_nomem(err);
    for (size_t i = 0; !rc && i < outputs->count; i++) {
        q_str name;
        q_value_id id;

        rc = info_name(outputs->items[i], &name, err);
        if (!rc)
            rc = onnx__lookup(s, name, &id, err);
        if (rc == Q_NOTFOUND || (!rc && id == Q_NO_VALUE))
            rc = q_err_set(err, Q_INVALID, "output \"%.*s\" of graph \"%.*s\" is made by nothing",
                           Q_ARG(name), Q_ARG(g->name));
        if (rc)
            break;
        g->outputs[g->output_count++] = id;
        rc = onnx__describe(s, outputs->items[i], err);
    }
    return rc;
}

q_code onnx__read_graph(onnx_scope *s, q_str bytes, q_err *err)
{
    parts p = {.nodes = {NULL, 0, 0}};
    q_code rc;

    if (s->depth > ONNX_MAX_DEPTH)
        return q_err_set(err, Q_LIMIT, "graphs within graphs, more than %d deep", ONNX_MAX_DEPTH);
    rc = part(s, bytes, &p, err);
    if (!rc)
        rc = read_initializers(s, &p, err);
    if (!rc)
        rc = read_inputs(s, &p.inputs, err);
    if (!rc)
        rc = onnx__read_nodes(s, &p.nodes, &p.infos, err);
    return rc ? rc : read_outputs(s, &p.outputs, err);
}
