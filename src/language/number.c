#include "language/number.h"

#include "base/utf8.h"
#include "language/character.h"

#include <string.h>

enum { WORDS_MAX = 16, DIGITS_MAX = 40 };

typedef struct number_word {
    const char *word;
    double value;
    char kind; /* u unit or teen, t tens, h hundred, m thousand and up, o ordinal */
} number_word;

static const number_word WORDS[] = {
    {"zero", 0, 'u'},        {"one", 1, 'u'},          {"two", 2, 'u'},
    {"three", 3, 'u'},       {"four", 4, 'u'},         {"five", 5, 'u'},
    {"six", 6, 'u'},         {"seven", 7, 'u'},        {"eight", 8, 'u'},
    {"nine", 9, 'u'},        {"ten", 10, 'u'},         {"eleven", 11, 'u'},
    {"twelve", 12, 'u'},     {"thirteen", 13, 'u'},    {"fourteen", 14, 'u'},
    {"fifteen", 15, 'u'},    {"sixteen", 16, 'u'},     {"seventeen", 17, 'u'},
    {"eighteen", 18, 'u'},   {"nineteen", 19, 'u'},    {"twenty", 20, 't'},
    {"thirty", 30, 't'},     {"forty", 40, 't'},       {"fifty", 50, 't'},
    {"sixty", 60, 't'},      {"seventy", 70, 't'},     {"eighty", 80, 't'},
    {"ninety", 90, 't'},     {"hundred", 100, 'h'},    {"thousand", 1e3, 'm'},
    {"million", 1e6, 'm'},   {"billion", 1e9, 'm'},    {"trillion", 1e12, 'm'},
    {"first", 1, 'o'},       {"second", 2, 'o'},       {"third", 3, 'o'},
    {"fourth", 4, 'o'},      {"fifth", 5, 'o'},        {"sixth", 6, 'o'},
    {"seventh", 7, 'o'},     {"eighth", 8, 'o'},       {"ninth", 9, 'o'},
    {"tenth", 10, 'o'},      {"eleventh", 11, 'o'},    {"twelfth", 12, 'o'},
    {"thirteenth", 13, 'o'}, {"fourteenth", 14, 'o'},  {"fifteenth", 15, 'o'},
    {"sixteenth", 16, 'o'},  {"seventeenth", 17, 'o'}, {"eighteenth", 18, 'o'},
    {"nineteenth", 19, 'o'}, {"twentieth", 20, 'o'},   {"thirtieth", 30, 'o'},
    {"hundredth", 100, 'o'},
};

/* Most words are none, and their first two letters tell it. */
static bool starts_like_one(q_str lower)
{
    char second = lower.n < 3 ? 0 : lower.p[1];

    switch (second ? lower.p[0] : 0) {
    case 'b':
    case 'm':
    case 'n':
        return second == 'i';
    case 'e':
        return second == 'i' || second == 'l';
    case 'f':
        return second == 'i' || second == 'o';
    case 'h':
        return second == 'u';
    case 'o':
        return second == 'n';
    case 's':
        return second == 'e' || second == 'i';
    case 't':
        return second == 'e' || second == 'h' || second == 'r' || second == 'w';
    case 'z':
        return second == 'e';
    default:
        return false;
    }
}

static const number_word *find(const q_token *t)
{
    if (t->kind != Q_TOKEN_WORD || !starts_like_one(t->lower))
        return NULL;
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (WORDS[i].word[1] == t->lower.p[1] && q_token_is(t, WORDS[i].word))
            return &WORDS[i];
    return NULL;
}

/* Each script's ten digits start at a code point ending in 0 or 6. */
static uint32_t digit_value(uint32_t cp)
{
    uint32_t low = cp & 0xF;

    return cp >= 0x0966 && cp <= 0x09EF ? low - 6 : low;
}

/* ASCII digits, points and commas of `s`; other scripts' digits become ASCII. */
static size_t plain_digits(q_str s, char out[DIGITS_MAX + 1])
{
    size_t n = 0, len;

    for (size_t at = 0; at < s.n && n < DIGITS_MAX; at += len) {
        uint32_t cp = q_utf8_decode(q_str_sub(s, at, 4), &len);

        if (cp == '.' || cp == ',')
            out[n++] = (char)cp;
        else if (q_character_of(cp) == Q_CHARACTER_DIGIT)
            out[n++] = (char)('0' + digit_value(cp));
    }
    out[n] = 0;
    return n;
}

