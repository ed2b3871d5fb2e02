/* dialog/known.h - how much of an utterance the samples of a bot with few intents know.
 *
 * With one intent, or a handful, an utterance that is like none of them has
 * nothing else to be like, so the odds between intents say little. What tells
 * is whether the words that carry its meaning (not those that hold sentences
 * together or ask for something) are the samples', and the samples' are in it.
 */
#ifndef DIALOG_KNOWN_H
#define DIALOG_KNOWN_H

#include "dialog/bot.h"
#include "dialog/intents.h"

enum { KNOWN_INTENTS_MAX = 5, KNOWN_SAMPLES_MAX = 256 /* of an intent */ };

typedef struct known_sample {
    uint32_t class;
    q_tokens words; /* its places blanked out */
    size_t places;
} known_sample;

typedef struct known {
    known_sample *v;
    size_t n, own; /* own: of intents that are not built in */
    bool several;  /* it has more than one class */
    bool few;      /* the bot has few enough intents of its own for this to tell */
} known;

/* What is asked: the utterance, put right, and what was found in it. */
typedef struct known_question {
    const q_tokens *tokens;
    uint32_t class;
    const q_intent *intent;
    const q_str *said; /* [intent->slot_count], as they stand in the text; .p NULL: none */
    double odds;       /* SIGNAL_ODDS */
} known_question;

/* The probability that no intent is meant, 0..1. */
double known__out(const known *k, const known_question *q);

#endif
