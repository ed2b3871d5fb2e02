/* document/form.h - what is filled in on a page: keys and their values, boxes that are ticked.
 *
 *     Name: Ada Lovelace      Name                [x] Married
 *                             Ada Lovelace
 */
#ifndef Q_DOCUMENT_FORM_H
#define Q_DOCUMENT_FORM_H

#include "document/page.h"

typedef struct q_pair {
    q_picks key; /* words of the page, in reading order; at least one */
    q_box key_box;
    q_picks value; /* words; none where nothing is filled in, or a box is to be ticked */
    q_picks ticks; /* of the page's marks */
    q_box value_box;
    float confidence;
} q_pair;

typedef struct q_form {
    q_pair *pairs; /* in the order of their keys */
    size_t count;
} q_form;

/* In the arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code q_form_read(const q_page *page, q_arena *a, q_form *out, q_err *err);

#endif
