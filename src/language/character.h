/* language/character.h - what a code point is, as far as words go.
 *
 * Coarse on purpose: enough to cut text into words, numbers and marks in any
 * script. Code points that no rule names are letters.
 */
#ifndef Q_LANGUAGE_CHARACTER_H
#define Q_LANGUAGE_CHARACTER_H

#include <stdint.h>

typedef enum q_character {
    Q_CHARACTER_CONTROL,   /* NUL and kin, format characters, bad bytes */
    Q_CHARACTER_SPACE,     /* within a line */
    Q_CHARACTER_LINE,      /* ends one */
    Q_CHARACTER_LOWER,     /* letters without case too */
    Q_CHARACTER_UPPER,     /* Latin, Greek, Cyrillic */
    Q_CHARACTER_MARK,      /* combining: belongs to the letter before it */
    Q_CHARACTER_DIGIT,     /* decimal, any of the common scripts */
    Q_CHARACTER_IDEOGRAPH, /* Han, kana: a word by itself */
    Q_CHARACTER_PUNCTUATION,
    Q_CHARACTER_CURRENCY,
    Q_CHARACTER_SYMBOL /* emoji too */
} q_character;

/* Any value is fine, Q_UTF8_BAD included. */
q_character q_character_of(uint32_t cp);

/* The lower-case letter of the same width in UTF-8, or cp itself. */
uint32_t q_character_lower(uint32_t cp);

#endif
