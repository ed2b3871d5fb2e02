/* Amounts: money, percentages, measures, counts, ordinals. */
#include "language/amount.h"
#include "language/match.h"

#include "language/lexicon.h"
#include "language/number.h"

static const char *const CURRENCIES[] = {
    "aud",     "baht",     "bucks",     "cad",      "cent",   "cents",   "chf",    "cny",  "crore",
    "dinar",   "dinars",   "dirham",    "dirhams",  "dollar", "dollars", "eur",    "euro", "euros",
    "franc",   "francs",   "gbp",       "inr",      "jpy",    "krona",   "kroner", "lakh", "lira",
    "naira",   "pence",    "peso",      "pesos",    "pound",  "pounds",  "quid",   "rand", "reais",
    "real",    "rmb",      "ruble",     "rubles",   "rupee",  "rupees",  "rupiah", "sek",  "shekel",
    "shekels", "shilling", "shillings", "sterling", "usd",    "won",     "yen",    "yuan"};

static const char *const UNITS[] = {
    "acre",       "acres",       "ampere",      "bar",        "barrel",    "barrels",
    "bit",        "bits",        "byte",        "bytes",      "calories",  "carat",
    "celsius",    "centimeters", "centimetres", "cm",         "day",       "days",
    "db",         "decade",      "decades",     "degree",     "degrees",   "dozen",
    "fahrenheit", "fathoms",     "feet",        "foot",       "ft",        "g",
    "gallon",     "gallons",     "gb",          "ghz",        "gigabytes", "gram",
    "grams",      "hectare",     "hectares",    "hour",       "hours",     "hz",
    "inch",       "inches",      "kb",          "kbps",       "kcal",      "kg",
    "kgs",        "khz",         "kilo",        "kilobytes",  "kilogram",  "kilograms",
    "kilometer",  "kilometers",  "kilometre",   "kilometres", "kilos",     "km",
    "kmh",        "kms",         "knots",       "kph",        "kw",        "kwh",
    "l",          "lb",          "lbs",         "liter",      "liters",    "litre",
    "litres",     "m",           "mb",          "mbps",       "megabytes", "meter",
    "meters",     "metre",       "metres",      "mg",         "mhz",       "mile",
    "miles",      "milligrams",  "millimeters", "minute",     "minutes",   "ml",
    "mm",         "month",       "months",      "mph",        "ms",        "mw",
    "nm",         "ohms",        "ounce",       "ounces",     "oz",        "people",
    "percent",    "pint",        "points",      "psi",        "quart",     "sec",
    "second",     "seconds",     "sq",          "stone",      "tb",        "terabytes",
    "times",      "ton",         "tonne",       "tonnes",     "tons",      "users",
    "v",          "volt",        "volts",       "w",          "watt",      "watts",
    "week",       "weeks",       "yard",        "yards",      "year",      "years"};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const q_token *token(const q_tokens *t, size_t i)
{
    static const q_token NONE = {.kind = Q_TOKEN_SYMBOL, .space = true, .line = true};

    return i < t->n ? &t->v[i] : &NONE;
}

static bool is_currency(const q_token *t)
{
    return t->kind == Q_TOKEN_CURRENCY ||
           (t->kind == Q_TOKEN_WORD && q_word_in(CURRENCIES, COUNT(CURRENCIES), t->lower));
}

bool amount__unit(const q_token *t)
{
    return is_currency(t) || q_word_in(UNITS, COUNT(UNITS), t->lower);
}

/* "3m", "2.5kg": digits with a unit tied on. */
static bool number_with_unit(const q_token *t)
{
    size_t d = 0;
    q_str unit;

    if (t->kind != Q_TOKEN_MIXED || !t->lower.n)
        return false;
    while (d < t->lower.n &&
           (q_is_digit(t->lower.p[d]) || t->lower.p[d] == '.' || t->lower.p[d] == ','))
        d++;
    unit = q_str_sub(t->lower, d, t->lower.n);
    return d > 0 && unit.n &&
           (q_str_is(unit, "k") || q_str_is(unit, "bn") || q_str_is(unit, "mn") ||
            q_str_is(unit, "x") || q_word_in(UNITS, COUNT(UNITS), unit));
}

/* How many tokens of unit are at `at`: "%", "per cent", "kg", "square miles",
 * "million dollars" minus the number, "years old".
 */
