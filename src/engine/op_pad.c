/* Pad and CenterCropPad: a tensor with margins, or without some. */
#include "engine/convert.h"
#include "engine/op_strings.h"
#include "engine/op_tables.h"
#include "engine/view.h"

#include <string.h>

typedef enum pad_mode { PAD_CONSTANT, PAD_REFLECT, PAD_EDGE, PAD_WRAP } pad_mode;

typedef struct pad_params {
    pad_mode mode;
    double value;        /* before version 11 */
    const int64_t *pads; /* before version 11; borrowed */
    size_t count;
    bool by_attribute;
} pad_params;

/* Elements before and behind each dimension; negative ones are cut off. */
typedef struct margins {
    int64_t before[Q_MAX_RANK], behind[Q_MAX_RANK];
} margins;

static q_code pad_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    static const char *const modes[] = {"constant", "reflect", "edge", "wrap"};
    pad_params *p = params;
    q_str mode;
    q_code rc = op__attr_string(n, "mode", "constant", &mode, err);

    (void)a;
    if (rc)
        return rc;
    p->by_attribute = n->version < 11;
    p->mode = PAD_CONSTANT;
    while (!q_str_is(mode, modes[p->mode]))
        if (++p->mode > PAD_WRAP)
            return q_err_set(err, Q_INVALID,
                             "mode is '%.*s'; constant, reflect, edge or wrap is right",
                             Q_ARG(mode));
    if (p->by_attribute)
        rc = op__attr_ints(n, "pads", &p->pads, &p->count, err);
    return rc ? rc : op__attr_float(n, "value", 0, &p->value, err);
}

/* The dimensions that the list's entries are about: all, or those of input 3. */
static q_code pad_axes(q_op_call *c, size_t rank, size_t axes[Q_MAX_RANK], size_t *count,
                       q_err *err)
{
    int64_t values[Q_MAX_RANK];
    bool seen[Q_MAX_RANK] = {false};
    q_code rc = op__ints(c, 3, values, Q_MAX_RANK, count, err);

    if (rc || c->later)
        return rc;
    if (!op__has(c, 3)) {
        *count = rank;
        for (size_t d = 0; d < rank; d++)
            axes[d] = d;
        return Q_OK;
    }
    for (size_t i = 0; !rc && i < *count; i++) {
        rc = op__axis(values[i], rank, &axes[i], err);
        if (!rc && seen[axes[i]])
            rc = q_err_set(err, Q_INVALID, "axis %zu is padded twice", axes[i]);
        if (!rc)
            seen[axes[i]] = true;
    }
    return rc;
}

static q_code margins_of(q_op_call *c, margins *m, q_err *err)
{
    const pad_params *p = c->params;
    size_t rank = c->in[0]->shape.rank, axes[Q_MAX_RANK] = {0}, axis_count, count = p->count;
    int64_t values[2 * Q_MAX_RANK];
    const int64_t *pads = p->by_attribute ? p->pads : values;
    q_code rc = pad_axes(c, rank, axes, &axis_count, err);

    if (!rc && !p->by_attribute)
        rc = op__ints(c, 1, values, 2 * Q_MAX_RANK, &count, err);
    if (rc || c->later)
        return rc;
    if (count != 2 * axis_count)
        return q_err_set(err, Q_INVALID, "%zu pads for %zu dimensions", count, axis_count);
    *m = (margins){0};
    for (size_t i = 0; i < axis_count; i++) {
        m->before[axes[i]] = pads[i];
        m->behind[axes[i]] = pads[i + axis_count];
    }
    return Q_OK;
}

#define MOST_PAD ((int64_t)1 << 40)

static q_code padded_shape(const q_op_call *c, const margins *m, q_shape *to, q_err *err)
{
    const pad_params *p = c->params;

    *to = c->in[0]->shape;
    for (size_t d = 0; d < to->rank; d++) {
        int64_t n = (int64_t)to->dims[d], before = m->before[d], behind = m->behind[d];

        if (before > MOST_PAD || behind > MOST_PAD || before < -n || behind < -n ||
            n + before + behind < 0)
            return q_err_set(err, Q_INVALID, "dimension %zu of %lld is padded by %lld and %lld", d,
                             (long long)n, (long long)before, (long long)behind);
        if (p->mode != PAD_CONSTANT && n == 0 && before + behind > 0)
            return q_err_set(err, Q_INVALID, "dimension %zu is 0: there is nothing to pad with", d);
        to->dims[d] = (size_t)(n + before + behind);
    }
    return Q_OK;
}

