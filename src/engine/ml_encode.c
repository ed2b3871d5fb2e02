/* Categories as numbers (ai.onnx.ml): LabelEncoder, CategoryMapper, OneHotEncoder.
 *
 * A table of keys is sorted once; each element is found by binary search. Of
 * equal keys the last one counts.
 */
#include "engine/ml.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <math.h>
#include <stdlib.h>

/* A key or value: a text, a whole number or a real one. */
typedef enum cell_kind { CELL_TEXT, CELL_INT, CELL_REAL } cell_kind;

typedef struct cell {
    q_str text;
    int64_t number;
    double real;
} cell;

typedef struct entry {
    cell key;
    size_t at;
} entry;

typedef struct table {
    cell_kind kind;
    entry *entries; /* sorted */
    size_t count;
} table;

static int by_key(const entry *x, const entry *y, cell_kind kind)
{
    if (kind == CELL_TEXT)
        return q_str_cmp(x->key.text, y->key.text);
    if (kind == CELL_INT)
        return x->key.number < y->key.number ? -1 : x->key.number > y->key.number;
    if (isnan(x->key.real) || isnan(y->key.real)) /* one behind all others */
        return isnan(x->key.real) - isnan(y->key.real);
    return x->key.real < y->key.real ? -1 : x->key.real > y->key.real;
}

static int by_text(const void *a, const void *b)
{
    int d = by_key(a, b, CELL_TEXT);

    return d ? d : ((const entry *)a)->at < ((const entry *)b)->at ? -1 : 1;
}

static int by_int(const void *a, const void *b)
{
    int d = by_key(a, b, CELL_INT);

    return d ? d : ((const entry *)a)->at < ((const entry *)b)->at ? -1 : 1;
}

static int by_real(const void *a, const void *b)
{
    int d = by_key(a, b, CELL_REAL);

    return d ? d : ((const entry *)a)->at < ((const entry *)b)->at ? -1 : 1;
}

static void table_sort(table *t)
{
    qsort(t->entries, t->count, sizeof(entry),
          t->kind == CELL_TEXT  ? by_text
          : t->kind == CELL_INT ? by_int
                                : by_real);
}

