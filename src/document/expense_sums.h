/* document/expense_sums.h - line items held against the sums below them. */
#ifndef Q_DOCUMENT_EXPENSE_SUMS_H
#define Q_DOCUMENT_EXPENSE_SUMS_H

#include "document/expense.h"

/* Of all prices of the tables. */
double expense__items_sum(const q_expense_table *tables, size_t count);

/* Once the summary fields are chosen: a last item that is the others' sum is the total, not an
 * item; and where the items do not make up the total but `plain` does (items read another way;
 * count 0 without any), those are the items. Changes e->tables.
 */
void expense__items_settle(q_expense *e, const q_expense_table *plain);

#endif
