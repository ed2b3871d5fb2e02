/* language/dominant.h - which languages a text is written in.
 *
 * Languages that have a script for themselves are told by it; those that share
 * one (Latin, Cyrillic, Arabic, Devanagari) by a trained model of their
 * sequences of letters. The text is taken in stretches that end with sentences,
 * so that a text in two languages gives both.
 */
#ifndef Q_LANGUAGE_DOMINANT_H
#define Q_LANGUAGE_DOMINANT_H

#include "language/models.h"

typedef struct q_dominant {
    char code[8]; /* RFC 5646, as Comprehend has them: "en", "zh", "zh-TW" */
    float score;  /* the part of the text in this language, as far as can be told: 0..1 */
} q_dominant;

/* The best first, in the arena; those below 0.05 are left out but the best one,
 * so the sum is at most 1. A text without a letter gives none. Fails with Q_NOMEM, Q_INVALID
 * (a damaged model).
 */
Q_MUST_USE q_code q_dominant_languages(const q_language *l, q_str text, q_arena *a,
                                       q_dominant **out, size_t *count, q_err *err);

/* All languages that can be found, as codes. */
Q_MUST_USE q_code q_dominant_known(const q_language *l, q_arena *a, const char ***out,
                                   size_t *count, q_err *err);

#endif
