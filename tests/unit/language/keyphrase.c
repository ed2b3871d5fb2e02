#include "language/keyphrase.h"

#include "base/buf.h"
#include "test.h"

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

static q_str found(const char *text)
{
    q_arena *a = q_test_arena();
    q_buf b = q_buf_init(a, 1 << 16);
    q_tokens t;
    q_keyphrase *v;
    size_t n;
    q_str out;

    CHECK_EQ(q_tokens_of(q_str_of(text), a, &t, NULL), Q_OK);
    CHECK_EQ(q_keyphrases_find(models(), &t, a, &v, &n, NULL), Q_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK(v[i].score > 0 && v[i].score <= 1);
        q_buf_printf(&b, "%s%.*s", i ? " | " : "", Q_ARG(v[i].text));
    }
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(phrases_are_noun_phrases)
{
    CHECK_STREQ(found("The company's new product was released by a small team."),
                "The company's new product | a small team");
    CHECK_STREQ(found("We often see very large old trees in the park"),
                "large old trees | the park");
    CHECK_STREQ(found("The old mill grinds our own grain."), "The old mill | our own grain");
    CHECK_STREQ(found("It is what they do."), "");
    CHECK_STREQ(found("open-source software and state-of-the-art methods"),
                "open-source software | state-of-the-art methods");
}

TEST(phrases_keep_numbers_and_end_with_the_line)
{
    CHECK_STREQ(found("5/13/2019 Merchant Three\n200.00\nOffice Supplies"),
                "5/13/2019 Merchant Three | 200.00 | Office Supplies");
}

TEST(phrases_give_code_points)
{
    q_tokens t;
    q_keyphrase *v;
    size_t n;

    CHECK_EQ(
        q_tokens_of(Q_STR("\xF0\x9F\x98\x80 the na\xC3\xAFve reader"), q_test_arena(), &t, NULL),
        Q_OK);
    CHECK_EQ(q_keyphrases_find(models(), &t, q_test_arena(), &v, &n, NULL), Q_OK);
    CHECK_EQ(n, 1);
    CHECK_EQ(v[0].point, 2);
    CHECK_EQ(v[0].points, 16);
}

TEST(phrases_fail_cleanly_when_the_arena_is_full)
{
    const q_language *l = models();
    bool done = false;

    for (size_t limit = 0; !done && limit < 1 << 20; limit += 997) {
        q_arena *a = q_arena_new(limit);
        q_tokens t;
        q_keyphrase *v;
        size_t n;
        q_code rc = q_tokens_of(Q_STR("the first grain of a small mill"), a, &t, NULL);

        if (!rc)
            rc = q_keyphrases_find(l, &t, a, &v, &n, NULL);
        CHECK(rc == Q_OK || rc == Q_NOMEM);
        done = rc == Q_OK;
        q_arena_free(a);
    }
    CHECK(done);
}

TEST_MAIN("language/keyphrase")
