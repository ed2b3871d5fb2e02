#include "document/pdf_info.h"

#include "test.h"

TEST(pdf_info_reads_sizes_as_shown)
{
    q_str text = Q_STR("Title:           A\nPages: 9\nPages:           2\nEncrypted:       no\n"
                       "Page    1 size:  612 x 792 pts (letter)\nPage    1 rot:   0\n"
                       "Page    2 size:  612.5 x 792 pts\nPage    2 rot:   270\n"
                       "Page    3 size:  1 x 1 pts\nPage    x size:  1 x 1 pts\n");
    pdf_info info;

    CHECK_EQ(pdf_info__parse(text, 10, q_test_arena(), &info, NULL), Q_OK);
    CHECK_EQ(info.count, 2);
    CHECK_NEAR(info.pages[0].width, 612, 0);
    CHECK_NEAR(info.pages[1].width, 792, 0);
    CHECK_NEAR(info.pages[1].height, 612.5, 0);
}

TEST(pdf_info_refuses_none_and_too_many)
{
    pdf_info info;
    q_err err;

    CHECK_EQ(pdf_info__parse(Q_STR("Pages: 0\n"), 10, q_test_arena(), &info, &err), Q_INVALID);
    CHECK_EQ(pdf_info__parse(Q_STR(""), 10, q_test_arena(), &info, &err), Q_INVALID);
    CHECK_EQ(pdf_info__parse(Q_STR("Pages: 11\n"), 10, q_test_arena(), &info, &err), Q_LIMIT);
    CHECK_STR(err.msg, "the PDF has 11 pages; at most 10 are read");
}

TEST_MAIN("document/pdf_info")
