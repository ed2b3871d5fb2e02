/* Elements put at an index: Scatter, ScatterElements, ScatterND, TensorScatter. */
#include "engine/binary.h"
#include "engine/convert.h"
#include "engine/op_strings.h"
#include "engine/op_tables.h"

#include <assert.h>
#include <string.h>

typedef struct scatter_params {
    int64_t axis;
    bool joins; /* by `code`, with what is there; else in its place */
    binary_code code;
} scatter_params;

static const q_dtype index_types[] = {Q_I64, Q_I32, Q_NONE};

static q_code scatter_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    static const struct {
        const char *name;
        bool joins;
        binary_code code;
    } reductions[] = {
        {"none", false, BINARY_ADD}, {"add", true, BINARY_ADD}, {"mul", true, BINARY_MUL},
        {"min", true, BINARY_MIN},   {"max", true, BINARY_MAX},
    };
    scatter_params *p = params;
    q_str how;
    q_code rc = op__attr_int(n, "axis", 0, &p->axis, err);

    (void)a;
    if (!rc)
        rc = op__attr_string(n, "reduction", "none", &how, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++)
        if (q_str_is(how, reductions[i].name)) {
            p->joins = reductions[i].joins;
            p->code = reductions[i].code;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "reduction is '%.*s'; none, add, mul, min or max is right",
                     Q_ARG(how));
}

/* What all of them want: indices, updates of the data's type that can be joined. */
static q_code want_inputs(q_op_call *c, q_err *err)
{
    const scatter_params *p = c->params;
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__want(c, 1, err, index_types);
    if (rc)
        return rc;
    if (!c->in[2] || c->in[2]->dtype != c->in[0]->dtype)
        return q_err_set(err, Q_INVALID, "the updates are not of the data's type");
    if (p->joins && !binary__loop(p->code, c->in[0]->dtype))
        return q_err_set(err, Q_UNSUPPORTED, "%.*s of %s with a reduction", Q_ARG(c->node->type),
                         q_dtype_name(c->in[0]->dtype));
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return Q_OK;
}

static void put(const q_op_call *c, char *out, size_t to, size_t from, size_t count)
{
    const scatter_params *p = c->params;
    size_t size = q_dtype_bits(c->in[0]->dtype) / 8;
    const char *update = (const char *)c->in[2]->data + from * size;

    if (p->joins)
        binary__loop(p->code, c->in[0]->dtype)(out + to * size, 1, update, 1, out + to * size,
                                               count);
    else
        memcpy(out + to * size, update, count * size);
}

static void copy_data(const q_op_call *c, void *out)
{
    if (out && out != c->in[0]->data)
        memcpy(out, c->in[0]->data,
               q_shape_count(&c->in[0]->shape) * (q_dtype_bits(c->in[0]->dtype) / 8));
}

/* -- Scatter, ScatterElements -- */

static q_code elements_infer(q_op_call *c, q_err *err)
{
    size_t axis;
    char a[160], b[160];
    q_code rc = want_inputs(c, err);

    if (!rc)
        rc = op__axis(((const scatter_params *)c->params)->axis, c->in[0]->shape.rank, &axis, err);
    if (rc)
        return rc;
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    bool fits = x->rank == indices->rank && q_shape_eq(indices, &c->in[2]->shape);
    for (size_t d = 0; fits && d < x->rank; d++)
        fits = d == axis || indices->dims[d] <= x->dims[d];
    if (!fits)
        return q_err_set(err, Q_INVALID, "indices of shape %s into %s", q_shape_text(indices, a),
                         q_shape_text(x, b));
    return Q_OK;
}

