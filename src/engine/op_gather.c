/* Elements by their index: Gather, GatherElements, GatherND, Compress, OneHot. */
#include "engine/convert.h"
#include "engine/op_strings.h"
#include "engine/op_tables.h"

#include <string.h>

typedef struct gather_params {
    int64_t axis;
    int64_t batch; /* batch_dims of GatherND */
    bool flat;     /* Compress without axis */
} gather_params;

static const q_dtype index_types[] = {Q_I64, Q_I32, Q_NONE};

static q_code gather_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    gather_params *p = params;
    q_code rc = op__attr_int(n, "axis", 0, &p->axis, err);

    (void)a;
    p->flat = !q_node_attr(n, "axis");
    return rc ? rc : op__attr_int(n, "batch_dims", 0, &p->batch, err);
}

static size_t size_of(const q_tensor *t)
{
    return q_dtype_bits(t->dtype) / 8;
}

static size_t known_axis(const q_op_call *c)
{
    int64_t axis = ((const gather_params *)c->params)->axis;

    return (size_t)(axis < 0 ? axis + (int64_t)c->in[0]->shape.rank : axis);
}

/* An index, negative ones counted from the end; it was checked. */
static size_t index_at(const q_tensor *t, size_t i, size_t dim)
{
    int64_t v = t->dtype == Q_I64 ? ((const int64_t *)t->data)[i] : ((const int32_t *)t->data)[i];

    return (size_t)(v < 0 ? v + (int64_t)dim : v);
}

static q_code check_indices(const q_tensor *t, size_t dim, q_err *err)
{
    for (size_t i = 0, n = q_shape_count(&t->shape); i < n; i++) {
        int64_t v = convert__i64_at(t, i);

        if (v < -(int64_t)dim || v >= (int64_t)dim)
            return q_err_set(err, Q_INVALID, "index %lld into a dimension of %zu", (long long)v,
                             dim);
    }
    return Q_OK;
}

/* -- Gather -- */

