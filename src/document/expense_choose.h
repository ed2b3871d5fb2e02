/* document/expense_choose.h - of all candidates, the fields.
 *
 * Sums are weighed against one another: subtotal + tax = total, cash - change
 * = total, total + rounding = rounded total, the sum of the line items. What
 * agrees gains.
 */
#ifndef Q_DOCUMENT_EXPENSE_CHOOSE_H
#define Q_DOCUMENT_EXPENSE_CHOOSE_H

#include "document/expense_field.h"

typedef struct expense_evidence {
    const double *amounts; /* every sum of money on the pages, repeated as often as it stands */
    size_t amount_count;
    double items_sum; /* of the line items' prices; 0 without any */
} expense_evidence;

/* Keep the best few of each type, so that a long document stays cheap: what
 * follows compares candidates with one another.
 */
void expense__candidates_prune(expense_candidates *c);

/* Changes the candidates' scores and types in place, then writes the chosen
 * fields, best type first met on the page first. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__choose(expense_candidates *c, const expense_evidence *e, q_expense *out,
                                  q_err *err);

#endif
