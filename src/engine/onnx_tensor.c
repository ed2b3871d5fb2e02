#include "engine/onnx_tensor.h"

#include "engine/narrow.h"
#include "engine/protobuf.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "raw data is little-endian");

/* TensorProto's fields. */
enum {
    DIMS = 1,
    DATA_TYPE = 2,
    SEGMENT = 3,
    FLOAT_DATA = 4,
    INT32_DATA = 5,
    STRING_DATA = 6,
    INT64_DATA = 7,
    NAME = 8,
    RAW_DATA = 9,
    DOUBLE_DATA = 10,
    UINT64_DATA = 11,
    EXTERNAL_DATA = 13,
    DATA_LOCATION = 14
};

/* How an element type stands in its typed field: `unit` bytes an entry. */
typedef struct typed {
    uint32_t field;
    protobuf_wire wire;
    size_t unit;
} typed;

/* A TensorProto whose parts were found. */
typedef struct proto {
    q_str message, name, raw;
    q_tensor t;
    bool has_raw, external, half; /* half: stored as float16, meant as float32 */
    q_str location;
    uint64_t offset, length;
    bool has_length;
    size_t entries; /* of the typed field */
} proto;

static typed typed_of(q_dtype d)
{
    switch (d) {
    case Q_F32:
    case Q_C64:
        return (typed){FLOAT_DATA, PROTOBUF_FIXED32, 4};
    case Q_F64:
    case Q_C128:
        return (typed){DOUBLE_DATA, PROTOBUF_FIXED64, 8};
    case Q_I64:
        return (typed){INT64_DATA, PROTOBUF_VARINT, 8};
    case Q_U64:
        return (typed){UINT64_DATA, PROTOBUF_VARINT, 8};
    case Q_U32:
        return (typed){UINT64_DATA, PROTOBUF_VARINT, 4};
    case Q_I32:
        return (typed){INT32_DATA, PROTOBUF_VARINT, 4};
    case Q_STRING:
        return (typed){STRING_DATA, PROTOBUF_BYTES, 0};
    default: /* of one or two bytes, 4-bit pairs included */
        return (typed){INT32_DATA, PROTOBUF_VARINT, q_dtype_bits(d) == 16 ? 2 : 1};
    }
}

static q_code broken(const proto *p, const char *why, q_err *err)
{
    return q_err_set(err, Q_INVALID, "tensor \"%.*s\": %s", Q_ARG(p->name), why);
}

static q_code add_dim(proto *p, uint64_t dim, q_err *err)
{
    q_shape *s = &p->t.shape;

    if ((int64_t)dim < 0)
        return q_err_set(err, Q_INVALID, "tensor \"%.*s\": dimension %zu is %lld", Q_ARG(p->name),
                         s->rank, (long long)dim);
    if (s->rank == Q_MAX_RANK)
        return q_err_set(err, Q_UNSUPPORTED, "tensor \"%.*s\": more than %d dimensions",
                         Q_ARG(p->name), Q_MAX_RANK);
    s->dims[s->rank++] = (size_t)dim;
    return Q_OK;
}

static q_code add_dims(proto *p, protobuf *m, const protobuf_field *f, q_err *err)
{
    protobuf_numbers l = protobuf__numbers(m, f, PROTOBUF_VARINT);
    uint64_t v;

    while (protobuf__number(&l, m, PROTOBUF_VARINT, &v)) {
        q_code rc = add_dim(p, v, err);

        if (rc)
            return rc;
    }
    return Q_OK;
}

/* One StringStringEntryProto of external_data. */
static q_code add_external(proto *p, q_str entry, q_err *err)
{
    protobuf m = protobuf__of(entry);
    protobuf_field f;
    q_str key = {NULL, 0}, value = {NULL, 0};

    while (protobuf__next(&m, &f)) {
        if (f.number == 1)
            key = protobuf__bytes(&m, &f);
        if (f.number == 2)
            value = protobuf__bytes(&m, &f);
    }
    if (m.wrong)
        return broken(p, m.wrong, err);
    if (q_str_is(key, "location"))
        p->location = value;
    else if (q_str_is(key, "quern.half"))
        p->half = true;
    else if (q_str_is(key, "offset") && !q_str_u64(value, &p->offset))
        return broken(p, "the offset of its external data is no number", err);
    else if (q_str_is(key, "length")) {
        p->has_length = q_str_u64(value, &p->length);
        if (!p->has_length)
            return broken(p, "the length of its external data is no number", err);
    }
    return Q_OK;
}

static q_code read_dtype(proto *p, int64_t v, q_err *err)
{
    if (v <= 0 || v >= Q_SEQUENCE || q_dtype_bits((q_dtype)v) == 0)
        return q_err_set(err, v == 0 ? Q_INVALID : Q_UNSUPPORTED,
                         "tensor \"%.*s\": element type %lld is not known", Q_ARG(p->name),
                         (long long)v);
    p->t.dtype = (q_dtype)v;
    return Q_OK;
}

