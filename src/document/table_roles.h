/* document/table_roles.h - what parts of a table are for: headings, sections, sums; title and
 * notes beside it.
 */
#ifndef Q_DOCUMENT_TABLE_ROLES_H
#define Q_DOCUMENT_TABLE_ROLES_H

#include "document/table_draft.h"

/* Take the rows that a frame holds beside the table, a title or notes, out of it. Q_NOMEM. */
Q_MUST_USE q_code table__frame_out(const table__text *t, table__draft *d, q_err *err);

/* Mark headings of columns (where lines made the table), sections and rows of sums. Q_NOMEM. */
Q_MUST_USE q_code table__roles(const table__text *t, table__draft *d, q_err *err);

/* Find a title over the table and notes under it, among the words that are cut into rows; they
 * are taken. Q_NOMEM.
 */
Q_MUST_USE q_code table__titles(table__text *t, table__draft *d, q_err *err);

#endif
