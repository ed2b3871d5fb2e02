#include "engine/tensor.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct dtype_fact {
    q_dtype dtype;
    const char *name;
    size_t bits;
} dtype_fact;

static const dtype_fact facts[] = {
    {Q_NONE, "none", 0},
    {Q_F32, "float32", 32},
    {Q_U8, "uint8", 8},
    {Q_I8, "int8", 8},
    {Q_U16, "uint16", 16},
    {Q_I16, "int16", 16},
    {Q_I32, "int32", 32},
    {Q_I64, "int64", 64},
    {Q_STRING, "string", 8 * sizeof(q_str)},
    {Q_BOOL, "bool", 8},
    {Q_F16, "float16", 16},
    {Q_F64, "float64", 64},
    {Q_U32, "uint32", 32},
    {Q_U64, "uint64", 64},
    {Q_C64, "complex64", 64},
    {Q_C128, "complex128", 128},
    {Q_BF16, "bfloat16", 16},
    {Q_F8E4M3FN, "float8e4m3fn", 8},
    {Q_F8E4M3FNUZ, "float8e4m3fnuz", 8},
    {Q_F8E5M2, "float8e5m2", 8},
    {Q_F8E5M2FNUZ, "float8e5m2fnuz", 8},
    {Q_U4, "uint4", 4},
    {Q_I4, "int4", 4},
    {Q_SEQUENCE, "sequence", 8 * sizeof(q_tensor)},
    {Q_MAP, "map", 8 * sizeof(q_tensor)},
};

static const dtype_fact *fact_of(q_dtype d)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i].dtype == d)
            return &facts[i];
    return &facts[0];
}

const char *q_dtype_name(q_dtype d)
{
    return fact_of(d)->name;
}

q_dtype q_dtype_of(q_str name)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (q_str_is(name, facts[i].name))
            return facts[i].dtype;
    return Q_NONE;
}

size_t q_dtype_bits(q_dtype d)
{
    return fact_of(d)->bits;
}

bool q_dtype_is_float(q_dtype d)
{
    return d == Q_F32 || d == Q_F64 || d == Q_F16 || d == Q_BF16;
}

bool q_dtype_is_integer(q_dtype d)
{
    return (d >= Q_U8 && d <= Q_I64) || d == Q_U32 || d == Q_U64;
}

bool q_shape_measure(const q_shape *s, size_t *count)
{
    size_t n = 1;

    for (size_t i = 0; i < s->rank; i++)
        if (s->dims[i] == 0)
            n = 0;
    for (size_t i = 0; i < s->rank; i++)
        if (!q_size_mul(&n, n, s->dims[i]))
            return false;
    *count = n;
    return true;
}

size_t q_shape_count(const q_shape *s)
{
    return q_shape_span(s, 0, s->rank);
}

bool q_shape_eq(const q_shape *a, const q_shape *b)
{
    return a->rank == b->rank && memcmp(a->dims, b->dims, a->rank * sizeof *a->dims) == 0;
}

size_t q_shape_span(const q_shape *s, size_t from, size_t to)
{
    size_t n = 1;

    for (size_t i = from; i < to; i++)
        n *= s->dims[i];
    return n;
}

char *q_shape_text(const q_shape *s, char out[160])
{
    size_t at = 0;

    out[at++] = '[';
    for (size_t i = 0; i < s->rank; i++) {
        int n = s->dims[i] == SIZE_MAX
                    ? snprintf(out + at, 160 - at, "%s?", i ? ", " : "")
                    : snprintf(out + at, 160 - at, "%s%zu", i ? ", " : "", s->dims[i]);

        if (n < 0 || (size_t)n >= 158 - at)
            break;
        at += (size_t)n;
    }
    out[at++] = ']';
    out[at] = '\0';
    return out;
}

q_code q_tensor_measure(q_dtype d, const q_shape *s, size_t limit, size_t *bytes, q_err *err)
{
    size_t count, bits = q_dtype_bits(d), size;
    char text[160];

    if (!q_shape_measure(s, &count) || !q_size_mul(&size, count, bits) || size / 8 > limit)
        return q_err_set(err, Q_LIMIT, "a %s tensor of shape %s is larger than %zu bytes",
                         q_dtype_name(d), q_shape_text(s, text), limit);
    *bytes = size / 8 + (size % 8 != 0);
    return Q_OK;
}

