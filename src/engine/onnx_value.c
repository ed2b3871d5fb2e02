#include "engine/onnx_value.h"

#include "engine/onnx_tensor.h"
#include "engine/protobuf.h"

#include <string.h>

enum { MAX_DEPTH = 16 }; /* of sequences in sequences, types in types */

static q_code broken(const char *what, const char *why, q_err *err)
{
    return q_err_set(err, Q_INVALID, "%s: %s", what, why);
}

/* -- Sparse tensors -- */

typedef struct sparse {
    q_str name;
    q_tensor values, indices; /* indices: [n] of the flat tensor, or [n, rank] */
    q_shape shape;
} sparse;

static q_code sparse_dims(protobuf *m, const protobuf_field *f, q_shape *s, q_err *err)
{
    protobuf_numbers l = protobuf__numbers(m, f, PROTOBUF_VARINT);
    uint64_t v;

    while (protobuf__number(&l, m, PROTOBUF_VARINT, &v)) {
        if ((int64_t)v < 0)
            return q_err_set(err, Q_INVALID, "dimension %zu is %lld", s->rank, (long long)v);
        if (s->rank == Q_MAX_RANK)
            return q_err_set(err, Q_UNSUPPORTED, "more than %d dimensions", Q_MAX_RANK);
        s->dims[s->rank++] = (size_t)v;
    }
    return Q_OK;
}

static q_code sparse_parts(onnx_data *d, q_str bytes, sparse *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_code rc = Q_OK;

    while (!rc && protobuf__next(&m, &f)) {
        if (f.number == 1)
            rc = onnx__read_tensor_of(d, protobuf__bytes(&m, &f), &out->values, &out->name, err);
        else if (f.number == 2)
            rc = onnx__read_tensor_of(d, protobuf__bytes(&m, &f), &out->indices, NULL, err);
        else if (f.number == 3)
            rc = sparse_dims(&m, &f, &out->shape, err);
    }
    if (!rc && m.wrong)
        rc = broken("sparse tensor", m.wrong, err);
    return rc;
}

/* The place of value i in the dense tensor; false when it lies outside. */
static bool sparse_place(const sparse *s, size_t i, size_t count, size_t *place)
{
    const int64_t *at = s->indices.data;
    size_t rank = s->shape.rank, flat = 0;

    if (s->indices.shape.rank == 1) {
        *place = (size_t)at[i];
        return at[i] >= 0 && (uint64_t)at[i] < count;
    }
    for (size_t k = 0; k < rank; k++) {
        int64_t v = at[i * rank + k];

        if (v < 0 || (uint64_t)v >= s->shape.dims[k])
            return false;
        flat = flat * s->shape.dims[k] + (size_t)v;
    }
    *place = flat;
    return true;
}

static q_code sparse_check(const sparse *s, q_err *err)
{
    const q_shape *at = &s->indices.shape;

    if (s->values.dtype == Q_NONE || s->values.shape.rank != 1)
        return broken("sparse tensor", "its values are no list", err);
    if (q_dtype_bits(s->values.dtype) % 8 != 0 || s->values.dtype == Q_STRING)
        return q_err_set(err, Q_UNSUPPORTED, "sparse tensor of %s", q_dtype_name(s->values.dtype));
    if (s->indices.dtype != Q_I64 || at->rank < 1 || at->rank > 2 ||
        at->dims[0] != s->values.shape.dims[0] || (at->rank == 2 && at->dims[1] != s->shape.rank))
        return broken("sparse tensor", "its indices do not fit its values", err);
    return Q_OK;
}

static q_code sparse_fill(onnx_data *d, const sparse *s, q_tensor *out, q_err *err)
{
    size_t unit = q_dtype_bits(s->values.dtype) / 8, bytes, count, place;
    q_code rc = q_tensor_measure(s->values.dtype, &s->shape, SIZE_MAX, &bytes, err);

    if (!rc)
        rc = onnx_data__alloc(d, bytes, &out->data, err);
    if (rc)
        return rc;
    out->dtype = s->values.dtype;
    out->shape = s->shape;
    count = bytes / unit;
    for (size_t i = 0; i < s->values.shape.dims[0]; i++) {
        if (!sparse_place(s, i, count, &place))
            return q_err_set(err, Q_INVALID, "index %zu lies outside", i);
        memcpy((char *)out->data + place * unit, (const char *)s->values.data + i * unit, unit);
    }
    return Q_OK;
}

