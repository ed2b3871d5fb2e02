/* document/form_pair.h - which pieces of a page are keys, and which are their values. */
#ifndef Q_DOCUMENT_FORM_PAIR_H
#define Q_DOCUMENT_FORM_PAIR_H

#include "document/form_piece.h"

typedef struct form_link {
    int key;     /* piece; its further lines follow in form_links.next */
    int value;   /* piece, or FORM_NONE: nothing is filled in */
    int tick;    /* of the page's marks, or FORM_NONE */
    bool cell;   /* of a table */
    float score; /* 0..1 */
} form_link;

typedef struct form_links {
    form_link *items;
    size_t count;
    int *next; /* for each piece the one that continues it in its key or value, or FORM_NONE */
} form_links;

/* In the sheet's arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code form__links_find(const form_sheet *s, form_links *out, q_err *err);

#endif
