#include "language/date.h"

#include "language/date_rules.h"

#include <stdio.h>
#include <string.h>

int date__named(const q_token *t, const char *const *names, int count, bool *shortened)
{
    q_str w = t->lower;

    *shortened = false;
    if (t->kind != Q_TOKEN_WORD || w.n < 3)
        return -1;
    for (int i = 0; i < count; i++) {
        if (names[i][0] != w.p[0])
            continue;
        if (q_str_is(w, names[i]))
            return i;
        if (w.n <= 5 && q_str_starts(q_str_of(names[i]), w)) {
            *shortened = true;
            return i;
        }
    }
    return -1;
}

const q_token *date__token(const q_tokens *t, size_t i)
{
    static const q_token NONE = {.kind = Q_TOKEN_SYMBOL, .space = true, .line = true};

    return i < t->n ? &t->v[i] : &NONE;
}

int date__whole(const q_token *t, size_t digits)
{
    uint64_t v;

    if (t->kind != Q_TOKEN_NUMBER || t->text.n > digits || !q_str_u64(t->text, &v))
        return -1;
    return (int)v;
}

bool date__is_year(int y)
{
    return y >= 1000 && y <= 2999;
}

q_date q_date_at(const q_tokens *t, size_t i)
{
    q_date (*const rules[])(const q_tokens *, size_t) = {
        date__numeric,  date__month_first, date__day_first, date__weekday,
        date__relative, date__clock_time,  date__season,    date__year_alone};
    q_date d = {0};

    if (i >= t->n)
        return d;
    d = date__dotted(&t->v[i]);
    if (!d.tokens)
        d = date__day_word(&t->v[i]);
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