/* The name first, for messages; then all but the typed fields. */
static q_code scan(proto *p, q_err *err)
{
    protobuf m = protobuf__of(p->message);
    protobuf_field f;
    int64_t dtype = 0;
    q_code rc = Q_OK;

    while (protobuf__next(&m, &f))
        if (f.number == NAME)
            p->name = protobuf__bytes(&m, &f);
    m = protobuf__of(p->message);
    while (!rc && protobuf__next(&m, &f)) {
        if (f.number == DIMS)
            rc = add_dims(p, &m, &f, err);
        else if (f.number == DATA_TYPE)
            dtype = protobuf__int(&m, &f);
        else if (f.number == SEGMENT)
            rc = q_err_set(err, Q_UNSUPPORTED, "tensor \"%.*s\" is in segments", Q_ARG(p->name));
        else if (f.number == RAW_DATA) {
            p->raw = protobuf__bytes(&m, &f);
            p->has_raw = true;
        } else if (f.number == EXTERNAL_DATA)
            rc = add_external(p, protobuf__bytes(&m, &f), err);
        else if (f.number == DATA_LOCATION)
            p->external = protobuf__int(&m, &f) == 1;
    }
    if (!rc && m.wrong)
        rc = broken(p, m.wrong, err);
    return rc ? rc : read_dtype(p, dtype, err);
}

static q_code count_entries(proto *p, const typed *kind, q_err *err)
{
    protobuf m = protobuf__of(p->message);
    protobuf_field f;

    p->entries = 0;
    while (protobuf__next(&m, &f)) {
        if (f.number != kind->field)
            continue;
        if (kind->wire == PROTOBUF_BYTES)
            p->entries += f.wire == PROTOBUF_BYTES;
        else
            p->entries += protobuf__count(&m, &f, kind->wire);
    }
    return m.wrong ? broken(p, m.wrong, err) : Q_OK;
}

static q_code wrong_size(const proto *p, size_t has, size_t wants, const char *what, q_err *err)
{
    char shape[160];

    return q_err_set(err, Q_INVALID, "tensor \"%.*s\" holds %zu %s; %s of %s has %zu",
                     Q_ARG(p->name), has, what, q_shape_text(&p->t.shape, shape),
                     q_dtype_name(p->t.dtype), wants);
}

static q_code alloc(onnx_data *d, q_arena *a, const proto *p, size_t bytes, void **out, q_err *err)
{
    char *block;

    if (d) {
        q_code rc = onnx_data__alloc(d, bytes, out, err);

        return rc ? q_err_add(err, rc, "tensor \"%.*s\"", Q_ARG(p->name)) : Q_OK;
    }
    block = bytes > SIZE_MAX - Q_TENSOR_ALIGN ? NULL : q_arena_alloc(a, bytes + Q_TENSOR_ALIGN);
    if (!block)
        return q_err_nomem(err);
    *out = block + (-(uintptr_t)block & (Q_TENSOR_ALIGN - 1));
    return Q_OK;
}

/* Bytes as they lie in a file: borrowed when they are aligned, else copied. */
static q_code take_raw(onnx_data *d, q_arena *a, proto *p, q_str raw, q_err *err)
{
    size_t bits = q_dtype_bits(p->t.dtype);
    size_t unit = bits <= 8 ? 1 : bits >= 64 ? 8 : bits / 8;
    q_code rc;

    if (raw.n == 0)
        return Q_OK;
    if (p->t.dtype != Q_BOOL && (uintptr_t)raw.p % unit == 0) {
        p->t.data = (void *)(uintptr_t)raw.p;
        return Q_OK;
    }
    rc = alloc(d, a, p, raw.n, &p->t.data, err);
    if (rc)
        return rc;
    memcpy(p->t.data, raw.p, raw.n);
    if (p->t.dtype == Q_BOOL)
        for (size_t i = 0; i < raw.n; i++)
            ((unsigned char *)p->t.data)[i] = raw.p[i] != 0;
    return Q_OK;
}

static q_code take_half(onnx_data *d, q_arena *a, proto *p, q_str raw, q_err *err)
{
    size_t count = raw.n / 2;
    q_code rc = alloc(d, a, p, count * sizeof(float), &p->t.data, err);

    for (size_t i = 0; !rc && i < count; i++) {
        uint16_t h;

        memcpy(&h, raw.p + 2 * i, sizeof h);
        ((float *)p->t.data)[i] = narrow__from_f16(h);
    }
    p->t.dtype = Q_F32;
    return rc;
}