q_code onnx__read_sparse(onnx_data *d, q_str bytes, q_tensor *out, q_str *name, q_err *err)
{
    sparse s = {.name = {NULL, 0}};
    q_tensor dense = {Q_NONE};
    q_code rc = sparse_parts(d, bytes, &s, err);

    if (!rc)
        rc = sparse_check(&s, err);
    if (!rc)
        rc = sparse_fill(d, &s, &dense, err);
    if (rc)
        return q_err_add(err, rc, "sparse tensor \"%.*s\"", Q_ARG(s.name));
    *out = dense;
    if (name)
        *name = s.name;
    return Q_OK;
}

/* -- Types -- */

static q_code read_dim(q_str bytes, size_t *dim, q_str *name, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;

    *dim = Q_DIM_UNKNOWN;
    *name = (q_str){"", 0};
    while (protobuf__next(&m, &f)) {
        if (f.number == 1) {
            int64_t v = protobuf__int(&m, &f);

            if (v < 0)
                return q_err_set(err, Q_INVALID, "a dimension is %lld", (long long)v);
            *dim = (size_t)v;
        } else if (f.number == 2) {
            *name = protobuf__bytes(&m, &f);
        }
    }
    return m.wrong ? broken("a dimension", m.wrong, err) : Q_OK;
}

static q_code read_shape(q_arena *a, q_str bytes, onnx_type *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_str names[Q_MAX_RANK], *kept;
    size_t named = 0;
    q_code rc = Q_OK;

    out->has_shape = true;
    while (!rc && protobuf__next(&m, &f)) {
        if (f.number != 1)
            continue;
        if (out->shape.rank == Q_MAX_RANK)
            return q_err_set(err, Q_UNSUPPORTED, "more than %d dimensions", Q_MAX_RANK);
        rc = read_dim(protobuf__bytes(&m, &f), &out->shape.dims[out->shape.rank],
                      &names[out->shape.rank], err);
        named += !rc && names[out->shape.rank].n > 0;
        out->shape.rank++;
    }
    if (!rc && m.wrong)
        rc = broken("a shape", m.wrong, err);
    if (rc || named == 0)
        return rc;
    kept = q_arena_array(a, out->shape.rank, sizeof *kept);
    if (!kept)
        return q_err_nomem(err);
    memcpy(kept, names, out->shape.rank * sizeof *kept);
    out->dim_names = kept;
    return Q_OK;
}

static q_code read_tensor_type(q_arena *a, q_str bytes, onnx_type *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_code rc = Q_OK;

    while (!rc && protobuf__next(&m, &f)) {
        if (f.number == 1) {
            int64_t v = protobuf__int(&m, &f);

            if (v < 0 || v >= Q_SEQUENCE || (v > 0 && q_dtype_bits((q_dtype)v) == 0))
                return q_err_set(err, Q_UNSUPPORTED, "element type %lld is not known",
                                 (long long)v);
            out->dtype = (q_dtype)v;
        } else if (f.number == 2) {
            rc = read_shape(a, protobuf__bytes(&m, &f), out, err);
        }
    }
    return !rc && m.wrong ? broken("a type", m.wrong, err) : rc;
}

static q_code read_type(q_arena *a, q_str bytes, size_t depth, onnx_type *out, q_err *err);

/* optional(T): T, marked. */
static q_code read_optional_type(q_arena *a, q_str bytes, size_t depth, onnx_type *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_code rc = Q_OK;

    while (!rc && protobuf__next(&m, &f))
        if (f.number == 1)
            rc = read_type(a, protobuf__bytes(&m, &f), depth + 1, out, err);
    out->optional = true;
    return !rc && m.wrong ? broken("a type", m.wrong, err) : rc;
}

