/* dialog/scope.h - what an utterance's signals are worth as probabilities.
 *
 * Learnt from the bot's own utterances: some intents are held out whole, as if
 * they were out of scope, and some utterances of the others; how well their
 * signals tell them apart sets the weights. Few utterances move the weights
 * little from those that are common to bots. An utterance counts as out of
 * scope, from 0.5, where one in fifty of those held out would.
 */
#ifndef DIALOG_SCOPE_H
#define DIALOG_SCOPE_H

#include "dialog/intents.h"

typedef struct scope {
    double in[SIGNALS + 1];    /* log odds that an intent is meant; the last is the constant */
    double right[SIGNALS + 1]; /* ... and that it is the best one, if any is */
} scope;

/* Fails with Q_NOMEM, Q_LIMIT. */
Q_MUST_USE q_code scope__learn(const intents_sample *v, size_t count, size_t classes, unsigned bits,
                               scope *out, q_err *err);

double scope__out(const scope *s, const intents_answer *a);   /* that no intent is meant */
double scope__right(const scope *s, const intents_answer *a); /* that the best one is, if one is */

#endif
