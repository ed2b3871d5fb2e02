/* document/table_text.h - a page's words as rows and runs, for whoever looks for tables.
 *
 * A row is what stands at one height, left to right, however far apart; a run is a part of a row
 * without a wide gap and without an upright line through it: a phrase. Places are in points.
 */
#ifndef Q_DOCUMENT_TABLE_TEXT_H
#define Q_DOCUMENT_TABLE_TEXT_H

#include "document/table.h"

typedef struct table__rect {
    double left, top, right, bottom;
} table__rect;

/* A straight line: at y from x to x, or at x from y to y. */
typedef struct table__line {
    double at, from, to;
} table__line;

typedef struct table__lines {
    table__line *across; /* top to bottom */
    size_t across_count;
    table__line *upright; /* left to right */
    size_t upright_count;
} table__lines;

typedef struct table__run {
    table__rect box;
    size_t first, count; /* in the text's order */
    size_t row;
    bool number; /* digits and what goes with them, or a dash in their place */
    bool prose;  /* of running text */
} table__run;

typedef struct table__row {
    table__rect box;
    size_t first_run, run_count;
} table__row;

typedef struct table__text {
    const q_page *page;
    q_arena *arena;
    double em;          /* the words' median height */
    table__rect *boxes; /* of the page's words */
    bool *taken;        /* words that are in a table */
    size_t *order;      /* the words that were looked at, row by row, left to right */
    size_t order_count;
    table__run *runs; /* row by row, left to right */
    size_t run_count;
    table__row *rows; /* top to bottom */
    size_t row_count;
    table__lines lines;
} table__text;

/* In the arena. Q_NOMEM. Words and lines past a bound far above any real page are left out. */
Q_MUST_USE q_code table__text_read(const q_page *page, q_arena *a, table__text *out, q_err *err);

/* Cut the words that are not taken into rows and runs, as if the others were not there. */
Q_MUST_USE q_code table__text_cut(table__text *t, q_err *err);

/* Tell which runs are running text. Q_NOMEM. */
Q_MUST_USE q_code table__prose(table__text *t, q_err *err);

/* A number, a dash or a mark that stands for one. */
bool table__is_number(q_str word);

double table__overlap(double a0, double a1, double b0, double b1); /* a length, 0 or more */
table__rect table__join(table__rect a, table__rect b);

#endif
