/* Attention and MultiHeadAttention of domain com.microsoft.
 *
 * Both bring queries, keys and values of many heads to attention.h, add biases, put what
 * was kept of earlier calls (past) in front of keys and values, and give both out
 * again (present). Masks become numbers added to the scores.
 */
#include "engine/attention.h"
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/product.h"
#include "engine/real.h"

#include <math.h>
#include <string.h>

typedef struct heads_params {
    int64_t heads, causal;
    double scale, mask;   /* scale 0: 1 / sqrt(dim) */
    const int64_t *sizes; /* hidden sizes of q, k, v; NULL: a third each */
} heads_params;

static q_code heads_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    heads_params *p = params;
    int64_t rotary = 0, shared = 0;
    size_t sizes = 0;
    q_code rc = op__attr_int(n, "num_heads", 0, &p->heads, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "unidirectional", 0, &p->causal, err);
    if (!rc)
        rc = op__attr_float(n, "scale", 0, &p->scale, err);
    if (!rc)
        rc = op__attr_float(n, "mask_filter_value", -10000, &p->mask, err);
    if (!rc)
        rc = op__attr_ints(n, "qkv_hidden_sizes", &p->sizes, &sizes, err);
    if (!rc)
        rc = op__attr_int(n, "do_rotary", 0, &rotary, err);
    if (!rc)
        rc = op__attr_int(n, "past_present_share_buffer", 0, &shared, err);
    if (rc)
        return rc;
    if (p->heads < 1 || p->heads > 4096 || (sizes && sizes != 3))
        return q_err_set(err, Q_INVALID, "num_heads is %lld, with %zu qkv_hidden_sizes",
                         (long long)p->heads, sizes);
    if (rotary || shared)
        return q_err_set(err, Q_UNSUPPORTED, "do_rotary, past_present_share_buffer");
    if (!sizes)
        p->sizes = NULL;
    return Q_OK;
}

/* Everything in elements; where what lies in scratch, in floats. */
typedef struct heads_plan {
    size_t batch, queries, fresh, past, keys; /* keys = past + fresh */
    size_t heads, dim, v_dim;
    size_t in_width; /* of Attention's rows, before its weights */
    bool given;      /* k and v were made by an earlier call: their bias is in them */
    bool direct;     /* k and v are [batch, heads, keys, dim] already */
    size_t qkv, q, k, v, mask, rest; /* offsets; SIZE_MAX: not there */
    size_t mask_rows;                /* of queries: 1 or queries; 0: no mask */
    size_t total;
} heads_plan;

static q_code shape_err(const q_op_call *c, size_t i, const char *want, q_err *err)
{
    char text[160];

    return q_err_set(err, Q_INVALID, "input %zu has shape %s; wanted %s", i,
                     q_shape_text(&c->in[i]->shape, text), want);
}

static bool add(size_t *total, size_t *at, size_t a, size_t b, size_t n, size_t k)
{
    size_t size;

    *at = *total;
    return q_size_mul(&size, a, b) && q_size_mul(&size, size, n) && q_size_mul(&size, size, k) &&
           !__builtin_add_overflow(*total, (size + 15) & ~(size_t)15, total) &&
           *total < SIZE_MAX / 16;
}

/* The mask input i against batch and keys. */
static q_code mask_plan(const q_op_call *c, size_t i, heads_plan *h, q_err *err)
{
    const q_shape *s;

    h->mask_rows = 0;
    if (!op__has(c, i))
        return Q_OK;
    s = &c->in[i]->shape;
    if (c->in[i]->dtype != Q_I32)
        return q_err_set(err, Q_INVALID, "input %zu is %s; wanted int32", i,
                         q_dtype_name(c->in[i]->dtype));
    h->mask_rows = 1;
    if (s->rank == 1 && (s->dims[0] == h->batch || s->dims[0] == 2 * h->batch))
        return Q_OK;
    if (s->rank == 2 && (s->dims[0] == h->batch || s->dims[0] == 1) && s->dims[1] == h->keys)
        return Q_OK;
    if (s->rank == 3 && s->dims[0] == h->batch && s->dims[1] == h->queries &&
        s->dims[2] == h->keys) {
        h->mask_rows = h->queries;
        return Q_OK;
    }
    return q_err_set(err, Q_UNSUPPORTED,
                     "a mask of rank %zu; [batch], [batch, keys] and [batch, "
                     "queries, keys] are supported",
                     s->rank);
}

