#include "store/definition.h"
#include "test.h"

TEST_MAIN("store/definition")

enum { TYPE = 1, INTENT = 2 };

static q_err err;

static q_catalog *opened(void)
{
    q_catalog *c = NULL;

    CHECK_EQ(q_catalog_open(q_test_dir(), &c, &err), Q_OK);
    return c;
}

static q_definition_ref ref(int kind, const char *name, int64_t version)
{
    return (q_definition_ref){kind, q_str_of(name), version};
}

static void put(q_catalog *c, q_definition_ref r, const char *body, const q_definition_ref *uses,
                size_t count)
{
    q_definition d = {.ref = r,
                      .body = q_str_of(body),
                      .checksum = q_str_of(body),
                      .created_ms = 1,
                      .updated_ms = 2,
                      .status = Q_STR(""),
                      .reason = Q_STR(""),
                      .build = 1};

    CHECK_EQ(q_definition_put(c, &d, uses, count, &err), Q_OK);
}

TEST(names_are_one_in_any_case_and_kept_as_written)
{
    q_catalog *c = opened();
    q_definition d;

    put(c, ref(TYPE, "Colour", 0), "a", NULL, 0);
    put(c, ref(TYPE, "COLOUR", 0), "b", NULL, 0);
    CHECK_EQ(q_definition_get(c, ref(TYPE, "colour", 0), q_test_arena(), &d, &err), Q_OK);
    CHECK_STREQ(d.ref.name, "Colour");
    CHECK_STREQ(d.body, "b");
    CHECK_EQ(q_definition_get(c, ref(INTENT, "colour", 0), q_test_arena(), &d, &err), Q_NOTFOUND);
    q_catalog_close(c);
}

TEST(versions_are_listed_and_deleted)
{
    q_catalog *c = opened();
    q_definition d, *v;
    size_t n;
    bool existed;

    put(c, ref(TYPE, "T", 0), "l", NULL, 0);
    CHECK_EQ(q_definition_newest(c, ref(TYPE, "T", 0), q_test_arena(), &d, &err), Q_NOTFOUND);
    for (int64_t i = 1; i <= 11; i++)
        put(c, ref(TYPE, "T", i), "v", NULL, 0);
    CHECK_EQ(q_definition_newest(c, ref(TYPE, "t", 0), q_test_arena(), &d, &err), Q_OK);
    CHECK_EQ(d.ref.version, 11);
    CHECK_EQ(q_definition_versions(c, ref(TYPE, "T", 0), -1, 3, q_test_arena(), &v, &n, &err),
             Q_OK);
    CHECK_EQ(n, 3);
    CHECK_EQ(v[0].ref.version, 0);
    CHECK_EQ(q_definition_versions(c, ref(TYPE, "T", 0), 9, 3, q_test_arena(), &v, &n, &err), Q_OK);
    CHECK_EQ(n, 2);
    CHECK_EQ(q_definition_delete(c, ref(TYPE, "T", 11), &existed, &err), Q_OK);
    CHECK(existed);
    CHECK_EQ(q_definition_delete(c, ref(TYPE, "T", 11), &existed, &err), Q_OK);
    CHECK(!existed);
    CHECK_EQ(q_definition_delete(c, ref(TYPE, "T", Q_ALL_VERSIONS), &existed, &err), Q_OK);
    CHECK_EQ(q_definition_get(c, ref(TYPE, "T", 3), q_test_arena(), &d, &err), Q_NOTFOUND);
    q_catalog_close(c);
}

