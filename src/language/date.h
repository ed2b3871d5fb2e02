/* language/date.h - dates, times and spans of time in English text. */
#ifndef Q_LANGUAGE_DATE_H
#define Q_LANGUAGE_DATE_H

#include "language/token.h"

typedef enum q_date_kind {
    Q_DATE_CALENDAR, /* year, month, day; what is 0 was not said */
    Q_DATE_WEEKDAY,  /* weekday; offset -1 last, 0 the coming one, 1 next */
    Q_DATE_OFFSET,   /* offset days, weeks, months, years (unit d w m y) from today */
    Q_DATE_TIME,     /* a time of day */
    Q_DATE_OTHER     /* a date without a day that a calendar could show: "Easter" */
} q_date_kind;

typedef struct q_date {
    q_date_kind kind;
    size_t tokens; /* how many it took; 0: no date here */
    int year, month, day;
    int weekday; /* 0 Sunday .. 6 Saturday */
    int offset;
    char unit;
    int hour, minute; /* Q_DATE_TIME */
    float score;      /* 0..1 */
} q_date;

/* The date that starts at token i: "5/12/2019", "2019-05-12", "May 12, 2019",
 * "12th of May", "next Friday", "3 weeks ago", "10:30 am", "1990s", "2019".
 * x/y/z is read month first unless only day first is possible.
 */
q_date q_date_at(const q_tokens *t, size_t i);

/* "2019-05-12", "2019-05", "2019" or "" when it names no day; a day without a
 * year is the next one from `now_ms` (UTC).
 */
void q_date_iso(const q_date *d, int64_t now_ms, char out[11]);

#endif
