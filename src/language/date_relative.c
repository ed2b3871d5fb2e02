#include "language/amount.h"
#include "language/date_rules.h"

#include "language/number.h"

const char *const amount_days[7] = {"sunday",   "monday", "tuesday", "wednesday",
                                    "thursday", "friday", "saturday"};

/* -1 "last", 0 "this", 1 "next"; 2: none of them. */
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

char date__unit(const q_token *t)
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
        if (!w.n || w.p[0] != UNITS[i].name[0])
            continue;
        if (q_str_is(w, UNITS[i].name) ||
            (w.p[w.n - 1] == 's' && q_str_is(q_str_sub(w, 0, w.n - 1), UNITS[i].name)))
            return UNITS[i].unit;
    }
    return 0;
}

/* "May 10" behind "Friday,", from token i on. */
static q_date day_behind(const q_tokens *t, size_t i)
{
    size_t at = i + (q_token_mark(date__token(t, i), ',') ? 1 : 0);
    q_date d = {0};

    if (date__token(t, at)->line)
        return d;
    d = date__month_first(t, at);
    if (!d.tokens)
        d = date__day_first(t, at);
    if (!d.day)
        return (q_date){0};
    d.tokens += at - i;
    return d;
}

q_date date__weekday(const q_tokens *t, size_t i)
{
    bool shortened;
    q_date rest;
    int way = relative_word(date__token(t, i));
    size_t at = i + (way != 2 ? 1 : 0);
    int day = date__named(date__token(t, at), amount_days, 7, &shortened);
    q_date d = {
        .kind = Q_DATE_WEEKDAY, .weekday = day, .score = 0.97f, .offset = way == 2 ? 0 : way};

    if (day < 0 || (shortened && (!date__token(t, at)->capital || date__token(t, at)->sentence)))
        return (q_date){0};
    at++;
    rest = day_behind(t, at);
    if (rest.tokens) {
        rest.tokens += at - i;
        return rest;
    }
    if (!date__token(t, at)->line && date__unit(date__token(t, at)) == 'D')
        at++; /* "Friday night" */
    d.tokens = at - i;
    return d;
}

q_date date__relative(const q_tokens *t, size_t i)
{
    int way = relative_word(date__token(t, i));
    size_t at = i + (way != 2 ? 1 : 0);
    q_number n = date__token(t, at)->line && at > i ? (q_number){0} : q_number_at(t, at);
    q_date d = {.kind = Q_DATE_OFFSET, .score = 0.95f};

    if (n.tokens && (n.ordinal || n.value > 10000))
        return (q_date){0};
    if (!n.tokens && way == 2 &&
        (q_token_is(date__token(t, at), "a") || q_token_is(date__token(t, at), "an")))
        n = (q_number){.value = 1, .tokens = 1};
    at += n.tokens;
    d.unit = at > i && !date__token(t, at)->line ? date__unit(date__token(t, at)) : 0;
    if (!d.unit)
        return (q_date){0};
    at++;
    d.offset = (int)(n.tokens ? n.value : 1);
    if (way == 2) {
        if (q_token_is(date__token(t, at), "ago") || q_token_is(date__token(t, at), "earlier"))
            d.offset = -d.offset;
        else if (!q_token_is(date__token(t, at), "later") &&
                 !q_token_is(date__token(t, at), "hence"))
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

q_date date__day_word(const q_token *k)
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

/* 'a' for am, 'p' for pm, else 0. */
static char half_of_day(const q_tokens *t, size_t i)
{
    const q_token *k = date__token(t, i);

    if (k->line)
        return 0;
    if (q_token_is(k, "am") || q_token_is(k, "a.m."))
        return 'a';
    return q_token_is(k, "pm") || q_token_is(k, "p.m.") ? 'p' : 0;
}

q_date date__clock_time(const q_tokens *t, size_t i)
{
    const q_token *k = date__token(t, i);
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
    d.hour = date__whole(k, 2);
    if (d.hour < 0 || d.hour > 24)
        return (q_date){0};
    if (q_token_mark(date__token(t, i + 1), ':') && !date__token(t, i + 1)->space &&
        !date__token(t, i + 2)->space) {
        const q_token *m = date__token(t, i + 2);
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
        if (q_token_mark(date__token(t, i + 3), ':') && date__whole(date__token(t, i + 4), 2) >= 0)
            d.tokens = 5;
    }
    half = half_of_day(t, i + d.tokens);
    if (half) {
        d.hour = d.hour % 12 + (half == 'p' ? 12 : 0);
        d.tokens++;
    } else if (q_token_is(date__token(t, i + d.tokens), "o'clock")) {
        d.tokens++;
    } else if (!minutes) {
        return (q_date){0};
    }
    return d;
}

q_date date__season(const q_tokens *t, size_t i)
{
    const q_token *k = date__token(t, i);
    size_t at = i + 1;
    int y;

    if (!q_token_is(k, "summer") && !q_token_is(k, "winter") && !q_token_is(k, "spring") &&
        !q_token_is(k, "autumn") && !q_token_is(k, "fall") && !q_token_is(k, "early") &&
        !q_token_is(k, "late") && !q_token_is(k, "mid"))
        return (q_date){0};
    if (q_token_is(date__token(t, at), "of") || q_token_mark(date__token(t, at), '-'))
        at++;
    y = date__whole(date__token(t, at), 4);
    if (date__is_year(y) && !date__token(t, at)->line)
        return (q_date){.kind = Q_DATE_OTHER, .tokens = at + 1 - i, .score = 0.93f};
    return (q_date){0};
}
