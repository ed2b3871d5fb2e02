/* TfIdfVectorizer: counts n-grams of a vocabulary in rows of tokens.
 *
 * Tokens become numbers (strings by their place in the sorted vocabulary), so
 * that an n-gram is a few numbers, found by binary search.
 */
#include "engine/op_tables.h"
#include "engine/real.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 64 };

typedef struct ngram {
    const int64_t *items;
    size_t n, column;
    double weight;
} ngram;

typedef struct tfidf_params {
    enum { TF, IDF, TFIDF } mode;
    size_t least, longest, skips, columns;
    bool of_strings;
    q_str *words; /* sorted, each once; of strings */
    size_t word_count;
    ngram *grams; /* sorted */
    size_t gram_count;
} tfidf_params;

static int by_text(const void *a, const void *b)
{
    return q_str_cmp(*(const q_str *)a, *(const q_str *)b);
}

static int64_t word_number(const tfidf_params *p, q_str word)
{
    const q_str *found = bsearch(&word, p->words, p->word_count, sizeof(word), by_text);

    return found ? found - p->words : -1;
}

static int by_items(const void *a, const void *b)
{
    const ngram *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    for (size_t i = 0; i < x->n; i++)
        if (x->items[i] != y->items[i])
            return x->items[i] < y->items[i] ? -1 : 1;
    return 0;
}

static q_code range_load(const q_node *n, tfidf_params *p, q_err *err)
{
    int64_t least, longest, skips;
    q_code rc = op__attr_int(n, "min_gram_length", 1, &least, err);

    if (!rc)
        rc = op__attr_int(n, "max_gram_length", 1, &longest, err);
    if (!rc)
        rc = op__attr_int(n, "max_skip_count", 0, &skips, err);
    if (rc)
        return rc;
    if (least < 1 || longest < least || longest > LONGEST || skips < 0 || skips > 1 << 20)
        return q_err_set(err, Q_INVALID, "n-grams of %lld to %lld tokens that skip up to %lld",
                         (long long)least, (long long)longest, (long long)skips);
    p->least = (size_t)least;
    p->longest = (size_t)longest;
    p->skips = (size_t)skips;
    return Q_OK;
}

static q_code mode_load(const q_node *n, tfidf_params *p, q_err *err)
{
    q_str mode;
    q_code rc = op__attr_string(n, "mode", "", &mode, err);

    if (rc)
        return rc;
    if (q_str_is(mode, "TF"))
        p->mode = TF;
    else if (q_str_is(mode, "IDF"))
        p->mode = IDF;
    else if (q_str_is(mode, "TFIDF"))
        p->mode = TFIDF;
    else
        return q_err_set(err, Q_INVALID, "mode is \"%.*s\"; TF, IDF or TFIDF is right",
                         Q_ARG(mode));
    return Q_OK;
}

/* The vocabulary as numbers, [*count]. */
static q_code pool_load(q_arena *a, const q_node *n, tfidf_params *p, const int64_t **pool,
                        size_t *count, q_err *err)
{
    const q_attr *s = q_node_attr(n, "pool_strings");
    int64_t *numbers;
    q_code rc = op__attr_ints(n, "pool_int64s", pool, count, err);

    if (rc || *count)
        return rc;
    if (!s || s->kind != Q_ATTR_STRINGS)
        return q_err_set(err, Q_INVALID, "pool_int64s or pool_strings must be given");
    p->of_strings = true;
    p->words = q_arena_array(a, s->count + 1, sizeof(*p->words));
    numbers = q_arena_array(a, s->count + 1, sizeof(*numbers));
    if (!p->words || !numbers)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->count; i++)
        p->words[i] = s->strings[i];
    qsort(p->words, s->count, sizeof(*p->words), by_text);
    for (size_t i = 0; i < s->count; i++)
        if (!i || !q_str_eq(p->words[i], p->words[p->word_count - 1]))
            p->words[p->word_count++] = p->words[i];
    for (size_t i = 0; i < s->count; i++)
        numbers[i] = word_number(p, s->strings[i]);
    *pool = numbers;
    *count = s->count;
    return Q_OK;
}

