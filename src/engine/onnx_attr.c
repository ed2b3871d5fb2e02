/* AttributeProto: a node's constants, among them whole graphs. */
#include "engine/onnx_scope.h"
#include "engine/onnx_tensor.h"
#include "engine/onnx_value.h"
#include "engine/protobuf.h"

#include <string.h>

/* AttributeProto's fields. */
enum {
    NAME = 1,
    FLOAT = 2,
    INT = 3,
    STRING = 4,
    TENSOR = 5,
    GRAPH = 6,
    FLOATS = 7,
    INTS = 8,
    STRINGS = 9,
    TENSORS = 10,
    GRAPHS = 11,
    TYPE_PROTO = 14,
    KIND = 20,
    REFERENCE = 21,
    SPARSE = 22
};

/* AttributeType's numbers that are not among ours. */
enum { KIND_SPARSE = 11 };

/* An AttributeProto's outline: what must be known before its values are read. */
typedef struct outline {
    q_str name, reference;
    int64_t kind;
    uint32_t field; /* in which the values are */
    size_t count;   /* of values */
} outline;

static uint32_t field_of(int64_t kind)
{
    static const uint32_t fields[] = {
        [Q_ATTR_FLOAT] = FLOAT,   [Q_ATTR_INT] = INT,         [Q_ATTR_STRING] = STRING,
        [Q_ATTR_TENSOR] = TENSOR, [Q_ATTR_GRAPH] = GRAPH,     [Q_ATTR_FLOATS] = FLOATS,
        [Q_ATTR_INTS] = INTS,     [Q_ATTR_STRINGS] = STRINGS, [Q_ATTR_TENSORS] = TENSORS,
        [KIND_SPARSE] = SPARSE,   [Q_ATTR_TYPE] = TYPE_PROTO,
    };

    return kind > 0 && (uint64_t)kind < sizeof fields / sizeof *fields ? fields[kind] : 0;
}

static protobuf_wire wire_of(uint32_t field)
{
    if (field == FLOAT || field == FLOATS)
        return PROTOBUF_FIXED32;
    return field == INT || field == INTS ? PROTOBUF_VARINT : PROTOBUF_BYTES;
}

/* Files of the first versions have no kind: the field that is there tells it. */
static int64_t kind_of(uint32_t field)
{
    for (int64_t kind = Q_ATTR_FLOAT; kind <= Q_ATTR_TYPE; kind++)
        if (field_of(kind) == field)
            return kind;
    return 0;
}

static q_code outline_of(q_str bytes, outline *o, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    uint32_t seen = 0;

    while (protobuf__next(&m, &f)) {
        if (f.number == NAME)
            o->name = protobuf__bytes(&m, &f);
        else if (f.number == REFERENCE)
            o->reference = protobuf__bytes(&m, &f);
        else if (f.number == KIND)
            o->kind = protobuf__int(&m, &f);
        else if (kind_of(f.number) || f.number == GRAPHS)
            seen = f.number;
    }
    if (!o->kind)
        o->kind = kind_of(seen);
    o->field = field_of(o->kind);
    for (m.p = bytes.p; !m.wrong && protobuf__next(&m, &f);) {
        if (f.number != o->field || !o->field)
            continue;
        o->count += wire_of(o->field) == PROTOBUF_BYTES
                        ? f.wire == PROTOBUF_BYTES
                        : protobuf__count(&m, &f, wire_of(o->field));
    }
    if (m.wrong)
        return q_err_set(err, Q_INVALID, "attribute %.*s: %s", Q_ARG(o->name), m.wrong);
    if (o->reference.n == 0 && !o->field)
        return q_err_set(err, Q_UNSUPPORTED, "attribute %.*s is of kind %lld", Q_ARG(o->name),
                         (long long)o->kind);
    return Q_OK;
}

/* The body of an If, Loop or Scan. */
static q_code read_body(onnx_scope *s, q_str bytes, q_graph **out, q_err *err)
{
    onnx_reader *r = s->reader;
    onnx_scope inner = {
        .reader = r,
        .around = s,
        .names = names__init(r->arena, r->key),
        .results = names__init(r->arena, r->key),
        .call = s->call,
        .opsets = s->opsets,
        .opset_count = s->opset_count,
        .depth = s->depth + 1,
    };
    q_code rc = graph__new(r->arena, s->graph, &inner.graph, err);

    if (!rc)
        rc = onnx__read_graph(&inner, bytes, err);
    if (!rc)
        *out = inner.graph;
    return rc;
}

