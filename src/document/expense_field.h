/* document/expense_field.h - what could be a field's value: candidates, each
 * with a score, from labels and what stands right of or below them.
 *
 * Choosing among them is the work of expense_choose.h.
 */
#ifndef Q_DOCUMENT_EXPENSE_FIELD_H
#define Q_DOCUMENT_EXPENSE_FIELD_H

#include "document/expense_amount.h"
#include "document/expense_date.h"
#include "document/expense_label.h"

typedef struct expense_candidate {
    q_expense_field field; /* type_confidence is set when it is chosen */
    double score;          /* 0..1 */
    double amount;         /* of a sum */
    size_t row;            /* on its page */
    expense_span tokens;   /* the value's first line */
    bool labelled;
} expense_candidate;

typedef struct expense_candidates {
    q_arena *arena;
    expense_candidate *items;
    size_t count, cap;
} expense_candidates;

/* A page under work. row_use says which rows line items have taken. */
typedef struct expense_leaf {
    expense_sheet sheet;
    expense_hits hits;
    unsigned char *row_use; /* an expense_row_use for each row */
    bool exact;             /* from a text layer */
} expense_leaf;

typedef enum expense_row_use {
    EXPENSE_ROW_FREE,
    EXPENSE_ROW_HEAD,
    EXPENSE_ROW_ITEM
} expense_row_use;

Q_MUST_USE q_code expense__candidate_add(expense_candidates *c, const expense_candidate *item,
                                         q_err *err);

bool expense__has_letters(q_str folded);

/* How many of the tokens from..to are words, currencies apart. */
size_t expense__words_between(const expense_sheet *s, size_t from, size_t to);

/* A value without the colon before it and the end of a sentence behind. */
q_str expense__without_stop(q_str s);

/* Candidates with a label: sums, dates, numbers, registrations, telephones and
 * terms.
 */
Q_MUST_USE q_code expense__fields_find(const expense_leaf *leaf, expense_candidates *out,
                                       q_err *err);

/* The tokens behind the label `hit` in its row, up to the next label. */
expense_span expense__behind(const expense_leaf *leaf, size_t hit);

#endif
