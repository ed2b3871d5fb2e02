/* language/date_rules.h - the rules behind q_date_at, and what they read
 * tokens with.
 *
 * A rule looks at the tokens from i on and gives a date, or one of no tokens
 * when it does not apply. Dates end with their line.
 */
#ifndef LANGUAGE_DATE_RULES_H
#define LANGUAGE_DATE_RULES_H

#include "language/date.h"

/* By the calendar. */
q_date date__numeric(const q_tokens *t, size_t i);     /* a SEP b SEP c without blanks */
q_date date__dotted(const q_token *k);                 /* "12.05.2019", one token: day first */
q_date date__month_first(const q_tokens *t, size_t i); /* "May 12, 2019", "May 2019", "May" */
q_date date__day_first(const q_tokens *t, size_t i);   /* "12 May 2019", "12th of May" */
q_date date__year_alone(const q_tokens *t, size_t i);  /* "2019", "1990s", "19th century" */

/* From today, within a day, within a year. */
q_date date__day_word(const q_token *k);              /* "tomorrow", "Easter" */
q_date date__weekday(const q_tokens *t, size_t i);    /* "next Friday", "Friday, May 10" */
q_date date__relative(const q_tokens *t, size_t i);   /* "last 3 months", "3 weeks ago" */
q_date date__clock_time(const q_tokens *t, size_t i); /* "10:30", "10:30:15 am", "5pm" */
q_date date__season(const q_tokens *t, size_t i);     /* "summer of 2019", "early 2019" */

/* d w m y, h for shorter, D for decades and longer; 0: no unit of time. */
char date__unit(const q_token *t);

/* Token i, or one that fits nothing behind the last. */
const q_token *date__token(const q_tokens *t, size_t i);

/* The index of the name that the token is, or of its first letters ("sept",
 * "tues"), which sets *shortened; else -1. Names are lower-case.
 */
int date__named(const q_token *t, const char *const *names, int count, bool *shortened);

/* A whole number of at most `digits` digits, no point or comma; else -1. */
int date__whole(const q_token *t, size_t digits);

bool date__is_year(int y);

#endif
