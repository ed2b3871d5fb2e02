#include "document/pdf_jpeg.h"

#include "sample.h"

#include <string.h>

/* Grey or coloured, with something in it. */
static PIX *drawn(int width, int height, int depth)
{
    PIX *pix = pixCreate(width, height, depth);

    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            pixSetPixel(pix, x, y,
                        depth == 8 ? (l_uint32)(x * 3 + y * 5) & 255
                                   : (l_uint32)(x & 255) << 24 | (l_uint32)(y * 4 & 255) << 16 |
                                         (l_uint32)((x + y) & 255) << 8);
    return pix;
}

static q_str strip_of(PIX *pix, int y, int height)
{
    BOX *box = boxCreate(0, y, pixGetWidth(pix), height);
    PIX *part = pixClipRectangle(pix, box, NULL);
    q_str jpeg = sample_jpeg(part);

    boxDestroy(&box);
    pixDestroy(&part);
    return jpeg;
}

static PIX *decoded(q_str jpeg)
{
    PIX *pix = pixReadMemJpeg((const l_uint8 *)jpeg.p, jpeg.n, 0, 1, NULL, 0);

    CHECK(pix != NULL);
    return pix;
}

static void joins(int depth, int width)
{
    static const int heights[] = {32, 32, 20};
    PIX *pix = drawn(width, 84, depth), *whole, *part;
    q_str strips[3], joined;
    l_int32 same = 0;

    for (int i = 0; i < 3; i++)
        strips[i] = strip_of(pix, 32 * i, heights[i]);
    CHECK_EQ(pdf_jpeg__join(Q_STR(""), strips, 3, 84, q_test_arena(), &joined, NULL), Q_OK);
    CHECK(joined.n > 0);
    whole = decoded(joined);
    CHECK_EQ(pixGetHeight(whole), 84);
    for (int i = 0; i < 3; i++) {
        BOX *box = boxCreate(0, 32 * i, width, heights[i]);
        PIX *seen = pixClipRectangle(whole, box, NULL);

        part = decoded(strips[i]);
        pixEqual(part, seen, &same);
        boxDestroy(&box);
        pixDestroy(&part);
        pixDestroy(&seen);
        CHECK(same);
    }
    pixDestroy(&whole);
    pixDestroy(&pix);
}

/* At 4:2:0 the decoder smooths colour over a strip's edge, so only grey is the same to the bit. */
TEST(pdf_jpeg_joins_strips_without_a_change)
{
    joins(8, 64);
    joins(8, 61);
}

TEST(pdf_jpeg_joins_coloured_strips_of_one_kind_only)
{
    PIX *grey = drawn(64, 64, 8), *colour = drawn(64, 64, 32), *narrow = drawn(48, 64, 8);
    q_str strips[2] = {strip_of(grey, 0, 32), strip_of(colour, 32, 32)}, joined;

    CHECK_EQ(pdf_jpeg__join(Q_STR(""), strips, 2, 64, q_test_arena(), &joined, NULL), Q_OK);
    CHECK_EQ(joined.n, 0);
    strips[1] = strip_of(narrow, 32, 32);
    CHECK_EQ(pdf_jpeg__join(Q_STR(""), strips, 2, 64, q_test_arena(), &joined, NULL), Q_OK);
    CHECK_EQ(joined.n, 0);
    strips[0] = strip_of(colour, 0, 32);
    strips[1] = strip_of(colour, 32, 32);
    CHECK_EQ(pdf_jpeg__join(Q_STR(""), strips, 2, 64, q_test_arena(), &joined, NULL), Q_OK);
    CHECK(joined.n > 0);
    pixDestroy(&grey);
    pixDestroy(&colour);
    pixDestroy(&narrow);
}

TEST(pdf_jpeg_reads_what_a_file_says)
{
    PIX *pix = drawn(40, 30, 32);
    pdf_jpeg j;

    pixSetResolution(pix, 200, 200);
    CHECK_EQ(pdf_jpeg__read(sample_jpeg(pix), q_test_arena(), &j, NULL), Q_OK);
    CHECK(j.width == 40 && j.height == 30 && j.components == 3 && j.readable);
    CHECK(j.orientation == 1 && !j.adobe && j.profile.n == 0);
    CHECK_NEAR(j.x_dpi, 200, 0.01);
    pixDestroy(&pix);
}

/* What a camera adds: how it was held, and a colour profile in two parts. */
TEST(pdf_jpeg_reads_orientation_and_profile)
{
    PIX *pix = drawn(40, 30, 32);
    q_str file = sample_jpeg(pix);
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    pdf_jpeg j;

    q_buf_put(&b, q_str_sub(file, 0, 2));
    q_buf_put(&b, Q_STR("\xff\xe1\0\x22"
                        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"));
    q_buf_put(&b, Q_STR("\xff\xe2\0\x12ICC_PROFILE\0\x02\x02"
                        "cd"));
    q_buf_put(&b, Q_STR("\xff\xe2\0\x12ICC_PROFILE\0\x01\x02"
                        "ab"));
    q_buf_put(&b, q_str_sub(file, 2, file.n));
    CHECK_EQ(pdf_jpeg__read(q_buf_str(&b), q_test_arena(), &j, NULL), Q_OK);
    CHECK_EQ(j.orientation, 6);
    CHECK_STREQ(j.profile, "abcd");
    pixDestroy(&pix);
}

TEST(pdf_jpeg_refuses_what_is_none)
{
    pdf_jpeg j;

    CHECK_EQ(pdf_jpeg__read(Q_STR(""), q_test_arena(), &j, NULL), Q_INVALID);
    CHECK_EQ(pdf_jpeg__read(Q_STR("\xff\xd8\xff\xd9"), q_test_arena(), &j, NULL), Q_INVALID);
    CHECK_EQ(pdf_jpeg__read(Q_STR("\xff\xd8\xff\xc0\xff\xff"), q_test_arena(), &j, NULL),
             Q_INVALID);
}

TEST_MAIN("document/pdf_jpeg")
