#include "language/entity.h"

#include "language/date.h"
#include "language/match.h"

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
        match__address, as_date, match__identifier, match__quantity, match__name,
    };
    match m = {0};

    if (t->v[i].kind == Q_TOKEN_IDEOGRAPH)
        return m;
    for (size_t r = 0; !m.tokens && r < sizeof rules / sizeof rules[0]; r++)
        m = rules[r](t, i);
    return m;
}

q_code q_entities_find(const q_tokens *t, q_arena *a, q_entity **out, size_t *count, q_err *err)
{
    size_t cap = 0;

    *out = NULL;
    *count = 0;
    for (size_t i = 0; i < t->n;) {
        match m = at(t, i);
        const q_token *first, *last;

        if (!m.tokens) {
            i += m.skip ? m.skip : 1;
            continue;
        }
        if (q_arena_grow(a, out, &cap, *count + 1, sizeof **out))
            return q_err_nomem(err);
        first = &t->v[i + m.skip];
        last = &t->v[i + m.skip + m.tokens - 1];
        (*out)[(*count)++] = (q_entity){.type = m.type,
                                        .score = m.score,
                                        .text = q_tokens_span(t, i + m.skip, i + m.skip + m.tokens),
                                        .point = first->point,
                                        .points = last->point + last->points - first->point};
        i += m.skip + m.tokens;
    }
    return Q_OK;
}

const char *q_entity_type_name(q_entity_type type)
{
    static const char *const NAMES[] = {"PERSON",          "LOCATION", "ORGANIZATION",
                                        "COMMERCIAL_ITEM", "EVENT",    "DATE",
                                        "QUANTITY",        "TITLE",    "OTHER"};

    return NAMES[type];
}
