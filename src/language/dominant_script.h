/* language/dominant_script.h - which script a letter belongs to, and the
 * languages that have a script for themselves.
 */
#ifndef LANGUAGE_DOMINANT_SCRIPT_H
#define LANGUAGE_DOMINANT_SCRIPT_H

#include <stdint.h>

typedef enum script {
    SCRIPT_NONE, /* no letter: blanks, digits, marks, emoji, bad bytes */
    /* Written by several languages: a model tells them apart. */
    SCRIPT_LATIN,
    SCRIPT_CYRILLIC,
    SCRIPT_ARABIC,
    SCRIPT_DEVANAGARI,
    SCRIPT_MODELS = SCRIPT_DEVANAGARI, /* how many these are: 1 to this */
    /* Written by one, or told apart by single letters. */
    SCRIPT_GREEK,
    SCRIPT_ARMENIAN,
    SCRIPT_HEBREW,
    SCRIPT_BENGALI,
    SCRIPT_GURMUKHI,
    SCRIPT_GUJARATI,
    SCRIPT_ODIA,
    SCRIPT_TAMIL,
    SCRIPT_TELUGU,
    SCRIPT_KANNADA,
    SCRIPT_MALAYALAM,
    SCRIPT_SINHALA,
    SCRIPT_THAI,
    SCRIPT_LAO,
    SCRIPT_MYANMAR,
    SCRIPT_GEORGIAN,
    SCRIPT_ETHIOPIC,
    SCRIPT_KHMER,
    SCRIPT_HANGUL,
    SCRIPT_KANA,
    SCRIPT_HAN,
    SCRIPT_COUNT
} script;

/* Any value is fine, Q_UTF8_BAD included. */
script script__of(uint32_t cp);

/* The language of a script that needs no model ("el"); "" for the others. */
const char *script__language(script s);

#endif
