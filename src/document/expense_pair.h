/* document/expense_pair.h - "label: value" where the label is none we know:
 * reported as OTHER, with its label.
 */
#ifndef Q_DOCUMENT_EXPENSE_PAIR_H
#define Q_DOCUMENT_EXPENSE_PAIR_H

#include "document/expense_field.h"

/* Adds candidates of type OTHER. `out` holds those of known labels already;
 * their values are left alone. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__pairs_find(const expense_leaf *leaf, expense_candidates *out,
                                      q_err *err);

#endif
