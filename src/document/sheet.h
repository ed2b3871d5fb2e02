/* document/sheet.h - what a document says as rows and columns, for people and for other programs.
 *
 *     q_sheet_of_fields(&expense, &a, &sheet, &err);
 *     q_sheet_write(&sheet, Q_SHEET_CSV, 0, &out);
 *
 * The first row, or the first ones of a page's own table, are headings.
 */
#ifndef Q_DOCUMENT_SHEET_H
#define Q_DOCUMENT_SHEET_H

#include "base/buf.h"
#include "document/expense.h"
#include "document/form.h"
#include "document/table.h"

typedef struct q_sheet_cell {
    q_str text;
    size_t row_span, column_span; /* at least 1; 0 where another cell covers the place */
    bool heading;
    bool number; /* aligned to the right */
} q_sheet_cell;

typedef struct q_sheet {
    q_str title; /* may be empty */
    size_t rows, columns;
    q_sheet_cell *cells; /* rows * columns */
} q_sheet;

/* All of these in the arena; texts are borrowed. They fail only with Q_NOMEM. */

/* Page, line and confidence of each line, and its text. */
Q_MUST_USE q_code q_sheet_of_lines(const q_pages *pages, q_arena *a, q_sheet *out, q_err *err);
/* Key, value and confidence of each pair; a tick is "[x]" or "[ ]". `number` from 1. */
Q_MUST_USE q_code q_sheet_of_form(const q_page *page, size_t number, const q_form *form, q_arena *a,
                                  q_sheet *out, q_err *err);
/* The table as it stands on the page. */
Q_MUST_USE q_code q_sheet_of_table(const q_page *page, size_t number, const q_table *table,
                                   q_arena *a, q_sheet *out, q_err *err);
/* Type, label, value and confidence of each summary field. */
Q_MUST_USE q_code q_sheet_of_fields(const q_expense *e, q_arena *a, q_sheet *out, q_err *err);
/* An item a row, a kind of field a column. */
Q_MUST_USE q_code q_sheet_of_items(const q_expense_table *t, size_t number, q_arena *a,
                                   q_sheet *out, q_err *err);

typedef enum q_sheet_format {
    Q_SHEET_CSV,   /* RFC 4180; what is covered is empty */
    Q_SHEET_TSV,   /* tabs and line ends within a cell become blanks */
    Q_SHEET_HTML,  /* a table, with spans */
    Q_SHEET_LATEX, /* a tabular, no package needed */
    Q_SHEET_GRID   /* drawn with lines, for a terminal or a plain text file */
} q_sheet_format;

/* Append the sheet, with its title where the format has a place for it. `width` is what a grid's
 * lines may be wide, in terminal columns; 0: as wide as they are. Errors stay in the buffer.
 */
void q_sheet_write(const q_sheet *s, q_sheet_format format, size_t width, q_buf *out);

/* What stands before and behind the sheets of a file: for HTML a page's head and end. */
void q_sheet_begin(q_sheet_format format, q_str title, q_buf *out);
void q_sheet_end(q_sheet_format format, q_buf *out);

#endif