static q_code bias_check(const q_op_call *c, size_t i, const heads_plan *h, q_err *err)
{
    const q_shape *s;

    if (!op__has(c, i))
        return Q_OK;
    s = &c->in[i]->shape;
    if (s->rank != 4 || (s->dims[0] != h->batch && s->dims[0] != 1) ||
        (s->dims[1] != h->heads && s->dims[1] != 1) || s->dims[2] != h->queries ||
        s->dims[3] != h->keys || c->in[i]->dtype != c->in[0]->dtype)
        return shape_err(c, i, "[batch or 1, heads or 1, queries, keys]", err);
    if (h->mask_rows > 1)
        return q_err_set(err, Q_UNSUPPORTED, "a mask for each query with a bias");
    return Q_OK;
}

static attention attention_of(const q_op_call *c, const heads_plan *h)
{
    const heads_params *p = c->params;

    return (attention){.batch = h->batch,
                       .heads = h->heads,
                       .kv_heads = h->heads,
                       .queries = h->queries,
                       .keys = h->keys,
                       .dim = h->dim,
                       .v_dim = h->v_dim,
                       .q = {NULL, h->queries * h->heads * h->dim, h->dim, h->heads * h->dim},
                       .k = {NULL, h->heads * h->keys * h->dim, h->keys * h->dim, h->dim},
                       .v = {NULL, h->heads * h->keys * h->v_dim, h->keys * h->v_dim, h->v_dim},
                       .out_batch = h->queries * h->heads * h->v_dim,
                       .out_head = h->v_dim,
                       .out_row = h->heads * h->v_dim,
                       .scale = p->scale != 0 ? (float)p->scale : 1 / sqrtf((float)h->dim),
                       .causal = p->causal != 0};
}

/* Scratch for q, k, v, the mask and attention itself. */
static q_code scratch_plan(q_op_call *c, heads_plan *h, bool copy_q, q_err *err)
{
    attention a = attention_of(c, h);
    size_t bytes;
    bool ok = true;

    h->q = h->k = h->v = h->mask = SIZE_MAX;
    if (copy_q)
        ok = ok && add(&h->total, &h->q, h->batch, h->queries, h->heads, h->dim);
    if (!h->direct) {
        ok = ok && add(&h->total, &h->k, h->batch, h->keys, h->heads, h->dim);
        ok = ok && add(&h->total, &h->v, h->batch, h->keys, h->heads, h->v_dim);
    }
    if (h->mask_rows)
        ok = ok && add(&h->total, &h->mask, h->batch, h->mask_rows, h->keys, 1);
    ok = ok && attention__scratch(&a, &bytes) &&
         add(&h->total, &h->rest, bytes / sizeof(float) + 16, 1, 1, 1);
    if (!ok)
        return q_err_set(err, Q_LIMIT, "attention of %zu queries to %zu keys", h->queries, h->keys);
    return Q_OK;
}

/* One mask entry: 0 keeps, p->mask hides. */
static void mask_fill(const q_op_call *c, size_t i, const heads_plan *h, float *to)
{
    const heads_params *p = c->params;
    const q_tensor *m = c->in[i];
    size_t rank = m->shape.rank, rows = h->mask_rows;

    for (size_t b = 0; b < h->batch; b++)
        for (size_t r = 0; r < rows; r++)
            for (size_t k = 0; k < h->keys; k++) {
                bool keep;
                if (rank == 1) {
                    bool ends = m->shape.dims[0] == 2 * h->batch;
                    keep = (int64_t)k < real__int(m, b) &&
                           (!ends || (int64_t)k >= real__int(m, h->batch + b));
                } else {
                    size_t row = rank == 3 ? b * rows + r : m->shape.dims[0] == 1 ? 0 : b;
                    keep = real__int(m, row * h->keys + k) != 0;
                }
                to[(b * rows + r) * h->keys + k] = keep ? 0 : (float)p->mask;
            }
}

static void mask_use(const q_op_call *c, size_t mask, size_t bias, const heads_plan *h,
                     float *scratch, attention *a)
{
    if (op__has(c, bias)) {
        const q_shape *s = &c->in[bias]->shape;
        a->bias = c->in[bias]->data;
        a->bias_row = h->keys;
        a->bias_head = s->dims[1] == 1 ? 0 : h->queries * h->keys;
        a->bias_batch = s->dims[0] == 1 ? 0 : s->dims[1] * h->queries * h->keys;
    }
    if (!h->mask_rows)
        return;
    mask_fill(c, mask, h, scratch + h->mask);
    if (h->mask_rows == 1) {
        a->key_bias = scratch + h->mask;
    } else {
        a->bias = scratch + h->mask;
        a->bias_row = h->keys;
        a->bias_batch = h->queries * h->keys;
    }
}

