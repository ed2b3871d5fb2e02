#include "language/recognizer.h"

#include "language/feature.h"
#include "language/model_parts.h"
#include "language/recognizer_parts.h"

#include <stdlib.h>

enum {
    SCRATCH = 64 << 20
}; /* bytes that FEATURE_TOKENS_MAX tokens need to be labelled, and more */

q_code recognizer__new(const q_str *types, size_t count, q_recognizer **out, q_err *err)
{
    q_recognizer *r = calloc(1, sizeof *r);

    if (!r)
        return q_err_nomem(err);
    r->arena = q_arena_new(SIZE_MAX);
    r->types = r->arena ? q_arena_array(r->arena, count, sizeof *r->types) : NULL;
    r->type_count = count;
    for (size_t i = 0; r->types && i < count; i++) {
        r->types[i] = q_str_copy(r->arena, types[i]);
        if (!r->types[i].p)
            r->types = NULL;
    }
    if (!r->types) {
        q_recognizer_free(r);
        return q_err_nomem(err);
    }
    *out = r;
    return Q_OK;
}

void q_recognizer_free(q_recognizer *r)
{
    if (!r)
        return;
    q_sequence_free(r->model);
    q_arena_free(r->arena);
    free(r);
}

size_t q_recognizer_types(const q_recognizer *r)
{
    return r->type_count;
}

q_str q_recognizer_type(const q_recognizer *r, size_t i)
{
    return r->types[i];
}

typedef struct finder {
    const q_recognizer *r;
    const q_tokens *t;
    features *f;
    uint16_t labels[FEATURE_TOKENS_MAX];
    float sure[FEATURE_TOKENS_MAX];
    q_found *found;
    size_t count, cap;
} finder;

static q_code label(finder *x, size_t n, q_err *err)
{
    q_sequence s = {x->f->v, x->f->starts, NULL, n};
    q_arena *scratch = q_arena_new(SCRATCH);
    q_code rc = scratch ? q_sequence_decode(x->r->model, &s, scratch, x->labels, x->sure, err)
                        : q_err_nomem(err);

    q_arena_free(scratch);
    return rc;
}

static q_code gather(finder *x, size_t begin, size_t n, q_arena *a, q_err *err)
{
    for (size_t i = 0, from; i < n;) {
        uint16_t l = x->labels[i];
        float score = x->sure[i];
        const q_token *first, *last;

        from = begin + i++;
        if (!l)
            continue;
        for (; i < n && x->labels[i] == l + 1; i++)
            score = x->sure[i] < score ? x->sure[i] : score;
        if (q_arena_grow(a, &x->found, &x->cap, x->count + 1, sizeof *x->found))
            return q_err_nomem(err);
        first = &x->t->v[from];
        last = &x->t->v[begin + i - 1];
        x->found[x->count++] = (q_found){.type = (l - 1) / 2,
                                         .score = score,
                                         .text = q_tokens_span(x->t, from, begin + i),
                                         .point = first->point,
                                         .points = last->point + last->points - first->point};
    }
    return Q_OK;
}

q_code q_recognizer_find(const q_recognizer *r, const q_language *l, const q_tokens *t, q_arena *a,
                         q_found **out, size_t *count, q_err *err)
{
    finder *x = q_arena_alloc(a, sizeof *x);
    word *w;
    q_code rc = language__words(l, t, a, &w, err);

    *out = NULL;
    *count = 0;
    if (x)
        x->f = q_arena_alloc(a, sizeof *x->f);
    if (!rc && (!x || !x->f))
        rc = q_err_nomem(err);
    if (rc)
        return rc;
    x->r = r;
    x->t = t;
    x->f->bits = q_sequence_bits(r->model);
    for (size_t begin = 0, end; begin < t->n && !rc; begin = end) {
        end = features__end(t, begin);
        features__names(x->f, t, w, begin, end);
        rc = label(x, end - begin, err);
        if (!rc)
            rc = gather(x, begin, end - begin, a, err);
    }
    *out = x->found;
    *count = x->count;
    return rc;
}
