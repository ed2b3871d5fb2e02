/* document/expense_mend.h - misread letters in words that letterheads have: streets, places,
 * trades, legal forms.
 */
#ifndef Q_DOCUMENT_EXPENSE_MEND_H
#define Q_DOCUMENT_EXPENSE_MEND_H

#include "base/arena.h"
#include "base/str.h"

/* The word, with what stands around it, as it was meant: "SCLANGOR," is "SELANGOR,"; the same bytes
 * when it is not nearly a known word. `before` and `after` are its neighbours in the row, empty
 * without. In the arena; .p is NULL when it is full.
 */
q_str expense__mend(q_arena *a, q_str word, q_str before, q_str after);

#endif
