#include "language/sentiment.h"

#include "language/sentiment_model.h"
#include "test.h"

#include <string.h>

static void free_models(void *l)
{
    q_language_free(l);
}

/* Those of the running test. */
static const q_language *models(void)
{
    q_language *l;

    CHECK_EQ(q_language_open(&l, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), free_models, l), Q_OK);
    return l;
}

static q_sentiment_scores of(q_str text)
{
    q_sentiment_scores s;
    float sum = 0;
    q_tokens t;

    CHECK_EQ(q_tokens_of(text, q_test_arena(), &t, NULL), Q_OK);
    CHECK_EQ(q_sentiment_of(models(), &t, q_test_arena(), &s, NULL), Q_OK);
    for (size_t i = 0; i < Q_SENTIMENTS; i++) {
        CHECK(s.score[i] >= 0 && s.score[i] <= s.score[s.sentiment]);
        sum += s.score[i];
    }
    CHECK_NEAR((double)sum, 1, 1e-4);
    return s;
}

static void is(const char *text, const char *name)
{
    CHECK_STR(q_sentiment_name(of(q_str_of(text)).sentiment), name);
}

TEST(sentiment_of_sentences)
{
    is("I love this mill, the flour is excellent.", "POSITIVE");
    is("Thank you so much for your help!", "POSITIVE");
    is("The delivery was late and the box was broken.", "NEGATIVE");
    is("A complete waste of time.", "NEGATIVE");
    is("The invoice is due on May 12.", "NEUTRAL");
    is("Paris is the capital of France.", "NEUTRAL");
}

TEST(sentiment_turns_behind_a_negation)
{
    is("The flour is good.", "POSITIVE");
    is("The flour is not good.", "NEGATIVE");
    is("I do not like it.", "NEGATIVE");
    CHECK(of(Q_STR("I don't think that it is excellent.")).score[Q_SENTIMENT_POSITIVE] <
          of(Q_STR("I do think that it is excellent.")).score[Q_SENTIMENT_POSITIVE]);
}

TEST(sentiment_is_mixed_where_parts_differ)
{
    is("The food was great but the service was terrible.", "MIXED");
    CHECK(of(Q_STR("The food was great and the service was wonderful.")).score[Q_SENTIMENT_MIXED] <
          0.1f);
}

TEST(sentiment_of_odd_texts)
{
    enum { SIZE = 1 << 20 };
    q_arena *a = q_arena_new((size_t)1 << 30);
    char *text = q_arena_alloc(a, SIZE);
    q_sentiment_scores s;
    q_tokens t;

    is("", "NEUTRAL");
    of((q_str){"good \0 bad", 10});
    of((q_str){"\xFF\xFE good \xC3", 9});
    of(Q_STR("\xF0\x9F\x98\x80 \xF0\x9F\x91\x8D"));
    of(Q_STR("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D good \xE6\x97\xA5\xE6\x9C\xAC"));
    memset(text, 'x', SIZE);
    CHECK_EQ(q_tokens_of((q_str){text, SIZE}, a, &t, NULL), Q_OK);
    CHECK_EQ(q_sentiment_of(models(), &t, a, &s, NULL), Q_OK);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = "good bad "[i % 9];
    CHECK_EQ(q_tokens_of((q_str){text, SIZE}, a, &t, NULL), Q_OK);
    CHECK_EQ(q_sentiment_of(models(), &t, a, &s, NULL), Q_OK);
    q_arena_free(a);
}

TEST(sentiment_fails_cleanly_without_memory)
{
    const q_language *l = models();
    q_code rc = Q_NOMEM;

    for (size_t limit = 0; limit < 1 << 20 && rc; limit += 512) {
        q_arena *a = q_arena_new(limit);
        q_sentiment_scores s;
        q_tokens t;
        q_err err;

        rc = q_tokens_of(Q_STR("I love it, but it is slow."), a, &t, &err);
        if (!rc)
            rc = q_sentiment_of(l, &t, a, &s, &err);
        CHECK(rc == Q_OK || rc == Q_NOMEM);
        q_arena_free(a);
    }
    CHECK_EQ(rc, Q_OK);
}

TEST(sentiment_model_is_refused_when_altered)
{
    q_str file = q_test_file("../../models/sentiment.model"), name = Q_STR("sentiment.model");
    q_str copy = q_str_copy(q_test_arena(), file);
    sentiment_model *m = NULL;
    q_err err;

    CHECK(copy.p);
    CHECK_EQ(sentiment__load(q_str_sub(file, 0, file.n - 1), name, &m, &err), Q_INVALID);
    CHECK_STR(err.msg, "sentiment.model was cut short or altered: its checksum is another");
    ((char *)copy.p)[file.n / 2] ^= 1;
    CHECK_EQ(sentiment__load(copy, name, &m, &err), Q_INVALID);
    CHECK_STR(err.msg, "sentiment.model was cut short or altered: its checksum is another");
    CHECK_EQ(sentiment__load(Q_STR("hello"), name, &m, &err), Q_INVALID);
    CHECK_STR(err.msg, "sentiment.model is no model of sentiment");
    CHECK(m == NULL);
}

TEST_MAIN("language/sentiment")
