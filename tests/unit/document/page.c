#include "document/page.h"

#include "test.h"

static void shows(const q_page *p, double x, double y, double want_x, double want_y)
{
    double got_x, got_y;

    q_page_shown(p, x, y, &got_x, &got_y);
    CHECK_NEAR(got_x, want_x, 1e-9);
    CHECK_NEAR(got_y, want_y, 1e-9);
}

TEST(an_upright_page_is_shown_as_it_is)
{
    q_page p = {.width_pt = 600, .height_pt = 800};

    shows(&p, 0.1, 0.7, 0.1, 0.7);
}

TEST(a_page_on_its_side_shows_its_top_at_the_right)
{
    q_page p = {.width_pt = 600,
                .height_pt = 800,
                .turn = 90,
                .shown_width_pt = 800,
                .shown_height_pt = 600};

    shows(&p, 0, 0, 1, 0);
    shows(&p, 1, 0, 1, 1);
    shows(&p, 0.25, 0.1, 0.9, 0.25);
    p.turn = -90;
    shows(&p, 0, 0, 0, 1);
    p.turn = 180;
    p.shown_width_pt = 600;
    p.shown_height_pt = 800;
    shows(&p, 0.25, 0.1, 0.75, 0.9);
}

TEST(what_is_outside_the_picture_is_shown_at_its_edge)
{
    q_page p = {.width_pt = 700,
                .height_pt = 850,
                .turn = 10,
                .shown_width_pt = 600,
                .shown_height_pt = 800};

    shows(&p, 0.5, 0.5, 0.5, 0.5);
    shows(&p, 0, 0, 0.0485296033, 0);
}

TEST(boxes_are_joined)
{
    q_box b = q_box_join((q_box){0.1, 0.2, 0.3, 0.1}, (q_box){0.3, 0.1, 0.2, 0.1});

    CHECK_NEAR(b.left, 0.1, 1e-12);
    CHECK_NEAR(b.top, 0.1, 1e-12);
    CHECK_NEAR(q_box_right(b), 0.5, 1e-12);
    CHECK_NEAR(q_box_bottom(b), 0.3, 1e-12);
}

TEST_MAIN("document/page")
