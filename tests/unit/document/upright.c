#include "document/upright.h"

#include "sample.h"

#include <math.h>

#define LINES                                                                                      \
    "BT /F1 10 Tf 12 TL 20 180 Td (Received with thanks from the harbour office) Tj T* "           \
    "(four crates of pump seals and one valve,) Tj T* (to be paid within thirty days of) Tj T* "   \
    "(the date of this letter, without deduction.) Tj T* (Goods remain ours until then.) Tj ET"

static PIX *letter(void)
{
    return sample_picture(sample_text_pdf(LINES, 1, ""));
}

static double degrees_of(PIX *picture)
{
    upright look;

    CHECK_EQ(upright__look(picture, &look, NULL), Q_OK);
    return look.degrees;
}

TEST(rows_of_text_tell_how_the_page_stands)
{
    PIX *flat = letter(), *side = pixRotateOrth(flat, 1);
    upright look;

    CHECK_EQ(upright__look(flat, &look, NULL), Q_OK);
    CHECK_NEAR(look.degrees, 0, 0);
    CHECK(look.letter_height > 15 && look.letter_height < 40);
    CHECK_NEAR(degrees_of(side), 90, 0);
    for (int degrees = -8; degrees <= 8; degrees += 4) {
        PIX *skewed = pixRotate(flat, (l_float32)(degrees * M_PI / 180), L_ROTATE_AREA_MAP,
                                L_BRING_IN_WHITE, 0, 0);

        CHECK_NEAR(degrees_of(skewed), degrees, 0.5);
        pixDestroy(&skewed);
    }
    pixDestroy(&side);
    pixDestroy(&flat);
}

TEST(a_turned_page_is_set_upright)
{
    PIX *flat = letter();

    for (int degrees = -5; degrees <= 95; degrees += 50) {
        PIX *turned = pixRotateOrth(flat, degrees > 40), *skewed, *set = NULL;
        double rest = degrees > 40 ? degrees - 90 : degrees;

        if (fabs(rest) <= 10) {
            skewed = pixRotate(turned, (l_float32)(rest * M_PI / 180), L_ROTATE_AREA_MAP,
                               L_BRING_IN_WHITE, pixGetWidth(turned), pixGetHeight(turned));
            CHECK_EQ(upright__set(skewed, degrees, &set, NULL), Q_OK);
            CHECK_NEAR(degrees_of(set), 0, 0.5);
            CHECK(pixGetWidth(set) >= pixGetWidth(flat));
            pixDestroy(&skewed);
            pixDestroy(&set);
        }
        pixDestroy(&turned);
    }
    pixDestroy(&flat);
}

static l_uint32 pixel_at(PIX *p, l_int32 x, l_int32 y)
{
    l_uint32 v = 0;

    CHECK_EQ(pixGetPixel(p, x, y, &v), 0);
    return v;
}

TEST(shadows_at_the_edges_go_and_ink_stays)
{
    PIX *page = pixCreate(200, 300, 8), *cleared = NULL;

    CHECK_EQ(pixSetAllArbitrary(page, 220), 0);
    pixRasterop(page, 0, 280, 200, 20, PIX_CLR, NULL, 0, 0); /* the scanner's lid */
    pixRasterop(page, 60, 100, 40, 4, PIX_CLR, NULL, 0, 0);  /* a stroke */
    CHECK_EQ(upright__clear_edges(page, &cleared, NULL), Q_OK);
    CHECK_EQ(pixel_at(cleared, 100, 290), 255);
    CHECK_EQ(pixel_at(cleared, 80, 102), 0);
    CHECK_EQ(pixel_at(page, 100, 290), 0); /* a copy */
    pixDestroy(&cleared);
    pixInvert(page, page); /* white on black: the dark is the page */
    pixSetAllArbitrary(page, 10);
    CHECK_EQ(upright__clear_edges(page, &cleared, NULL), Q_OK);
    CHECK_EQ(pixel_at(cleared, 100, 290), 10);
    pixDestroy(&cleared);
    pixDestroy(&page);
}

TEST(an_empty_picture_stands_as_it_is)
{
    PIX *page = pixCreate(40, 30, 8);

    CHECK_EQ(pixSetAllArbitrary(page, 255), 0);
    CHECK_NEAR(degrees_of(page), 0, 0);
    pixDestroy(&page);
}

TEST_MAIN("document/upright")
