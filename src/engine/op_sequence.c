/* Sequences and optionals. Positions may count from the end, as axes do. */
#include "engine/cut.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <stdlib.h>

static q_code want_sequence(const q_op_call *c, q_err *err)
{
    return op__want(c, 0, err, (const q_dtype[]){Q_SEQUENCE, Q_NONE});
}

static q_tensor *elements(const q_tensor *t)
{
    return t->data;
}

static q_code sequence_new(q_op_call *c, size_t count, q_err *err)
{
    return q_tensor_new(Q_SEQUENCE, &(q_shape){1, {count}}, c->budget, c->out[0], err);
}

/* in[i], one integer, as a place in [0, count); *out stays when it is left out. */
static q_code position(const q_op_call *c, size_t i, size_t count, size_t *out, q_err *err)
{
    int64_t at;

    if (!op__has(c, i))
        return Q_OK;
    if (!q_dtype_is_integer(c->in[i]->dtype) || q_shape_count(&c->in[i]->shape) != 1)
        return q_err_set(err, Q_INVALID, "the position must be one integer");
    at = real__int(c->in[i], 0);
    if (at < -(int64_t)count || at >= (int64_t)count)
        return q_err_set(err, Q_INVALID, "position %lld in a sequence of %zu", (long long)at,
                         count);
    *out = (size_t)(at < 0 ? at + (int64_t)count : at);
    return Q_OK;
}

static q_code at_run(q_op_call *c, q_err *err)
{
    size_t at = 0;
    q_code rc = want_sequence(c, err);

    if (!rc && !op__has(c, 1))
        rc = q_err_set(err, Q_INVALID, "the position is left out");
    if (!rc)
        rc = position(c, 1, c->in[0]->shape.dims[0], &at, err);
    if (!rc)
        rc = q_tensor_copy(elements(c->in[0]) + at, c->budget, c->out[0], err);
    return rc;
}

static q_code construct_run(q_op_call *c, q_err *err)
{
    q_code rc = sequence_new(c, c->in_count, err);

    for (size_t i = 0; !rc && i < c->in_count; i++) {
        if (!c->in[i])
            return q_err_set(err, Q_INVALID, "input %zu is left out", i);
        if (c->in[i]->dtype != c->in[0]->dtype)
            return q_err_set(err, Q_INVALID, "input %zu is %s, input 0 %s", i,
                             q_dtype_name(c->in[i]->dtype), q_dtype_name(c->in[0]->dtype));
        rc = q_tensor_copy(c->in[i], c->budget, elements(c->out[0]) + i, err);
    }
    return rc;
}

static q_code empty_run(q_op_call *c, q_err *err)
{
    return sequence_new(c, 0, err);
}

static q_code erase_run(q_op_call *c, q_err *err)
{
    size_t n, at, made = 0;
    q_code rc = want_sequence(c, err);

    if (rc)
        return rc;
    n = c->in[0]->shape.dims[0];
    if (!n)
        return q_err_set(err, Q_INVALID, "the sequence is empty");
    at = n - 1;
    rc = position(c, 1, n, &at, err);
    if (!rc)
        rc = sequence_new(c, n - 1, err);
    for (size_t i = 0; !rc && i < n; i++)
        if (i != at)
            rc =
                q_tensor_copy(elements(c->in[0]) + i, c->budget, elements(c->out[0]) + made++, err);
    return rc;
}

static q_code insert_run(q_op_call *c, q_err *err)
{
    size_t n, at;
    q_code rc = want_sequence(c, err);

    if (rc)
        return rc;
    if (!op__has(c, 1))
        return q_err_set(err, Q_INVALID, "the tensor to insert is left out");
    n = c->in[0]->shape.dims[0];
    if (n && elements(c->in[0])->dtype != c->in[1]->dtype)
        return q_err_set(err, Q_INVALID, "a %s does not belong in a sequence of %s",
                         q_dtype_name(c->in[1]->dtype), q_dtype_name(elements(c->in[0])->dtype));
    at = n; /* behind the last one */
    if (op__has(c, 2) &&
        !(q_dtype_is_integer(c->in[2]->dtype) && q_shape_count(&c->in[2]->shape) == 1 &&
          real__int(c->in[2], 0) == (int64_t)n)) {
        rc = position(c, 2, n, &at, err);
        if (rc)
            return rc;
    }
    rc = sequence_new(c, n + 1, err);
    for (size_t i = 0; !rc && i <= n; i++) {
        const q_tensor *from = i == at ? c->in[1] : elements(c->in[0]) + (i > at ? i - 1 : i);
        rc = q_tensor_copy(from, c->budget, elements(c->out[0]) + i, err);
    }
    return rc;
}

static q_code length_run(q_op_call *c, q_err *err)
{
    q_code rc = want_sequence(c, err);

    if (!rc)
        rc = q_tensor_new(Q_I64, &(q_shape){0}, c->budget, c->out[0], err);
    if (!rc)
        *(int64_t *)c->out[0]->data = (int64_t)c->in[0]->shape.dims[0];
    return rc;
}

/* -- SplitToSequence, ConcatFromSequence -- */

typedef struct axis_params {
    int64_t axis, flag; /* keepdims; new_axis */
} axis_params;

static q_code split_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    axis_params *p = params;
    q_code rc = op__attr_int(n, "axis", 0, &p->axis, err);

    (void)a;
    return rc ? rc : op__attr_int(n, "keepdims", 1, &p->flag, err);
}

