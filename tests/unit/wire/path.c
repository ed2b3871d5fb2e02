#include "wire/path.h"

#include "test.h"

static bool match(const char *uri, const char *path, path_labels *l)
{
    return path__match(q_str_of(uri), q_str_of(path), l);
}

TEST(path_matches_labels)
{
    path_labels l;

    CHECK(match("/bot/{botName}/text", "/bot/My%20Bot/text", &l));
    CHECK_EQ(l.count, 1);
    CHECK_EQ(l.literals, 2);
    CHECK_STREQ(l.name[0], "botName");
    CHECK_STREQ(l.value[0], "My%20Bot");
    CHECK(match("/", "/", &l));
    CHECK(match("/bot/{botName}/text/", "/bot/a/text", &l));
    CHECK(match("/bot/{botName}/text", "/bot/a/text/", &l));
}

TEST(path_refuses_what_has_another_form)
{
    path_labels l;

    CHECK(!match("/bot/{botName}/text", "/bot/a", &l));
    CHECK(!match("/bot/{botName}/text", "/bot/a/text/b", &l));
    CHECK(!match("/bot/{botName}/text", "/bot//text", &l));
    CHECK(!match("/", "", &l));
    CHECK(!match("/", "x", &l));
    CHECK(!match("/{Bucket}", "/", &l));
    CHECK(!match("/{Bucket}/{Key+}", "/b", &l));
    CHECK(!match("/{Bucket}/{Key+}", "/b/", &l));
    CHECK(!match("/{Bucket}/{Key+}", "//k", &l));
}

TEST(path_gives_a_greedy_label_the_rest)
{
    path_labels l;

    CHECK(match("/{Bucket}/{Key+}", "/b/a/b//c/", &l));
    CHECK_STREQ(l.value[0], "b");
    CHECK_STREQ(l.name[1], "Key");
    CHECK_STREQ(l.value[1], "a/b//c/");
    CHECK(match("/{Bucket}/{Key+}", "/b//", &l));
    CHECK_STREQ(l.value[1], "/");
}

TEST(query_takes_pairs_in_turn)
{
    q_str rest = Q_STR("&a=1&&b&c=x=y&"), k, v;

    CHECK(query__next(&rest, &k, &v));
    CHECK_STREQ(k, "a");
    CHECK_STREQ(v, "1");
    CHECK(query__next(&rest, &k, &v));
    CHECK_STREQ(k, "b");
    CHECK_STREQ(v, "");
    CHECK(query__next(&rest, &k, &v));
    CHECK_STREQ(v, "x=y");
    CHECK(!query__next(&rest, &k, &v));
}

TEST(query_compares_keys_decoded)
{
    bool found;

    CHECK_STREQ(query__find(Q_STR("x=1&list%2Dtype=2"), Q_STR("list-type"), &found), "2");
    CHECK(found);
    query__find(Q_STR("list-typ=2&list-type2=3"), Q_STR("list-type"), &found);
    CHECK(!found);
    CHECK(query__decodes_to(Q_STR("a%2"), Q_STR("a%2")));
    CHECK(!query__decodes_to(Q_STR("a%2"), Q_STR("a")));
}

TEST_MAIN("wire/path")