/* [batch, heads, keys, dim] from what was kept, [batch, heads, past, dim], and fresh
 * rows `row` apart (heads `head` apart) with a bias to add (or NULL).
 */
static void gather(const heads_plan *h, size_t dim, const float *past, attention_view fresh,
                   const float *bias, float *to)
{
    for (size_t b = 0; b < h->batch; b++)
        for (size_t n = 0; n < h->heads; n++) {
            float *out = to + (b * h->heads + n) * h->keys * dim;
            if (h->past && past)
                memcpy(out, past + (b * h->heads + n) * h->past * dim,
                       h->past * dim * sizeof(float));
            for (size_t r = 0; r < h->fresh; r++) {
                const float *from = fresh.data + b * fresh.batch + n * fresh.head + r * fresh.row;
                float *row = out + (h->past + r) * dim;
                for (size_t i = 0; i < dim; i++)
                    row[i] = from[i] + (bias ? bias[n * dim + i] : 0);
            }
        }
}

/* -- Attention -- */

enum { A_WEIGHTS = 1, A_BIAS, A_MASK, A_PAST, A_SCORES };

static q_code attention_plan(q_op_call *c, heads_plan *h, q_err *err)
{
    const heads_params *p = c->params;
    const q_shape *x, *w;
    size_t heads = (size_t)p->heads, q_size, k_size, v_size;
    product one;
    size_t bytes;
    bool ok;
    q_code rc = op__want(c, 0, err, widen__floats);

    *h = (heads_plan){.heads = heads};
    if (!rc)
        rc = op__want(c, A_WEIGHTS, err, (const q_dtype[]){c->in[0]->dtype, Q_NONE});
    if (rc)
        return rc;
    x = &c->in[0]->shape;
    w = &c->in[A_WEIGHTS]->shape;
    if (x->rank != 3)
        return shape_err(c, 0, "[batch, words, hidden]", err);
    if (w->rank != 2 || w->dims[0] != x->dims[2])
        return shape_err(c, A_WEIGHTS, "[hidden, q + k + v]", err);
    q_size = p->sizes ? (size_t)p->sizes[0] : w->dims[1] / 3;
    k_size = p->sizes ? (size_t)p->sizes[1] : w->dims[1] / 3;
    v_size = p->sizes ? (size_t)p->sizes[2] : w->dims[1] / 3;
    if (!q_size || q_size != k_size || q_size % heads || v_size % heads ||
        q_size > w->dims[1] / 2 || 2 * q_size + v_size != w->dims[1])
        return shape_err(c, A_WEIGHTS, "columns for q, k and v of all heads", err);
    if (op__has(c, A_BIAS) &&
        (c->in[A_BIAS]->shape.rank != 1 || c->in[A_BIAS]->shape.dims[0] != w->dims[1] ||
         c->in[A_BIAS]->dtype != c->in[0]->dtype))
        return shape_err(c, A_BIAS, "one number a column of the weights", err);
    h->batch = x->dims[0];
    h->queries = h->fresh = x->dims[1];
    h->in_width = x->dims[2];
    h->dim = q_size / heads;
    h->v_dim = v_size / heads;
    if (op__has(c, A_PAST)) {
        const q_shape *s = &c->in[A_PAST]->shape;
        if (s->rank != 5 || s->dims[0] != 2 || s->dims[1] != h->batch || s->dims[2] != heads ||
            s->dims[4] != h->dim || h->dim != h->v_dim || c->in[A_PAST]->dtype != c->in[0]->dtype)
            return shape_err(c, A_PAST, "[2, batch, heads, past, dim]", err);
        h->past = s->dims[3];
    }
    h->keys = h->past + h->fresh;
    rc = mask_plan(c, A_MASK, h, err);
    if (!rc)
        rc = bias_check(c, A_SCORES, h, err);
    if (rc)
        return rc;
    one = (product){.m = h->batch * h->queries,
                    .n = w->dims[1],
                    .k = h->in_width,
                    .a_row = h->in_width,
                    .a_col = 1,
                    .b_row = w->dims[1],
                    .b_col = 1,
                    .c_row = w->dims[1]};
    ok = add(&h->total, &h->qkv, h->batch, h->queries, w->dims[1], 1) &&
         product__scratch(&one, &bytes);
    rc = ok ? scratch_plan(c, h, false, err)
            : q_err_set(err, Q_LIMIT, "attention of %zu rows", h->queries);
    if (!rc && h->total - h->rest < bytes / sizeof(float) + 16)
        h->total = h->rest + bytes / sizeof(float) + 16;
    return rc;
}

