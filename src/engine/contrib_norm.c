/* Normalisations of domain com.microsoft, and the two that exporters put into
 * the standard domain though the standard has them not: sums of residuals, or of
 * embeddings, normalised row by row.
 */
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/real.h"

#include <math.h>
#include <string.h>

enum { GRAIN = 16 };

typedef struct skip_params {
    double epsilon;
    bool simple;              /* no mean, no beta: divided by the root of the mean square */
    bool skips;               /* the sum of input 0 and 1 is normalised */
    size_t gamma, beta, bias; /* inputs; SIZE_MAX: none */
} skip_params;

/* y = (x - mean) * rstd * gamma + beta over a row. */
typedef struct row_norm {
    const float *gamma, *beta;
    double epsilon;
    bool simple;
    size_t n;
} row_norm;

static void row_run(const row_norm *r, const float *x, float *y, float *mean_out, float *rstd_out)
{
    double mean = 0, squares = 0, rstd;

    for (size_t i = 0; i < r->n && !r->simple; i++)
        mean += (double)x[i];
    mean /= (double)r->n;
    for (size_t i = 0; i < r->n; i++) {
        double d = (double)x[i] - mean;
        squares += d * d;
    }
    rstd = 1 / sqrt(squares / (double)r->n + r->epsilon);
    for (size_t i = 0; i < r->n; i++) {
        float v = (float)(((double)x[i] - mean) * rstd);
        y[i] = (r->gamma ? v * r->gamma[i] : v) + (r->beta ? r->beta[i] : 0);
    }
    if (mean_out)
        *mean_out = (float)mean;
    if (rstd_out)
        *rstd_out = (float)rstd;
}

static q_code skip_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    skip_params *p = params;

    (void)a;
    p->simple = !q_str_is(n->type, "SkipLayerNormalization");
    p->skips = !q_str_is(n->type, "SimplifiedLayerNormalization");
    p->gamma = p->skips ? 2 : 1;
    p->beta = p->simple ? SIZE_MAX : 3;
    p->bias = !p->skips ? SIZE_MAX : p->simple ? 3 : 4;
    return op__attr_float(n, "epsilon", p->skips ? 1e-12F : 1e-5F, &p->epsilon, err);
}

static q_code vector_check(const q_op_call *c, size_t i, size_t n, bool needed, q_err *err)
{
    if (i == SIZE_MAX || (!needed && !op__has(c, i)))
        return Q_OK;
    if (!op__has(c, i) || c->in[i]->dtype != c->in[0]->dtype || c->in[i]->shape.rank != 1 ||
        c->in[i]->shape.dims[0] != n)
        return q_err_set(err, Q_INVALID, "input %zu must be [%zu], of input 0's type", i, n);
    return Q_OK;
}

static q_code skip_infer(q_op_call *c, q_err *err)
{
    const skip_params *p = c->params;
    q_shape s, stats;
    size_t n;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (rc)
        return rc;
    s = stats = c->in[0]->shape;
    if (!s.rank || !s.dims[s.rank - 1])
        return q_err_set(err, Q_INVALID, "input 0 must have rows");
    n = s.dims[s.rank - 1];
    if (p->skips) {
        const q_shape *k = op__has(c, 1) ? &c->in[1]->shape : NULL;
        size_t count = q_shape_count(&s), part = k ? q_shape_count(k) : 0;
        /* the skip may lack the batch, and is then used again and again */
        if (!part || k->dims[k->rank - 1] != n || c->in[1]->dtype != c->in[0]->dtype ||
            count % part ||
            (k->rank > 1 && s.rank > 1 && k->dims[k->rank - 2] != s.dims[s.rank - 2]))
            return q_err_set(err, Q_INVALID, "the skip does not fit the input");
    }
    rc = vector_check(c, p->gamma, n, true, err);
    if (!rc)
        rc = vector_check(c, p->beta, n, false, err);
    if (!rc)
        rc = vector_check(c, p->bias, n, false, err);
    if (rc)
        return rc;
    stats.dims[stats.rank - 1] = 1;
    op__set(c, 0, c->in[0]->dtype, &s);
    op__set(c, 1, Q_F32, &stats);
    op__set(c, 2, Q_F32, &stats);
    op__set(c, 3, c->in[0]->dtype, &s);
    return widen__infer(c, err);
}

