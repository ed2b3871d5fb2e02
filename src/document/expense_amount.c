#include "document/expense_amount.h"

#include "base/buf.h"

#include <string.h>

typedef struct currency_name {
    const char *name, *code; /* code "": a currency, but which one is not certain */
} currency_name;

static const currency_name currencies[] = {
    {"€", "EUR"},    {"eur", "EUR"}, {"euro", "EUR"}, {"euros", "EUR"}, {"us$", "USD"},
    {"usd", "USD"},  {"$", "USD"},   {"£", "GBP"},    {"gbp", "GBP"},   {"chf", "CHF"},
    {"sfr.", "CHF"}, {"fr.", "CHF"}, {"¥", "JPY"},    {"jpy", "JPY"},   {"cny", "CNY"},
    {"rm", "MYR"},   {"myr", "MYR"}, {"rs.", "INR"},  {"rs", "INR"},    {"inr", "INR"},
    {"₹", "INR"},    {"cad", "CAD"}, {"c$", "CAD"},   {"aud", "AUD"},   {"a$", "AUD"},
    {"nzd", "NZD"},  {"sgd", "SGD"}, {"s$", "SGD"},   {"hk$", "HKD"},   {"hkd", "HKD"},
    {"sek", "SEK"},  {"nok", "NOK"}, {"dkk", "DKK"},  {"kr", ""},       {"kr.", ""},
    {"pln", "PLN"},  {"zł", "PLN"},  {"czk", "CZK"},  {"kč", "CZK"},    {"huf", "HUF"},
    {"brl", "BRL"},  {"r$", "BRL"},  {"mxn", "MXN"},  {"zar", "ZAR"},   {"thb", "THB"},
    {"฿", "THB"},    {"₽", "RUB"}, {"₩", "KRW"},    {"krw", "KRW"},   {"idr", "IDR"},
    {"rp", "IDR"},   {"php", "PHP"}, {"₱", "PHP"},    {"aed", "AED"},   {"sar", "SAR"},
    {"try", "TRY"},  {"₺", "TRY"},   {"ils", "ILS"},  {"₪", "ILS"},
};

enum { CURRENCIES = sizeof(currencies) / sizeof(*currencies) };

q_str expense__currency(q_str word)
{
    for (size_t i = 0; i < CURRENCIES; i++)
        if (q_str_is_nocase(word, currencies[i].name))
            return q_str_of(currencies[i].code);
    return (q_str){"", 0};
}

/* The longest currency name that s starts (or, `behind`, ends) with; a name
 * of letters must not be part of a longer word.
 */
static const currency_name *currency_at(q_str s, bool behind)
{
    const currency_name *best = NULL;
    size_t longest = 0;

    for (size_t i = 0; i < CURRENCIES; i++) {
        size_t n = strlen(currencies[i].name);
        q_str part = q_str_sub(s, behind && s.n > n ? s.n - n : 0, n);
        const char *next = part.p + (behind ? -1 : (ptrdiff_t)n);

        if (n > s.n || n <= longest || !q_str_is_nocase(part, currencies[i].name))
            continue;
        if (n < s.n && q_is_alpha(*next) && q_is_alpha(part.p[behind ? 0 : n - 1]))
            continue;
        best = currencies + i;
        longest = n;
    }
    return best;
}

/* U+2212 and the dashes, or ASCII; their length, 0 when there is none. */
static size_t minus_at(q_str s)
{
    if (s.n && s.p[0] == '-')
        return 1;
    if (q_str_starts(s, Q_STR("\xE2\x88\x92")) || q_str_starts(s, Q_STR("\xE2\x80\x93")))
        return 3;
    return 0;
}

/* Marks around the number, taken off one after the other. */
typedef struct marks {
    bool open, minus, close;
} marks;

static q_str front_strip(q_str s, marks *m, expense_amount *out)
{
    for (;;) {
        const currency_name *c = currency_at(s, false);
        size_t minus = minus_at(s);

        s = q_str_trim(s);
        if (s.n && s.p[0] == '(' && !m->open) {
            m->open = true;
            s = q_str_sub(s, 1, SIZE_MAX);
        } else if (minus && !m->minus) {
            m->minus = true;
            s = q_str_sub(s, minus, SIZE_MAX);
        } else if (s.n && s.p[0] == '+') {
            s = q_str_sub(s, 1, SIZE_MAX);
        } else if (c && !out->marked) {
            out->marked = true;
            out->currency = q_str_of(c->code);
            s = q_str_sub(s, strlen(c->name), SIZE_MAX);
        } else {
            return s;
        }
    }
}

