#include "document/marks.h"

#include "test.h"

#include <leptonica/allheaders.h>
#include <math.h>

enum { WIDTH = 600, HEIGHT = 800 };

static void line(PIX *p, l_int32 x0, l_int32 y0, l_int32 x1, l_int32 y1)
{
    pixRasterop(p, x0, y0, x1 - x0, y1 - y0, PIX_CLR, NULL, 0, 0);
}

/* A box with a line across its middle. */
static PIX *form(void)
{
    PIX *p = pixCreate(WIDTH, HEIGHT, 8);

    pixSetAll(p);
    line(p, 100, 200, 500, 203);
    line(p, 100, 300, 500, 303);
    line(p, 100, 400, 500, 403);
    line(p, 100, 200, 103, 403);
    line(p, 497, 200, 500, 403);
    return p;
}

static q_marks find(PIX *p, double turn)
{
    page__frame frame = {WIDTH, HEIGHT, pixGetWidth(p), pixGetHeight(p), turn};
    q_marks marks;

    CHECK_EQ(marks__find(p, &frame, q_test_arena(), &marks, NULL), Q_OK);
    pixDestroy(&p);
    return marks;
}

static void check_form(const q_marks *m, double slack)
{
    size_t across = 0, upright = 0;

    for (size_t i = 0; i < m->rule_count; i++) {
        const q_rule *r = &m->rules[i];

        if (r->upright) {
            upright++;
            CHECK_NEAR(r->box.top, 200.0 / HEIGHT, slack);
            CHECK_NEAR(q_box_bottom(r->box), 403.0 / HEIGHT, slack);
        } else {
            CHECK_NEAR(r->box.top, (200.0 + 100 * (double)across) / HEIGHT, slack);
            CHECK_NEAR(r->box.left, 100.0 / WIDTH, slack);
            CHECK_NEAR(q_box_right(r->box), 500.0 / WIDTH, slack);
            across++;
        }
    }
    CHECK_EQ(across, 3);
    CHECK_EQ(upright, 2);
}

TEST(marks_are_the_lines_of_a_box)
{
    q_marks m = find(form(), 0);

    check_form(&m, 0.002);
}

/* Rows of marks as large as letters, from 450 to 780. */
static void letters(PIX *p)
{
    for (l_int32 y = 450; y < 780; y += 20)
        for (l_int32 x = 50; x < 550; x += 10)
            line(p, x, y, x + 6, y + (x % 3 ? 8 : 11));
}

/* A drawing: rings around one middle, 150 pixels wide. */
static void rings(PIX *p, double middle_x, double middle_y)
{
    for (int r = 20; r <= 75; r += 11)
        for (int degree = 0; degree < 720; degree++) {
            l_int32 x = (l_int32)(middle_x + r * cos(degree * M_PI / 360));
            l_int32 y = (l_int32)(middle_y + r * sin(degree * M_PI / 360));

            line(p, x, y, x + 2, y + 2);
        }
}

TEST(marks_have_drawings_as_figures)
{
    PIX *p = form();
    q_marks m;

    letters(p);
    rings(p, 300, 100);
    m = find(p, 0);
    CHECK_EQ(m.figure_count, 1);
    CHECK_NEAR(m.figures[0].left, 225.0 / WIDTH, 0.01);
    CHECK_NEAR(m.figures[0].top, 25.0 / HEIGHT, 0.01);
    CHECK_NEAR(m.figures[0].width, 150.0 / WIDTH, 0.02);
    CHECK_NEAR(m.figures[0].height, 150.0 / HEIGHT, 0.02);
}

TEST(marks_have_no_figure_in_a_table_and_text)
{
    PIX *p = form();

    letters(p);
    line(p, 0, 0, 12, HEIGHT); /* a scan's dark border */
    CHECK_EQ(find(p, 0).figure_count, 0);
}

TEST(marks_of_a_turned_page_are_those_of_the_page)
{
    PIX *upright = form();
    q_marks m = find(pixRotateOrth(upright, 1), 90);

    pixDestroy(&upright);
    check_form(&m, 0.005);
}

/* A light grey line, and an area shaded a little. */
TEST(marks_are_light_lines_and_edges_of_shades)
{
    PIX *p = pixCreate(WIDTH, HEIGHT, 8);
    size_t across = 0, upright = 0;
    q_marks m;

    pixSetAll(p);
    for (l_int32 x = 100; x < 500; x++)
        pixSetPixel(p, x, 200, 225);
    for (l_int32 y = 400; y < 500; y++)
        for (l_int32 x = 100; x < 500; x++)
            pixSetPixel(p, x, y, 235);
    m = find(p, 0);
    for (size_t i = 0; i < m.rule_count; i++) {
        upright += m.rules[i].upright;
        across += !m.rules[i].upright;
        if (!m.rules[i].upright)
            CHECK_NEAR(m.rules[i].box.width, 400.0 / WIDTH, 0.01);
    }
    CHECK_EQ(across, 3);
    CHECK_EQ(upright, 2);
}

TEST(marks_are_not_seen_in_text_or_in_nothing)
{
    PIX *p = pixCreate(WIDTH, HEIGHT, 8);
    q_marks m;

    pixSetAll(p);
    for (l_int32 x = 50; x < 550; x += 8)
        line(p, x, 100, x + 4, 110);
    m = find(p, 0);
    CHECK_EQ(m.rule_count, 0);
    m = find(pixCreate(1, 1, 8), 0);
    CHECK_EQ(m.rule_count, 0);
}

TEST_MAIN("document/marks")
