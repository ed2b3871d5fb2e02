/* document/expense_date.h - calendar dates in text.
 *
 * 12/03/2018, 05.03.13, 2018-03-05, 20180305, 19 april 2014, OCT 3, 2016, with
 * the month's names in English, German, French and Dutch. Day or month first
 * cannot always be told: both readings are kept.
 */
#ifndef Q_DOCUMENT_EXPENSE_DATE_H
#define Q_DOCUMENT_EXPENSE_DATE_H

#include "document/expense_layout.h"

typedef struct expense_date {
    expense_span tokens; /* set by expense__dates_in */
    int year;            /* 1000..2999; two digits are 1970..2069 */
    int month, day;      /* day first where both readings exist */
    bool ambiguous;      /* month and day may be the other way round */
    bool plausible;      /* 1970..2079 */
} expense_date;

/* A date at the start of text; *used is its length in bytes. */
bool expense__date_parse(q_str text, expense_date *out, size_t *used);

/* The dates among the tokens, left to right, at most `max`. */
size_t expense__dates_in(const expense_sheet *s, expense_span span, expense_date *out, size_t max);

/* The same where recognition lost or changed what parts day, month and year: "27 032018",
 * "05-05~18". Only numbers, day first, 2000..2039.
 */
size_t expense__dates_loose(const expense_sheet *s, expense_span span, expense_date *out,
                            size_t max);

#endif
