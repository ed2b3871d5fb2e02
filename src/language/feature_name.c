/* What tells names from other words. */
#include "language/feature.h"

enum { RUN_MAX = 8 };

/* A run of words that may be one name: capitals, and "of" and the like between them. */
typedef struct run {
    size_t begin, end;
} run;

/* How carefully a sentence is written; capitals tell more of names where it is. */
typedef enum manner { MANNER_LOOSE, MANNER_PLAIN, MANNER_CAREFUL } manner;

typedef struct view {
    const q_tokens *t;
    const word *w;
    size_t begin, end; /* of the sequence */
    manner manner;
} view;

static const word NOTHING = {.lower = 1, .cased = 1, .shape = 1};

static const word *at(const view *v, size_t i, int by)
{
    size_t k = i + (size_t)by;

    return k >= v->begin && k < v->end ? &v->w[k] : &NOTHING;
}

static bool joins(const q_token *t)
{
    return q_token_is(t, "of") || q_token_is(t, "the") || q_token_is(t, "de") ||
           q_token_is(t, "for") || q_token_is(t, "and") || q_token_mark(t, '&') ||
           q_token_mark(t, '-') || q_token_mark(t, '.');
}

static bool goes_on(const view *v, size_t i)
{
    const q_token *t = v->t->v;

    if (t[i].capital)
        return true;
    return joins(&t[i]) && i + 1 < v->end &&
           (t[i + 1].capital || (joins(&t[i + 1]) && i + 2 < v->end && t[i + 2].capital));
}

static run run_at(const view *v, size_t i)
{
    run r = {i, i + 1};

    if (!v->t->v[i].capital)
        return r;
    while (r.end < v->end && r.end - i < RUN_MAX && goes_on(v, r.end))
        r.end++;
    return r;
}

static bool loose(const q_token *t)
{
    return q_token_mark(t, '@') || q_token_mark(t, '#') || q_token_is(t, "rt") ||
           q_token_is(t, "http") || q_token_is(t, "https") || q_str_is(t->text, "i") ||
           (t->kind == Q_TOKEN_SYMBOL && t->text.n > 2);
}

static manner manner_of(const q_tokens *t, size_t begin, size_t end)
{
    const q_token *last = &t->v[end - 1];

    for (size_t i = begin; i < end; i++)
        if (loose(&t->v[i]))
            return MANNER_LOOSE;
    if (end - begin < 6 || !(q_token_mark(last, '.') || q_token_mark(last, '"')))
        return MANNER_PLAIN;
    return t->v[begin].capital || t->v[begin].kind != Q_TOKEN_WORD ? MANNER_CAREFUL : MANNER_PLAIN;
}

static void put_manner(features *f, const view *v, size_t i)
{
    const word *w = &v->w[i];
    uint64_t m = v->manner + 1;

    features__put(f, 70, m);
    features__put(f, 71, features__pair(m, w->shape));
    features__put(f, 72, features__pair(m, features__pair(w->capitals, v->t->v[i].capital)));
    features__put(f, 73,
                  features__pair(m, features__pair(w->kinds & NAMES_PROPER, v->t->v[i].capital)));
    features__put(f, 74, features__pair(m, w->cluster & 63));
    features__put(f, 75, features__pair(m, features__pair(at(v, i, -1)->shape, w->shape)));
    features__put(f, 76, features__pair(m, features__pair(w->shape, at(v, i, 1)->shape)));
}

static void put_word(features *f, const view *v, size_t i)
{
    const word *w = &v->w[i], *l = at(v, i, -1), *r = at(v, i, 1);

    features__put(f, 0, 0);
    features__put(f, 1, w->lower);
    features__put(f, 2, w->cased);
    features__put(f, 3, l->lower);
    features__put(f, 4, r->lower);
    features__put(f, 5, at(v, i, -2)->lower);
    features__put(f, 6, at(v, i, 2)->lower);
    features__put(f, 7, features__pair(l->lower, w->lower));
    features__put(f, 8, features__pair(w->lower, r->lower));
    features__put(f, 9, w->shape);
    features__put(f, 10, l->shape);
    features__put(f, 11, r->shape);
    features__put(f, 12, features__pair(l->shape, w->shape));
    features__put(f, 13, features__pair(w->shape, r->shape));
    features__put(f, 14, features__pair(features__pair(l->shape, w->shape), r->shape));
    features__put(f, 15, features__pair(l->lower, w->shape));
    features__put(f, 16, features__pair(r->lower, w->shape));
    for (size_t k = 1; k < WORD_PREFIXES; k++)
        if (w->prefix[k])
            features__put(f, 17 + (uint32_t)k, w->prefix[k]);
    for (size_t k = 1; k < WORD_SUFFIXES; k++)
        if (w->suffix[k])
            features__put(f, 20 + (uint32_t)k, w->suffix[k]);
    if (v->t->v[i].sentence || i == v->begin)
        features__put(f, 25, w->shape);
}

