/* language/lexicon.h - what kind of English word this is.
 *
 * The closed classes are complete; common verbs, adjectives, adverbs and
 * nouns are listed, and an unlisted word is guessed from its ending.
 */
#ifndef Q_LANGUAGE_LEXICON_H
#define Q_LANGUAGE_LEXICON_H

#include "base/str.h"

typedef enum q_word_class {
    Q_WORD_UNKNOWN = 0,
    Q_WORD_DETERMINER = 1 << 0, /* the, this, every, some */
    Q_WORD_POSSESSIVE = 1 << 1, /* my, its, 's */
    Q_WORD_PRONOUN = 1 << 2,
    Q_WORD_PREPOSITION = 1 << 3,
    Q_WORD_CONJUNCTION = 1 << 4,
    Q_WORD_AUXILIARY = 1 << 5, /* be, have, do and the modal verbs */
    Q_WORD_VERB = 1 << 6,
    Q_WORD_ADVERB = 1 << 7,
    Q_WORD_ADJECTIVE = 1 << 8,
    Q_WORD_NOUN = 1 << 9,
    Q_WORD_OTHER = 1 << 10 /* interjections, particles, question words */
} q_word_class;

#define Q_WORD_FUNCTION                                                                            \
    (Q_WORD_DETERMINER | Q_WORD_POSSESSIVE | Q_WORD_PRONOUN | Q_WORD_PREPOSITION |                 \
     Q_WORD_CONJUNCTION | Q_WORD_AUXILIARY | Q_WORD_OTHER)

/* The classes (bits) of a word in small letters that the lists hold, by itself
 * or as a regular plural, verb form or comparison; else Q_WORD_UNKNOWN.
 */
unsigned q_word_listed(q_str lower);

/* The same, and for other words a guess from the ending; never 0. */
unsigned q_word_classes(q_str lower);

/* Whether a sorted list of words holds `lower`. */
bool q_word_in(const char *const *list, size_t count, q_str lower);

#endif