static q_str back_strip(q_str s, marks *m, expense_amount *out)
{
    for (;;) {
        const currency_name *c;

        s = q_str_trim(s);
        c = currency_at(s, true);
        if (s.n && s.p[s.n - 1] == ')' && m->open && !m->close) {
            m->close = true;
            s.n--;
        } else if (s.n && s.p[s.n - 1] == '%') {
            out->percent = true;
            s.n--;
        } else if (s.n > 1 && s.p[s.n - 1] == '-' && !m->minus) {
            if (s.p[s.n - 2] == '.' || s.p[s.n - 2] == ',') { /* "5,-": nothing behind the comma */
                s.n -= 2;
            } else {
                m->minus = true;
                s.n--;
            }
        } else if (c && !out->marked) {
            out->marked = true;
            out->currency = q_str_of(c->code);
            s.n -= strlen(c->name);
        } else if (s.n && (s.p[s.n - 1] == '*' || s.p[s.n - 1] == ':')) {
            s.n--;
        } else {
            return s;
        }
    }
}

/* Blanks and apostrophes part thousands only: three digits must follow. Their
 * length, or 0.
 */
static size_t thousands_gap(q_str s)
{
    size_t n = 0;

    if (s.p[0] == ' ' || s.p[0] == '\'')
        n = 1;
    else if (q_str_starts(s, Q_STR("\xC2\xA0")))
        n = 2;
    else if (q_str_starts(s, Q_STR("\xE2\x80\xAF")) || q_str_starts(s, Q_STR("\xE2\x80\x99")))
        n = 3;
    if (!n || s.n < n + 3)
        return 0;
    for (size_t i = n; i < n + 3; i++)
        if (!q_is_digit(s.p[i]))
            return 0;
    return s.n > n + 3 && q_is_digit(s.p[n + 3]) ? 0 : n;
}

/* Digits and separators only, at most 24 of them, into out; false otherwise. */
static bool digits_collect(q_str s, char out[25], size_t *count)
{
    size_t n = 0;

    while (s.n) {
        size_t gap = n && q_is_digit(out[n - 1]) ? thousands_gap(s) : 0;
        char c = s.p[0];

        if (!gap && !q_is_digit(c) && c != '.' && c != ',')
            return false;
        if (!gap && n == 24)
            return false;
        if (!gap)
            out[n++] = c;
        s = q_str_sub(s, gap ? gap : 1, SIZE_MAX);
    }
    out[n] = 0;
    *count = n;
    return true;
}

/* Which separator is the decimal point; n when none is. */
static size_t decimal_point(const char *d, size_t n)
{
    size_t last = n, kinds[2] = {0, 0};

    for (size_t i = 0; i < n; i++)
        if (!q_is_digit(d[i])) {
            kinds[d[i] == ',']++;
            last = i;
        }
    if (last == n)
        return n;
    if (kinds[0] && kinds[1])
        return kinds[d[last] == ','] == 1 ? last : n;
    if (kinds[d[last] == ','] > 1)
        return n;
    if (n - last - 1 == 3 && last >= 1 && last <= 3 && d[0] != '0')
        return n;
    return last;
}

/* Groups of three between thousands separators, as money is written. */
static bool groups_fit(const char *d, size_t point)
{
    size_t run = 0, groups = 0;

    for (size_t i = 0; i < point; i++) {
        if (q_is_digit(d[i])) {
            run++;
            continue;
        }
        if (run == 0 || run > 3 || (groups && run != 3))
            return false;
        groups++;
        run = 0;
    }
    return !groups || run == 3;
}

/* "fM1.00": a currency's letters misread, when cents show what follows is a
 * sum.
 */
static q_str without_smudge(q_str s)
{
    size_t n = 0;

    while (n < s.n && n < 2 && q_is_alpha(s.p[n]))
        n++;
    if (n && s.n >= n + 4 && q_is_digit(s.p[n]) && q_is_digit(s.p[s.n - 1]) &&
        q_is_digit(s.p[s.n - 2]) && (s.p[s.n - 3] == '.' || s.p[s.n - 3] == ','))
        return q_str_sub(s, n, SIZE_MAX);
    return s;
}

bool expense__amount_parse(q_str text, expense_amount *out)
{
    expense_amount a = {.currency = {"", 0}};
    marks m = {0};
    char d[25] = "";
    size_t n, point;
    double scale = 1;
    q_str s = back_strip(front_strip(q_str_trim(text), &m, &a), &m, &a);

    s = without_smudge(s);
    if (!s.n || m.open != m.close || !digits_collect(s, d, &n) || !n)
        return false;
    if (!q_is_digit(d[n - 1]) && n > 1) /* a full stop behind it */
        n--;
    point = decimal_point(d, n);
    if (!q_is_digit(d[n - 1]) || !groups_fit(d, point))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!q_is_digit(d[i]))
            continue;
        a.value = a.value * 10 + (d[i] - '0');
        if (i > point) {
            a.decimals++;
            scale *= 10;
        }
    }
    a.value /= scale;
    if (m.open || m.minus)
        a.value = -a.value;
    *out = a;
    return true;
}

