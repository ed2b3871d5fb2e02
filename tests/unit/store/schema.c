#include "store/schema.c"
#include "test.h"

TEST_MAIN("store/schema")

TEST(starts_from_nothing_and_reopens)
{
    const char *dir = q_test_dir();
    q_catalog *c = NULL;
    int64_t number = 0;
    q_err err;

    for (int i = 0; i < 2; i++) {
        CHECK_EQ(q_catalog_open(dir, &c, &err), Q_OK);
        CHECK_EQ(current(c, &number, &err), Q_OK);
        CHECK_EQ(number, newest);
        q_catalog_close(c);
    }
}

TEST(refuses_a_newer_schema)
{
    const char *dir = q_test_dir();
    q_catalog *c = NULL;
    q_err err;
    q_str want;

    CHECK_EQ(q_catalog_open(dir, &c, &err), Q_OK);
    CHECK_EQ(q_catalog_run(c, "INSERT INTO migration (number, name) VALUES (9999, 'later')",
                           Q_NO_PARAMS, NULL, &err),
             Q_OK);
    q_catalog_close(c);
    c = NULL;
    CHECK_EQ(q_catalog_open(dir, &c, &err), Q_UNSUPPORTED);
    CHECK(c == NULL);
    want = q_str_printf(q_test_arena(),
                        "catalog has schema 9999; this program knows up to %lld: use a newer quern",
                        (long long)newest);
    CHECK_STR(err.msg, want.p);
}

TEST(a_failing_migration_leaves_nothing)
{
    q_catalog *c = NULL;
    int64_t before = 0;
    q_err err;

    CHECK_EQ(q_catalog_open(q_test_dir(), &c, &err), Q_OK);
    CHECK_EQ(q_catalog_run(c, "DELETE FROM migration", Q_NO_PARAMS, NULL, &err), Q_OK);
    CHECK_EQ(q_catalog_run(c, "ALTER TABLE record RENAME COLUMN space TO place", Q_NO_PARAMS, NULL,
                           &err),
             Q_OK);
    CHECK(schema__upgrade(c, &err) != Q_OK); /* the table is there already */
    CHECK_EQ(current(c, &before, &err), Q_OK);
    CHECK_EQ(before, 0);
    q_catalog_close(c);
}
