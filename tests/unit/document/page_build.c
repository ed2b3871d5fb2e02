#include "document/page_build.h"

#include "test.h"

static void add(page__words *w, q_str text, double left, double right, size_t line)
{
    page__word word = {text, {left, 0.1 * (double)line, right - left, 0.02}, 90, line};

    CHECK_EQ(page__words_add(w, word, NULL), Q_OK);
}

static q_page build(const page__words *w)
{
    q_page page = {.width_pt = 600, .height_pt = 800};

    CHECK_EQ(page__build(w, q_test_arena(), &page, NULL), Q_OK);
    return page;
}

TEST(page_build_makes_lines_and_cuts_columns)
{
    page__words w = {.arena = q_test_arena()};
    q_page p;

    add(&w, Q_STR("Pump"), 0.1, 0.2, 1);
    add(&w, Q_STR("seal"), 0.21, 0.3, 1);
    add(&w, Q_STR("45.00"), 0.8, 0.9, 1);
    add(&w, Q_STR("Total"), 0.1, 0.2, 2);
    p = build(&w);
    CHECK_EQ(p.line_count, 3);
    CHECK_STREQ(p.lines[0].text, "Pump seal");
    CHECK_EQ(p.lines[0].word_count, 2);
    CHECK_STREQ(p.lines[1].text, "45.00");
    CHECK_EQ(p.lines[1].first_word, 2);
    CHECK_STREQ(p.lines[2].text, "Total");
    CHECK_NEAR(q_box_right(p.lines[0].box), 0.3, 1e-9);
}

TEST(page_build_cleans_words)
{
    page__words w = {.arena = q_test_arena()};
    q_page p;

    add(&w, Q_STR("\x01"), 0.1, 0.2, 1);
    add(&w,
        Q_STR("1\xc2\xa0"
              "234"),
        0.2, 0.3, 1);
    add(&w,
        Q_STR("of\xef\xac\x81"
              "ce\xff"),
        0.31, 0.4, 1);
    add(&w, Q_STR(" \t"), 0.5, 0.6, 2);
    p = build(&w);
    CHECK_EQ(p.word_count, 3);
    CHECK_STREQ(p.words[0].text, "1");
    CHECK_STREQ(p.words[1].text, "234");
    CHECK_NEAR(p.words[1].box.left, 0.24, 1e-9);
    CHECK_STREQ(p.words[2].text, "office");
    CHECK_EQ(p.line_count, 1);
    CHECK_STREQ(p.lines[0].text, "1 234 office");
}

TEST(page_build_keeps_boxes_on_the_page)
{
    page__words w = {.arena = q_test_arena()};
    q_page p;

    add(&w, Q_STR("wide"), -0.5, 1.5, 1);
    p = build(&w);
    CHECK_NEAR(p.words[0].box.left, 0, 0);
    CHECK_NEAR(p.words[0].box.width, 1, 0);
}

TEST(page_build_takes_an_empty_page)
{
    page__words w = {.arena = q_test_arena()};
    q_page p = build(&w);

    CHECK_EQ(p.word_count, 0);
    CHECK_EQ(p.line_count, 0);
}

TEST_MAIN("document/page_build")
