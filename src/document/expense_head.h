/* document/expense_head.h - the row of column heads over line items. */
#ifndef Q_DOCUMENT_EXPENSE_HEAD_H
#define Q_DOCUMENT_EXPENSE_HEAD_H

#include "document/expense_field.h"

enum { EXPENSE_MAX_COLUMNS = 16 };

typedef struct expense_column {
    const char *type;  /* ITEM, QUANTITY, ..., OTHER, DATE (written as OTHER) */
    const char *under; /* of the second line of its cells, where the head says so; else NULL */
    float strength;
    double x0, x1; /* of its head, points */
    q_expense_text label;
} expense_column;

typedef struct expense_head {
    size_t first_row, last_row;
    expense_column columns[EXPENSE_MAX_COLUMNS]; /* left to right */
    size_t column_count;
} expense_head;

/* The next head at or below row `from`; false when there is none. */
Q_MUST_USE q_code expense__head_find(const expense_leaf *leaf, const expense_hits *columns,
                                     size_t from, expense_head *out, bool *found, q_err *err);

/* The column whose head is nearest to the interval. */
size_t expense__column_at(const expense_head *h, double x0, double x1);

/* The first column of that type; column_count without one. */
size_t expense__column_of(const expense_head *h, const char *type);

#endif