static q_code pad_infer(q_op_call *c, q_err *err)
{
    margins m = {0};
    q_shape to;
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = margins_of(c, &m, err);
    if (rc || c->later)
        return rc;
    if (op__has(c, 2) &&
        (c->in[2]->dtype != c->in[0]->dtype || q_shape_count(&c->in[2]->shape) != 1))
        return q_err_set(err, Q_INVALID, "the constant is no scalar of the input's type");
    rc = padded_shape(c, &m, &to, err);
    if (!rc)
        op__set(c, 0, c->in[0]->dtype, &to);
    return rc;
}

/* Where in [0, n) position `at` of the endless continuation of a dimension lies. */
static size_t continued(int64_t at, int64_t n, pad_mode mode)
{
    if (mode == PAD_EDGE)
        return (size_t)(at < 0 ? 0 : at >= n ? n - 1 : at);
    int64_t period = mode == PAD_WRAP ? n : n > 1 ? 2 * (n - 1) : 1;

    at %= period;
    at += at < 0 ? period : 0;
    return (size_t)(at < n ? at : period - at);
}

/* The middle: what is the input itself. `first` of it in the input, and its size. */
static view middle(const q_op_call *c, const margins *m, size_t *from, size_t *to)
{
    const q_shape *x = &c->in[0]->shape, *y = &c->out[0]->shape;
    ptrdiff_t sources[Q_MAX_RANK], targets[Q_MAX_RANK];
    view v = {0};

    view__strides(x, sources);
    view__strides(y, targets);
    *from = *to = 0;
    for (size_t d = 0; d < x->rank; d++) {
        int64_t cut = m->before[d] < 0 ? -m->before[d] : 0;
        int64_t behind = m->behind[d] < 0 ? -m->behind[d] : 0;

        *from += (size_t)(cut * sources[d]);
        *to += (size_t)((m->before[d] > 0 ? m->before[d] : 0) * targets[d]);
        int64_t n = (int64_t)x->dims[d] - cut - behind;
        view__add(&v, n > 0 ? (size_t)n : 0, sources[d], targets[d]);
    }
    return v;
}

static void fill(char *out, size_t count, const void *value, size_t size)
{
    for (size_t i = 0; i < count; i++)
        memcpy(out + i * size, value, size);
}

/* The constant as an element, at most 16 bytes. */
static void constant(const q_op_call *c, void *out)
{
    const pad_params *p = c->params;
    q_dtype d = c->in[0]->dtype;

    if (op__has(c, 2))
        memcpy(out, c->in[2]->data, q_dtype_bits(d) / 8);
    else if (d == Q_STRING)
        memcpy(out, &Q_STR(""), sizeof(q_str));
    else if (convert__knows(d))
        convert__range(&p->value, Q_F64, out, d, 0, 1, true);
}

/* One line (last dimension) after the other, each element looked up. */
static void pad_lines(const q_op_call *c, const margins *m, char *out, size_t size)
{
    const pad_params *p = c->params;
    const q_shape *x = &c->in[0]->shape, *y = &c->out[0]->shape;
    size_t index[Q_MAX_RANK] = {0}, count = q_shape_count(y);
    ptrdiff_t strides[Q_MAX_RANK];

    view__strides(x, strides);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;

        for (size_t d = 0; d < y->rank; d++)
            at += continued((int64_t)index[d] - m->before[d], (int64_t)x->dims[d], p->mode) *
                  (size_t)strides[d];
        memcpy(out + i * size, (const char *)c->in[0]->data + at * size, size);
        for (size_t d = y->rank; d-- > 0 && ++index[d] == y->dims[d];)
            index[d] = 0;
    }
}

