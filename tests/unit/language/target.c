#include "language/target.h"

#include "base/buf.h"
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

static void find(q_str text, q_arena *a, q_target **v, size_t *n)
{
    q_tokens t;

    CHECK_EQ(q_tokens_of(text, a, &t, NULL), Q_OK);
    CHECK_EQ(q_targets_find(models(), &t, a, v, n, NULL), Q_OK);
}

/* "TYPE mention SENTIMENT, mention SENTIMENT; TYPE ..." */
static q_str found(const char *text)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 16);
    q_target *v;
    size_t n;
    q_str out;

    find(q_str_of(text), q_test_arena(), &v, &n);
    for (size_t i = 0; i < n; i++) {
        CHECK(v[i].mention_count > 0 && v[i].descriptive < v[i].mention_count);
        q_buf_printf(&b, "%s%s", i ? "; " : "", q_target_type_name(v[i].mentions[0].type));
        for (size_t k = 0; k < v[i].mention_count; k++) {
            const q_mention *m = &v[i].mentions[k];

            CHECK(m->score > 0 && m->score <= 1 && m->group_score > 0 && m->group_score <= 1);
            q_buf_printf(&b, "%s %.*s %.3s", k ? "," : "", Q_ARG(m->text),
                         q_sentiment_name(m->sentiment.sentiment));
        }
    }
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(targets_of_a_review)
{
    CHECK_STREQ(found("The food was delicious but the service was terrible."),
                "COMMERCIAL_ITEM food POS; ATTRIBUTE service NEG");
    CHECK_STREQ(found("The hotel is excellent. It is clean and quiet."),
                "FACILITY hotel POS, It POS");
    CHECK_STREQ(found("I saw the movie."), "PERSON I NEU; MOVIE movie NEU");
}

TEST(targets_are_put_together)
{
    CHECK_STREQ(found("Mary Jones was very kind. She helped us, and Jones smiled."),
                "PERSON Mary Jones POS, She NEU, Jones NEU; PERSON us NEU");
    CHECK_STREQ(found("It rains."), "");
}

TEST(targets_name_the_best_mention)
{
    q_target *v;
    size_t n;

    find(Q_STR("She said it. Mary Jones left, then she wrote."), q_test_arena(), &v, &n);
    CHECK_EQ(n, 1);
    CHECK_STREQ(v[0].mentions[v[0].descriptive].text, "Mary Jones");
    CHECK_EQ(v[0].mentions[v[0].descriptive].point, 13);
}

TEST(targets_of_odd_texts)
{
    enum { SIZE = 1 << 20 };
    q_arena *a = q_arena_new((size_t)2 << 30);
    char *text = q_arena_alloc(a, SIZE);
    q_target *v;
    size_t n;

    CHECK_STREQ(found(""), "");
    find((q_str){"\xFF\xFE food \0 it \xC3", 14}, a, &v, &n);
    find(Q_STR("\xF0\x9F\x98\x80 \xD7\xA9\xD7\x9C it \xE6\x97\xA5"), a, &v, &n);
    memset(text, 'x', SIZE);
    find((q_str){text, SIZE}, a, &v, &n);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = "food it. "[i % 9];
    find((q_str){text, SIZE}, a, &v, &n);
    q_arena_free(a);
}

TEST(targets_fail_cleanly_without_memory)
{
    const q_language *l = models();
    q_code rc = Q_NOMEM;

    for (size_t limit = 0; limit < 1 << 20 && rc; limit += 1024) {
        q_arena *a = q_arena_new(limit);
        q_target *v;
        q_tokens t;
        size_t n;
        q_err err;

        rc = q_tokens_of(Q_STR("Mary Jones liked the food, but it was cold."), a, &t, &err);
        if (!rc)
            rc = q_targets_find(l, &t, a, &v, &n, &err);
        CHECK(rc == Q_OK || rc == Q_NOMEM);
        q_arena_free(a);
    }
    CHECK_EQ(rc, Q_OK);
}

TEST_MAIN("language/target")
