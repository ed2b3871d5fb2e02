/* language/dominant_grams.h - what the language of a word is told by: its
 * sequences of one to five letters, with marks at its two ends.
 *
 * A word is a run of letters of one script, in small letters. A sequence is
 * known by a hash. Learning and recognition share this file.
 */
#ifndef LANGUAGE_DOMINANT_GRAMS_H
#define LANGUAGE_DOMINANT_GRAMS_H

#include "base/str.h"
#include "language/dominant_script.h"

enum {
    GRAM_MAX = 5,       /* letters of the longest sequence */
    GRAM_WORD_MAX = 30, /* letters; a longer run counts as several words */
    GRAM_EDGE = ' '     /* stands at both ends of a word */
};

typedef struct gram_word {
    script script;
    bool sentence; /* a mark that ends sentences, or a line end, is before it */
    size_t n;      /* letters, with both ends */
    uint32_t letters[GRAM_WORD_MAX + 2]; /* small */
} gram_word;

/* The next word from *at (bytes) on; false at the end of the text. */
bool gram__word_next(q_str text, size_t *at, gram_word *out);

static inline uint32_t gram__step(uint32_t hash, uint32_t letter)
{
    hash = (hash + letter + 1) * 0x9E3779B1u;
    return hash ^ hash >> 15;
}

#endif