static q_code read_type(q_arena *a, q_str bytes, size_t depth, onnx_type *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_code rc = Q_OK;

    *out = (onnx_type){Q_NONE};
    if (depth == MAX_DEPTH)
        return q_err_set(err, Q_LIMIT, "a type is more than %d deep", MAX_DEPTH);
    while (!rc && protobuf__next(&m, &f)) {
        switch (f.number) {
        case 1:
            rc = read_tensor_type(a, protobuf__bytes(&m, &f), out, err);
            break;
        case 4:
            out->dtype = Q_SEQUENCE;
            break;
        case 5:
            out->dtype = Q_MAP;
            break;
        case 7:
            return q_err_set(err, Q_UNSUPPORTED, "an opaque type");
        case 8:
            return q_err_set(err, Q_UNSUPPORTED, "a sparse tensor as a value");
        case 9:
            rc = read_optional_type(a, protobuf__bytes(&m, &f), depth, out, err);
            break;
        default:
            break;
        }
    }
    return !rc && m.wrong ? broken("a type", m.wrong, err) : rc;
}

q_code onnx__read_type(q_arena *a, q_str bytes, onnx_type *out, q_err *err)
{
    q_code rc = read_type(a, bytes, 0, out, err);

    if (out->optional || out->dtype >= Q_SEQUENCE)
        out->proto = bytes;
    return rc;
}

/* -- Sequences, maps, optionals -- */

typedef struct tensors {
    q_tensor *items;
    size_t count, cap;
} tensors;

static q_code add(q_arena *a, tensors *list, q_tensor **slot, q_err *err)
{
    if (q_arena_grow(a, &list->items, &list->cap, list->count + 1, sizeof *list->items))
        return q_err_nomem(err);
    *slot = &list->items[list->count++];
    return Q_OK;
}

typedef enum kind { TENSOR, SPARSE, SEQUENCE, MAP, OPTIONAL } kind;

static q_code read_value(q_arena *a, kind k, q_str bytes, size_t depth, q_tensor *out, q_err *err);

static q_code read_sequence(q_arena *a, q_str bytes, size_t depth, q_tensor *out, q_str *name,
                            q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    tensors list = {NULL, 0, 0};
    q_code rc = Q_OK;

    while (!rc && protobuf__next(&m, &f)) {
        q_tensor *slot = NULL;

        if (f.number == 1)
            *name = protobuf__bytes(&m, &f);
        if (f.number < 3 || f.number > 7)
            continue;
        rc = add(a, &list, &slot, err);
        if (!rc)
            rc = read_value(a, (kind)(f.number - 3), protobuf__bytes(&m, &f), depth + 1, slot, err);
    }
    if (!rc && m.wrong)
        rc = broken("a sequence", m.wrong, err);
    *out = (q_tensor){Q_SEQUENCE, {1, {list.count}}, list.items};
    return rc;
}

typedef struct keys {
    int64_t *ints;
    q_str *texts;
    size_t int_count, int_cap, text_count, text_cap;
} keys;

static q_code add_key(q_arena *a, protobuf *m, const protobuf_field *f, keys *k, q_err *err)
{
    protobuf_numbers l;
    uint64_t v;

    if (f->number == 4) {
        if (q_arena_grow(a, &k->texts, &k->text_cap, k->text_count + 1, sizeof *k->texts))
            return q_err_nomem(err);
        k->texts[k->text_count++] = protobuf__bytes(m, f);
        return Q_OK;
    }
    l = protobuf__numbers(m, f, PROTOBUF_VARINT);
    while (protobuf__number(&l, m, PROTOBUF_VARINT, &v)) {
        if (q_arena_grow(a, &k->ints, &k->int_cap, k->int_count + 1, sizeof *k->ints))
            return q_err_nomem(err);
        k->ints[k->int_count++] = (int64_t)v;
    }
    return Q_OK;
}

