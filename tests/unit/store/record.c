#include "store/record.h"
#include "test.h"

TEST_MAIN("store/record")

static q_catalog *opened(void)
{
    q_catalog *c = NULL;
    q_err err = {0};

    if (q_catalog_open(q_test_dir(), &c, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return c;
}

#define BOT Q_STR("bot")

TEST(put_counts_versions)
{
    q_catalog *c = opened();
    q_record r;
    bool existed = false;
    q_err err;

    CHECK_EQ(q_record_get(c, BOT, Q_STR("a"), 1, q_test_arena(), &r, &err), Q_NOTFOUND);
    CHECK_STR(err.msg, "bot a does not exist");
    CHECK_EQ(q_record_put(c, BOT, Q_STR("a"), Q_STR("one"), 10, 0, &err), Q_OK);
    CHECK_EQ(q_record_put(c, BOT, Q_STR("a"), Q_STR(""), 20, 0, &err), Q_OK);
    CHECK_EQ(q_record_get(c, BOT, Q_STR("a"), 1, q_test_arena(), &r, &err), Q_OK);
    CHECK_STREQ(r.key, "a");
    CHECK_EQ(r.value.n, 0);
    CHECK_EQ(r.version, 2);
    CHECK_EQ(r.updated_ms, 20);
    CHECK_EQ(q_record_get(c, Q_STR("session"), Q_STR("a"), 1, q_test_arena(), &r, &err),
             Q_NOTFOUND);
    CHECK_EQ(q_record_delete(c, BOT, Q_STR("a"), &existed, &err), Q_OK);
    CHECK(existed);
    CHECK_EQ(q_record_delete(c, BOT, Q_STR("a"), &existed, &err), Q_OK);
    CHECK(!existed);
    q_catalog_close(c);
}

TEST(swap_lets_one_writer_win)
{
    q_catalog *c = opened();
    q_record r;
    q_err err;

    CHECK_EQ(q_record_swap(c, BOT, Q_STR("a"), 1, Q_STR("x"), 5, 0, &err), Q_BUSY);
    CHECK_EQ(q_record_swap(c, BOT, Q_STR("a"), 0, Q_STR("x"), 5, 0, &err), Q_OK);
    CHECK_EQ(q_record_swap(c, BOT, Q_STR("a"), 0, Q_STR("y"), 5, 0, &err), Q_BUSY);
    CHECK_EQ(q_record_swap(c, BOT, Q_STR("a"), 1, Q_STR("y"), 6, 0, &err), Q_OK);
    CHECK_EQ(q_record_swap(c, BOT, Q_STR("a"), 1, Q_STR("z"), 6, 0, &err), Q_BUSY);
    CHECK_EQ(q_record_get(c, BOT, Q_STR("a"), 7, q_test_arena(), &r, &err), Q_OK);
    CHECK_STREQ(r.value, "y");
    CHECK_EQ(r.version, 2);
    q_catalog_close(c);
}

TEST(expired_records_are_absent)
{
    q_catalog *c = opened();
    q_record r, *list;
    size_t n;
    q_err err;

    CHECK_EQ(q_record_put(c, BOT, Q_STR("a"), Q_STR("x"), 10, 100, &err), Q_OK);
    CHECK_EQ(q_record_get(c, BOT, Q_STR("a"), 99, q_test_arena(), &r, &err), Q_OK);
    CHECK_EQ(r.expires_ms, 100);
    CHECK_EQ(q_record_get(c, BOT, Q_STR("a"), 100, q_test_arena(), &r, &err), Q_NOTFOUND);
    CHECK_EQ(q_record_list(c, BOT, Q_STR(""), 10, 100, q_test_arena(), &list, &n, &err), Q_OK);
    CHECK_EQ(n, 0);
    CHECK_EQ(q_record_swap(c, BOT, Q_STR("a"), 1, Q_STR("y"), 100, 0, &err), Q_BUSY);
    CHECK_EQ(q_record_swap(c, BOT, Q_STR("a"), 0, Q_STR("y"), 100, 0, &err), Q_OK);
    CHECK_EQ(q_record_get(c, BOT, Q_STR("a"), 500, q_test_arena(), &r, &err), Q_OK);
    CHECK_STREQ(r.value, "y");
    q_catalog_close(c);
}

TEST(what_expired_long_ago_is_removed)
{
    q_catalog *c = NULL;
    q_rows *rows = NULL;
    const int64_t hour = 3600000;
    bool more = false;

    CHECK_EQ(q_catalog_open(q_test_dir(), &c, NULL), Q_OK);
    CHECK_EQ(q_record_put(c, Q_STR("s"), Q_STR("old"), Q_STR("v"), 1, hour, NULL), Q_OK);
    CHECK_EQ(q_record_put(c, Q_STR("s"), Q_STR("young"), Q_STR("v"), 1, hour + 1, NULL), Q_OK);
    CHECK_EQ(q_record_put(c, Q_STR("s"), Q_STR("kept"), Q_STR("v"), 1, 0, NULL), Q_OK);
    CHECK_EQ(q_record_forget(c, 2 * hour, NULL), Q_OK);
    CHECK_EQ(q_catalog_query(c,
                             "SELECT group_concat(key) FROM (SELECT key FROM record ORDER BY key)",
                             Q_NO_PARAMS, &rows, NULL),
             Q_OK);
    CHECK_EQ(q_rows_next(rows, &more, NULL), Q_OK);
    CHECK(more);
    CHECK_STREQ(q_rows_text(rows, 0, q_test_arena()), "kept,young");
    q_rows_close(rows);
    q_catalog_close(c);
}

TEST(lists_by_key_in_pages)
{
    q_catalog *c = opened();
    q_record *list;
    size_t n;
    q_err err;

    CHECK_EQ(q_record_put(c, BOT, Q_STR("b"), Q_STR("2"), 1, 0, &err), Q_OK);
    CHECK_EQ(q_record_put(c, BOT, Q_STR("a"), Q_STR("1"), 1, 0, &err), Q_OK);
    CHECK_EQ(q_record_put(c, BOT, Q_STR("Z"), Q_STR("0"), 1, 0, &err), Q_OK);
    CHECK_EQ(q_record_put(c, Q_STR("bots"), Q_STR("c"), Q_STR("3"), 1, 0, &err), Q_OK);
    CHECK_EQ(q_record_list(c, BOT, Q_STR(""), 2, 1, q_test_arena(), &list, &n, &err), Q_OK);
    CHECK_EQ(n, 2);
    CHECK_STREQ(list[0].key, "Z");
    CHECK_STREQ(list[1].key, "a");
    CHECK_EQ(q_record_list(c, BOT, Q_STR("a"), 2, 1, q_test_arena(), &list, &n, &err), Q_OK);
    CHECK_EQ(n, 1);
    CHECK_STREQ(list[0].value, "2");
    q_catalog_close(c);
}
