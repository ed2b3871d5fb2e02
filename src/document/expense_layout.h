/* document/expense_layout.h - a page's words as rows and runs, for whoever
 * looks for fields.
 *
 * A token is a word, or a part of one where a label and its value were
 * written together ("Date:12/03/2018"). A row is what stands at one height,
 * left to right, however far apart; a run is a part of a row without a wide
 * gap. Everything is in the arena the sheet was made with; token texts
 * borrow from the page.
 */
#ifndef Q_DOCUMENT_EXPENSE_LAYOUT_H
#define Q_DOCUMENT_EXPENSE_LAYOUT_H

#include "document/expense.h"

typedef struct expense_token {
    q_str text;            /* never empty */
    q_str mended;          /* with misread letters put right where it is a known word */
    q_str folded;          /* of that, see expense__fold; may be empty */
    q_box box;             /* fractions of the page */
    double x0, y0, x1, y1; /* points */
    float confidence;
    size_t row, run;
} expense_token;

typedef struct expense_span { /* consecutive tokens of one row */
    size_t first, count;
} expense_span;

typedef struct expense_run {
    size_t row;
    expense_span tokens;
    double x0, y0, x1, y1;
} expense_run;

typedef struct expense_row {
    expense_span tokens;
    size_t first_run, run_count;
    double x0, y0, x1, y1;
} expense_row;

typedef struct expense_sheet {
    q_arena *arena;
    expense_token *tokens; /* row by row, left to right */
    size_t token_count;
    expense_row *rows; /* top to bottom */
    size_t row_count;
    expense_run *runs; /* row by row, left to right */
    size_t run_count;
    double width, height; /* of the page, points */
    double em;            /* median token height, points */
    size_t page;          /* from 1 */
} expense_sheet;

/* Fails only with Q_NOMEM. Words past a bound far above any real page are
 * left out.
 */
Q_MUST_USE q_code expense__sheet_read(const q_page *page, size_t number, q_arena *a,
                                      expense_sheet *out, q_err *err);

/* Letters and digits in lower-case ASCII, accents dropped, anything between
 * them one blank; the many ways to write "number" become "no". In the arena;
 * .p is NULL when it is full.
 */
q_str expense__fold(q_arena *a, q_str text);

/* The tokens' texts with single blanks; .p is NULL when the arena is full. */
q_str expense__join(const expense_sheet *s, expense_span span);
/* As expense__join, of the tokens as they are mended. */
q_str expense__join_mended(const expense_sheet *s, expense_span span);
/* The texts of expense__join as a piece of the page. */
Q_MUST_USE q_code expense__text(const expense_sheet *s, expense_span span, q_expense_text *out,
                                q_err *err);
/* Put a further line under *to. */
Q_MUST_USE q_code expense__text_add(const expense_sheet *s, expense_span span, q_expense_text *to,
                                    q_err *err);

/* How much of the narrower of two intervals the other covers, 0..1. */
double expense__overlap(double a0, double a1, double b0, double b1);

#endif
