/* document/expense_search.h - the search for one label's value: right of it,
 * then below it in its column. What fits depends on the label's kind.
 */
#ifndef Q_DOCUMENT_EXPENSE_SEARCH_H
#define Q_DOCUMENT_EXPENSE_SEARCH_H

#include "document/expense_field.h"

typedef struct expense_search {
    const expense_leaf *leaf;
    const expense_sheet *s; /* the leaf's */
    const expense_hit *hit;
    expense_span right; /* behind the label in its row */
    double x0, x1;      /* the label's extent, points */
    size_t row;
    double score; /* 0..1, of the label alone */
    expense_candidates *out;
} expense_search;

/* Each adds what it finds, or nothing, and fails only with Q_NOMEM. */
Q_MUST_USE q_code search__amount(const expense_search *q, q_err *err);
Q_MUST_USE q_code search__date(const expense_search *q, q_err *err);
Q_MUST_USE q_code search__id(const expense_search *q, q_err *err);
Q_MUST_USE q_code search__tax_id(const expense_search *q, q_err *err);
Q_MUST_USE q_code search__phone(const expense_search *q, q_err *err);
Q_MUST_USE q_code search__text(const expense_search *q, q_err *err);

/* What they share. Add a candidate for the label's type; none when the score
 * is next to nothing. `amount` and `currency` (may be empty) are of a sum.
 */
Q_MUST_USE q_code search__add(const expense_search *q, expense_span value, double score,
                              double amount, q_str currency, q_err *err);

/* How many rows below the label are in reach. */
size_t search__rows_below(const expense_search *q);

/* The tokens of a row below in the label's column: all of the runs that
 * overlap it. Empty without any.
 */
expense_span search__below(const expense_search *q, size_t row);

/* Is there a label in the span? Then what stands there has its own. */
bool search__has_label(const expense_leaf *leaf, expense_span span);

#endif
