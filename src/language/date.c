#include "language/date.h"

#include "base/clock.h"
#include "language/number.h"

#include <stdio.h>
#include <string.h>

static const char *const MONTHS[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};
static const char *const DAYS[] = {"sunday",   "monday", "tuesday", "wednesday",
                                   "thursday", "friday", "saturday"};

/* The index of `word` or its first three letters ("sept", "tues" too), or -1. */
static int named(const q_token *t, const char *const *names, int count, bool *shortened)
{
    q_str w = t->lower;

    *shortened = false;
    if (t->kind != Q_TOKEN_WORD || w.n < 3)
        return -1;
    for (int i = 0; i < count; i++) {
        if (q_str_is(w, names[i]))
            return i;
        if (w.n <= 5 && q_str_starts(q_str_of(names[i]), w)) {
            *shortened = true;
            return i;
        }
    }
    return -1;
}

static const q_token *token(const q_tokens *t, size_t i)
{
    static const q_token NONE = {.kind = Q_TOKEN_SYMBOL, .space = true, .line = true};

    return i < t->n ? &t->v[i] : &NONE;
}

/* A whole number of at most `digits` digits, no point or comma; else -1. */
static int whole(const q_token *t, size_t digits)
{
    uint64_t v;

    if (t->kind != Q_TOKEN_NUMBER || t->text.n > digits || !q_str_u64(t->text, &v))
        return -1;
    return (int)v;
}

static bool is_year(int y)
{
    return y >= 1000 && y <= 2999;
}

static int month_at(const q_tokens *t, size_t i)
{
    bool shortened;
    const q_token *k = token(t, i);
    int m = named(k, MONTHS, 12, &shortened);

    /* "may" and "march" are verbs too, "mar", "jun" rarely alone */
    if (m >= 0 && !k->capital && (m == 4 || m == 2 || shortened))
        return -1;
    return m;
}

/* a SEP b SEP c without blanks. */
static q_date numeric(const q_tokens *t, size_t i)
{
    const q_token *mark = token(t, i + 1), *mark2 = token(t, i + 3);
    const q_token *b = token(t, i + 2), *c = token(t, i + 4);
    char sep = mark->text.n == 1 ? mark->text.p[0] : 0;
    int x = whole(token(t, i), 4), y = whole(b, 2), z = whole(c, 4);
    size_t first = token(t, i)->text.n;
    q_date d = {.kind = Q_DATE_CALENDAR, .tokens = 5, .score = 0.99f};

    if ((sep != '/' && sep != '-') || !q_token_mark(mark2, sep) || mark->space || mark2->space ||
        b->space || c->space || x < 0 || y < 0 || z < 0)
        return (q_date){0};
    if (first == 4) {
        d.year = x, d.month = y, d.day = z;
    } else if (c->text.n == 4 || c->text.n == 2) {
        d.year = c->text.n == 4 ? z : z + (z < 70 ? 2000 : 1900);
        d.month = x > 12 ? y : x;
        d.day = x > 12 ? x : y;
    }
    if (!is_year(d.year) || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31)
        return (q_date){0};
    return d;
}

/* "12.05.2019", one token: day first. */
static q_date dotted(const q_token *k)
{
    q_str day, month, year;
    uint64_t d, m, y;

    if (k->kind != Q_TOKEN_NUMBER || !q_str_cut(k->text, '.', &day, &year) ||
        !q_str_cut(year, '.', &month, &year) || !q_str_u64(day, &d) || !q_str_u64(month, &m) ||
        !q_str_u64(year, &y) || (year.n != 4 && year.n != 2) || day.n > 2 || month.n > 2)
        return (q_date){0};
    if (year.n == 2)
        y += y < 70 ? 2000 : 1900;
    if (m > 12 && d <= 12) {
        uint64_t swap = m;

        m = d, d = swap;
    }
    if (!is_year((int)y) || m < 1 || m > 12 || d < 1 || d > 31)
        return (q_date){0};
    return (q_date){.kind = Q_DATE_CALENDAR,
                    .tokens = 1,
                    .year = (int)y,
                    .month = (int)m,
                    .day = (int)d,
                    .score = 0.97f};
}

