/* Elements put elsewhere, all of them: Transpose, Concat, Split, Expand, Tile, DepthToSpace. */
#include "engine/op_strings.h"
#include "engine/op_tables.h"
#include "engine/view.h"

#include <stdlib.h>

static size_t size_of(const q_tensor *t)
{
    return q_dtype_bits(t->dtype) / 8;
}

/* -- Transpose -- */

typedef struct transpose_params {
    const int64_t *perm; /* borrowed; count 0: reversed */
    size_t count;
} transpose_params;

static q_code transpose_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    transpose_params *p = params;

    (void)a;
    return op__attr_ints(n, "perm", &p->perm, &p->count, err);
}

static size_t source_axis(const transpose_params *p, size_t rank, size_t d)
{
    return p->count ? (size_t)p->perm[d] : rank - 1 - d;
}

static q_code transpose_infer(q_op_call *c, q_err *err)
{
    const transpose_params *p = c->params;
    bool seen[Q_MAX_RANK] = {false};
    q_shape to;
    q_code rc = op_strings__want(c, err);

    if (rc)
        return rc;
    const q_shape *from = &c->in[0]->shape;
    if (p->count && p->count != from->rank)
        return q_err_set(err, Q_INVALID, "perm has %zu entries for %zu dimensions", p->count,
                         from->rank);
    for (size_t d = 0; d < p->count; d++) {
        int64_t axis = p->perm[d];

        if (axis < 0 || axis >= (int64_t)from->rank || seen[axis])
            return q_err_set(err, Q_INVALID, "perm is no permutation: entry %zu is %lld", d,
                             (long long)axis);
        seen[axis] = true;
    }
    to = *from;
    for (size_t d = 0; d < from->rank; d++)
        to.dims[d] = from->dims[source_axis(p, from->rank, d)];
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

static void transpose_move(q_op_call *c, void *out)
{
    const transpose_params *p = c->params;
    const q_tensor *x = c->in[0];
    ptrdiff_t from[Q_MAX_RANK], to[Q_MAX_RANK];
    view v = {0};

    view__strides(&x->shape, from);
    view__strides(&c->out[0]->shape, to);
    for (size_t d = 0; d < x->shape.rank; d++)
        view__add(&v, c->out[0]->shape.dims[d], from[source_axis(p, x->shape.rank, d)], to[d]);
    view__copy(&v, x->data, out, size_of(x), c->team);
}

static q_code transpose_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, transpose_move, err);
}

/* -- Concat -- */

typedef struct axis_params {
    int64_t axis;
} axis_params;

static q_code concat_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    q_code rc = op__attr_int(n, "axis", INT64_MAX, &((axis_params *)params)->axis, err);

    (void)a;
    if (!rc && ((axis_params *)params)->axis == INT64_MAX)
        rc = q_err_set(err, Q_INVALID, "attribute axis is missing");
    return rc;
}

static q_code concat_infer(q_op_call *c, q_err *err)
{
    size_t axis;
    char a[160], b[160];
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__axis(((const axis_params *)c->params)->axis, c->in[0]->shape.rank, &axis, err);
    if (rc)
        return rc;
    q_shape to = c->in[0]->shape;
    for (size_t i = 1; i < c->in_count; i++) {
        if (!c->in[i] || c->in[i]->dtype != c->in[0]->dtype)
            return q_err_set(err, Q_INVALID, "input %zu is not of the first one's type", i);
        q_shape others = c->in[i]->shape;
        size_t dim = others.rank > axis ? others.dims[axis] : 0;

        if (others.rank == to.rank)
            others.dims[axis] = to.dims[axis];
        if (!q_shape_eq(&others, &to))
            return q_err_set(err, Q_INVALID, "shapes %s and %s do not join at axis %zu",
                             q_shape_text(&c->in[0]->shape, a), q_shape_text(&c->in[i]->shape, b),
                             axis);
        if (__builtin_add_overflow(to.dims[axis], dim, &to.dims[axis]))
            return q_err_set(err, Q_LIMIT, "the dimensions' sum overflows");
    }
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

static size_t known_axis(int64_t axis, size_t rank)
{
    return (size_t)(axis < 0 ? axis + (int64_t)rank : axis);
}

static void concat_move(q_op_call *c, void *out)
{
    const q_shape *to = &c->out[0]->shape;
    size_t axis = known_axis(((const axis_params *)c->params)->axis, to->rank);
    size_t inner = q_shape_span(to, axis + 1, to->rank), size = size_of(c->out[0]), at = 0;

    for (size_t i = 0; i < c->in_count; i++) {
        size_t line = c->in[i]->shape.dims[axis] * inner;
        view v = {0};

        view__add(&v, q_shape_span(to, 0, axis), (ptrdiff_t)line,
                  (ptrdiff_t)(to->dims[axis] * inner));
        view__add(&v, line, 1, 1);
        view__copy(&v, c->in[i]->data, (char *)out + at * size, size, c->team);
        at += line;
    }
}

static q_code concat_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, concat_move, err);
}

