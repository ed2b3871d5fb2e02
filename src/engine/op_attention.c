/* Attention and RotaryEmbedding, as operator sets 23 and later have them.
 *
 * Queries, keys and values are [batch, heads, length, size] or
 * [batch, length, heads * size]; fewer key heads are shared evenly. The past comes
 * before the new keys. A task is one head of one image's or text's queries. What runs
 * fast is quern:Attention, which the passes make of the operators written out.
 */
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/product.h"
#include "engine/vector.h"

#include <math.h>
#include <string.h>

enum { QUERY, KEY, VALUE, MASK, PAST_KEY, PAST_VALUE, LENGTHS };
enum { Y, PRESENT_KEY, PRESENT_VALUE, SCORES };

typedef struct attention_params {
    int64_t query_heads, key_heads; /* 0: four dimensions say it */
    int64_t left, right;            /* of the window; -1: no bound */
    int64_t scores_as;              /* 0, 1: as multiplied; 2: with the mask; 3: softmaxed */
    bool causal;
    double scale, softcap; /* scale 0: 1 / sqrt(size) */
} attention_params;

static q_code attention_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    attention_params *p = params;
    int64_t causal = 0;
    q_code rc = op__attr_int(n, "q_num_heads", 0, &p->query_heads, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "kv_num_heads", 0, &p->key_heads, err);
    if (!rc)
        rc = op__attr_int(n, "left_window_size", -1, &p->left, err);
    if (!rc)
        rc = op__attr_int(n, "right_window_size", -1, &p->right, err);
    if (!rc)
        rc = op__attr_int(n, "qk_matmul_output_mode", 0, &p->scores_as, err);
    if (!rc)
        rc = op__attr_int(n, "is_causal", 0, &causal, err);
    if (!rc)
        rc = op__attr_float(n, "scale", 0, &p->scale, err);
    if (!rc)
        rc = op__attr_float(n, "softcap", 0, &p->softcap, err);
    if (rc)
        return rc;
    if (p->query_heads < 0 || p->key_heads < 0 || p->left < -1 || p->right < -1 ||
        p->left > INT32_MAX || p->right > INT32_MAX || p->scores_as < 0 || p->scores_as > 3)
        return q_err_set(err, Q_INVALID,
                         "a number of heads, window or output mode is out of range");
    p->causal = causal != 0;
    return Q_OK;
}

/* Where the rows of a tensor's heads are. */
typedef struct heads {
    const float *data;
    size_t count, length, size;
    size_t batch, head, row; /* strides */
} heads;

static q_code heads_of(const q_tensor *t, int64_t count, size_t batch, heads *h, q_err *err)
{
    const q_shape *s = &t->shape;
    char text[160];
    bool flat = s->rank == 3;

    if ((s->rank != 3 && s->rank != 4) || s->dims[0] != batch ||
        (flat && (count < 1 || s->dims[2] % (size_t)count)))
        return q_err_set(err, Q_INVALID, "a shape of %s does not hold %lld heads of a batch of %zu",
                         q_shape_text(s, text), (long long)count, batch);
    h->data = t->data;
    h->count = flat ? (size_t)count : s->dims[1];
    h->length = s->dims[flat ? 1 : 2];
    h->size = flat ? s->dims[2] / (size_t)count : s->dims[3];
    h->head = flat ? h->size : h->length * h->size;
    h->row = flat ? s->dims[2] : h->size;
    h->batch = h->count * h->length * h->size;
    return Q_OK;
}

typedef struct attention_job {
    const q_op_call *call;
    const attention_params *p;
    heads q, k, v, past_k, past_v;
    size_t batch, past, keys; /* keys: past and new */
    float scale;
    float *rows;   /* [batch * heads][keys], to work in */
    float *scores; /* of the output, or NULL */
    const vector_table *vector;
    const product_table *product;
} attention_job;

