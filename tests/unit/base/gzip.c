#include "base/gzip.h"

#include "test.h"

TEST(what_is_packed_comes_back)
{
    static const char text[] = "{\"sessionAttributes\":{}}";
    q_str packed, back;

    CHECK_EQ(q_gzip(q_test_arena(), Q_STR(text), &packed, NULL), Q_OK);
    CHECK_EQ((unsigned char)packed.p[0], 0x1F);
    CHECK_EQ(q_gunzip(q_test_arena(), packed, 100, &back, NULL), Q_OK);
    CHECK_STREQ(back, text);
    CHECK_EQ(q_gzip(q_test_arena(), Q_STR(""), &packed, NULL), Q_OK);
    CHECK_EQ(q_gunzip(q_test_arena(), packed, 100, &back, NULL), Q_OK);
    CHECK_EQ(back.n, 0);
}

TEST(a_bomb_stops_at_the_limit)
{
    size_t n = 1 << 20;
    char *zeros = q_arena_alloc(q_test_arena(), n);
    q_str packed, back;
    q_err err;

    CHECK_EQ(q_gzip(q_test_arena(), (q_str){zeros, n}, &packed, NULL), Q_OK);
    CHECK(packed.n < 2000);
    CHECK_EQ(q_gunzip(q_test_arena(), packed, 1 << 16, &back, &err), Q_LIMIT);
    CHECK_EQ(q_gunzip(q_test_arena(), packed, n, &back, NULL), Q_OK);
    CHECK_EQ(back.n, n);
}

TEST(what_is_no_gzip_is_refused)
{
    q_str packed, back;
    q_err err;

    CHECK_EQ(q_gunzip(q_test_arena(), Q_STR("hello"), 100, &back, &err), Q_INVALID);
    CHECK_STR(err.msg, "5 bytes are no gzip, or damaged");
    CHECK_EQ(q_gunzip(q_test_arena(), Q_STR(""), 100, &back, &err), Q_INVALID);
    CHECK_EQ(q_gzip(q_test_arena(), Q_STR("hello"), &packed, NULL), Q_OK);
    CHECK_EQ(q_gunzip(q_test_arena(), q_str_sub(packed, 0, packed.n - 1), 100, &back, NULL),
             Q_INVALID);
    CHECK_EQ(q_gunzip(q_test_arena(), (q_str){packed.p, packed.n - 8}, 100, &back, NULL),
             Q_INVALID);
}

TEST_MAIN("base/gzip")
