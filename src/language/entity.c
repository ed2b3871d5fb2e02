#include "language/entity.h"

#include "language/date.h"
#include "language/entity_name.h"
#include "language/match.h"
#include "language/model_parts.h"

static match as_date(const q_tokens *t, size_t i)
{
    q_date d;

    if (i > 0 && !t->v[i].space && t->v[i - 1].kind != Q_TOKEN_PUNCTUATION)
        return (match){0};
    d = q_date_at(t, i);
    return (match){.tokens = d.tokens, .type = Q_ENTITY_DATE, .score = d.score};
}

/* The first rule that fits decides; the order is from strict to loose. */
static match at(const q_tokens *t, size_t i)
{
    match (*const rules[])(const q_tokens *, size_t) = {
        match__address,
        as_date,
        match__identifier,
        match__quantity,
    };
    match m = {0};

    if (t->v[i].kind == Q_TOKEN_IDEOGRAPH)
        return m;
    for (size_t r = 0; !m.tokens && r < sizeof rules / sizeof rules[0]; r++)
        m = rules[r](t, i);
    return m;
}

/* By grammar: what has digits, dates and numbers in words. */
static q_code by_grammar(const q_tokens *t, q_arena *a, entity_found **out, size_t *count,
                         q_err *err)
{
    size_t cap = 0;

    for (size_t i = 0; i < t->n;) {
        match m = at(t, i);

        if (!m.tokens) {
            i += m.skip ? m.skip : 1;
            continue;
        }
        if (q_arena_grow(a, out, &cap, *count + 1, sizeof **out))
            return q_err_nomem(err);
        i += m.skip;
        (*out)[(*count)++] = (entity_found){i, i + m.tokens, m.type, m.score};
        i += m.tokens;
    }
    return Q_OK;
}

static const float HOLDS = 0.6f;

/* Of a name and a grammar's match that overlap: a name that surely holds more wins,
 * as in "the 1996 Summer Olympics"; else the one that is surer.
 */
static bool name_wins(const entity_found *name, const entity_found *rule)
{
    bool holds = name->begin <= rule->begin && name->end >= rule->end,
         more = name->end - name->begin > rule->end - rule->begin;

    if (holds && more)
        return name->score > HOLDS;
    return name->score > rule->score;
}

static q_code put(const q_tokens *t, const entity_found *e, q_arena *a, q_entity **out,
                  size_t *count, size_t *cap, q_err *err)
{
    const q_token *first = &t->v[e->begin], *last = &t->v[e->end - 1];

    if (q_arena_grow(a, out, cap, *count + 1, sizeof **out))
        return q_err_nomem(err);
    (*out)[(*count)++] = (q_entity){.type = e->type,
                                    .score = e->score,
                                    .text = q_tokens_span(t, e->begin, e->end),
                                    .point = first->point,
                                    .points = last->point + last->points - first->point};
    return Q_OK;
}

q_code q_entities_find(const q_language *l, const q_tokens *t, q_arena *a, q_entity **out,
                       size_t *count, q_err *err)
{
    entity_found *v[2] = {NULL, NULL};
    size_t n[2] = {0, 0}, i = 0, k = 0, cap = 0;
    const void *model;
    word *w;
    q_code rc = language__model(l, LANGUAGE_ENTITIES, &model, err);

    *out = NULL;
    *count = 0;
    if (!rc)
        rc = language__words(l, t, a, &w, err);
    if (!rc)
        rc = entity__names(model, t, w, a, &v[0], &n[0], err);
    if (!rc)
        rc = by_grammar(t, a, &v[1], &n[1], err);
    while (!rc && (i < n[0] || k < n[1])) {
        if (i < n[0] && k < n[1] && v[0][i].begin < v[1][k].end && v[1][k].begin < v[0][i].end) {
            if (name_wins(&v[0][i], &v[1][k]))
                k++;
            else
                i++;
        } else if (k == n[1] || (i < n[0] && v[0][i].begin < v[1][k].begin)) {
            rc = put(t, &v[0][i++], a, out, count, &cap, err);
        } else {
            rc = put(t, &v[1][k++], a, out, count, &cap, err);
        }
    }
    return rc;
}

const char *q_entity_type_name(q_entity_type type)
{
    static const char *const NAMES[] = {"PERSON",          "LOCATION", "ORGANIZATION",
                                        "COMMERCIAL_ITEM", "EVENT",    "DATE",
                                        "QUANTITY",        "TITLE",    "OTHER"};

    return NAMES[type];
}