static void read_numbers(protobuf *m, const protobuf_field *f, const q_attr *attr, void *values,
                         size_t *at)
{
    protobuf_wire wire = wire_of(f->number);
    protobuf_numbers l = protobuf__numbers(m, f, wire);
    uint64_t v;

    while (*at < attr->count && protobuf__number(&l, m, wire, &v)) {
        uint32_t bits = (uint32_t)v;
        float narrow;

        memcpy(&narrow, &bits, sizeof narrow);
        if (wire == PROTOBUF_VARINT)
            ((int64_t *)values)[(*at)++] = (int64_t)v;
        else
            ((double *)values)[(*at)++] = (double)narrow;
    }
}

static q_code read_message(onnx_scope *s, q_str bytes, uint32_t field, q_attr *attr, void *values,
                           size_t *at, q_err *err)
{
    size_t i = *at;

    if (i == attr->count)
        return Q_OK;
    ++*at;
    switch (field) {
    case TENSOR:
    case TENSORS:
        return onnx__read_tensor_of(s->reader->data, bytes, (q_tensor *)values + i, NULL, err);
    case SPARSE:
        return onnx__read_sparse(s->reader->data, bytes, (q_tensor *)values + i, NULL, err);
    case GRAPH:
        return read_body(s, bytes, &attr->graph, err);
    default:
        ((q_str *)values)[i] = bytes;
        return Q_OK;
    }
}

static size_t size_of(uint32_t field)
{
    if (wire_of(field) != PROTOBUF_BYTES)
        return sizeof(int64_t);
    return field == TENSOR || field == TENSORS || field == SPARSE ? sizeof(q_tensor)
                                                                  : sizeof(q_str);
}

static bool is_single(int64_t kind)
{
    return kind <= Q_ATTR_GRAPH || kind == KIND_SPARSE || kind == Q_ATTR_TYPE;
}

static q_code read_values(onnx_scope *s, q_str bytes, const outline *o, q_attr *attr, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    size_t at = 0, count = o->count > 0 ? o->count : is_single(o->kind);
    void *values = q_arena_array(s->reader->arena, count, size_of(o->field));
    q_code rc = Q_OK;

    if (!values)
        return q_err_nomem(err);
    if (o->count == 0 && is_single(o->kind) && wire_of(o->field) == PROTOBUF_BYTES &&
        o->field != STRING)
        return q_err_set(err, Q_INVALID, "it has no value");
    attr->kind = o->kind == KIND_SPARSE ? Q_ATTR_TENSOR : (q_attr_kind)o->kind;
    attr->count = is_single(o->kind) ? 1 : count;
    attr->ints = values;
    while (!rc && protobuf__next(&m, &f)) {
        if (f.number != o->field)
            continue;
        if (wire_of(o->field) == PROTOBUF_BYTES)
            rc = read_message(s, protobuf__bytes(&m, &f), o->field, attr, values, &at, err);
        else
            read_numbers(&m, &f, attr, values, &at);
    }
    return !rc && m.wrong ? q_err_set(err, Q_INVALID, "%s", m.wrong) : rc;
}

/* An attribute in a function's body that is the call's. *given is false when
 * the call leaves it out.
 */
static q_code refer(const onnx_scope *s, const outline *o, q_attr *attr, bool *given, q_err *err)
{
    if (!s->call)
        return q_err_set(err, Q_INVALID, "it refers to one of a function; here is none");
    *given = false;
    for (size_t i = 0; i < s->call->attr_count; i++) {
        if (!q_str_eq(s->call->attrs[i].name, o->reference))
            continue;
        *given = true;
        *attr = s->call->attrs[i];
    }
    if (*given && attr->kind == Q_ATTR_GRAPH && attr->graph->parent != s->graph)
        return q_err_set(err, Q_UNSUPPORTED, "a function's graph within a graph");
    return Q_OK;
}

q_code onnx__read_attrs(onnx_scope *s, const onnx_list *protos, q_node *n, q_err *err)
{
    n->attrs = q_arena_array(s->reader->arena, protos->count, sizeof *n->attrs);
    if (!n->attrs)
        return q_err_nomem(err);
    for (size_t i = 0; i < protos->count; i++) {
        outline o = {.name = {"", 0}, .reference = {"", 0}};
        q_attr attr = {.count = 0};
        bool given = true;
        q_code rc = outline_of(protos->items[i], &o, err);

        if (rc)
            return rc;
        if (o.reference.n > 0)
            rc = refer(s, &o, &attr, &given, err);
        else
            rc = read_values(s, protos->items[i], &o, &attr, err);
        if (rc)
            return rc == Q_LIMIT ? rc : q_err_add(err, rc, "attribute %.*s", Q_ARG(o.name));
        attr.name = o.name;
        if (given)
            n->attrs[n->attr_count++] = attr;
    }
    return Q_OK;
}
