/* language/feature.h - hashed features of tokens, as the sequence models take them. */
#ifndef LANGUAGE_FEATURE_H
#define LANGUAGE_FEATURE_H

#include "language/word.h"
#include "learn/sequence.h"

enum { FEATURE_TOKEN_MAX = 80, FEATURE_TOKENS_MAX = 512 };

typedef struct features {
    unsigned bits;
    size_t n; /* of v */
    uint32_t v[FEATURE_TOKENS_MAX * FEATURE_TOKEN_MAX];
    uint32_t starts[FEATURE_TOKENS_MAX + 1];
    uint32_t class[FEATURE_TOKENS_MAX]; /* what each token of a sequence can be in an amount */
} features;

/* A sequence ends with a sentence, and at FEATURE_TOKENS_MAX tokens. */
size_t features__end(const q_tokens *t, size_t begin);

static inline void features__put(features *f, uint32_t kind, uint64_t value)
{
    uint64_t h = (value ^ kind * 0x9E3779B97F4A7C15U) * 0xD6E8FEB86659FD93U;

    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93U;
    f->v[f->n++] = (uint32_t)(h >> (64 - f->bits));
}

static inline uint64_t features__pair(uint64_t a, uint64_t b)
{
    return (a * 0x9E3779B97F4A7C15U) ^ (b + 0x7F4A7C15U) * 0xC2B2AE3D27D4EB4FU;
}

/* Of tokens begin up to, not including, end (at most FEATURE_TOKENS_MAX). False: there is nothing
 * to find, and no feature is made.
 */
bool features__names(features *f, const q_tokens *t, const word *w, size_t begin, size_t end);
bool features__amounts(features *f, const q_tokens *t, const word *w, size_t begin, size_t end);
/* The same of the next tokens behind *last of which one may belong to an amount, from *first up to,
 * not including, *last, with the whole sequence around them. At first *last is `begin`. False:
 * there are no more.
 */
bool features__amounts_next(features *f, const q_tokens *t, const word *w, size_t begin, size_t end,
                            size_t *first, size_t *last);
bool features__syntax(features *f, const q_tokens *t, const word *w, size_t begin, size_t end);

#endif
