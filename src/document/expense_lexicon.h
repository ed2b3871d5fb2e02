/* document/expense_lexicon.h - the table of label phrases; expense_label.h
 * finds them on a page.
 */
#ifndef Q_DOCUMENT_EXPENSE_LEXICON_H
#define Q_DOCUMENT_EXPENSE_LEXICON_H

#include "document/expense_label.h"

extern const expense_label expense__lexicon[];
extern const size_t expense__lexicon_count;

#endif
