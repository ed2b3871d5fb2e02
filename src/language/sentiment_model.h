/* language/sentiment_model.h - what was learnt of good and bad words.
 *
 * The sum of the weights of a sentence's features (text_features.h, with pairs,
 * letters and opinion), each once, divided by the root of their number, tells
 * how well (above 0) or badly it speaks; `worth` makes it log odds.
 *
 * The file, little-endian, written by tools/train_sentiment.c:
 *
 *     8 bytes   "QSENTI1\n"
 *     4 bytes   CRC-32 of all that follows, big-endian
 *     u32       bits b of features, at most SENTIMENT_BITS_MOST
 *     f32       what a weight of 1 is worth
 *     2^b       i8 weights
 */
#ifndef LANGUAGE_SENTIMENT_MODEL_H
#define LANGUAGE_SENTIMENT_MODEL_H

#include "language/text_features.h"

#define SENTIMENT_MAGIC "QSENTI1\n"

enum { SENTIMENT_BITS_MOST = 20 };

typedef struct sentiment_model {
    unsigned bits;
    float worth;
    int8_t weights[];
} sentiment_model;

/* `name` is for messages, `bytes` are not needed afterwards. Q_INVALID names it. */
Q_MUST_USE q_code sentiment__load(q_str bytes, q_str name, sentiment_model **out, q_err *err);
void sentiment__free(sentiment_model *m); /* NULL is fine */

/* What a sentence or a part of one says. */
typedef struct sentiment_span {
    float odds;            /* log odds that it speaks well, should it speak of something at all */
    size_t words;          /* tokens */
    size_t opinions;       /* words that say what people think of something */
    size_t numbers, names; /* what facts are told with */
    size_t cries;          /* exclamation marks */
} sentiment_span;

/* The tokens from i up to, not including, end. */
Q_MUST_USE q_code sentiment__span(const sentiment_model *m, const q_tokens *t, size_t i, size_t end,
                                  q_arena *a, sentiment_span *out, q_err *err);

/* The probability that it holds no opinion. */
float sentiment__neutral(const sentiment_span *s);

#endif
