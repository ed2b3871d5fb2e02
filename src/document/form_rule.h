/* document/form_rule.h - the lines drawn on a form: those to write on, those around its boxes.
 *
 * What is found on a scan is broken into parts, and the feet of letters in a row look like a
 * line too: parts are joined, and what runs through words is left out. In points.
 */
#ifndef Q_DOCUMENT_FORM_RULE_H
#define Q_DOCUMENT_FORM_RULE_H

#include "document/page.h"

typedef struct form_rule {
    double from, to; /* along it */
    double at;       /* across: the middle */
} form_rule;

typedef struct form_rules {
    form_rule *across, *upright;
    size_t across_count, upright_count;
} form_rules;

/* `em` is the height of a common word. In the arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code form__rules_read(const q_page *page, double em, q_arena *a, form_rules *out,
                                   q_err *err);

#endif