/* The part of text from the first digit's surroundings on: what stands before
 * a number is skipped word by word.
 */
bool q_amount_parse(q_str text, double *out)
{
    expense_amount a;

    for (size_t from = 0; from < text.n; from++) {
        bool start = !from || !q_is_alnum(text.p[from - 1]);

        if (!start || q_is_space(text.p[from]))
            continue;
        for (size_t to = text.n; to > from; to--) {
            bool end = to == text.n || q_is_space(text.p[to]) || q_is_space(text.p[to - 1]);

            if (end && to - from <= 48 &&
                expense__amount_parse((q_str){text.p + from, to - from}, &a)) {
                *out = a.value;
                return true;
            }
        }
    }
    return false;
}

static bool all_digits(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!q_is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

static bool starts_two_digits(q_str s)
{
    return s.n >= 2 && q_is_digit(s.p[0]) && q_is_digit(s.p[1]) &&
           (s.n == 2 || !q_is_digit(s.p[2]));
}

/* May b go on the number that ends with a? */
static bool may_join(const expense_sheet *s, const expense_token *a, const expense_token *b)
{
    double gap = b->x0 - a->x1;
    char last = a->text.p[a->text.n - 1], first = b->text.p[0];
    bool before = expense__currency(a->text).n || q_str_is(a->text, "-") ||
                  q_str_is(a->text, "(") || q_str_is(a->text, "kr");
    bool behind = expense__currency(b->text).n || q_str_is(b->text, "%") || q_str_is(b->text, "-");

    if (a->row != b->row)
        return false;
    if (before)
        return gap < 8 * s->em;
    if (behind)
        return gap < 1.5 * s->em;
    if (gap < 5 * s->em && (last == '.' || last == ','))
        return a->text.n > 1 && q_is_digit(a->text.p[a->text.n - 2]) && starts_two_digits(b->text);
    if (gap > 2.2 * s->em)
        return false;
    if (first == '.' || first == ',')
        return q_is_digit(last) && starts_two_digits(q_str_sub(b->text, 1, SIZE_MAX));
    /* thousands by blanks: 1 234,56 */
    return gap < 0.6 * s->em && all_digits(a->text) && a->text.n <= 3 && b->text.n >= 5 &&
           all_digits(q_str_sub(b->text, 0, 3)) && !q_is_digit(b->text.p[3]);
}

/* The longest number that starts at token i; false when there is none. */
static bool amount_at(const expense_sheet *s, expense_span span, size_t i, expense_amount *out)
{
    char buf[128];
    size_t n = 0;
    bool found = false;

    for (size_t k = i; k < span.first + span.count && k < i + 6; k++) {
        const expense_token *t = s->tokens + k;
        expense_amount a;
        bool decimal = n && (buf[n - 1] == '.' || buf[n - 1] == ',' || t->text.p[0] == '.' ||
                             t->text.p[0] == ',');

        if ((k > i && !may_join(s, t - 1, t)) || n + t->text.n + 1 > sizeof(buf))
            break;
        if (k > i && !decimal)
            buf[n++] = ' ';
        memcpy(buf + n, t->text.p, t->text.n);
        n += t->text.n;
        if (expense__amount_parse((q_str){buf, n}, &a)) {
            *out = a;
            out->tokens = (expense_span){i, k - i + 1};
            found = true;
        }
    }
    return found;
}

size_t expense__amounts_in(const expense_sheet *s, expense_span span, expense_amount *out,
                           size_t max)
{
    size_t n = 0, i = span.first;

    while (i < span.first + span.count && n < max) {
        if (amount_at(s, span, i, out + n)) {
            i += out[n].tokens.count;
            n++;
        } else {
            i++;
        }
    }
    return n;
}

q_str expense__amount_text(const expense_sheet *s, expense_span span)
{
    q_buf b = q_buf_init(s->arena, SIZE_MAX);
    q_str out = {NULL, 0};

    for (size_t i = span.first; i < span.first + span.count; i++) {
        q_str t = s->tokens[i].text, before = i > span.first ? s->tokens[i - 1].text : t;
        char last = before.p[before.n - 1];
        bool split = last == '.' || last == ',' || t.p[0] == '.' || t.p[0] == ',';

        if (i > span.first && !(split && t.n > 1))
            q_buf_char(&b, ' ');
        q_buf_put(&b, t);
    }
    return q_buf_finish(&b, &out, NULL) ? (q_str){NULL, 0} : out;
}
