#include "base/str.h"
#include "test.h"

TEST(comparing)
{
    CHECK(q_str_eq(Q_STR(""), (q_str){NULL, 0}));
    CHECK(!q_str_eq(Q_STR("a"), Q_STR("b")));
    CHECK(q_str_is_nocase(Q_STR("Content-Type"), "content-type"));
    CHECK(q_str_cmp(Q_STR("a"), Q_STR("ab")) < 0);
    CHECK(q_str_cmp(Q_STR("b"), Q_STR("ab")) > 0);
    CHECK_EQ(q_str_cmp(Q_STR("ab"), Q_STR("ab")), 0);
    CHECK(q_str_cmp(Q_STR("\xC3"), Q_STR("z")) > 0);
}

TEST(cutting)
{
    q_str head, tail;

    CHECK(q_str_cut(Q_STR("a=b=c"), '=', &head, &tail));
    CHECK_STREQ(head, "a");
    CHECK_STREQ(tail, "b=c");
    CHECK(!q_str_cut(tail = Q_STR("abc"), '=', &tail, &head));
    CHECK_STREQ(tail, "abc");
    CHECK_EQ(head.n, 0);
    CHECK_STREQ(q_str_trim(Q_STR(" \t a b \r\n")), "a b");
    CHECK_STREQ(q_str_sub(Q_STR("abc"), 1, 100), "bc");
    CHECK_EQ(q_str_sub(Q_STR("abc"), 7, 1).n, 0);
    CHECK_EQ(q_str_find(Q_STR("hello"), Q_STR("lo")), 3);
    CHECK(q_str_find(Q_STR("hello"), Q_STR("x")) == SIZE_MAX);
}

TEST(whole_numbers)
{
    uint64_t u;
    int64_t i;

    CHECK(q_str_u64(Q_STR("18446744073709551615"), &u) && u == UINT64_MAX);
    CHECK(!q_str_u64(Q_STR("18446744073709551616"), &u));
    CHECK(!q_str_u64(Q_STR(""), &u) && !q_str_u64(Q_STR("1x"), &u) && !q_str_u64(Q_STR("-1"), &u));
    CHECK(q_str_i64(Q_STR("-9223372036854775808"), &i) && i == INT64_MIN);
    CHECK(!q_str_i64(Q_STR("9223372036854775808"), &i) && !q_str_i64(Q_STR("-"), &i));
}

TEST(decimal_numbers)
{
    double d;

    CHECK(q_str_f64(Q_STR("-1.5e3"), &d) && d == -1500);
    CHECK(!q_str_f64(Q_STR("1e999"), &d));
    CHECK(!q_str_f64(Q_STR("0x10"), &d) && !q_str_f64(Q_STR("inf"), &d) &&
          !q_str_f64(Q_STR("01"), &d));
}

TEST(text_in_the_arena)
{
    CHECK_STREQ(q_str_printf(q_test_arena(), "%s-%d", "a", 7), "a-7");
    CHECK_STR(q_str_cstr(q_test_arena(), Q_STR("abc")), "abc");
}

TEST_MAIN("base/str")