static void pad_move(q_op_call *c, void *out)
{
    const pad_params *p = c->params;
    size_t size = q_dtype_bits(c->in[0]->dtype) / 8, from, to;
    char element[16] = {0};
    margins m = {0};

    if (margins_of(c, &m, NULL))
        return; /* infer found them right */
    if (p->mode != PAD_CONSTANT) {
        pad_lines(c, &m, out, size);
        return;
    }
    constant(c, element);
    fill(out, q_shape_count(&c->out[0]->shape), element, size);
    view v = middle(c, &m, &from, &to);
    for (size_t d = 0; d < v.rank; d++)
        if (v.dims[d] == 0)
            return;
    view__copy(&v, (const char *)c->in[0]->data + from * size, (char *)out + to * size, size,
               c->team);
}

static q_code pad_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, pad_move, err);
}

/* -- CenterCropPad: the middle of the one in the middle of the other -- */

typedef struct crop_params {
    const int64_t *axes; /* borrowed */
    size_t count;
} crop_params;

static q_code crop_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    crop_params *p = params;

    (void)a;
    return op__attr_ints(n, "axes", &p->axes, &p->count, err);
}

static q_code crop_infer(q_op_call *c, q_err *err)
{
    const crop_params *p = c->params;
    int64_t dims[Q_MAX_RANK];
    size_t count;
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__ints(c, 1, dims, Q_MAX_RANK, &count, err);
    if (rc || c->later)
        return rc;
    q_shape to = c->in[0]->shape;
    if (count != (p->count ? p->count : to.rank))
        return q_err_set(err, Q_INVALID, "%zu sizes for %zu axes", count,
                         p->count ? p->count : to.rank);
    for (size_t i = 0; !rc && i < count; i++) {
        size_t axis;

        rc = op__axis(p->count ? p->axes[i] : (int64_t)i, to.rank, &axis, err);
        if (!rc && dims[i] < 0)
            rc = q_err_set(err, Q_INVALID, "size %zu is %lld", i, (long long)dims[i]);
        if (!rc)
            to.dims[axis] = (size_t)dims[i];
    }
    if (!rc)
        op__set(c, 0, c->in[0]->dtype, &to);
    return rc;
}

static void crop_move(q_op_call *c, void *out)
{
    const q_shape *x = &c->in[0]->shape, *y = &c->out[0]->shape;
    ptrdiff_t sources[Q_MAX_RANK], targets[Q_MAX_RANK];
    size_t size = q_dtype_bits(c->in[0]->dtype) / 8, from = 0, to = 0;
    const q_str none = Q_STR("");
    const char zero[16] = {0};
    view v = {0};

    fill(out, q_shape_count(y), c->in[0]->dtype == Q_STRING ? (const void *)&none : zero, size);
    view__strides(x, sources);
    view__strides(y, targets);
    for (size_t d = 0; d < x->rank; d++) {
        size_t n = x->dims[d] < y->dims[d] ? x->dims[d] : y->dims[d];

        if (n == 0)
            return;
        from += (x->dims[d] - n) / 2 * (size_t)sources[d];
        to += (y->dims[d] - n) / 2 * (size_t)targets[d];
        view__add(&v, n, sources[d], targets[d]);
    }
    view__copy(&v, (const char *)c->in[0]->data + from * size, (char *)out + to * size, size,
               c->team);
}

static q_code crop_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, crop_move, err);
}

#define PAD(from, to, least, most)                                                                 \
    {                                                                                              \
        .domain = "", .type = "Pad", .since = (from), .until = (to), .min_in = (least),            \
        .max_in = (most), .max_out = 1, .params_bytes = sizeof(pad_params), .load = pad_load,      \
        .infer = pad_infer, .run = pad_run                                                         \
    }

static const q_op ops[] = {
    {.domain = "",
     .type = "CenterCropPad",
     .since = 18,
     .min_in = 2,
     .max_in = 2,
     .max_out = 1,
     .params_bytes = sizeof(crop_params),
     .load = crop_load,
     .infer = crop_infer,
     .run = crop_run},
    PAD(2, 10, 1, 1),
    PAD(11, 0, 2, 4),
};
const q_op_table op__pad = {ops, sizeof ops / sizeof *ops};
