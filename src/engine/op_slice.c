/* Parts of a tensor, and more than it: Slice, Pad, CenterCropPad, Trilu, ReverseSequence. */
#include "engine/op_strings.h"
#include "engine/op_tables.h"
#include "engine/view.h"

#include <string.h>

static size_t size_of(const q_tensor *t)
{
    return q_dtype_bits(t->dtype) / 8;
}

/* -- Slice -- */

typedef struct slice_params {
    const int64_t *starts, *ends, *axes; /* before version 10; borrowed */
    size_t count, end_count, axis_count;
} slice_params;

/* For every dimension: where it starts, its step, how many. */
typedef struct slices {
    size_t start[Q_MAX_RANK], count[Q_MAX_RANK];
    int64_t step[Q_MAX_RANK];
} slices;

static q_code slice_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    slice_params *p = params;
    q_code rc = op__attr_ints(n, "starts", &p->starts, &p->count, err);

    (void)a;
    if (!rc)
        rc = op__attr_ints(n, "ends", &p->ends, &p->end_count, err);
    if (!rc)
        rc = op__attr_ints(n, "axes", &p->axes, &p->axis_count, err);
    if (!rc && (p->count != p->end_count || (p->axis_count && p->axis_count != p->count)))
        rc = q_err_set(err, Q_INVALID, "starts, ends and axes are not of one length");
    return rc;
}

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

/* As Python slices: negative positions count from the end, all are cut to fit. */
static q_code slice_one(slices *s, size_t axis, size_t dim, const int64_t bounds[3], q_err *err)
{
    int64_t n = (int64_t)dim, start = bounds[0], end = bounds[1], step = bounds[2];

    if (step == 0)
        return q_err_set(err, Q_INVALID, "steps of 0 on axis %zu", axis);
    start = start < 0 ? (start < -n ? -1 - n : start) + n : start;
    end = end < 0 ? (end < -n ? -1 - n : end) + n : end;
    start = step > 0 ? clamp(start, 0, n) : clamp(start, -1, n - 1);
    end = step > 0 ? clamp(end, 0, n) : clamp(end, -1, n - 1);
    uint64_t distance = 0, size = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
    if (step > 0 ? end > start : start > end)
        distance = (uint64_t)(step > 0 ? end - start : start - end);
    s->start[axis] = start < 0 ? 0 : (size_t)start;
    s->count[axis] = distance ? (size_t)((distance - 1) / size) + 1 : 0;
    s->step[axis] = step;
    return Q_OK;
}

/* The lists of the attributes or of the inputs; one entry an axis that is sliced. */
typedef struct slice_lists {
    int64_t start[Q_MAX_RANK], end[Q_MAX_RANK], axis[Q_MAX_RANK], step[Q_MAX_RANK];
    size_t count;
} slice_lists;

static q_code slice_inputs(q_op_call *c, slice_lists *l, q_err *err)
{
    size_t ends, axes, steps;
    q_code rc = op__ints(c, 1, l->start, Q_MAX_RANK, &l->count, err);

    if (!rc)
        rc = op__ints(c, 2, l->end, Q_MAX_RANK, &ends, err);
    if (!rc)
        rc = op__ints(c, 3, l->axis, Q_MAX_RANK, &axes, err);
    if (!rc)
        rc = op__ints(c, 4, l->step, Q_MAX_RANK, &steps, err);
    if (rc || c->later)
        return rc;
    if (l->count != ends || (op__has(c, 3) && axes != l->count) ||
        (op__has(c, 4) && steps != l->count))
        return q_err_set(err, Q_INVALID, "starts, ends, axes and steps are not of one length");
    for (size_t i = 0; i < l->count; i++) {
        l->axis[i] = op__has(c, 3) ? l->axis[i] : (int64_t)i;
        l->step[i] = op__has(c, 4) ? l->step[i] : 1;
    }
    return Q_OK;
}

static q_code slice_attributes(const slice_params *p, slice_lists *l, q_err *err)
{
    if (p->count > Q_MAX_RANK)
        return q_err_set(err, Q_INVALID, "%zu axes to slice", p->count);
    l->count = p->count;
    for (size_t i = 0; i < p->count; i++) {
        l->start[i] = p->starts[i];
        l->end[i] = p->ends[i];
        l->axis[i] = p->axis_count ? p->axes[i] : (int64_t)i;
        l->step[i] = 1;
    }
    return Q_OK;
}

