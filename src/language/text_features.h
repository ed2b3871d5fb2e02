/* language/text_features.h - a text as a sparse vector, for those that judge
 * texts as a whole: words, pairs of neighbours, and groups of letters, hashed.
 *
 * Digits count as the same digit, so that all numbers of one form are one word.
 */
#ifndef LANGUAGE_TEXT_FEATURES_H
#define LANGUAGE_TEXT_FEATURES_H

#include "language/token.h"
#include "learn/linear.h"

typedef struct text_kinds {
    bool pairs;   /* of neighbouring words */
    bool letters; /* groups of three to five within words, with their edges */
    bool opinion; /* words behind "not" and kin, up to the next mark, are others; words that
                   * say what people think of something count as such, too */
} text_kinds;

/* Ids below 2^bits, ascending, each once; a value is 1 + log(how often). In the
 * arena. Fails with Q_NOMEM.
 */
Q_MUST_USE q_code text__features(const q_tokens *t, const text_kinds *kinds, unsigned bits,
                                 q_arena *a, q_features *out, q_err *err);

/* 1: the word speaks well of something, -1: badly, 0: neither, as far as it is listed. */
int text__opinion(const q_token *k);

/* The same added up over the tokens, turned round behind a negation. */
int text__lean(const q_tokens *t);

#endif
