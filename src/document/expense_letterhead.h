/* document/expense_letterhead.h - parties without a label, told by how their
 * lines look and where they stand: the letterhead, the line over the address
 * window, the window itself.
 */
#ifndef Q_DOCUMENT_EXPENSE_LETTERHEAD_H
#define Q_DOCUMENT_EXPENSE_LETTERHEAD_H

#include "document/expense_party_lines.h"

/* A letterhead on one line, "Name - Street 1 - 12345 Town", and whom the
 * window under it shows. All three fail only with Q_NOMEM.
 */
Q_MUST_USE q_code letterhead__sender_line(const party_page *p, size_t run, q_err *err);

Q_MUST_USE q_code letterhead__vendor(const party_page *p, const expense_block *b, q_err *err);

/* An address without telephone or tax number, high on the page, is the
 * window the letter shows.
 */
Q_MUST_USE q_code letterhead__receiver(const party_page *p, const expense_block *b, q_err *err);

#endif
