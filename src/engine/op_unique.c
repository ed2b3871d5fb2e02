/* Operators whose outputs are as large as their values say: NonZero, Unique. */
#include "engine/convert.h"
#include "engine/op_tables.h"
#include "engine/order.h"

#include <stdlib.h>
#include <string.h>

/* -- NonZero -- */

static size_t count_nonzero(const q_tensor *t)
{
    size_t count = 0;

    for (size_t i = 0, n = q_shape_count(&t->shape); i < n; i++)
        count += convert__f64_at(t, i) != 0;
    return count;
}

static q_code nonzero_infer(q_op_call *c, q_err *err)
{
    if (!op__has(c, 0) || !convert__knows(c->in[0]->dtype))
        return q_err_set(err, Q_UNSUPPORTED, "the input is no tensor of numbers");
    const q_tensor *x = c->in[0];
    c->later = q_shape_count(&x->shape) && !x->data;
    if (!c->later)
        op__set(c, 0, Q_I64, &(q_shape){2, {x->shape.rank, count_nonzero(x)}});
    return Q_OK;
}

static q_code nonzero_run(q_op_call *c, q_err *err)
{
    const q_shape *s = &c->in[0]->shape;
    size_t found = 0, count = c->out[0]->shape.dims[1];
    int64_t *out = c->out[0]->data;

    (void)err;
    for (size_t i = 0, n = q_shape_count(s); i < n && found < count; i++) {
        size_t rest = i;

        if (convert__f64_at(c->in[0], i) == 0)
            continue;
        for (size_t d = s->rank; d-- > 0; rest /= s->dims[d])
            out[d * count + found] = (int64_t)(rest % s->dims[d]);
        found++;
    }
    return Q_OK;
}

/* -- Unique -- */

typedef struct unique_params {
    int64_t axis, sorted;
    bool flat; /* no axis: single elements */
} unique_params;

static q_code unique_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    unique_params *p = params;
    q_code rc = op__attr_int(n, "axis", 0, &p->axis, err);

    (void)a;
    p->flat = !q_node_attr(n, "axis");
    return rc ? rc : op__attr_int(n, "sorted", 1, &p->sorted, err);
}

/* The slices along an axis, and which of them are alike. */
typedef struct slices {
    const q_tensor *t;
    order_fn *order;
    size_t outer, dim, inner;
    size_t *sorted; /* [dim] */
    size_t *first;  /* [count]: the first of each kind, in the order of the output */
    size_t *kind;   /* [dim]: which of the output a slice is */
    size_t *times;  /* [count] */
    size_t count;
} slices;

static int compare(const slices *s, size_t a, size_t b)
{
    int order = 0;

    for (size_t o = 0; !order && o < s->outer; o++)
        for (size_t i = 0; !order && i < s->inner; i++)
            order = s->order(s->t->data, (o * s->dim + a) * s->inner + i,
                             (o * s->dim + b) * s->inner + i);
    return order;
}

static int compare_entries(const void *a, const void *b, void *ctx)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int order = compare(ctx, i, j);

    return order ? order : (i > j) - (i < j);
}

static int compare_numbers(const void *a, const void *b)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;

    return (i > j) - (i < j);
}

static void find_kinds(slices *s, bool sorted)
{
    for (size_t i = 0; i < s->dim; i++)
        s->sorted[i] = i;
    if (s->dim)
        qsort_r(s->sorted, s->dim, sizeof *s->sorted, compare_entries, s);
    for (size_t i = 0; i < s->dim; i++) {
        if (i == 0 || compare(s, s->sorted[i - 1], s->sorted[i]) != 0)
            s->first[s->count++] = s->sorted[i];
        s->kind[s->sorted[i]] = s->first[s->count - 1]; /* for now, the kind's first slice */
    }
    if (!sorted && s->count)
        qsort(s->first, s->count, sizeof *s->first, compare_numbers);
    for (size_t k = 0; k < s->count; k++)
        s->sorted[s->first[k]] = k; /* now from a first slice to its kind */
    for (size_t i = 0; i < s->dim; i++) {
        s->kind[i] = s->sorted[s->kind[i]];
        s->times[s->kind[i]]++;
    }
}

