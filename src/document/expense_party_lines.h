/* document/expense_party_lines.h - the lines that belong to one party, and
 * the name and postal address in them.
 */
#ifndef Q_DOCUMENT_EXPENSE_PARTY_LINES_H
#define Q_DOCUMENT_EXPENSE_PARTY_LINES_H

#include "document/expense_block.h"

/* A page, and where the candidates found on it go. */
typedef struct party_page {
    const expense_leaf *leaf;
    const expense_sheet *s; /* the leaf's */
    expense_candidates *out;
} party_page;

typedef struct party_lines {
    expense_span lines[EXPENSE_BLOCK_LINES];
    expense_line_class classes[EXPENSE_BLOCK_LINES];
    size_t count;
} party_lines;

/* Add a line, or the rest of one behind a label; an empty span, and what is
 * past the bound, is left out.
 */
void party__line_add(const party_page *p, party_lines *l, expense_span span, size_t run);

/* Add the runs under `above` that stand in the column x0..x1 (points), down to
 * the next party, a line item, or a gap of more than `pitch` em.
 */
void party__lines_below(const party_page *p, const expense_run *above, double x0, double x1,
                        double pitch, party_lines *l);

typedef enum party_kind { PARTY_RECEIVER, PARTY_VENDOR, PARTY_SHIPPED_TO } party_kind;

/* Candidates for the name and address in the lines: the first line of words is
 * the name, with the tail of a company's name below it. `label` is NULL
 * without one. These three fail only with Q_NOMEM.
 */
Q_MUST_USE q_code party__emit(const party_page *p, const party_lines *l, party_kind kind,
                              const expense_hit *label, double score, q_err *err);

/* One candidate; none when the value is absent or the score next to nothing. */
Q_MUST_USE q_code party__add(const party_page *p, const char *type, const q_expense_text *value,
                             const expense_hit *label, double score, size_t row, q_err *err);

/* The address among `count` lines: from the first that looks like one to the
 * last in reach, with what stands between. Absent without one.
 */
Q_MUST_USE q_code party__address(const party_page *p, const expense_span *lines,
                                 const expense_line_class *classes, size_t count,
                                 q_expense_text *out, q_err *err);

/* As expense__text_add, with misread letters of known words put right. */
Q_MUST_USE q_code party__text_add(const expense_sheet *s, expense_span span, q_expense_text *to,
                                  q_err *err);

/* Is the line nothing but "Herrn", "Mrs", ...? */
bool party__is_salutation(const expense_sheet *s, expense_span span);

/* "Au bon moulin SARL", "Free SAS au capital de ...": French names go without their legal form. */
expense_span party__without_form(const expense_sheet *s, expense_span span);

/* "Corner Shop Sdn Bhd (519537-X)": the name ends before the number. */
expense_span party__without_registration(const expense_sheet *s, expense_span span);

#endif
