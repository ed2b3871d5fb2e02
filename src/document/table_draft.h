/* document/table_draft.h - a table while it is made: lines between rows and columns, cells, and
 * which word is in which cell.
 */
#ifndef Q_DOCUMENT_TABLE_DRAFT_H
#define Q_DOCUMENT_TABLE_DRAFT_H

#include "document/table_text.h"

typedef struct table__cell {
    size_t row, column, row_span, column_span;
    bool heading, section, summary;
} table__cell;

typedef struct table__place { /* a word in a cell */
    size_t word, cell;
} table__place;

typedef struct table__draft {
    table__rect box;
    double *x, *y; /* columns + 1 and rows + 1 places of the lines between them, points */
    size_t columns, rows;
    table__cell *cells; /* none over another; places without one are blank */
    size_t cell_count, cell_cap;
    table__place *words; /* each once */
    size_t word_count, word_cap;
    q_picks title, footer; /* words of the page */
    bool ruled;            /* lines around all cells */
    bool structured;
    bool dropped; /* no table after all */
    float confidence;
} table__draft;

typedef struct table__drafts {
    table__draft *items;
    size_t count, cap;
} table__drafts;

Q_MUST_USE q_code table__drafts_add(table__drafts *d, q_arena *a, table__draft draft, q_err *err);
Q_MUST_USE q_code table__cell_add(table__draft *d, q_arena *a, table__cell cell, q_err *err);
Q_MUST_USE q_code table__word_add(table__draft *d, q_arena *a, size_t word, size_t cell,
                                  q_err *err);

/* Drop rows and columns in which no cell with words begins. */
Q_MUST_USE q_code table__draft_tidy(table__draft *d, q_arena *a, q_err *err);

/* Take the rows from `from` up to `to` out, at the head or the foot; their words go to `picks`. */
Q_MUST_USE q_code table__rows_out(table__draft *d, q_arena *a, size_t from, size_t to,
                                  q_picks *picks, q_err *err);

/* The table itself: blank cells filled in, cells row by row, their words in reading order. */
Q_MUST_USE q_code table__draft_finish(const table__text *t, const table__draft *d, q_table *out,
                                      q_err *err);

#endif