/* How many pieces, and of what size when all are the same (0: each its own). */
static q_code split_plan(const q_op_call *c, size_t length, size_t *count, size_t *each, q_err *err)
{
    const q_tensor *t = op__has(c, 1) ? c->in[1] : NULL;
    size_t left = length;

    *each = 1;
    *count = length;
    if (!t)
        return Q_OK;
    if (!q_dtype_is_integer(t->dtype) || t->shape.rank > 1)
        return q_err_set(err, Q_INVALID, "split must be an integer or a list of them");
    if (t->shape.rank == 0) {
        int64_t v = real__int(t, 0);
        if (v < 1)
            return q_err_set(err, Q_INVALID, "split is %lld; at least 1", (long long)v);
        *each = (size_t)v;
        *count = length / *each + (length % *each != 0);
        return Q_OK;
    }
    *each = 0;
    *count = t->shape.dims[0];
    for (size_t i = 0; i < *count; i++) {
        int64_t v = real__int(t, i);
        if (v < 0 || (uint64_t)v > left)
            return q_err_set(err, Q_INVALID, "split %zu is %lld; %zu are left", i, (long long)v,
                             left);
        left -= (size_t)v;
    }
    if (left)
        return q_err_set(err, Q_INVALID, "the splits leave %zu of %zu over", left, length);
    return Q_OK;
}

static q_code split_run(q_op_call *c, q_err *err)
{
    const axis_params *p = c->params;
    size_t axis, count, each, length, from = 0;
    q_code rc;

    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    rc = op__axis(p->axis, c->in[0]->shape.rank, &axis, err);
    if (rc)
        return rc;
    length = c->in[0]->shape.dims[axis];
    rc = split_plan(c, length, &count, &each, err);
    if (!rc)
        rc = sequence_new(c, count, err);
    for (size_t i = 0; !rc && i < count; i++) {
        size_t n =
            each ? (length - from < each ? length - from : each) : (size_t)real__int(c->in[1], i);
        q_tensor *to = elements(c->out[0]) + i;
        if (!op__has(c, 1) && !p->flag)
            rc = cut__take(c->in[0], axis, i, c->budget, to, err);
        else
            rc = cut__slice(c->in[0], axis, from, n, c->budget, to, err);
        from += n;
    }
    return rc;
}

static q_code concat_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    axis_params *p = params;
    q_code rc = op__attr_int(n, "axis", INT64_MAX, &p->axis, err);

    (void)a;
    if (!rc && p->axis == INT64_MAX)
        return q_err_set(err, Q_INVALID, "attribute axis is missing");
    return rc ? rc : op__attr_int(n, "new_axis", 0, &p->flag, err);
}

static q_code concat_run(q_op_call *c, q_err *err)
{
    const axis_params *p = c->params;
    size_t axis;
    q_code rc = want_sequence(c, err);

    if (rc)
        return rc;
    if (!c->in[0]->shape.dims[0])
        return q_err_set(err, Q_INVALID, "the sequence is empty");
    rc = op__axis(p->axis, elements(c->in[0])->shape.rank + (p->flag != 0), &axis, err);
    if (rc)
        return rc;
    return (p->flag ? cut__stack : cut__join)(elements(c->in[0]), c->in[0]->shape.dims[0], axis,
                                              c->budget, c->out[0], err);
}

/* -- Optionals: the value itself, or a Q_NONE -- */

static q_code optional_run(q_op_call *c, q_err *err)
{
    if (!op__has(c, 0)) {
        *c->out[0] = (q_tensor){0};
        return Q_OK;
    }
    return q_tensor_copy(c->in[0], c->budget, c->out[0], err);
}

static q_code element_run(q_op_call *c, q_err *err)
{
    if (!op__has(c, 0) || c->in[0]->dtype == Q_NONE)
        return q_err_set(err, Q_INVALID, "the optional is empty");
    return q_tensor_copy(c->in[0], c->budget, c->out[0], err);
}

static q_code has_run(q_op_call *c, q_err *err)
{
    q_code rc = q_tensor_new(Q_BOOL, &(q_shape){0}, c->budget, c->out[0], err);

    if (!rc)
        *(uint8_t *)c->out[0]->data = op__has(c, 0) && c->in[0]->dtype != Q_NONE;
    return rc;
}

#define SEQUENCE(name, from, least, most, run_fn)                                                  \
    {                                                                                              \
        .domain = "", .type = name, .since = from, .min_in = least, .max_in = most, .max_out = 1,  \
        .flags = Q_OP_ALLOCATES, .run = run_fn                                                     \
    }

static const q_op ops[] = {
    SEQUENCE("SequenceAt", 11, 2, 2, at_run),
    SEQUENCE("SequenceConstruct", 11, 1, 0, construct_run),
    SEQUENCE("SequenceEmpty", 11, 0, 0, empty_run),
    SEQUENCE("SequenceErase", 11, 1, 2, erase_run),
    SEQUENCE("SequenceInsert", 11, 2, 3, insert_run),
    SEQUENCE("SequenceLength", 11, 1, 1, length_run),
    {.domain = "",
     .type = "SplitToSequence",
     .since = 11,
     .min_in = 1,
     .max_in = 2,
     .max_out = 1,
     .flags = Q_OP_ALLOCATES,
     .params_bytes = sizeof(axis_params),
     .load = split_load,
     .run = split_run},
    {.domain = "",
     .type = "ConcatFromSequence",
     .since = 11,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .flags = Q_OP_ALLOCATES,
     .params_bytes = sizeof(axis_params),
     .load = concat_load,
     .run = concat_run},
    SEQUENCE("Optional", 15, 0, 1, optional_run),
    SEQUENCE("OptionalGetElement", 15, 1, 1, element_run),
    SEQUENCE("OptionalHasElement", 15, 0, 1, has_run),
};
const q_op_table op__sequence = {ops, sizeof ops / sizeof *ops};
