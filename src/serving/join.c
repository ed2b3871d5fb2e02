#include "serving/join.h"

#include "engine/element.h"

#include <math.h>
#include <string.h>

static bool has_rows(const q_tensor *t)
{
    return t->dtype != Q_NONE && t->dtype != Q_SEQUENCE && t->dtype != Q_MAP && t->shape.rank > 0 &&
           q_dtype_bits(t->dtype) % 8 == 0;
}

size_t join__rows(const q_tensor *t, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!has_rows(&t[i]) || t[i].shape.dims[0] != t[0].shape.dims[0])
            return 0;
    return count ? t[0].shape.dims[0] : 0;
}

bool join__alike(const q_tensor *a, const q_tensor *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i].dtype != b[i].dtype || a[i].shape.rank != b[i].shape.rank)
            return false;
        for (size_t d = 1; d < a[i].shape.rank; d++)
            if (a[i].shape.dims[d] != b[i].shape.dims[d])
                return false;
    }
    return true;
}

static size_t element_bytes(const q_tensor *t)
{
    return q_dtype_bits(t->dtype) / 8;
}

q_code join__stack(const q_tensor *const *parts, size_t n, q_arena *a, q_tensor *out, q_err *err)
{
    size_t bytes = 0, at = 0;
    char *data;

    *out = *parts[0];
    out->shape.dims[0] = 0;
    for (size_t i = 0; i < n; i++) {
        out->shape.dims[0] += parts[i]->shape.dims[0];
        bytes += q_shape_count(&parts[i]->shape) * element_bytes(parts[i]);
    }
    data = q_arena_alloc(a, bytes);
    if (!data)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        size_t part = q_shape_count(&parts[i]->shape) * element_bytes(parts[i]);

        if (part)
            memcpy(data + at, parts[i]->data, part);
        at += part;
    }
    out->data = data;
    return Q_OK;
}

q_code join__slice(const q_tensor *t, size_t from, size_t rows, q_arena *a, q_tensor *out,
                   q_err *err)
{
    size_t row = q_shape_span(&t->shape, 1, t->shape.rank) * element_bytes(t);
    char *data = q_arena_alloc(a, rows * row);

    if (!data)
        return q_err_nomem(err);
    if (rows && row)
        memcpy(data, (const char *)t->data + from * row, rows * row);
    *out = *t;
    out->shape.dims[0] = rows;
    out->data = data;
    for (size_t i = 0; t->dtype == Q_STRING && i < q_shape_count(&out->shape); i++) {
        q_str *text = (q_str *)(void *)data + i;

        *text = q_str_copy(a, *text);
        if (!text->p)
            return q_err_nomem(err);
    }
    return Q_OK;
}

static bool floats_same(const q_tensor *a, const q_tensor *b)
{
    size_t n = q_shape_count(&a->shape);
    double largest = 0, most = 0, tolerance = element_bytes(a) < 4 ? 1e-2 : 1e-3;

    for (size_t i = 0; i < n; i++) {
        double x = q_element_get(a, i), y = q_element_get(b, i);

        if (isfinite(x) && isfinite(y)) {
            largest = fmax(largest, fabs(x));
            most = fmax(most, fabs(x - y));
        } else if (!(isnan(x) && isnan(y)) && x != y) {
            return false;
        }
    }
    return most <= tolerance * largest;
}

static bool texts_same(const q_tensor *a, const q_tensor *b)
{
    const q_str *x = a->data, *y = b->data;

    for (size_t i = 0; i < q_shape_count(&a->shape); i++)
        if (!q_str_eq(x[i], y[i]))
            return false;
    return true;
}

bool join__same(const q_tensor *a, const q_tensor *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool same = a[i].dtype == b[i].dtype && q_shape_eq(&a[i].shape, &b[i].shape);

        if (same && q_dtype_is_float(a[i].dtype))
            same = floats_same(&a[i], &b[i]);
        else if (same && a[i].dtype == Q_STRING)
            same = texts_same(&a[i], &b[i]);
        else if (same && q_shape_count(&a[i].shape))
            same = memcmp(a[i].data, b[i].data, q_tensor_bytes(&a[i])) == 0;
        if (!same)
            return false;
    }
    return true;
}
