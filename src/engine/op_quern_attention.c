/* softmax(scale q k' + mask) v: quern:Attention (pass_attention.c says what it reads). */
#include "engine/kernel_matmul.h"
#include "engine/op_tables.h"

#include <string.h>

enum { IN_Q, IN_K, IN_V, IN_MASK };

typedef struct attention_params {
    size_t rank; /* 3: [batch, rows, depth]; 4: [batch, heads, rows, depth] */
    size_t q_perm[4], k_perm[4], v_perm[4], out_perm[4];
    float scale;
} attention_params;

static q_code load_perm(const q_node *n, const char *name, size_t *rank, size_t *perm, q_err *err)
{
    const int64_t *v;
    size_t count;
    unsigned seen = 0;
    q_code rc = op__attr_ints(n, name, &v, &count, err);

    if (rc)
        return rc;
    if (!count && *rank) { /* as it lies */
        for (size_t i = 0; i < *rank; i++)
            perm[i] = i;
        return Q_OK;
    }
    if ((count != 3 && count != 4) || (*rank && count != *rank))
        return q_err_set(err, Q_INVALID, "attribute %s has %zu numbers; 3 or 4 are right", name,
                         count);
    *rank = count;
    for (size_t i = 0; i < count; i++) {
        if (v[i] < 0 || v[i] >= (int64_t)count || seen >> v[i] & 1)
            return q_err_set(err, Q_INVALID, "attribute %s is no permutation", name);
        seen |= 1U << v[i];
        perm[i] = (size_t)v[i];
    }
    return Q_OK;
}

static q_code attention_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    attention_params *p = params;
    double scale;
    q_code rc = load_perm(n, "q_perm", &p->rank, p->q_perm, err);

    (void)a;
    if (!rc && !p->rank)
        rc = q_err_set(err, Q_INVALID, "attribute q_perm is not given");
    if (!rc)
        rc = load_perm(n, "k_perm", &p->rank, p->k_perm, err);
    if (!rc)
        rc = load_perm(n, "v_perm", &p->rank, p->v_perm, err);
    if (!rc)
        rc = load_perm(n, "out_perm", &p->rank, p->out_perm, err);
    if (!rc)
        rc = op__attr_float(n, "scale", 1, &scale, err);
    if (rc)
        return rc;
    if (p->q_perm[p->rank - 1] != p->rank - 1 || p->k_perm[p->rank - 1] != p->rank - 1 ||
        p->v_perm[p->rank - 1] != p->rank - 1 || p->out_perm[p->rank - 1] != p->rank - 1)
        return q_err_set(err, Q_INVALID, "the depth must be the last dimension of all four");
    p->scale = (float)scale;
    return Q_OK;
}

/* An operand as [batch, heads, rows, depth]: sizes, and strides in elements. */
typedef struct view {
    size_t dims[4], strides[4];
} view;

static view view_of(const q_shape *s, const size_t *perm)
{
    view v = {.dims = {1, 1, 1, 1}};
    size_t at[4], step = 1, skip = 4 - s->rank;

    for (size_t i = s->rank; i-- > 0; step *= s->dims[i])
        at[i] = step;
    for (size_t i = 0; i < s->rank; i++) {
        size_t to = i ? i + skip : 0; /* without heads the second of four is 1 */

        v.dims[to] = s->dims[perm[i]];
        v.strides[to] = at[perm[i]];
    }
    return v;
}

/* The mask spreads over the scores, whose sizes are `want`, and has a number for each key. */
static q_code check_mask(const q_op_call *c, size_t rank, const size_t *want, q_err *err)
{
    const q_shape *s;
    char text[160];
    bool fits;

    if (!op__has(c, IN_MASK))
        return Q_OK;
    s = &c->in[IN_MASK]->shape;
    fits = c->in[IN_MASK]->dtype == Q_F32 && s->rank && s->rank <= rank &&
           s->dims[s->rank - 1] == want[rank - 1];
    for (size_t i = 0; fits && i < s->rank; i++)
        fits = s->dims[i] == 1 || s->dims[i] == want[rank - s->rank + i];
    return fits ? Q_OK
                : q_err_set(err, Q_INVALID,
                            "the mask is %s%s, which does not spread over the scores",
                            q_dtype_name(c->in[IN_MASK]->dtype), q_shape_text(s, text));
}

static kernel_heads heads_of(const q_tensor *t, const view *v)
{
    return (kernel_heads){t->data, v->strides[0], v->strides[1], v->strides[2]};
}