static q_code past_of(const q_op_call *c, size_t i, const heads *now, size_t batch, heads *past,
                      q_err *err)
{
    q_code rc;

    if (!op__has(c, i))
        return Q_OK;
    rc = op__want(c, i, err, widen__floats);
    if (!rc && c->in[i]->shape.rank != 4)
        rc = q_err_set(err, Q_INVALID, "the past has %zu dimensions; wanted 4",
                       c->in[i]->shape.rank);
    if (!rc)
        rc = heads_of(c->in[i], 0, batch, past, err);
    if (!rc && (past->count != now->count || past->size != now->size))
        rc = q_err_set(err, Q_INVALID, "the past has %zu heads of %zu, the present %zu of %zu",
                       past->count, past->size, now->count, now->size);
    return rc;
}

static q_code mask_check(const attention_job *j, q_err *err)
{
    static const q_dtype types[] = {Q_BOOL, Q_F32, Q_F16, Q_BF16, Q_F64, Q_NONE};
    size_t want[4] = {j->batch, j->q.count, j->q.length, j->keys}, d;
    const q_shape *s;
    char text[160];
    q_code rc;

    if (!op__has(j->call, MASK))
        return Q_OK;
    rc = op__want(j->call, MASK, err, types);
    if (rc)
        return rc;
    s = &j->call->in[MASK]->shape;
    for (d = 0; d < s->rank; d++) {
        size_t axis = 4 - s->rank + d;

        if (s->rank > 4 ||
            (axis == 3 ? s->dims[d] > want[3] : s->dims[d] != 1 && s->dims[d] != want[axis]))
            return q_err_set(err, Q_INVALID,
                             "the mask has shape %s; it must spread to [%zu, %zu, %zu, %zu]",
                             q_shape_text(s, text), want[0], want[1], want[2], want[3]);
    }
    return Q_OK;
}

static q_code job_make(const q_op_call *c, attention_job *j, q_err *err)
{
    static const q_dtype ints[] = {Q_I64, Q_NONE};
    const attention_params *p = c->params;
    size_t i;
    q_code rc = Q_OK;

    *j = (attention_job){.call = c, .p = p};
    for (i = QUERY; i <= VALUE && !rc; i++)
        rc = op__want(c, i, err, widen__floats);
    if (rc)
        return rc;
    j->batch = c->in[QUERY]->shape.rank ? c->in[QUERY]->shape.dims[0] : 0;
    rc = heads_of(c->in[QUERY], p->query_heads, j->batch, &j->q, err);
    if (!rc)
        rc = heads_of(c->in[KEY], p->key_heads, j->batch, &j->k, err);
    if (!rc)
        rc = heads_of(c->in[VALUE], p->key_heads, j->batch, &j->v, err);
    if (!rc)
        rc = past_of(c, PAST_KEY, &j->k, j->batch, &j->past_k, err);
    if (!rc)
        rc = past_of(c, PAST_VALUE, &j->v, j->batch, &j->past_v, err);
    if (rc)
        return rc;
    j->past = j->past_k.length;
    j->keys = j->past + j->k.length;
    if (j->q.size != j->k.size || j->k.length != j->v.length || j->k.count != j->v.count ||
        j->past_v.length != j->past || j->k.count == 0 || j->q.count % j->k.count)
        return q_err_set(err, Q_INVALID,
                         "%zu query heads of %zu, %zu key heads of %zu, %zu keys and %zu values do "
                         "not fit",
                         j->q.count, j->q.size, j->k.count, j->k.size, j->keys,
                         j->past_v.length + j->v.length);
    if (op__has(c, LENGTHS)) {
        rc = op__want(c, LENGTHS, err, ints);
        if (!rc && q_shape_count(&c->in[LENGTHS]->shape) != j->batch)
            rc = q_err_set(err, Q_INVALID, "nonpad_kv_seqlen has not one value for each of %zu",
                           j->batch);
    }
    j->scale = (float)(p->scale != 0 ? p->scale : 1 / sqrt((double)j->q.size));
    return rc ? rc : mask_check(j, err);
}

