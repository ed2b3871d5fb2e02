#include "store/listing.h"

#include "base/buf.h"

#include "store/shelf.h"

TEST_MAIN("store/listing")

/* "a b/ c" : items of a page in one line, common prefixes with a star. */
static q_str page(shelf *s, q_listing_query q, bool *truncated)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_listing out;
    q_str text;

    q.bucket = Q_STR("b");
    DO(q_listing_read(s->objects, &q, q_test_arena(), &out, err));
    for (size_t i = 0; i < out.count; i++) {
        q_buf_puts(&b, i ? " " : "");
        q_buf_put(&b, out.items[i].object.key);
        q_buf_puts(&b, out.items[i].folded ? "*" : "");
    }
    if (truncated)
        *truncated = out.truncated;
    DO(q_buf_finish(&b, &text, err));
    return text;
}

static shelf filled(const char *const *keys)
{
    shelf s = shelf_open(q_test_dir());

    bucket_make(&s, "b");
    for (; *keys; keys++)
        put(&s, "b", *keys, Q_STR(""));
    return s;
}

#define LIST(...) page(&s, (q_listing_query){__VA_ARGS__}, &more)

TEST(folds_at_the_delimiter)
{
    const char *keys[] = {"a", "b/1", "b/2", "b/c/3", "b0", "c/", "c/x", "d", NULL};
    shelf s = filled(keys);
    bool more = true;

    CHECK_STREQ(LIST(.limit = 100), "a b/1 b/2 b/c/3 b0 c/ c/x d");
    CHECK(!more);
    CHECK_STREQ(LIST(.delimiter = Q_STR("/"), .limit = 100), "a b/* b0 c/* d");
    CHECK_STREQ(LIST(.prefix = Q_STR("b/"), .delimiter = Q_STR("/"), .limit = 100),
                "b/1 b/2 b/c/*");
    CHECK_STREQ(LIST(.prefix = Q_STR("b"), .delimiter = Q_STR("/"), .limit = 100), "b/* b0");
    CHECK_STREQ(LIST(.prefix = Q_STR("c/"), .delimiter = Q_STR("/"), .limit = 100), "c/ c/x");
    CHECK_STREQ(LIST(.prefix = Q_STR("x"), .limit = 100), "");
    CHECK_STREQ(LIST(.delimiter = Q_STR("/c/"), .limit = 100), "a b/1 b/2 b/c/* b0 c/ c/x d");
    shelf_close(&s);
}

TEST(pages_go_on_behind_the_last_item)
{
    const char *keys[] = {"a", "b/1", "b/2", "b/3", "c", "d/1", NULL};
    shelf s = filled(keys);
    bool more = false;

    CHECK_STREQ(LIST(.delimiter = Q_STR("/"), .limit = 2), "a b/*");
    CHECK(more);
    CHECK_STREQ(LIST(.delimiter = Q_STR("/"), .after = Q_STR("b/"), .limit = 2), "c d/*");
    CHECK(!more);
    CHECK_STREQ(LIST(.after = Q_STR("b/1"), .limit = 2), "b/2 b/3");
    CHECK(more);
    CHECK_STREQ(LIST(.after = Q_STR("b/9"), .limit = 9), "c d/1");
    CHECK_STREQ(LIST(.prefix = Q_STR("b/"), .after = Q_STR("a"), .limit = 9), "b/1 b/2 b/3");
    CHECK_STREQ(LIST(.prefix = Q_STR("b/"), .after = Q_STR("z"), .limit = 9), "");
    CHECK_STREQ(LIST(.limit = 0), "");
    CHECK(!more);
    CHECK_STREQ(LIST(.limit = 6), "a b/1 b/2 b/3 c d/1");
    CHECK(!more);
    shelf_close(&s);
}

TEST(orders_by_bytes)
{
    const char *keys[] = {"Z", "a", "\xc3\xa9", "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "a\x01", NULL};
    shelf s = filled(keys);
    bool more;

    CHECK_STREQ(LIST(.limit = 9), "Z a a\x01 \xc3\xa9 \xef\xbf\xbd \xf0\x9f\x98\x80");
    CHECK_STREQ(LIST(.prefix = Q_STR("\xf0\x9f\x98\x80"), .limit = 9), "\xf0\x9f\x98\x80");
    shelf_close(&s);
}

/* Every page size gives the same list, and more keys than one batch are read. */
static q_code fill_rows(q_catalog *c, void *arg, q_err *err)
{
    q_code rc = Q_OK;

    (void)arg;
    for (int i = 0; i < 3000 && !rc; i++) {
        char key[32];

        snprintf(key, sizeof key, "%02d/%04d", i % 7, i);
        rc = q_catalog_run(c,
                           "INSERT INTO object (bucket, key, file, size, etag, modified_ms,"
                           " attributes) VALUES ('b', ?1, '', 0, '', 0, '')",
                           Q_PARAMS(Q_P_TEXT(q_str_of(key))), NULL, err);
    }
    return rc;
}

TEST(a_walk_in_pages_meets_every_key_once)
{
    shelf s = shelf_open(q_test_dir());
    size_t sizes[] = {1, 7, 999, 1000, 1001, 2999, 3000, 5000};

    bucket_make(&s, "b");
    DO(q_catalog_transact(s.catalog, fill_rows, NULL, err));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        q_listing_query q = {.bucket = Q_STR("b"), .limit = sizes[i]};
        size_t met = 0;
        q_listing out = {.truncated = true};

        while (out.truncated) {
            DO(q_listing_read(s.objects, &q, q_test_arena(), &out, err));
            for (size_t k = 0; k < out.count; k++) {
                CHECK(!q.after.n || q_str_cmp(out.items[k].object.key, q.after) > 0);
                q.after = out.items[k].object.key;
            }
            met += out.count;
        }
        CHECK_EQ(met, 3000);
    }
    {
        bool more;

        CHECK_STREQ(LIST(.delimiter = Q_STR("/"), .limit = 9),
                    "00/* 01/* 02/* 03/* 04/* 05/* 06/*");
    }
    shelf_close(&s);
}