TEST(pages_go_by_name_and_part)
{
    static const char *const names[] = {"b", "A", "Cab", "bot:x", "bot:Y", "both:z"};
    q_catalog *c = opened();
    q_definition *v;
    size_t n;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(c, ref(TYPE, names[i], 0), "l", NULL, 0);
    CHECK_EQ(q_definition_list(c, &(q_definition_wanted){.kind = TYPE, .limit = 2}, q_test_arena(),
                               &v, &n, &err),
             Q_OK);
    CHECK_EQ(n, 2);
    CHECK_STREQ(v[0].ref.name, "A");
    CHECK_STREQ(v[1].ref.name, "b");
    CHECK_EQ(
        q_definition_list(c, &(q_definition_wanted){.kind = TYPE, .after = Q_STR("B"), .limit = 9},
                          q_test_arena(), &v, &n, &err),
        Q_OK);
    CHECK_EQ(n, 4);
    CHECK_EQ(
        q_definition_list(c, &(q_definition_wanted){.kind = TYPE, .part = Q_STR("ab"), .limit = 9},
                          q_test_arena(), &v, &n, &err),
        Q_OK);
    CHECK_EQ(n, 1);
    CHECK_EQ(q_definition_list(
                 c, &(q_definition_wanted){.kind = TYPE, .prefix = Q_STR("Bot:"), .limit = 9},
                 q_test_arena(), &v, &n, &err),
             Q_OK);
    CHECK_EQ(n, 2);
    CHECK_STREQ(v[0].ref.name, "bot:x");
    CHECK_EQ(q_definition_list(
                 c,
                 &(q_definition_wanted){
                     .kind = TYPE, .prefix = Q_STR("bot:"), .part = Q_STR("b"), .limit = 9},
                 q_test_arena(), &v, &n, &err),
             Q_OK);
    CHECK_EQ(n, 0); /* the part is looked for behind the prefix */
    q_catalog_close(c);
}

TEST(what_is_used_is_known)
{
    q_catalog *c = opened();
    q_definition_ref uses[] = {ref(TYPE, "T", 0), ref(TYPE, "U", 2)}, *by;
    size_t n;
    bool existed;

    put(c, ref(TYPE, "T", 0), "l", NULL, 0);
    put(c, ref(INTENT, "I", 0), "l", uses, 2);
    put(c, ref(INTENT, "I", 1), "l", uses + 1, 1);
    CHECK_EQ(q_definition_users(c, ref(TYPE, "t", 0), q_test_arena(), &by, &n, &err), Q_OK);
    CHECK_EQ(n, 1);
    CHECK_STREQ(by[0].name, "I");
    CHECK_EQ(q_definition_users(c, ref(TYPE, "u", Q_ALL_VERSIONS), q_test_arena(), &by, &n, &err),
             Q_OK);
    CHECK_EQ(n, 2);
    put(c, ref(INTENT, "I", 0), "l", NULL, 0);
    CHECK_EQ(q_definition_users(c, ref(TYPE, "T", 0), q_test_arena(), &by, &n, &err), Q_OK);
    CHECK_EQ(n, 0);
    CHECK_EQ(q_definition_delete(c, ref(INTENT, "I", Q_ALL_VERSIONS), &existed, &err), Q_OK);
    CHECK_EQ(q_definition_users(c, ref(TYPE, "U", 2), q_test_arena(), &by, &n, &err), Q_OK);
    CHECK_EQ(n, 0);
    q_catalog_close(c);
}

TEST(a_status_counts_only_for_what_it_was_begun_with)
{
    q_catalog *c = opened();
    q_definition d;
    int64_t flags = 1;
    bool changed = false;

    put(c, ref(TYPE, "T", 0), "l", NULL, 0);
    CHECK_EQ(q_definition_settle(c, ref(TYPE, "T", 0), 1, Q_STR("READY"), Q_STR("r"), &flags,
                                 &changed, &err),
             Q_OK);
    CHECK(changed);
    CHECK_EQ(q_definition_get(c, ref(TYPE, "T", 0), q_test_arena(), &d, &err), Q_OK);
    CHECK_STREQ(d.status, "READY");
    CHECK_EQ(d.build, 2);
    CHECK_EQ(d.flags, 1);
    CHECK_EQ(q_definition_settle(c, ref(TYPE, "T", 0), 1, Q_STR("FAILED"), Q_STR(""), NULL,
                                 &changed, &err),
             Q_OK);
    CHECK(!changed);
    q_catalog_close(c);
}
