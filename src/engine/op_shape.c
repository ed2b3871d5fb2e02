/* Operators about shapes: Reshape and its kin, Shape, Size, and tensors made from a shape. */
#include "engine/convert.h"
#include "engine/op_tables.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* -- Reshape -- */

typedef struct reshape_params {
    int64_t allow_zero; /* a 0 is a dimension of 0, not one that is kept */
} reshape_params;

static q_code reshape_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return op__attr_int(n, "allowzero", 0, &((reshape_params *)params)->allow_zero, err);
}

/* The dimension that is -1, from how many elements the others leave. */
static q_code fill_free(const q_shape *from, q_shape *to, size_t unknown, q_err *err)
{
    size_t have = q_shape_count(from), rest = 1;
    char a[160], b[160];
    q_shape others = *to;

    if (unknown != SIZE_MAX)
        others.dims[unknown] = 1;
    if (!q_shape_measure(&others, &rest) || (unknown == SIZE_MAX && rest != have) ||
        (unknown != SIZE_MAX && (rest ? have % rest != 0 : have != 0))) {
        if (unknown != SIZE_MAX)
            to->dims[unknown] = SIZE_MAX; /* printed as "?" */
        return q_err_set(err, Q_INVALID, "shape %s does not become %s", q_shape_text(from, a),
                         q_shape_text(to, b));
    }
    if (unknown != SIZE_MAX)
        to->dims[unknown] = rest ? have / rest : 0;
    return Q_OK;
}

static q_code reshape_infer(q_op_call *c, q_err *err)
{
    const reshape_params *p = c->params;
    int64_t dims[Q_MAX_RANK];
    size_t unknown = SIZE_MAX, count;
    q_shape to;
    q_code rc = op__ints(c, 1, dims, Q_MAX_RANK, &count, err);

    if (rc || c->later)
        return rc;
    if (!c->in[0])
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    const q_shape *from = &c->in[0]->shape;
    to = (q_shape){.rank = count};
    for (size_t i = 0; i < count; i++) {
        if (dims[i] < -1 || (dims[i] == -1 && unknown != SIZE_MAX))
            return q_err_set(err, Q_INVALID, "dimension %zu of the new shape is %lld", i,
                             (long long)dims[i]);
        if (dims[i] == 0 && !p->allow_zero && i >= from->rank)
            return q_err_set(err, Q_INVALID, "dimension %zu is to be kept; there are %zu", i,
                             from->rank);
        if (dims[i] == -1)
            unknown = i;
        to.dims[i] = dims[i] > 0                      ? (size_t)dims[i]
                     : dims[i] == 0 && !p->allow_zero ? from->dims[i]
                                                      : 0;
    }
    rc = fill_free(from, &to, unknown, err);
    if (!rc)
        op__set(c, 0, c->in[0]->dtype, &to);
    return rc;
}

/* -- Squeeze, Unsqueeze, Flatten -- */

typedef struct axes_params {
    const int64_t *axes; /* before version 13; borrowed */
    size_t count;
    int64_t axis; /* Flatten */
} axes_params;

static q_code axes_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    axes_params *p = params;

    (void)a;
    return op__attr_ints(n, "axes", &p->axes, &p->count, err);
}

/* The axes, of the attribute or of input 1, as a set of those of a tensor of `rank`. */
static q_code axes_of(q_op_call *c, size_t rank, bool set[Q_MAX_RANK], size_t *count, q_err *err)
{
    const axes_params *p = c->params;
    int64_t values[Q_MAX_RANK];
    const int64_t *axes = values;
    q_code rc = Q_OK;

    memset(set, 0, Q_MAX_RANK * sizeof *set);
    if (p) {
        axes = p->axes;
        *count = p->count;
    } else {
        rc = op__ints(c, 1, values, Q_MAX_RANK, count, err);
    }
    for (size_t i = 0; !rc && i < *count; i++) {
        size_t axis;

        rc = op__axis(axes[i], rank, &axis, err);
        if (!rc && set[axis])
            rc = q_err_set(err, Q_INVALID, "axis %zu is named twice", axis);
        if (!rc)
            set[axis] = true;
    }
    return rc;
}

