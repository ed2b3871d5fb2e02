/* Tokens, entities, key phrases and personal data of any bytes lie in the text, in order;
 * its languages make up no more than all of it, and its sentiment is one of four.
 */
#include "base/utf8.h"
#include "language/dominant.h"
#include "language/entity.h"
#include "language/keyphrase.h"
#include "language/pii.h"
#include "language/target.h"

#include <stdint.h>
#include <stdlib.h>

static void check(q_str text, uint32_t *end, uint32_t point, uint32_t points, q_str part)
{
    if (point < *end || !points || part.p < text.p || part.p + part.n > text.p + text.n)
        abort();
    if (q_utf8_count((q_str){text.p, (size_t)(part.p - text.p)}) != point ||
        q_utf8_count(part) != points)
        abort();
    *end = point + points;
}

/* One for all inputs; they end with the program. */
static const q_language *language(void)
{
    static q_language *l;

    if (!l && q_language_open(&l, NULL))
        abort();
    return l;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const q_language *l = language();
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_str text = {(const char *)data, size};
    q_tokens t;
    q_entity *entities;
    q_keyphrase *phrases;
    q_pii *pii;
    q_dominant *languages;
    q_sentiment_scores sentiment;
    q_target *targets;
    float sum = 0;
    size_t n;
    uint32_t end = 0;

    if (size > 1 << 16 || q_tokens_of(text, a, &t, NULL))
        goto done;
    for (size_t i = 0; i < t.n; i++)
        check(text, &end, t.v[i].point, t.v[i].points, t.v[i].text);
    end = 0;
    if (q_entities_find(l, &t, a, &entities, &n, NULL))
        goto done;
    for (size_t i = 0; i < n; i++)
        check(text, &end, entities[i].point, entities[i].points, entities[i].text);
    end = 0;
    if (q_keyphrases_find(l, &t, a, &phrases, &n, NULL))
        goto done;
    for (size_t i = 0; i < n; i++)
        check(text, &end, phrases[i].point, phrases[i].points, phrases[i].text);
    end = 0;
    if (q_pii_find(l, &t, a, &pii, &n, NULL))
        goto done;
    for (size_t i = 0; i < n; i++)
        check(text, &end, pii[i].point, pii[i].points, q_str_sub(text, pii[i].begin, pii[i].bytes));
    if (q_dominant_languages(l, text, a, &languages, &n, NULL))
        goto done;
    for (size_t i = 0; i < n; i++)
        sum += languages[i].score;
    if (!(sum <= 1.001f))
        abort();
    if (q_sentiment_of(l, &t, a, &sentiment, NULL))
        goto done;
    if (!(sentiment.score[sentiment.sentiment] >= 0.25f))
        abort();
    if (q_targets_find(l, &t, a, &targets, &n, NULL))
        goto done;
    for (size_t i = 0; i < n; i++) {
        end = 0;
        for (size_t k = 0; k < targets[i].mention_count; k++)
            check(text, &end, targets[i].mentions[k].point, targets[i].mentions[k].points,
                  targets[i].mentions[k].text);
    }
done:
    q_arena_free(a);
    return 0;
}
