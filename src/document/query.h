/* document/query.h - a question that a page answers: "What is the invoice number?"
 *
 * Answers are words of the page: a key's value, a cell of a table, or what stands beside the
 * question's own words.
 */
#ifndef Q_DOCUMENT_QUERY_H
#define Q_DOCUMENT_QUERY_H

#include "document/expense.h"
#include "document/form.h"
#include "document/table.h"

typedef struct q_known { /* a page and what was read from it; all borrowed */
    const q_page *page;
    const q_tables *tables;
    const q_form *form;
    const q_expense *expense; /* of this page alone; its place in the document does not matter */
} q_known;

typedef struct q_answer {
    bool found;
    q_str text;
    q_picks words; /* of the page */
    q_box box;
    float confidence; /* 0..100 */
} q_answer;

/* In the arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code q_query_answer(const q_known *known, q_str question, q_arena *a, q_answer *out,
                                 q_err *err);

#endif