/* A day of the month in digits or as an ordinal, 0 otherwise. */
static int day_at(const q_tokens *t, size_t i, size_t *tokens)
{
    q_number n = q_number_at(t, i);

    *tokens = n.tokens;
    if (!n.tokens || (!n.plain && !n.ordinal) || n.value < 1 || n.value > 31)
        return 0;
    if (n.plain && token(t, i)->text.n > 2)
        return 0;
    return (int)n.value;
}

/* ", 2019" or "2019" behind what ends before token i. */
static size_t year_behind(const q_tokens *t, size_t i, int *year)
{
    size_t at = i + (q_token_mark(token(t, i), ',') ? 1 : 0);
    int y = whole(token(t, at), 4);

    if (token(t, at)->text.n != 4 || !is_year(y) || token(t, at)->line)
        return 0;
    *year = y;
    return at + 1 - i;
}

/* "May 12, 2019", "May 2019", "May 12th", "May". */
static q_date month_first(const q_tokens *t, size_t i)
{
    size_t at = i + 1, took;
    q_date d = {.kind = Q_DATE_CALENDAR, .score = 0.98f};

    d.month = month_at(t, i) + 1;
    if (!d.month)
        return (q_date){0};
    if (token(t, i)->text.n <= 4 && q_token_mark(token(t, at), '.') && !token(t, at)->space)
        at++;
    if (!token(t, at)->line) {
        d.day = day_at(t, at, &took);
        if (d.day) {
            at += took;
            /* "May 10-12" */
            if (q_token_mark(token(t, at), '-') && day_at(t, at + 1, &took) &&
                !token(t, at + 1)->line)
                at += 1 + took;
        }
        at += year_behind(t, at, &d.year);
    }
    d.tokens = at - i;
    if (!d.day && !d.year) {
        bool shortened;

        d.score = 0.8f;
        d.tokens = 1;
        if (!token(t, i)->capital || named(token(t, i), MONTHS, 12, &shortened) < 0 || shortened ||
            (token(t, i)->sentence && (d.month == 5 || d.month == 3)))
            return (q_date){0};
    }
    return d;
}

/* "12 May 2019", "12th of May", "the" left out. */
static q_date day_first(const q_tokens *t, size_t i)
{
    size_t took, at;
    int day = day_at(t, i, &took), month;
    q_date d = {.kind = Q_DATE_CALENDAR, .day = day, .score = 0.98f};

    if (!day)
        return (q_date){0};
    at = i + took;
    if (q_token_mark(token(t, at), '-') && !token(t, at)->space)
        at++; /* 12-May-2019 */
    else if (q_token_is(token(t, at), "of"))
        at++;
    month = token(t, at)->line ? -1 : month_at(t, at);
    if (month < 0)
        return (q_date){0};
    d.month = month + 1;
    at++;
    if (q_token_mark(token(t, at), '-') && !token(t, at)->space &&
        is_year(whole(token(t, at + 1), 4)))
        at++;
    at += year_behind(t, at, &d.year);
    d.tokens = at - i;
    return d;
}

static int relative_word(const q_token *t)
{
    if (q_token_is(t, "last") || q_token_is(t, "past") || q_token_is(t, "previous"))
        return -1;
    if (q_token_is(t, "next") || q_token_is(t, "coming") || q_token_is(t, "following"))
        return 1;
    if (q_token_is(t, "this") || q_token_is(t, "current"))
        return 0;
    return 2;
}

/* d w m y, h for shorter, D for decades and longer; 0: no unit of time. */
static char unit_at(const q_token *t)
{
    static const struct {
        const char *name;
        char unit;
    } UNITS[] = {{"day", 'd'},     {"week", 'w'},      {"month", 'm'},   {"year", 'y'},
                 {"hour", 'h'},    {"minute", 'h'},    {"second", 'h'},  {"decade", 'D'},
                 {"century", 'D'}, {"centuries", 'D'}, {"quarter", 'D'}, {"weekend", 'D'},
                 {"morning", 'D'}, {"afternoon", 'D'}, {"evening", 'D'}, {"night", 'D'},
                 {"season", 'D'},  {"summer", 'D'},    {"winter", 'D'},  {"spring", 'D'},
                 {"autumn", 'D'}};
    q_str w = t->lower;

    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (q_str_is(w, UNITS[i].name) ||
            (w.n && w.p[w.n - 1] == 's' && q_str_is(q_str_sub(w, 0, w.n - 1), UNITS[i].name)))
            return UNITS[i].unit;
    }
    return 0;
}