static q_code attention_infer(q_op_call *c, q_err *err)
{
    heads_plan h;
    q_code rc = attention_plan(c, &h, err);

    if (rc)
        return rc;
    c->scratch_bytes = h.total * sizeof(float);
    op__set(c, 0, c->in[0]->dtype, &(q_shape){3, {h.batch, h.queries, h.heads * h.v_dim}});
    op__set(c, 1, c->in[0]->dtype, &(q_shape){5, {2, h.batch, h.heads, h.keys, h.dim}});
    return widen__infer(c, err);
}

static void bias_rows(const float *bias, float *y, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows && bias; r++)
        for (size_t i = 0; i < n; i++)
            y[r * n + i] += bias[i];
}

static q_code attention_f32(q_op_call *c, q_err *err)
{
    heads_plan h;
    attention a;
    float *m = c->scratch;
    size_t wide, side;
    q_code rc = attention_plan(c, &h, err);
    bool gives = c->out_count > 1 && h.dim == h.v_dim;

    if (rc)
        return rc;
    a = attention_of(c, &h);
    wide = 2 * h.heads * h.dim + h.heads * h.v_dim;
    product__run(c->team,
                 &(product){.m = h.batch * h.queries,
                            .n = wide,
                            .k = h.in_width,
                            .a = c->in[0]->data,
                            .a_row = h.in_width,
                            .a_col = 1,
                            .b = c->in[A_WEIGHTS]->data,
                            .b_row = wide,
                            .b_col = 1,
                            .c = m + h.qkv,
                            .c_row = wide},
                 m + h.rest);
    bias_rows(op__has(c, A_BIAS) ? c->in[A_BIAS]->data : NULL, m + h.qkv, h.batch * h.queries,
              wide);
    a.q = (attention_view){m + h.qkv, h.queries * wide, h.dim, wide};
    a.k = (attention_view){m + h.qkv + h.heads * h.dim, h.queries * wide, h.dim, wide};
    a.v = (attention_view){m + h.qkv + 2 * h.heads * h.dim, h.queries * wide, h.v_dim, wide};
    if (h.past || gives) {
        const float *past = h.past ? c->in[A_PAST]->data : NULL;
        float *k = gives ? (float *)c->out[1]->data : m + h.k;
        float *v;
        side = h.batch * h.heads * h.keys * h.dim;
        v = gives ? k + side : m + h.v;
        gather(&h, h.dim, past, a.k, NULL, k);
        gather(&h, h.v_dim, past ? past + h.batch * h.heads * h.past * h.dim : NULL, a.v, NULL, v);
        a.k = (attention_view){k, h.heads * h.keys * h.dim, h.keys * h.dim, h.dim};
        a.v = (attention_view){v, h.heads * h.keys * h.v_dim, h.keys * h.v_dim, h.v_dim};
    }
    a.out = c->out[0]->data;
    mask_use(c, A_MASK, A_SCORES, &h, m, &a);
    attention__run(c->team, &a, m + h.rest);
    return Q_OK;
}

static q_code attention_run(q_op_call *c, q_err *err)
{
    return widen__run(c, attention_f32, err);
}

/* -- MultiHeadAttention -- */

enum { M_KEY = 1, M_VALUE, M_BIAS, M_MASK, M_SCORES, M_PAST_K, M_PAST_V };

