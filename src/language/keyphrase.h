/* language/keyphrase.h - the noun phrases of a text.
 *
 * Chunks of the parts of speech (syntax.h): determiner, then adjectives,
 * numbers and nouns, ending in a noun or number. A score, 0..1, grows
 * with how surely the words are tagged, how many they are and how rare.
 */
#ifndef Q_LANGUAGE_KEYPHRASE_H
#define Q_LANGUAGE_KEYPHRASE_H

#include "language/models.h"
#include "language/token.h"

typedef struct q_keyphrase {
    q_str text;      /* borrowed from the text */
    float score;     /* 0..1 */
    uint32_t point;  /* first code point */
    uint32_t points; /* length in code points */
} q_keyphrase;

/* In order of the text, in the arena. Fails with Q_NOMEM, Q_INVALID (a damaged model). */
Q_MUST_USE q_code q_keyphrases_find(const q_language *l, const q_tokens *t, q_arena *a,
                                    q_keyphrase **out, size_t *count, q_err *err);

#endif
