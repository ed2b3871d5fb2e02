/* document/query_find.h - where a page may answer a question; query.c takes the best. */
#ifndef Q_DOCUMENT_QUERY_FIND_H
#define Q_DOCUMENT_QUERY_FIND_H

#include "document/query.h"
#include "document/query_words.h"

typedef struct query_best {
    q_answer answer;
    double score; /* 0..1 */
} query_best;

typedef struct query_place {
    const q_page *page;
    const q_tables *tables;
    const q_form *form;
    const q_expense *expense;
    const query *asked;
    q_arena *arena;
    query_best *best;
} query_place;

/* Words of a page as the answer, if they score higher than what is known. */
Q_MUST_USE q_code query__offer(const query_place *p, const q_picks *words, double score,
                               q_err *err);

/* Keys and values; cells of tables; what an invoice says; the text itself. Q_NOMEM. */
Q_MUST_USE q_code query__in_form(const query_place *p, q_err *err);
Q_MUST_USE q_code query__in_tables(const query_place *p, q_err *err);
Q_MUST_USE q_code query__in_expense(const query_place *p, q_err *err);
Q_MUST_USE q_code query__in_text(const query_place *p, q_err *err);

#endif