double q_number_value(q_str digits)
{
    char text[DIGITS_MAX + 1], clean[DIGITS_MAX + 1];
    size_t n = plain_digits(digits, text), out = 0, points = 0, commas = 0;
    char *last_point = strrchr(text, '.'), *last_comma = strrchr(text, ',');
    char decimal = 0;
    double value = 0;

    for (size_t i = 0; i < n; i++) {
        points += text[i] == '.';
        commas += text[i] == ',';
    }
    if (points && commas)
        decimal = last_point > last_comma ? '.' : ',';
    else if (points == 1)
        decimal = '.';
    else if (commas == 1 && strlen(last_comma) != 4)
        decimal = ',';
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '.' && text[i] != ',')
            clean[out++] = text[i];
        else if (text[i] == decimal && &text[i] == (decimal == '.' ? last_point : last_comma))
            clean[out++] = '.';
    }
    /* "007" is no JSON number */
    for (n = 0; n + 1 < out && clean[n] == '0' && clean[n + 1] != '.';)
        n++;
    return q_str_f64((q_str){clean + n, out - n}, &value) ? value : 0;
}

static bool ordinal_ending(q_str lower)
{
    static const char *const ENDINGS[] = {"st", "nd", "rd", "th"};
    q_str ending = q_str_sub(lower, lower.n - (lower.n < 2 ? lower.n : 2), 2);

    if (lower.n < 3 || !q_is_digit(lower.p[0]))
        return false;
    for (size_t i = 0; i < lower.n - 2; i++)
        if (!q_is_digit(lower.p[i]))
            return false;
    for (size_t i = 0; i < 4; i++)
        if (q_str_is(ending, ENDINGS[i]))
            return true;
    return false;
}

static q_number in_digits(const q_tokens *t, size_t i)
{
    const q_token *k = &t->v[i];
    q_number out = {.tokens = 1, .digits = true};

    if (k->kind == Q_TOKEN_MIXED) {
        out.ordinal = ordinal_ending(k->lower);
        if (!out.ordinal)
            return (q_number){0};
        out.value = q_number_value(q_str_sub(k->lower, 0, k->lower.n - 2));
        return out;
    }
    out.value = q_number_value(k->text);
    out.plain = !q_str_has(k->text, '.') && !q_str_has(k->text, ',');
    if (i + 1 < t->n && !t->v[i + 1].line) {
        const number_word *w = find(&t->v[i + 1]);

        if (w && (w->kind == 'm' || w->kind == 'h')) {
            out.value *= w->value;
            out.tokens = 2;
            out.plain = false;
        }
    }
    return out;
}

/* One to 999 so far in `small`, thousands and up added to `sum`. */
static q_number in_words(const q_tokens *t, size_t i)
{
    double sum = 0, small = 0;
    size_t at = i, end = i;
    char last = 0;
    bool ordinal = false;

    while (at < t->n && at - i < WORDS_MAX && !ordinal && !(at > i && t->v[at].line)) {
        const number_word *w = find(&t->v[at]);

        if (!w) {
            bool joiner = q_token_mark(&t->v[at], '-') || q_token_is(&t->v[at], "and");

            if (at == i || !joiner || end != at ||
                (t->v[at].lower.n == 3 && last != 'h' && last != 'm'))
                break;
            at++;
            continue;
        }
        if ((w->kind == 'u' && last == 'u') || (w->kind == 't' && (last == 't' || last == 'u')) ||
            (at == i && (w->kind == 'm')) || (w->kind == 'o' && last == 'u'))
            break;
        if (w->kind == 'h') {
            small = (small > 0 ? small : 1) * 100;
        } else if (w->kind == 'm') {
            sum += (small > 0 ? small : 1) * w->value;
            small = 0;
        } else {
            small += w->value;
        }
        ordinal = w->kind == 'o';
        last = w->kind;
        end = ++at;
    }
    return (q_number){.value = sum + small, .tokens = end - i, .ordinal = ordinal};
}

q_number q_number_at(const q_tokens *t, size_t i)
{
    if (i >= t->n)
        return (q_number){0};
    if (t->v[i].kind == Q_TOKEN_NUMBER || t->v[i].kind == Q_TOKEN_MIXED)
        return in_digits(t, i);
    if (t->v[i].kind == Q_TOKEN_WORD)
        return in_words(t, i);
    return (q_number){0};
}