static q_code squeeze_infer(q_op_call *c, q_err *err)
{
    bool drop[Q_MAX_RANK];
    size_t count;
    q_shape to = {0};
    char text[160];

    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    const q_shape *from = &c->in[0]->shape;
    q_code rc = axes_of(c, from->rank, drop, &count, err);
    if (rc || c->later)
        return rc;
    for (size_t d = 0; d < from->rank; d++) {
        if (count == 0)
            drop[d] = from->dims[d] == 1;
        if (drop[d] && from->dims[d] != 1)
            return q_err_set(err, Q_INVALID, "dimension %zu of %s is not 1", d,
                             q_shape_text(from, text));
        if (!drop[d])
            to.dims[to.rank++] = from->dims[d];
    }
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

static q_code unsqueeze_infer(q_op_call *c, q_err *err)
{
    const axes_params *p = c->params;
    bool add[Q_MAX_RANK];
    size_t count = p ? p->count : 0;
    q_shape to = {0};
    int64_t values[Q_MAX_RANK];
    q_code rc = p ? Q_OK : op__ints(c, 1, values, Q_MAX_RANK, &count, err);

    if (rc || c->later)
        return rc;
    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    const q_shape *from = &c->in[0]->shape;
    to.rank = from->rank + count;
    if (to.rank > Q_MAX_RANK)
        return q_err_set(err, Q_UNSUPPORTED, "%zu dimensions; at most %d", to.rank, Q_MAX_RANK);
    rc = axes_of(c, to.rank, add, &count, err);
    for (size_t d = 0, old = 0; !rc && d < to.rank; d++)
        to.dims[d] = add[d] ? 1 : from->dims[old++];
    if (!rc)
        op__set(c, 0, c->in[0]->dtype, &to);
    return rc;
}

static q_code flatten_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return op__attr_int(n, "axis", 1, &((axes_params *)params)->axis, err);
}

static q_code flatten_infer(q_op_call *c, q_err *err)
{
    int64_t axis = ((const axes_params *)c->params)->axis;

    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    const q_shape *from = &c->in[0]->shape;
    int64_t rank = (int64_t)from->rank;
    if (axis < -rank || axis > rank)
        return q_err_set(err, Q_INVALID, "axis %lld of a tensor of %zu dimensions", (long long)axis,
                         from->rank);
    size_t at = (size_t)(axis < 0 ? axis + rank : axis);
    q_shape to = {2, {q_shape_span(from, 0, at), q_shape_span(from, at, from->rank)}};
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

/* -- Shape, Size -- */

typedef struct shape_params {
    int64_t start, end;
} shape_params;

static q_code shape_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    shape_params *p = params;
    q_code rc = op__attr_int(n, "start", 0, &p->start, err);

    (void)a;
    return rc ? rc : op__attr_int(n, "end", INT64_MAX, &p->end, err);
}

static size_t clamp_axis(int64_t axis, size_t rank)
{
    int64_t r = (int64_t)rank;

    if (axis < 0)
        axis = axis < -r ? 0 : axis + r;
    return (size_t)(axis > r ? r : axis);
}

static q_code shape_infer(q_op_call *c, q_err *err)
{
    const shape_params *p = c->params;

    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    size_t rank = c->in[0]->shape.rank;
    size_t start = clamp_axis(p->start, rank), end = clamp_axis(p->end, rank);
    op__set(c, 0, Q_I64, &(q_shape){1, {end > start ? end - start : 0}});
    return Q_OK;
}

static q_code shape_run(q_op_call *c, q_err *err)
{
    const shape_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    int64_t *out = c->out[0]->data;

    (void)err;
    for (size_t d = clamp_axis(p->start, s->rank); d < clamp_axis(p->end, s->rank); d++)
        *out++ = (int64_t)s->dims[d];
    return Q_OK;
}

static q_code size_infer(q_op_call *c, q_err *err)
{
    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    op__set(c, 0, Q_I64, &(q_shape){0});
    return Q_OK;
}

static q_code size_run(q_op_call *c, q_err *err)
{
    (void)err;
    *(int64_t *)c->out[0]->data = (int64_t)q_shape_count(&c->in[0]->shape);
    return Q_OK;
}

/* -- ConstantOfShape -- */

typedef struct fill_params {
    q_tensor value; /* one element; without data: float 0 */
} fill_params;

