/* document/expense_bare.h - values that need no label: dates and web
 * addresses, told by their form and by what stands in their row.
 */
#ifndef Q_DOCUMENT_EXPENSE_BARE_H
#define Q_DOCUMENT_EXPENSE_BARE_H

#include "document/expense_field.h"

/* Adds candidates for INVOICE_RECEIPT_DATE, VENDOR_URL and VENDOR_EMAIL. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__bare_find(const expense_leaf *leaf, expense_candidates *out, q_err *err);

#endif
