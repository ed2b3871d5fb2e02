#include "language/feature.h"
#include "language/model_parts.h"
#include "language/recognizer_parts.h"

#include <stdlib.h>
#include <string.h>

enum { BITS = 20 };

typedef struct lesson {
    const q_language *language;
    q_arena *arena;
    size_t types;
    q_sequence *v;
    size_t n, cap;
    features *f;
} lesson;

static int by_point(const void *a, const void *b)
{
    const q_span *x = a, *y = b;

    return x->point < y->point ? -1 : x->point > y->point;
}

/* Label the tokens that a span touches. */
static q_code mark(const q_tokens *t, const q_span *s, size_t text, uint16_t *labels, q_err *err)
{
    size_t i = 0, end = t->n;
    bool first = true;

    while (i < end) { /* the first token that ends behind the span's start */
        size_t middle = i + (end - i) / 2;

        if (t->v[middle].point + t->v[middle].points <= s->point)
            i = middle + 1;
        else
            end = middle;
    }
    if (i == t->n || t->v[i].point >= s->point + s->points)
        return q_err_set(err, Q_INVALID, "text %zu: the span from %u to %u holds no word", text,
                         s->point, s->point + s->points);
    for (; i < t->n && t->v[i].point < s->point + s->points; i++) {
        if (labels[i])
            break;
        labels[i] = (uint16_t)(first ? 1 + 2 * s->type : 2 + 2 * s->type);
        first = false;
    }
    return Q_OK;
}

static q_code keep(lesson *x, uint16_t *labels, size_t n, q_err *err)
{
    uint32_t *v = q_arena_array(x->arena, x->f->n, sizeof *v);
    uint32_t *starts = q_arena_array(x->arena, n + 1, sizeof *starts);

    if (!v || !starts || q_arena_grow(x->arena, &x->v, &x->cap, x->n + 1, sizeof *x->v))
        return q_err_nomem(err);
    memcpy(v, x->f->v, x->f->n * sizeof *v);
    memcpy(starts, x->f->starts, (n + 1) * sizeof *starts);
    if (labels[0] && labels[0] % 2 == 0)
        labels[0]--; /* a sentence seems to end within an entity */
    x->v[x->n++] = (q_sequence){v, starts, labels, n};
    return Q_OK;
}

static q_code learn(lesson *x, const q_annotated *text, size_t number, q_err *err)
{
    q_tokens t;
    word *w;
    uint16_t *labels;
    q_code rc = q_tokens_of(text->text, x->arena, &t, err);

    if (!rc)
        rc = language__words(x->language, &t, x->arena, &w, err);
    if (rc)
        return rc;
    labels = q_arena_array(x->arena, t.n, sizeof *labels);
    if (!labels)
        return q_err_nomem(err);
    for (size_t i = 0; i < text->span_count && !rc; i++) {
        if (text->spans[i].type >= x->types)
            return q_err_set(err, Q_INVALID, "text %zu: a span of type %zu; there are %zu types",
                             number, text->spans[i].type, x->types);
        rc = mark(&t, &text->spans[i], number, labels, err);
    }
    for (size_t begin = 0, end; begin < t.n && !rc; begin = end) {
        end = features__end(&t, begin);
        features__names(x->f, &t, w, begin, end);
        rc = keep(x, labels + begin, end - begin, err);
    }
    return rc;
}

static void allow(uint8_t *allowed, size_t labels)
{
    for (size_t from = 0; from <= labels; from++)
        for (size_t to = 0; to < labels; to++)
            allowed[from * labels + to] =
                !to || to % 2 || (from < labels && (from == to || from + 1 == to));
}