static q_code fill_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    const q_attr *value = q_node_attr(n, "value");
    fill_params *p = params;

    (void)a;
    p->value = (q_tensor){.dtype = Q_F32};
    if (!value)
        return Q_OK;
    if (value->kind != Q_ATTR_TENSOR || q_shape_count(&value->tensors->shape) != 1 ||
        q_dtype_bits(value->tensors->dtype) < 8 || value->tensors->dtype == Q_STRING ||
        value->tensors->dtype > Q_I4)
        return q_err_set(err, Q_INVALID, "attribute value is no tensor of one number");
    p->value = *value->tensors;
    return Q_OK;
}

static q_code fill_infer(q_op_call *c, q_err *err)
{
    int64_t dims[Q_MAX_RANK];
    q_shape s = {0};
    q_code rc = op__ints(c, 0, dims, Q_MAX_RANK, &s.rank, err);

    if (rc || c->later)
        return rc;
    for (size_t d = 0; d < s.rank; d++) {
        if (dims[d] < 0)
            return q_err_set(err, Q_INVALID, "dimension %zu is %lld", d, (long long)dims[d]);
        s.dims[d] = (size_t)dims[d];
    }
    op__set(c, 0, ((const fill_params *)c->params)->value.dtype, &s);
    return Q_OK;
}

static q_code fill_run(q_op_call *c, q_err *err)
{
    const q_tensor *value = &((const fill_params *)c->params)->value, *y = c->out[0];
    size_t size = q_dtype_bits(y->dtype) / 8, n = q_shape_count(&y->shape);

    (void)err;
    if (n && !value->data)
        memset(y->data, 0, n * size);
    for (size_t i = 0; value->data && i < n; i++)
        memcpy((char *)y->data + i * size, value->data, size);
    return Q_OK;
}

/* -- Range -- */

/* Elements from start to before limit. */
static q_code range_count(const q_op_call *c, size_t *count, q_err *err)
{
    double v[3];

    if (q_dtype_is_float(c->in[0]->dtype)) {
        for (size_t i = 0; i < 3; i++)
            v[i] = convert__f64_at(c->in[i], 0);
        double n = ceil((v[1] - v[0]) / v[2]);

        if (v[2] == 0 || isnan(n) || n >= 0x1p48)
            return q_err_set(err, Q_INVALID, "a range from %g to %g by %g", v[0], v[1], v[2]);
        *count = n > 0 ? (size_t)n : 0;
        return Q_OK;
    }
    int64_t start = convert__i64_at(c->in[0], 0), limit = convert__i64_at(c->in[1], 0);
    int64_t delta = convert__i64_at(c->in[2], 0);
    uint64_t distance =
        delta > 0 ? (uint64_t)limit - (uint64_t)start : (uint64_t)start - (uint64_t)limit;
    uint64_t step = delta > 0 ? (uint64_t)delta : 0 - (uint64_t)delta;

    if (delta == 0)
        return q_err_set(err, Q_INVALID, "a range by steps of 0");
    *count = (delta > 0 ? limit <= start : limit >= start) ? 0 : (distance - 1) / step + 1;
    return Q_OK;
}

static q_code range_infer(q_op_call *c, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_F64, Q_I16, Q_I32, Q_I64, Q_F16, Q_BF16, Q_NONE};
    bool known = true;
    size_t count = 0;

    for (size_t i = 0; i < 3; i++) {
        q_code rc = op__want(c, i, err, types);

        if (rc)
            return rc;
        if (c->in[i]->dtype != c->in[0]->dtype || q_shape_count(&c->in[i]->shape) != 1)
            return q_err_set(err, Q_INVALID, "input %zu is no scalar of the first one's type", i);
        known = known && c->in[i]->data;
    }
    c->later = !known;
    if (!known)
        return Q_OK;
    q_code rc = range_count(c, &count, err);
    if (!rc)
        op__set(c, 0, c->in[0]->dtype, &(q_shape){1, {count}});
    return rc;
}

static q_code range_run(q_op_call *c, q_err *err)
{
    const q_tensor *y = c->out[0];
    size_t size = q_dtype_bits(y->dtype) / 8;

    (void)err;
    for (size_t i = 0, n = q_shape_count(&y->shape); i < n; i++) {
        char *to = (char *)y->data + i * size;

        if (q_dtype_is_float(y->dtype)) {
            double v = convert__f64_at(c->in[0], 0) + (double)i * convert__f64_at(c->in[2], 0);

            convert__range(&v, Q_F64, to, y->dtype, 0, 1, true);
        } else {
            int64_t v = (int64_t)((uint64_t)convert__i64_at(c->in[0], 0) +
                                  i * (uint64_t)convert__i64_at(c->in[2], 0));

            convert__range(&v, Q_I64, to, y->dtype, 0, 1, true);
        }
    }
    return Q_OK;
}

