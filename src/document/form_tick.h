/* document/form_tick.h - what stands beside a box to tick, and the question it answers.
 *
 *     Member:  [x] Yes  [ ] No        ->  Yes: ticked, No: not ticked, Member: Yes
 */
#ifndef Q_DOCUMENT_FORM_TICK_H
#define Q_DOCUMENT_FORM_TICK_H

#include "document/form_piece.h"

typedef struct form_choice {
    size_t tick;  /* of the page's marks */
    int label;    /* piece */
    int question; /* piece, or FORM_NONE */
} form_choice;

typedef struct form_choices {
    form_choice *items; /* those whose label is known */
    size_t count;
} form_choices;

/* In the sheet's arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code form__choices_find(const form_sheet *s, form_choices *out, q_err *err);

#endif
