#include "engine/onnx_write.h"

#include "engine/names.h"
#include "engine/protobuf.h"

#include <string.h>

enum { IR_VERSION = 10, LATEST_OPSET = 21 };

/* The names of one graph's values while it is written. */
typedef struct scope {
    const q_graph *g;
    const struct scope *around;
    q_str *names; /* [value_count]; empty: nobody uses it */
} scope;

typedef struct writer {
    q_arena *arena; /* of the names; goes when all is written */
    q_buf *out;
    const onnx_write_options *options;
    names taken;
    const q_graph *top;
} writer;

/* -- Names -- */

static q_code name_value(writer *w, scope *s, q_value_id id, q_err *err)
{
    const q_value_info *v;
    q_str name;

    if (id == Q_NO_VALUE || s->names[id].n > 0)
        return Q_OK;
    v = &s->g->values[id];
    if (v->outer != Q_NO_VALUE && s->around) {
        s->names[id] = s->around->names[v->outer];
        return Q_OK;
    }
    name = v->name;
    for (unsigned i = 0; name.n == 0 || names__find(&w->taken, name); i++) {
        name = q_str_printf(w->arena, "%.*s_%u_%u", Q_ARG(v->name), id, i);
        if (!name.p)
            return q_err_nomem(err);
    }
    s->names[id] = name;
    return names__put(&w->taken, name, id, err);
}

static q_code name_ids(writer *w, scope *s, const q_value_id *ids, size_t count, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < count; i++)
        rc = name_value(w, s, ids[i], err);
    return rc;
}

/* What bodies take from this graph has a name here too. */
static q_code name_taken(writer *w, scope *s, const q_node *n, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < n->attr_count; i++) {
        const q_graph *body = n->attrs[i].kind == Q_ATTR_GRAPH ? n->attrs[i].graph : NULL;

        for (size_t k = 0; body && !rc && k < body->value_count; k++)
            rc = name_value(w, s, body->values[k].outer, err);
    }
    return rc;
}

static q_code name_all(writer *w, scope *s, q_err *err)
{
    const q_graph *g = s->g;
    q_code rc;

    s->names = q_arena_array(w->arena, g->value_count, sizeof *s->names);
    if (!s->names)
        return q_err_nomem(err);
    rc = name_ids(w, s, g->inputs, g->input_count, err);
    if (!rc)
        rc = name_ids(w, s, g->outputs, g->output_count, err);
    for (size_t i = 0; !rc && i < g->node_count; i++) {
        rc = name_ids(w, s, g->nodes[i]->out, g->nodes[i]->out_count, err);
        if (!rc)
            rc = name_ids(w, s, g->nodes[i]->in, g->nodes[i]->in_count, err);
        if (!rc)
            rc = name_taken(w, s, g->nodes[i], err);
    }
    return rc;
}

/* -- Tensors -- */

static void put_entry(q_buf *b, uint32_t field, const char *key, q_str value)
{
    size_t opened = protobuf__open(b, field);

    protobuf__put_bytes(b, 1, q_str_of(key));
    protobuf__put_bytes(b, 2, value);
    protobuf__close(b, opened);
}

static void put_number_entry(q_buf *b, uint32_t field, const char *key, uint64_t value)
{
    char text[24];
    q_buf digits = q_buf_init(NULL, sizeof text);

    q_buf_i64(&digits, (int64_t)value);
    put_entry(b, field, key, q_buf_str(&digits));
    q_buf_clear(&digits);
}

static void put_place(q_buf *b, const onnx_place *place)
{
    put_entry(b, 13, "location", (q_str){"", 0});
    put_number_entry(b, 13, "offset", place->offset);
    put_number_entry(b, 13, "length", place->length);
    if (place->half)
        put_entry(b, 13, "quern.half", Q_STR("1"));
    protobuf__put_int(b, 14, 1);
}

static void put_tensor(writer *w, uint32_t field, q_str name, const q_tensor *t)
{
    q_buf *b = w->out;
    size_t opened = protobuf__open(b, field);
    onnx_place place = {0, 0, false};
    const onnx_write_options *o = w->options;
    bool placed = o && o->place && t->dtype != Q_STRING && o->place(o->ctx, t, &place);

    for (size_t i = 0; i < t->shape.rank; i++)
        protobuf__put_int(b, 1, (int64_t)t->shape.dims[i]);
    protobuf__put_int(b, 2, placed && place.half ? Q_F16 : (int64_t)t->dtype);
    if (name.n > 0)
        protobuf__put_bytes(b, 8, name);
    if (placed)
        put_place(b, &place);
    else if (t->dtype == Q_STRING)
        for (size_t i = 0; i < q_shape_count(&t->shape); i++)
            protobuf__put_bytes(b, 6, ((const q_str *)t->data)[i]);
    else
        protobuf__put_bytes(b, 9, (q_str){t->data, t->data ? q_tensor_bytes(t) : 0});
    protobuf__close(b, opened);
}

