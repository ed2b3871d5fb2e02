/* tools/corpus.h - sentences with their names marked, token by token.
 *
 * The files' form: "token<TAB>tag" a line, tags O, B-X, I-X; a blank line
 * between sentences.
 */
#ifndef CORPUS_H
#define CORPUS_H

#include "base/str.h"
#include "language/entity.h"
#include "language/syntax.h"

enum { CORPUS_NO_TYPE = 255 };

typedef struct corpus_mark {
    size_t begin, end; /* bytes of the text */
    uint8_t type;      /* q_entity_type, or CORPUS_NO_TYPE for one that the map lacks */
    bool capital;      /* it has a capital, or a letter beyond ASCII */
} corpus_mark;

typedef struct corpus_sentence {
    q_str text; /* the tokens, a blank between them */
    corpus_mark *marks;
    size_t mark_count;
} corpus_sentence;

typedef struct corpus {
    unsigned types; /* bits: the q_entity_types it marks */
    corpus_sentence *v;
    size_t n;
} corpus;

/* How tokens become a text. */
typedef enum corpus_join {
    CORPUS_BLANKS, /* a blank between any two */
    CORPUS_PRINT,  /* none before commas and the like */
    CORPUS_LOWER   /* with blanks, all in small ASCII letters */
} corpus_join;

/* `name`: the corpus in DATA/entities/label_map.tsv; `path`: its file. In the arena. */
q_code corpus_read(q_arena *a, const char *map, const char *name, const char *path,
                   corpus_join join, corpus *out, q_err *err);

/* A sentence of a treebank: tokens as they are given, and their tags. */
typedef struct corpus_tagged {
    q_tokens tokens;
    q_syntax_tag *tags; /* [tokens.n] */
} corpus_tagged;

/* Of lines "form<TAB>lemma<TAB>tag<TAB>other tag<TAB>_ or - (no blank follows)". */
q_code corpus_read_tagged(q_arena *a, const char *path, corpus_tagged **out, size_t *count,
                          q_err *err);

#endif
