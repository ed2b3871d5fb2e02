/* dialog/sample.h - a bot's sample utterances with values in their {Slot} places.
 *
 * An utterance without places is one sample; one with places is several, each
 * with other values of its slots' types. Which is the same on every run.
 */
#ifndef DIALOG_SAMPLE_H
#define DIALOG_SAMPLE_H

#include "dialog/bot.h"
#include "language/token.h"

typedef struct sample_value {
    size_t slot;       /* of the intent's */
    size_t begin, end; /* bytes of the text */
} sample_value;

typedef struct sample {
    uint32_t class;     /* index into the intents given */
    uint32_t utterance; /* which of the intent's, those of samples__built_in before its own */
    uint32_t group;     /* the same for samples of one utterance, or of the same words */
    q_tokens tokens;
    sample_value *values; /* in order */
    size_t value_count;
} sample;

typedef struct samples {
    sample *v;
    size_t n;
} samples;

/* Of these intents, built-in ones with what people say for them. All in the
 * arena. Fails with Q_NOMEM.
 */
Q_MUST_USE q_code samples__make(const q_intent *const *intents, size_t count, q_arena *a,
                                samples *out, q_err *err);

/* Where the {Slot} place that begins at byte i of an utterance ends, its braces
 * included, and its name; 0: none begins there.
 */
size_t samples__place(q_str utterance, size_t i, q_str *name);

/* Utterances of a built-in intent; none for others. */
const q_str *samples__built_in(q_intent_kind kind, size_t *count);
/* Values that a built-in slot type might have. */
const q_str *samples__values(q_slot_kind kind, size_t *count);

/* Made-up words, one to four, for values that no list knows. */
const q_str *samples__unknown(size_t *count);

#endif
