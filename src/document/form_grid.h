/* document/form_grid.h - columns of values under a row of heads, as pairs of head and value.
 *
 *     Item      Cost       [Item: Pens] [Cost: 12.00]
 *     Pens     12.00
 *     Ink       3.50       [Item: Ink] [Cost: 3.50]
 */
#ifndef Q_DOCUMENT_FORM_GRID_H
#define Q_DOCUMENT_FORM_GRID_H

#include "document/form_piece.h"

typedef struct form_cell {
    int head, value; /* pieces */
} form_cell;

typedef struct form_grid {
    form_cell *cells;
    size_t count;
} form_grid;

/* Of all tables of the sheet; a value is at most twice there: under its column's head and behind
 * its row's. The lines of a head are chained in `next`, which has one entry a piece. In the
 * sheet's arena. Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code form__grid_find(const form_sheet *s, int *next, form_grid *out, q_err *err);

/* The same of the tables that table.h finds, if they are of numbers. The pieces of a cell are
 * chained in `next`, which has one entry a piece.
 */
Q_MUST_USE q_code form__tables_find(const form_sheet *s, int *next, form_grid *out, q_err *err);

#endif
