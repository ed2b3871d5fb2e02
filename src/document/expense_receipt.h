/* document/expense_receipt.h - line items without column heads: rows of a
 * name and a price above the total, as receipts have them.
 */
#ifndef Q_DOCUMENT_EXPENSE_RECEIPT_H
#define Q_DOCUMENT_EXPENSE_RECEIPT_H

#include "document/expense_field.h"

/* Items of one page; out->count is 0 when there are none. Rows taken are
 * marked in the leaf. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__receipt_items(expense_leaf *leaf, q_expense_table *out, q_err *err);

#endif
