#include "document/expense_date.h"

#include "document/expense.h"

#include <stdio.h>
#include <string.h>

static const char *const month_names[12] = {
    "jan january januar janvier janv januari jaenner",
    "feb february februar fevrier fevr fev februari febr",
    "mar march marz maerz mars maart mrt",
    "apr april avril avr",
    "may mai mei",
    "jun june juni juin",
    "jul july juli juillet juil",
    "aug august aout augustus",
    "sep sept september septembre",
    "oct october oktober okt octobre",
    "nov november novembre",
    "dec december dezember dez decembre",
};

/* 1..12; 0 when the word is no month. */
static int month_of(q_str word)
{
    for (int m = 0; m < 12; m++) {
        q_str rest = q_str_of(month_names[m]), name;

        do {
            (void)q_str_cut(rest, ' ', &name, &rest);
            if (q_str_eq_nocase(name, word))
                return m + 1;
        } while (rest.n);
    }
    return 0;
}

/* Reads along the text; `at` moves. */
typedef struct reader {
    q_str s;
    size_t at;
} reader;

static char peek(const reader *r)
{
    return r->at < r->s.n ? r->s.p[r->at] : 0;
}

/* 1..max digits and no more; their count in *digits. */
static bool read_number(reader *r, size_t max, int *value, size_t *digits)
{
    size_t from = r->at;

    *value = 0;
    while (q_is_digit(peek(r)) && r->at - from <= max)
        *value = *value * 10 + (r->s.p[r->at++] - '0');
    *digits = r->at - from;
    return *digits > 0 && *digits <= max;
}

static void skip(reader *r, const char *set)
{
    while (r->at < r->s.n && strchr(set, r->s.p[r->at]))
        r->at++;
}

/* One separator of the set with blanks around it; 0 without one. */
static char read_separator(reader *r)
{
    char c;

    skip(r, " ");
    c = peek(r);
    if (c != '/' && c != '-' && c != '.')
        return 0;
    r->at++;
    skip(r, " ");
    return c;
}

/* A month's name, accents folded. */
static bool read_month(reader *r, int *month)
{
    char word[16];
    size_t n = 0;

    while (n < sizeof(word) && r->at < r->s.n) {
        q_str rest = q_str_sub(r->s, r->at, 2);

        if (q_is_alpha(rest.p[0])) {
            word[n++] = q_to_lower(rest.p[0]);
            r->at++;
        } else if (q_str_is(rest, "é") || q_str_is(rest, "É")) {
            word[n++] = 'e';
            r->at += 2;
        } else if (q_str_is(rest, "û") || q_str_is(rest, "Û")) {
            word[n++] = 'u';
            r->at += 2;
        } else if (q_str_is(rest, "ä") || q_str_is(rest, "Ä")) {
            word[n++] = 'a';
            r->at += 2;
        } else {
            break;
        }
    }
    *month = month_of((q_str){word, n});
    return *month > 0;
}

static bool day_fits(int year, int month, int day)
{
    static const int days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
           (month != 2 || day < 29 || leap);
}

static bool date_set(expense_date *out, int year, size_t year_digits, int month, int day)
{
    if (year_digits == 2)
        year += year < 70 ? 2000 : 1900;
    else if (year_digits != 4 || year < 1000 || year > 2999)
        return false;
    *out = (expense_date){.year = year, .month = month, .day = day};
    out->plausible = year >= 1970 && year < 2080;
    return day_fits(year, month, day);
}

/* 12/03/2018, 05.03.13, 2018-03-05 */
static bool parse_numeric(reader *r, expense_date *out)
{
    int a, b, c;
    size_t na, nb, nc;
    char first, second;

    if (!read_number(r, 4, &a, &na) || na == 3)
        return false;
    first = read_separator(r);
    if (!first || !read_number(r, 2, &b, &nb))
        return false;
    second = read_separator(r);
    if (second != first || !read_number(r, 4, &c, &nc) || nc == 3)
        return false;
    if (na == 4)
        return nc <= 2 && date_set(out, a, na, b, c);
    if (nc == 1 || (nc == 2 && (na == 1 && nb == 1)))
        return false;
    if (date_set(out, c, nc, b, a)) {
        out->ambiguous = a <= 12 && a != b;
        return true;
    }
    return date_set(out, c, nc, a, b);
}

/* 20180304 */
static bool parse_packed(reader *r, expense_date *out)
{
    int v;
    size_t n;

    if (!read_number(r, 8, &v, &n) || n != 8)
        return false;
    return date_set(out, v / 10000, 4, v / 100 % 100, v % 100) && out->plausible;
}

/* 19 april 2014, 05 MAR 2018, 28 Mar 18, 05-AUG-2017, 11. März 2014 */
static bool parse_day_month(reader *r, expense_date *out)
{
    int day, month, year;
    size_t n;

    if (!read_number(r, 2, &day, &n))
        return false;
    if (peek(r) && strchr("snrt", q_to_lower(peek(r))) && r->at + 1 < r->s.n) {
        q_str suffix = q_str_sub(r->s, r->at, 2);

        if (q_str_is_nocase(suffix, "st") || q_str_is_nocase(suffix, "nd") ||
            q_str_is_nocase(suffix, "rd") || q_str_is_nocase(suffix, "th"))
            r->at += 2;
    }
    skip(r, " .-/,");
    if (!read_month(r, &month))
        return false;
    skip(r, " .-/,'");
    return read_number(r, 4, &year, &n) && date_set(out, year, n, month, day);
}

