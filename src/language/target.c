#include "language/target.h"

#include "language/entity.h"
#include "language/lexicon.h"
#include "language/model_parts.h"
#include "language/sentiment_model.h"
#include "language/target_words.h"
#include "language/token_any.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NEAR = 4,
    LOOK_BACK = 400 /* mentions */,
    REACH = 60 /* tokens a pronoun looks back */,
    CLAUSE_LEAST = 3
};

/* How a mention says what it means. */
typedef enum manner { MANNER_NAME, MANNER_NOUN, MANNER_PRONOUN } manner;

typedef struct found {
    size_t begin, end; /* tokens */
    manner manner;
    q_target_type type;
    float score, group_score;
    size_t group;
    bool self;   /* the speaker */
    bool plural; /* "they", "them" */
} found;

typedef struct finder {
    const q_tokens *t;
    const sentiment_model *model;
    q_arena *arena;
    found *v;
    size_t n, cap, groups;
    size_t clause_begin, clause_end; /* tokens: the clause that was judged last */
    sentiment_span clause;
} finder;

const char *q_target_type_name(q_target_type type)
{
    static const char *const NAMES[] = {
        "PERSON", "LOCATION", "ORGANIZATION", "FACILITY",  "BRAND", "COMMERCIAL_ITEM",
        "MOVIE",  "MUSIC",    "BOOK",         "SOFTWARE",  "GAME",  "PERSONAL_TITLE",
        "EVENT",  "DATE",     "QUANTITY",     "ATTRIBUTE", "OTHER"};

    return NAMES[type];
}

/* ---- what is mentioned ---- */

