/* language/syntax_parts.h - tokens as grammar has them, and their tags. */
#ifndef LANGUAGE_SYNTAX_PARTS_H
#define LANGUAGE_SYNTAX_PARTS_H

#include "language/feature.h"
#include "language/syntax.h"

enum { SYNTAX_BITS = 22 };

/* The tokens of `t` with contractions taken apart and abbreviations, dots and
 * addresses put together. In the arena. Fails with Q_NOMEM.
 */
q_code syntax__tokens(const q_tokens *t, q_arena *a, q_tokens *out, q_err *err);

/* [t->n] tags, their probabilities, and what was seen of the words; `scores` and `words` may be
 * NULL. */
q_code syntax__tags(const q_language *l, const q_tokens *t, q_arena *a, q_syntax_tag **tags,
                    float **scores, const word **words, q_err *err);

#endif
