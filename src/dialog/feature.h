/* dialog/feature.h - an utterance as a sparse vector of hashed features. */
#ifndef Q_DIALOG_FEATURE_H
#define Q_DIALOG_FEATURE_H

#include "language/token.h"
#include "learn/linear.h"

typedef struct features_text {
    q_features all;  /* words, pairs of neighbours and letter groups, weighed by kind */
    uint32_t *words; /* the ids of the words among them, ascending, each once */
    size_t word_count;
} features_text;

/* Ids are below 2^bits. Only the first thousand or so words of a long text
 * count. Fails with Q_NOMEM.
 */
Q_MUST_USE q_code features__of(const q_tokens *t, unsigned bits, q_arena *a, features_text *out,
                               q_err *err);

/* value *= idf[id], then scaled to length 1; to may be from. */
void features__weigh(const q_features *from, const float *idf, q_feature *to);

#endif