/* -- Split -- */

typedef struct split_params {
    int64_t axis, parts;  /* parts 0: as many as outputs */
    const int64_t *split; /* before version 13; borrowed */
    size_t split_count;
} split_params;

static q_code split_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    split_params *p = params;
    q_code rc = op__attr_int(n, "axis", 0, &p->axis, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "num_outputs", 0, &p->parts, err);
    if (!rc && n->version < 13)
        rc = op__attr_ints(n, "split", &p->split, &p->split_count, err);
    if (!rc && p->parts != 0 && p->parts != (int64_t)n->out_count)
        rc = q_err_set(err, Q_INVALID, "num_outputs is %lld of %zu", (long long)p->parts,
                       n->out_count);
    return rc;
}

/* The size of part i when none is stated: the last one may be smaller. */
static size_t equal_part(size_t whole, size_t parts, size_t i)
{
    size_t part = (whole + parts - 1) / parts, before = part * i;

    return before >= whole ? 0 : whole - before < part ? whole - before : part;
}

static q_code stated_parts(q_op_call *c, const int64_t *split, size_t count, size_t axis,
                           q_err *err)
{
    size_t left = c->in[0]->shape.dims[axis];
    q_shape to = c->in[0]->shape;

    if (count != c->out_count)
        return q_err_set(err, Q_INVALID, "split has %zu entries for %zu outputs", count,
                         c->out_count);
    for (size_t i = 0; i < count; i++) {
        if (split[i] < 0 || (uint64_t)split[i] > left)
            return q_err_set(err, Q_INVALID, "split %zu is %lld; %zu are left", i,
                             (long long)split[i], left);
        to.dims[axis] = (size_t)split[i];
        left -= to.dims[axis];
        op__set(c, i, c->in[0]->dtype, &to);
    }
    if (left)
        return q_err_set(err, Q_INVALID, "the splits leave %zu of %zu over", left,
                         c->in[0]->shape.dims[axis]);
    return Q_OK;
}

#define MOST_PARTS 1024

static q_code split_infer(q_op_call *c, q_err *err)
{
    const split_params *p = c->params;
    int64_t values[MOST_PARTS];
    const int64_t *split = p->split;
    size_t count = p->split_count, axis;
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__axis(p->axis, c->in[0]->shape.rank, &axis, err);
    if (!rc && op__has(c, 1)) {
        split = values;
        rc = op__ints(c, 1, values, MOST_PARTS, &count, err);
    }
    if (rc || c->later)
        return rc;
    if (count)
        return stated_parts(c, split, count, axis, err);
    q_shape to = c->in[0]->shape;
    size_t whole = to.dims[axis];
    if (p->parts == 0 && whole % c->out_count)
        return q_err_set(err, Q_INVALID, "a dimension of %zu into %zu equal parts", whole,
                         c->out_count);
    for (size_t i = 0; i < c->out_count; i++) {
        to.dims[axis] = equal_part(whole, c->out_count, i);
        op__set(c, i, c->in[0]->dtype, &to);
    }
    return Q_OK;
}

static q_code split_run(q_op_call *c, q_err *err)
{
    const q_shape *from = &c->in[0]->shape;
    size_t axis = known_axis(((const split_params *)c->params)->axis, from->rank);
    size_t inner = q_shape_span(from, axis + 1, from->rank), size = size_of(c->in[0]), at = 0;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < c->out_count; i++) {
        q_shape to = c->out[i]->shape;
        size_t line = to.dims[axis] * inner;
        bool strings = c->in[0]->dtype == Q_STRING;
        void *out = strings ? calloc(q_shape_count(&to) + 1, sizeof(q_str)) : c->out[i]->data;
        view v = {0};

        if (strings && !out)
            return q_err_nomem(err);
        view__add(&v, q_shape_span(from, 0, axis), (ptrdiff_t)(from->dims[axis] * inner),
                  (ptrdiff_t)line);
        view__add(&v, line, 1, 1);
        if (line)
            view__copy(&v, (const char *)c->in[0]->data + at * size, out, size, c->team);
        if (strings) {
            rc = q_tensor_of_strings(out, &to, c->budget, c->out[i], err);
            free(out);
        }
        at += line;
    }
    return rc;
}

