/* dialog/tagger.h - which words of an utterance are values of an intent's slots.
 *
 * A sequence model, one an intent, learnt from its sample utterances with
 * values in their places. A listed value is a hint, not a proof: while learning
 * a part of the lists is hidden, so that words around a place count as well.
 */
#ifndef DIALOG_TAGGER_H
#define DIALOG_TAGGER_H

#include "dialog/phrases.h"
#include "dialog/sample.h"

typedef struct tagger tagger;

/* Tokens [begin, end) are said for a slot. */
typedef struct tagged {
    size_t slot, begin, end;
    double score; /* the least probability of its tokens */
} tagged;

/* `v` are samples of the intent. *out is NULL when none has a place. `p` is
 * borrowed. Fails with Q_NOMEM, Q_INVALID.
 */
Q_MUST_USE q_code tagger__learn(const q_intent *intent, const sample *v, size_t count,
                                const phrases *p, tagger **out, q_err *err);
void tagger__free(tagger *m); /* NULL is fine */

/* In order, in the arena. Fails with Q_NOMEM. */
Q_MUST_USE q_code tagger__find(const tagger *m, const q_tokens *t, q_arena *a, tagged **out,
                               size_t *count, q_err *err);

#endif
