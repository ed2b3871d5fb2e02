#include "document/page_codec.h"

#include "test.h"

#include <string.h>

static q_page sample(void)
{
    static q_word words[] = {{Q_STR_INIT("Gr\xc3\xbc\xc3\x9f"), {0.1, 0.2, 0.3, 0.4}, 99.5f},
                             {Q_STR_INIT("Gott"), {0.5, 0.2, 1.0 / 3, 0.4}, 0},
                             {Q_STR_INIT("!"), {0, 0, 1, 1}, 100}};
    static q_line lines[] = {
        {Q_STR_INIT("Gr\xc3\xbc\xc3\x9f Gott"), {0.1, 0.2, 0.7, 0.4}, 50, 0, 2},
        {Q_STR_INIT("!"), {0, 0, 1, 1}, 100, 2, 1}};

    return (q_page){words, 3, lines, 2, 612, 791.5, true};
}

static q_str encoded(void)
{
    q_page page = sample();
    q_buf b = q_buf_init(q_test_arena(), 10000);
    q_str bytes;

    q_page_encode(&page, &b);
    CHECK_EQ(q_buf_finish(&b, &bytes, NULL), Q_OK);
    return bytes;
}

TEST(page_codec_gives_back_what_it_was_given)
{
    q_page want = sample(), got;

    CHECK_EQ(q_page_decode(encoded(), q_test_arena(), &got, NULL), Q_OK);
    CHECK_EQ(got.word_count, 3);
    CHECK_EQ(got.line_count, 2);
    CHECK(got.from_text_layer);
    CHECK_NEAR(got.height_pt, 791.5, 0);
    for (size_t i = 0; i < 3; i++) {
        CHECK(q_str_eq(got.words[i].text, want.words[i].text));
        CHECK(memcmp(&got.words[i].box, &want.words[i].box, sizeof(q_box)) == 0);
        CHECK_NEAR(got.words[i].confidence, want.words[i].confidence, 0);
    }
    for (size_t i = 0; i < 2; i++) {
        CHECK(q_str_eq(got.lines[i].text, want.lines[i].text));
        CHECK_EQ(got.lines[i].first_word, want.lines[i].first_word);
        CHECK_EQ(got.lines[i].word_count, want.lines[i].word_count);
    }
}

TEST(page_codec_keeps_how_a_page_is_turned)
{
    q_page page = sample(), got;
    q_buf b = q_buf_init(q_test_arena(), 10000);

    page.turn = -90.5;
    page.shown_width_pt = 800;
    page.shown_height_pt = 640.25;
    q_page_encode(&page, &b);
    CHECK_EQ(q_page_decode(q_buf_str(&b), q_test_arena(), &got, NULL), Q_OK);
    CHECK_NEAR(got.turn, -90.5, 0);
    CHECK_NEAR(got.shown_width_pt, 800, 0);
    CHECK_NEAR(got.shown_height_pt, 640.25, 0);
    page.shown_width_pt = 0;
    b.n = 0;
    q_page_encode(&page, &b);
    CHECK_EQ(q_page_decode(q_buf_str(&b), q_test_arena(), &got, NULL), Q_INVALID);
}

TEST(page_codec_keeps_marks)
{
    q_rule rules[] = {{{0.1, 0.2, 0.5, 0.001}, false}, {{0.1, 0.2, 0.001, 0.5}, true}};
    q_tick ticks[] = {{{0.25, 0.25, 0.01, 0.02}, true, 87.5F}};
    q_box figures[] = {{0, 0, 0.5, 0.5}};
    q_page page = sample(), got;
    q_buf b = q_buf_init(q_test_arena(), 10000);

    page.marked = true;
    page.marks = (q_marks){rules, 2, ticks, 1, figures, 1};
    q_page_encode(&page, &b);
    CHECK_EQ(q_page_decode(q_buf_str(&b), q_test_arena(), &got, NULL), Q_OK);
    CHECK(got.marked);
    CHECK_EQ(got.marks.rule_count, 2);
    CHECK(!got.marks.rules[0].upright && got.marks.rules[1].upright);
    CHECK_NEAR(got.marks.rules[1].box.height, 0.5, 0);
    CHECK_EQ(got.marks.tick_count, 1);
    CHECK(got.marks.ticks[0].selected);
    CHECK_NEAR(got.marks.ticks[0].confidence, 87.5, 0);
    CHECK_EQ(got.marks.figure_count, 1);
    CHECK_NEAR(got.marks.figures[0].width, 0.5, 0);
    for (size_t n = 0; n < b.n; n++)
        CHECK_EQ(q_page_decode(q_str_sub(q_buf_str(&b), 0, n), q_test_arena(), &got, NULL),
                 Q_INVALID);
}

TEST(page_codec_refuses_every_cut)
{
    q_str whole = encoded();
    q_page page;

    for (size_t n = 0; n < whole.n; n++) {
        char *cut = q_arena_alloc(q_test_arena(), n);

        memcpy(cut, whole.p, n);
        CHECK_EQ(q_page_decode((q_str){cut, n}, q_test_arena(), &page, NULL), Q_INVALID);
    }
}

TEST(page_codec_refuses_lies)
{
    q_str whole = encoded();
    q_page page;

    for (size_t i = 0; i < whole.n; i++) {
        char *lie = q_arena_alloc(q_test_arena(), whole.n);

        memcpy(lie, whole.p, whole.n);
        lie[i] ^= (char)0xff;
        if (q_page_decode((q_str){lie, whole.n}, q_test_arena(), &page, NULL) == Q_OK)
            for (size_t w = 0; w < page.word_count; w++)
                CHECK(page.words[w].confidence <= 100);
    }
}

TEST(page_codec_carries_many_pages)
{
    q_page two[] = {sample(), {.width_pt = 10, .height_pt = 20}};
    q_pages want = {two, 2}, got;
    q_buf b = q_buf_init(q_test_arena(), 10000);
    q_str bytes;

    q_pages_encode(&want, &b);
    CHECK_EQ(q_buf_finish(&b, &bytes, NULL), Q_OK);
    CHECK_EQ(q_pages_decode(bytes, q_test_arena(), &got, NULL), Q_OK);
    CHECK_EQ(got.count, 2);
    CHECK_EQ(got.pages[0].word_count, 3);
    CHECK_EQ(got.pages[1].line_count, 0);
    CHECK_EQ(q_pages_decode(q_str_sub(bytes, 0, bytes.n - 1), q_test_arena(), &got, NULL),
             Q_INVALID);
}

TEST_MAIN("document/page_codec")
