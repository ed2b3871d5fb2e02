/* document/expense_label.h - the words invoices and receipts put before their
 * values, in English, German, French and some Dutch, and where a page has them.
 */
#ifndef Q_DOCUMENT_EXPENSE_LABEL_H
#define Q_DOCUMENT_EXPENSE_LABEL_H

#include "document/expense_layout.h"

typedef enum expense_kind {
    EXPENSE_NOTHING, /* known, and no field: keeps "total items" from being a total */
    EXPENSE_AMOUNT,
    EXPENSE_DATE,
    EXPENSE_ID,
    EXPENSE_TAX_ID,
    EXPENSE_PHONE,
    EXPENSE_TEXT,
    EXPENSE_PARTY, /* a name and address below or behind */
    EXPENSE_TITLE, /* "tax invoice": says what the page is */
    EXPENSE_COLUMN /* the head of a table's column; the type is the item field's */
} expense_kind;

typedef struct expense_label {
    const char *type; /* a field type; lower-case names stay inside the room */
    expense_kind kind;
    float strength;      /* 0..1: how surely the words mean the type */
    const char *phrases; /* folded, separated by | */
} expense_label;

typedef struct expense_hit {
    const expense_label *label;
    expense_span tokens;
    float quality; /* 1 for the exact words, less for nearly the same ones */
    bool leads;    /* stands at the start of its run */
    bool colon;    /* a colon or an equals sign follows */
} expense_hit;

typedef struct expense_hits {
    expense_hit *hits; /* in reading order; one span may have several labels */
    size_t count;
} expense_hits;

/* All labels but column heads (`columns` false), or only those. `exact`
 * refuses misread letters, for text that was not recognised from an image.
 * Fails only with Q_NOMEM.
 */
Q_MUST_USE q_code expense__labels_find(const expense_sheet *s, bool columns, bool exact,
                                       expense_hits *out, q_err *err);

bool expense__label_is(const expense_hit *h, const char *type);

/* Is the edit distance of two short strings at most `limit`? */
bool expense__near(q_str a, q_str b, size_t limit);

#endif
