#include "base/utf8.h"
#include "test.h"

#include <string.h>

TEST(every_scalar_value_reads_back)
{
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        char text[4];
        size_t n, len;

        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        n = q_utf8_encode(cp, text);
        CHECK_EQ(q_utf8_decode((q_str){text, n}, &len), cp);
        CHECK_EQ(len, n);
        CHECK_EQ(q_utf8_decode((q_str){text, n - 1}, &len), Q_UTF8_BAD);
    }
}

TEST(bad_forms_are_refused)
{
    static const char *const bad[] = {
        "\x80",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x80\x80",
        "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
        "\xFF"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!q_utf8_valid(q_str_of(bad[i])));
    CHECK(q_utf8_valid(Q_STR("a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80")));
}

TEST(counting_is_by_code_point)
{
    CHECK_EQ(q_utf8_count(Q_STR("a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80")), 4);
    CHECK_EQ(q_utf8_count(Q_STR("a\xFFz")), 3);
}

TEST_MAIN("base/utf8")
