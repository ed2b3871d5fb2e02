/* language/names.h - what kinds of thing a word or name can be, from lists.
 *
 * A table of some 230,000 names of places and people and of English words
 * (models/README.md says whose lists), found by the hash of their words in
 * small letters. Another word has the hash of a listed one once in some
 * billions. The table is read where its bytes lie.
 */
#ifndef LANGUAGE_NAMES_H
#define LANGUAGE_NAMES_H

#include "base/str.h"

enum {
    NAMES_GIVEN = 1 << 0,
    NAMES_FAMILY = 1 << 1,
    NAMES_CITY = 1 << 2,
    NAMES_METROPOLIS = 1 << 3,
    NAMES_COUNTRY = 1 << 4,
    NAMES_REGION = 1 << 5,
    NAMES_PERSON = 1 << 6, /* somebody's whole name */
    NAMES_GROUP = 1 << 7,
    NAMES_NATIONALITY = 1 << 8,
    NAMES_EVENT = 1 << 9,
    NAMES_ROLE = 1 << 10,    /* from here on common words: "president" */
    NAMES_BODY = 1 << 11,    /* "company" */
    NAMES_PLACE = 1 << 12,   /* "river" */
    NAMES_WORK = 1 << 13,    /* "song" */
    NAMES_GOES_ON = 1 << 14, /* a longer name starts with this */
    NAMES_NOUN = 1 << 15,
    NAMES_VERB = 1 << 16,
    NAMES_ADJECTIVE = 1 << 17,
    NAMES_ADVERB = 1 << 18,
    NAMES_TIME = 1 << 19,
    NAMES_OTHER = 1 << 20, /* a name of something else */
    NAMES_ARTIFACT = 1 << 21,
    NAMES_TOWN = 1 << 22,
    NAMES_PROPER = NAMES_GIVEN | NAMES_FAMILY | NAMES_CITY | NAMES_METROPOLIS | NAMES_COUNTRY |
                   NAMES_REGION | NAMES_PERSON | NAMES_GROUP | NAMES_NATIONALITY | NAMES_EVENT |
                   NAMES_OTHER | NAMES_TOWN
};

typedef struct names {
    const unsigned char *sets, *prints, *which; /* borrowed, little-endian */
    uint32_t slots, set_count;
} names;

/* Borrows `bytes`. Q_INVALID and `name` when they are altered or cut short. */
q_code names__open(q_str bytes, q_str name, names *out, q_err *err);

/* The hash of a word or, word behind word, of a name. */
static const uint64_t NAMES_START = 0xCBF29CE484222325U;
uint64_t names__hash(uint64_t h, q_str word);
uint64_t names__join(uint64_t h); /* before the next word of a name */

/* Fetches what names__kinds will read, which lies far from all else. */
void names__foresee(const names *n, uint64_t hash);
uint32_t names__kinds(const names *n, uint64_t hash);

#endif
