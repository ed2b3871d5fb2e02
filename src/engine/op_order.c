/* Operators that look for the largest: ArgMax, ArgMin, TopK. */
#include "engine/op_tables.h"
#include "engine/order.h"

#include <string.h>

typedef struct order_params {
    int64_t axis, keep, last; /* last: of equal ones, the last */
    int64_t k;                /* before version 10 */
    int64_t largest;
} order_params;

/* A tensor as outer times dim times inner elements. */
typedef struct lines {
    size_t outer, dim, inner;
} lines;

static lines lines_of(const q_shape *s, size_t axis)
{
    return (lines){q_shape_span(s, 0, axis), s->dims[axis], q_shape_span(s, axis + 1, s->rank)};
}

static size_t known_axis(const q_op_call *c)
{
    int64_t axis = ((const order_params *)c->params)->axis;

    return (size_t)(axis < 0 ? axis + (int64_t)c->in[0]->shape.rank : axis);
}

static q_code want_order(const q_op_call *c, size_t *axis, q_err *err)
{
    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    q_dtype d = c->in[0]->dtype;
    if (!order__of(d) || d == Q_STRING || d == Q_BOOL)
        return q_err_set(err, Q_UNSUPPORTED, "%.*s of %s", Q_ARG(c->node->type), q_dtype_name(d));
    return op__axis(((const order_params *)c->params)->axis, c->in[0]->shape.rank, axis, err);
}

/* -- ArgMax, ArgMin -- */

static q_code arg_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    order_params *p = params;
    q_code rc = op__attr_int(n, "axis", 0, &p->axis, err);

    (void)a;
    p->largest = q_str_is(n->type, "ArgMax");
    if (!rc)
        rc = op__attr_int(n, "keepdims", 1, &p->keep, err);
    return rc ? rc : op__attr_int(n, "select_last_index", 0, &p->last, err);
}

static q_code arg_infer(q_op_call *c, q_err *err)
{
    size_t axis;
    q_shape to = {0};
    q_code rc = want_order(c, &axis, err);

    if (rc)
        return rc;
    const q_shape *s = &c->in[0]->shape;
    if (s->dims[axis] == 0)
        return q_err_set(err, Q_INVALID, "dimension %zu is 0: there is no largest", axis);
    for (size_t d = 0; d < s->rank; d++)
        if (d != axis || ((const order_params *)c->params)->keep)
            to.dims[to.rank++] = d == axis ? 1 : s->dims[d];
    op__set(c, 0, Q_I64, &to);
    return Q_OK;
}

typedef struct arg_task {
    const q_op_call *c;
    lines l;
    order_fn *order;
} arg_task;

static void arg_range(void *ctx, size_t from, size_t to)
{
    const arg_task *t = ctx;
    const order_params *p = t->c->params;
    int64_t *out = t->c->out[0]->data;

    for (size_t i = from; i < to; i++) {
        size_t first = i / t->l.inner * t->l.dim * t->l.inner + i % t->l.inner, best = 0;

        for (size_t k = 1; k < t->l.dim; k++) {
            int order =
                t->order(t->c->in[0]->data, first + k * t->l.inner, first + best * t->l.inner);

            order = p->largest ? order : -order;
            if (order > 0 || (order == 0 && p->last))
                best = k;
        }
        out[i] = (int64_t)best;
    }
}

static q_code arg_run(q_op_call *c, q_err *err)
{
    arg_task t = {c, lines_of(&c->in[0]->shape, known_axis(c)), order__of(c->in[0]->dtype)};

    (void)err;
    op__parallel(c->team, t.l.outer * t.l.inner, 8192 / t.l.dim + 1, arg_range, &t);
    return Q_OK;
}

/* -- TopK -- */

static q_code top_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    order_params *p = params;
    q_code rc = op__attr_int(n, "axis", -1, &p->axis, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "largest", 1, &p->largest, err);
    return rc ? rc : op__attr_int(n, "k", -1, &p->k, err);
}

static q_code top_infer(q_op_call *c, q_err *err)
{
    int64_t k = ((const order_params *)c->params)->k;
    size_t axis, count = 1;
    q_code rc = want_order(c, &axis, err);

    if (!rc && c->node->version >= 10)
        rc = op__ints(c, 1, &k, 1, &count, err);
    if (rc || c->later)
        return rc;
    q_shape to = c->in[0]->shape;
    if (count != 1 || k < 0 || (uint64_t)k > to.dims[axis])
        return q_err_set(err, Q_INVALID, "the %lld largest of %zu", (long long)k, to.dims[axis]);
    to.dims[axis] = (size_t)k;
    op__set(c, 0, c->in[0]->dtype, &to);
    op__set(c, 1, Q_I64, &to);
    /* The places, where that output is left out. */
    return q_tensor_measure(Q_I64, &to, SIZE_MAX / 16, &c->scratch_bytes, err);
}

