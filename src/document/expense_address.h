/* document/expense_address.h - what kind of line a run is: part of a postal
 * address, a company's name, a registration, or neither.
 */
#ifndef Q_DOCUMENT_EXPENSE_ADDRESS_H
#define Q_DOCUMENT_EXPENSE_ADDRESS_H

#include "document/expense_field.h"

typedef enum expense_line_class {
    EXPENSE_LINE_TEXT,
    EXPENSE_LINE_ADDRESS,
    EXPENSE_LINE_LABEL,  /* begins with a known label: "Tel:", "Invoice no" */
    EXPENSE_LINE_TITLE,  /* "TAX INVOICE" */
    EXPENSE_LINE_NUMBER, /* a registration, a date, a sum, marks only */
} expense_line_class;

expense_line_class expense__line_class(const expense_leaf *leaf, size_t run);
expense_line_class expense__span_class(const expense_leaf *leaf, expense_span span); /* of a row */

/* 0: no street, post code or place; 1 or more: how many signs of one. */
int expense__address_signs(const expense_sheet *s, expense_span span);

bool expense__has_post_code(const expense_sheet *s, expense_span span);

/* 0..1: "GmbH", "Sdn Bhd", "Ltd" 1; "restaurant", "enterprise" 0.6. */
double expense__company_signs(const expense_sheet *s, expense_span span);

/* Nothing but a legal form, or the tail of a name: "SDN BHD", "(M) BHD". */
bool expense__is_company_tail(const expense_sheet *s, expense_span span);

/* "Name - Street 1 - 12345 Town": how many parts, and the tokens of the first
 * and last mark between them; 0 when the line is no such letterhead.
 */
size_t expense__sender_parts(const expense_sheet *s, expense_span span, size_t *first_cut,
                             size_t *last_cut);

/* The letters of a span, and its digits. */
void expense__count_signs(const expense_sheet *s, expense_span span, size_t *letters,
                          size_t *digits);

#endif
