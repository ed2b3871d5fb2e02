/* language/word.h - what the models see of each token, worked out once. */
#ifndef LANGUAGE_WORD_H
#define LANGUAGE_WORD_H

#include "language/models.h"
#include "language/names.h"
#include "language/token.h"

enum { WORD_PREFIXES = 3, WORD_SUFFIXES = 4, WORD_NAME_TOKENS = 6 };

typedef struct word {
    uint64_t lower;                 /* hash of its small letters */
    uint32_t cased;                 /* hash as it stands */
    uint32_t shape;                 /* hash of "Xxx", "d.d", runs cut to two */
    uint32_t prefix[WORD_PREFIXES]; /* of 1 to 3 characters; 0: shorter than that */
    uint32_t suffix[WORD_SUFFIXES]; /* of 1 to 4 */
    uint32_t kinds;                 /* of the word by itself */
    uint32_t name_kinds; /* of the longest listed name it is part of, of two words or more */
    uint8_t name_place;  /* 0 none, 1 its first word, 2 within, 3 its last */
    uint8_t capitals;    /* how often it has one in print: 1 never to 8; 0 unknown */
    uint8_t common;      /* 1 rare to 8; 0 unknown */
    uint16_t cluster;    /* path in a tree of words by their neighbours; 0 unknown */
} word;

/* [t->n], in the arena. Fails with Q_NOMEM. */
q_code words__of(const q_tokens *t, const names *listed, const names *clusters, q_arena *a,
                 word **out, q_err *err);

/* The same with the lists that ship. Fails with Q_NOMEM, Q_INVALID (a damaged list). */
q_code language__words(const q_language *l, const q_tokens *t, q_arena *a, word **out, q_err *err);

#endif
