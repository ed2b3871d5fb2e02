#include "dialog/slot.h"

#include "language/date.h"
#include "language/gazetteer.h"
#include "language/number.h"

#include <stdio.h>
#include <string.h>

enum { PHRASE_TOKENS = 8, OPEN_TOKENS = 64, NAME_TOKENS = 4, SPELLING_MIN = 5 };

bool slot__is_open(const q_slot *s)
{
    switch (s->kind) {
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

static q_tokens first_tokens(const q_tokens *t, size_t end)
{
    return (q_tokens){t->text, t->v, end};
}

/* At most one letter put in, left out or changed; ASCII case aside. */
static bool nearly(q_str a, q_str b)
{
    size_t front = 0, back = 0, shorter = a.n < b.n ? a.n : b.n;

    if (a.n > b.n + 1 || b.n > a.n + 1)
        return false;
    while (front < shorter && q_to_lower(a.p[front]) == q_to_lower(b.p[front]))
        front++;
    while (back < shorter - front &&
           q_to_lower(a.p[a.n - 1 - back]) == q_to_lower(b.p[b.n - 1 - back]))
        back++;
    return a.n - front - back <= 1 && b.n - front - back <= 1;
}

static bool same(q_str said, q_str listed, bool loosely)
{
    return q_str_eq_nocase(said, listed) ||
           (loosely && listed.n >= SPELLING_MIN && nearly(said, listed));
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

static q_code number(const q_tokens *t, size_t i, size_t end, q_arena *a, slot_match *out,
                     q_err *err)
{
    q_tokens cut = first_tokens(t, end);
    q_number n = q_number_at(&cut, i);

    if (!n.tokens || n.ordinal || (i > 0 && !t->v[i].space && q_token_mark(&t->v[i - 1], '-')))
        return Q_OK;
    *out = (slot_match){n.tokens, q_str_printf(a, "%.15g", n.value), true};
    return out->value.p ? Q_OK : q_err_nomem(err);
}

static q_code percentage(const q_tokens *t, size_t i, size_t end, q_arena *a, slot_match *out,
                         q_err *err)
{
    slot_match m = {0};
    q_code rc = number(t, i, end, a, &m, err);

    if (rc || !m.tokens)
        return rc;
    i += m.tokens;
    if (i < end && (q_token_mark(&t->v[i], '%') || q_token_is(&t->v[i], "percent")))
        m.tokens++;
    *out = m;
    return Q_OK;
}

static q_code date(const q_tokens *t, size_t i, size_t end, int64_t now_ms, q_arena *a,
                   slot_match *out, q_err *err)
{
    q_tokens cut = first_tokens(t, end);
    q_date d = q_date_at(&cut, i);
    char iso[11];

    if (!d.tokens)
        return Q_OK;
    q_date_iso(&d, now_ms, iso);
    if (!*iso)
        return Q_OK;
    *out = (slot_match){d.tokens, q_str_copy(a, q_str_of(iso)), true};
    return out->value.p ? Q_OK : q_err_nomem(err);
}

static q_code time_of_day(const q_tokens *t, size_t i, size_t end, q_arena *a, slot_match *out,
                          q_err *err)
{
    q_tokens cut = first_tokens(t, end);
    q_date d = q_date_at(&cut, i);

    if (q_token_is(&t->v[i], "noon"))
        d = (q_date){.kind = Q_DATE_TIME, .tokens = 1, .hour = 12};
    else if (q_token_is(&t->v[i], "midnight"))
        d = (q_date){.kind = Q_DATE_TIME, .tokens = 1};
    if (!d.tokens || d.kind != Q_DATE_TIME)
        return Q_OK;
    *out = (slot_match){d.tokens, q_str_printf(a, "%02d:%02d", d.hour % 24, d.minute), true};
    return out->value.p ? Q_OK : q_err_nomem(err);
}

static bool has_digit(const q_token *t)
{
    return t->kind == Q_TOKEN_NUMBER || t->kind == Q_TOKEN_MIXED;
}

/* Letters and digits with no blank between, one digit at least: "35678-9". */
static slot_match alphanumeric(const q_tokens *t, size_t i, size_t end)
{
    size_t n = 0, last = 0;
    bool digit = false;

    if (i > 0 && !t->v[i].space && !q_token_mark(&t->v[i - 1], '#') &&
        !q_token_mark(&t->v[i - 1], '"') && !q_token_mark(&t->v[i - 1], '\'') &&
        !q_token_mark(&t->v[i - 1], '('))
        return (slot_match){0};
    for (; i + n < end && !(n && t->v[i + n].space); n++) {
        const q_token *k = &t->v[i + n];

        if (k->kind == Q_TOKEN_WORD || has_digit(k)) {
            digit |= has_digit(k);
            last = n + 1;
        } else if (!n || k->kind != Q_TOKEN_PUNCTUATION) {
            break;
        }
    }
    return digit ? (slot_match){last, q_tokens_span(t, i, i + last), true} : (slot_match){0};
}

static slot_match email(const q_tokens *t, size_t i, size_t end)
{
    size_t n = 0, last = 0;
    bool at = false, point = false;

    for (; i + n < end && !(n && t->v[i + n].space); n++) {
        const q_token *k = &t->v[i + n];

        if (q_token_mark(k, '@')) {
            if (at || !n)
                return (slot_match){0};
            at = true;
        } else if (k->kind == Q_TOKEN_WORD || has_digit(k)) {
            point |= at && q_token_mark(&t->v[i + n - 1], '.');
            last = n + 1;
        } else if (!q_token_mark(k, '.') && !q_token_mark(k, '-') && !q_token_mark(k, '_') &&
                   !q_token_mark(k, '+')) {
            break;
        }
    }
    return at && point ? (slot_match){last, q_tokens_span(t, i, i + last), true} : (slot_match){0};
}

/* 7 to 15 digits; the value is the digits alone. */
static q_code phone(const q_tokens *t, size_t i, size_t end, q_arena *a, slot_match *out,
                    q_err *err)
{
    char digits[16];
    size_t n = 0, last = 0, count = 0;

    for (; i + n < end && n < 24; n++) {
        const q_token *k = &t->v[i + n];

        if (k->kind == Q_TOKEN_NUMBER) {
            for (size_t c = 0; c < k->text.n; c++) {
                if (!q_is_digit(k->text.p[c]))
                    continue;
                if (count == sizeof digits - 1)
                    return Q_OK;
                digits[count++] = k->text.p[c];
            }
            last = n + 1;
        } else if (!q_token_mark(k, '-') && !q_token_mark(k, '(') && !q_token_mark(k, ')') &&
                   !q_token_mark(k, '+') && !q_token_mark(k, '.')) {
            break;
        }
    }
    if (count < 7)
        return Q_OK;
    *out = (slot_match){last, q_str_copy(a, (q_str){digits, count}), true};
    return out->value.p ? Q_OK : q_err_nomem(err);
}

static slot_match known_name(const q_tokens *t, size_t i, size_t end, char kind)
{
    q_tokens cut = first_tokens(t, end);
    size_t n;
    const char *kinds = q_gazetteer_at(&cut, i, &n);

    if (!n || !strchr(kinds, kind))
        return (slot_match){0};
    return (slot_match){n, q_tokens_span(t, i, i + n), true};
}

q_code slot__at(const q_slot *s, const q_tokens *t, size_t i, size_t end, int64_t now_ms,
                q_arena *a, slot_match *out, q_err *err)
{
    *out = (slot_match){0};
    if (i >= end)
        return Q_OK;
    switch (s->kind) {
    case Q_SLOT_CUSTOM:
        *out = custom(s->type, t, i, end);
        break;
    case Q_SLOT_NUMBER:
        return number(t, i, end, a, out, err);
    case Q_SLOT_PERCENTAGE:
        return percentage(t, i, end, a, out, err);
    case Q_SLOT_DATE:
        return date(t, i, end, now_ms, a, out, err);
    case Q_SLOT_TIME:
        return time_of_day(t, i, end, a, out, err);
    case Q_SLOT_PHONE:
        return phone(t, i, end, a, out, err);
    case Q_SLOT_ALPHANUMERIC:
        *out = alphanumeric(t, i, end);
        break;
    case Q_SLOT_EMAIL:
        *out = email(t, i, end);
        break;
    case Q_SLOT_FIRST_NAME:
        *out = known_name(t, i, end, 'G');
        break;
    case Q_SLOT_CITY:
    case Q_SLOT_COUNTRY:
    case Q_SLOT_STATE:
        *out = known_name(t, i, end, 'L');
        break;
    case Q_SLOT_LAST_NAME:
    case Q_SLOT_PERSON:
    case Q_SLOT_DURATION:
    case Q_SLOT_CURRENCY:
    case Q_SLOT_SPEED:
    case Q_SLOT_WEIGHT:
    case Q_SLOT_OPEN:
    case Q_SLOT_SEARCH_QUERY:
        break;
    }
    return Q_OK;
}

/* Whether any words will do as the value. */
static bool open_fits(const q_slot *s, const q_tokens *t, size_t i, size_t end)
{
    if (s->kind == Q_SLOT_CUSTOM || s->kind == Q_SLOT_SEARCH_QUERY)
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
    if (s->kind == Q_SLOT_CUSTOM && i < end)
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
