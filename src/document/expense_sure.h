/* document/expense_sure.h - how sure a field is: its score as the chance that it is right.
 *
 * Scores are made by rules and cannot be compared between types. What share of the fields with such
 * a score, read as well as this one, were right is learned by script/train-expense
 * (expense_sure_model.h).
 */
#ifndef Q_DOCUMENT_EXPENSE_SURE_H
#define Q_DOCUMENT_EXPENSE_SURE_H

#include "document/expense.h"

/* Fields that are found alike share what is learned. */
typedef enum sure_group {
    SURE_TAGGED_NAME, /* by expense_tagged.h, whose scores are over 1 */
    SURE_TAGGED_ADDRESS,
    SURE_PARTY,
    SURE_SUM,
    SURE_DATE,
    SURE_OTHER,
    SURE_GROUPS
} sure_group;

/* 1, the score, and how surely the value's words were read (0..1). */
enum { SURE_SIGNS = 3 };

sure_group expense__sure_group(q_str type, double score);
void expense__sure_signs(const q_expense_field *f, double score, double out[SURE_SIGNS]);

/* In percent. */
float expense__sure(const q_expense_field *f, double score);

/* q_expense_read, with the scores of summary fields in percent as their confidences. */
Q_MUST_USE q_code expense__read_raw(const q_pages *pages, q_arena *a, q_expense *out, q_err *err);

#endif
