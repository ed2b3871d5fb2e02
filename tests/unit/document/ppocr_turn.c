#include "document/ppocr_turn.h"

#include "test.h"

#include <math.h>

static ppocr_line line_at(double degrees, double x, double y, double width, double height)
{
    double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);

    return (ppocr_line){x, y, c * width / 2, s * width / 2, -s * height / 2, c * height / 2, 1};
}

static const q_box whole = {0, 0, 1, 1};

static double angle_of(ppocr_line *items, size_t n)
{
    double degrees = -1;

    CHECK_EQ(ppocr__angle(&(ppocr_lines){items, n, n}, q_test_arena(), &degrees, NULL), Q_OK);
    return degrees;
}

TEST(most_of_the_text_tells_the_angle)
{
    ppocr_line some[] = {line_at(4, 50, 50, 100, 10), line_at(5, 50, 70, 120, 10),
                         line_at(30, 50, 90, 20, 8), line_at(90, 5, 90, 60, 8),
                         line_at(80, 5, 90, 9, 8)};
    ppocr_line upright[] = {line_at(92, 50, 50, 100, 10), line_at(0, 50, 70, 90, 10)};
    ppocr_line nearly[] = {line_at(0.2, 50, 50, 100, 10)};

    CHECK_NEAR(angle_of(some, 5), 5, 1e-9);
    CHECK_NEAR(angle_of(upright, 2), 92, 1e-9);
    CHECK_NEAR(angle_of(nearly, 1), 0, 0);
    CHECK_NEAR(angle_of(NULL, 0), 0, 0);
}

TEST(lines_are_aligned_by_quarters)
{
    for (int degrees = -30; degrees < 300; degrees += 15)
        for (int quarter = 0; quarter < 4; quarter++) {
            ppocr_line one = line_at(degrees + 90 * quarter, 50, 50, 12, 10);
            ppocr_lines lines = {&one, 1, 1};

            ppocr__align(&lines, degrees);
            CHECK_NEAR(remainder(atan2(one.ay, one.ax) * 180 / M_PI - degrees, 360), 0, 1e-6);
            CHECK(one.ax * one.by - one.ay * one.bx > 0);
            CHECK_NEAR(ppocr__line_width(&one), quarter % 2 ? 10 : 12, 1e-9);
        }
}

TEST(long_lines_across_keep_their_direction)
{
    ppocr_line one = line_at(-90, 50, 50, 60, 10);
    ppocr_lines lines = {&one, 1, 1};

    ppocr__align(&lines, 0);
    CHECK_NEAR(one.ax, 0, 1e-9);
    CHECK_NEAR(one.ay, 30, 1e-9); /* downwards */
}

TEST(an_upright_page_is_its_own_frame)
{
    page__frame f = ppocr__frame(400, 300, 0);
    ppocr_line l = line_at(0, 100, 60, 80, 30);
    q_box b = ppocr__box(&l, (q_box){0.25, 0, 0.5, 1}, &f);

    CHECK_NEAR(f.width, 400, 0);
    CHECK_NEAR(b.left, 80 / 400.0, 1e-9);
    CHECK_NEAR(b.top, 45 / 300.0, 1e-9);
    CHECK_NEAR(b.width, 40 / 400.0, 1e-9);
    CHECK_NEAR(b.height, 30 / 300.0, 1e-9);
    b = ppocr__box(&l, (q_box){0, 0.5, 1, 0.25}, &f);
    CHECK_NEAR(b.top, 60 / 300.0, 1e-9);
    CHECK_NEAR(b.height, 7.5 / 300.0, 1e-9);
}

TEST(a_page_on_its_side_is_set_upright)
{
    /* Turned clockwise: its top is at the right, its left at the top. */
    page__frame f = ppocr__frame(400, 300, 90);
    ppocr_line l = line_at(90, 380, 50, 80, 30);
    q_box b = ppocr__box(&l, whole, &f);

    CHECK_NEAR(f.width, 300, 1e-9);
    CHECK_NEAR(f.height, 400, 1e-9);
    CHECK_NEAR(b.left, 10 / 300.0, 1e-9);
    CHECK_NEAR(b.top, 5 / 400.0, 1e-9);
    CHECK_NEAR(b.width, 80 / 300.0, 1e-9);
    CHECK_NEAR(b.height, 30 / 400.0, 1e-9);
}

TEST(lines_of_a_slanted_page_are_level_in_its_frame)
{
    page__frame f = ppocr__frame(400, 300, -10);
    double c = cos(-10 * M_PI / 180), s = sin(-10 * M_PI / 180);
    ppocr_line first = line_at(-10, 100, 150, 80, 20);
    ppocr_line second = line_at(-10, 100 + 120 * c, 150 + 120 * s, 80, 20);
    q_box a = ppocr__box(&first, whole, &f), b = ppocr__box(&second, whole, &f);

    CHECK(f.width > 400 && f.height > 300);
    CHECK_NEAR(a.top, b.top, 1e-9);
    CHECK_NEAR((b.left - a.left) * f.width, 120, 1e-9);
    CHECK_NEAR(a.height * f.height, 20, 1e-9);
    CHECK_NEAR(a.width * f.width, 80, 1e-9);
}

TEST_MAIN("document/ppocr_turn")