/* counts[i] is where in the pool the (i+1)-grams start. */
static q_code grams_load(q_arena *a, const q_node *n, tfidf_params *p, const int64_t *pool,
                         size_t pool_count, q_err *err)
{
    const int64_t *counts, *columns;
    const double *weights;
    size_t sizes, column_count, weight_count, at = 0;
    q_code rc = op__attr_ints(n, "ngram_counts", &counts, &sizes, err);

    if (!rc)
        rc = op__attr_ints(n, "ngram_indexes", &columns, &column_count, err);
    if (!rc)
        rc = op__attr_floats(n, "weights", &weights, &weight_count, err);
    if (rc)
        return rc;
    if (weight_count && weight_count != column_count)
        return q_err_set(err, Q_INVALID, "%zu weights for %zu n-grams", weight_count, column_count);
    p->grams = q_arena_array(a, column_count + 1, sizeof(*p->grams));
    if (!p->grams)
        return q_err_nomem(err);
    for (size_t s = 0; s < sizes; s++) {
        size_t size = s + 1, end = s + 1 < sizes ? (size_t)counts[s + 1] : pool_count;
        if ((uint64_t)counts[s] != at || end < at || end > pool_count || (end - at) % size)
            return q_err_set(err, Q_INVALID, "ngram_counts does not fit a pool of %zu", pool_count);
        for (; at < end; at += size, p->gram_count++) {
            ngram *g = &p->grams[p->gram_count];
            if (p->gram_count == column_count || columns[p->gram_count] < 0 ||
                columns[p->gram_count] >= INT32_MAX)
                return q_err_set(err, Q_INVALID, "ngram_indexes does not fit the n-grams");
            *g = (ngram){pool + at, size, (size_t)columns[p->gram_count],
                         weight_count ? weights[p->gram_count] : 1};
            if (g->column >= p->columns)
                p->columns = g->column + 1;
        }
    }
    if (p->gram_count != column_count)
        return q_err_set(err, Q_INVALID, "%zu ngram_indexes for %zu n-grams", column_count,
                         p->gram_count);
    qsort(p->grams, p->gram_count, sizeof(*p->grams), by_items);
    return Q_OK;
}

static q_code tfidf_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    tfidf_params *p = params;
    const int64_t *pool = NULL;
    size_t count = 0;
    q_code rc = range_load(n, p, err);

    if (!rc)
        rc = mode_load(n, p, err);
    if (!rc)
        rc = pool_load(a, n, p, &pool, &count, err);
    return rc ? rc : grams_load(a, n, p, pool, count, err);
}

static q_code tfidf_infer(q_op_call *c, q_err *err)
{
    const tfidf_params *p = c->params;
    const q_dtype words[] = {Q_STRING, Q_NONE}, numbers[] = {Q_I32, Q_I64, Q_NONE};
    q_shape s;
    q_code rc = op__want(c, 0, err, p->of_strings ? words : numbers);

    if (rc)
        return rc;
    s = c->in[0]->shape;
    if (s.rank > 2)
        return q_err_set(err, Q_INVALID, "input 0 must be [tokens] or [batch, tokens]");
    if (!s.rank)
        s.rank = 1;
    s.dims[s.rank - 1] = p->columns;
    c->scratch_bytes = (q_shape_count(&c->in[0]->shape) + 1) * sizeof(int64_t);
    op__set(c, 0, Q_F32, &s);
    return Q_OK;
}

static void count_at(const tfidf_params *p, const int64_t *row, size_t length, size_t start,
                     size_t step, size_t n, float *out)
{
    int64_t items[LONGEST];
    ngram key = {.items = items, .n = n}, *found;

    if ((n - 1) * step >= length - start)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = row[start + i * step];
    found = bsearch(&key, p->grams, p->gram_count, sizeof(key), by_items);
    if (!found)
        return;
    if (p->mode == TF)
        out[found->column] += 1;
    else if (p->mode == IDF)
        out[found->column] = (float)found->weight;
    else
        out[found->column] += (float)found->weight;
}

static void row_run(const tfidf_params *p, const int64_t *row, size_t length, float *out)
{
    memset(out, 0, p->columns * sizeof(*out));
    for (size_t n = p->least; n <= p->longest; n++)
        for (size_t step = 1; step <= (n == 1 ? 1 : p->skips + 1) && step <= length; step++)
            for (size_t start = 0; start < length; start++)
                count_at(p, row, length, start, step, n, out);
}

static q_code tfidf_run(q_op_call *c, q_err *err)
{
    const tfidf_params *p = c->params;
    const q_tensor *t = c->in[0];
    int64_t *tokens = c->scratch;
    size_t n = q_shape_count(&t->shape), rows = t->shape.rank == 2 ? t->shape.dims[0] : 1;

    (void)err;
    for (size_t i = 0; i < n; i++)
        tokens[i] = p->of_strings ? word_number(p, ((const q_str *)t->data)[i]) : real__int(t, i);
    for (size_t r = 0; r < rows && p->columns; r++)
        row_run(p, tokens + r * (n / rows), n / rows, (float *)c->out[0]->data + r * p->columns);
    return Q_OK;
}

static const q_op ops[] = {
    {.domain = "",
     .type = "TfIdfVectorizer",
     .since = 9,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .params_bytes = sizeof(tfidf_params),
     .load = tfidf_load,
     .infer = tfidf_infer,
     .run = tfidf_run},
};
const q_op_table op__ngram = {ops, sizeof ops / sizeof *ops};
