#include "base/encode.h"
#include "test.h"

TEST(base64_of_the_rfc)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        q_buf b = q_buf_init(q_test_arena(), 100);
        q_str back;

        q_buf_base64(&b, q_str_of(pairs[i][0]));
        CHECK_STREQ(q_buf_str(&b), pairs[i][1]);
        CHECK_EQ(q_base64_decode(q_test_arena(), q_str_of(pairs[i][1]), &back, NULL), Q_OK);
        CHECK_STREQ(back, pairs[i][0]);
    }
}

TEST(base64_refuses_what_is_none)
{
    static const char *const bad[] = {"Z",    "Zg=",  "Zg",       "Zm9v ",
                                      "Z===", "====", "Zg==Zg==", "Zm9-"};
    q_str back;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_EQ(q_base64_decode(q_test_arena(), q_str_of(bad[i]), &back, NULL), Q_INVALID);
}

TEST(base64_of_a_long_text_reads_back)
{
    char *bytes = q_arena_alloc(q_test_arena(), 100001);
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_str back;

    for (size_t i = 0; i < 100001; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    q_buf_base64(&b, (q_str){bytes, 100001});
    CHECK_EQ(q_base64_decode(q_test_arena(), q_buf_str(&b), &back, NULL), Q_OK);
    CHECK(q_str_eq(back, (q_str){bytes, 100001}));
}

TEST(hex_both_ways)
{
    unsigned char raw[3];
    char text[7];

    CHECK(q_unhex(Q_STR("00aBfF"), raw, 3));
    q_hex(raw, 3, text);
    CHECK_STR(text, "00abff");
    CHECK(!q_unhex(Q_STR("00aBf"), raw, 3));
    CHECK(!q_unhex(Q_STR("00aBfg"), raw, 3));
}

TEST(percent_both_ways)
{
    q_buf b = q_buf_init(q_test_arena(), 100);

    q_buf_percent(&b, Q_STR("a b/\xC3\xA9+~"), false);
    CHECK_STREQ(q_buf_str(&b), "a%20b%2F%C3%A9%2B~");
    CHECK_STREQ(q_percent_decode(q_test_arena(), q_buf_str(&b), false), "a b/\xC3\xA9+~");
    CHECK_STREQ(q_percent_decode(q_test_arena(), Q_STR("a+b%2"), true), "a b%2");
    CHECK_STREQ(q_percent_decode(q_test_arena(), Q_STR("%zz%"), false), "%zz%");
}

TEST_MAIN("base/encode")
