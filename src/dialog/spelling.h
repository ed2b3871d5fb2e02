/* dialog/spelling.h - the words that a bot's samples have, and what is nearly one. */
#ifndef DIALOG_SPELLING_H
#define DIALOG_SPELLING_H

#include "dialog/sample.h"

typedef struct spelling {
    q_str *words; /* in small letters, sorted */
    size_t n;
} spelling;

/* In the arena. Fails with Q_NOMEM. */
Q_MUST_USE q_code spelling__make(const samples *s, q_arena *a, spelling *out, q_err *err);

/* The tokens, in the arena, with words that are neither the samples' nor common
 * English put right where one of the samples' is a slip away.
 */
Q_MUST_USE q_code spelling__mend(const spelling *s, const q_tokens *t, q_arena *a, q_tokens *out,
                                 q_err *err);

/* At most one letter put in, left out, changed, or two neighbours exchanged;
 * ASCII case aside.
 */
bool spelling__nearly(q_str a, q_str b);

#endif