/* Fresh keys and values as views; their count in h->fresh. */
static q_code mha_keys(const q_op_call *c, heads_plan *h, attention_view *k, attention_view *v,
                       q_err *err)
{
    const q_shape *q = &c->in[0]->shape, *s;
    size_t n = h->heads, d = h->dim;

    if (q->rank == 5) { /* [batch, queries, heads, 3, dim] */
        h->fresh = h->queries;
        h->v_dim = d;
        *k = (attention_view){c->in[0]->data, h->queries * n * 3 * d, 3 * d, n * 3 * d};
        *v = *k;
        if (k->data) {
            k->data += d;
            v->data += 2 * d;
        }
        return Q_OK;
    }
    if (!op__has(c, M_KEY))
        return q_err_set(err, Q_INVALID, "the keys are left out");
    s = &c->in[M_KEY]->shape;
    if (s->rank == 5) { /* [batch, keys, heads, 2, dim] */
        if (s->dims[0] != h->batch || s->dims[2] != n || s->dims[3] != 2 || s->dims[4] != d)
            return shape_err(c, M_KEY, "[batch, keys, heads, 2, dim]", err);
        h->fresh = s->dims[1];
        h->v_dim = d;
        *k = (attention_view){c->in[M_KEY]->data, h->fresh * n * 2 * d, 2 * d, n * 2 * d};
        *v = *k;
        if (v->data)
            v->data += d;
        return Q_OK;
    }
    if (!op__has(c, M_VALUE) || c->in[M_VALUE]->shape.rank != s->rank)
        return q_err_set(err, Q_INVALID, "the values do not go with the keys");
    if (s->rank == 4) { /* [batch, heads, keys, dim] */
        const q_shape *w = &c->in[M_VALUE]->shape;
        if (s->dims[0] != h->batch || s->dims[1] != n || s->dims[3] != d ||
            w->dims[0] != h->batch || w->dims[1] != n || w->dims[2] != s->dims[2])
            return shape_err(c, M_KEY, "[batch, heads, keys, dim]", err);
        h->fresh = s->dims[2];
        h->v_dim = w->dims[3];
        h->given = true;
        h->direct = !op__has(c, M_PAST_K) && c->out_count < 2;
        *k = (attention_view){c->in[M_KEY]->data, n * h->fresh * d, h->fresh * d, d};
        *v = (attention_view){c->in[M_VALUE]->data, n * h->fresh * h->v_dim, h->fresh * h->v_dim,
                              h->v_dim};
        return Q_OK;
    }
    if (s->rank != 3 || s->dims[0] != h->batch || s->dims[2] != n * d ||
        c->in[M_VALUE]->shape.dims[0] != h->batch || c->in[M_VALUE]->shape.dims[1] != s->dims[1] ||
        c->in[M_VALUE]->shape.dims[2] % n)
        return shape_err(c, M_KEY, "[batch, keys, heads * dim]", err);
    h->fresh = s->dims[1];
    h->v_dim = c->in[M_VALUE]->shape.dims[2] / n;
    *k = (attention_view){c->in[M_KEY]->data, h->fresh * n * d, d, n * d};
    *v = (attention_view){c->in[M_VALUE]->data, h->fresh * n * h->v_dim, h->v_dim, n * h->v_dim};
    return Q_OK;
}

static q_code mha_past(const q_op_call *c, heads_plan *h, q_err *err)
{
    for (size_t i = M_PAST_K; i <= M_PAST_V; i++) {
        const q_shape *s;
        if (op__has(c, i) != op__has(c, M_PAST_K))
            return q_err_set(err, Q_INVALID, "past keys and values go together");
        if (!op__has(c, i))
            continue;
        s = &c->in[i]->shape;
        if (s->rank != 4 || s->dims[0] != h->batch || s->dims[1] != h->heads ||
            s->dims[3] != (i == M_PAST_K ? h->dim : h->v_dim) ||
            c->in[i]->dtype != c->in[0]->dtype || (i == M_PAST_V && s->dims[2] != h->past))
            return shape_err(c, i, "[batch, heads, past, dim]", err);
        h->past = s->dims[2];
    }
    h->keys = h->past + h->fresh;
    return Q_OK;
}

static q_code mha_plan(q_op_call *c, heads_plan *h, attention_view *k, attention_view *v,
                       q_err *err)
{
    const heads_params *p = c->params;
    const q_shape *q;
    q_code rc = op__want(c, 0, err, widen__floats);

    *h = (heads_plan){.heads = (size_t)p->heads};
    if (rc)
        return rc;
    for (size_t i = M_KEY; i <= M_BIAS; i++)
        if (op__has(c, i) && c->in[i]->dtype != c->in[0]->dtype)
            return q_err_set(err, Q_INVALID, "input %zu is %s, the queries are %s", i,
                             q_dtype_name(c->in[i]->dtype), q_dtype_name(c->in[0]->dtype));
    q = &c->in[0]->shape;
    if (!(q->rank == 3 && q->dims[2] && q->dims[2] % h->heads == 0) &&
        !(q->rank == 5 && q->dims[2] == h->heads && q->dims[3] == 3 && q->dims[4]))
        return shape_err(c, 0, "[batch, queries, heads * dim] or [.., heads, 3, dim]", err);
    h->batch = q->dims[0];
    h->queries = q->dims[1];
    h->dim = q->rank == 5 ? q->dims[4] : q->dims[2] / h->heads;
    rc = mha_keys(c, h, k, v, err);
    if (!rc)
        rc = mha_past(c, h, err);
    if (!rc)
        rc = mask_plan(c, M_MASK, h, err);
    if (!rc)
        rc = bias_check(c, M_SCORES, h, err);
    if (!rc && op__has(c, M_BIAS) &&
        (c->in[M_BIAS]->shape.rank != 1 ||
         c->in[M_BIAS]->shape.dims[0] != h->heads * (2 * h->dim + h->v_dim)))
        rc = shape_err(c, M_BIAS, "[heads * (dim + dim + v_dim)]", err);
    return rc ? rc : scratch_plan(c, h, op__has(c, M_BIAS), err);
}

