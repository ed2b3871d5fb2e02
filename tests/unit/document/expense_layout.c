#include "document/expense_layout.h"

#include "test.h"

static expense_sheet sheet_of(const q_word *words, size_t count)
{
    q_word copy[32];
    q_page page = {.words = copy, .word_count = count, .width_pt = 600, .height_pt = 800};
    expense_sheet s;

    for (size_t i = 0; i < count; i++)
        copy[i] = words[i];
    CHECK_EQ(expense__sheet_read(&page, 1, q_test_arena(), &s, NULL), Q_OK);
    return s;
}

static q_word word(const char *text, double left, double top)
{
    q_str t = q_str_of(text);

    return (q_word){t, {left, top, 0.01 * (double)t.n, 0.012}, 90};
}

TEST(fold_drops_accents_and_writes_no_for_number)
{
    static const struct {
        const char *text, *folded;
    } cases[] = {
        {"Fälligkeit:", "falligkeit"},
        {"USt.-Id.-Nr.", "ust id no"},
        {"N°", "no"},
        {"Inv#", "inv no"},
        {"Straße", "strasse"},
        {"échéance", "echeance"},
        {"NUMBER", "no"},
        {"---", ""},
        {"#", "no"},
        {"d'échéance", "d echeance"},
        {"\xFF", ""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        CHECK_STREQ(expense__fold(q_test_arena(), q_str_of(cases[i].text)), cases[i].folded);
}

TEST(words_at_one_height_are_a_row_and_wide_gaps_part_runs)
{
    const q_word words[] = {word("12.50", 0.70, 0.101), word("Grand", 0.10, 0.1),
                            word("total", 0.16, 0.1), word("below", 0.10, 0.13)};
    expense_sheet s = sheet_of(words, 4);

    CHECK_EQ(s.row_count, 2);
    CHECK_EQ(s.run_count, 3);
    CHECK_STREQ(expense__join(&s, s.runs[0].tokens), "Grand total");
    CHECK_STREQ(expense__join(&s, s.runs[1].tokens), "12.50");
    CHECK_STREQ(expense__join(&s, s.rows[1].tokens), "below");
}

TEST(recognised_words_end_with_their_ink)
{
    /* One blank of a typewriter's between "2," and "SRI", a character 0.014 wide. */
    q_word words[] = {word("2,", 0.10, 0.1), word("SRI", 0.1434, 0.1)};
    q_page page = {.words = words, .word_count = 2, .width_pt = 600, .height_pt = 800};
    expense_sheet s;

    words[0].box.width = 0.020;
    words[1].box.width = 0.038;
    CHECK_EQ(expense__sheet_read(&page, 1, q_test_arena(), &s, NULL), Q_OK);
    CHECK_EQ(s.run_count, 1);
    page.from_text_layer = true; /* a word's box is its characters' there */
    CHECK_EQ(expense__sheet_read(&page, 1, q_test_arena(), &s, NULL), Q_OK);
    CHECK_EQ(s.run_count, 2);
}

TEST(a_label_glued_to_its_value_is_parted)
{
    const q_word words[] = {word("Date:12/03/2018", 0.1, 0.1), word("10:30", 0.3, 0.1),
                            word("Inv#77", 0.4, 0.1), word("http://a.example", 0.5, 0.1)};
    expense_sheet s = sheet_of(words, 4);

    CHECK_EQ(s.token_count, 6);
    CHECK_STREQ(s.tokens[0].text, "Date:");
    CHECK_STREQ(s.tokens[1].text, "12/03/2018");
    CHECK_STREQ(s.tokens[2].text, "10:30");
    CHECK_STREQ(s.tokens[3].text, "Inv#");
    CHECK_NEAR(s.tokens[1].box.left, 0.15, 1e-9);
    CHECK_NEAR(q_box_right(s.tokens[1].box), 0.25, 1e-9);
}

TEST(a_stamp_does_not_tie_rows_together)
{
    q_word words[] = {word("one", 0.1, 0.1), word("COPY", 0.3, 0.08), word("two", 0.1, 0.13),
                      word("right", 0.6, 0.1), word("lower", 0.6, 0.13)};
    expense_sheet s;

    words[1].box.height = 0.08;
    words[1].box.width = 0.25;
    s = sheet_of(words, 5);
    CHECK_EQ(s.row_count, 3);
}

TEST(text_up_the_margin_is_left_out)
{
    q_word words[] = {word("Copyright", 0.02, 0.1), word("text", 0.1, 0.1)};

    words[0].box.width = 0.01;
    words[0].box.height = 0.09;
    CHECK_EQ(sheet_of(words, 2).token_count, 1);
}

TEST_MAIN("document/expense_layout")
