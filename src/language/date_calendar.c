#include "language/amount.h"
#include "language/date_rules.h"

#include "language/number.h"

const char *const amount_months[12] = {"january",   "february", "march",    "april",
                                       "may",       "june",     "july",     "august",
                                       "september", "october",  "november", "december"};

static int month_at(const q_tokens *t, size_t i)
{
    bool shortened;
    const q_token *k = date__token(t, i);
    int m = date__named(k, amount_months, 12, &shortened);

    /* "may" and "march" are verbs too, "mar", "jun" rarely alone */
    if (m >= 0 && !k->capital && (m == 4 || m == 2 || shortened))
        return -1;
    return m;
}

q_date date__numeric(const q_tokens *t, size_t i)
{
    const q_token *mark = date__token(t, i + 1), *mark2 = date__token(t, i + 3);
    const q_token *b = date__token(t, i + 2), *c = date__token(t, i + 4);
    char sep = mark->text.n == 1 ? mark->text.p[0] : 0;
    int x = date__whole(date__token(t, i), 4), y = date__whole(b, 2), z = date__whole(c, 4);
    size_t first = date__token(t, i)->text.n;
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
    if (!date__is_year(d.year) || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31)
        return (q_date){0};
    return d;
}

q_date date__dotted(const q_token *k)
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
    if (!date__is_year((int)y) || m < 1 || m > 12 || d < 1 || d > 31)
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
    if (n.plain && date__token(t, i)->text.n > 2)
        return 0;
    return (int)n.value;
}

/* ", 2019" or "2019" behind what ends before token i. */
static size_t year_behind(const q_tokens *t, size_t i, int *year)
{
    size_t at = i + (q_token_mark(date__token(t, i), ',') ? 1 : 0);
    int y = date__whole(date__token(t, at), 4);

    if (date__token(t, at)->text.n != 4 || !date__is_year(y) || date__token(t, at)->line)
        return 0;
    *year = y;
    return at + 1 - i;
}

q_date date__month_first(const q_tokens *t, size_t i)
{
    size_t at = i + 1, took;
    q_date d = {.kind = Q_DATE_CALENDAR, .score = 0.98f};

    d.month = month_at(t, i) + 1;
    if (!d.month)
        return (q_date){0};
    if (date__token(t, i)->text.n <= 4 && q_token_mark(date__token(t, at), '.') &&
        !date__token(t, at)->space)
        at++;
    if (!date__token(t, at)->line) {
        d.day = day_at(t, at, &took);
        if (d.day) {
            at += took;
            /* "May 10-12" */
            if (q_token_mark(date__token(t, at), '-') && day_at(t, at + 1, &took) &&
                !date__token(t, at + 1)->line)
                at += 1 + took;
        }
        at += year_behind(t, at, &d.year);
    }
    d.tokens = at - i;
    if (!d.day && !d.year) {
        bool shortened;

        d.score = 0.8f;
        d.tokens = 1;
        if (!date__token(t, i)->capital ||
            date__named(date__token(t, i), amount_months, 12, &shortened) < 0 || shortened ||
            (date__token(t, i)->sentence && (d.month == 5 || d.month == 3)))
            return (q_date){0};
    }
    return d;
}

q_date date__day_first(const q_tokens *t, size_t i)
{
    size_t took, at;
    int day = day_at(t, i, &took), month;
    q_date d = {.kind = Q_DATE_CALENDAR, .day = day, .score = 0.98f};

    if (!day)
        return (q_date){0};
    at = i + took;
    if (q_token_mark(date__token(t, at), '-') && !date__token(t, at)->space)
        at++; /* 12-May-2019 */
    else if (q_token_is(date__token(t, at), "of"))
        at++;
    month = date__token(t, at)->line ? -1 : month_at(t, at);
    if (month < 0)
        return (q_date){0};
    d.month = month + 1;
    at++;
    if (q_token_mark(date__token(t, at), '-') && !date__token(t, at)->space &&
        date__is_year(date__whole(date__token(t, at + 1), 4)))
        at++;
    at += year_behind(t, at, &d.year);
    d.tokens = at - i;
    return d;
}

q_date date__year_alone(const q_tokens *t, size_t i)
{
    static const char *const BEFORE[] = {"in",     "since", "by",      "from",   "until", "till",
                                         "during", "of",    "year",    "before", "after", "early",
                                         "late",   "mid",   "between", "circa"};
    const q_token *k = date__token(t, i);
    q_date d = {.kind = Q_DATE_CALENDAR, .tokens = 1, .score = 0.6f};
    q_number n;

    if (k->kind == Q_TOKEN_MIXED) {
        if (k->lower.n == 5 && k->lower.p[3] == '0' && k->lower.p[4] == 's')
            return (q_date){.kind = Q_DATE_OTHER, .tokens = 1, .score = 0.95f};
    }
    n = q_number_at(t, i);
    if (n.ordinal && q_token_is(date__token(t, i + n.tokens), "century"))
        return (q_date){.kind = Q_DATE_OTHER, .tokens = n.tokens + 1, .score = 0.95f};
    if (n.ordinal && q_token_is(date__token(t, i + n.tokens), "quarter")) {
        size_t at = i + n.tokens + 1;

        at += q_token_is(date__token(t, at), "of") &&
                      date__is_year(date__whole(date__token(t, at + 1), 4))
                  ? 2
                  : 0;
        return (q_date){.kind = Q_DATE_OTHER, .tokens = at - i, .score = 0.9f};
    }
    d.year = date__whole(k, 4);
    if (k->text.n != 4 || d.year < 1500 || d.year > 2099)
        return (q_date){0};
    if (date__unit(date__token(t, i + 1)) && !date__token(t, i + 1)->line)
        return (q_date){0};
    for (size_t j = 0; i > 0 && j < sizeof BEFORE / sizeof BEFORE[0]; j++)
        if (q_token_is(&t->v[i - 1], BEFORE[j]))
            d.score = 0.97f;
    if (q_token_mark(date__token(t, i + 1), '-') && !date__token(t, i + 1)->space &&
        date__whole(date__token(t, i + 2), 4) > 0 && !date__token(t, i + 2)->space)
        d.tokens = 3; /* 1990-95 */
    return d;
}