static q_code gather_infer(q_op_call *c, q_err *err)
{
    size_t axis;
    q_shape to = {0};
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__want(c, 1, err, index_types);
    if (!rc)
        rc = op__axis(((const gather_params *)c->params)->axis, c->in[0]->shape.rank, &axis, err);
    if (rc)
        return rc;
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    if (x->rank + indices->rank - 1 > Q_MAX_RANK)
        return q_err_set(err, Q_UNSUPPORTED, "%zu dimensions; at most %d",
                         x->rank + indices->rank - 1, Q_MAX_RANK);
    for (size_t d = 0; d < axis; d++)
        to.dims[to.rank++] = x->dims[d];
    for (size_t d = 0; d < indices->rank; d++)
        to.dims[to.rank++] = indices->dims[d];
    for (size_t d = axis + 1; d < x->rank; d++)
        to.dims[to.rank++] = x->dims[d];
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

static void gather_move(q_op_call *c, void *out)
{
    const q_shape *x = &c->in[0]->shape;
    size_t axis = known_axis(c), dim = x->dims[axis], count = q_shape_count(&c->in[1]->shape);
    size_t line = q_shape_span(x, axis + 1, x->rank) * size_of(c->in[0]);
    char *to = out;

    for (size_t o = 0, outer = q_shape_span(x, 0, axis); o < outer; o++)
        for (size_t i = 0; i < count; i++, to += line)
            memcpy(to, (const char *)c->in[0]->data + (o * dim + index_at(c->in[1], i, dim)) * line,
                   line);
}

static q_code gather_run(q_op_call *c, q_err *err)
{
    q_code rc = check_indices(c->in[1], c->in[0]->shape.dims[known_axis(c)], err);

    return rc ? rc : op_strings__run(c, gather_move, err);
}

/* -- GatherElements -- */

static q_code elements_infer(q_op_call *c, q_err *err)
{
    size_t axis;
    char a[160], b[160];
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__want(c, 1, err, index_types);
    if (!rc)
        rc = op__axis(((const gather_params *)c->params)->axis, c->in[0]->shape.rank, &axis, err);
    if (rc)
        return rc;
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    bool fits = x->rank == indices->rank;
    for (size_t d = 0; fits && d < x->rank; d++)
        fits = d == axis || indices->dims[d] <= x->dims[d];
    if (!fits)
        return q_err_set(err, Q_INVALID, "indices of shape %s into %s", q_shape_text(indices, a),
                         q_shape_text(x, b));
    op__set(c, 0, c->in[0]->dtype, indices);
    return Q_OK;
}

static void elements_move(q_op_call *c, void *out)
{
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    size_t axis = known_axis(c), size = size_of(c->in[0]), index[Q_MAX_RANK] = {0};

    for (size_t i = 0, n = q_shape_count(indices); i < n; i++) {
        size_t at = 0;

        for (size_t d = 0; d < x->rank; d++)
            at = at * x->dims[d] + (d == axis ? index_at(c->in[1], i, x->dims[axis]) : index[d]);
        memcpy((char *)out + i * size, (const char *)c->in[0]->data + at * size, size);
        for (size_t d = x->rank; d-- > 0 && ++index[d] == indices->dims[d];)
            index[d] = 0;
    }
}

static q_code elements_run(q_op_call *c, q_err *err)
{
    q_code rc = check_indices(c->in[1], c->in[0]->shape.dims[known_axis(c)], err);

    return rc ? rc : op_strings__run(c, elements_move, err);
}

/* -- GatherND -- */

static q_code nd_infer(q_op_call *c, q_err *err)
{
    size_t batch = (size_t)((const gather_params *)c->params)->batch;
    char a[160], b[160];
    q_shape to = {0};
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__want(c, 1, err, index_types);
    if (rc)
        return rc;
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    size_t depth = indices->rank ? indices->dims[indices->rank - 1] : 0;
    bool fits = indices->rank > batch && x->rank > batch && depth >= 1 && depth <= x->rank - batch;
    for (size_t d = 0; fits && d < batch; d++)
        fits = x->dims[d] == indices->dims[d];
    if (!fits || indices->rank - 1 + x->rank - batch - depth > Q_MAX_RANK)
        return q_err_set(err, Q_INVALID, "indices of shape %s into %s", q_shape_text(indices, a),
                         q_shape_text(x, b));
    for (size_t d = 0; d + 1 < indices->rank; d++)
        to.dims[to.rank++] = indices->dims[d];
    for (size_t d = batch + depth; d < x->rank; d++)
        to.dims[to.rank++] = x->dims[d];
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

static void nd_move(q_op_call *c, void *out)
{
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    size_t batch = (size_t)((const gather_params *)c->params)->batch;
    size_t depth = indices->dims[indices->rank - 1];
    size_t line = q_shape_span(x, batch + depth, x->rank) * size_of(c->in[0]);
    size_t batches = q_shape_span(x, 0, batch), whole = q_shape_span(x, batch, batch + depth);
    size_t tuples = q_shape_span(indices, batch, indices->rank - 1);
    char *to = out;

    for (size_t i = 0; i < batches * tuples; i++, to += line) {
        size_t at = 0;

        for (size_t d = 0; d < depth; d++)
            at = at * x->dims[batch + d] + index_at(c->in[1], i * depth + d, x->dims[batch + d]);
        memcpy(to, (const char *)c->in[0]->data + (i / tuples * whole + at) * line, line);
    }
}

static q_code nd_run(q_op_call *c, q_err *err)
{
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    size_t batch = (size_t)((const gather_params *)c->params)->batch;
    size_t depth = indices->dims[indices->rank - 1];

    for (size_t i = 0, n = q_shape_count(indices); i < n; i++) {
        int64_t v = convert__i64_at(c->in[1], i), dim = (int64_t)x->dims[batch + i % depth];

        if (v < -dim || v >= dim)
            return q_err_set(err, Q_INVALID, "index %lld into a dimension of %lld", (long long)v,
                             (long long)dim);
    }
    return op_strings__run(c, nd_move, err);
}

static q_code nd_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    gather_params *p = params;
    q_code rc = gather_load(a, n, params, err);

    if (!rc && (p->batch < 0 || p->batch >= Q_MAX_RANK))
        rc = q_err_set(err, Q_INVALID, "batch_dims is %lld", (long long)p->batch);
    return rc;
}

/* -- Compress -- */

/* How many are chosen, of the `dim` there are. */
static size_t chosen(const q_tensor *condition, size_t dim)
{
    const uint8_t *yes = condition->data;
    size_t count = 0;

    for (size_t i = 0; i < condition->shape.dims[0] && i < dim; i++)
        count += yes[i] != 0;
    return count;
}

static q_code compress_infer(q_op_call *c, q_err *err)
{
    const gather_params *p = c->params;
    static const q_dtype bools[] = {Q_BOOL, Q_NONE};
    size_t axis = 0;
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__want(c, 1, err, bools);
    if (!rc && c->in[1]->shape.rank != 1)
        rc = q_err_set(err, Q_INVALID, "the condition is no list");
    if (!rc && !p->flat)
        rc = op__axis(p->axis, c->in[0]->shape.rank, &axis, err);
    if (rc)
        return rc;
    c->later = c->in[1]->shape.dims[0] && !c->in[1]->data;
    if (c->later)
        return Q_OK;
    q_shape to = c->in[0]->shape;
    if (p->flat)
        to = (q_shape){1, {q_shape_count(&to)}};
    to.dims[axis] = chosen(c->in[1], to.dims[axis]);
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

static void compress_move(q_op_call *c, void *out)
{
    const gather_params *p = c->params;
    const q_shape *x = &c->in[0]->shape;
    const uint8_t *yes = c->in[1]->data;
    size_t axis = p->flat ? 0 : known_axis(c), size = size_of(c->in[0]);
    size_t dim = p->flat ? q_shape_count(x) : x->dims[axis];
    size_t line = p->flat ? size : q_shape_span(x, axis + 1, x->rank) * size;
    size_t outer = p->flat ? 1 : q_shape_span(x, 0, axis);
    char *to = out;

    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < dim && i < c->in[1]->shape.dims[0]; i++)
            if (yes[i]) {
                memcpy(to, (const char *)c->in[0]->data + (o * dim + i) * line, line);
                to += line;
            }
}

static q_code compress_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, compress_move, err);
}