static q_date weekday(const q_tokens *t, size_t i)
{
    bool shortened;
    int way = relative_word(token(t, i));
    size_t at = i + (way != 2 ? 1 : 0);
    int day = named(token(t, at), DAYS, 7, &shortened);
    q_date d = {
        .kind = Q_DATE_WEEKDAY, .weekday = day, .score = 0.97f, .offset = way == 2 ? 0 : way};

    if (day < 0 || (shortened && (!token(t, at)->capital || token(t, at)->sentence)))
        return (q_date){0};
    at++;
    /* "Friday, May 10" */
    {
        size_t next = at + (q_token_mark(token(t, at), ',') ? 1 : 0);
        q_date rest = token(t, next)->line ? (q_date){0} : month_first(t, next);

        if (!rest.tokens && !token(t, next)->line)
            rest = day_first(t, next);
        if (rest.tokens && rest.day) {
            rest.tokens += next - i;
            return rest;
        }
    }
    if (!token(t, at)->line && unit_at(token(t, at)) == 'D')
        at++; /* "Friday night" */
    d.tokens = at - i;
    return d;
}

/* "last 3 months", "next year", "this morning", "3 weeks ago". */
static q_date relative(const q_tokens *t, size_t i)
{
    int way = relative_word(token(t, i));
    size_t at = i + (way != 2 ? 1 : 0);
    q_number n = token(t, at)->line && at > i ? (q_number){0} : q_number_at(t, at);
    q_date d = {.kind = Q_DATE_OFFSET, .score = 0.95f};

    if (n.tokens && (n.ordinal || n.value > 10000))
        return (q_date){0};
    if (!n.tokens && way == 2 && (q_token_is(token(t, at), "a") || q_token_is(token(t, at), "an")))
        n = (q_number){.value = 1, .tokens = 1};
    at += n.tokens;
    d.unit = at > i && !token(t, at)->line ? unit_at(token(t, at)) : 0;
    if (!d.unit)
        return (q_date){0};
    at++;
    d.offset = (int)(n.tokens ? n.value : 1);
    if (way == 2) {
        if (q_token_is(token(t, at), "ago") || q_token_is(token(t, at), "earlier"))
            d.offset = -d.offset;
        else if (!q_token_is(token(t, at), "later") && !q_token_is(token(t, at), "hence"))
            return (q_date){0};
        at++;
    } else {
        d.offset *= way;
    }
    if (d.unit == 'h' || d.unit == 'D')
        d.kind = Q_DATE_OTHER;
    d.tokens = at - i;
    return d;
}

static q_date day_word(const q_token *k)
{
    static const struct {
        const char *word;
        int offset;
        q_date_kind kind;
        float score;
    } WORDS[] = {
        {"today", 0, Q_DATE_OFFSET, 0.95f},      {"tomorrow", 1, Q_DATE_OFFSET, 0.97f},
        {"yesterday", -1, Q_DATE_OFFSET, 0.97f}, {"tonight", 0, Q_DATE_OFFSET, 0.93f},
        {"christmas", 0, Q_DATE_OTHER, 0.8f},    {"easter", 0, Q_DATE_OTHER, 0.8f},
        {"thanksgiving", 0, Q_DATE_OTHER, 0.8f}, {"halloween", 0, Q_DATE_OTHER, 0.8f},
        {"ramadan", 0, Q_DATE_OTHER, 0.8f},
    };

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (q_token_is(k, WORDS[i].word))
            return (q_date){.kind = WORDS[i].kind,
                            .tokens = 1,
                            .offset = WORDS[i].offset,
                            .unit = 'd',
                            .score = WORDS[i].score};
    return (q_date){0};
}

