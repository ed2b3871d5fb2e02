#include "base/wrap.h"

#include "test.h"

static const char *lines(const char *text, size_t width)
{
    q_buf b = q_buf_init(q_test_arena(), 4096);
    q_str left = q_str_of(text);

    while (q_str_trim(left).n) {
        q_buf_char(&b, '[');
        q_wrap_put(q_wrap_line(&left, width), &b);
        q_buf_char(&b, ']');
    }
    q_buf_char(&b, 0);
    return b.p;
}

TEST(words_stay_whole_where_they_can)
{
    CHECK_STR(lines("one two three", 7), "[one two][three]");
    CHECK_STR(lines("one two three", 100), "[one two three]");
    CHECK_STR(lines("incomprehensible", 6), "[incomp][rehens][ible]");
    CHECK_STR(lines("a\nb  c", 10), "[a][b  c]");
    CHECK_STR(lines("", 10), "");
}

TEST(wide_characters_count_two_and_one_is_always_taken)
{
    CHECK_STR(lines("\xE4\xBD\xA0\xE5\xA5\xBD", 3), "[\xE4\xBD\xA0][\xE5\xA5\xBD]");
    CHECK_STR(lines("\xE4\xBD\xA0\xE5\xA5\xBD", 1), "[\xE4\xBD\xA0][\xE5\xA5\xBD]");
}

TEST(control_characters_become_blanks)
{
    CHECK_STR(lines("a\x1b[2Jb\x7f", 20), "[a [2Jb ]");
}

TEST_MAIN("base/wrap")
