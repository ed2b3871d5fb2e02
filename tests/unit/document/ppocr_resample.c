#include "document/ppocr_resample.h"

#include "test.h"

#include <leptonica/allheaders.h>
#include <math.h>

/* Grey rises by 2 a pixel to the right and by 1 a pixel down. */
static PIX *slope(int width, int height)
{
    PIX *pix = pixCreate(width, height, 8);

    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            pixSetPixel(pix, x, y, (l_uint32)(2 * x + y));
    return pix;
}

TEST(the_same_size_gives_the_same_picture)
{
    PIX *pix = slope(50, 30);
    float out[30 * 50];

    CHECK_EQ(ppocr__resample(pix, 50, 30, out, NULL), Q_OK);
    for (int y = 0; y < 30; y++)
        for (int x = 0; x < 50; x++)
            CHECK_NEAR(out[y * 50 + x], 2 * x + y, 1e-3);
    pixDestroy(&pix);
}

TEST(shrinking_keeps_a_slope_and_the_mean)
{
    PIX *pix = slope(60, 40);
    float out[20 * 10];

    CHECK_EQ(ppocr__resample(pix, 20, 10, out, NULL), Q_OK);
    for (int y = 1; y < 9; y++)
        for (int x = 1; x < 19; x++)
            CHECK_NEAR(out[y * 20 + x], 2 * (3 * x + 1) + (4 * y + 1.5), 1e-2);
    pixDestroy(&pix);
}

TEST(enlarging_interpolates_and_stays_in_range)
{
    PIX *pix = slope(7, 5);
    float out[64 * 64];

    CHECK_EQ(ppocr__resample(pix, 64, 64, out, NULL), Q_OK);
    for (int i = 0; i < 64 * 64; i++)
        CHECK(out[i] > -1e-3F && out[i] < 16.001F);
    CHECK_NEAR(out[32 * 64 + 32], 2 * (32.5 * 7 / 64 - 0.5) + (32.5 * 5 / 64 - 0.5), 1e-2);
    pixDestroy(&pix);
    pix = slope(1, 1);
    CHECK_EQ(ppocr__resample(pix, 32, 32, out, NULL), Q_OK);
    CHECK_NEAR(out[1023], 0, 1e-6);
    pixDestroy(&pix);
}

TEST(a_straight_line_is_cut_out)
{
    PIX *pix = slope(60, 40);
    ppocr_line line = {.x = 30, .y = 20, .ax = 20, .by = 5};
    float out[10 * 48];

    ppocr__crop(pix, &line, 40, 10, 48, out);
    for (int y = 0; y < 10; y++)
        for (int x = 0; x < 40; x++)
            CHECK_NEAR(out[y * 48 + x], 2 * (10 + x) + (15 + y), 1e-3);
    pixDestroy(&pix);
}

TEST(a_line_that_is_read_downwards_is_turned)
{
    PIX *pix = slope(60, 40);
    /* Along is down the picture, down the line is to its left. */
    ppocr_line line = {.x = 30, .y = 20, .ay = 15, .bx = -4};
    float out[8 * 30];

    ppocr__crop(pix, &line, 30, 8, 30, out);
    for (int y = 0; y < 8; y++)
        for (int x = 0; x < 30; x++)
            CHECK_NEAR(out[y * 30 + x], 2 * (33 - y) + (5 + x), 1e-3);
    pixDestroy(&pix);
}

TEST(a_large_line_is_shrunk_by_means)
{
    PIX *pix = pixCreate(60, 40, 8);
    ppocr_line line = {.x = 30, .y = 20, .ax = 30, .by = 20};
    float out[10 * 15];

    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 60; x++)
            pixSetPixel(pix, x, y, (x + y) % 2 ? 200 : 0);
    ppocr__crop(pix, &line, 15, 10, 15, out);
    for (int i = 0; i < 150; i++)
        CHECK_NEAR(out[i], 100, 1e-3);
    pixDestroy(&pix);
}

TEST(outside_the_picture_its_edge_goes_on)
{
    PIX *pix = slope(20, 10);
    ppocr_line line = {.x = -5, .y = 50, .ax = 100, .ay = 30, .bx = -10, .by = 30};
    float out[12 * 40];

    ppocr__crop(pix, &line, 40, 12, 40, out);
    for (int i = 0; i < 12 * 40; i++)
        CHECK(out[i] >= 0 && out[i] <= 47);
    CHECK_NEAR(out[11 * 40], 9, 1e-3); /* far below, to the left */
    pixDestroy(&pix);
}

TEST_MAIN("document/ppocr_resample")