static q_code mha_infer(q_op_call *c, q_err *err)
{
    heads_plan h;
    attention_view k, v;
    q_code rc = mha_plan(c, &h, &k, &v, err);

    if (rc)
        return rc;
    if (c->out_count > 3)
        return q_err_set(err, Q_UNSUPPORTED, "the scores as an output");
    c->scratch_bytes = h.total * sizeof(float);
    op__set(c, 0, c->in[0]->dtype, &(q_shape){3, {h.batch, h.queries, h.heads * h.v_dim}});
    op__set(c, 1, c->in[0]->dtype, &(q_shape){4, {h.batch, h.heads, h.keys, h.dim}});
    op__set(c, 2, c->in[0]->dtype, &(q_shape){4, {h.batch, h.heads, h.keys, h.v_dim}});
    return widen__infer(c, err);
}

static void mha_queries(const q_op_call *c, const heads_plan *h, float *m, attention *a)
{
    size_t n = h->heads * h->dim;
    const float *bias = op__has(c, M_BIAS) ? c->in[M_BIAS]->data : NULL;

    a->q.data = c->in[0]->data;
    if (c->in[0]->shape.rank == 5)
        a->q = (attention_view){c->in[0]->data, h->queries * 3 * n, 3 * h->dim, 3 * n};
    if (!bias)
        return;
    for (size_t r = 0; r < h->batch * h->queries; r++)
        for (size_t i = 0; i < n; i++)
            m[h->q + r * n + i] =
                a->q.data[r * a->q.row + i / h->dim * a->q.head + i % h->dim] + bias[i];
    a->q = (attention_view){m + h->q, h->queries * n, h->dim, n};
}

static q_code mha_f32(q_op_call *c, q_err *err)
{
    heads_plan h;
    attention a;
    attention_view k, v;
    float *m = c->scratch, *to_k, *to_v;
    const float *bias = op__has(c, M_BIAS) ? c->in[M_BIAS]->data : NULL;
    q_code rc = mha_plan(c, &h, &k, &v, err);

    if (rc)
        return rc;
    a = attention_of(c, &h);
    mha_queries(c, &h, m, &a);
    if (h.direct) {
        a.k = k;
        a.v = v;
    } else {
        to_k = c->out_count > 1 ? (float *)c->out[1]->data : m + h.k;
        to_v = c->out_count > 2 ? (float *)c->out[2]->data : m + h.v;
        gather(&h, h.dim, h.past ? c->in[M_PAST_K]->data : NULL, k,
               bias && !h.given ? bias + h.heads * h.dim : NULL, to_k);
        gather(&h, h.v_dim, h.past ? c->in[M_PAST_V]->data : NULL, v,
               bias && !h.given ? bias + 2 * h.heads * h.dim : NULL, to_v);
        a.k.data = to_k;
        a.v.data = to_v;
    }
    a.out = c->out[0]->data;
    mask_use(c, M_MASK, M_SCORES, &h, m, &a);
    attention__run(c->team, &a, m + h.rest);
    return Q_OK;
}

static q_code mha_run(q_op_call *c, q_err *err)
{
    return widen__run(c, mha_f32, err);
}

static const q_op ops[] = {
    {.domain = "com.microsoft",
     .type = "Attention",
     .since = 1,
     .min_in = 2,
     .max_in = 6,
     .max_out = 2,
     .params_bytes = sizeof(heads_params),
     .load = heads_load,
     .infer = attention_infer,
     .run = attention_run},
    {.domain = "com.microsoft",
     .type = "MultiHeadAttention",
     .since = 1,
     .min_in = 1,
     .max_in = 8,
     .max_out = 4,
     .params_bytes = sizeof(heads_params),
     .load = heads_load,
     .infer = mha_infer,
     .run = mha_run},
};
const q_op_table op__contrib_attention = {ops, sizeof ops / sizeof *ops};
