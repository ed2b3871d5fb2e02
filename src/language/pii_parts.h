/* language/pii_parts.h - the finders behind pii.h. Each looks at the whole text
 * and puts what it finds; of those that overlap pii.c keeps the surest.
 */
#ifndef LANGUAGE_PII_PARTS_H
#define LANGUAGE_PII_PARTS_H

#include "language/pii.h"

typedef struct pii_finder {
    const q_language *language;
    const q_tokens *t;
    q_arena *arena;
    q_pii *v; /* code points are counted at the end */
    size_t n, cap;
} pii_finder;

/* The bytes from begin to end. Those less sure than 0.5 are dropped. Fails with Q_NOMEM. */
Q_MUST_USE q_code pii__put(pii_finder *f, q_pii_type type, float score, size_t begin, size_t end);
/* The tokens from i up to, not including, end. */
Q_MUST_USE q_code pii__put_tokens(pii_finder *f, q_pii_type type, float score, size_t i,
                                  size_t end);

Q_MUST_USE q_code pii__numbers(pii_finder *f); /* cards, accounts, what states give out */
Q_MUST_USE q_code pii__net(pii_finder *f);     /* mail, web, addresses and keys of machines */
Q_MUST_USE q_code pii__secrets(pii_finder *f); /* users and passwords */
Q_MUST_USE q_code pii__telephones(pii_finder *f);
Q_MUST_USE q_code pii__people(pii_finder *f, q_err *err); /* names, ages, where they live */
Q_MUST_USE q_code pii__addresses(pii_finder *f);
Q_MUST_USE q_code pii__times(pii_finder *f); /* dates, and when a card expires */

typedef struct pii_cues {
    const char *words; /* "account number|acct" */
    size_t reach;      /* tokens between a cue and what it tells of */
} pii_cues;

/* How far before token i, or behind token end ("... is my account number"), the nearest cue is, 1
 * and more; 0 without one. A cue does not reach over the end of a sentence.
 */
size_t pii__cue(const q_tokens *t, size_t i, size_t end, const pii_cues *cues);

#endif
