#include "language/sentiment.h"

#include "language/model_parts.h"
#include "language/sentiment_model.h"

#include <math.h>

enum { CLAUSE_LEAST = 3, SPAN_MOST = 400 /* tokens; longer sentences are cut */ };

/* Where a sentence turns: what is before and behind may speak otherwise. */
static const char *const TURNS[] = {"but",    "however", "although", "though",       "yet",
                                    "except", "whereas", "despite",  "unfortunately"};

const char *q_sentiment_name(q_sentiment s)
{
    static const char *const NAMES[Q_SENTIMENTS] = {"POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED"};

    return NAMES[s];
}

static float sigmoid(float x)
{
    return 1 / (1 + expf(-x));
}

/* By hand: words that say little either way, and none of opinion; names and numbers are what facts
 * are told with. Of 100 sentences of film reviews 6 pass for neutral, of an encyclopedia 56 and of
 * contracts 62 (tests/bench/texts.c sentiment).
 */
float sentiment__neutral(const sentiment_span *s)
{
    float z = -0.8f - 0.65f * fabsf(s->odds);

    z += s->opinions ? -0.6f * (float)(s->opinions < 3 ? s->opinions : 3) : 0.87f;
    z += 0.4f * (float)(s->numbers < 2 ? s->numbers : 2);
    z += 0.3f * (float)(s->names < 2 ? s->names : 2);
    z -= 0.7f * (float)(s->cries < 2 ? s->cries : 2);
    return sigmoid(1.5f * z);
}

typedef struct sums {
    float good, bad, neutral; /* by the square roots of sentences' lengths */
    float best, worst;        /* how well and how badly a clause speaks, 0..1 */
} sums;

static void clause_add(const sentiment_span *s, sums *to)
{
    float lean = 2 * sigmoid(s->odds) - 1, sure = 1 - sentiment__neutral(s);

    /* Without a word of opinion a clause may well be about something bad and not against it. */
    if (!s->opinions)
        sure *= 0.5f;
    to->best = fmaxf(to->best, lean * sure);
    to->worst = fmaxf(to->worst, -lean * sure);
}

static bool turns(const q_token *k)
{
    for (size_t i = 0; i < sizeof TURNS / sizeof *TURNS; i++)
        if (q_token_is(k, TURNS[i]))
            return true;
    return q_token_mark(k, ';');
}

static q_code sentence_add(const sentiment_model *m, const q_tokens *t, size_t i, size_t end,
                           q_arena *a, sums *to, q_err *err)
{
    sentiment_span s;
    size_t begin = i;
    float weight, neutral, good;
    q_code rc = sentiment__span(m, t, i, end, a, &s, err);

    if (rc)
        return rc;
    weight = sqrtf((float)s.words);
    neutral = sentiment__neutral(&s);
    good = sigmoid(s.odds);
    to->neutral += weight * neutral;
    to->good += weight * (1 - neutral) * good;
    to->bad += weight * (1 - neutral) * (1 - good);
    for (size_t k = i + 1; k <= end && !rc; k++) {
        if (k < end && !(turns(&t->v[k]) && k - begin >= CLAUSE_LEAST && end - k > CLAUSE_LEAST))
            continue;
        if (begin == i && k == end) {
            clause_add(&s, to);
            break;
        }
        rc = sentiment__span(m, t, begin, k, a, &s, err);
        if (!rc)
            clause_add(&s, to);
        begin = k;
    }
    return rc;
}

static void decide(const sums *s, q_sentiment_scores *out)
{
    float all = s->good + s->bad + s->neutral;
    float more = fmaxf(s->best, s->worst), less = fminf(s->best, s->worst);
    float mixed = more > 0 ? less * sqrtf(less / more) : 0, rest = (1 - mixed) / all;

    out->score[Q_SENTIMENT_POSITIVE] = s->good * rest;
    out->score[Q_SENTIMENT_NEGATIVE] = s->bad * rest;
    out->score[Q_SENTIMENT_NEUTRAL] = s->neutral * rest;
    out->score[Q_SENTIMENT_MIXED] = mixed;
    out->sentiment = Q_SENTIMENT_POSITIVE;
    for (size_t i = 1; i < Q_SENTIMENTS; i++)
        if (out->score[i] > out->score[out->sentiment])
            out->sentiment = (q_sentiment)i;
}

q_code q_sentiment_of(const q_language *l, const q_tokens *t, q_arena *a, q_sentiment_scores *out,
                      q_err *err)
{
    sums s = {0};
    const void *m;
    q_code rc = language__model(l, LANGUAGE_SENTIMENT, &m, err);

    for (size_t i = 0, end; i < t->n && !rc; i = end) {
        for (end = i + 1; end < t->n && end < i + SPAN_MOST && !t->v[end].sentence;)
            end++;
        rc = sentence_add(m, t, i, end, a, &s, err);
    }
    if (rc)
        return rc;
    if (!t->n)
        s.neutral = 1;
    decide(&s, out);
    return Q_OK;
}
