/* ReduceSum and its kin. */
#include "engine/convert.h"
#include "engine/op_tables.h"
#include "engine/reduce.h"
#include "engine/view.h"

#include <string.h>

#define GRAIN 16384 /* input elements of a task, about */

typedef struct reduce_params {
    reduce_kind kind;
    int64_t keep, noop;  /* noop: no axes means nothing to do, not all */
    const int64_t *axes; /* of the attribute; borrowed */
    size_t count;
    bool by_input;
} reduce_params;

static const char *const names[REDUCE_KIND_COUNT] = {
    [REDUCE_SUM] = "ReduceSum",
    [REDUCE_MEAN] = "ReduceMean",
    [REDUCE_MAX] = "ReduceMax",
    [REDUCE_MIN] = "ReduceMin",
    [REDUCE_PROD] = "ReduceProd",
    [REDUCE_L1] = "ReduceL1",
    [REDUCE_L2] = "ReduceL2",
    [REDUCE_LOG_SUM] = "ReduceLogSum",
    [REDUCE_LOG_SUM_EXP] = "ReduceLogSumExp",
    [REDUCE_SUM_SQUARE] = "ReduceSumSquare",
};

static q_code reduce_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    reduce_params *p = params;
    q_code rc = op__attr_int(n, "keepdims", 1, &p->keep, err);

    (void)a;
    for (size_t i = 0; i < REDUCE_KIND_COUNT; i++)
        if (q_str_is(n->type, names[i]))
            p->kind = (reduce_kind)i;
    p->by_input = n->version >= (p->kind == REDUCE_SUM ? 13U : 18U);
    if (!rc)
        rc = op__attr_int(n, "noop_with_empty_axes", 0, &p->noop, err);
    if (!rc && !p->by_input)
        rc = op__attr_ints(n, "axes", &p->axes, &p->count, err);
    return rc;
}

/* Which dimensions go away. */
static q_code reduced(q_op_call *c, bool away[Q_MAX_RANK], q_err *err)
{
    const reduce_params *p = c->params;
    size_t rank = c->in[0]->shape.rank, count = p->count, axis;
    int64_t values[Q_MAX_RANK];
    const int64_t *axes = p->by_input ? values : p->axes;
    q_code rc = p->by_input ? op__ints(c, 1, values, Q_MAX_RANK, &count, err) : Q_OK;

    for (size_t d = 0; d < Q_MAX_RANK; d++)
        away[d] = count == 0 && !p->noop;
    for (size_t i = 0; !rc && !c->later && i < count; i++) {
        rc = op__axis(axes[i], rank, &axis, err);
        if (!rc)
            away[axis] = true;
    }
    return rc;
}

/* The input as outer times reduced times inner dimensions; `turned` when it has
 * to be rearranged for that (then inner is 1).
 */
typedef struct layout {
    size_t outer, n, inner;
    bool turned;
} layout;

static layout layout_of(const q_shape *s, const bool away[Q_MAX_RANK], bool by_rows)
{
    layout l = {1, 1, 1, false};
    int part = 0; /* outer, reduced, inner */
    size_t kept = 1;

    for (size_t d = 0; d < s->rank; d++) {
        if (s->dims[d] == 1)
            continue;
        if (away[d]) {
            l.turned = l.turned || part == 2;
            part = part == 0 ? 1 : part;
            l.n *= s->dims[d];
        } else {
            part = part == 1 ? 2 : part;
            *(part == 0 ? &l.outer : &l.inner) *= s->dims[d];
            kept *= s->dims[d];
        }
    }
    if (l.turned || (by_rows && l.inner > 1))
        l = (layout){kept, l.n, 1, true};
    return l;
}

/* Only float32 is reduced along columns, and a logarithm of exponentials never. */
static bool by_rows(const reduce_params *p, q_dtype d, size_t n)
{
    return (d != Q_F32 && d != Q_F16 && d != Q_BF16) || p->kind == REDUCE_LOG_SUM_EXP || n == 0;
}

static bool is_half(q_dtype d)
{
    return d == Q_F16 || d == Q_BF16;
}

static q_code check_type(const reduce_params *p, q_dtype d, q_err *err)
{
    bool extreme = p->kind == REDUCE_MAX || p->kind == REDUCE_MIN;

    if ((!is_half(d) && !reduce__rows(d)) || (!extreme && (d == Q_BOOL || d == Q_I8 || d == Q_U8)))
        return q_err_set(err, Q_UNSUPPORTED, "%s of %s", names[p->kind], q_dtype_name(d));
    return Q_OK;
}

static q_code reduce_infer(q_op_call *c, q_err *err)
{
    const reduce_params *p = c->params;
    bool away[Q_MAX_RANK] = {false};
    q_shape to = {0};
    size_t bytes = 0, halves = 0;

    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    q_dtype d = c->in[0]->dtype;
    q_code rc = check_type(p, d, err);
    if (!rc)
        rc = reduced(c, away, err);
    if (rc || c->later)
        return rc;
    const q_shape *s = &c->in[0]->shape;
    for (size_t i = 0; i < s->rank; i++)
        if (!away[i] || p->keep)
            to.dims[to.rank++] = away[i] ? 1 : s->dims[i];
    op__set(c, 0, d, &to);
    /* Room for the input rearranged, and for it and the output in float32. */
    rc = q_tensor_measure(is_half(d) ? Q_F32 : d, s, SIZE_MAX / 16, &bytes, err);
    if (!rc && is_half(d))
        rc = q_tensor_measure(Q_F32, &to, SIZE_MAX / 16, &halves, err);
    layout l = layout_of(s, away, by_rows(p, d, 1));
    c->scratch_bytes = is_half(d) ? 2 * bytes + halves : l.turned ? bytes : 0;
    return rc;
}