static q_code put_values(q_op_call *c, const slices *s, const q_shape *shape, q_err *err)
{
    bool strings = s->t->dtype == Q_STRING;
    size_t size = q_dtype_bits(s->t->dtype) / 8, at = 0;
    char *out;
    q_code rc = Q_OK;

    if (!strings)
        rc = q_tensor_new(s->t->dtype, shape, c->budget, c->out[0], err);
    if (rc)
        return rc;
    out = strings ? calloc(q_shape_count(shape) + 1, size) : c->out[0]->data;
    if (strings && !out)
        return q_err_nomem(err);
    for (size_t o = 0; o < s->outer; o++)
        for (size_t k = 0; k < s->count; k++, at += s->inner)
            if (s->inner)
                memcpy(out + at * size,
                       (const char *)s->t->data + (o * s->dim + s->first[k]) * s->inner * size,
                       s->inner * size);
    if (strings) {
        rc = q_tensor_of_strings((q_str *)(void *)out, shape, c->budget, c->out[0], err);
        free(out);
    }
    return rc;
}

static q_code put_numbers(q_op_call *c, size_t i, const size_t *numbers, size_t count, q_err *err)
{
    q_code rc;

    if (i >= c->out_count)
        return Q_OK;
    rc = q_tensor_new(Q_I64, &(q_shape){1, {count}}, c->budget, c->out[i], err);
    for (size_t k = 0; !rc && k < count; k++)
        ((int64_t *)c->out[i]->data)[k] = (int64_t)numbers[k];
    return rc;
}

static q_code unique_run(q_op_call *c, q_err *err)
{
    const unique_params *p = c->params;
    const q_tensor *x = c->in[0];
    size_t axis = 0, bytes;
    q_code rc;

    if (!x || !order__of(x->dtype))
        return q_err_set(err, Q_UNSUPPORTED, "Unique of %s",
                         x ? q_dtype_name(x->dtype) : "nothing");
    rc = p->flat ? Q_OK : op__axis(p->axis, x->shape.rank, &axis, err);
    if (rc)
        return rc;
    q_shape to = p->flat ? (q_shape){1, {q_shape_count(&x->shape)}} : x->shape;
    slices s = {.t = x,
                .order = order__of(x->dtype),
                .outer = q_shape_span(&to, 0, axis),
                .dim = to.dims[axis],
                .inner = q_shape_span(&to, axis + 1, to.rank)};
    if (!q_size_mul(&bytes, s.dim + 1, 4 * sizeof(size_t)) || !(s.sorted = calloc(1, bytes)))
        return q_err_nomem(err);
    s.first = s.sorted + s.dim;
    s.kind = s.first + s.dim;
    s.times = s.kind + s.dim;
    find_kinds(&s, p->sorted != 0);
    to.dims[axis] = s.count;
    rc = put_values(c, &s, &to, err);
    if (!rc)
        rc = put_numbers(c, 1, s.first, s.count, err);
    if (!rc)
        rc = put_numbers(c, 2, s.kind, s.dim, err);
    if (!rc)
        rc = put_numbers(c, 3, s.times, s.count, err);
    free(s.sorted);
    return rc;
}

static const q_op ops[] = {
    {.domain = "",
     .type = "NonZero",
     .since = 9,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .infer = nonzero_infer,
     .run = nonzero_run},
    {.domain = "",
     .type = "Unique",
     .since = 11,
     .min_in = 1,
     .max_in = 1,
     .max_out = 4,
     .flags = Q_OP_ALLOCATES,
     .params_bytes = sizeof(unique_params),
     .load = unique_load,
     .run = unique_run},
};
const q_op_table op__unique = {ops, sizeof ops / sizeof *ops};