static void elements_move(q_op_call *c, void *out)
{
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    int64_t wish = ((const scatter_params *)c->params)->axis;
    size_t axis = (size_t)(wish < 0 ? wish + (int64_t)x->rank : wish);
    size_t index[Q_MAX_RANK] = {0};

    copy_data(c, out);
    for (size_t i = 0, n = q_shape_count(indices); i < n; i++) {
        int64_t v = convert__i64_at(c->in[1], i);
        size_t at = 0;

        v += v < 0 ? (int64_t)x->dims[axis] : 0;
        for (size_t d = 0; d < x->rank; d++)
            at = at * x->dims[d] + (d == axis ? (size_t)v : index[d]);
        put(c, out, at, i, 1);
        for (size_t d = x->rank; d-- > 0 && ++index[d] == indices->dims[d];)
            index[d] = 0;
    }
}

static q_code elements_run(q_op_call *c, q_err *err)
{
    const q_shape *x = &c->in[0]->shape;
    int64_t wish = ((const scatter_params *)c->params)->axis;
    int64_t dim = (int64_t)x->dims[wish < 0 ? wish + (int64_t)x->rank : wish];

    for (size_t i = 0, n = q_shape_count(&c->in[1]->shape); i < n; i++) {
        int64_t v = convert__i64_at(c->in[1], i);

        if (v < -dim || v >= dim)
            return q_err_set(err, Q_INVALID, "index %lld into a dimension of %lld", (long long)v,
                             (long long)dim);
    }
    return op_strings__run(c, elements_move, err);
}

/* -- ScatterND -- */

static q_code nd_infer(q_op_call *c, q_err *err)
{
    char a[160], b[160], u[160];
    q_code rc = want_inputs(c, err);

    if (rc)
        return rc;
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    const q_shape *updates = &c->in[2]->shape;
    size_t depth = indices->rank ? indices->dims[indices->rank - 1] : SIZE_MAX;
    bool fits = depth <= x->rank && updates->rank == indices->rank - 1 + x->rank - depth;
    for (size_t d = 0; fits && d < updates->rank; d++)
        fits =
            updates->dims[d] ==
            (d + 1 < indices->rank ? indices->dims[d] : x->dims[d - (indices->rank - 1) + depth]);
    if (!fits)
        return q_err_set(err, Q_INVALID, "indices of shape %s and updates of %s into %s",
                         q_shape_text(indices, a), q_shape_text(updates, u), q_shape_text(x, b));
    return Q_OK;
}

static void nd_move(q_op_call *c, void *out)
{
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;
    size_t depth = indices->dims[indices->rank - 1], line = q_shape_span(x, depth, x->rank);
    size_t tuples = q_shape_span(indices, 0, indices->rank - 1);

    copy_data(c, out);
    for (size_t i = 0; i < tuples; i++) {
        size_t at = 0;

        for (size_t d = 0; d < depth; d++) {
            int64_t v = convert__i64_at(c->in[1], i * depth + d);

            at = at * x->dims[d] + (size_t)(v < 0 ? v + (int64_t)x->dims[d] : v);
        }
        put(c, out, at * line, i * line, line);
    }
}

static q_code nd_run(q_op_call *c, q_err *err)
{
    const q_shape *x = &c->in[0]->shape, *indices = &c->in[1]->shape;

    for (size_t i = 0, n = q_shape_count(indices); i < n; i++) {
        int64_t v = convert__i64_at(c->in[1], i);
        int64_t dim = (int64_t)x->dims[i % indices->dims[indices->rank - 1]];

        if (v < -dim || v >= dim)
            return q_err_set(err, Q_INVALID, "index %lld into a dimension of %lld", (long long)v,
                             (long long)dim);
    }
    return op_strings__run(c, nd_move, err);
}

/* -- TensorScatter: a run of positions in each line of a cache -- */

typedef struct cache_params {
    int64_t axis;
    bool circular;
} cache_params;