/* -- run -- */

typedef struct task {
    reduce_kind kind;
    layout l;
    const char *x;
    char *y;
    size_t size;
    reduce_rows *rows;
} task;

static void rows_range(void *ctx, size_t from, size_t to)
{
    const task *t = ctx;

    t->rows(t->kind, t->x + from * t->l.n * t->size, to - from, t->l.n, t->y + from * t->size);
}

#define CHUNK 512 /* columns of a task */

static void columns_range(void *ctx, size_t from, size_t to)
{
    const task *t = ctx;
    size_t chunks = (t->l.inner + CHUNK - 1) / CHUNK;

    for (size_t i = from; i < to; i++) {
        size_t outer = i / chunks, at = i % chunks * CHUNK;
        size_t columns = t->l.inner - at < CHUNK ? t->l.inner - at : CHUNK;

        reduce__columns_f32(
            t->kind, (const float *)(const void *)t->x + outer * t->l.n * t->l.inner + at,
            t->l.inner, t->l.n, columns, (float *)(void *)t->y + outer * t->l.inner + at);
    }
}

/* The dimensions that stay first, those that go behind. */
static void turn(const q_op_call *c, const bool away[Q_MAX_RANK], const void *from, void *to,
                 size_t size)
{
    const q_shape *s = &c->in[0]->shape;
    ptrdiff_t strides[Q_MAX_RANK], step = 1, targets[Q_MAX_RANK] = {0};
    view v = {0};

    view__strides(s, strides);
    for (int pass = 1; pass >= 0; pass--)
        for (size_t d = s->rank; d-- > 0;)
            if (away[d] == (pass == 1)) {
                targets[d] = step;
                step *= (ptrdiff_t)s->dims[d];
            }
    for (int pass = 0; pass < 2; pass++)
        for (size_t d = 0; d < s->rank; d++)
            if (away[d] == (pass == 1))
                view__add(&v, s->dims[d], strides[d], targets[d]);
    view__copy(&v, from, to, size, c->team);
}

static q_code reduce_run(q_op_call *c, q_err *err)
{
    const reduce_params *p = c->params;
    const q_tensor *x = c->in[0], *y = c->out[0];
    size_t count = q_shape_count(&x->shape), results = q_shape_count(&y->shape);
    bool away[Q_MAX_RANK] = {false}, half = is_half(x->dtype);
    float *wide = c->scratch;
    q_code rc = reduced(c, away, err);

    if (rc)
        return rc;
    task t = {.kind = p->kind,
              .l = layout_of(&x->shape, away, by_rows(p, x->dtype, 1)),
              .x = x->data,
              .y = y->data,
              .size = half ? 4 : q_dtype_bits(x->dtype) / 8,
              .rows = reduce__rows(half ? Q_F32 : x->dtype)};
    if (half) {
        convert__range(x->data, x->dtype, wide, Q_F32, 0, count, true);
        t.x = (const char *)wide;
        t.y = (char *)(wide + 2 * count);
    }
    if (count == 0)
        t.l = (layout){results, 0, 1, false};
    if (t.l.turned) {
        void *place = half ? (void *)(wide + count) : c->scratch;

        turn(c, away, t.x, place, t.size);
        t.x = place;
    }
    if (t.l.inner > 1)
        op__parallel(c->team, t.l.outer * ((t.l.inner + CHUNK - 1) / CHUNK),
                     GRAIN / (CHUNK * t.l.n) + 1, columns_range, &t);
    else
        op__parallel(c->team, t.l.outer, GRAIN / (t.l.n + 1) + 1, rows_range, &t);
    if (half)
        convert__range(t.y, Q_F32, y->data, x->dtype, 0, results, true);
    return Q_OK;
}

#define REDUCE(name)                                                                               \
    {                                                                                              \
        .domain = "", .type = (name), .since = 1, .min_in = 1, .max_in = 2, .max_out = 1,          \
        .params_bytes = sizeof(reduce_params), .load = reduce_load, .infer = reduce_infer,         \
        .run = reduce_run                                                                          \
    }

static const q_op ops[] = {
    REDUCE("ReduceL1"),        REDUCE("ReduceL2"),   REDUCE("ReduceLogSum"),
    REDUCE("ReduceLogSumExp"), REDUCE("ReduceMax"),  REDUCE("ReduceMean"),
    REDUCE("ReduceMin"),       REDUCE("ReduceProd"), REDUCE("ReduceSum"),
    REDUCE("ReduceSumSquare"),
};
const q_op_table op__reduce = {ops, sizeof ops / sizeof *ops};
