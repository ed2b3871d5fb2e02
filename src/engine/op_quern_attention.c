/* softmax(scale q k' + mask) v, a block of rows at a time: quern:Attention (pass_attention.c). */
#include "engine/op_quern.h"
#include "engine/op_tables.h"
#include "engine/vector.h"

#include <string.h>

/* Rows whose scores are held at once, and heads worked on at once, each with scratch of its own. */
enum { BLOCK_ROWS = 32, MAX_LANES = 16, IN_Q = 0, IN_K, IN_V, IN_MASK };

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
    if (p->q_perm[p->rank - 1] != p->rank - 1 || p->out_perm[p->rank - 1] != p->rank - 1)
        return q_err_set(err, Q_INVALID, "q and the output must have their depth last");
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

static q_code check_mask(const q_op_call *c, const attention_params *p, const size_t *want,
                         q_err *err)
{
    const q_shape *s;
    char text[160];

    if (!op__has(c, IN_MASK))
        return Q_OK;
    s = &c->in[IN_MASK]->shape;
    if (c->in[IN_MASK]->dtype == Q_F32 && s->rank <= p->rank) {
        bool fits = true;

        for (size_t i = 0; i < s->rank; i++) {
            size_t at = p->rank - s->rank + i;

            fits = fits && (s->dims[i] == 1 || s->dims[i] == want[at]);
        }
        if (fits)
            return Q_OK;
    }
    return q_err_set(err, Q_INVALID, "the mask is %s%s, which does not spread over the scores",
                     q_dtype_name(c->in[IN_MASK]->dtype), q_shape_text(s, text));
}

static size_t lane_count(const view *q)
{
    size_t heads = q->dims[0] * q->dims[1];

    return heads < MAX_LANES ? heads : MAX_LANES;
}

static size_t round_up(size_t bytes)
{
    return (bytes + Q_TENSOR_ALIGN - 1) & ~(size_t)(Q_TENSOR_ALIGN - 1);
}

/* The packed keys and values of a head, and the scores of a block. */
typedef struct lane_layout {
    kernel_matrix k, v;
    size_t k_bytes, v_bytes, bytes;
} lane_layout;

static lane_layout lane_of(const view *k)
{
    lane_layout l = {.k = {.dtype = Q_F32, .taps = 1, .n = k->dims[2], .k = k->dims[3]},
                     .v = {.dtype = Q_F32, .taps = 1, .k = k->dims[2]}};

    return l;
}

static q_code measure_lane(const view *k, const view *v, lane_layout *l, q_err *err)
{
    q_shape sk, sv, scores = {.rank = 2, .dims = {BLOCK_ROWS, k->dims[2]}};
    size_t score_bytes;
    q_code rc;

    *l = lane_of(k);
    l->v.n = v->dims[3];
    sk = kernel__packed_shape(&l->k);
    sv = kernel__packed_shape(&l->v);
    rc = q_tensor_measure(Q_F32, &sk, SIZE_MAX / 64, &l->k_bytes, err);
    if (!rc)
        rc = q_tensor_measure(Q_F32, &sv, SIZE_MAX / 64, &l->v_bytes, err);
    if (!rc)
        rc = q_tensor_measure(Q_F32, &scores, SIZE_MAX / 64, &score_bytes, err);
    if (rc)
        return rc;
    l->k_bytes = round_up(l->k_bytes);
    l->v_bytes = round_up(l->v_bytes);
    l->bytes = l->k_bytes + l->v_bytes + round_up(score_bytes);
    return Q_OK;
}

static q_code attention_infer(q_op_call *c, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_NONE};
    const attention_params *p = c->params;
    size_t want[4];
    q_shape out = {.rank = p->rank}, logical = out;
    lane_layout lane;
    view q, k, v;
    q_code rc = Q_OK;

    for (size_t i = IN_Q; !rc && i <= IN_V; i++) {
        rc = op__want(c, i, err, types);
        if (!rc && c->in[i]->shape.rank != p->rank)
            rc = q_err_set(err, Q_INVALID, "input %zu has %zu dimensions; %zu are right", i,
                           c->in[i]->shape.rank, p->rank);
    }
    if (rc)
        return rc;
    q = view_of(&c->in[IN_Q]->shape, p->q_perm);
    k = view_of(&c->in[IN_K]->shape, p->k_perm);
    v = view_of(&c->in[IN_V]->shape, p->v_perm);
    if (q.dims[0] != k.dims[0] || q.dims[1] != k.dims[1] || q.dims[0] != v.dims[0] ||
        q.dims[1] != v.dims[1] || q.dims[3] != k.dims[3] || k.dims[2] != v.dims[2])
        return q_err_set(err, Q_INVALID, "queries, keys and values do not fit each other");
    for (size_t i = 0; i < p->rank; i++) {
        size_t at = i ? i + 4 - p->rank : 0;

        want[i] = i + 1 == p->rank ? k.dims[2] : q.dims[at];
        logical.dims[i] = i + 1 == p->rank ? v.dims[3] : q.dims[at];
    }
    rc = check_mask(c, p, want, err);
    if (!rc)
        rc = measure_lane(&k, &v, &lane, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < p->rank; i++)
        out.dims[i] = logical.dims[p->out_perm[i]];
    op__set(c, 0, Q_F32, &out);
    c->scratch_bytes = lane.bytes * lane_count(&q);
    return Q_OK;
}

/* -- Running -- */

typedef struct attention_job {
    const float *q_data, *k_data, *v_data, *mask;
    view q, k, v, out;
    size_t mask_strides[4]; /* 0 where it is the same for all */
    float *out_data;
    char *scratch;
    size_t lanes, heads;
    lane_layout lane;
    float scale;
    const vector_table *table;
} attention_job;

