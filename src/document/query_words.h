/* document/query_words.h - the words of a question, and how well other words meet them.
 *
 *     "Who is the patient's doctor?"  ->  patient, doctor; a name is wanted
 */
#ifndef Q_DOCUMENT_QUERY_WORDS_H
#define Q_DOCUMENT_QUERY_WORDS_H

#include "document/page.h"

enum { QUERY_MAX_WORDS = 24 };

typedef enum query_kind {
    QUERY_ANY,
    QUERY_NAME,
    QUERY_DATE,
    QUERY_AMOUNT,
    QUERY_NUMBER, /* how many */
    QUERY_ID,     /* a number that names something */
    QUERY_PLACE,
    QUERY_YES_NO
} query_kind;

typedef struct query_word {
    q_str text;        /* small letters and digits */
    double weight;     /* words like "name" say less than others */
    uint64_t meanings; /* bits of the lists of words that mean the same which hold it */
} query_word;

typedef struct query_words {
    query_word items[QUERY_MAX_WORDS];
    size_t count;
} query_words;

typedef struct query {
    query_words words; /* what it is about: without "what is the" */
    query_kind kind;
    q_str text; /* all of it, folded */
} query;

/* Folded copies are in the arena. Fails only with Q_NOMEM. */
Q_MUST_USE q_code query__read(q_str question, q_arena *a, query *out, q_err *err);

/* Put the words of a text to others, up to QUERY_MAX_WORDS; stop words are left out. */
Q_MUST_USE q_code query__words_add(q_str text, q_arena *a, query_words *out, q_err *err);

/* The same word, another form of it, one that means the same, or misread: 0..1. */
double query__word_meets(const query_word *a, const query_word *b);

/* How much of `wanted` is in `have`, 0..1; *extra: how much of `have` is not wanted. */
double query__words_meet(const query_words *wanted, const query_words *have, double *extra);

/* How well a text suits what is asked for: 0..1. */
double query__kind_suits(query_kind kind, q_str text);

#endif