/* -- Types -- */

static void put_shape(q_buf *b, const q_value_info *v)
{
    size_t shape = protobuf__open(b, 2);

    for (size_t i = 0; i < v->shape.rank; i++) {
        size_t dim = protobuf__open(b, 1);

        if (v->shape.dims[i] != Q_DIM_UNKNOWN)
            protobuf__put_int(b, 1, (int64_t)v->shape.dims[i]);
        else if (v->dim_names && v->dim_names[i].n > 0)
            protobuf__put_bytes(b, 2, v->dim_names[i]);
        protobuf__close(b, dim);
    }
    protobuf__close(b, shape);
}

/* A ValueInfoProto. Of a sequence whose type is not known it says no more than that. */
static void put_info(q_buf *b, uint32_t field, q_str name, const q_value_info *v)
{
    size_t info = protobuf__open(b, field), type, kind;

    protobuf__put_bytes(b, 1, name);
    if (v->type_proto.n > 0) {
        protobuf__put_bytes(b, 2, v->type_proto);
    } else if (v->dtype != Q_NONE) {
        type = protobuf__open(b, 2);
        kind = protobuf__open(b, v->dtype == Q_SEQUENCE ? 4 : v->dtype == Q_MAP ? 5 : 1);
        if (v->dtype < Q_SEQUENCE) {
            protobuf__put_int(b, 1, (int64_t)v->dtype);
            if (v->has_shape)
                put_shape(b, v);
        }
        protobuf__close(b, kind);
        protobuf__close(b, type);
    }
    protobuf__close(b, info);
}

/* -- Nodes -- */

static q_code put_graph(writer *w, const q_graph *g, const scope *around, q_err *err);

static q_code put_value(writer *w, const scope *s, const q_attr *a, q_err *err)
{
    static const uint32_t fields[] = {
        [Q_ATTR_FLOAT] = 2,    [Q_ATTR_INT] = 3,    [Q_ATTR_STRING] = 4, [Q_ATTR_TENSOR] = 5,
        [Q_ATTR_GRAPH] = 6,    [Q_ATTR_FLOATS] = 7, [Q_ATTR_INTS] = 8,   [Q_ATTR_STRINGS] = 9,
        [Q_ATTR_TENSORS] = 10, [Q_ATTR_TYPE] = 14,
    };
    uint32_t field = fields[a->kind];
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < a->count; i++) {
        size_t opened;

        switch (a->kind) {
        case Q_ATTR_FLOAT:
        case Q_ATTR_FLOATS:
            protobuf__put_float(w->out, field, (float)a->floats[i]);
            break;
        case Q_ATTR_INT:
        case Q_ATTR_INTS:
            protobuf__put_int(w->out, field, a->ints[i]);
            break;
        case Q_ATTR_TENSOR:
        case Q_ATTR_TENSORS:
            put_tensor(w, field, (q_str){"", 0}, &a->tensors[i]);
            break;
        case Q_ATTR_GRAPH:
            opened = protobuf__open(w->out, field);
            rc = put_graph(w, a->graph, s, err);
            protobuf__close(w->out, opened);
            break;
        default:
            protobuf__put_bytes(w->out, field, a->strings[i]);
            break;
        }
    }
    return rc;
}

/* The version that the model imports of a domain; 0 when it imports none. */
static unsigned imported(const q_graph *g, q_str domain)
{
    for (size_t i = 0; i < g->opset_count; i++)
        if (q_str_eq(g->opsets[i].domain, domain))
            return g->opsets[i].version;
    return 0;
}

static void put_ends(q_buf *b, uint32_t field, const scope *s, const q_value_id *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        protobuf__put_bytes(b, field, ids[i] == Q_NO_VALUE ? (q_str){"", 0} : s->names[ids[i]]);
}

static q_code put_node(writer *w, const scope *s, const q_node *n, q_err *err)
{
    q_buf *b = w->out;
    size_t node = protobuf__open(b, 1);
    unsigned version = imported(w->top, n->domain);
    q_code rc = Q_OK;

    put_ends(b, 1, s, n->in, n->in_count);
    put_ends(b, 2, s, n->out, n->out_count);
    if (n->name.n > 0)
        protobuf__put_bytes(b, 3, n->name);
    protobuf__put_bytes(b, 4, n->type);
    if (n->domain.n > 0)
        protobuf__put_bytes(b, 7, n->domain);
    for (size_t i = 0; !rc && i < n->attr_count; i++) {
        size_t attr = protobuf__open(b, 5);

        protobuf__put_bytes(b, 1, n->attrs[i].name);
        rc = put_value(w, s, &n->attrs[i], err);
        protobuf__put_int(b, 20, (int64_t)n->attrs[i].kind);
        protobuf__close(b, attr);
    }
    if (n->version != (version ? version : 1))
        put_number_entry(b, 9, "quern.version", n->version);
    protobuf__close(b, node);
    return rc;
}

