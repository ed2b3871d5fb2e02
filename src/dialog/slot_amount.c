#include "dialog/slot_parts.h"

#include "language/number.h"

#include <stdio.h>

q_code slot__number(const slot_place *p, slot_match *out)
{
    q_tokens cut = slot__tokens(p);
    q_number n = q_number_at(&cut, p->i);
    char text[40];

    if (!n.tokens || n.ordinal ||
        (p->i > 0 && !p->t->v[p->i].space && q_token_mark(&p->t->v[p->i - 1], '-')))
        return Q_OK;
    snprintf(text, sizeof text, "%.15g", n.value);
    return slot__match(p, n.tokens, q_str_of(text), out);
}

/* "7.5 %", "fifty percent" give "7.5%", "50%"; a number alone stays one. */
q_code slot__percentage(const slot_place *p, slot_match *out)
{
    slot_match number = {0};
    q_code rc = slot__number(p, &number);
    size_t end = p->i + number.tokens;

    if (rc || !number.tokens)
        return rc;
    if (end < p->end &&
        (q_token_mark(&p->t->v[end], '%') || q_token_is(&p->t->v[end], "percent"))) {
        char text[48];

        snprintf(text, sizeof text, "%.*s%%", Q_ARG(number.value));
        return slot__match(p, number.tokens + 1, q_str_of(text), out);
    }
    *out = number;
    return Q_OK;
}

typedef struct unit {
    const char *said, *code; /* words with one blank between */
} unit;

/* How many tokens from i on are the words; 0: others. */
static size_t words_at(const slot_place *p, size_t i, const char *words)
{
    q_str left = q_str_of(words), word;
    size_t n = 0;

    while (left.n) {
        q_str_cut(left, ' ', &word, &left);
        if (i + n >= p->end || !q_str_eq_nocase(p->t->v[i + n].text, word))
            return 0;
        n++;
    }
    return n;
}

static const unit *unit_at(const slot_place *p, size_t i, const unit *units, size_t count,
                           size_t *tokens)
{
    const unit *best = NULL;

    *tokens = 0;
    for (size_t u = 0; u < count; u++) {
        size_t n = words_at(p, i, units[u].said);

        if (n > *tokens) {
            *tokens = n;
            best = &units[u];
        }
    }
    return best;
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* "$20", "20 dollars", "EUR 5" give "20 USD", "5 EUR". */
q_code slot__currency(const slot_place *p, slot_match *out)
{
    static const unit CURRENCIES[] = {
        {"$", "USD"},
        {"dollars", "USD"},
        {"dollar", "USD"},
        {"usd", "USD"},
        {"bucks", "USD"},
        {"us dollars", "USD"},
        {"\xE2\x82\xAC", "EUR"},
        {"euros", "EUR"},
        {"euro", "EUR"},
        {"eur", "EUR"},
        {"\xC2\xA3", "GBP"},
        {"pounds", "GBP"},
        {"pound", "GBP"},
        {"gbp", "GBP"},
        {"\xC2\xA5", "JPY"},
        {"yen", "JPY"},
        {"jpy", "JPY"},
        {"rupees", "INR"},
        {"rupee", "INR"},
        {"inr", "INR"},
        {"\xE2\x82\xB9", "INR"},
        {"francs", "CHF"},
        {"chf", "CHF"},
    };
    size_t before, behind;
    const unit *u = unit_at(p, p->i, CURRENCIES, COUNT(CURRENCIES), &before);
    slot_place rest = *p;
    slot_match number = {0};
    char text[48];
    q_code rc;

    rest.i += before;
    rc = rest.i < p->end ? slot__number(&rest, &number) : Q_OK;
    if (rc || !number.tokens)
        return rc;
    if (!u)
        u = unit_at(p, rest.i + number.tokens, CURRENCIES, COUNT(CURRENCIES), &behind);
    else
        behind = 0;
    if (!u)
        return Q_OK;
    snprintf(text, sizeof text, "%.*s %s", Q_ARG(number.value), u->code);
    return slot__match(p, before + number.tokens + behind, q_str_of(text), out);
}

static q_code unit_match(const slot_place *p, const unit *units, size_t count, slot_match *out)
{
    size_t tokens;
    const unit *u = unit_at(p, p->i, units, count, &tokens);

    return u ? slot__match(p, tokens, q_str_of(u->code), out) : Q_OK;
}

/* The unit alone, as the API documents it. */
q_code slot__speed(const slot_place *p, slot_match *out)
{
    static const unit SPEEDS[] = {
        {"miles per hour", "mph"},
        {"mph", "mph"},
        {"m / h", "mph"},
        {"miles an hour", "mph"},
        {"kilometers per hour", "kmph"},
        {"kilometres per hour", "kmph"},
        {"km per hour", "kmph"},
        {"kmph", "kmph"},
        {"km / h", "kmph"},
        {"kph", "kmph"},
        {"meters per second", "mps"},
        {"metres per second", "mps"},
        {"mps", "mps"},
        {"m / s", "mps"},
        {"nautical miles per hour", "knot"},
        {"knots", "knot"},
        {"knot", "knot"},
    };

    return unit_match(p, SPEEDS, COUNT(SPEEDS), out);
}

q_code slot__weight(const slot_place *p, slot_match *out)
{
    static const unit WEIGHTS[] = {
        {"kilograms", "kg"}, {"kilogram", "kg"}, {"kilos", "kg"}, {"kilo", "kg"},
        {"kgs", "kg"},       {"kg", "kg"},       {"grams", "g"},  {"gram", "g"},
        {"gms", "g"},        {"gm", "g"},        {"g", "g"},      {"milligrams", "mg"},
        {"milligram", "mg"}, {"mgs", "mg"},      {"mg", "mg"},    {"pounds", "lbs"},
        {"pound", "lbs"},    {"lbs", "lbs"},     {"lb", "lbs"},   {"ounces", "oz"},
        {"ounce", "oz"},     {"oz", "oz"},       {"tonnes", "t"}, {"tonne", "t"},
        {"tons", "t"},       {"ton", "t"},       {"t", "t"},      {"kilotons", "kt"},
        {"kiloton", "kt"},   {"kt", "kt"},
    };

    return unit_match(p, WEIGHTS, COUNT(WEIGHTS), out);
}
