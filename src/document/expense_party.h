/* document/expense_party.h - who sent the invoice and to whom: names and
 * postal addresses, by labels, and by where and how blocks of lines stand.
 */
#ifndef Q_DOCUMENT_EXPENSE_PARTY_H
#define Q_DOCUMENT_EXPENSE_PARTY_H

#include "document/expense_field.h"

/* Adds candidates for VENDOR_NAME, VENDOR_ADDRESS, RECEIVER_NAME and
 * RECEIVER_ADDRESS. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__parties_find(const expense_leaf *leaves, size_t count,
                                        expense_candidates *out, q_err *err);

#endif