/* Where the key stood, or SIZE_MAX. */
static size_t table_find(const table *t, const cell *key)
{
    entry want = {.key = *key};
    size_t lo = 0, hi = t->count;

    while (lo < hi) { /* the first entry past the key */
        size_t mid = lo + (hi - lo) / 2;
        if (by_key(&t->entries[mid], &want, t->kind) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo && !by_key(&t->entries[lo - 1], &want, t->kind) ? t->entries[lo - 1].at : SIZE_MAX;
}

static cell_kind kind_of(q_dtype d)
{
    return d == Q_STRING ? CELL_TEXT : q_dtype_is_float(d) ? CELL_REAL : CELL_INT;
}

static cell cell_of(const q_tensor *t, size_t i)
{
    cell c = {0};

    if (t->dtype == Q_STRING)
        c.text = ((const q_str *)t->data)[i];
    else if (q_dtype_is_float(t->dtype))
        c.real = real__get(t, i);
    else
        c.number = real__int(t, i);
    return c;
}

static void cell_put(const q_tensor *t, size_t i, const cell *c)
{
    if (q_dtype_is_float(t->dtype))
        real__put(t, i, c->real);
    else if (t->dtype == Q_I64)
        ((int64_t *)t->data)[i] = c->number;
    else
        real__put(t, i, (double)c->number);
}

/* One of name_strings, name_int64s, name_floats, name_tensor, as cells. */
typedef struct cells {
    q_dtype dtype; /* Q_NONE: none is given */
    cell *list;
    size_t count;
} cells;

static q_code tensor_cells(q_arena *a, const q_attr *attr, cells *out, q_err *err)
{
    const q_tensor *t = attr->tensors;

    if (attr->kind != Q_ATTR_TENSOR || (t->dtype != Q_STRING && !real__is(t->dtype)))
        return q_err_set(err, Q_INVALID, "attribute %.*s must be a tensor", Q_ARG(attr->name));
    out->dtype = t->dtype;
    out->count = q_shape_count(&t->shape);
    out->list = q_arena_array(a, out->count, sizeof(cell));
    if (!out->list)
        return q_err_nomem(err);
    for (size_t i = 0; i < out->count; i++)
        out->list[i] = cell_of(t, i);
    return Q_OK;
}

static q_code cells_load(q_arena *a, const q_node *n, const char *name, cells *out, q_err *err)
{
    static const char *const ends[] = {"_strings", "_int64s", "_floats", "_tensor"};
    static const q_attr_kind kinds[] = {Q_ATTR_STRINGS, Q_ATTR_INTS, Q_ATTR_FLOATS, Q_ATTR_TENSOR};
    static const q_dtype types[] = {Q_STRING, Q_I64, Q_F32, Q_NONE};

    *out = (cells){0};
    for (size_t e = 0; e < 4; e++) {
        q_str full = q_str_printf(a, "%s%s", name, ends[e]);
        const q_attr *attr = full.p ? q_node_attr(n, full.p) : NULL;
        if (!attr || (kinds[e] != Q_ATTR_TENSOR && !attr->count))
            continue;
        if (e == 3)
            return tensor_cells(a, attr, out, err);
        if (attr->kind != kinds[e])
            return q_err_set(err, Q_INVALID, "attribute %.*s is of kind %d", Q_ARG(full),
                             (int)attr->kind);
        out->dtype = types[e];
        out->count = attr->count;
        out->list = q_arena_array(a, attr->count, sizeof(cell));
        if (!out->list)
            return q_err_nomem(err);
        for (size_t i = 0; i < attr->count; i++)
            if (e == 0)
                out->list[i].text = attr->strings[i];
            else if (e == 1)
                out->list[i].number = attr->ints[i];
            else
                out->list[i].real = attr->floats[i];
        return Q_OK;
    }
    return Q_OK;
}

static q_code table_make(q_arena *a, const cells *keys, table *out, q_err *err)
{
    out->kind = kind_of(keys->dtype);
    out->count = keys->count;
    out->entries = q_arena_array(a, keys->count, sizeof(entry));
    if (!out->entries)
        return q_err_nomem(err);
    for (size_t i = 0; i < keys->count; i++)
        out->entries[i] = (entry){keys->list[i], i};
    table_sort(out);
    return Q_OK;
}

/* -- LabelEncoder and CategoryMapper -- */

/* Two ways, as the input's type says: back is of the older encoders. */
typedef struct way {
    q_dtype from, to;
    table keys;
    const cell *values;
    cell otherwise;
} way;

typedef struct label_params {
    way ways[2];
    size_t count;
} label_params;

static q_code default_load(const q_node *n, q_dtype to, cell *out, q_err *err)
{
    q_code rc = op__attr_string(n, "default_string", "_Unused", &out->text, err);

    if (!rc)
        rc = op__attr_int(n, "default_int64", -1, &out->number, err);
    if (!rc)
        rc = op__attr_float(n, "default_float", -0.0, &out->real, err);
    if (!rc && q_node_attr(n, "default_tensor")) {
        const q_attr *t = q_node_attr(n, "default_tensor");
        if (t->kind != Q_ATTR_TENSOR || q_shape_count(&t->tensors->shape) != 1 ||
            t->tensors->dtype != to)
            return q_err_set(err, Q_INVALID, "default_tensor must be one %s", q_dtype_name(to));
        *out = cell_of(t->tensors, 0);
    }
    return rc;
}

static q_code way_make(q_arena *a, const q_node *n, const cells *keys, const cells *values,
                       way *out, q_err *err)
{
    q_code rc;

    if (keys->count != values->count)
        return q_err_set(err, Q_INVALID, "%zu keys for %zu values", keys->count, values->count);
    out->from = keys->dtype;
    out->to = values->dtype;
    out->values = values->list;
    rc = default_load(n, out->to, &out->otherwise, err);
    return rc ? rc : table_make(a, keys, &out->keys, err);
}

/* Texts and numbers, either of which may be what comes in. */
static q_code both_ways(q_arena *a, const q_node *n, const cells *texts, const cells *numbers,
                        label_params *p, q_err *err)
{
    q_code rc = way_make(a, n, texts, numbers, &p->ways[0], err);

    p->count = 2;
    return rc ? rc : way_make(a, n, numbers, texts, &p->ways[1], err);
}

static q_code label1_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    cells texts, numbers;
    q_code rc = cells_load(a, n, "classes", &texts, err);

    if (rc)
        return rc;
    numbers = (cells){Q_I64, q_arena_array(a, texts.count, sizeof(cell)), texts.count};
    if (!numbers.list)
        return q_err_nomem(err);
    for (size_t i = 0; i < texts.count; i++)
        numbers.list[i].number = (int64_t)i;
    texts.dtype = Q_STRING;
    return both_ways(a, n, &texts, &numbers, params, err);
}

static q_code label_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    label_params *p = params;
    cells keys, values;
    q_code rc = cells_load(a, n, "keys", &keys, err);

    if (!rc)
        rc = cells_load(a, n, "values", &values, err);
    if (!rc && (keys.dtype == Q_NONE || values.dtype == Q_NONE))
        rc = q_err_set(err, Q_INVALID, "keys or values are missing");
    if (rc)
        return rc;
    p->count = 1;
    return way_make(a, n, &keys, &values, &p->ways[0], err);
}

static q_code mapper_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    cells texts = {.dtype = Q_STRING}, numbers = {.dtype = Q_I64};
    const q_str *names;
    const int64_t *ids;
    q_code rc = ml__strings(n, "cats_strings", &names, &texts.count, err);

    if (!rc)
        rc = op__attr_ints(n, "cats_int64s", &ids, &numbers.count, err);
    if (rc)
        return rc;
    texts.list = q_arena_array(a, texts.count, sizeof(cell));
    numbers.list = q_arena_array(a, numbers.count, sizeof(cell));
    if (!texts.list || !numbers.list)
        return q_err_nomem(err);
    for (size_t i = 0; i < texts.count; i++)
        texts.list[i].text = names[i];
    for (size_t i = 0; i < numbers.count; i++)
        numbers.list[i].number = ids[i];
    return both_ways(a, n, &texts, &numbers, params, err);
}