static const float *floats(const q_op_call *c, size_t i)
{
    return i != SIZE_MAX && op__has(c, i) ? c->in[i]->data : NULL;
}

static void skip_rows(void *ctx, size_t from, size_t to)
{
    const q_op_call *c = ctx;
    const skip_params *p = c->params;
    size_t n = c->in[p->gamma]->shape.dims[0];
    size_t skip_rows_count = p->skips ? q_shape_count(&c->in[1]->shape) / n : 1;
    const float *bias = floats(c, p->bias);
    row_norm r = {floats(c, p->gamma), floats(c, p->beta), p->epsilon, p->simple, n};

    for (size_t row = from; row < to; row++) {
        const float *x = (const float *)c->in[0]->data + row * n;
        float *y = (float *)c->out[0]->data + row * n;
        float *mean = p->skips && c->out_count > 1 ? (float *)c->out[1]->data + row : NULL;
        size_t rstd_at = p->skips ? 2 : 1;
        float *rstd = c->out_count > rstd_at ? (float *)c->out[rstd_at]->data + row : NULL;
        if (p->skips) {
            const float *skip = (const float *)c->in[1]->data + row % skip_rows_count * n;
            float *sum = c->out_count > 3 ? (float *)c->out[3]->data + row * n : y;
            for (size_t i = 0; i < n; i++)
                sum[i] = x[i] + skip[i] + (bias ? bias[i] : 0);
            x = sum;
        }
        row_run(&r, x, y, mean, rstd);
    }
}

static q_code skip_f32(q_op_call *c, q_err *err)
{
    const skip_params *p = c->params;
    size_t n = c->in[p->gamma]->shape.dims[0];

    (void)err;
    op__parallel(c->team, q_shape_count(&c->in[0]->shape) / n, GRAIN, skip_rows, c);
    return Q_OK;
}

static q_code skip_run(q_op_call *c, q_err *err)
{
    return widen__run(c, skip_f32, err);
}

/* -- EmbedLayerNormalization: ids, segments -> rows of three tables added, normalised -- */

enum { IDS, SEGMENTS, WORDS, PLACES, KINDS, GAMMA, BETA, MASK, PLACE_IDS };

typedef struct embed_params {
    double epsilon;
    int64_t mask_type;
} embed_params;

static q_code embed_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    embed_params *p = params;
    q_code rc = op__attr_float(n, "epsilon", 1e-12F, &p->epsilon, err);

    (void)a;
    return rc ? rc : op__attr_int(n, "mask_index_type", 1, &p->mask_type, err);
}

static q_code table_check(const q_op_call *c, size_t i, size_t n, q_err *err)
{
    if (c->in[i]->dtype != Q_F32 || c->in[i]->shape.rank != 2 || c->in[i]->shape.dims[1] != n)
        return q_err_set(err, Q_INVALID, "input %zu must be float32 [rows, %zu]", i, n);
    return Q_OK;
}

static q_code embed_infer(q_op_call *c, q_err *err)
{
    const q_dtype ids[] = {Q_I32, Q_NONE};
    const q_shape *s;
    size_t n;
    q_code rc = op__want(c, IDS, err, ids);

    for (size_t i = WORDS; !rc && i <= BETA; i++)
        if (i != KINDS)
            rc = op__want(c, i, err, (const q_dtype[]){Q_F32, Q_NONE});
    if (rc)
        return rc;
    s = &c->in[IDS]->shape;
    if (s->rank != 2 || c->in[WORDS]->shape.rank != 2 || !c->in[WORDS]->shape.dims[1])
        return q_err_set(err, Q_INVALID, "input 0 must be [batch, words], the tables [rows, n]");
    n = c->in[WORDS]->shape.dims[1];
    rc = table_check(c, WORDS, n, err);
    if (!rc)
        rc = table_check(c, PLACES, n, err);
    if (!rc && op__has(c, SEGMENTS) != op__has(c, KINDS))
        rc = q_err_set(err, Q_INVALID, "segments and their table go together");
    if (!rc && op__has(c, KINDS))
        rc = table_check(c, KINDS, n, err);
    for (size_t i = GAMMA; !rc && i <= BETA; i++)
        if (c->in[i]->shape.rank != 1 || c->in[i]->shape.dims[0] != n)
            rc = q_err_set(err, Q_INVALID, "input %zu must be [%zu]", i, n);
    for (size_t i = 0; !rc && i < 3; i++) {
        size_t at = i == 0 ? SEGMENTS : i == 1 ? MASK : PLACE_IDS;
        if (op__has(c, at) && (c->in[at]->dtype != Q_I32 || c->in[at]->shape.rank != 2 ||
                               c->in[at]->shape.dims[1] != s->dims[1] ||
                               (c->in[at]->shape.dims[0] != s->dims[0] &&
                                (at != PLACE_IDS || c->in[at]->shape.dims[0] != 1))))
            rc = q_err_set(err, Q_INVALID, "input %zu must be int32, shaped as input 0", at);
    }
    if (rc)
        return rc;
    op__set(c, 0, Q_F32, &(q_shape){3, {s->dims[0], s->dims[1], n}});
    op__set(c, 1, Q_I32, &(q_shape){1, {s->dims[0]}});
    op__set(c, 2, Q_F32, &(q_shape){3, {s->dims[0], s->dims[1], n}});
    return Q_OK;
}

