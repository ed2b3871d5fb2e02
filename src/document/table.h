/* document/table.h - the tables of a page: rows, columns, cells over several of them, headings.
 *
 * Tables with lines around their cells, with some lines or with none: the lines are taken from
 * the page's marks where it was looked for them, columns and rows otherwise from the words alone.
 */
#ifndef Q_DOCUMENT_TABLE_H
#define Q_DOCUMENT_TABLE_H

#include "document/page.h"

typedef struct q_cell {
    size_t row, column; /* from 0 */
    size_t row_span, column_span;
    q_box box;
    q_picks words; /* of the page, in reading order */
    q_picks ticks; /* of its marks */
    bool heading;  /* names its column */
    bool section;  /* a row of its own that names the rows below it */
    bool summary;  /* of a row of sums */
    float confidence;
} q_cell;

typedef struct q_table {
    q_box box;
    size_t rows, columns;
    q_cell *cells; /* row by row; each place of the grid is in exactly one */
    size_t cell_count;
    q_picks title, footer; /* words of the page; outside the box; often none */
    bool structured;       /* rows and columns; false: a form or list set like a table */
    bool continues;        /* goes on from the last table of the page before (q_tables_join) */
    float confidence;
} q_table;

typedef struct q_tables {
    q_table *items; /* in reading order */
    size_t count;
} q_tables;

/* In the arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code q_tables_read(const q_page *page, q_arena *a, q_tables *out, q_err *err);

/* Tell of each page's first table whether it goes on from the page before: the same columns, at
 * the foot of one page and the head of the next. `tables` has one entry a page.
 */
void q_tables_join(const q_pages *pages, q_tables *tables);

#endif
