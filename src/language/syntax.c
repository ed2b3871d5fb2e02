#include "language/syntax.h"

#include "language/model_parts.h"
#include "language/syntax_parts.h"

enum { SCRATCH = 1 << 22 }; /* bytes that FEATURE_TOKENS_MAX tokens need to be tagged, and more */

typedef struct tagger {
    const q_sequence_model *model;
    features *f;
    uint16_t labels[FEATURE_TOKENS_MAX];
} tagger;

static q_code tag_part(tagger *x, size_t n, q_syntax_tag *tags, float *scores, q_err *err)
{
    q_sequence s = {x->f->v, x->f->starts, NULL, n};
    q_arena *scratch = q_arena_new(SCRATCH);
    q_code rc = scratch ? q_sequence_decode(x->model, &s, scratch, x->labels, scores, err)
                        : q_err_nomem(err);

    for (size_t i = 0; i < n && !rc; i++)
        tags[i] = (q_syntax_tag)x->labels[i];
    q_arena_free(scratch);
    return rc;
}

static q_code tag_all(const q_sequence_model *m, const q_tokens *t, const word *w, q_arena *a,
                      q_syntax_tag *tags, float *scores, q_err *err)
{
    tagger *x = q_arena_alloc(a, sizeof *x);
    q_code rc = Q_OK;

    if (x)
        x->f = q_arena_alloc(a, sizeof *x->f);
    if (!x || !x->f)
        return q_err_nomem(err);
    x->model = m;
    x->f->bits = q_sequence_bits(m);
    for (size_t begin = 0, end; begin < t->n && !rc; begin = end) {
        end = features__end(t, begin);
        features__syntax(x->f, t, w, begin, end);
        rc = tag_part(x, end - begin, tags + begin, scores ? scores + begin : NULL, err);
    }
    return rc;
}

q_code syntax__tags(const q_language *l, const q_tokens *t, q_arena *a, q_syntax_tag **tags,
                    float **scores, const word **words, q_err *err)
{
    const void *model;
    word *w;
    q_code rc = language__model(l, LANGUAGE_SYNTAX, &model, err);

    if (!rc)
        rc = language__words(l, t, a, &w, err);
    if (rc)
        return rc;
    if (words)
        *words = w;
    *tags = q_arena_array(a, t->n, sizeof **tags);
    if (scores)
        *scores = q_arena_array(a, t->n, sizeof **scores);
    if (!*tags || (scores && !*scores))
        return q_err_nomem(err);
    return tag_all(model, t, w, a, *tags, scores ? *scores : NULL, err);
}

q_code q_syntax_tag_all(const q_language *l, const q_tokens *t, q_arena *a, q_syntax_token **out,
                        size_t *count, q_err *err)
{
    q_tokens own;
    q_syntax_tag *tags;
    float *scores;
    q_code rc = syntax__tokens(t, a, &own, err);

    if (!rc)
        rc = syntax__tags(l, &own, a, &tags, &scores, NULL, err);
    if (rc)
        return rc;
    *out = q_arena_array(a, own.n, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    *count = own.n;
    for (size_t i = 0; i < own.n; i++)
        (*out)[i] =
            (q_syntax_token){tags[i], scores[i], own.v[i].text, own.v[i].point, own.v[i].points};
    return Q_OK;
}

const char *q_syntax_tag_name(q_syntax_tag tag)
{
    static const char *const NAMES[Q_SYNTAX_TAGS] = {
        "ADJ",  "ADP",  "ADV",   "AUX",   "CCONJ", "DET", "INTJ", "NOUN", "NUM",
        "PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "O"};

    return NAMES[tag];
}
