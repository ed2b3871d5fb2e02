#include "engine/onnx_read.h"

#include "engine/onnx_scope.h"
#include "engine/protobuf.h"

/* ModelProto's fields. */
enum {
    IR_VERSION = 1,
    PRODUCER = 2,
    PRODUCER_VERSION = 3,
    DOC = 6,
    GRAPH = 7,
    OPSET = 8,
    METADATA = 14,
    FUNCTION = 25
};

typedef struct parts {
    q_str graph;
    onnx_list opsets, metadata, functions;
} parts;

static q_code part(q_str bytes, q_arena *a, parts *p, onnx_model *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_code rc = Q_OK;

    while (!rc && protobuf__next(&m, &f)) {
        if (f.number == IR_VERSION)
            out->ir_version = protobuf__int(&m, &f);
        else if (f.number == PRODUCER)
            out->producer = protobuf__bytes(&m, &f);
        else if (f.number == PRODUCER_VERSION)
            out->producer_version = protobuf__bytes(&m, &f);
        else if (f.number == DOC)
            out->doc = protobuf__bytes(&m, &f);
        else if (f.number == GRAPH)
            p->graph = protobuf__bytes(&m, &f);
        else if (f.number == OPSET)
            rc = onnx__append(a, &p->opsets, protobuf__bytes(&m, &f), err);
        else if (f.number == METADATA)
            rc = onnx__append(a, &p->metadata, protobuf__bytes(&m, &f), err);
        else if (f.number == FUNCTION)
            rc = onnx__append(a, &p->functions, protobuf__bytes(&m, &f), err);
    }
    if (!rc && m.wrong)
        rc = q_err_set(err, Q_INVALID, "no ONNX model, or a damaged one: %s", m.wrong);
    if (!rc && !p->graph.p)
        rc = q_err_set(err, Q_INVALID, "no ONNX model: there is no graph in it");
    return rc;
}

static q_code read_metadata(q_arena *a, const onnx_list *protos, onnx_model *out, q_err *err)
{
    onnx_entry *entries = q_arena_array(a, protos->count, sizeof *entries);

    if (!entries)
        return q_err_nomem(err);
    for (size_t i = 0; i < protos->count; i++) {
        protobuf m = protobuf__of(protos->items[i]);
        protobuf_field f;

        entries[i] = (onnx_entry){{"", 0}, {"", 0}};
        while (protobuf__next(&m, &f)) {
            if (f.number == 1)
                entries[i].key = protobuf__bytes(&m, &f);
            else if (f.number == 2)
                entries[i].value = protobuf__bytes(&m, &f);
        }
        if (m.wrong)
            return q_err_set(err, Q_INVALID, "the model's metadata: %s", m.wrong);
    }
    out->metadata = entries;
    out->metadata_count = protos->count;
    return Q_OK;
}

/* Before operator sets had versions, there was one. */
static const q_opset first_opset = {{"", 0}, 1};

static q_code read_graph(onnx_reader *r, q_str bytes, onnx_model *out, q_err *err)
{
    onnx_scope top = {
        .reader = r,
        .names = names__init(r->arena, r->key),
        .results = names__init(r->arena, r->key),
        .opsets = r->opsets,
        .opset_count = r->opset_count,
    };
    q_code rc = graph__new(r->arena, NULL, &top.graph, err);

    if (rc)
        return rc;
    top.graph->data = r->data;
    top.graph->opsets = r->opsets;
    top.graph->opset_count = r->opset_count;
    out->graph = top.graph;
    return onnx__read_graph(&top, bytes, err);
}

q_code onnx__read(q_str bytes, q_arena *a, onnx_data *data, onnx_model *out, q_err *err)
{
    onnx_reader r = {.arena = a, .data = data};
    parts p = {.graph = {NULL, 0}};
    q_code rc;

    *out = (onnx_model){.producer = {"", 0}, .producer_version = {"", 0}, .doc = {"", 0}};
    rc = part(bytes, a, &p, out, err);
    if (!rc)
        rc = names__key(r.key, err);
    r.function_names = names__init(a, r.key);
    if (!rc)
        rc = onnx__read_opsets(a, &p.opsets, &r.opsets, err);
    r.opset_count = p.opsets.count;
    if (!rc && r.opset_count == 0 && out->ir_version < 3) {
        r.opsets = &first_opset;
        r.opset_count = 1;
    }
    if (!rc)
        rc = read_metadata(a, &p.metadata, out, err);
    for (size_t i = 0; !rc && i < p.functions.count; i++)
        rc = onnx__read_function(&r, p.functions.items[i], err);
    return rc ? rc : read_graph(&r, p.graph, out, err);
}
