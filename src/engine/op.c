#include "engine/op.h"

#include "engine/op_tables.h"

/* clang-format off */
const q_op_table *const op__tables[] = {
    /* one a line, sorted */
    &op__attention,
    &op__binary,
    &op__cast,
    &op__contrib_act,
    &op__contrib_attention,
    &op__contrib_matmul,
    &op__contrib_norm,
    &op__control,
    &op__conv,
    &op__conv_transpose,
    &op__core,
    &op__deform,
    &op__det,
    &op__detect,
    &op__dropout,
    &op__einsum,
    &op__gather,
    &op__loss,
    &op__matmul,
    &op__matmul_integer,
    &op__ml_encode,
    &op__ml_linear,
    &op__ml_map,
    &op__ml_scale,
    &op__ml_svm,
    &op__ml_tree,
    &op__move,
    &op__ngram,
    &op__norm,
    &op__norm_channel,
    &op__order,
    &op__pad,
    &op__pool,
    &op__pool_roi,
    &op__quant,
    &op__quern_attention,
    &op__quern_chain,
    &op__quern_conv,
    &op__quern_image,
    &op__quern_matmul,
    &op__random,
    &op__reduce,
    &op__resize,
    &op__rnn,
    &op__rotary,
    &op__running,
    &op__sample,
    &op__scan,
    &op__scatter,
    &op__select,
    &op__sequence,
    &op__shape,
    &op__signal,
    &op__slice,
    &op__softmax,
    &op__string,
    &op__train,
    &op__unary,
    &op__unique,
    &op__window,
};
/* clang-format on */
const size_t op__table_count = sizeof op__tables / sizeof *op__tables;

const q_op *op__find(q_str domain, q_str type, unsigned version)
{
    if (q_str_is(domain, "ai.onnx"))
        domain = Q_STR("");
    for (size_t t = 0; t < op__table_count; t++)
        for (size_t i = 0; i < op__tables[t]->count; i++) {
            const q_op *op = &op__tables[t]->ops[i];

            if (version >= op->since && (!op->until || version <= op->until) &&
                q_str_is(type, op->type) && q_str_is(domain, op->domain))
                return op;
        }
    return NULL;
}

q_code op__err(q_err *err, q_code code, const q_node *n)
{
    if (n->name.n)
        return q_err_add(err, code, "%.*s (node %.*s)", Q_ARG(n->type), Q_ARG(n->name));
    return q_err_add(err, code, "%.*s", Q_ARG(n->type));
}

/* -- infer -- */

void op__set(q_op_call *c, size_t i, q_dtype dtype, const q_shape *shape)
{
    if (i < c->out_count) {
        c->out[i]->dtype = dtype;
        c->out[i]->shape = *shape;
    }
}

q_code op__infer_same(q_op_call *c, q_err *err)
{
    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return Q_OK;
}

bool op__has(const q_op_call *c, size_t i)
{
    return i < c->in_count && c->in[i];
}

q_code op__ints(q_op_call *c, size_t i, int64_t *out, size_t cap, size_t *count, q_err *err)
{
    char text[160];

    *count = 0;
    if (!op__has(c, i))
        return Q_OK;
    const q_tensor *t = c->in[i];
    size_t n = q_shape_count(&t->shape);

    if (t->dtype != Q_I64 && t->dtype != Q_I32)
        return q_err_set(err, Q_INVALID, "input %zu is %s; int32 or int64 is right", i,
                         q_dtype_name(t->dtype));
    if (t->shape.rank > 1 || n > cap)
        return q_err_set(err, Q_INVALID, "input %zu has shape %s; a list of at most %zu is right",
                         i, q_shape_text(&t->shape, text), cap);
    if (n && !t->data) {
        c->later = true;
        return Q_OK;
    }
    for (size_t k = 0; k < n; k++)
        out[k] = t->dtype == Q_I64 ? ((const int64_t *)t->data)[k] : ((const int32_t *)t->data)[k];
    *count = n;
    return Q_OK;
}