/* -- Expand, Tile -- */

static q_code expand_infer(q_op_call *c, q_err *err)
{
    int64_t dims[Q_MAX_RANK];
    q_shape wish = {0}, to;
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__ints(c, 1, dims, Q_MAX_RANK, &wish.rank, err);
    if (rc || c->later)
        return rc;
    for (size_t d = 0; d < wish.rank; d++) {
        if (dims[d] < 0)
            return q_err_set(err, Q_INVALID, "dimension %zu is %lld", d, (long long)dims[d]);
        wish.dims[d] = (size_t)dims[d];
    }
    rc = op__broadcast(&c->in[0]->shape, &wish, &to, err);
    if (!rc)
        op__set(c, 0, c->in[0]->dtype, &to);
    return rc;
}

static void expand_move(q_op_call *c, void *out)
{
    const q_shape *from = &c->in[0]->shape, *to = &c->out[0]->shape;
    ptrdiff_t strides[Q_MAX_RANK], targets[Q_MAX_RANK];
    view v = {0};

    view__strides(from, strides);
    view__strides(to, targets);
    for (size_t d = 0; d < to->rank; d++) {
        size_t added = to->rank - from->rank;
        bool repeat = d < added || from->dims[d - added] == 1;

        view__add(&v, to->dims[d], repeat ? 0 : strides[d - added], targets[d]);
    }
    view__copy(&v, c->in[0]->data, out, size_of(c->in[0]), c->team);
}

static q_code expand_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, expand_move, err);
}

static q_code tile_infer(q_op_call *c, q_err *err)
{
    int64_t repeats[Q_MAX_RANK];
    size_t count;
    q_code rc = op_strings__want(c, err);

    if (!rc)
        rc = op__ints(c, 1, repeats, Q_MAX_RANK, &count, err);
    if (rc || c->later)
        return rc;
    q_shape to = c->in[0]->shape;
    if (count != to.rank)
        return q_err_set(err, Q_INVALID, "%zu repeats for %zu dimensions", count, to.rank);
    for (size_t d = 0; d < to.rank; d++)
        if (repeats[d] < 0 || !q_size_mul(&to.dims[d], to.dims[d], (size_t)repeats[d]))
            return q_err_set(err, Q_INVALID, "dimension %zu is repeated %lld times", d,
                             (long long)repeats[d]);
    op__set(c, 0, c->in[0]->dtype, &to);
    return Q_OK;
}

static void tile_move(q_op_call *c, void *out)
{
    const q_shape *from = &c->in[0]->shape, *to = &c->out[0]->shape;
    ptrdiff_t strides[Q_MAX_RANK], targets[Q_MAX_RANK];
    view v = {0};

    if (q_shape_count(to) == 0)
        return;
    view__strides(from, strides);
    view__strides(to, targets);
    for (size_t d = 0; d < to->rank; d++) {
        view__add(&v, to->dims[d] / from->dims[d], 0, targets[d] * (ptrdiff_t)from->dims[d]);
        view__add(&v, from->dims[d], strides[d], targets[d]);
    }
    view__copy(&v, c->in[0]->data, out, size_of(c->in[0]), c->team);
}

static q_code tile_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, tile_move, err);
}

/* -- DepthToSpace, SpaceToDepth -- */

typedef struct block_params {
    int64_t block;
    bool columns_first; /* mode CRD: the channel is the slowest index of a block */
    bool to_space;
} block_params;

static q_code block_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    block_params *p = params;
    q_str mode;
    q_code rc = op__attr_int(n, "blocksize", 0, &p->block, err);

    (void)a;
    if (!rc)
        rc = op__attr_string(n, "mode", "DCR", &mode, err);
    if (rc)
        return rc;
    p->columns_first = q_str_is(mode, "CRD");
    p->to_space = q_str_is(n->type, "DepthToSpace");
    if (p->block < 1 || p->block > 1 << 20)
        return q_err_set(err, Q_INVALID, "blocksize is %lld", (long long)p->block);
    if (!p->columns_first && !q_str_is(mode, "DCR"))
        return q_err_set(err, Q_INVALID, "mode is '%.*s'; DCR or CRD is right", Q_ARG(mode));
    return Q_OK;
}

