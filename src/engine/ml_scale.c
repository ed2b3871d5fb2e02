/* Features made ready (ai.onnx.ml): Scaler, Normalizer, Imputer, Binarizer,
 * FeatureVectorizer, ArrayFeatureExtractor.
 */
#include "engine/ml.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRAIN = 4096 };

static const q_dtype NUMBERS[] = {Q_F32, Q_F64, Q_I32, Q_I64, Q_NONE};

static q_code float_infer(q_op_call *c, q_err *err)
{
    q_code rc = op__want(c, 0, err, NUMBERS);

    if (!rc)
        op__set(c, 0, Q_F32, &c->in[0]->shape);
    return rc;
}

static q_code same_infer(q_op_call *c, q_err *err)
{
    q_code rc = op__want(c, 0, err, NUMBERS);

    return rc ? rc : op__infer_same(c, err);
}

static size_t last_dim(const q_tensor *t)
{
    return t->shape.rank ? t->shape.dims[t->shape.rank - 1] : 1;
}

/* One value for all columns, or one for each. */
static q_code columns_fit(const q_tensor *t, size_t count, const char *what, q_err *err)
{
    if (count != 1 && count != last_dim(t))
        return q_err_set(err, Q_INVALID, "%zu numbers of %s for %zu columns", count, what,
                         last_dim(t));
    return Q_OK;
}

/* -- Scaler: (x - offset) * scale -- */

typedef struct scaler_params {
    const double *offset, *scale;
    size_t offsets, scales;
} scaler_params;

static q_code scaler_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    scaler_params *p = params;
    q_code rc = op__attr_floats(n, "offset", &p->offset, &p->offsets, err);

    (void)a;
    return rc ? rc : op__attr_floats(n, "scale", &p->scale, &p->scales, err);
}

static q_code scaler_infer(q_op_call *c, q_err *err)
{
    const scaler_params *p = c->params;
    q_code rc = float_infer(c, err);

    if (!rc)
        rc = columns_fit(c->in[0], p->offsets, "offset", err);
    return rc ? rc : columns_fit(c->in[0], p->scales, "scale", err);
}

static void scaler_part(void *ctx, size_t from, size_t to)
{
    const q_op_call *c = ctx;
    const scaler_params *p = c->params;
    size_t columns = last_dim(c->in[0]);
    float *y = c->out[0]->data;

    real__read(c->in[0], from, to - from, y + from);
    for (size_t i = from; i < to; i++) {
        size_t k = i % columns;
        y[i] = (y[i] - (float)p->offset[p->offsets == 1 ? 0 : k]) *
               (float)p->scale[p->scales == 1 ? 0 : k];
    }
}

static q_code parallel(q_op_call *c, void (*part)(void *, size_t, size_t))
{
    op__parallel(c->team, q_shape_count(&c->out[0]->shape), GRAIN, part, c);
    return Q_OK;
}

static q_code scaler_run(q_op_call *c, q_err *err)
{
    (void)err;
    return parallel(c, scaler_part);
}

/* -- Normalizer: rows divided by their norm -- */

typedef struct normal_params {
    enum { NORM_MAX, NORM_L1, NORM_L2 } norm;
} normal_params;

static q_code normal_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    normal_params *p = params;
    q_str norm;
    q_code rc = op__attr_string(n, "norm", "MAX", &norm, err);

    (void)a;
    if (rc)
        return rc;
    if (q_str_is(norm, "MAX"))
        p->norm = NORM_MAX;
    else if (q_str_is(norm, "L1"))
        p->norm = NORM_L1;
    else if (q_str_is(norm, "L2"))
        p->norm = NORM_L2;
    else
        return q_err_set(err, Q_INVALID, "norm is \"%.*s\"; MAX, L1 or L2 is right", Q_ARG(norm));
    return Q_OK;
}

static double row_norm(const normal_params *p, const float *x, size_t n)
{
    double sum = 0, most = n ? (double)x[0] : 0;

    for (size_t i = 0; i < n; i++) {
        double v = (double)x[i];
        most = fmax(most, v);
        sum += p->norm == NORM_L2 ? v * v : fabs(v);
    }
    return p->norm == NORM_MAX ? most : p->norm == NORM_L1 ? sum : sqrt(sum);
}

static q_code normal_run(q_op_call *c, q_err *err)
{
    const normal_params *p = c->params;
    size_t n = last_dim(c->in[0]), rows = n ? q_shape_count(&c->in[0]->shape) / n : 0;

    (void)err;
    for (size_t r = 0; r < rows; r++) {
        float *y = (float *)c->out[0]->data + r * n;
        double norm;
        real__read(c->in[0], r * n, n, y);
        norm = row_norm(p, y, n);
        for (size_t i = 0; i < n && norm != 0; i++)
            y[i] = (float)((double)y[i] / norm);
    }
    return Q_OK;
}