static q_code slices_of(q_op_call *c, slices *s, q_err *err)
{
    const slice_params *p = c->params;
    const q_shape *from = &c->in[0]->shape;
    bool seen[Q_MAX_RANK] = {false};
    slice_lists l = {0};
    q_code rc = p ? slice_attributes(p, &l, err) : slice_inputs(c, &l, err);

    for (size_t d = 0; d < from->rank; d++) {
        s->start[d] = 0;
        s->count[d] = from->dims[d];
        s->step[d] = 1;
    }
    for (size_t i = 0; !rc && !c->later && i < l.count; i++) {
        const int64_t bounds[3] = {l.start[i], l.end[i], l.step[i]};
        size_t axis;

        rc = op__axis(l.axis[i], from->rank, &axis, err);
        if (!rc && seen[axis])
            rc = q_err_set(err, Q_INVALID, "axis %zu is sliced twice", axis);
        if (rc)
            break;
        seen[axis] = true;
        rc = slice_one(s, axis, from->dims[axis], bounds, err);
    }
    return rc;
}

static q_code slice_infer(q_op_call *c, q_err *err)
{
    slices s;
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = slices_of(c, &s, err);
    if (rc || c->later)
        return rc;
    q_shape to = c->in[0]->shape;
    memcpy(to.dims, s.count, to.rank * sizeof *to.dims);
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

static void slice_move(q_op_call *c, void *out)
{
    const q_shape *from = &c->in[0]->shape;
    ptrdiff_t strides[Q_MAX_RANK], targets[Q_MAX_RANK], at = 0;
    slices s;
    view v = {0};

    if (slices_of(c, &s, NULL) || q_shape_count(&c->out[0]->shape) == 0)
        return; /* infer found them right */
    view__strides(from, strides);
    view__strides(&c->out[0]->shape, targets);
    for (size_t d = 0; d < from->rank; d++) {
        at += (ptrdiff_t)s.start[d] * strides[d];
        view__add(&v, s.count[d], s.count[d] > 1 ? s.step[d] * strides[d] : 0, targets[d]);
    }
    view__copy(&v, (const char *)c->in[0]->data + at * (ptrdiff_t)size_of(c->in[0]), out,
               size_of(c->in[0]), c->team);
}

static q_code slice_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, slice_move, err);
}

/* -- Trilu -- */

typedef struct trilu_params {
    int64_t upper;
} trilu_params;

static q_code trilu_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return op__attr_int(n, "upper", 1, &((trilu_params *)params)->upper, err);
}

static q_code trilu_infer(q_op_call *c, q_err *err)
{
    q_code rc = op_strings__want(c, err);

    if (rc)
        return rc;
    if (c->in[0]->dtype == Q_STRING || c->in[0]->shape.rank < 2)
        return q_err_set(err, Q_INVALID, "the input is no matrix of numbers");
    if (op__has(c, 1) && (c->in[1]->dtype != Q_I64 || q_shape_count(&c->in[1]->shape) != 1))
        return q_err_set(err, Q_INVALID, "k is no int64 scalar");
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return Q_OK;
}

static q_code trilu_run(q_op_call *c, q_err *err)
{
    const q_shape *s = &c->in[0]->shape;
    size_t rows = s->dims[s->rank - 2], columns = s->dims[s->rank - 1], size = size_of(c->in[0]);
    size_t lines = q_shape_span(s, 0, s->rank - 1);
    bool upper = ((const trilu_params *)c->params)->upper != 0;
    int64_t k = op__has(c, 1) ? *(const int64_t *)c->in[1]->data : 0;

    (void)err;
    for (size_t i = 0; i < lines && columns; i++) {
        const char *x = (const char *)c->in[0]->data + i * columns * size;
        char *y = (char *)c->out[0]->data + i * columns * size;
        int64_t n = (int64_t)columns, row = (int64_t)(i % rows);
        /* The first element above the diagonal that is kept, or the first that is not. */
        int64_t far = k > n ? n : k < -(int64_t)rows - 1 ? -(int64_t)rows - 1 : k;
        size_t edge = (size_t)clamp(row + far + (upper ? 0 : 1), 0, n);

        if (x != y)
            memcpy(y, x, columns * size);
        if (upper)
            memset(y, 0, edge * size);
        else
            memset(y + edge * size, 0, (columns - edge) * size);
    }
    return Q_OK;
}

