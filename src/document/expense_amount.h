/* document/expense_amount.h - sums of money and other numbers in text.
 *
 * Read as people write them in English, German and French: 1,500.00 and
 * 1.500,00 and 1 500,00, with a currency before or behind, a sign before or
 * behind, or in parentheses for less than nothing. A single separator with
 * three digits behind it parts thousands; any other one is the decimal point.
 */
#ifndef Q_DOCUMENT_EXPENSE_AMOUNT_H
#define Q_DOCUMENT_EXPENSE_AMOUNT_H

#include "document/expense_layout.h"

typedef struct expense_amount {
    expense_span tokens; /* set by expense__amounts_in */
    double value;
    unsigned decimals;
    q_str currency; /* ISO 4217 code, static; empty when not written or not one certain */
    bool marked;    /* a currency sign of any kind was there */
    bool percent;   /* "19 %": a rate, not a sum */
} expense_amount;

/* All of `text` is one number with what may stand around it. */
bool expense__amount_parse(q_str text, expense_amount *out);

/* The numbers among the tokens, left to right; those split by recognition
 * ("64. 15") or by blanks between thousands are joined. At most `max`.
 */
size_t expense__amounts_in(const expense_sheet *s, expense_span span, expense_amount *out,
                           size_t max);

/* A number's text without the blanks recognition put into it: "RM 64.15" for
 * "RM 64. 15"; .p is NULL when the arena is full.
 */
q_str expense__amount_text(const expense_sheet *s, expense_span span);

/* "EUR" for "€", "Euro", "eur"; empty when it is no currency. Static. */
q_str expense__currency(q_str word);

#endif