size_t q_tensor_bytes(const q_tensor *t)
{
    return (q_shape_count(&t->shape) * q_dtype_bits(t->dtype) + 7) / 8;
}

/* Strings lie behind their array: their bytes come on top of q_tensor_bytes. */
static q_code allocate(q_dtype d, const q_shape *s, size_t more, q_budget *budget, q_tensor *out,
                       q_err *err)
{
    size_t bytes = 0;
    size_t left = budget ? budget->limit - budget->used : SIZE_MAX / 16;
    char text[160];
    void *data = NULL;
    q_code rc = q_tensor_measure(d, s, left, &bytes, err);

    if (rc)
        return rc;
    if (more > left - bytes)
        return q_err_set(err, Q_LIMIT, "strings of %zu bytes are more than the %zu left", more,
                         left - bytes);
    bytes += more;
    if (bytes) {
        size_t whole = (bytes + Q_TENSOR_ALIGN - 1) & ~(size_t)(Q_TENSOR_ALIGN - 1);

        data = aligned_alloc(Q_TENSOR_ALIGN, whole);
        if (!data)
            return q_err_set(err, Q_NOMEM, "no memory for a %s tensor of shape %s", q_dtype_name(d),
                             q_shape_text(s, text));
        memset(data, 0, whole);
    }
    if (budget)
        budget->used += bytes;
    *out = (q_tensor){.dtype = d, .shape = *s, .data = data};
    return Q_OK;
}

q_code q_tensor_new(q_dtype d, const q_shape *s, q_budget *budget, q_tensor *out, q_err *err)
{
    return allocate(d, s, 0, budget, out, err);
}

static size_t string_bytes(const q_tensor *t)
{
    const q_str *texts = t->data;
    size_t n = 0;

    for (size_t i = 0; i < q_shape_count(&t->shape); i++)
        n += texts[i].n;
    return n;
}

void q_tensor_clear(q_tensor *t, q_budget *budget)
{
    if (t->data) {
        size_t bytes = q_tensor_bytes(t);

        if (t->dtype == Q_STRING)
            bytes += string_bytes(t);
        if (t->dtype == Q_SEQUENCE || t->dtype == Q_MAP)
            for (size_t i = 0; i < q_shape_count(&t->shape); i++)
                q_tensor_clear((q_tensor *)t->data + i, budget);
        if (budget)
            budget->used -= bytes;
        free(t->data);
    }
    *t = (q_tensor){0};
}

q_code q_tensor_copy(const q_tensor *from, q_budget *budget, q_tensor *out, q_err *err)
{
    q_tensor made = {0};
    q_code rc;

    if (from->dtype == Q_STRING)
        return q_tensor_of_strings(from->data, &from->shape, budget, out, err);
    rc = allocate(from->dtype, &from->shape, 0, budget, &made, err);
    if (rc)
        return rc;
    if (from->dtype == Q_SEQUENCE || from->dtype == Q_MAP) {
        const q_tensor *items = from->data;

        for (size_t i = 0; !rc && i < q_shape_count(&from->shape); i++) {
            assert(made.data);
            rc = q_tensor_copy(&items[i], budget, (q_tensor *)made.data + i, err);
        }
        if (rc) {
            q_tensor_clear(&made, budget);
            return rc;
        }
    } else if (made.data) {
        memcpy(made.data, from->data, q_tensor_bytes(from));
    }
    *out = made;
    return Q_OK;
}

q_code q_tensor_of_strings(const q_str *texts, const q_shape *s, q_budget *budget, q_tensor *out,
                           q_err *err)
{
    size_t count, bytes = 0;
    q_code rc;

    if (!q_shape_measure(s, &count))
        count = SIZE_MAX; /* refused below */
    for (size_t i = 0; i < count && count != SIZE_MAX; i++)
        bytes += texts[i].n;
    rc = allocate(Q_STRING, s, bytes, budget, out, err);
    if (rc)
        return rc;
    char *to = out->data ? (char *)((q_str *)out->data + count) : NULL;
    for (size_t i = 0; i < count; i++) {
        assert(to); /* a string is not 0 bytes */
        if (texts[i].n)
            memcpy(to, texts[i].p, texts[i].n);
        ((q_str *)out->data)[i] = (q_str){to, texts[i].n};
        to += texts[i].n;
    }
    return Q_OK;
}
