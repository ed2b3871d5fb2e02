#include "language/classifier.h"

#include "language/classifier_parts.h"
#include "language/text_features.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS_LEAST = 14 };

static const text_kinds KINDS = {.pairs = true, .letters = true};

/* ---- learning ---- */

/* More text has more different words; half as many ids as bytes keep most apart. */
static unsigned bits_for(const q_labelled *v, size_t count)
{
    size_t bytes = 0;
    unsigned bits = BITS_LEAST;

    for (size_t i = 0; i < count; i++)
        bytes += v[i].text.n;
    while (bits < CLASSIFIER_BITS_MOST && ((size_t)1 << bits) < bytes / 2)
        bits++;
    return bits;
}

static void weigh(const q_classifier *c, q_features *x)
{
    float square = 0, scale;

    for (size_t i = 0; i < x->n; i++) {
        x->v[i].value *= c->rarity[x->v[i].id];
        square += x->v[i].value * x->v[i].value;
    }
    scale = square > 0 ? 1 / sqrtf(square) : 0;
    for (size_t i = 0; i < x->n; i++)
        x->v[i].value *= scale;
}

/* Features of a text; what was needed on the way goes with its own arena. */
static q_code features_of(const q_classifier *c, q_str text, q_arena *a, q_features *out,
                          q_err *err)
{
    q_arena *work = q_arena_new(SIZE_MAX);
    q_features x;
    q_tokens t;
    q_code rc = work ? q_tokens_of(text, work, &t, err) : q_err_nomem(err);

    if (!rc)
        rc = text__features(&t, &KINDS, c->bits, work, &x, err);
    if (!rc) {
        *out = (q_features){q_arena_array(a, x.n, sizeof *x.v), x.n};
        if (!out->v)
            rc = q_err_nomem(err);
        else if (x.n)
            memcpy(out->v, x.v, x.n * sizeof *x.v);
    }
    q_arena_free(work);
    return rc;
}

/* log of how few texts have a feature; 1 for those in every text. */
static void rarity_count(q_classifier *c, const q_example *v, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < v[i].x.n; k++)
            c->rarity[v[i].x.v[k].id]++;
    for (size_t id = 0; id < (size_t)1 << c->bits; id++)
        c->rarity[id] = 1 + logf(((float)count + 1) / (c->rarity[id] + 1));
}

static q_code check(const q_labelled *v, size_t count, const q_str *classes, size_t class_count,
                    q_arena *a, q_err *err)
{
    bool *seen;

    if (class_count < 2)
        return q_err_set(err, Q_INVALID,
                         class_count ? "all texts are labelled %.*s; two classes or more are needed"
                                     : "no text has a label; two classes or more are needed%.*s",
                         Q_ARG(class_count ? classes[0] : Q_STR("")));
    if (class_count > Q_CLASSIFIER_CLASSES_MAX)
        return q_err_set(err, Q_LIMIT, "there are %zu classes; at most %d", class_count,
                         (int)Q_CLASSIFIER_CLASSES_MAX);
    seen = q_arena_array(a, class_count, sizeof *seen);
    if (!seen)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < v[i].class_count; k++) {
            assert(v[i].classes[k] < class_count);
            seen[v[i].classes[k]] = true;
        }
    for (size_t i = 0; i < class_count; i++)
        if (!seen[i])
            return q_err_set(err, Q_INVALID, "no text is labelled %.*s", Q_ARG(classes[i]));
    return Q_OK;
}

q_code classifier__new(size_t count, unsigned bits, bool multi, q_classifier **out, q_err *err)
{
    q_classifier *c = calloc(1, sizeof *c);

    if (!c)
        return q_err_nomem(err);
    *out = c;
    c->multi = multi;
    c->bits = bits;
    c->count = count;
    c->arena = q_arena_new(SIZE_MAX);
    c->rarity = calloc((size_t)1 << bits, sizeof *c->rarity);
    if (!c->arena || !c->rarity)
        return q_err_nomem(err);
    c->names = q_arena_array(c->arena, count, sizeof *c->names);
    return c->names ? Q_OK : q_err_nomem(err);
}

static q_code names_copy(q_classifier *c, const q_str *names, q_err *err)
{
    for (size_t i = 0; i < c->count; i++) {
        c->names[i] = q_str_copy(c->arena, names[i]);
        if (!c->names[i].p)
            return q_err_nomem(err);
    }
    return Q_OK;
}

static q_code learn(q_classifier *c, const q_labelled *v, size_t count, q_arena *a, q_err *err)
{
    q_linear_options options = {.bits = c->bits, .classes = c->count, .independent = c->multi};
    q_example *examples = q_arena_array(a, count, sizeof *examples);
    q_code rc = Q_OK;

    if (!examples)
        return q_err_nomem(err);
    for (size_t i = 0; i < count && !rc; i++) {
        examples[i].classes = v[i].classes;
        examples[i].class_count = v[i].class_count;
        rc = features_of(c, v[i].text, a, &examples[i].x, err);
    }
    if (rc)
        return rc;
    rarity_count(c, examples, count);
    for (size_t i = 0; i < count; i++)
        weigh(c, &examples[i].x);
    return q_linear_train(examples, count, &options, &c->linear, err);
}

q_code q_classifier_train(const q_labelled *v, size_t count, const q_str *classes,
                          size_t class_count, bool multi_label, q_classifier **out, q_err *err)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    q_classifier *c = NULL;
    q_code rc = a ? check(v, count, classes, class_count, a, err) : q_err_nomem(err);

    if (!rc)
        rc = classifier__new(class_count, bits_for(v, count), multi_label, &c, err);
    if (!rc)
        rc = names_copy(c, classes, err);
    if (!rc)
        rc = learn(c, v, count, a, err);
    q_arena_free(a);
    if (rc) {
        q_classifier_free(c);
        return rc;
    }
    *out = c;
    return Q_OK;
}

/* ---- use ---- */

size_t q_classifier_classes(const q_classifier *c)
{
    return c->count;
}

q_str q_classifier_class(const q_classifier *c, size_t i)
{
    return c->names[i];
}

bool q_classifier_multi_label(const q_classifier *c)
{
    return c->multi;
}

q_code q_classifier_run(const q_classifier *c, q_str text, q_arena *a, float *p, q_err *err)
{
    q_features x;
    q_code rc = features_of(c, text, a, &x, err);

    if (rc)
        return rc;
    weigh(c, &x);
    q_linear_predict(c->linear, &x, p);
    return Q_OK;
}

void q_classifier_free(q_classifier *c)
{
    if (!c)
        return;
    q_linear_free(c->linear);
    free(c->rarity);
    q_arena_free(c->arena);
    free(c);
}
