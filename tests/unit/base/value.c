#include "base/value.h"
#include "test.h"

TEST(what_is_added_is_found)
{
    q_value *v = q_value_map(q_test_arena()), *inner = q_map_map(v, Q_STR("Document"));
    q_value *list = q_map_list(inner, Q_STR("Names"));

    q_list_str(list, Q_STR("a"));
    q_list_int(list, 2);
    q_map_bool(inner, Q_STR("Yes"), true);
    CHECK_EQ(q_value_ok(v, NULL), Q_OK);
    CHECK_EQ(q_value_count(q_value_at(v, "Document", "Names", NULL)), 2);
    CHECK(q_value_bool(q_value_at(v, "Document", NULL), Q_STR("Yes"), false));
    CHECK(q_value_at(v, "Document", "None", "Deeper", NULL) == NULL);
    CHECK_STREQ(q_value_str(v, Q_STR("None"), Q_STR("fallback")), "fallback");
}

TEST(numbers_of_any_kind)
{
    q_value *v = q_value_map(q_test_arena());
    q_value *text = q_map_add(v, Q_STR("n"), Q_VALUE_NUMBER);

    text->s = Q_STR("12");
    CHECK_EQ(q_value_int(v, Q_STR("n"), -1), 12);
    text->s = Q_STR("1e2");
    CHECK_EQ(q_value_int(v, Q_STR("n"), -1), 100);
    text->s = Q_STR("1.5");
    CHECK_EQ(q_value_int(v, Q_STR("n"), -1), -1);
    CHECK_NEAR(q_value_double(v, Q_STR("n"), 0), 1.5, 0);
    text->s = Q_STR("9223372036854775808");
    CHECK_EQ(q_value_int(v, Q_STR("n"), -1), -1);
}

TEST(a_copy_is_deep)
{
    q_value *from = q_value_map(q_test_arena()), *to = q_value_map(q_test_arena());
    q_value *inner = q_map_map(from, Q_STR("m"));

    q_list_int(q_map_list(inner, Q_STR("l")), 7);
    q_map_bool(inner, Q_STR("b"), true);
    q_map_double(inner, Q_STR("d"), 0.5);
    q_map_str(inner, Q_STR("s"), Q_STR("text"));
    q_map_copy(to, Q_STR("c"), q_value_get(from, Q_STR("m")));
    q_map_copy(to, Q_STR("none"), NULL);
    q_map_int(inner, Q_STR("late"), 1);
    CHECK_EQ(q_value_count(to), 1);
    CHECK_EQ(q_value_count(q_value_get(to, Q_STR("c"))), 4);
    CHECK_EQ(q_value_at(to, "c", "l", NULL)->first->i, 7);
    CHECK(q_value_at(to, "c", "b", NULL)->b);
    CHECK_NEAR(q_value_at(to, "c", "d", NULL)->d, 0.5, 0);
    CHECK_STR(q_value_at(to, "c", "s", NULL)->s.p, "text");
}

TEST(a_full_arena_is_told_at_the_root)
{
    q_arena *a = q_arena_new(200);
    q_value *v = q_value_map(a);

    for (int i = 0; i < 10; i++)
        q_map_int(q_map_map(v, Q_STR("m")), Q_STR("i"), i);
    CHECK_EQ(q_value_ok(v, NULL), Q_NOMEM);
    q_arena_free(a);
    CHECK_EQ(q_value_ok(NULL, NULL), Q_NOMEM);
}

TEST_MAIN("base/value")