static q_code take_external(onnx_data *d, q_arena *a, proto *p, size_t bytes, q_err *err)
{
    q_str raw;
    q_code rc;

    if (!d)
        return broken(p, "its data is in a file beside the model", err);
    if (p->t.dtype == Q_STRING)
        return broken(p, "texts as external data", err);
    if (p->has_length && p->length != bytes)
        return wrong_size(p, p->length, bytes, "bytes", err);
    rc = onnx_data__external(d, p->location, p->offset, bytes, &raw, err);
    if (rc)
        return q_err_add(err, rc, "tensor \"%.*s\"", Q_ARG(p->name));
    if (p->half && p->t.dtype == Q_F16)
        return take_half(d, a, p, raw, err);
    return take_raw(d, a, p, raw, err);
}

static void store(void *out, size_t unit, size_t i, uint64_t v)
{
    memcpy((char *)out + i * unit, &v, unit);
}

/* Entries past `cap` are not written: they were counted before. */
static void fill(proto *p, const typed *kind, size_t cap)
{
    protobuf m = protobuf__of(p->message);
    protobuf_field f;
    size_t i = 0;
    uint64_t v;

    while (protobuf__next(&m, &f)) {
        protobuf_numbers l;

        if (f.number != kind->field)
            continue;
        l = protobuf__numbers(&m, &f, kind->wire);
        while (i < cap && protobuf__number(&l, &m, kind->wire, &v))
            store(p->t.data, kind->unit, i++, p->t.dtype == Q_BOOL ? v != 0 : v);
    }
}

static q_code take_typed(onnx_data *d, q_arena *a, proto *p, size_t bytes, q_err *err)
{
    typed kind = typed_of(p->t.dtype);
    size_t wants = bytes / kind.unit;
    q_code rc = count_entries(p, &kind, err);

    if (rc)
        return rc;
    if (p->entries != wants)
        return wrong_size(p, p->entries, wants, "entries", err);
    if (wants == 0)
        return Q_OK;
    rc = alloc(d, a, p, bytes, &p->t.data, err);
    if (!rc)
        fill(p, &kind, wants);
    return rc;
}

/* The array of texts, then their bytes, in one block (tensor.h). */
static q_code take_strings(onnx_data *d, q_arena *a, proto *p, size_t count, q_err *err)
{
    typed kind = typed_of(Q_STRING);
    protobuf m = protobuf__of(p->message);
    protobuf_field f;
    size_t bytes = 0, i = 0;
    q_str *texts;
    char *at;
    void *block;
    q_code rc = count_entries(p, &kind, err);

    if (rc)
        return rc;
    if (p->entries != count)
        return wrong_size(p, p->entries, count, "texts", err);
    if (count == 0)
        return Q_OK;
    while (protobuf__next(&m, &f))
        if (f.number == STRING_DATA && f.wire == PROTOBUF_BYTES)
            bytes += f.bytes.n;
    rc = alloc(d, a, p, bytes + count * sizeof *texts, &block, err);
    if (rc)
        return rc;
    p->t.data = texts = block;
    at = (char *)(texts + count);
    for (m = protobuf__of(p->message); i < count && protobuf__next(&m, &f);) {
        if (f.number != STRING_DATA || f.wire != PROTOBUF_BYTES)
            continue;
        texts[i++] = (q_str){at, f.bytes.n};
        if (f.bytes.n > 0)
            memcpy(at, f.bytes.p, f.bytes.n);
        at += f.bytes.n;
    }
    return Q_OK;
}

static q_code take_data(onnx_data *d, q_arena *a, proto *p, q_err *err)
{
    size_t bytes, count;
    q_code rc = q_tensor_measure(p->t.dtype, &p->t.shape, SIZE_MAX, &bytes, err);

    if (rc)
        return q_err_add(err, rc, "tensor \"%.*s\"", Q_ARG(p->name));
    if (!q_shape_measure(&p->t.shape, &count))
        return broken(p, "its elements cannot be counted", err);
    if (p->external)
        return take_external(d, a, p, bytes, err);
    if (p->t.dtype == Q_STRING)
        return take_strings(d, a, p, count, err);
    if (!p->has_raw || (p->raw.n == 0 && bytes > 0))
        return take_typed(d, a, p, bytes, err);
    if (p->raw.n != bytes)
        return wrong_size(p, p->raw.n, bytes, "bytes", err);
    return take_raw(d, a, p, p->raw, err);
}

static q_code read_tensor(onnx_data *d, q_arena *a, q_str bytes, q_tensor *out, q_str *name,
                          q_err *err)
{
    proto p = {.message = bytes};
    q_code rc = scan(&p, err);

    if (!rc)
        rc = take_data(d, a, &p, err);
    if (rc)
        return rc;
    *out = p.t;
    if (name)
        *name = p.name;
    return Q_OK;
}

q_code onnx__read_tensor(q_arena *a, q_str bytes, q_tensor *out, q_str *name, q_err *err)
{
    return read_tensor(NULL, a, bytes, out, name, err);
}

q_code onnx__read_tensor_of(onnx_data *d, q_str bytes, q_tensor *out, q_str *name, q_err *err)
{
    return read_tensor(d, NULL, bytes, out, name, err);
}
