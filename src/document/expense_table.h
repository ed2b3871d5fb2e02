/* document/expense_table.h - line items: under a row of column heads, or, on
 * receipts, rows of a name and a price.
 *
 * Rows that belong to items are marked in each leaf's row_use, so that a
 * column's head is not taken for a label of the whole invoice.
 */
#ifndef Q_DOCUMENT_EXPENSE_TABLE_H
#define Q_DOCUMENT_EXPENSE_TABLE_H

#include "document/expense_field.h"

/* Fills out->tables. Fails only with Q_NOMEM. */
Q_MUST_USE q_code expense__tables_find(expense_leaf *leaves, size_t count, q_arena *a,
                                       q_expense *out, q_err *err);

/* What the first page's items are without regard to column heads, for a receipt whose heads
 * mislead; leaves row_use alone. out->count is 0 without any. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__plain_items(expense_leaf *leaf, q_expense_table *out, q_err *err);

/* Is this a row of totals: a sum's label, and a sum? */
bool expense__is_summary_row(const expense_leaf *leaf, size_t row);

#endif