/* 'a' for am, 'p' for pm, 0. Sets *tokens. */
static char half_of_day(const q_tokens *t, size_t i)
{
    const q_token *k = token(t, i);

    if (k->line)
        return 0;
    if (q_token_is(k, "am") || q_token_is(k, "a.m."))
        return 'a';
    return q_token_is(k, "pm") || q_token_is(k, "p.m.") ? 'p' : 0;
}

/* "10:30", "10:30:15 am", "5 pm", "5pm". */
static q_date clock_time(const q_tokens *t, size_t i)
{
    const q_token *k = token(t, i);
    q_date d = {.kind = Q_DATE_TIME, .tokens = 1, .score = 0.93f};
    bool minutes = false;
    char half;

    if (k->kind == Q_TOKEN_MIXED && k->lower.n <= 4 && k->lower.n >= 3) {
        uint64_t hour;
        q_str ending = q_str_sub(k->lower, k->lower.n - 2, 2);

        if ((!q_str_is(ending, "am") && !q_str_is(ending, "pm")) ||
            !q_str_u64(q_str_sub(k->lower, 0, k->lower.n - 2), &hour) || hour < 1 || hour > 12)
            return (q_date){0};
        d.hour = (int)hour % 12 + (ending.p[0] == 'p' ? 12 : 0);
        return d;
    }
    d.hour = whole(k, 2);
    if (d.hour < 0 || d.hour > 24)
        return (q_date){0};
    if (q_token_mark(token(t, i + 1), ':') && !token(t, i + 1)->space && !token(t, i + 2)->space) {
        const q_token *m = token(t, i + 2);
        bool joined = m->kind == Q_TOKEN_MIXED && m->lower.n == 4; /* "30am" */
        uint64_t minute;

        if (!q_str_u64(q_str_sub(m->lower, 0, 2), &minute) || minute > 59 ||
            (!joined && m->text.n != 2))
            return (q_date){0};
        minutes = true;
        d.minute = (int)minute;
        d.tokens = 3;
        if (joined) {
            d.hour = d.hour % 12 + (m->lower.p[2] == 'p' ? 12 : 0);
            return d;
        }
        if (q_token_mark(token(t, i + 3), ':') && whole(token(t, i + 4), 2) >= 0)
            d.tokens = 5;
    }
    half = half_of_day(t, i + d.tokens);
    if (half) {
        d.hour = d.hour % 12 + (half == 'p' ? 12 : 0);
        d.tokens++;
    } else if (q_token_is(token(t, i + d.tokens), "o'clock")) {
        d.tokens++;
    } else if (!minutes) {
        return (q_date){0};
    }
    return d;
}

/* "2019" where it reads as a year, "1990s", "19th century". */
static q_date year_alone(const q_tokens *t, size_t i)
{
    static const char *const BEFORE[] = {"in",     "since", "by",      "from",   "until", "till",
                                         "during", "of",    "year",    "before", "after", "early",
                                         "late",   "mid",   "between", "circa"};
    const q_token *k = token(t, i);
    q_date d = {.kind = Q_DATE_CALENDAR, .tokens = 1, .score = 0.6f};
    q_number n;

    if (k->kind == Q_TOKEN_MIXED) {
        if (k->lower.n == 5 && k->lower.p[3] == '0' && k->lower.p[4] == 's')
            return (q_date){.kind = Q_DATE_OTHER, .tokens = 1, .score = 0.95f};
    }
    n = q_number_at(t, i);
    if (n.ordinal && q_token_is(token(t, i + n.tokens), "century"))
        return (q_date){.kind = Q_DATE_OTHER, .tokens = n.tokens + 1, .score = 0.95f};
    if (n.ordinal && q_token_is(token(t, i + n.tokens), "quarter")) {
        size_t at = i + n.tokens + 1;

        at += q_token_is(token(t, at), "of") && is_year(whole(token(t, at + 1), 4)) ? 2 : 0;
        return (q_date){.kind = Q_DATE_OTHER, .tokens = at - i, .score = 0.9f};
    }
    d.year = whole(k, 4);
    if (k->text.n != 4 || d.year < 1500 || d.year > 2099)
        return (q_date){0};
    if (unit_at(token(t, i + 1)) && !token(t, i + 1)->line)
        return (q_date){0};
    for (size_t j = 0; i > 0 && j < sizeof BEFORE / sizeof BEFORE[0]; j++)
        if (q_token_is(&t->v[i - 1], BEFORE[j]))
            d.score = 0.97f;
    if (q_token_mark(token(t, i + 1), '-') && !token(t, i + 1)->space &&
        whole(token(t, i + 2), 4) > 0 && !token(t, i + 2)->space)
        d.tokens = 3; /* 1990-95 */
    return d;
}

