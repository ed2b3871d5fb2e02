#include "service/lex_utterances.h"

#include "service/lex_store.h"
#include "test.h"

TEST_MAIN("service/lex_utterances")

enum { DAY = 24 * 3600 * 1000 };

static q_err err;
static const int64_t NOW = (int64_t)20000 * DAY + 5000;

static q_catalog *opened(void)
{
    q_catalog *c = NULL;

    CHECK_EQ(q_catalog_open(q_test_dir(), &c, &err), Q_OK);
    return c;
}

static void say(q_catalog *c, const char *user, const char *text, bool missed, int64_t ms)
{
    q_utterance u = {Q_STR("Tea"), Q_STR("$LATEST"), q_str_of(user), q_str_of(text), missed, ms};

    CHECK_EQ(q_utterance_note(c, &u, &err), Q_OK);
}

static size_t seen(q_catalog *c, bool missed, q_utterance_seen **v)
{
    size_t n = 0;

    CHECK_EQ(q_utterances_seen(c, Q_STR("Tea"), Q_STR("$LATEST"), missed, NOW, q_test_arena(), v,
                               &n, &err),
             Q_OK);
    return n;
}

TEST(the_most_frequent_come_first_with_users_and_dates)
{
    q_catalog *c = opened();
    q_utterance_seen *v;

    say(c, "ada", "coffee", true, NOW - 2 * (int64_t)DAY);
    say(c, "ada", "tea", false, NOW - 2 * (int64_t)DAY);
    say(c, "ada", "tea", false, NOW - 2 * (int64_t)DAY + 1);
    say(c, "bob", "tea", false, NOW);
    say(c, "ada", "a cup", false, NOW);
    CHECK_EQ(seen(c, false, &v), 2);
    CHECK_STREQ(v[0].text, "tea");
    CHECK_EQ(v[0].count, 3);
    CHECK_EQ(v[0].users, 2);
    CHECK_EQ(v[0].first_ms, NOW - 2 * (int64_t)DAY);
    CHECK_EQ(v[0].last_ms, NOW);
    CHECK_EQ(v[1].count, 1);
    CHECK_EQ(seen(c, true, &v), 1);
    CHECK_STREQ(v[0].text, "coffee");
    CHECK_EQ(q_utterances_forget(c, Q_STR("Tea"), Q_STR("ada"), &err), Q_OK);
    CHECK_EQ(seen(c, false, &v), 1);
    CHECK_EQ(v[0].users, 1);
    CHECK_EQ(seen(c, true, &v), 0);
    q_catalog_close(c);
}

TEST(they_are_kept_for_fifteen_days)
{
    q_catalog *c = opened();
    q_utterance_seen *v;
    q_rows *rows = NULL;
    bool more = false;

    say(c, "ada", "old", false, NOW - 15 * (int64_t)DAY);
    say(c, "ada", "less old", false, NOW - 14 * (int64_t)DAY);
    CHECK_EQ(seen(c, false, &v), 1);
    CHECK_STREQ(v[0].text, "less old");
    say(c, "ada", "new", true, NOW);
    CHECK_EQ(q_catalog_query(c, "SELECT count(*) FROM utterance", Q_NO_PARAMS, &rows, &err), Q_OK);
    CHECK_EQ(q_rows_next(rows, &more, &err), Q_OK);
    CHECK_EQ(q_rows_int(rows, 0), 2); /* the oldest has gone */
    q_rows_close(rows);
    q_catalog_close(c);
}

TEST(no_more_than_a_hundred_are_shown)
{
    q_catalog *c = opened();
    q_utterance_seen *v;

    for (int i = 0; i < 103; i++)
        say(c, "ada", q_str_printf(q_test_arena(), "no %d", i).p, false, NOW);
    CHECK_EQ(seen(c, false, &v), 100);
    q_catalog_close(c);
}

TEST(nothing_is_kept_of_a_bot_for_children)
{
    q_catalog *c = opened();
    q_utterance_seen *v;
    q_definition d = {.ref = {LEX_BOT, Q_STR("Tea"), Q_LATEST},
                      .body = Q_STR("{}"),
                      .checksum = Q_STR("x"),
                      .status = Q_STR("READY"),
                      .reason = Q_STR(""),
                      .flags = LEX_HIDDEN};
    q_utterance u = {Q_STR("Tea"), Q_STR("3"), Q_STR("ada"), Q_STR("tea"), false, NOW};

    CHECK_EQ(q_definition_put(c, &d, NULL, 0, &err), Q_OK);
    say(c, "ada", "tea", false, NOW);
    CHECK_EQ(seen(c, false, &v), 0);
    CHECK_EQ(q_utterance_note(c, &u, &err), Q_OK); /* another version, which is not */
    d.ref.version = 4;
    CHECK_EQ(q_definition_put(c, &d, NULL, 0, &err), Q_OK);
    u.version = Q_STR("4");
    CHECK_EQ(q_utterance_note(c, &u, &err), Q_OK);
    {
        size_t n = 0;

        CHECK_EQ(q_utterances_seen(c, Q_STR("Tea"), Q_STR("3"), false, NOW, q_test_arena(), &v, &n,
                                   &err),
                 Q_OK);
        CHECK_EQ(n, 1);
        CHECK_EQ(q_utterances_seen(c, Q_STR("Tea"), Q_STR("4"), false, NOW, q_test_arena(), &v, &n,
                                   &err),
                 Q_OK);
        CHECK_EQ(n, 0);
    }
    q_catalog_close(c);
}
