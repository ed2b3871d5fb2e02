/* language/syntax.h - the parts of speech of a text.
 *
 * Tags are the universal ones, as Comprehend names them. Tokens are those of
 * grammar: "don't" is "do" and "n't", "Mr." and an address of the net are one.
 */
#ifndef Q_LANGUAGE_SYNTAX_H
#define Q_LANGUAGE_SYNTAX_H

#include "language/models.h"
#include "language/token.h"

typedef enum q_syntax_tag {
    Q_SYNTAX_ADJ,
    Q_SYNTAX_ADP,
    Q_SYNTAX_ADV,
    Q_SYNTAX_AUX,
    Q_SYNTAX_CCONJ,
    Q_SYNTAX_DET,
    Q_SYNTAX_INTJ,
    Q_SYNTAX_NOUN,
    Q_SYNTAX_NUM,
    Q_SYNTAX_PART,
    Q_SYNTAX_PRON,
    Q_SYNTAX_PROPN,
    Q_SYNTAX_PUNCT,
    Q_SYNTAX_SCONJ,
    Q_SYNTAX_SYM,
    Q_SYNTAX_VERB,
    Q_SYNTAX_O, /* other: the universal X */
    Q_SYNTAX_TAGS
} q_syntax_tag;

typedef struct q_syntax_token {
    q_syntax_tag tag;
    float score;     /* the probability that the tag is right, 0..1 */
    q_str text;      /* borrowed from the text */
    uint32_t point;  /* first code point */
    uint32_t points; /* length in code points */
} q_syntax_token;

/* In order of the text, in the arena. Fails with Q_NOMEM, Q_INVALID (a damaged model). */
Q_MUST_USE q_code q_syntax_tag_all(const q_language *l, const q_tokens *t, q_arena *a,
                                   q_syntax_token **out, size_t *count, q_err *err);

/* "ADJ", ... */
const char *q_syntax_tag_name(q_syntax_tag tag);

#endif