static q_code attention_infer(q_op_call *c, q_err *err)
{
    attention_job j;
    q_shape y, present;
    q_dtype d;
    size_t bytes = 0;
    q_code rc = job_make(c, &j, err);

    if (rc)
        return rc;
    d = c->in[QUERY]->dtype;
    y = c->in[QUERY]->shape;
    y.dims[y.rank - 1] = y.rank == 3 ? j.q.count * j.v.size : j.v.size;
    op__set(c, Y, d, &y);
    present = (q_shape){4, {j.batch, j.k.count, j.keys, j.k.size}};
    op__set(c, PRESENT_KEY, c->in[KEY]->dtype, &present);
    present.dims[3] = j.v.size;
    op__set(c, PRESENT_VALUE, c->in[VALUE]->dtype, &present);
    op__set(c, SCORES, d, &(q_shape){4, {j.batch, j.q.count, j.q.length, j.keys}});
    if (!q_size_mul(&bytes, j.batch * j.q.count, j.keys) ||
        !q_size_mul(&bytes, bytes, 2 * sizeof(float)))
        return q_err_set(err, Q_LIMIT, "the scores pass the address space");
    c->scratch_bytes = bytes;
    return widen__infer(c, err);
}

static const float *row_of(const heads *past, const heads *now, size_t b, size_t h, size_t t)
{
    if (t < past->length)
        return past->data + b * past->batch + h * past->head + t * past->row;
    return now->data + b * now->batch + h * now->head + (t - past->length) * now->row;
}

/* bias[t] for query i: 0 or the mask's number, -infinity where it may not look. */
static void bias_row(const attention_job *j, size_t b, size_t h, size_t i, float *bias)
{
    const q_tensor *mask = op__has(j->call, MASK) ? j->call->in[MASK] : NULL;
    int64_t length = op__has(j->call, LENGTHS) ? ((const int64_t *)j->call->in[LENGTHS]->data)[b]
                                               : (int64_t)j->keys;
    int64_t at = (int64_t)i, known = mask ? (int64_t)mask->shape.dims[mask->shape.rank - 1] : 0, t;
    size_t place[3] = {b, h, i}, row = 0, d;

    if (j->past_k.data || !op__has(j->call, LENGTHS))
        at += (int64_t)j->past;
    else
        at += length < -(1 << 30) ? -(1 << 30) : length - (int64_t)j->q.length;
    for (d = 0; mask && d + 1 < mask->shape.rank; d++) {
        size_t dim = mask->shape.dims[d];

        row = row * dim + (dim == 1 ? 0 : place[4 - mask->shape.rank + d]);
    }
    for (t = 0; t < (int64_t)j->keys; t++) {
        bool seen = t < length && (!j->p->causal || t <= at) &&
                    (j->p->left < 0 || at - t <= j->p->left) &&
                    (j->p->right < 0 || t - at <= j->p->right) && (!mask || t < known);
        size_t cell = row * (size_t)known + (size_t)t;

        bias[t] = 0;
        if (seen && mask && mask->dtype == Q_BOOL)
            seen = ((const uint8_t *)mask->data)[cell];
        else if (seen && mask)
            bias[t] = ((const float *)mask->data)[cell];
        if (!seen)
            bias[t] = -INFINITY;
    }
}

static void query_scores(const attention_job *j, size_t b, size_t h, size_t i, float *row)
{
    size_t kh = h / (j->q.count / j->k.count), t;
    const float *q = j->q.data + b * j->q.batch + h * j->q.head + i * j->q.row;
    float cap = (float)j->p->softcap;

    for (t = 0; t < j->keys; t++)
        row[t] = j->scale * j->product->dot(q, row_of(&j->past_k, &j->k, b, kh, t), j->q.size);
    if (cap > 0) {
        j->vector->unary[VECTOR_AFFINE](row, row, j->keys, 1 / cap, 0);
        j->vector->unary[VECTOR_TANH](row, row, j->keys, 0, 0);
        j->vector->unary[VECTOR_AFFINE](row, row, j->keys, cap, 0);
    }
}