static const way *way_find(const label_params *p, q_dtype from)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->ways[i].from == from)
            return &p->ways[i];
    return NULL;
}

static q_code label_infer(q_op_call *c, q_err *err)
{
    const label_params *p = c->params;
    const way *w = op__has(c, 0) ? way_find(p, c->in[0]->dtype) : NULL;

    if (!w)
        return q_err_set(err, Q_INVALID, "input 0 is %s; the keys are %s",
                         op__has(c, 0) ? q_dtype_name(c->in[0]->dtype) : "left out",
                         q_dtype_name(p->ways[0].from));
    op__set(c, 0, w->to, &c->in[0]->shape);
    return Q_OK;
}

static q_code label_run(q_op_call *c, q_err *err)
{
    const way *w = way_find(c->params, c->in[0]->dtype);
    size_t n = q_shape_count(&c->in[0]->shape);
    q_str *texts = NULL;
    q_code rc = Q_OK;

    if (w->to == Q_STRING) {
        texts = calloc(n + 1, sizeof(*texts));
        if (!texts)
            return q_err_nomem(err);
    }
    for (size_t i = 0; i < n; i++) {
        cell key = cell_of(c->in[0], i);
        size_t at = table_find(&w->keys, &key);
        const cell *value = at == SIZE_MAX ? &w->otherwise : &w->values[at];
        if (texts)
            texts[i] = value->text;
        else
            cell_put(c->out[0], i, value);
    }
    if (texts)
        rc = q_tensor_of_strings(texts, &c->in[0]->shape, c->budget, c->out[0], err);
    free(texts);
    return rc;
}

/* -- OneHotEncoder -- */

typedef struct hot_params {
    table keys;
    int64_t zeros; /* unknown categories are all zero; else an error */
} hot_params;

static q_code hot_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    hot_params *p = params;
    cells cats;
    q_code rc = cells_load(a, n, "cats", &cats, err);

    if (!rc)
        rc = op__attr_int(n, "zeros", 1, &p->zeros, err);
    if (!rc && cats.dtype == Q_NONE)
        rc = q_err_set(err, Q_INVALID, "cats_strings or cats_int64s must be given");
    return rc ? rc : table_make(a, &cats, &p->keys, err);
}

static q_code hot_infer(q_op_call *c, q_err *err)
{
    const hot_params *p = c->params;
    q_shape s;
    q_code rc =
        op__want(c, 0, err, (const q_dtype[]){Q_STRING, Q_F32, Q_F64, Q_I32, Q_I64, Q_NONE});

    if (rc)
        return rc;
    s = c->in[0]->shape;
    if ((c->in[0]->dtype == Q_STRING) != (p->keys.kind == CELL_TEXT))
        return q_err_set(err, Q_INVALID, "input 0 is %s, unlike the categories",
                         q_dtype_name(c->in[0]->dtype));
    if (s.rank == Q_MAX_RANK)
        return q_err_set(err, Q_LIMIT, "rank %zu; at most %d", s.rank, Q_MAX_RANK - 1);
    s.dims[s.rank++] = p->keys.count;
    op__set(c, 0, Q_F32, &s);
    return Q_OK;
}

static q_code hot_run(q_op_call *c, q_err *err)
{
    const hot_params *p = c->params;
    size_t n = q_shape_count(&c->in[0]->shape);
    float *y = c->out[0]->data;

    for (size_t i = 0; i < n * p->keys.count; i++)
        y[i] = 0;
    for (size_t i = 0; i < n; i++) {
        cell key = cell_of(c->in[0], i);
        size_t at;
        if (q_dtype_is_float(c->in[0]->dtype))
            key.number = key.real > -0x1p62 && key.real < 0x1p62 ? (int64_t)key.real : INT64_MIN;
        at = table_find(&p->keys, &key);
        if (at != SIZE_MAX)
            y[i * p->keys.count + at] = 1;
        else if (!p->zeros)
            return q_err_set(err, Q_INVALID, "element %zu is of no known category", i);
    }
    return Q_OK;
}

#define ENCODE(name, from, to, params, load_fn, infer_fn, run_fn)                                  \
    {                                                                                              \
        .domain = "ai.onnx.ml", .type = name, .since = from, .until = to, .min_in = 1,             \
        .max_in = 1, .max_out = 1, .params_bytes = sizeof(params), .load = load_fn,                \
        .infer = infer_fn, .run = run_fn                                                           \
    }

static const q_op ops[] = {
    ENCODE("LabelEncoder", 1, 1, label_params, label1_load, label_infer, label_run),
    ENCODE("LabelEncoder", 2, 0, label_params, label_load, label_infer, label_run),
    ENCODE("CategoryMapper", 1, 0, label_params, mapper_load, label_infer, label_run),
    ENCODE("OneHotEncoder", 1, 0, hot_params, hot_load, hot_infer, hot_run),
};
const q_op_table op__ml_encode = {ops, sizeof ops / sizeof *ops};