static const target_word *listed(const q_token *k)
{
    size_t low = 0, high = sizeof TARGET_WORDS / sizeof *TARGET_WORDS;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = q_str_cmp(q_str_of(TARGET_WORDS[middle].word), k->lower);

        if (c == 0)
            return &TARGET_WORDS[middle];
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* What a work is called is told by the nouns around it. */
static q_target_type work_type(const q_tokens *t, size_t begin, size_t end)
{
    size_t from = begin > NEAR ? begin - NEAR : 0, to = end + NEAR < t->n ? end + NEAR : t->n;

    for (size_t i = from; i < to; i++) {
        const target_word *w = listed(&t->v[i]);

        if (w && w->type >= Q_TARGET_MOVIE && w->type <= Q_TARGET_GAME)
            return w->type;
    }
    return Q_TARGET_OTHER;
}

static q_target_type entity_type(const q_tokens *t, const q_entity *e, size_t begin, size_t end)
{
    const target_word *last = listed(&t->v[end - 1]);

    switch (e->type) {
    case Q_ENTITY_PERSON:
        return Q_TARGET_PERSON;
    case Q_ENTITY_LOCATION:
    case Q_ENTITY_ORGANIZATION:
        if (last && last->type == Q_TARGET_FACILITY)
            return Q_TARGET_FACILITY;
        return e->type == Q_ENTITY_LOCATION ? Q_TARGET_LOCATION : Q_TARGET_ORGANIZATION;
    case Q_ENTITY_COMMERCIAL_ITEM:
        return Q_TARGET_COMMERCIAL_ITEM;
    case Q_ENTITY_EVENT:
        return Q_TARGET_EVENT;
    case Q_ENTITY_DATE:
        return Q_TARGET_DATE;
    case Q_ENTITY_QUANTITY:
        return Q_TARGET_QUANTITY;
    case Q_ENTITY_TITLE:
        return work_type(t, begin, end);
    case Q_ENTITY_OTHER:
        break;
    }
    return Q_TARGET_OTHER;
}

static q_code add(finder *f, found m)
{
    if (q_arena_grow(f->arena, &f->v, &f->cap, f->n + 1, sizeof *f->v))
        return Q_NOMEM;
    f->v[f->n++] = m;
    return Q_OK;
}

static q_code pronoun_add(finder *f, size_t i)
{
    static const struct {
        const char *words;
        q_target_type type;
        bool self, plural;
    } KINDS[] = {
        {"i|me|my|mine|myself|we|us|our|ours", Q_TARGET_PERSON, true, false},
        {"he|him|his|himself|she|her|hers|herself", Q_TARGET_PERSON, false, false},
        {"they|them|their|theirs", Q_TARGET_PERSON, false, true},
        {"it|its|itself", Q_TARGET_OTHER, false, false},
    };
    const q_token *k = &f->t->v[i];

    for (size_t n = 0; n < sizeof KINDS / sizeof *KINDS; n++)
        if (token__any(k, KINDS[n].words) && !(k->all_capital && k->points > 1))
            return add(f, (found){.begin = i,
                                  .end = i + 1,
                                  .manner = MANNER_PRONOUN,
                                  .type = KINDS[n].type,
                                  .score = 0.95f,
                                  .self = KINDS[n].self,
                                  .plural = KINDS[n].plural});
    return Q_OK;
}

/* Nouns after a determiner or alone, not before another noun: "battery life" is its last word. */
static q_code noun_add(finder *f, size_t i)
{
    const q_tokens *t = f->t;
    const target_word *w = listed(&t->v[i]);
    const target_word *next = i + 1 < t->n && !t->v[i + 1].line ? listed(&t->v[i + 1]) : NULL;
    bool verb = i && token__any(&t->v[i - 1], "i|you|we|they|to|will|would|can|could|don't");

    if (!w || next || verb)
        return Q_OK;
    return add(f, (found){.begin = i,
                          .end = i + 1,
                          .manner = MANNER_NOUN,
                          .type = w->type,
                          .score = i && q_word_listed(t->v[i - 1].lower) &
                                               (Q_WORD_DETERMINER | Q_WORD_POSSESSIVE)
                                       ? 0.9f
                                       : 0.75f});
}

static q_code mentions_find(finder *f, const q_language *l, q_err *err)
{
    const q_tokens *t = f->t;
    q_entity *v;
    size_t n, next = 0;
    q_code rc = q_entities_find(l, t, f->arena, &v, &n, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < t->n && !rc;) {
        size_t end = i;

        if (next < n && t->v[i].point >= v[next].point) {
            end = q_tokens_at(t, v[next].point + v[next].points);
            if (end > i)
                rc = add(f, (found){.begin = i,
                                    .end = end,
                                    .manner = MANNER_NAME,
                                    .type = entity_type(t, &v[next], i, end),
                                    .score = v[next].score});
            next++;
        } else {
            rc = pronoun_add(f, i);
            if (!rc)
                rc = noun_add(f, i);
        }
        i = end > i ? end : i + 1;
    }
    return rc ? q_err_nomem(err) : Q_OK;
}

/* ---- what belongs together ---- */

static bool measures(q_target_type type)
{
    return type == Q_TARGET_DATE || type == Q_TARGET_QUANTITY;
}

static bool same_words(const q_tokens *t, const found *a, const found *b)
{
    if (a->end - a->begin != b->end - b->begin)
        return false;
    for (size_t i = 0; i < a->end - a->begin; i++)
        if (!t->v[a->begin + i].lower.n ||
            !q_str_eq(t->v[a->begin + i].lower, t->v[b->begin + i].lower))
            return false;
    return true;
}

/* "Lovelace" after "Ada Lovelace", "Acme" after "Acme Ltd" */
static bool part_of(const q_tokens *t, const found *part, const found *whole)
{
    const q_token *k = &t->v[part->begin];

    if (part->end - part->begin != 1 || whole->end - whole->begin < 2 || !k->lower.n)
        return false;
    return q_str_eq(k->lower, t->v[whole->begin].lower) ||
           (whole->type == Q_TARGET_PERSON && q_str_eq(k->lower, t->v[whole->end - 1].lower));
}

/* How sure a mention means what an earlier one does; 0: it does not. */
static float likeness(const q_tokens *t, const found *m, const found *before)
{
    if (m->manner == MANNER_PRONOUN) {
        if (m->self || before->self)
            return m->self && before->self ? 0.98f : 0;
        if (m->begin - before->begin > REACH || measures(before->type))
            return 0;
        if (before->manner == MANNER_PRONOUN && m->type == before->type &&
            m->plural == before->plural)
            return 0.8f;
        if (m->plural)
            return before->type == Q_TARGET_PERSON || before->type == Q_TARGET_ORGANIZATION ||
                           before->type == Q_TARGET_FACILITY
                       ? 0.6f
                       : 0;
        return (m->type == Q_TARGET_PERSON) == (before->type == Q_TARGET_PERSON) ? 0.7f : 0;
    }
    if (before->manner != m->manner || before->type != m->type || measures(m->type))
        return 0;
    if (same_words(t, m, before))
        return m->manner == MANNER_NAME ? 0.99f : 0.9f;
    return m->manner == MANNER_NAME && (part_of(t, m, before) || part_of(t, before, m)) ? 0.9f : 0;
}

/* The nearest earlier mention that it can mean. A pronoun of a thing rather means one that is no
 * part of another than an attribute.
 */
static const found *antecedent(const finder *f, size_t m, float *sure)
{
    const found *second = NULL;
    float second_sure = 0;

    for (size_t k = m; k-- > 0 && m - k <= LOOK_BACK;) {
        const found *before = &f->v[k];

        *sure = likeness(f->t, &f->v[m], before);
        if (*sure > 0 && f->v[m].manner == MANNER_PRONOUN && before->type == Q_TARGET_ATTRIBUTE) {
            if (!second) {
                second = before;
                second_sure = *sure;
            }
            continue;
        }
        if (*sure > 0)
            return before;
    }
    *sure = second_sure;
    return second;
}

static void group(finder *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->n; i++) {
        found m = f->v[i];
        float sure;
        const found *before;

        f->v[kept] = m;
        before = antecedent(f, kept, &sure);
        if (before) {
            f->v[kept].group = before->group;
            f->v[kept].group_score = sure;
            if (m.manner == MANNER_PRONOUN && !m.self)
                f->v[kept].type = before->type;
        } else if (m.manner == MANNER_PRONOUN && !m.self) {
            continue; /* "it rains": it stands for nothing that was named */
        } else {
            f->v[kept].group = f->groups++;
            f->v[kept].group_score = 1;
        }
        kept++;
    }
    f->n = kept;
}