static size_t offset_of(const size_t *strides, size_t b, size_t h)
{
    return b * strides[0] + h * strides[1];
}

/* Row by row: add the mask, exp of the distance to the greatest. *sum of each row. */
static void soften(const attention_job *j, size_t b, size_t h, size_t first, size_t rows,
                   float *scores, float *sums)
{
    size_t n = j->k.dims[2];

    for (size_t r = 0; r < rows; r++) {
        float *s = scores + r * n;

        if (j->mask) {
            const float *m =
                j->mask + offset_of(j->mask_strides, b, h) + (first + r) * j->mask_strides[2];

            j->table->binary[VECTOR_ADD](s, 1, m, j->mask_strides[3], s, n);
        }
        float greatest = j->table->fold[VECTOR_GREATEST](s, n);

        /* A row that is masked in all its places gives NaN, as softmax does. */
        j->table->unary[VECTOR_EXP_MINUS](s, s, n, greatest, 0);
        sums[r] = j->table->fold[VECTOR_SUM](s, n);
    }
}

static kernel_epilogue plain_epilogue(float mul)
{
    return (kernel_epilogue){.mul = mul, .residual_scale = 1, .out = Q_F32, .out_scale = 1};
}

static void run_block(const attention_job *j, size_t b, size_t h, size_t first, size_t rows,
                      const kernel_matrix *k, const kernel_matrix *v, float *scores)
{
    kernel_epilogue scaled = plain_epilogue(j->scale), plain = plain_epilogue(1);
    float sums[BLOCK_ROWS];
    size_t n = j->k.dims[2];
    float *out = j->out_data + offset_of(j->out.strides, b, h) + first * j->out.strides[2];
    kernel_gemm score = {.m = rows,
                         .a = j->q_data + offset_of(j->q.strides, b, h) + first * j->q.strides[2],
                         .a_stride = j->q.strides[2],
                         .b = k,
                         .out = scores,
                         .out_stride = n,
                         .epilogue = &scaled};
    kernel_gemm mix = {.m = rows,
                       .a = scores,
                       .a_stride = n,
                       .b = v,
                       .out = out,
                       .out_stride = j->out.strides[2],
                       .epilogue = &plain};

    kernel__gemm(NULL, &score);
    soften(j, b, h, first, rows, scores, sums);
    kernel__gemm(NULL, &mix);
    for (size_t r = 0; r < rows; r++) {
        float *o = out + r * j->out.strides[2];

        j->table->unary[VECTOR_AFFINE](o, o, j->v.dims[3], 1 / sums[r], 0);
    }
}

static void run_lane(void *ctx, size_t lane)
{
    const attention_job *j = ctx;
    char *at = j->scratch + lane * j->lane.bytes;
    kernel_matrix k = j->lane.k, v = j->lane.v;
    float *scores = (float *)(void *)(at + j->lane.k_bytes + j->lane.v_bytes);

    k.data = at;
    v.data = at + j->lane.k_bytes;
    for (size_t i = lane; i < j->heads; i += j->lanes) {
        size_t b = i / j->q.dims[1], h = i % j->q.dims[1], rows = j->q.dims[2];

        kernel__pack(j->k_data + offset_of(j->k.strides, b, h), 0, j->k.strides[3], j->k.strides[2],
                     &k, at);
        kernel__pack(j->v_data + offset_of(j->v.strides, b, h), 0, j->v.strides[2], j->v.strides[3],
                     &v, at + j->lane.k_bytes);
        for (size_t r = 0; r < rows; r += BLOCK_ROWS)
            run_block(j, b, h, r, rows - r < BLOCK_ROWS ? rows - r : BLOCK_ROWS, &k, &v, scores);
    }
}

static void set_mask(const q_op_call *c, size_t rank, attention_job *j)
{
    const q_shape *s;
    size_t step = 1;

    if (!op__has(c, IN_MASK))
        return;
    s = &c->in[IN_MASK]->shape;
    j->mask = c->in[IN_MASK]->data;
    for (size_t i = s->rank; i-- > 0; step *= s->dims[i]) {
        size_t at = rank - s->rank + i;

        j->mask_strides[at || rank == 4 ? at + 4 - rank : 0] = s->dims[i] == 1 ? 0 : step;
    }
}

static q_code attention_run(q_op_call *c, q_err *err)
{
    const attention_params *p = c->params;
    size_t back[4];
    attention_job j = {.q_data = c->in[IN_Q]->data,
                       .k_data = c->in[IN_K]->data,
                       .v_data = c->in[IN_V]->data,
                       .out_data = c->out[0]->data,
                       .scratch = c->scratch,
                       .scale = p->scale,
                       .table = vector__table()};
    q_code rc;

    j.q = view_of(&c->in[IN_Q]->shape, p->q_perm);
    j.k = view_of(&c->in[IN_K]->shape, p->k_perm);
    j.v = view_of(&c->in[IN_V]->shape, p->v_perm);
    for (size_t i = 0; i < p->rank; i++)
        back[p->out_perm[i]] = i;
    j.out = view_of(&c->out[0]->shape, back);
    j.heads = j.q.dims[0] * j.q.dims[1];
    j.lanes = lane_count(&j.q);
    set_mask(c, p->rank, &j);
    rc = measure_lane(&j.k, &j.v, &j.lane, err);
    if (rc)
        return rc;
    if (!j.k.dims[2] && q_tensor_bytes(c->out[0])) /* of nothing */
        memset(c->out[0]->data, 0, q_tensor_bytes(c->out[0]));
    else if (q_tensor_bytes(c->out[0]))
        q_team_run(c->team, j.lanes, run_lane, &j);
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