static q_code read_map(q_arena *a, q_str bytes, size_t depth, q_tensor *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    keys k = {NULL};
    q_str name;
    q_tensor *pair = q_arena_array(a, 2, sizeof *pair);
    q_code rc = Q_OK;

    if (!pair)
        return q_err_nomem(err);
    pair[1] = (q_tensor){Q_SEQUENCE, {1, {0}}, NULL};
    while (!rc && protobuf__next(&m, &f)) {
        if (f.number == 3 || f.number == 4)
            rc = add_key(a, &m, &f, &k, err);
        else if (f.number == 5)
            rc = read_sequence(a, protobuf__bytes(&m, &f), depth + 1, &pair[1], &name, err);
    }
    if (!rc && m.wrong)
        rc = broken("a map", m.wrong, err);
    if (rc)
        return rc;
    pair[0] = k.text_count > 0 ? (q_tensor){Q_STRING, {1, {k.text_count}}, k.texts}
                               : (q_tensor){Q_I64, {1, {k.int_count}}, k.ints};
    if (pair[0].shape.dims[0] != pair[1].shape.dims[0])
        return broken("a map", "its keys are not as many as its values", err);
    *out = (q_tensor){Q_MAP, {1, {2}}, pair};
    return Q_OK;
}

static q_code read_optional(q_arena *a, q_str bytes, size_t depth, q_tensor *out, q_str *name,
                            q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_code rc = Q_OK;

    *out = (q_tensor){Q_NONE};
    while (!rc && protobuf__next(&m, &f)) {
        if (f.number == 1)
            *name = protobuf__bytes(&m, &f);
        else if (f.number >= 3 && f.number <= 7)
            rc = read_value(a, (kind)(f.number - 3), protobuf__bytes(&m, &f), depth + 1, out, err);
    }
    return !rc && m.wrong ? broken("an optional", m.wrong, err) : rc;
}

static q_code read_value(q_arena *a, kind k, q_str bytes, size_t depth, q_tensor *out, q_err *err)
{
    q_str name;

    if (depth >= MAX_DEPTH)
        return q_err_set(err, Q_LIMIT, "a value is more than %d deep", MAX_DEPTH);
    switch (k) {
    case TENSOR:
        return onnx__read_tensor(a, bytes, out, NULL, err);
    case SEQUENCE:
        return read_sequence(a, bytes, depth, out, &name, err);
    case MAP:
        return read_map(a, bytes, depth, out, err);
    case OPTIONAL:
        return read_optional(a, bytes, depth, out, &name, err);
    default:
        return q_err_set(err, Q_UNSUPPORTED, "a sparse tensor in a sequence");
    }
}

q_code onnx__read_sequence(q_arena *a, q_str bytes, q_tensor *out, q_str *name, q_err *err)
{
    q_str found = {"", 0};
    q_code rc = read_sequence(a, bytes, 0, out, &found, err);

    if (name)
        *name = found;
    return rc;
}

q_code onnx__read_optional(q_arena *a, q_str bytes, q_tensor *out, q_str *name, q_err *err)
{
    q_str found = {"", 0};
    q_code rc = read_optional(a, bytes, 0, out, &found, err);

    if (name)
        *name = found;
    return rc;
}

/* -- A model's inputs and outputs -- */

enum { MODEL_GRAPH = 7, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

/* The i-th field of that number; without it .p is NULL. */
static q_str nth(protobuf *m, uint32_t number, size_t i)
{
    protobuf_field f;

    while (protobuf__next(m, &f))
        if (f.number == number && i-- == 0)
            return protobuf__bytes(m, &f);
    return (q_str){NULL, 0};
}

q_code onnx__port_type(q_arena *a, q_str model, bool output, size_t i, onnx_type *out, q_str *name,
                       q_err *err)
{
    protobuf m = protobuf__of(model), g, v;
    protobuf_field f;
    q_str port;
    q_code rc = Q_OK;

    g = protobuf__of(nth(&m, MODEL_GRAPH, 0));
    port = nth(&g, output ? GRAPH_OUTPUT : GRAPH_INPUT, i);
    if (m.wrong || g.wrong)
        return broken("a model", m.wrong ? m.wrong : g.wrong, err);
    if (!port.p)
        return q_err_set(err, Q_NOTFOUND, "the model has no %s %zu", output ? "output" : "input",
                         i);
    *out = (onnx_type){Q_NONE};
    for (v = protobuf__of(port); !rc && protobuf__next(&v, &f);) {
        if (f.number == 1)
            *name = protobuf__bytes(&v, &f);
        else if (f.number == 2)
            rc = onnx__read_type(a, protobuf__bytes(&v, &f), out, err);
    }
    return !rc && v.wrong ? broken("a model's input", v.wrong, err) : rc;
}
