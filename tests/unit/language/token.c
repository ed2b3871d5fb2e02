#include "language/token.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "test.h"

#include <string.h>

static q_tokens cut(const char *text)
{
    q_tokens t;

    CHECK_EQ(q_tokens_of(q_str_of(text), q_test_arena(), &t, NULL), Q_OK);
    return t;
}

/* The tokens' texts with | between them. */
static q_str joined(const char *text)
{
    q_tokens t = cut(text);
    q_buf b = q_buf_init(q_test_arena(), 1 << 16);
    q_str out;

    for (size_t i = 0; i < t.n; i++) {
        if (i)
            q_buf_char(&b, '|');
        q_buf_put(&b, t.v[i].text);
    }
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(tokens_keep_numbers_and_cut_marks)
{
    CHECK_STREQ(joined("invoice 35678-9, 2,100.00 due."), "invoice|35678|-|9|,|2,100.00|due|.");
    CHECK_STREQ(joined("the company's don't O'Brien"), "the|company|'s|don't|O'Brien");
    CHECK_STREQ(joined("U.S. law, e.g. a.b"), "U.S.|law|,|e.g.|a|.|b");
    CHECK_STREQ(joined("$5 A4 3rd"), "$|5|A4|3rd");
    CHECK_STREQ(joined(""), "");
}

TEST(tokens_count_code_points)
{
    q_tokens t = cut("\xF0\x9F\x98\x80 na\xC3\xAFve \xE6\x97\xA5\xE6\x9C\xAC 5");

    CHECK_EQ(t.n, 5);
    CHECK_EQ(t.v[0].kind, Q_TOKEN_SYMBOL);
    CHECK_EQ(t.v[1].point, 2);
    CHECK_EQ(t.v[1].points, 5);
    CHECK_EQ(t.v[1].begin, 5);
    CHECK_EQ(t.v[2].kind, Q_TOKEN_IDEOGRAPH);
    CHECK_EQ(t.v[3].point, 9);
    CHECK_EQ(t.v[4].point, 11);
    CHECK_EQ(t.v[4].begin, 19);
}

TEST(tokens_keep_joined_emoji_whole)
{
    /* a woman, a joiner, a laptop; then a thumb with a skin tone */
    q_tokens t =
        cut("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD");

    CHECK_EQ(t.n, 2);
    CHECK_EQ(t.v[0].points, 3);
    CHECK_EQ(t.v[1].points, 2);
}

TEST(tokens_take_right_to_left_and_combining_marks)
{
    q_tokens t = cut("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD8\xB3\xD9\x8E\xD9\x84\xD8\xA7\xD9\x85");

    CHECK_EQ(t.n, 2);
    CHECK_EQ(t.v[0].points, 4);
    CHECK_EQ(t.v[1].points, 5);
    CHECK_EQ(t.v[1].kind, Q_TOKEN_WORD);
}

TEST(tokens_survive_nul_and_bad_bytes)
{
    q_tokens t;

    CHECK_EQ(q_tokens_of((q_str){"a\0b \xFF c", 7}, q_test_arena(), &t, NULL), Q_OK);
    CHECK_EQ(t.n, 3);
    CHECK_EQ(t.v[1].point, 2);
    CHECK_EQ(t.v[2].point, 6);
}

TEST(tokens_mark_sentences_and_lines)
{
    q_tokens t = cut("Dr. Who ran. He fell\nHome");

    CHECK(t.v[0].sentence);
    CHECK(!t.v[2].sentence);
    CHECK(t.v[5].sentence);
    CHECK(t.v[7].line);
    CHECK(!t.v[7].sentence);
}

static void takes_linear_time(const char *unit, size_t times)
{
    q_arena *a = q_arena_new((size_t)1 << 30);
    size_t n = strlen(unit);
    char *text = q_arena_alloc(a, n * times);
    q_tokens t;

    for (size_t i = 0; i < times; i++)
        memcpy(text + i * n, unit, n);
    CHECK_EQ(q_tokens_of((q_str){text, n * times}, a, &t, NULL), Q_OK);
    CHECK(t.n > 0);
    q_arena_free(a);
}

TEST(tokens_of_a_megabyte_without_blanks)
{
    takes_linear_time("a", 1 << 20);
    takes_linear_time("a.", 1 << 19);
    takes_linear_time(") ", 1 << 19);
    takes_linear_time("1,", 1 << 19);
    takes_linear_time("'", 1 << 20);
}

TEST(tokens_fail_cleanly_when_the_arena_is_full)
{
    int failures = 0;
    bool done = false;

    for (size_t limit = 0; !done && limit < 65536; limit += 48) {
        q_arena *a = q_arena_new(limit);
        q_tokens t;
        q_code rc = q_tokens_of(Q_STR("Some Words In Capitals and 12 more 3.50"), a, &t, NULL);

        CHECK(rc == Q_OK || rc == Q_NOMEM);
        done = rc == Q_OK;
        failures += rc == Q_NOMEM;
        q_arena_free(a);
    }
    CHECK(done);
    CHECK(failures > 2);
}

TEST_MAIN("language/token")