static size_t unit_at(const q_tokens *t, size_t at, float *score)
{
    const q_token *k = token(t, at);
    size_t n = 0;

    if (k->line)
        return 0;
    *score = 0.98f;
    if (q_token_mark(k, '%') || is_currency(k))
        n = 1;
    else if (q_token_is(k, "per") && q_token_is(token(t, at + 1), "cent"))
        return 2;
    else if (k->lower.n == 2 && q_str_is(k->lower, "\xC2\xB0") && !token(t, at + 1)->space &&
             token(t, at + 1)->points == 1)
        return 2;
    else if (q_str_is(k->text, "\xC2\xB0"))
        return 1;
    if (n && (q_token_is(token(t, at + 1), "dollars") || q_token_is(token(t, at + 1), "sterling")))
        return 2;
    if (n)
        return n;
    if (q_token_mark(k, '-') && !k->space && !token(t, at + 1)->space) {
        at++, n++;
        k = token(t, at);
    } else if (q_token_is(k, "square") || q_token_is(k, "cubic")) {
        at++, n++;
        k = token(t, at);
    }
    if (k->kind != Q_TOKEN_WORD || !q_word_in(UNITS, COUNT(UNITS), k->lower))
        return 0;
    n++;
    *score = 0.95f;
    if (q_token_mark(token(t, at + 1), '-') && q_token_is(token(t, at + 2), "old"))
        n += 2;
    else if (q_token_is(token(t, at + 1), "old"))
        n++;
    else if (q_token_is(token(t, at + 1), "per") &&
             q_word_in(UNITS, COUNT(UNITS), token(t, at + 2)->lower))
        n += 2;
    return n;
}

/* Words that make a plain number a name rather than an amount. */
static bool names_number(const q_token *t)
{
    static const char *const NOUNS[] = {
        "account", "case",  "chapter", "figure", "flight", "gate",   "id",     "invoice",
        "item",    "no",    "number",  "order",  "page",   "po",     "policy", "ref",
        "room",    "route", "section", "serial", "table",  "ticket", "version"};

    return q_word_in(NOUNS, COUNT(NOUNS), t->lower);
}

/* The tokens before i tell an identifier: "Invoice number: 1042", "no. 7". */
static bool after_name(const q_tokens *t, size_t i)
{
    for (int back = 0; i > 0 && back < 3; back++) {
        const q_token *k = &t->v[--i];

        if (names_number(k))
            return true;
        if (!q_token_mark(k, ':') && !q_token_mark(k, '#') && !q_token_mark(k, '.') &&
            !q_token_is(k, "is"))
            return false;
    }
    return false;
}

static bool counts(const q_token *t)
{
    unsigned c = q_word_listed(t->lower);

    return t->kind == Q_TOKEN_WORD && !t->capital && !(c & Q_WORD_FUNCTION) &&
           (c ? c & Q_WORD_NOUN : q_str_ends(t->lower, Q_STR("s"))) && t->lower.n > 3;
}

/* "$2,100.00", "US$ 5", "EUR 3.50", "-4 %", "5 kg", "three users", "2nd". */
match match__quantity(const q_tokens *t, size_t i)
{
    size_t at = i;
    match m = {.type = Q_ENTITY_QUANTITY, .score = 0.98f};
    q_number n;
    float unit_score;
    size_t unit;
    bool money = false;

    if (i > 0 && !t->v[i].space && t->v[i - 1].kind == Q_TOKEN_WORD)
        return (match){0};
    if (t->v[at].space && (q_token_mark(&t->v[at], '-') || q_token_mark(&t->v[at], '+')) &&
        !token(t, at + 1)->space)
        at++;
    if (q_token_is(token(t, at), "us") && token(t, at + 1)->kind == Q_TOKEN_CURRENCY)
        at++;
    if (is_currency(token(t, at)) && !token(t, at + 1)->line) {
        money = true;
        at++;
        if (q_token_mark(token(t, at), '-') && !token(t, at + 1)->space)
            at++;
    }
    if (number_with_unit(token(t, at))) {
        m.tokens = at + 1 - i;
        return m;
    }
    n = q_number_at(t, at);
    if (!n.tokens)
        return (match){0};
    at += n.tokens;
    unit = unit_at(t, at, &unit_score);
    if (unit) {
        m.score = unit_score;
        at += unit;
    } else if (money) {
        m.score = 0.98f;
    } else if (n.ordinal) {
        m.score = 0.85f;
    } else if (n.plain && after_name(t, i)) {
        m.type = Q_ENTITY_OTHER;
        m.score = 0.93f;
    } else if (!n.digits && n.value == 1) {
        return (match){0}; /* "one" is mostly a pronoun */
    } else if (!n.digits && t->v[i].capital && i > 0 && t->v[i - 1].capital && !t->v[i].line) {
        return (match){0}; /* "Merchant Three" */
    } else if (counts(token(t, at)) && !token(t, at)->line && n.digits) {
        m.score = 0.9f;
        at++;
    } else {
        m.score = n.plain ? 0.75f : 0.9f;
    }
    m.tokens = at - i;
    return m;
}