/* ---- how it is spoken of ---- */

static bool divides(const q_tokens *t, size_t i)
{
    const q_token *k = &t->v[i];

    if (q_token_mark(k, ';') || q_token_mark(k, ',') ||
        token__any(k, "but|however|although|though|while|whereas|except|because"))
        return true;
    return q_token_is(k, "and") && i + 1 < t->n &&
           (q_word_listed(t->v[i + 1].lower) &
            (Q_WORD_DETERMINER | Q_WORD_POSSESSIVE | Q_WORD_PRONOUN)) != 0;
}

static void clause_of(const q_tokens *t, const found *m, size_t *begin, size_t *end)
{
    *begin = m->begin;
    *end = m->end;
    while (*begin > 0 && !t->v[*begin].sentence &&
           !(divides(t, *begin - 1) && m->end - *begin >= CLAUSE_LEAST - 1))
        --*begin;
    while (*end < t->n && !t->v[*end].sentence &&
           !(divides(t, *end) && *end - *begin >= CLAUSE_LEAST))
        ++*end;
}

static void decide(float neutral, float odds, q_sentiment_scores *out)
{
    float good = 1 / (1 + expf(-odds));

    *out = (q_sentiment_scores){.sentiment = Q_SENTIMENT_NEUTRAL};
    out->score[Q_SENTIMENT_NEUTRAL] = neutral;
    out->score[Q_SENTIMENT_POSITIVE] = (1 - neutral) * good;
    out->score[Q_SENTIMENT_NEGATIVE] = (1 - neutral) * (1 - good);
    for (size_t i = 0; i < Q_SENTIMENTS; i++)
        if (out->score[i] > out->score[out->sentiment])
            out->sentiment = (q_sentiment)i;
}

/* The speaker, dates and amounts are not what an opinion is about. */
static q_code judge(finder *f, const found *m, q_sentiment_scores *out, q_err *err)
{
    size_t begin, end;
    float neutral;
    q_code rc = Q_OK;

    clause_of(f->t, m, &begin, &end);
    if (begin != f->clause_begin || end != f->clause_end)
        rc = sentiment__span(f->model, f->t, begin, end, f->arena, &f->clause, err);
    if (rc)
        return rc;
    f->clause_begin = begin;
    f->clause_end = end;
    neutral = sentiment__neutral(&f->clause);
    if (!f->clause.opinions)
        neutral = fmaxf(neutral, 0.6f);
    if (m->self || measures(m->type))
        neutral = fmaxf(neutral, 0.9f);
    decide(neutral, f->clause.odds, out);
    return Q_OK;
}

/* ---- the answer ---- */

static q_mention mention_of(const q_tokens *t, const found *m)
{
    const q_token *first = &t->v[m->begin], *last = &t->v[m->end - 1];

    return (q_mention){.point = first->point,
                       .points = last->point + last->points - first->point,
                       .text = q_tokens_span(t, m->begin, m->end),
                       .score = m->score,
                       .group_score = m->group_score,
                       .type = m->type};
}

static q_code answer(finder *f, q_target **out, size_t *count, q_err *err)
{
    q_mention *mentions = q_arena_array(f->arena, f->n, sizeof *mentions);
    size_t *best = q_arena_array(f->arena, f->groups, sizeof *best), at = 0;
    q_code rc = Q_OK;

    *out = q_arena_array(f->arena, f->groups, sizeof **out);
    if (!mentions || !best || !*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < f->n; i++)
        (*out)[f->v[i].group].mention_count++;
    for (size_t g = 0; g < f->groups; g++) {
        (*out)[g].mentions = mentions + at;
        at += (*out)[g].mention_count;
        (*out)[g].mention_count = 0;
    }
    for (size_t i = 0; i < f->n && !rc; i++) {
        const found *m = &f->v[i];
        q_target *target = &(*out)[m->group];
        size_t words = m->manner == MANNER_PRONOUN ? 0
                       : m->manner == MANNER_NOUN  ? 1
                                                   : 1 + m->end - m->begin;

        if (words > best[m->group]) {
            best[m->group] = words;
            target->descriptive = target->mention_count;
        }
        target->mentions[target->mention_count] = mention_of(f->t, m);
        rc = judge(f, m, &target->mentions[target->mention_count++].sentiment, err);
    }
    *count = f->groups;
    return rc;
}

q_code q_targets_find(const q_language *l, const q_tokens *t, q_arena *a, q_target **out,
                      size_t *count, q_err *err)
{
    finder f = {.t = t, .arena = a};
    const void *model = NULL;
    q_code rc = language__model(l, LANGUAGE_SENTIMENT, &model, err);

    *out = NULL;
    *count = 0;
    f.model = model;
    if (!rc)
        rc = mentions_find(&f, l, err);
    if (rc || !f.n)
        return rc;
    group(&f);
    return answer(&f, out, count, err);
}