static void put_kinds(features *f, const view *v, size_t i)
{
    const word *w = &v->w[i], *l = at(v, i, -1), *r = at(v, i, 1);
    uint64_t own = w->kinds & ~(uint32_t)NAMES_GOES_ON, capital = v->t->v[i].capital;

    features__put(f, 30, features__pair(own, capital));
    features__put(f, 31, l->kinds);
    features__put(f, 32, r->kinds);
    features__put(
        f, 33,
        features__pair(l->kinds & NAMES_PROPER, features__pair(own & NAMES_PROPER, capital)));
    features__put(
        f, 34,
        features__pair(r->kinds & NAMES_PROPER, features__pair(own & NAMES_PROPER, capital)));
    if (w->name_place)
        features__put(f, 35, features__pair(features__pair(w->name_kinds, w->name_place), capital));
    for (uint32_t left = (uint32_t)own & NAMES_PROPER; left; left &= left - 1)
        features__put(f, 36, features__pair(left & -left, w->shape));
}

static void put_cluster(features *f, const view *v, size_t i)
{
    const word *w = &v->w[i], *l = at(v, i, -1), *r = at(v, i, 1);
    const q_token *t = &v->t->v[i];

    features__put(f, 50, w->cluster);
    features__put(f, 51, w->cluster & 15);
    features__put(f, 52, w->cluster & 63);
    features__put(f, 53, w->cluster & 1023);
    features__put(f, 54, l->cluster);
    features__put(f, 55, r->cluster);
    features__put(f, 56, features__pair(l->cluster & 63, w->cluster & 63));
    features__put(f, 57, features__pair(w->cluster & 63, r->cluster & 63));
    features__put(f, 58, features__pair(w->capitals, w->shape));
    features__put(f, 59, features__pair(features__pair(w->capitals, w->common), t->capital));
    features__put(f, 61, features__pair(l->lower, t->space));
    if (i + 1 < v->end)
        features__put(f, 60, features__pair(w->shape, v->t->v[i + 1].space));
}

/* What its words can be, and what stands around it: "of the X Society in". */
static void put_run_kinds(features *f, const view *v, run r, uint64_t place)
{
    const uint32_t common = NAMES_BODY | NAMES_PLACE | NAMES_WORK;
    const uint32_t telling = common | NAMES_GIVEN | NAMES_FAMILY | NAMES_ROLE | NAMES_METROPOLIS |
                             NAMES_COUNTRY | NAMES_NATIONALITY;
    const word *first = &v->w[r.begin], *last = &v->w[r.end - 1];
    const word *before = r.begin > v->begin ? &v->w[r.begin - 1] : &NOTHING;
    const word *behind = r.end < v->end ? &v->w[r.end] : &NOTHING;
    uint64_t kinds = 0, joined = 0, ends;

    for (size_t k = r.begin; k < r.end; k++) {
        kinds |= v->w[k].kinds & telling;
        joined |= !v->t->v[k].capital;
    }
    ends = features__pair(last->kinds & (common | NAMES_PROPER), first->kinds & NAMES_PROPER);
    features__put(f, 47, features__pair(kinds, place));
    features__put(f, 48, features__pair(last->cluster & 1023, place));
    features__put(f, 49, features__pair(ends, place));
    features__put(f, 62, features__pair(features__pair(before->cluster & 63, kinds), place));
    features__put(f, 63, features__pair(features__pair(behind->cluster & 63, kinds), place));
    features__put(f, 64,
                  features__pair(features__pair(r.end - r.begin, joined),
                                 features__pair(first->shape, place)));
    features__put(f, 65, features__pair(before->cluster, place));
    features__put(f, 66, features__pair(behind->cluster, place));
}

static void put_run(features *f, const view *v, size_t i, run r)
{
    const word *first = &v->w[r.begin], *last = &v->w[r.end - 1];
    const word *before = r.begin > v->begin ? &v->w[r.begin - 1] : &NOTHING;
    const word *behind = r.end < v->end ? &v->w[r.end] : &NOTHING;
    uint64_t place = (i == r.begin) | (uint64_t)(i + 1 == r.end) << 1;

    features__put(f, 40, features__pair(first->lower, place));
    features__put(f, 41, features__pair(last->lower, place));
    features__put(f, 42, features__pair(before->lower, place));
    features__put(f, 43, features__pair(behind->lower, place));
    features__put(f, 44, features__pair(r.end - r.begin, place));
    features__put(f, 45, features__pair(last->kinds, place));
    features__put(f, 46, features__pair(first->kinds, place));
    put_run_kinds(f, v, r, place);
}

bool features__names(features *f, const q_tokens *t, const word *w, size_t begin, size_t end)
{
    view v = {t, w, begin, end, manner_of(t, begin, end)};
    run r = {begin, begin};

    f->n = 0;
    for (size_t i = begin; i < end; i++) {
        f->starts[i - begin] = (uint32_t)f->n;
        if (i >= r.end)
            r = run_at(&v, i);
        put_word(f, &v, i);
        put_kinds(f, &v, i);
        put_cluster(f, &v, i);
        put_manner(f, &v, i);
        if (t->v[r.begin].capital)
            put_run(f, &v, i, r);
    }
    f->starts[end - begin] = (uint32_t)f->n;
    return true;
}

size_t features__end(const q_tokens *t, size_t begin)
{
    size_t end = begin + 1;

    while (end < t->n && end - begin < FEATURE_TOKENS_MAX && !t->v[end].sentence)
        end++;
    return end;
}