/* OCT 3, 2016 */
static bool parse_month_day(reader *r, expense_date *out)
{
    int day, month, year;
    size_t n;

    if (!read_month(r, &month))
        return false;
    skip(r, " .-");
    if (!read_number(r, 2, &day, &n))
        return false;
    if (q_is_alpha(peek(r)))
        r->at += 2;
    if (!peek(r) || !strchr(" ,./-'", peek(r)))
        return false;
    skip(r, " ,./-'");
    return read_number(r, 4, &year, &n) && date_set(out, year, n, month, day);
}

/* More digits, or a further part: then it is some other number. */
static bool goes_on(const reader *r)
{
    char next = r->at + 1 < r->s.n ? r->s.p[r->at + 1] : 0;

    return q_is_digit(peek(r)) || (peek(r) && strchr("/-.", peek(r)) && q_is_digit(next));
}

bool expense__date_parse(q_str text, expense_date *out, size_t *used)
{
    static bool (*const forms[])(reader *, expense_date *) = {parse_numeric, parse_day_month,
                                                              parse_month_day, parse_packed};

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        reader r = {text, 0};

        if (forms[i](&r, out) && !goes_on(&r)) {
            *used = r.at;
            return true;
        }
    }
    return false;
}

bool q_day_parse(q_str text, char out[11])
{
    for (size_t from = 0; from < text.n; from++) {
        expense_date d;
        char day[40];
        size_t used;

        if (from && (q_is_alnum(text.p[from - 1]) || (text.p[from - 1] & 0x80)))
            continue;
        if (expense__date_parse(q_str_sub(text, from, text.n), &d, &used) && d.plausible) {
            snprintf(day, sizeof day, "%04d-%02d-%02d", d.year, d.month, d.day);
            memcpy(out, day, 11);
            return true;
        }
    }
    return false;
}

enum { WINDOW = 7 }; /* tokens: "OCT 3 , 2016", and "12 / 03 / 2018" from recognition */

/* Exactly n digits. */
static bool read_digits(reader *r, size_t n, int *value)
{
    *value = 0;
    for (size_t i = 0; i < n; i++, r->at++) {
        if (!q_is_digit(peek(r)))
            return false;
        *value = *value * 10 + (peek(r) - '0');
    }
    return true;
}

/* 27 032018, 05-05~18: two digits, two, and four or two, parted once at least. */
static bool parse_loose(reader *r, expense_date *out)
{
    static const char marks[] = " -/.,~_:;'";
    int day, month, year;
    size_t at, before;

    if (!read_digits(r, 2, &day))
        return false;
    before = r->at;
    skip(r, marks);
    at = r->at;
    if (at - before > 2 || !read_digits(r, 2, &month))
        return false;
    skip(r, marks);
    before = at - before + (r->at - at - 2);
    at = r->at;
    if (!before || before > 4)
        return false;
    if (!read_digits(r, 4, &year)) {
        r->at = at;
        if (!read_digits(r, 2, &year))
            return false;
        year += 2000;
    }
    return year >= 2000 && year < 2040 && date_set(out, year, 4, month, day);
}

static bool loose_at(q_str text, expense_date *out, size_t *used)
{
    reader r = {text, 0};

    if (!parse_loose(&r, out) || q_is_alnum(peek(&r)))
        return false;
    out->ambiguous = out->day <= 12 && out->day != out->month;
    *used = r.at;
    return true;
}

typedef bool date_parser(q_str text, expense_date *out, size_t *used);

/* A date whose first byte is in token i. Words before it in the same token,
 * as in "Date-12/03/18", are passed over.
 */
static bool date_at(const expense_sheet *s, expense_span span, size_t i, date_parser *parse,
                    expense_date *out)
{
    char buf[96];
    size_t n = 0, ends[WINDOW], count = 0, used;

    for (; count < WINDOW && i + count < span.first + span.count; count++) {
        q_str t = s->tokens[i + count].text;

        if (n + t.n + 1 > sizeof(buf))
            break;
        if (count)
            buf[n++] = ' ';
        memcpy(buf + n, t.p, t.n);
        n += t.n;
        ends[count] = n;
    }
    for (size_t from = 0; count && from < ends[0]; from++) {
        if (from && (q_is_alnum(buf[from - 1]) || (buf[from - 1] & 0x80)))
            continue;
        if (!parse((q_str){buf + from, n - from}, out, &used))
            continue;
        out->tokens = (expense_span){i, 1};
        while (out->tokens.count < count && ends[out->tokens.count - 1] < from + used)
            out->tokens.count++;
        return true;
    }
    return false;
}

static size_t dates_in(const expense_sheet *s, expense_span span, date_parser *parse,
                       expense_date *out, size_t max)
{
    size_t n = 0, i = span.first;

    while (i < span.first + span.count && n < max) {
        if (date_at(s, span, i, parse, out + n)) {
            i += out[n].tokens.count;
            n++;
        } else {
            i++;
        }
    }
    return n;
}

size_t expense__dates_in(const expense_sheet *s, expense_span span, expense_date *out, size_t max)
{
    return dates_in(s, span, expense__date_parse, out, max);
}

size_t expense__dates_loose(const expense_sheet *s, expense_span span, expense_date *out,
                            size_t max)
{
    return dates_in(s, span, loose_at, out, max);
}