static q_code cache_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    cache_params *p = params;
    q_str mode;
    q_code rc = op__attr_int(n, "axis", -2, &p->axis, err);

    (void)a;
    if (!rc)
        rc = op__attr_string(n, "mode", "linear", &mode, err);
    if (rc)
        return rc;
    p->circular = q_str_is(mode, "circular");
    if (!p->circular && !q_str_is(mode, "linear"))
        return q_err_set(err, Q_INVALID, "mode is '%.*s'; linear or circular is right",
                         Q_ARG(mode));
    return Q_OK;
}

static q_code cache_infer(q_op_call *c, q_err *err)
{
    size_t axis;
    char a[160], b[160];
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__axis(((const cache_params *)c->params)->axis, c->in[0]->shape.rank, &axis, err);
    if (rc)
        return rc;
    const q_shape *x = &c->in[0]->shape;
    q_shape same = c->in[1] ? c->in[1]->shape : (q_shape){0};
    bool fits = c->in[1] && c->in[1]->dtype == c->in[0]->dtype && c->in[0]->dtype != Q_STRING &&
                same.rank == x->rank && axis > 0 && same.dims[axis] <= x->dims[axis];
    if (fits)
        same.dims[axis] = x->dims[axis];
    if (!fits || !q_shape_eq(&same, x))
        return q_err_set(err, Q_INVALID, "an update of shape %s to a cache of %s",
                         q_shape_text(&same, a), q_shape_text(x, b));
    if (op__has(c, 2) &&
        (c->in[2]->dtype != Q_I64 || q_shape_count(&c->in[2]->shape) != x->dims[0]))
        return q_err_set(err, Q_INVALID, "the positions are not one int64 for each of the batch");
    op__set(c, 0, c->in[0]->dtype, x);
    return Q_OK;
}

static q_code cache_run(q_op_call *c, q_err *err)
{
    const cache_params *p = c->params;
    const q_shape *x = &c->in[0]->shape;
    size_t axis = (size_t)(p->axis < 0 ? p->axis + (int64_t)x->rank : p->axis);
    size_t dim = x->dims[axis], steps = c->in[1]->shape.dims[axis];
    size_t line = q_shape_span(x, axis + 1, x->rank) * (q_dtype_bits(c->in[0]->dtype) / 8);
    size_t lines = q_shape_span(x, 0, axis), each = lines ? lines / x->dims[0] : 1;

    assert(!lines || each); /* the axis is not the first */
    copy_data(c, c->out[0]->data);
    for (size_t i = 0; i < lines; i++) {
        int64_t first = op__has(c, 2) ? ((const int64_t *)c->in[2]->data)[i / each] : 0;

        if (first < 0 || (!p->circular && (uint64_t)first > dim - steps))
            return q_err_set(err, Q_INVALID, "%zu positions from %lld on, of %zu", steps,
                             (long long)first, dim);
        for (size_t k = 0; k < steps; k++)
            memcpy((char *)c->out[0]->data + (i * dim + ((uint64_t)first + k) % dim) * line,
                   (const char *)c->in[1]->data + (i * steps + k) * line, line);
    }
    return Q_OK;
}

#define OP(name, from, to, infer_by, run_by)                                                       \
    {                                                                                              \
        .domain = "", .type = (name), .since = (from), .until = (to), .min_in = 3, .max_in = 3,    \
        .max_out = 1, .params_bytes = sizeof(scatter_params), .load = scatter_load,                \
        .infer = (infer_by), .run = (run_by)                                                       \
    }

static const q_op ops[] = {
    OP("Scatter", 9, 10, elements_infer, elements_run),
    OP("ScatterElements", 11, 0, elements_infer, elements_run),
    OP("ScatterND", 11, 0, nd_infer, nd_run),
    {.domain = "",
     .type = "TensorScatter",
     .since = 24,
     .min_in = 2,
     .max_in = 3,
     .max_out = 1,
     .params_bytes = sizeof(cache_params),
     .load = cache_load,
     .infer = cache_infer,
     .run = cache_run},
};
const q_op_table op__scatter = {ops, sizeof ops / sizeof *ops};
