#include "document/pdf_text.h"

#include "test.h"

static page__words parse(q_str xhtml)
{
    page__words words = {.arena = q_test_arena()};

    CHECK_EQ(pdf_text__parse(xhtml, 100, 200, &words, NULL), Q_OK);
    return words;
}

TEST(pdf_text_reads_words_by_line)
{
    page__words w =
        parse(Q_STR("<page width=\"100.0\" height=\"200.0\"><line xMin=\"1\">"
                    "<word xMin=\"10.0\" yMin=\"20.0\" xMax=\"30.0\" yMax=\"40.0\">R&amp;D</word>"
                    "<word xMin=\"40\" yMin=\"20\" xMax=\"50\" yMax=\"40\">&lt;&#169;</word></line>"
                    "<line xMin=\"1\"><word xMin=\"1\" yMin=\"2\" xMax=\"3\" yMax=\"4\">&</word>"));

    CHECK_EQ(w.count, 3);
    CHECK_STREQ(w.items[0].text, "R&D");
    CHECK_NEAR(w.items[0].box.left, 0.1, 1e-9);
    CHECK_NEAR(w.items[0].box.height, 0.1, 1e-9);
    CHECK_STREQ(w.items[1].text, "<\xc2\xa9");
    CHECK_EQ(w.items[1].line, w.items[0].line);
    CHECK_STREQ(w.items[2].text, "&");
    CHECK(w.items[2].line != w.items[0].line);
    CHECK_EQ(page__words_size(&w), 6);
}

TEST(pdf_text_leaves_out_what_is_not_on_the_page)
{
    CHECK_EQ(parse(Q_STR("<word xMin=\"110\" yMin=\"20\" xMax=\"130\" yMax=\"40\">A</word>")).count,
             0);
    CHECK_EQ(parse(Q_STR("<word xMin=\"nan\" yMin=\"20\" xMax=\"30\" yMax=\"40\">A</word>")).count,
             0);
    CHECK_EQ(parse(Q_STR("<word yMin=\"20\" xMax=\"30\" yMax=\"40\">A</word>")).count, 0);
    CHECK_EQ(parse(Q_STR("<word xMin=\"1")).count, 0);
}

TEST_MAIN("document/pdf_text")