/* -- Imputer: missing values replaced -- */

typedef struct imputer_params {
    const double *floats;
    const int64_t *ints;
    size_t float_count, int_count;
    double missing;
    int64_t missing_int;
} imputer_params;

static q_code imputer_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    imputer_params *p = params;
    q_code rc = op__attr_floats(n, "imputed_value_floats", &p->floats, &p->float_count, err);

    (void)a;
    if (!rc)
        rc = op__attr_ints(n, "imputed_value_int64s", &p->ints, &p->int_count, err);
    if (!rc)
        rc = op__attr_float(n, "replaced_value_float", 0, &p->missing, err);
    if (!rc)
        rc = op__attr_int(n, "replaced_value_int64", 0, &p->missing_int, err);
    if (!rc && !p->float_count == !p->int_count)
        rc = q_err_set(err, Q_INVALID, "one of imputed_value_floats and _int64s must be given");
    return rc;
}

static q_code imputer_infer(q_op_call *c, q_err *err)
{
    const imputer_params *p = c->params;
    q_code rc = same_infer(c, err);

    if (!rc && q_dtype_is_float(c->in[0]->dtype) != (p->float_count > 0))
        rc = q_err_set(err, Q_INVALID, "the imputed values are not of type %s",
                       q_dtype_name(c->in[0]->dtype));
    return rc ? rc
              : columns_fit(c->in[0], p->float_count ? p->float_count : p->int_count,
                            "imputed values", err);
}

static void imputer_part(void *ctx, size_t from, size_t to)
{
    const q_op_call *c = ctx;
    const imputer_params *p = c->params;
    size_t columns = last_dim(c->in[0]);

    for (size_t i = from; i < to; i++) {
        size_t k = i % columns;
        if (p->float_count) {
            double v = real__get(c->in[0], i);
            bool gone = isnan(p->missing) ? isnan(v) : v == p->missing;
            real__put(c->out[0], i, gone ? p->floats[p->float_count == 1 ? 0 : k] : v);
        } else {
            int64_t v = real__int(c->in[0], i);
            if (v == p->missing_int)
                v = p->ints[p->int_count == 1 ? 0 : k];
            if (c->out[0]->dtype == Q_I64)
                ((int64_t *)c->out[0]->data)[i] = v;
            else
                ((int32_t *)c->out[0]->data)[i] = (int32_t)v;
        }
    }
}

static q_code imputer_run(q_op_call *c, q_err *err)
{
    (void)err;
    return parallel(c, imputer_part);
}

/* -- Binarizer -- */

typedef struct binarizer_params {
    double threshold;
} binarizer_params;

static q_code binarizer_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return op__attr_float(n, "threshold", 0, &((binarizer_params *)params)->threshold, err);
}

static void binarizer_part(void *ctx, size_t from, size_t to)
{
    const q_op_call *c = ctx;
    const binarizer_params *p = c->params;

    for (size_t i = from; i < to; i++)
        real__put(c->out[0], i, real__get(c->in[0], i) > p->threshold);
}

static q_code binarizer_run(q_op_call *c, q_err *err)
{
    (void)err;
    return parallel(c, binarizer_part);
}

/* -- FeatureVectorizer: inputs side by side -- */

typedef struct vector_params {
    const int64_t *dims;
    size_t count;
} vector_params;

static q_code vector_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    vector_params *p = params;
    q_code rc = op__attr_ints(n, "inputdimensions", &p->dims, &p->count, err);

    (void)a;
    if (!rc && p->count != n->in_count)
        rc = q_err_set(err, Q_INVALID, "inputdimensions has %zu numbers for %zu inputs", p->count,
                       n->in_count);
    for (size_t i = 0; !rc && i < p->count; i++)
        if (p->dims[i] < 0 || p->dims[i] > INT32_MAX)
            rc = q_err_set(err, Q_INVALID, "inputdimensions has %lld", (long long)p->dims[i]);
    return rc;
}

static size_t row_count(const q_tensor *t)
{
    return t->shape.rank > 1 ? t->shape.dims[0] : 1;
}