/* -- ReverseSequence -- */

typedef struct reverse_params {
    int64_t batch_axis, time_axis;
} reverse_params;

static q_code reverse_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    reverse_params *p = params;
    q_code rc = op__attr_int(n, "batch_axis", 1, &p->batch_axis, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "time_axis", 0, &p->time_axis, err);
    if (!rc &&
        !((p->batch_axis == 0 && p->time_axis == 1) || (p->batch_axis == 1 && p->time_axis == 0)))
        rc = q_err_set(err, Q_INVALID, "batch axis %lld and time axis %lld; 0 and 1 are right",
                       (long long)p->batch_axis, (long long)p->time_axis);
    return rc;
}

static q_code reverse_infer(q_op_call *c, q_err *err)
{
    const reverse_params *p = c->params;
    static const q_dtype lengths[] = {Q_I64, Q_NONE};
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__want(c, 1, err, lengths);
    if (rc)
        return rc;
    const q_shape *s = &c->in[0]->shape;
    if (s->rank < 2 || c->in[1]->shape.rank != 1 ||
        c->in[1]->shape.dims[0] != s->dims[p->batch_axis])
        return q_err_set(err, Q_INVALID, "the lengths are not one for each of the batch");
    op__set(c, 0, c->in[0]->dtype, s);
    return Q_OK;
}

static void reverse_move(q_op_call *c, void *out)
{
    const reverse_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    const int64_t *lengths = c->in[1]->data;
    size_t size = size_of(c->in[0]), line = q_shape_span(s, 2, s->rank) * size;
    size_t batches = s->dims[p->batch_axis], times = s->dims[p->time_axis];
    size_t batch_step = p->batch_axis == 0 ? times : 1,
           time_step = p->batch_axis == 0 ? 1 : batches;

    for (size_t b = 0; b < batches; b++)
        for (size_t t = 0; t < times; t++) {
            size_t n = (size_t)lengths[b], source = t < n ? n - 1 - t : t;

            memcpy((char *)out + (b * batch_step + t * time_step) * line,
                   (const char *)c->in[0]->data + (b * batch_step + source * time_step) * line,
                   line);
        }
}

static q_code reverse_run(q_op_call *c, q_err *err)
{
    const reverse_params *p = c->params;
    const int64_t *lengths = c->in[1]->data;
    size_t times = c->in[0]->shape.dims[p->time_axis];

    for (size_t b = 0; b < c->in[1]->shape.dims[0]; b++)
        if (lengths[b] < 0 || (uint64_t)lengths[b] > times)
            return q_err_set(err, Q_INVALID, "length %zu is %lld of %zu", b, (long long)lengths[b],
                             times);
    return op_strings__run(c, reverse_move, err);
}

/* -- The table -- */

#define OP(name, from, to, least, most)                                                            \
    .domain = "", .type = (name), .since = (from), .until = (to), .min_in = (least),               \
    .max_in = (most), .max_out = 1
#define PARAMS(type_, by) .params_bytes = sizeof(type_), .load = (by)

static const q_op ops[] = {
    {OP("ReverseSequence", 10, 0, 2, 2), PARAMS(reverse_params, reverse_load),
     .infer = reverse_infer, .run = reverse_run},
    {OP("Slice", 1, 9, 1, 1), PARAMS(slice_params, slice_load), .infer = slice_infer,
     .run = slice_run},
    {OP("Slice", 10, 0, 3, 5), .infer = slice_infer, .run = slice_run},
    {OP("Trilu", 14, 0, 1, 2), PARAMS(trilu_params, trilu_load), .infer = trilu_infer,
     .run = trilu_run},
};
const q_op_table op__slice = {ops, sizeof ops / sizeof *ops};
