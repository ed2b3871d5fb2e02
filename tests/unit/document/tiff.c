#include "document/tiff.h"

#include "test.h"

#include <string.h>

/* Little-endian, one page of 10 x 20, a strip of 4 bytes at byte 8. */
static const char one_page[] = "II*\0\x0c\0\0\0data"
                               "\4\0"
                               "\0\1\3\0\1\0\0\0\x0a\0\0\0"
                               "\1\1\3\0\1\0\0\0\x14\0\0\0"
                               "\x11\1\4\0\1\0\0\0\x08\0\0\0"
                               "\x17\1\4\0\1\0\0\0\x04\0\0\0"
                               "\0\0\0"; /* the literal's end is the fourth byte */

TEST(tiff_reads_a_directory)
{
    q_str file = {one_page, sizeof one_page};
    tiff__page *pages;
    size_t n;

    CHECK_EQ(tiff__pages(file, 5, q_test_arena(), &pages, &n, NULL), Q_OK);
    CHECK_EQ(n, 1);
    CHECK_EQ(pages[0].width, 10);
    CHECK_EQ(pages[0].height, 20);
    CHECK(pages[0].data_inside);
}

TEST(tiff_refuses_a_loop)
{
    char file[sizeof one_page];
    tiff__page *pages;
    size_t n;
    q_err err;

    memcpy(file, one_page, sizeof file);
    file[sizeof file - 4] = 12; /* the next directory is this one */
    CHECK_EQ(tiff__pages((q_str){file, sizeof file}, 5, q_test_arena(), &pages, &n, &err),
             Q_INVALID);
    CHECK_STR(err.msg, "the TIFF's directories are a loop: page 1 leads back to page 1");
}

TEST(tiff_sees_data_outside_of_the_file)
{
    char file[sizeof one_page];
    tiff__page *pages;
    size_t n;

    memcpy(file, one_page, sizeof file);
    file[14 + 3 * 12 + 9] = 1; /* 260 bytes of strip */
    CHECK_EQ(tiff__pages((q_str){file, sizeof file}, 5, q_test_arena(), &pages, &n, NULL), Q_OK);
    CHECK(!pages[0].data_inside);
}

TEST(tiff_takes_any_cut)
{
    tiff__page *pages;
    size_t n;

    for (size_t cut = 0; cut < sizeof one_page; cut++) {
        char *file = q_arena_alloc(q_test_arena(), cut);

        memcpy(file, one_page, cut);
        CHECK_EQ(tiff__pages((q_str){file, cut}, 5, q_test_arena(), &pages, &n, NULL), Q_INVALID);
    }
}

TEST_MAIN("document/tiff")
