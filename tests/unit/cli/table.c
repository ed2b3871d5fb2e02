#include "cli/table.h"

#include "base/utf8.h"
#include "test.h"

static q_str printed(const q_str *cells, size_t rows, size_t columns, const bool *right,
                     size_t width)
{
    q_buf out = q_buf_init(q_test_arena(), 1 << 20);

    cli_table_print(&(cli_table){cells, rows, columns, right, width}, &out);
    return q_buf_str(&out);
}

TEST(columns_are_aligned)
{
    static const q_str cells[] = {Q_STR_INIT("Item"),      Q_STR_INIT("Price"),
                                  Q_STR_INIT("Chairs"),    Q_STR_INIT("1500.00"),
                                  Q_STR_INIT("T\xC3\xA9"), Q_STR_INIT("9")};
    static const bool right[] = {false, true};

    CHECK_STREQ(printed(cells, 3, 2, right, 80), "Item      Price\n"
                                                 "------  -------\n"
                                                 "Chairs  1500.00\n"
                                                 "T\xC3\xA9            9\n");
}

TEST(the_widest_column_wraps_by_words)
{
    static const q_str cells[] = {Q_STR_INIT("Item"), Q_STR_INIT("N"),
                                  Q_STR_INIT("Desks and Office\nSupplies"), Q_STR_INIT("1")};
    static const bool right[] = {false, true};

    CHECK_STREQ(printed(cells, 2, 2, right, 14), "Item         N\n"
                                                 "-----------  -\n"
                                                 "Desks and    1\n"
                                                 "Office\n"
                                                 "Supplies\n");
}

TEST(control_characters_do_not_reach_the_terminal)
{
    static const q_str cells[] = {Q_STR_INIT("a\x1b[2Jb")};
    static const bool right[] = {false};
    q_str out = printed(cells, 1, 1, right, 80);

    CHECK(!q_str_has(out, '\x1b'));
}

TEST(a_word_longer_than_its_column_is_cut)
{
    static const q_str cells[] = {Q_STR_INIT("abcdefghijklmnop"), Q_STR_INIT("x")};
    static const bool right[] = {false, false};

    CHECK_STREQ(printed(cells, 1, 2, right, 11), "abcdefgh  x\n"
                                                 "ijklmnop\n"
                                                 "--------  -\n");
}

TEST(wide_characters_count_two)
{
    CHECK_EQ(q_utf8_columns(Q_STR("\xE4\xBD\xA0\xE5\xA5\xBD")), 4);
    CHECK_EQ(q_utf8_columns(Q_STR("e\xCC\x81")), 1);
}

TEST_MAIN("cli/table")
