/* dialog/places.h - slot values in an utterance, by the samples' {Slot} places. */
#ifndef Q_DIALOG_PLACES_H
#define Q_DIALOG_PLACES_H

#include "dialog/bot.h"
#include "language/token.h"

/* Of an intent's slots, values and what was said for them; .p NULL: none. */
typedef struct places_found {
    q_str *values, *said;
} places_found;

/* Whether the intent has too few samples for a sequence model to be trusted alone. */
bool places__few(const q_intent *intent);

/* A quick look at the first words: false when `sample` cannot fit. */
bool places__may_fit(const q_tokens *sample, const q_tokens *t);

/* Whether the sample has no words of its own. */
bool places__only(const q_tokens *sample);

/* Whether the text follows the sample word by word, its places filled with
 * values; then `found` holds them.
 */
Q_MUST_USE q_code places__fit(const q_tokens *sample, const q_intent *intent, const q_tokens *t,
                              int64_t now_ms, q_arena *a, const places_found *found, bool *fits,
                              q_err *err);

/* Fill what `found` lacks with what the text holds: by the words around a place
 * in a sample, then by the type alone. Of an intent with many samples only
 * types that take no other words than their own are looked for, since a
 * sequence model has found the others. No token serves two slots.
 */
Q_MUST_USE q_code places__search(const q_intent *intent, const q_tokens *t, int64_t now_ms,
                                 q_arena *a, const places_found *found, q_err *err);

#endif
