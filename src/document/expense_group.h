/* document/expense_group.h - parties as groups of fields: NAME, ADDRESS and its parts (STREET,
 * CITY, STATE, ZIP_CODE, COUNTRY) of whoever sells, is billed, or has it delivered.
 */
#ifndef Q_DOCUMENT_EXPENSE_GROUP_H
#define Q_DOCUMENT_EXPENSE_GROUP_H

#include "document/expense_field.h"

/* Adds them to out->fields, for the VENDOR and RECEIVER fields that were chosen and for the best of
 * where goods are shipped to among the candidates. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__groups_add(const expense_leaf *leaves, const expense_candidates *found,
                                      q_expense *out, q_err *err);

#endif