/* -- Graphs -- */

static void put_initializers(writer *w, const scope *s)
{
    const q_graph *g = s->g;

    for (size_t i = 0; i < g->value_count; i++)
        if (s->names[i].n > 0 && g->values[i].constant && g->values[i].outer == Q_NO_VALUE)
            put_tensor(w, 5, s->names[i], g->values[i].constant);
}

static void put_infos(writer *w, const scope *s)
{
    const q_graph *g = s->g;

    for (size_t i = 0; i < g->input_count; i++)
        put_info(w->out, 11, s->names[g->inputs[i]], &g->values[g->inputs[i]]);
    for (size_t i = 0; i < g->output_count; i++)
        put_info(w->out, 12, s->names[g->outputs[i]], &g->values[g->outputs[i]]);
    for (size_t i = 0; i < g->node_count; i++) {
        const q_node *n = g->nodes[i];

        for (size_t k = 0; k < n->out_count; k++)
            if (n->out[k] != Q_NO_VALUE && g->values[n->out[k]].dtype != Q_NONE)
                put_info(w->out, 13, s->names[n->out[k]], &g->values[n->out[k]]);
    }
}

static q_code put_graph(writer *w, const q_graph *g, const scope *around, q_err *err)
{
    scope s = {g, around, NULL};
    q_code rc = name_all(w, &s, err);

    for (size_t i = 0; !rc && i < g->node_count; i++)
        rc = put_node(w, &s, g->nodes[i], err);
    if (rc)
        return rc;
    protobuf__put_bytes(w->out, 2, g->name.n > 0 ? g->name : Q_STR("graph"));
    put_initializers(w, &s);
    put_infos(w, &s);
    return Q_OK;
}

typedef struct domains {
    q_str *seen;
    size_t count, cap;
} domains;

static void put_opset(q_buf *b, q_str domain, unsigned version)
{
    size_t opened = protobuf__open(b, 8);

    protobuf__put_bytes(b, 1, domain);
    protobuf__put_int(b, 2, version);
    protobuf__close(b, opened);
}

/* Domains that nodes are of and the model did not import: those of passes. */
static q_code put_new_opsets(writer *w, const q_graph *g, domains *d, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < g->node_count; i++) {
        const q_node *n = g->nodes[i];
        bool known = imported(w->top, n->domain) > 0;

        for (size_t k = 0; k < n->attr_count && !rc; k++)
            if (n->attrs[k].kind == Q_ATTR_GRAPH)
                rc = put_new_opsets(w, n->attrs[k].graph, d, err);
        for (size_t k = 0; k < d->count && !known; k++)
            known = q_str_eq(d->seen[k], n->domain);
        if (rc || known)
            continue;
        if (q_arena_grow(w->arena, &d->seen, &d->cap, d->count + 1, sizeof *d->seen))
            return q_err_nomem(err);
        d->seen[d->count++] = n->domain;
        put_opset(w->out, n->domain, n->domain.n == 0 ? LATEST_OPSET : 1);
    }
    return rc;
}

static q_code put_model(writer *w, const q_graph *g, q_err *err)
{
    q_buf *b = w->out;
    domains d = {NULL, 0, 0};
    size_t graph;
    q_code rc;

    protobuf__put_int(b, 1, IR_VERSION);
    protobuf__put_bytes(b, 2, Q_STR("quern"));
    protobuf__put_bytes(b, 3, q_str_of(QUERN_VERSION));
    for (size_t i = 0; i < g->opset_count; i++)
        put_opset(b, g->opsets[i].domain, g->opsets[i].version);
    rc = put_new_opsets(w, g, &d, err);
    if (rc)
        return rc;
    for (size_t i = 0; w->options && i < w->options->metadata_count; i++) {
        size_t entry = protobuf__open(b, 14);

        protobuf__put_bytes(b, 1, w->options->metadata[i].key);
        protobuf__put_bytes(b, 2, w->options->metadata[i].value);
        protobuf__close(b, entry);
    }
    graph = protobuf__open(b, 7);
    rc = put_graph(w, g, NULL, err);
    protobuf__close(b, graph);
    return rc;
}

q_code onnx__write(const q_graph *g, const onnx_write_options *options, q_buf *out, q_err *err)
{
    writer w = {.arena = q_arena_new(SIZE_MAX), .out = out, .options = options, .top = g};
    uint64_t key[2];
    q_code rc;

    if (!w.arena)
        return q_err_nomem(err);
    rc = names__key(key, err);
    w.taken = names__init(w.arena, key);
    if (!rc)
        rc = put_model(&w, g, err);
    q_arena_free(w.arena);
    if (!rc && out->rc)
        rc = q_err_set(err, out->rc, "the model is larger than %zu bytes", out->limit);
    return rc;
}
