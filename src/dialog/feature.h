/* dialog/feature.h - an utterance as a sparse vector of hashed features. */
#ifndef Q_DIALOG_FEATURE_H
#define Q_DIALOG_FEATURE_H

#include "dialog/bot.h"
#include "language/token.h"
#include "learn/linear.h"

/* Words, pairs of neighbours and letter groups. In an utterance of `intent`
 * (else NULL) a {Slot} place counts as the values its type lists, or as a
 * number. Values are counts weighed by kind of feature. Fails with Q_NOMEM.
 */
Q_MUST_USE q_code features__of(const q_tokens *t, const q_intent *intent, unsigned bits, q_arena *a,
                               q_features *out, q_err *err);

/* Scale to length 1. */
void features__normalize(q_features *f);

#endif
