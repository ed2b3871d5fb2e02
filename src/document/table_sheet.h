/* document/table_sheet.h - a region made a table: columns by the gaps that rows share, cells by
 * columns, headings by what they stand over, rows by which lines of text go together.
 *
 *     region -> strips of pieces --columns--> pieces in columns --heads, rows--> draft
 */
#ifndef Q_DOCUMENT_TABLE_SHEET_H
#define Q_DOCUMENT_TABLE_SHEET_H

#include "document/table_draft.h"
#include "document/table_region.h"

typedef struct table__piece { /* a run, or what lies of it in one column */
    table__rect box;
    size_t first, count; /* in the text's order */
    size_t from, to;     /* columns, to included */
    size_t strip;
    bool number;
} table__piece;

typedef struct table__strip { /* one line of text through the region */
    table__rect box;
    size_t first, count; /* pieces */
    bool ruled;          /* a line is drawn across, above it */
} table__strip;

typedef struct table__column {
    double left, right; /* of its text */
    bool numbers;       /* most of what is in it is numbers */
} table__column;

typedef struct table__sheet {
    const table__text *t;
    table__rect box;
    table__piece *pieces; /* strip by strip, left to right */
    size_t piece_count, piece_cap;
    table__strip *strips;
    size_t strip_count;
    table__column *columns;
    size_t column_count;
    size_t body; /* the first strip under the headings */
} table__sheet;

/* The region's columns, and its pieces in them. Q_NOMEM. */
Q_MUST_USE q_code table__columns(const table__text *t, const table__region *r, table__sheet *out,
                                 q_err *err);

/* Where the headings end: sheet->body, and column->numbers. */
void table__body_find(table__sheet *s);

/* One table, or several whose rows go on beside each other under the same headings. In the text's
 * arena. Q_NOMEM.
 */
Q_MUST_USE q_code table__unfold(const table__sheet *s, table__sheet **out, size_t *count,
                                q_err *err);

/* The cells of the headings, as rows 0 up to *rows of the draft. */
Q_MUST_USE q_code table__heads(const table__sheet *s, table__draft *d, size_t *rows, q_err *err);

/* The cells of the body, from row `row` on. */
Q_MUST_USE q_code table__body(const table__sheet *s, size_t row, table__draft *d, q_err *err);

/* What speaks for a table. */
typedef struct table__evidence {
    size_t rows, columns;
    size_t multi;   /* lines of text under the headings that have several pieces */
    size_t lines;   /* drawn across */
    double aligned; /* of the pieces: stand as others of their column do */
    double numbers; /* of the pieces */
    double labels;  /* of the first column's pieces: end with a colon */
    double filled;  /* of the places */
    double words;   /* of a piece, on the average */
} table__evidence;

Q_MUST_USE q_code table__weigh(const table__sheet *s, const table__draft *d, table__evidence *out,
                               q_err *err);
bool table__is_table(const table__evidence *e);
float table__sureness(const table__evidence *e); /* 0..100 */

#endif
