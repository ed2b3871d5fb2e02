/* Maps (ai.onnx.ml): ZipMap, DictVectorizer, CastMap. A map is two tensors, its
 * keys and its values (tensor.h).
 */
#include "engine/ml.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <stdlib.h>
#include <string.h>

static q_code want_map(const q_op_call *c, q_err *err)
{
    return op__want(c, 0, err, (const q_dtype[]){Q_MAP, Q_NONE});
}

static const q_tensor *keys_of(const q_op_call *c)
{
    return c->in[0]->data;
}

static const q_tensor *values_of(const q_op_call *c)
{
    return (const q_tensor *)c->in[0]->data + 1;
}

/* -- ZipMap: each row of scores a map from label to score -- */

typedef struct zip_params {
    ml_labels labels;
} zip_params;

static q_code zip_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return ml__labels_load(n, "classlabels_strings", "classlabels_int64s", 1,
                           &((zip_params *)params)->labels, err);
}

static q_code zip_row(q_op_call *c, const float *row, q_tensor *map, q_err *err)
{
    const zip_params *p = c->params;
    const q_shape s = {1, {p->labels.count}};
    q_tensor *parts;
    q_code rc = q_tensor_new(Q_MAP, &(q_shape){1, {2}}, c->budget, map, err);

    if (rc)
        return rc;
    parts = map->data;
    if (p->labels.texts)
        rc = q_tensor_of_strings(p->labels.texts, &s, c->budget, &parts[0], err);
    else
        rc = q_tensor_new(Q_I64, &s, c->budget, &parts[0], err);
    if (!rc && !p->labels.texts)
        memcpy(parts[0].data, p->labels.numbers, p->labels.count * sizeof(int64_t));
    if (!rc)
        rc = q_tensor_new(Q_F32, &s, c->budget, &parts[1], err);
    if (!rc)
        memcpy(parts[1].data, row, p->labels.count * sizeof(float));
    return rc;
}

static q_code zip_run(q_op_call *c, q_err *err)
{
    const zip_params *p = c->params;
    size_t rows = 0, columns = 0;
    q_code rc = op__want(c, 0, err, (const q_dtype[]){Q_F32, Q_NONE});

    if (!rc)
        rc = ml__rows(c, &rows, &columns, err);
    if (!rc && columns != p->labels.count)
        rc = q_err_set(err, Q_INVALID, "%zu columns for %zu labels", columns, p->labels.count);
    if (!rc)
        rc = q_tensor_new(Q_SEQUENCE, &(q_shape){1, {rows}}, c->budget, c->out[0], err);
    for (size_t r = 0; !rc && r < rows; r++)
        rc = zip_row(c, (const float *)c->in[0]->data + r * columns,
                     (q_tensor *)c->out[0]->data + r, err);
    return rc;
}

/* -- DictVectorizer: the values of the vocabulary's keys, 0 or "" of others -- */

typedef struct dict_params {
    ml_labels words;
} dict_params;

static q_code dict_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return ml__labels_load(n, "string_vocabulary", "int64_vocabulary", 1,
                           &((dict_params *)params)->words, err);
}

static size_t key_find(const q_tensor *keys, const ml_labels *words, size_t i)
{
    size_t n = q_shape_count(&keys->shape);

    for (size_t k = 0; k < n; k++)
        if (words->texts ? q_str_eq(((const q_str *)keys->data)[k], words->texts[i])
                         : real__int(keys, k) == words->numbers[i])
            return k;
    return SIZE_MAX;
}

static q_code dict_run(q_op_call *c, q_err *err)
{
    const dict_params *p = c->params;
    const q_shape s = {2, {1, p->words.count}};
    q_str *texts = NULL;
    q_dtype d;
    q_code rc = want_map(c, err);

    if (rc)
        return rc;
    d = values_of(c)->dtype;
    if ((keys_of(c)->dtype == Q_STRING) != (p->words.texts != NULL) ||
        (!p->words.texts && keys_of(c)->dtype != Q_I64))
        return q_err_set(err, Q_INVALID, "the map's keys are %s, unlike the vocabulary",
                         q_dtype_name(keys_of(c)->dtype));
    if (d == Q_STRING) {
        texts = calloc(p->words.count + 1, sizeof(*texts));
        if (!texts)
            return q_err_nomem(err);
    } else {
        rc = q_tensor_new(d, &s, c->budget, c->out[0], err);
    }
    for (size_t i = 0; !rc && i < p->words.count; i++) {
        size_t at = key_find(keys_of(c), &p->words, i), size = q_dtype_bits(d) / 8;
        if (at == SIZE_MAX)
            continue;
        if (texts)
            texts[i] = ((const q_str *)values_of(c)->data)[at];
        else
            memcpy((char *)c->out[0]->data + i * size, (const char *)values_of(c)->data + at * size,
                   size);
    }
    if (texts)
        rc = q_tensor_of_strings(texts, &s, c->budget, c->out[0], err);
    free(texts);
    return rc;
}

/* -- CastMap: the values of a map with int64 keys, as a row -- */

typedef struct cast_params {
    q_dtype to;
    bool sparse;  /* keys are columns; else values in the order of keys */
    int64_t most; /* columns, of sparse */
} cast_params;

