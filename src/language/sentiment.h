/* language/sentiment.h - how a text speaks of things: well, badly, neither, both.
 *
 * Each sentence is judged by a trained model of its words, pairs of words and
 * groups of letters, with words behind a negation apart; a text by its
 * sentences. One in which some speak well and others badly is mixed.
 */
#ifndef Q_LANGUAGE_SENTIMENT_H
#define Q_LANGUAGE_SENTIMENT_H

#include "language/models.h"
#include "language/token.h"

typedef enum q_sentiment {
    Q_SENTIMENT_POSITIVE,
    Q_SENTIMENT_NEGATIVE,
    Q_SENTIMENT_NEUTRAL,
    Q_SENTIMENT_MIXED
} q_sentiment;

enum { Q_SENTIMENTS = 4 };

typedef struct q_sentiment_scores {
    q_sentiment sentiment;     /* that with the highest score */
    float score[Q_SENTIMENTS]; /* their sum is 1 */
} q_sentiment_scores;

/* Of English text; the arena is for work. Fails with Q_NOMEM, Q_INVALID (a damaged model). */
Q_MUST_USE q_code q_sentiment_of(const q_language *l, const q_tokens *t, q_arena *a,
                                 q_sentiment_scores *out, q_err *err);

/* "POSITIVE", ... */
const char *q_sentiment_name(q_sentiment s);

#endif