static q_date season(const q_tokens *t, size_t i)
{
    const q_token *k = token(t, i);
    size_t at = i + 1;
    int y;

    if (!q_token_is(k, "summer") && !q_token_is(k, "winter") && !q_token_is(k, "spring") &&
        !q_token_is(k, "autumn") && !q_token_is(k, "fall") && !q_token_is(k, "early") &&
        !q_token_is(k, "late") && !q_token_is(k, "mid"))
        return (q_date){0};
    if (q_token_is(token(t, at), "of") || q_token_mark(token(t, at), '-'))
        at++;
    y = whole(token(t, at), 4);
    if (is_year(y) && !token(t, at)->line)
        return (q_date){.kind = Q_DATE_OTHER, .tokens = at + 1 - i, .score = 0.93f};
    return (q_date){0};
}

q_date q_date_at(const q_tokens *t, size_t i)
{
    q_date (*const rules[])(const q_tokens *, size_t) = {
        numeric, month_first, day_first, weekday, relative, clock_time, season, year_alone};
    q_date d = {0};

    if (i >= t->n)
        return d;
    d = dotted(&t->v[i]);
    if (!d.tokens)
        d = day_word(&t->v[i]);
    for (size_t r = 0; !d.tokens && r < sizeof rules / sizeof rules[0]; r++)
        d = rules[r](t, i);
    return d;
}

/* Days since 1970-01-01 of a date, and back. Source: H. Hinnant,
 * chrono-compatible low-level date algorithms.
 */
static int64_t days_of(int64_t y, int m, int d)
{
    int64_t era, yoe, doy;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_of(int64_t days, int *y, int *m, int *d)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

    *d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *y = (int)(yoe + era * 400 + (*m <= 2));
}

static void shift_months(int *y, int *m, int offset)
{
    int64_t month = (int64_t)*y * 12 + *m - 1 + offset;

    *y = (int)(month / 12);
    *m = (int)(month % 12) + 1;
}

void q_date_iso(const q_date *d, int64_t now_ms, char out[11])
{
    int64_t today = now_ms / 86400000;
    int y, m, day;
    char text[48] = "";

    date_of(today, &y, &m, &day);
    if (d->kind == Q_DATE_WEEKDAY) {
        int now = (int)((today + 4) % 7), ahead = (d->weekday - now + 7) % 7;

        date_of(today + ahead +
                    (d->offset < 0             ? -7
                     : d->offset > 0 && !ahead ? 7
                                               : 0),
                &y, &m, &day);
        snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, day);
    } else if (d->kind == Q_DATE_OFFSET && (d->unit == 'd' || d->unit == 'w')) {
        date_of(today + (int64_t)d->offset * (d->unit == 'w' ? 7 : 1), &y, &m, &day);
        snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, day);
    } else if (d->kind == Q_DATE_OFFSET && d->unit == 'm') {
        shift_months(&y, &m, d->offset);
        snprintf(text, sizeof text, "%04d-%02d", y, m);
    } else if (d->kind == Q_DATE_OFFSET && d->unit == 'y') {
        snprintf(text, sizeof text, "%04d", y + d->offset);
    } else if (d->kind == Q_DATE_CALENDAR && !d->month) {
        snprintf(text, sizeof text, "%04d", d->year);
    } else if (d->kind == Q_DATE_CALENDAR) {
        int day_or_1 = d->day ? d->day : 1;
        bool passed = days_of(y, d->month, day_or_1) < (d->day ? today : days_of(y, m, 1));
        int year = d->year ? d->year : y + passed;

        if (d->day)
            snprintf(text, sizeof text, "%04d-%02d-%02d", year, d->month, d->day);
        else
            snprintf(text, sizeof text, "%04d-%02d", year, d->month);
    }
    memcpy(out, text, 10);
    out[10] = 0;
}
