/* dialog/intents.h - which of several intents an utterance is like, and how much.
 *
 * A softmax regression over hashed words, pairs and letter groups (so that a
 * misspelling costs little), beside what its words have in common with the
 * samples of the likeliest intent.
 */
#ifndef DIALOG_INTENTS_H
#define DIALOG_INTENTS_H

#include "dialog/feature.h"

typedef struct intents intents;

typedef struct intents_sample {
    features_text text; /* borrowed while learning */
    uint32_t class;
    uint32_t group; /* the same for samples of one utterance, with other values in its places */
} intents_sample;

/* What tells an utterance that is meant from one that only looks like it. */
enum {
    SIGNAL_ODDS,    /* log of the best probability to the rest, within 8 */
    SIGNAL_NEAR,    /* likeness to the nearest sample of that intent, 0..1 */
    SIGNAL_COVERED, /* the part of its words, by their rarity, that the intent's samples have */
    SIGNALS
};

typedef struct intents_answer {
    float *p; /* [classes], in the arena */
    size_t best;
    double signals[SIGNALS];
} intents_answer;

/* `classes` at least 1. Fails with Q_NOMEM, Q_LIMIT. */
Q_MUST_USE q_code intents__learn(const intents_sample *v, size_t count, size_t classes,
                                 unsigned bits, intents **out, q_err *err);
void intents__free(intents *m); /* NULL is fine */

/* `closed` [classes]: those that cannot be meant now, so that their probability
 * counts against the best; NULL: none. Fails with Q_NOMEM.
 */
Q_MUST_USE q_code intents__ask(const intents *m, const features_text *t, const bool *closed,
                               q_arena *a, intents_answer *out, q_err *err);

#endif