static q_code cast_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    cast_params *p = params;
    q_str to, form;
    q_code rc = op__attr_string(n, "cast_to", "TO_FLOAT", &to, err);

    (void)a;
    if (!rc)
        rc = op__attr_string(n, "map_form", "DENSE", &form, err);
    if (!rc)
        rc = op__attr_int(n, "max_map", 1, &p->most, err);
    if (rc)
        return rc;
    p->to = q_str_is(to, "TO_FLOAT")    ? Q_F32
            : q_str_is(to, "TO_INT64")  ? Q_I64
            : q_str_is(to, "TO_STRING") ? Q_STRING
                                        : Q_NONE;
    p->sparse = q_str_is(form, "SPARSE");
    if (p->to == Q_NONE || (!p->sparse && !q_str_is(form, "DENSE")) ||
        (p->sparse && (p->most < 1 || p->most > INT32_MAX)))
        return q_err_set(err, Q_INVALID, "cast_to %.*s, map_form %.*s, max_map %lld", Q_ARG(to),
                         Q_ARG(form), (long long)p->most);
    return Q_OK;
}

typedef struct pair {
    int64_t key;
    size_t at;
} pair;

static int by_key(const void *a, const void *b)
{
    const pair *x = a, *y = b;

    return x->key < y->key ? -1 : x->key > y->key;
}

static q_code cast_one(const q_tensor *from, size_t at, const q_tensor *to, size_t i, q_err *err)
{
    q_str s;
    double v;

    if (from->dtype != Q_STRING) {
        real__put(to, i, real__get(from, at));
        return Q_OK;
    }
    s = ((const q_str *)from->data)[at];
    if (!q_str_f64(q_str_trim(s), &v))
        return q_err_set(err, Q_INVALID, "\"%.*s\" is no number", Q_ARG(s));
    real__put(to, i, v);
    return Q_OK;
}

static q_code cast_fill(q_op_call *c, const pair *order, size_t n, size_t columns, q_arena *a,
                        q_err *err)
{
    const cast_params *p = c->params;
    const q_tensor *from = values_of(c);
    const q_shape s = {2, {1, columns}};
    q_str *texts = q_arena_array(a, columns, sizeof(*texts));
    q_code rc = texts ? Q_OK : q_err_nomem(err);

    if (!rc && p->to != Q_STRING)
        rc = q_tensor_new(p->to, &s, c->budget, c->out[0], err);
    for (size_t i = 0; !rc && i < n; i++) {
        size_t to = p->sparse ? (size_t)order[i].key : i;
        if (p->to != Q_STRING)
            rc = cast_one(from, order[i].at, c->out[0], to, err);
        else if (from->dtype == Q_STRING)
            texts[to] = ((const q_str *)from->data)[order[i].at];
        else
            texts[to] = q_str_printf(a, "%g", real__get(from, order[i].at));
        if (p->to == Q_STRING && !texts[to].p && from->dtype != Q_STRING)
            rc = q_err_nomem(err);
    }
    if (!rc && p->to == Q_STRING)
        rc = q_tensor_of_strings(texts, &s, c->budget, c->out[0], err);
    return rc;
}

static q_code cast_run(q_op_call *c, q_err *err)
{
    const cast_params *p = c->params;
    q_arena *a = NULL;
    pair *order;
    size_t n;
    q_code rc = want_map(c, err);

    if (rc)
        return rc;
    n = q_shape_count(&keys_of(c)->shape);
    if (keys_of(c)->dtype != Q_I64 || q_shape_count(&values_of(c)->shape) != n ||
        (values_of(c)->dtype != Q_STRING && !real__is(values_of(c)->dtype)))
        return q_err_set(err, Q_INVALID, "a map from %s to %s; wanted int64 to a number or text",
                         q_dtype_name(keys_of(c)->dtype), q_dtype_name(values_of(c)->dtype));
    a = q_arena_new((size_t)1 << 30);
    order = a ? q_arena_array(a, n, sizeof(*order)) : NULL;
    if (!order)
        rc = q_err_nomem(err);
    for (size_t i = 0; !rc && i < n; i++) {
        order[i] = (pair){real__int(keys_of(c), i), i};
        if (p->sparse && (order[i].key < 0 || order[i].key >= p->most))
            rc = q_err_set(err, Q_INVALID, "key %lld; max_map is %lld", (long long)order[i].key,
                           (long long)p->most);
    }
    if (!rc) {
        qsort(order, n, sizeof(*order), by_key);
        rc = cast_fill(c, order, n, p->sparse ? (size_t)p->most : n, a, err);
    }
    q_arena_free(a);
    return rc;
}

#define MAP(name, params, load_fn, run_fn)                                                         \
    {                                                                                              \
        .domain = "ai.onnx.ml", .type = name, .since = 1, .min_in = 1, .max_in = 1, .max_out = 1,  \
        .flags = Q_OP_ALLOCATES, .params_bytes = sizeof(params), .load = load_fn, .run = run_fn    \
    }

static const q_op ops[] = {
    MAP("ZipMap", zip_params, zip_load, zip_run),
    MAP("DictVectorizer", dict_params, dict_load, dict_run),
    MAP("CastMap", cast_params, cast_load, cast_run),
};
const q_op_table op__ml_map = {ops, sizeof ops / sizeof *ops};