static q_code block_infer(q_op_call *c, q_err *err)
{
    const block_params *p = c->params;
    size_t b = (size_t)p->block;
    char text[160];
    q_code rc = op_strings__want(c, err);

    if (rc)
        return rc;
    q_shape s = c->in[0]->shape;
    if (s.rank != 4 ||
        (p->to_space ? s.dims[1] % (b * b) != 0 : s.dims[2] % b != 0 || s.dims[3] % b != 0))
        return q_err_set(err, Q_INVALID, "shape %s with blocks of %zu", q_shape_text(&s, text), b);
    s.dims[1] = p->to_space ? s.dims[1] / (b * b) : s.dims[1] * b * b;
    for (size_t d = 2; d < 4; d++)
        s.dims[d] = p->to_space ? s.dims[d] * b : s.dims[d] / b;
    op__set(c, 0, c->in[0]->dtype, &s);
    return Q_OK;
}

static void block_move(q_op_call *c, void *out)
{
    const block_params *p = c->params;
    const q_shape *space = p->to_space ? &c->out[0]->shape : &c->in[0]->shape;
    ptrdiff_t b = (ptrdiff_t)p->block, n = (ptrdiff_t)space->dims[0];
    ptrdiff_t channels = (ptrdiff_t)space->dims[1];
    ptrdiff_t height = (ptrdiff_t)space->dims[2] / b, width = (ptrdiff_t)space->dims[3] / b;
    ptrdiff_t plane = height * width;
    ptrdiff_t channel = p->columns_first ? b * b * plane : plane;
    ptrdiff_t row = p->columns_first ? b * plane : b * channels * plane;
    ptrdiff_t column = p->columns_first ? plane : channels * plane;
    /* n, channel, y, row in block, x, column in block: steps in depth and in space */
    const ptrdiff_t steps[6][3] = {
        {n, channels * b * b * plane, channels * b * b * plane},
        {channels, channel, b * b * plane},
        {height, width, b * b * width},
        {b, row, b * width},
        {width, 1, b},
        {b, column, 1},
    };
    view v = {0};

    for (size_t d = 0; d < 6; d++)
        view__add(&v, (size_t)steps[d][0], steps[d][p->to_space ? 1 : 2],
                  steps[d][p->to_space ? 2 : 1]);
    view__copy(&v, c->in[0]->data, out, size_of(c->in[0]), c->team);
}

static q_code block_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, block_move, err);
}

/* -- The table -- */

#define OP(name, from, to, least, most, outputs)                                                   \
    .domain = "", .type = (name), .since = (from), .until = (to), .min_in = (least),               \
    .max_in = (most), .max_out = (outputs)
#define PARAMS(type_, by) .params_bytes = sizeof(type_), .load = (by)

static const q_op ops[] = {
    {OP("Concat", 4, 0, 1, 0, 1), PARAMS(axis_params, concat_load), .infer = concat_infer,
     .run = concat_run},
    {OP("DepthToSpace", 1, 0, 1, 1, 1), PARAMS(block_params, block_load), .infer = block_infer,
     .run = block_run},
    {OP("Expand", 8, 0, 2, 2, 1), .infer = expand_infer, .run = expand_run},
    {OP("SpaceToDepth", 1, 0, 1, 1, 1), PARAMS(block_params, block_load), .infer = block_infer,
     .run = block_run},
    {OP("Split", 2, 12, 1, 1, UINT32_MAX), PARAMS(split_params, split_load), .infer = split_infer,
     .run = split_run},
    {OP("Split", 13, 0, 1, 2, UINT32_MAX), PARAMS(split_params, split_load), .infer = split_infer,
     .run = split_run},
    {OP("Tile", 6, 0, 2, 2, 1), .infer = tile_infer, .run = tile_run},
    {OP("Transpose", 1, 0, 1, 1, 1), PARAMS(transpose_params, transpose_load),
     .infer = transpose_infer, .run = transpose_run},
};
const q_op_table op__move = {ops, sizeof ops / sizeof *ops};
