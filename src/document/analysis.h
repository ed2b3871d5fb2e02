/* document/analysis.h - all that a document's pages say beside their words: the features asked for.
 *
 *     pages --> tables, forms --> layout, answers to questions
 *
 * What one feature needs of another is worked out whether it was asked for or not.
 */
#ifndef Q_DOCUMENT_ANALYSIS_H
#define Q_DOCUMENT_ANALYSIS_H

#include "document/layout.h"
#include "document/query.h"

typedef enum q_feature {
    Q_FEATURE_TABLES = 1,
    Q_FEATURE_FORMS = 2,
    Q_FEATURE_LAYOUT = 4,
    Q_FEATURE_QUERIES = 8
} q_feature;

typedef struct q_page_range {
    size_t first, last; /* from 1, both included; SIZE_MAX: the document's last */
} q_page_range;

typedef struct q_question {
    q_str text;
    const q_page_range *ranges; /* of the pages that are asked; none: page 1 alone */
    size_t range_count;
} q_question;

typedef struct q_wanted {
    unsigned features; /* q_feature, or-ed */
    const q_question *questions;
    size_t question_count;
} q_wanted;

typedef struct q_page_answer {
    size_t question; /* its number in q_wanted */
    q_answer answer; /* perhaps not found */
} q_page_answer;

typedef struct q_page_answers { /* of the questions that the page was asked, in their order */
    q_page_answer *items;
    size_t count;
} q_page_answers;

/* One entry a page in each array; NULL for a feature that was not asked for. */
typedef struct q_analysis {
    q_tables *tables;
    q_form *forms;
    q_layout *layouts;
    q_page_answers *answers;
} q_analysis;

/* Whether pages are to be read with their marks for these features. */
bool q_analysis_needs_marks(unsigned features);

/* In the arena; `pages` and `wanted` are borrowed for the call. Fails only with Q_NOMEM. */
Q_MUST_USE q_code q_analysis_read(const q_pages *pages, const q_wanted *wanted, q_arena *a,
                                  q_analysis *out, q_err *err);

#endif