q_code op__broadcast(const q_shape *a, const q_shape *b, q_shape *out, q_err *err)
{
    q_shape made = {.rank = a->rank > b->rank ? a->rank : b->rank};
    char ta[160], tb[160];

    for (size_t i = 0; i < made.rank; i++) {
        size_t da = i + a->rank < made.rank ? 1 : a->dims[i + a->rank - made.rank];
        size_t db = i + b->rank < made.rank ? 1 : b->dims[i + b->rank - made.rank];

        if (da != db && da != 1 && db != 1)
            return q_err_set(err, Q_INVALID, "shapes %s and %s do not broadcast",
                             q_shape_text(a, ta), q_shape_text(b, tb));
        made.dims[i] = da == 1 ? db : da;
    }
    *out = made;
    return Q_OK;
}

q_code op__axis(int64_t axis, size_t rank, size_t *out, q_err *err)
{
    int64_t r = (int64_t)rank;

    if (axis < -r || axis >= r)
        return q_err_set(err, Q_INVALID, "axis %lld of a tensor of %zu dimensions", (long long)axis,
                         rank);
    *out = (size_t)(axis < 0 ? axis + r : axis);
    return Q_OK;
}

q_code op__want(const q_op_call *c, size_t i, q_err *err, const q_dtype *types)
{
    if (!op__has(c, i))
        return q_err_set(err, Q_INVALID, "input %zu is left out", i);
    for (const q_dtype *t = types; *t != Q_NONE; t++)
        if (c->in[i]->dtype == *t)
            return Q_OK;
    return q_err_set(err, Q_UNSUPPORTED, "input %zu is %s, which is not supported here", i,
                     q_dtype_name(c->in[i]->dtype));
}

/* -- load -- */

static q_code find_attr(const q_node *n, const char *name, q_attr_kind kind, const q_attr **out,
                        q_err *err)
{
    *out = q_node_attr(n, name);
    if (*out && (*out)->kind != kind)
        return q_err_set(err, Q_INVALID, "attribute %s is of kind %d; %d is right", name,
                         (int)(*out)->kind, (int)kind);
    return Q_OK;
}

q_code op__attr_int(const q_node *n, const char *name, int64_t otherwise, int64_t *out, q_err *err)
{
    const q_attr *a;
    q_code rc = find_attr(n, name, Q_ATTR_INT, &a, err);

    *out = !rc && a ? a->ints[0] : otherwise;
    return rc;
}

q_code op__attr_float(const q_node *n, const char *name, double otherwise, double *out, q_err *err)
{
    const q_attr *a;
    q_code rc = find_attr(n, name, Q_ATTR_FLOAT, &a, err);

    *out = !rc && a ? a->floats[0] : otherwise;
    return rc;
}

q_code op__attr_ints(const q_node *n, const char *name, const int64_t **out, size_t *count,
                     q_err *err)
{
    const q_attr *a;
    q_code rc = find_attr(n, name, Q_ATTR_INTS, &a, err);

    *count = !rc && a ? a->count : 0;
    *out = !rc && a ? a->ints : NULL;
    return rc;
}

q_code op__attr_floats(const q_node *n, const char *name, const double **out, size_t *count,
                       q_err *err)
{
    const q_attr *a;
    q_code rc = find_attr(n, name, Q_ATTR_FLOATS, &a, err);

    *count = !rc && a ? a->count : 0;
    *out = !rc && a ? a->floats : NULL;
    return rc;
}

q_code op__attr_string(const q_node *n, const char *name, const char *otherwise, q_str *out,
                       q_err *err)
{
    const q_attr *a;
    q_code rc = find_attr(n, name, Q_ATTR_STRING, &a, err);

    *out = !rc && a ? a->strings[0] : q_str_of(otherwise);
    return rc;
}

/* -- run -- */

typedef struct pieces {
    void (*fn)(void *ctx, size_t from, size_t to);
    void *ctx;
    size_t count, grain;
} pieces;

static void run_piece(void *ctx, size_t task)
{
    const pieces *p = ctx;
    size_t from = task * p->grain, left = p->count - from;

    p->fn(p->ctx, from, from + (left < p->grain ? left : p->grain));
}

void op__parallel(q_team *team, size_t count, size_t grain,
                  void (*fn)(void *ctx, size_t from, size_t to), void *ctx)
{
    pieces p = {fn, ctx, count, grain ? grain : 1};

    q_team_run(team, count / p.grain + (count % p.grain != 0), run_piece, &p);
}