static void set_mask(const q_op_call *c, size_t rank, kernel_attention *a)
{
    const q_shape *s;
    size_t step = 1;

    if (!op__has(c, IN_MASK))
        return;
    s = &c->in[IN_MASK]->shape;
    a->mask = c->in[IN_MASK]->data;
    for (size_t i = s->rank; i-- > 0; step *= s->dims[i]) {
        size_t at = rank - s->rank + i; /* among batch, heads, queries, keys; or without heads */

        at = at && rank == 3 ? at + 1 : at;
        if (at < 3)
            a->mask_strides[at] = s->dims[i] == 1 ? 0 : step;
    }
}

static kernel_attention call_of(const q_op_call *c, const attention_params *p)
{
    view q = view_of(&c->in[IN_Q]->shape, p->q_perm), k = view_of(&c->in[IN_K]->shape, p->k_perm);
    view v = view_of(&c->in[IN_V]->shape, p->v_perm);
    kernel_attention a = {.batch = q.dims[0],
                          .heads = q.dims[1],
                          .key_heads = q.dims[1],
                          .queries = q.dims[2],
                          .keys = k.dims[2],
                          .size = q.dims[3],
                          .value_size = v.dims[3],
                          .dtype = c->in[IN_Q]->dtype,
                          .q = heads_of(c->in[IN_Q], &q),
                          .k = heads_of(c->in[IN_K], &k),
                          .v = heads_of(c->in[IN_V], &v),
                          .scale = p->scale};

    set_mask(c, p->rank, &a);
    return a;
}

/* The sizes of queries, keys and values agree. */
static q_code check_operands(const q_op_call *c, const attention_params *p, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_BF16, Q_NONE};
    view q, k, v;
    q_code rc = Q_OK;

    for (size_t i = IN_Q; !rc && i <= IN_V; i++) {
        rc = op__want(c, i, err, types);
        if (!rc && (c->in[i]->shape.rank != p->rank || c->in[i]->dtype != c->in[IN_Q]->dtype))
            rc = q_err_set(err, Q_INVALID, "input %zu is %s of %zu dimensions; %s of %zu is right",
                           i, q_dtype_name(c->in[i]->dtype), c->in[i]->shape.rank,
                           q_dtype_name(c->in[IN_Q]->dtype), p->rank);
    }
    if (rc)
        return rc;
    q = view_of(&c->in[IN_Q]->shape, p->q_perm);
    k = view_of(&c->in[IN_K]->shape, p->k_perm);
    v = view_of(&c->in[IN_V]->shape, p->v_perm);
    if (q.dims[0] != k.dims[0] || q.dims[1] != k.dims[1] || q.dims[0] != v.dims[0] ||
        q.dims[1] != v.dims[1] || q.dims[3] != k.dims[3] || k.dims[2] != v.dims[2])
        return q_err_set(err, Q_INVALID, "queries, keys and values do not fit each other");
    return Q_OK;
}

static q_code attention_infer(q_op_call *c, q_err *err)
{
    const attention_params *p = c->params;
    size_t want[4] = {0}, result[4];
    q_shape out = {.rank = p->rank};
    kernel_attention a;
    q_code rc = check_operands(c, p, err);

    if (rc)
        return rc;
    a = call_of(c, p);
    for (size_t i = 0; i < p->rank; i++) {
        size_t all[4] = {a.batch, a.heads, a.queries, a.keys}, at = i ? i + 4 - p->rank : 0;

        want[i] = all[at];
        result[i] = i + 1 == p->rank ? a.value_size : all[at];
    }
    rc = check_mask(c, p->rank, want, err);
    if (!rc)
        rc = kernel__attention_scratch(&a, &c->scratch_bytes, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < p->rank; i++)
        out.dims[i] = result[p->out_perm[i]];
    op__set(c, 0, c->in[IN_Q]->dtype, &out);
    return Q_OK;
}

static q_code attention_run(q_op_call *c, q_err *err)
{
    const attention_params *p = c->params;
    size_t back[4] = {0}, bytes = q_tensor_bytes(c->out[0]);
    kernel_attention a = call_of(c, p);
    view out;

    (void)err;
    for (size_t i = 0; i < p->rank; i++)
        back[p->out_perm[i]] = i;
    out = view_of(&c->out[0]->shape, back);
    a.out = heads_of(c->out[0], &out);
    if (bytes && (!a.keys || !a.size))
        memset(c->out[0]->data, 0, bytes); /* of nothing */
    else if (bytes)
        kernel__attention(c->team, &a, c->scratch);
    return Q_OK;
}

static const q_op ops[] = {
    {.domain = "quern",
     .type = "Attention",
     .since = 1,
     .min_in = 3,
     .max_in = 4,
     .max_out = 1,
     .params_bytes = sizeof(attention_params),
     .load = attention_load,
     .infer = attention_infer,
     .run = attention_run},
};
const q_op_table op__quern_attention = {ops, sizeof ops / sizeof *ops};