/* -- OneHot -- */

static q_code hot_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return op__attr_int(n, "axis", -1, &((gather_params *)params)->axis, err);
}

static q_code hot_infer(q_op_call *c, q_err *err)
{
    size_t axis, rank;
    q_shape to = {0};
    char text[160];
    q_code rc = op_strings__want(c, err);

    for (size_t i = 0; !rc && i < 2; i++)
        if (!c->in[i] || !convert__knows(c->in[i]->dtype))
            rc = q_err_set(err, Q_INVALID, "input %zu is no tensor of numbers", i);
    if (!rc && (!c->in[2] || c->in[2]->shape.rank != 1 || c->in[2]->shape.dims[0] != 2 ||
                q_dtype_bits(c->in[2]->dtype) < 8 || c->in[2]->dtype > Q_I4))
        rc = q_err_set(err, Q_INVALID, "the values are not two");
    if (rc)
        return rc;
    if (q_shape_count(&c->in[1]->shape) != 1)
        return q_err_set(err, Q_INVALID, "a depth of shape %s",
                         q_shape_text(&c->in[1]->shape, text));
    rank = c->in[0]->shape.rank;
    if (rank == Q_MAX_RANK)
        return q_err_set(err, Q_UNSUPPORTED, "%zu dimensions; at most %d", rank + 1, Q_MAX_RANK);
    rc = op__axis(((const gather_params *)c->params)->axis, rank + 1, &axis, err);
    c->later = !c->in[1]->data;
    if (rc || c->later)
        return rc;
    int64_t depth = convert__i64_at(c->in[1], 0);
    if (depth < 0)
        return q_err_set(err, Q_INVALID, "a depth of %lld", (long long)depth);
    to.rank = rank + 1;
    for (size_t d = 0, old = 0; d < to.rank; d++)
        to.dims[d] = d == axis ? (size_t)depth : c->in[0]->shape.dims[old++];
    op__set(c, 0, c->in[2]->dtype, &to);
    return Q_OK;
}

static void hot_move(q_op_call *c, void *out)
{
    const q_shape *to = &c->out[0]->shape;
    int64_t wish = ((const gather_params *)c->params)->axis;
    size_t axis = (size_t)(wish < 0 ? wish + (int64_t)to->rank : wish), size = size_of(c->in[2]);
    size_t depth = to->dims[axis], inner = q_shape_span(to, axis + 1, to->rank);
    const char *off = c->in[2]->data, *on = off + size;

    for (size_t i = 0, n = q_shape_count(to); i < n; i++)
        memcpy((char *)out + i * size, off, size);
    for (size_t i = 0, n = q_shape_count(&c->in[0]->shape); i < n; i++) {
        int64_t v = convert__i64_at(c->in[0], i);

        if (v < 0)
            v += (int64_t)depth;
        if (v >= 0 && v < (int64_t)depth) /* another index makes a row without a one */
            memcpy((char *)out + ((i / inner * depth + (size_t)v) * inner + i % inner) * size, on,
                   size);
    }
}

static q_code hot_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, hot_move, err);
}

#define OP(name, from, inputs, load_by, infer_by, run_by)                                          \
    {                                                                                              \
        .domain = "", .type = (name), .since = (from), .min_in = (inputs), .max_in = (inputs),     \
        .max_out = 1, .params_bytes = sizeof(gather_params), .load = (load_by),                    \
        .infer = (infer_by), .run = (run_by)                                                       \
    }

static const q_op ops[] = {
    OP("Compress", 9, 2, gather_load, compress_infer, compress_run),
    OP("Gather", 1, 2, gather_load, gather_infer, gather_run),
    OP("GatherElements", 11, 2, gather_load, elements_infer, elements_run),
    OP("GatherND", 11, 2, nd_load, nd_infer, nd_run),
    OP("OneHot", 9, 3, hot_load, hot_infer, hot_run),
};
const q_op_table op__gather = {ops, sizeof ops / sizeof *ops};