static q_code table_add(const q_op_call *c, size_t table, int64_t id, float *y, size_t n,
                        bool first, q_err *err)
{
    const float *row = (const float *)c->in[table]->data;

    if (id < 0 || (uint64_t)id >= c->in[table]->shape.dims[0])
        return q_err_set(err, Q_INVALID, "id %lld of a table of %zu rows", (long long)id,
                         c->in[table]->shape.dims[0]);
    row += (size_t)id * n;
    for (size_t i = 0; i < n; i++)
        y[i] = first ? row[i] : y[i] + row[i];
    return Q_OK;
}

static q_code embed_run(q_op_call *c, q_err *err)
{
    const embed_params *p = c->params;
    size_t batch = c->in[IDS]->shape.dims[0], words = c->in[IDS]->shape.dims[1];
    size_t n = c->in[WORDS]->shape.dims[1];
    row_norm r = {c->in[GAMMA]->data, c->in[BETA]->data, p->epsilon, false, n};
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < batch * words; i++) {
        float *y = (float *)c->out[0]->data + i * n;
        float *sum = c->out_count > 2 ? (float *)c->out[2]->data + i * n : y;
        int64_t place = (int64_t)(i % words);
        if (op__has(c, PLACE_IDS))
            place = real__int(c->in[PLACE_IDS], i % q_shape_count(&c->in[PLACE_IDS]->shape));
        rc = table_add(c, WORDS, real__int(c->in[IDS], i), sum, n, true, err);
        if (!rc)
            rc = table_add(c, PLACES, place, sum, n, false, err);
        if (!rc && op__has(c, KINDS))
            rc = table_add(c, KINDS, real__int(c->in[SEGMENTS], i), sum, n, false, err);
        if (!rc)
            row_run(&r, sum, y, NULL, NULL);
    }
    for (size_t b = 0; !rc && c->out_count > 1 && b < batch; b++) {
        int32_t kept = 0; /* without a mask it is 0, as what reads it expects */
        for (size_t i = 0; op__has(c, MASK) && i < words; i++)
            kept += real__int(c->in[MASK], b * words + i) == 1;
        ((int32_t *)c->out[1]->data)[b] = kept;
    }
    return rc;
}

#define NORM(where, name, least, most, outs)                                                       \
    {                                                                                              \
        .domain = where, .type = name, .since = 1, .min_in = least, .max_in = most,                \
        .max_out = outs, .params_bytes = sizeof(skip_params), .load = skip_load,                   \
        .infer = skip_infer, .run = skip_run                                                       \
    }

static const q_op ops[] = {
    NORM("com.microsoft", "SkipLayerNormalization", 3, 5, 4),
    NORM("com.microsoft", "SkipSimplifiedLayerNormalization", 3, 4, 4),
    NORM("com.microsoft", "SimplifiedLayerNormalization", 2, 2, 2),
    NORM("", "SimplifiedLayerNormalization", 2, 2, 2),
    {.domain = "com.microsoft",
     .type = "EmbedLayerNormalization",
     .since = 1,
     .min_in = 1,
     .max_in = 9,
     .max_out = 3,
     .params_bytes = sizeof(embed_params),
     .load = embed_load,
     .infer = embed_infer,
     .run = embed_run},
};
const q_op_table op__contrib_norm = {ops, sizeof ops / sizeof *ops};
