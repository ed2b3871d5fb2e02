#include "language/entity.h"

#include "language/date.h"
#include "language/entity_name.h"
#include "language/match.h"
#include "language/model_parts.h"

static const float HOLDS = 0.45f; /* the score of a name that may swallow what is in it */

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

/* By grammar: addresses, identifiers, dates and amounts of the usual forms. */
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

static bool is_amount(const entity_found *e)
{
    return e->type == Q_ENTITY_DATE || e->type == Q_ENTITY_QUANTITY;
}

/* An identifier that may be a date, "2020/Sep/23": no blank in it, no number longer than a year. */
static bool like_date(const q_tokens *t, const entity_found *e)
{
    if (e->end - e->begin < 3 || e->end - e->begin > 5)
        return false;
    for (size_t i = e->begin; i < e->end; i++)
        if ((i > e->begin && t->v[i].space) || q_token_mark(&t->v[i], '@') ||
            (t->v[i].kind == Q_TOKEN_NUMBER && t->v[i].text.n > 4))
            return false;
    return true;
}

/* Of two that overlap, whether the first wins. Addresses and identifiers win over amounts but
 * dates that they may be part of; a learnt amount over one by grammar; a name that surely holds
 * more over what is in it, as in "the 1996 Summer Olympics"; else the surer one.
 */
static bool wins(const q_tokens *t, const entity_found *x, bool x_rule, const entity_found *y,
                 bool y_rule)
{
    bool x_amount = is_amount(x), y_amount = is_amount(y),
         holds = x->begin <= y->begin && x->end >= y->end && x->end - x->begin > y->end - y->begin,
         held = y->begin <= x->begin && y->end >= x->end && y->end - y->begin > x->end - x->begin;

    if (x_amount && y_amount)
        return y_rule && (!x_rule || x->begin <= y->begin);
    if (x_rule && !x_amount && y_amount)
        return y->type != Q_ENTITY_DATE || !like_date(t, x);
    if (y_rule && !y_amount && x_amount)
        return x->type == Q_ENTITY_DATE && like_date(t, y);
    if (holds && !x_amount)
        return x->score > HOLDS;
    if (held && !y_amount)
        return y->score <= HOLDS;
    return x->score >= y->score;
}

typedef struct found_list {
    entity_found *v;
    size_t n;
    bool rule;
} found_list;

/* Both lists in order, without overlaps; in the arena. */
static q_code merge(const q_tokens *t, const found_list *x, const found_list *y, q_arena *a,
                    found_list *out, q_err *err)
{
    size_t i = 0, k = 0;

    out->v = q_arena_array(a, x->n + y->n, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    while (i < x->n || k < y->n) {
        if (i < x->n && k < y->n && x->v[i].begin < y->v[k].end && y->v[k].begin < x->v[i].end) {
            if (wins(t, &x->v[i], x->rule, &y->v[k], y->rule))
                k++;
            else
                i++;
        } else if (k == y->n || (i < x->n && x->v[i].begin < y->v[k].begin)) {
            out->v[out->n++] = x->v[i++];
        } else {
            out->v[out->n++] = y->v[k++];
        }
    }
    return Q_OK;
}

static q_entity entity_of(const q_tokens *t, const entity_found *e)
{
    const q_token *first = &t->v[e->begin], *last = &t->v[e->end - 1];

    return (q_entity){.type = e->type,
                      .score = e->score,
                      .text = q_tokens_span(t, e->begin, e->end),
                      .point = first->point,
                      .points = last->point + last->points - first->point};
}

static q_code find_all(const q_language *l, const q_tokens *t, q_arena *a, found_list *out,
                       q_err *err)
{
    found_list rules = {.rule = true}, amounts = {0}, named = {0}, both = {0};
    const void *name_model, *amount_model;
    word *w;
    q_code rc = language__model(l, LANGUAGE_ENTITIES, &name_model, err);

    if (!rc)
        rc = language__model(l, LANGUAGE_AMOUNTS, &amount_model, err);
    if (!rc)
        rc = language__words(l, t, a, &w, err);
    if (!rc)
        rc = entity__label(&entity_names, name_model, t, w, a, &named.v, &named.n, err);
    if (!rc)
        rc = entity__label(&entity_amounts, amount_model, t, w, a, &amounts.v, &amounts.n, err);
    for (size_t i = 0; i < amounts.n; i++) /* texts without blanks run into amounts */
        while (amounts.v[i].end - amounts.v[i].begin > 1 &&
               t->v[amounts.v[i].begin].kind == Q_TOKEN_IDEOGRAPH)
            amounts.v[i].begin++;
    if (!rc)
        rc = by_grammar(t, a, &rules.v, &rules.n, err);
    if (!rc)
        rc = merge(t, &amounts, &rules, a, &both, err);
    return rc ? rc : merge(t, &named, &both, a, out, err);
}

q_code q_entities_find(const q_language *l, const q_tokens *t, q_arena *a, q_entity **out,
                       size_t *count, q_err *err)
{
    found_list found = {0};
    q_code rc = find_all(l, t, a, &found, err);

    *out = NULL;
    *count = 0;
    if (rc)
        return rc;
    *out = q_arena_array(a, found.n, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    *count = found.n;
    for (size_t i = 0; i < found.n; i++)
        (*out)[i] = entity_of(t, &found.v[i]);
    return Q_OK;
}

const char *q_entity_type_name(q_entity_type type)
{
    static const char *const NAMES[] = {"PERSON",          "LOCATION", "ORGANIZATION",
                                        "COMMERCIAL_ITEM", "EVENT",    "DATE",
                                        "QUANTITY",        "TITLE",    "OTHER"};

    return NAMES[type];
}