/* -- EyeLike -- */

typedef struct eye_params {
    int64_t dtype, k;
} eye_params;

static q_code eye_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    eye_params *p = params;
    q_code rc = op__attr_int(n, "dtype", 0, &p->dtype, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "k", 0, &p->k, err);
    if (!rc && p->dtype &&
        (p->dtype < 0 || p->dtype > Q_BF16 || !convert__knows((q_dtype)p->dtype)))
        rc = q_err_set(err, Q_UNSUPPORTED, "element type %lld", (long long)p->dtype);
    return rc;
}

static q_code eye_infer(q_op_call *c, q_err *err)
{
    const eye_params *p = c->params;

    if (!op__has(c, 0) || c->in[0]->shape.rank != 2)
        return q_err_set(err, Q_INVALID, "the input is no matrix");
    q_dtype d = p->dtype ? (q_dtype)p->dtype : c->in[0]->dtype;
    if (!convert__knows(d) || q_dtype_bits(d) < 8)
        return q_err_set(err, Q_UNSUPPORTED, "EyeLike of %s", q_dtype_name(d));
    op__set(c, 0, d, &c->in[0]->shape);
    return Q_OK;
}

static q_code eye_run(q_op_call *c, q_err *err)
{
    const eye_params *p = c->params;
    const q_tensor *y = c->out[0];
    size_t rows = y->shape.dims[0], columns = y->shape.dims[1];
    size_t size = q_dtype_bits(y->dtype) / 8;
    const int64_t one = 1;

    (void)err;
    if (y->data)
        memset(y->data, 0, q_tensor_bytes(y));
    for (size_t i = 0; i < rows; i++) {
        int64_t j = (int64_t)((uint64_t)i + (uint64_t)p->k);

        if (j >= 0 && j < (int64_t)columns)
            convert__range(&one, Q_I64, (char *)y->data + (i * columns + (size_t)j) * size,
                           y->dtype, 0, 1, true);
    }
    return Q_OK;
}

/* -- The table -- */

#define OP(name, from, to, least, most)                                                            \
    .domain = "", .type = (name), .since = (from), .until = (to), .min_in = (least),               \
    .max_in = (most), .max_out = 1
#define PARAMS(type_, by) .params_bytes = sizeof(type_), .load = (by)

static const q_op ops[] = {
    {OP("ConstantOfShape", 9, 0, 1, 1), PARAMS(fill_params, fill_load), .infer = fill_infer,
     .run = fill_run},
    {OP("EyeLike", 9, 0, 1, 1), PARAMS(eye_params, eye_load), .flags = Q_OP_BY_SHAPE,
     .infer = eye_infer, .run = eye_run},
    {OP("Flatten", 1, 0, 1, 1), PARAMS(axes_params, flatten_load), .flags = Q_OP_ALIAS,
     .infer = flatten_infer},
    {OP("Range", 11, 0, 3, 3), .infer = range_infer, .run = range_run},
    {OP("Reshape", 5, 0, 2, 2), PARAMS(reshape_params, reshape_load), .flags = Q_OP_ALIAS,
     .infer = reshape_infer},
    {OP("Shape", 1, 0, 1, 1), PARAMS(shape_params, shape_load), .flags = Q_OP_BY_SHAPE,
     .infer = shape_infer, .run = shape_run},
    {OP("Size", 1, 0, 1, 1), .flags = Q_OP_BY_SHAPE, .infer = size_infer, .run = size_run},
    {OP("Squeeze", 1, 12, 1, 1), PARAMS(axes_params, axes_load), .flags = Q_OP_ALIAS,
     .infer = squeeze_infer},
    {OP("Squeeze", 13, 0, 1, 2), .flags = Q_OP_ALIAS, .infer = squeeze_infer},
    {OP("Unsqueeze", 1, 12, 1, 1), PARAMS(axes_params, axes_load), .flags = Q_OP_ALIAS,
     .infer = unsqueeze_infer},
    {OP("Unsqueeze", 13, 0, 2, 2), .flags = Q_OP_ALIAS, .infer = unsqueeze_infer},
};
const q_op_table op__shape = {ops, sizeof ops / sizeof *ops};