static q_code train(lesson *x, q_recognizer *r, q_err *err)
{
    size_t labels = 1 + 2 * x->types;
    uint8_t *allowed = q_arena_array(x->arena, labels + 1, labels);
    q_sequence_options o = {.bits = BITS,
                            .labels = labels,
                            .allowed = allowed,
                            .epochs = 14,
                            .rate = 0.2,
                            .l1 = 0.01,
                            .l2 = 0.1,
                            .drop = 0.4};

    if (!allowed)
        return q_err_nomem(err);
    allow(allowed, labels);
    return q_sequence_train(x->v, x->n, &o, &r->model, err);
}

q_code q_recognizer_train(const q_language *l, const q_annotated *texts, size_t count,
                          const q_str *types, size_t type_count, q_recognizer **out, q_err *err)
{
    lesson x = {.language = l, .types = type_count};
    q_recognizer *r = NULL;
    q_code rc = Q_OK;

    if (!count)
        return q_err_set(err, Q_INVALID, "no text to learn from; give some with entities marked");
    if (!type_count || type_count > Q_RECOGNIZER_TYPES_MAX)
        return q_err_set(err, Q_INVALID, "%zu entity types; 1 to %d", type_count,
                         (int)Q_RECOGNIZER_TYPES_MAX);
    x.arena = q_arena_new(SIZE_MAX);
    x.f = x.arena ? q_arena_alloc(x.arena, sizeof *x.f) : NULL;
    if (!x.f)
        rc = q_err_nomem(err);
    else
        x.f->bits = BITS;
    for (size_t i = 0; i < count && !rc; i++)
        rc = learn(&x, &texts[i], i, err);
    if (!rc)
        rc = recognizer__new(types, type_count, &r, err);
    if (!rc)
        rc = train(&x, r, err);
    if (!rc) {
        *out = r;
        r = NULL;
    }
    q_recognizer_free(r);
    q_arena_free(x.arena);
    return rc;
}

/* ---- how right it is ---- */

typedef struct tally {
    size_t right, found, there;
} tally;

static q_code try_text(const q_recognizer *r, const q_language *l, const q_annotated *text,
                       tally *by, q_err *err)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    q_tokens t;
    q_found *v;
    q_span *spans;
    size_t n = 0, s = 0;
    q_code rc = a ? q_tokens_of(text->text, a, &t, err) : q_err_nomem(err);

    if (!rc)
        rc = q_recognizer_find(r, l, &t, a, &v, &n, err);
    spans = a ? q_arena_array(a, text->span_count, sizeof *spans) : NULL;
    if (!rc && !spans)
        rc = q_err_nomem(err);
    if (rc)
        goto done;
    if (text->span_count)
        memcpy(spans, text->spans, text->span_count * sizeof *spans);
    qsort(spans, text->span_count, sizeof *spans, by_point);
    for (size_t i = 0; i < text->span_count; i++)
        if (spans[i].type < r->type_count)
            by[spans[i].type].there++;
    for (size_t i = 0; i < n; i++) {
        by[v[i].type].found++;
        while (s < text->span_count && spans[s].point < v[i].point)
            s++;
        for (size_t k = s; k < text->span_count && spans[k].point == v[i].point; k++)
            by[v[i].type].right += spans[k].points == v[i].points && spans[k].type == v[i].type;
    }
done:
    q_arena_free(a);
    return rc;
}

q_code q_recognizer_test(const q_recognizer *r, const q_language *l, const q_annotated *texts,
                         size_t count, q_scores *by_type, q_scores *all, q_err *err)
{
    tally *by = calloc(r->type_count, sizeof *by), sum = {0};
    q_code rc = by ? Q_OK : q_err_nomem(err);

    for (size_t i = 0; i < count && !rc; i++)
        rc = try_text(r, l, &texts[i], by, err);
    for (size_t k = 0; k < r->type_count && !rc; k++) {
        by_type[k] = q_scores_of(by[k].right, by[k].found, by[k].there);
        sum.right += by[k].right;
        sum.found += by[k].found;
        sum.there += by[k].there;
    }
    if (!rc)
        *all = q_scores_of(sum.right, sum.found, sum.there);
    free(by);
    return rc;
}