/* Softmax; all zeros when every key is hidden. */
static void soften(const attention_job *j, const float *bias, float *row)
{
    const vector_table *v = j->vector;
    size_t n = j->keys;

    v->binary[VECTOR_ADD](row, 1, bias, 1, row, n);
    if (v->fold[VECTOR_GREATEST](bias, n) == -INFINITY) {
        memset(row, 0, n * sizeof *row);
        return;
    }
    v->unary[VECTOR_EXP_MINUS](row, row, n, v->fold[VECTOR_GREATEST](row, n), 0);
    v->unary[VECTOR_AFFINE](row, row, n, 1 / v->fold[VECTOR_SUM](row, n), 0);
}

static void one_query(const attention_job *j, size_t b, size_t h, size_t i, float *row, float *y)
{
    size_t n = j->keys, kh = h / (j->q.count / j->k.count), t;
    float *bias = row + n;
    float *scores = j->scores ? j->scores + ((b * j->q.count + h) * j->q.length + i) * n : NULL;

    query_scores(j, b, h, i, row);
    bias_row(j, b, h, i, bias);
    for (t = 0; scores && t < n; t++)
        scores[t] = row[t] + (j->p->scores_as == 2 ? bias[t] : 0);
    soften(j, bias, row);
    if (scores && j->p->scores_as == 3)
        memcpy(scores, row, n * sizeof *row);
    memset(y, 0, j->v.size * sizeof *y);
    for (t = 0; t < n; t++)
        if (row[t] != 0)
            j->product->add_scaled(y, row[t], row_of(&j->past_v, &j->v, b, kh, t), j->v.size);
}

static void some_heads(void *ctx, size_t from, size_t to)
{
    const attention_job *j = ctx;
    const q_tensor *y = j->call->out[Y];
    bool flat = y->shape.rank == 3;
    size_t task, i;

    for (task = from; task < to; task++) {
        size_t b = task / j->q.count, h = task % j->q.count, length = j->q.length;

        for (i = 0; i < length; i++) {
            size_t at = flat ? (b * length + i) * j->q.count + h : task * length + i;

            one_query(j, b, h, i, j->rows + task * 2 * j->keys, (float *)y->data + at * j->v.size);
        }
    }
}

static float *wanted(const q_op_call *c, size_t i)
{
    if (i >= c->node->out_count || c->node->out[i] == Q_NO_VALUE)
        return NULL;
    return c->out[i]->data;
}

static void present_copy(const attention_job *j, const heads *past, const heads *now, float *out)
{
    size_t b, h, t;

    for (b = 0; out && b < j->batch; b++)
        for (h = 0; h < now->count; h++)
            for (t = 0; t < j->keys; t++, out += now->size)
                memcpy(out, row_of(past, now, b, h, t), now->size * sizeof *out);
}

static q_code attention_compute(q_op_call *c, q_err *err)
{
    attention_job j;
    q_code rc = job_make(c, &j, err);

    if (rc)
        return rc;
    j.rows = c->scratch;
    j.scores = wanted(c, SCORES);
    j.vector = vector__table();
    j.product = product__table();
    if (j.keys)
        op__parallel(c->team, j.batch * j.q.count, 1, some_heads, &j);
    else if (q_shape_count(&c->out[Y]->shape))
        memset(c->out[Y]->data, 0, q_tensor_bytes(c->out[Y]));
    present_copy(&j, &j.past_k, &j.k, wanted(c, PRESENT_KEY));
    present_copy(&j, &j.past_v, &j.v, wanted(c, PRESENT_VALUE));
    return Q_OK;
}

static q_code attention_run(q_op_call *c, q_err *err)
{
    return widen__run(c, attention_compute, err);
}

static const q_op ops[] = {
    {"", "Attention", 23, 0, 3, 7, 4, 0, sizeof(attention_params), attention_load, attention_infer,
     attention_run},
};

const q_op_table op__attention = {ops, sizeof ops / sizeof *ops};
