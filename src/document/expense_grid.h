/* document/expense_grid.h - the rows under a table's head while they become items. */
#ifndef Q_DOCUMENT_EXPENSE_GRID_H
#define Q_DOCUMENT_EXPENSE_GRID_H

#include "document/expense_head.h"

enum { GRID_LINES = 8 }; /* of one item */

/* A line item while it is gathered: its cells, line by line. */
typedef struct grid_row {
    size_t row;
    bool anchor;  /* holds the item's sum */
    size_t owner; /* the anchor it belongs to; SIZE_MAX for none */
    expense_span cells[EXPENSE_MAX_COLUMNS];
} grid_row;

typedef struct grid {
    expense_leaf *leaf;
    const expense_hits *heads; /* all words of column heads on the page */
    const expense_sheet *s;
    expense_head head;
    grid_row *rows;
    size_t row_count;
    double limits[EXPENSE_MAX_COLUMNS]; /* where what stands right of a column begins */
    size_t money;                       /* the column that makes a row an item */
    size_t from;                        /* the first row below the head */
    bool carried;                       /* the head is on the page before */
    bool names_first;                   /* a name's line comes before its numbers' */
} grid;

/* Is the span a number that is no rate? */
bool grid__is_sum(const expense_sheet *s, expense_span span);

/* The item of the row `anchor`, from all rows it owns. Fails only with Q_NOMEM. */
Q_MUST_USE q_code grid__item(const grid *t, size_t anchor, q_expense_item *item, q_err *err);

#endif
