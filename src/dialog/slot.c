#include "dialog/slot.h"

#include "dialog/slot_parts.h"
#include "dialog/spelling.h"

enum { PHRASE_TOKENS = 8, OPEN_TOKENS = 64, NAME_TOKENS = 4, SPELLING_MIN = 5 };

/* A custom type may narrow a built-in one. */
static q_slot_kind kind_of(const q_slot *s)
{
    return s->kind == Q_SLOT_CUSTOM && !s->type->value_count ? s->type->parent : s->kind;
}

bool slot__is_open(const q_slot *s)
{
    switch (kind_of(s)) {
    case Q_SLOT_CUSTOM:
        return !s->type->top_resolution;
    case Q_SLOT_FIRST_NAME:
    case Q_SLOT_LAST_NAME:
    case Q_SLOT_CITY:
    case Q_SLOT_COUNTRY:
    case Q_SLOT_STATE:
    case Q_SLOT_PERSON:
    case Q_SLOT_OPEN:
    case Q_SLOT_SEARCH_QUERY:
        return true;
    default:
        return false;
    }
}

static bool same(q_str said, q_str listed, bool loosely)
{
    return q_str_eq_nocase(said, listed) ||
           (loosely && listed.n >= SPELLING_MIN && spelling__nearly(said, listed));
}

static const q_slot_value *listed(const q_slot_type *type, q_str said, bool loosely)
{
    for (size_t v = 0; v < type->value_count; v++) {
        const q_slot_value *value = &type->values[v];

        if (same(said, value->value, loosely))
            return value;
        for (size_t i = 0; i < value->synonym_count; i++)
            if (same(said, value->synonyms[i], loosely))
                return value;
    }
    return NULL;
}

/* The tokens as a whole. */
static slot_match custom_whole(const q_slot_type *type, const q_tokens *t, size_t i, size_t end)
{
    q_str said = q_tokens_span(t, i, end);
    const q_slot_value *v = listed(type, said, false);

    if (!v)
        v = listed(type, said, true);
    return v ? (slot_match){end - i, type->top_resolution ? v->value : said, true}
             : (slot_match){0};
}

static slot_match custom(const q_slot_type *type, const q_tokens *t, size_t i, size_t end)
{
    size_t most = end - i < PHRASE_TOKENS ? end - i : PHRASE_TOKENS;

    for (int loosely = 0; loosely < 2; loosely++) {
        for (size_t n = most; n > 0; n--) {
            q_str said = q_tokens_span(t, i, i + n);
            const q_slot_value *v = listed(type, said, loosely);

            if (v)
                return (slot_match){n, type->top_resolution ? v->value : said, true};
        }
    }
    return (slot_match){0};
}

q_tokens slot__tokens(const slot_place *p)
{
    return (q_tokens){p->t->text, p->t->v, p->end};
}

q_code slot__match(const slot_place *p, size_t tokens, q_str text, slot_match *out)
{
    *out = (slot_match){tokens, q_str_copy(p->arena, text), true};
    return out->value.p ? Q_OK : q_err_nomem(p->err);
}

static slot_rule *rule_of(q_slot_kind kind)
{
    static slot_rule *const RULES[] = {
        [Q_SLOT_NUMBER] = slot__number,
        [Q_SLOT_DATE] = slot__date,
        [Q_SLOT_TIME] = slot__time,
        [Q_SLOT_ALPHANUMERIC] = slot__alphanumeric,
        [Q_SLOT_EMAIL] = slot__email,
        [Q_SLOT_PHONE] = slot__phone,
        [Q_SLOT_PERCENTAGE] = slot__percentage,
        [Q_SLOT_DURATION] = slot__duration,
        [Q_SLOT_CURRENCY] = slot__currency,
        [Q_SLOT_SPEED] = slot__speed,
        [Q_SLOT_WEIGHT] = slot__weight,
        [Q_SLOT_FIRST_NAME] = slot__first_name,
        [Q_SLOT_PERSON] = slot__person,
        [Q_SLOT_CITY] = slot__place_name,
        [Q_SLOT_COUNTRY] = slot__place_name,
        [Q_SLOT_STATE] = slot__state,
    };

    return (size_t)kind < sizeof RULES / sizeof RULES[0] ? RULES[kind] : NULL;
}

q_code slot__at(const q_slot *s, const q_tokens *t, size_t i, size_t end, int64_t now_ms,
                q_arena *a, slot_match *out, q_err *err)
{
    slot_place p = {t, i, end, now_ms, a, err};
    slot_rule *rule = rule_of(kind_of(s));

    *out = (slot_match){0};
    if (i >= end)
        return Q_OK;
    if (s->type && s->type->parent == Q_SLOT_ALPHANUMERIC && s->type->pattern.n)
        return slot__pattern(&p, s->type->pattern, out);
    if (rule)
        return rule(&p, out);
    if (s->kind == Q_SLOT_CUSTOM)
        *out = custom(s->type, t, i, end);
    return Q_OK;
}

/* Whether any words will do as the value. */
static bool open_fits(const q_slot *s, const q_tokens *t, size_t i, size_t end)
{
    q_slot_kind kind = kind_of(s);

    if (kind == Q_SLOT_CUSTOM || kind == Q_SLOT_OPEN || kind == Q_SLOT_SEARCH_QUERY)
        return end - i <= OPEN_TOKENS;
    if (end - i > NAME_TOKENS)
        return false;
    for (; i < end; i++)
        if (t->v[i].kind != Q_TOKEN_WORD && t->v[i].kind != Q_TOKEN_IDEOGRAPH &&
            !q_token_mark(&t->v[i], '-') && !q_token_mark(&t->v[i], '.'))
            return false;
    return true;
}

q_code slot__whole(const q_slot *s, const q_tokens *t, size_t i, size_t end, int64_t now_ms,
                   q_arena *a, slot_match *out, q_err *err)
{
    q_code rc = Q_OK;

    *out = (slot_match){0};
    if (kind_of(s) == Q_SLOT_CUSTOM && i < end)
        *out = custom_whole(s->type, t, i, end);
    else
        rc = slot__at(s, t, i, end, now_ms, a, out, err);
    if (rc || (out->tokens && out->tokens == end - i))
        return rc;
    *out = (slot_match){0};
    if (slot__is_open(s) && i < end && open_fits(s, t, i, end))
        *out = (slot_match){end - i, q_tokens_span(t, i, end), false};
    return Q_OK;
}
