/* document/expense_choose.h - of all candidates, the fields.
 *
 * Sums are weighed against one another: subtotal + tax = total, cash - change
 * = total, total + rounding = rounded total, the sum of the line items. What
 * agrees gains.
 */
#ifndef Q_DOCUMENT_EXPENSE_CHOOSE_H
#define Q_DOCUMENT_EXPENSE_CHOOSE_H

#include "document/expense_field.h"

typedef struct expense_sum {
    double value;
    q_str currency;
    const expense_sheet *sheet;
    expense_span tokens;
} expense_sum;

typedef struct expense_evidence {
    const expense_sum *sums; /* every sum of money on the pages, in reading order */
    size_t sum_count;
    double items_sum; /* of the line items' prices; 0 without any */
} expense_evidence;

/* Keep the best few of each type, so that a long document stays cheap: what
 * follows compares candidates with one another.
 */
void expense__candidates_prune(expense_candidates *c);

/* Changes the candidates' scores and types in place, then writes the chosen
 * fields in the order of the page, with their scores in percent as confidences. Fails only with
 * Q_NOMEM.
 */
Q_MUST_USE q_code expense__choose(expense_candidates *c, const expense_evidence *e, q_expense *out,
                                  q_err *err);

#endif