static q_code vector_infer(q_op_call *c, q_err *err)
{
    const vector_params *p = c->params;
    size_t columns = 0;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < c->in_count; i++) {
        rc = op__want(c, i, err, NUMBERS);
        if (!rc && row_count(c->in[i]) != row_count(c->in[0]))
            rc = q_err_set(err, Q_INVALID, "input %zu has %zu rows, input 0 %zu", i,
                           row_count(c->in[i]), row_count(c->in[0]));
        columns += (size_t)p->dims[i];
    }
    if (!rc)
        op__set(c, 0, Q_F32, &(q_shape){2, {row_count(c->in[0]), columns}});
    return rc;
}

static q_code vector_run(q_op_call *c, q_err *err)
{
    const vector_params *p = c->params;
    size_t columns = c->out[0]->shape.dims[1], rows = c->out[0]->shape.dims[0], at = 0;

    (void)err;
    for (size_t i = 0; i < c->in_count; i++) {
        size_t want = (size_t)p->dims[i], have = rows ? q_shape_count(&c->in[i]->shape) / rows : 0;
        size_t n = want < have ? want : have;
        for (size_t r = 0; r < rows; r++) {
            float *y = (float *)c->out[0]->data + r * columns + at;
            real__read(c->in[i], r * have, n, y);
            for (size_t k = n; k < want; k++)
                y[k] = 0;
        }
        at += want;
    }
    return Q_OK;
}

/* -- ArrayFeatureExtractor: columns by number -- */

static q_code extract_infer(q_op_call *c, q_err *err)
{
    q_shape s;
    q_code rc =
        op__want(c, 0, err, (const q_dtype[]){Q_F32, Q_F64, Q_I32, Q_I64, Q_STRING, Q_NONE});

    if (!rc)
        rc = op__want(c, 1, err, (const q_dtype[]){Q_I64, Q_NONE});
    if (rc)
        return rc;
    s = c->in[0]->shape;
    if (!s.rank)
        return q_err_set(err, Q_INVALID, "input 0 must have a dimension");
    if (s.rank == 1) {
        s.rank = 2;
        s.dims[0] = 1;
    }
    s.dims[s.rank - 1] = q_shape_count(&c->in[1]->shape);
    op__set(c, 0, c->in[0]->dtype, &s);
    return Q_OK;
}

static q_code extract_run(q_op_call *c, q_err *err)
{
    const q_tensor *x = c->in[0];
    const int64_t *which = c->in[1]->data;
    size_t columns = last_dim(x), n = q_shape_count(&c->in[1]->shape);
    size_t rows = columns ? q_shape_count(&x->shape) / columns : 0;
    size_t size = x->dtype == Q_STRING ? sizeof(q_str) : q_dtype_bits(x->dtype) / 8;
    const q_shape shape = c->out[0]->shape;
    q_str *texts = NULL;
    char *to = c->out[0]->data;
    q_code rc = Q_OK;

    for (size_t k = 0; k < n; k++)
        if (which[k] < 0 || (uint64_t)which[k] >= columns)
            return q_err_set(err, Q_INVALID, "column %lld of %zu", (long long)which[k], columns);
    if (x->dtype == Q_STRING) {
        texts = calloc(rows * n + 1, size);
        if (!texts)
            return q_err_nomem(err);
        to = (char *)texts;
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < n; k++)
            memcpy(to + (r * n + k) * size,
                   (const char *)x->data + (r * columns + (size_t)which[k]) * size, size);
    if (texts)
        rc = q_tensor_of_strings(texts, &shape, c->budget, c->out[0], err);
    free(texts);
    return rc;
}

#define ML(name, least, most, params, load_fn, infer_fn, run_fn)                                   \
    {                                                                                              \
        .domain = "ai.onnx.ml", .type = name, .since = 1, .min_in = least, .max_in = most,         \
        .max_out = 1, .params_bytes = params, .load = load_fn, .infer = infer_fn, .run = run_fn    \
    }

static const q_op ops[] = {
    ML("Scaler", 1, 1, sizeof(scaler_params), scaler_load, scaler_infer, scaler_run),
    ML("Normalizer", 1, 1, sizeof(normal_params), normal_load, float_infer, normal_run),
    ML("Imputer", 1, 1, sizeof(imputer_params), imputer_load, imputer_infer, imputer_run),
    ML("Binarizer", 1, 1, sizeof(binarizer_params), binarizer_load, same_infer, binarizer_run),
    ML("FeatureVectorizer", 1, 0, sizeof(vector_params), vector_load, vector_infer, vector_run),
    ML("ArrayFeatureExtractor", 2, 2, 0, NULL, extract_infer, extract_run),
};
const q_op_table op__ml_scale = {ops, sizeof ops / sizeof *ops};
