/* document/expense_tagged.h - the vendor's name and address where the lines of a receipt's head
 * were tagged (expense_lines.h).
 */
#ifndef Q_DOCUMENT_EXPENSE_TAGGED_H
#define Q_DOCUMENT_EXPENSE_TAGGED_H

#include "document/expense_party_lines.h"

/* Candidates for VENDOR_NAME and VENDOR_ADDRESS; none on pages as wide as letters are. Fails only
 * with Q_NOMEM.
 */
Q_MUST_USE q_code expense__tagged_find(const party_page *p, q_err *err);

#endif
