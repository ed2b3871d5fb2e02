#include "engine/cut.h"

#include <stdlib.h>
#include <string.h>

static q_code cuttable(const q_tensor *t, q_err *err)
{
    size_t bits = q_dtype_bits(t->dtype);

    if (t->dtype == Q_SEQUENCE || t->dtype == Q_MAP || bits < 8)
        return q_err_set(err, Q_UNSUPPORTED, "cutting a tensor of %s", q_dtype_name(t->dtype));
    return Q_OK;
}

static q_code shape_fits(q_dtype d, const q_shape *s, q_err *err)
{
    size_t bytes;

    return q_tensor_measure(d, s, SIZE_MAX / 2, &bytes, err);
}

static q_code strings_new(q_str *texts, const q_shape *s, q_budget *budget, q_tensor *out,
                          q_err *err)
{
    q_code rc = q_tensor_of_strings(texts, s, budget, out, err);

    free(texts);
    return rc;
}

q_code cut__slice(const q_tensor *t, size_t axis, size_t from, size_t n, q_budget *budget,
                  q_tensor *out, q_err *err)
{
    size_t size = q_dtype_bits(t->dtype) / 8, inner, outer, row;
    q_shape s = t->shape;
    q_tensor made = {0};
    q_str *texts = NULL;
    char *to;
    q_code rc = cuttable(t, err);

    if (rc)
        return rc;
    inner = q_shape_span(&s, axis + 1, s.rank);
    outer = q_shape_span(&s, 0, axis);
    row = n * inner;
    s.dims[axis] = n;
    if (t->dtype == Q_STRING) {
        size = sizeof(q_str);
        texts = calloc(outer * row + 1, size);
        if (!texts)
            return q_err_nomem(err);
        to = (char *)texts;
    } else {
        rc = q_tensor_new(t->dtype, &s, budget, &made, err);
        if (rc)
            return rc;
        to = made.data;
    }
    for (size_t o = 0; o < outer && row; o++)
        memcpy(to + o * row * size,
               (const char *)t->data + (o * t->shape.dims[axis] + from) * inner * size, row * size);
    if (texts)
        return strings_new(texts, &s, budget, out, err);
    *out = made;
    return Q_OK;
}

static void axis_drop(q_tensor *t, size_t axis)
{
    t->shape.rank--;
    for (size_t i = axis; i < t->shape.rank; i++)
        t->shape.dims[i] = t->shape.dims[i + 1];
}

q_code cut__take(const q_tensor *t, size_t axis, size_t index, q_budget *budget, q_tensor *out,
                 q_err *err)
{
    q_code rc = cut__slice(t, axis, index, 1, budget, out, err);

    if (!rc)
        axis_drop(out, axis);
    return rc;
}

static q_code parts_agree(const q_tensor *parts, size_t count, size_t axis, bool stacked,
                          q_shape *joined, q_err *err)
{
    char a[160], b[160];
    q_code rc = cuttable(&parts[0], err);

    if (rc)
        return rc;
    *joined = parts[0].shape;
    if (stacked && joined->rank == Q_MAX_RANK)
        return q_err_set(err, Q_LIMIT, "rank %zu; at most %d", joined->rank + 1, Q_MAX_RANK);
    for (size_t i = 1; i < count; i++) {
        q_shape s = parts[i].shape;
        bool same = s.rank == joined->rank && parts[i].dtype == parts[0].dtype;
        for (size_t d = 0; same && d < s.rank; d++)
            same = (d == axis && !stacked) || s.dims[d] == parts[0].shape.dims[d];
        if (!same)
            return q_err_set(err, Q_INVALID, "cannot join %s %s with %s %s",
                             q_dtype_name(parts[0].dtype), q_shape_text(&parts[0].shape, a),
                             q_dtype_name(parts[i].dtype), q_shape_text(&s, b));
        if (!stacked &&
            __builtin_add_overflow(joined->dims[axis], s.dims[axis], &joined->dims[axis]))
            return q_err_set(err, Q_LIMIT, "joined dimension overflows");
    }
    if (stacked) {
        for (size_t d = joined->rank; d > axis; d--)
            joined->dims[d] = joined->dims[d - 1];
        joined->dims[axis] = count;
        joined->rank++;
    }
    return shape_fits(parts[0].dtype, joined, err);
}

static q_code join(const q_tensor *parts, size_t count, size_t axis, bool stacked, q_budget *budget,
                   q_tensor *out, q_err *err)
{
    q_dtype d = parts[0].dtype;
    size_t size = d == Q_STRING ? sizeof(q_str) : q_dtype_bits(d) / 8, outer, total, at = 0;
    q_tensor made = {0};
    q_str *texts = NULL;
    q_shape s;
    char *to;
    q_code rc = parts_agree(parts, count, axis, stacked, &s, err);

    if (rc)
        return rc;
    outer = q_shape_span(&s, 0, axis);
    total = q_shape_span(&s, axis, s.rank);
    if (d == Q_STRING) {
        texts = calloc(outer * total + 1, size);
        if (!texts)
            return q_err_nomem(err);
        to = (char *)texts;
    } else {
        rc = q_tensor_new(d, &s, budget, &made, err);
        if (rc)
            return rc;
        to = made.data;
    }
    for (size_t p = 0; p < count; p++) {
        size_t row = q_shape_span(&parts[p].shape, axis, parts[p].shape.rank);
        for (size_t o = 0; o < outer && row; o++)
            memcpy(to + (o * total + at) * size, (const char *)parts[p].data + o * row * size,
                   row * size);
        at += row;
    }
    if (texts)
        return strings_new(texts, &s, budget, out, err);
    *out = made;
    return Q_OK;
}

q_code cut__join(const q_tensor *parts, size_t count, size_t axis, q_budget *budget, q_tensor *out,
                 q_err *err)
{
    return join(parts, count, axis, false, budget, out, err);
}

q_code cut__stack(const q_tensor *parts, size_t count, size_t axis, q_budget *budget, q_tensor *out,
                  q_err *err)
{
    return join(parts, count, axis, true, budget, out, err);
}

void cut__free(q_tensor *list, size_t n, q_budget *budget)
{
    for (size_t i = 0; list && i < n; i++)
        q_tensor_clear(&list[i], budget);
    free(list);
}