/* A heap of the best so far, the worst of them on top: places in a line, `step` apart. */
typedef struct heap {
    int64_t *places;
    size_t n, step;
    const void *elements;
    size_t first, inner; /* of the line in the input */
    order_fn *order;
    bool largest;
} heap;

/* Place i is to come behind place j. Of equal elements the first one comes first. */
static bool worse(const heap *h, int64_t i, int64_t j)
{
    int order =
        h->order(h->elements, h->first + (size_t)i * h->inner, h->first + (size_t)j * h->inner);

    order = h->largest ? order : -order;
    return order < 0 || (order == 0 && i > j);
}

static void sift_down(heap *h, size_t at, int64_t place)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < h->n &&
            worse(h, h->places[(child + 1) * h->step], h->places[child * h->step]))
            child++;
        if (child >= h->n || !worse(h, h->places[child * h->step], place))
            break;
        h->places[at * h->step] = h->places[child * h->step];
        at = child;
    }
    h->places[at * h->step] = place;
}

static void top_line(heap *h, size_t dim, size_t k)
{
    h->n = k;
    for (size_t i = 0; i < k; i++)
        h->places[i * h->step] = (int64_t)i;
    for (size_t i = k / 2; i-- > 0;)
        sift_down(h, i, h->places[i * h->step]);
    for (size_t i = k; i < dim; i++)
        if (worse(h, h->places[0], (int64_t)i))
            sift_down(h, 0, (int64_t)i);
    for (size_t left = k; left > 1; left--) { /* the worst goes to the end */
        int64_t worst = h->places[0], last = h->places[(left - 1) * h->step];

        h->n = left - 1;
        sift_down(h, 0, last);
        h->places[(left - 1) * h->step] = worst;
    }
}

typedef struct top_task {
    const q_op_call *c;
    lines l;
    size_t k;
    int64_t *places;
} top_task;

static void top_range(void *ctx, size_t from, size_t to)
{
    const top_task *t = ctx;
    const q_tensor *x = t->c->in[0];
    size_t size = q_dtype_bits(x->dtype) / 8;
    heap h = {.step = t->l.inner,
              .elements = x->data,
              .inner = t->l.inner,
              .order = order__of(x->dtype),
              .largest = ((const order_params *)t->c->params)->largest != 0};

    for (size_t i = from; i < to; i++) {
        size_t at = i / t->l.inner * t->k * t->l.inner + i % t->l.inner;

        h.first = i / t->l.inner * t->l.dim * t->l.inner + i % t->l.inner;
        h.places = t->places + at;
        top_line(&h, t->l.dim, t->k);
        for (size_t j = 0; j < t->k; j++)
            memcpy((char *)t->c->out[0]->data + (at + j * t->l.inner) * size,
                   (const char *)x->data +
                       (h.first + (size_t)h.places[j * h.step] * t->l.inner) * size,
                   size);
    }
}

static q_code top_run(q_op_call *c, q_err *err)
{
    size_t axis = known_axis(c);
    top_task t = {c, lines_of(&c->in[0]->shape, axis), c->out[0]->shape.dims[axis], c->scratch};

    (void)err;
    if (c->out_count > 1)
        t.places = c->out[1]->data;
    if (t.k)
        op__parallel(c->team, t.l.outer * t.l.inner, 4096 / t.l.dim + 1, top_range, &t);
    return Q_OK;
}

#define ARG(name)                                                                                  \
    {                                                                                              \
        .domain = "", .type = (name), .since = 1, .min_in = 1, .max_in = 1, .max_out = 1,          \
        .params_bytes = sizeof(order_params), .load = arg_load, .infer = arg_infer, .run = arg_run \
    }
#define TOP(from, to, inputs)                                                                      \
    {                                                                                              \
        .domain = "", .type = "TopK", .since = (from), .until = (to), .min_in = (inputs),          \
        .max_in = (inputs), .max_out = 2, .params_bytes = sizeof(order_params), .load = top_load,  \
        .infer = top_infer, .run = top_run                                                         \
    }

static const q_op ops[] = {
    ARG("ArgMax"),
    ARG("ArgMin"),
    TOP(1, 9, 1),
    TOP(10, 0, 2),
};
const q_op_table op__order = {ops, sizeof ops / sizeof *ops};
