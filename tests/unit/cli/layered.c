#include "cli/layered.h"

#include "../test.h"

#include <math.h>

static layered graph(layered_box *boxes, size_t n, layered_line *lines, size_t m)
{
    for (size_t i = 0; i < n; i++)
        boxes[i] = (layered_box){.width = 50 + 10 * (double)(i % 3), .height = 20};
    return (layered){
        .boxes = boxes, .box_count = n, .lines = lines, .line_count = m, .gap_x = 10, .gap_y = 30};
}

static void check_no_overlap(const layered *g)
{
    for (size_t i = 0; i < g->box_count; i++)
        for (size_t k = 0; k < i; k++) {
            const layered_box *a = &g->boxes[i], *b = &g->boxes[k];

            if (a->layer == b->layer)
                CHECK(fabs(a->x - b->x) >= (a->width + b->width) / 2 + g->gap_x - 1e-6);
        }
}

TEST(a_chain_is_straight)
{
    layered_box boxes[4];
    layered_line lines[] = {{0, 1, NULL, 0}, {1, 2, NULL, 0}, {2, 3, NULL, 0}};
    layered g = graph(boxes, 4, lines, 3);

    CHECK_EQ(layered__place(&g, q_test_arena(), NULL), Q_OK);
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ(boxes[i].layer, i);
        CHECK_NEAR(boxes[i].x, boxes[0].x, 1e-6);
        CHECK_NEAR(boxes[i].y, 50 * (double)i, 1e-6);
    }
    CHECK_NEAR(g.height, 170, 1e-6);
}

TEST(a_line_past_layers_bends_around_the_boxes)
{
    layered_box boxes[4];
    layered_line lines[] = {{0, 3, NULL, 0}, {0, 1, NULL, 0}, {1, 2, NULL, 0}, {2, 3, NULL, 0}};
    layered g = graph(boxes, 4, lines, 4);

    CHECK_EQ(layered__place(&g, q_test_arena(), NULL), Q_OK);
    for (size_t i = 0; i < 4; i++) {
        const layered_line *l = &g.lines[i];

        if (l->from != 0 || l->to != 3)
            continue;
        CHECK_EQ(l->bend_count, 2);
        CHECK(fabs(l->bends[0] - boxes[1].x) > boxes[1].width / 2);
        CHECK(fabs(l->bends[1] - boxes[2].x) > boxes[2].width / 2);
    }
}

TEST(boxes_of_a_layer_do_not_overlap)
{
    enum { BOXES = 40, LINES = 90 };
    layered_box boxes[BOXES];
    layered_line lines[LINES];
    unsigned state = 1;
    layered g;

    for (size_t i = 0; i < LINES; i++) {
        uint32_t a, b;

        state = state * 1103515245 + 12345;
        a = state >> 16 & 0x7FFF;
        state = state * 1103515245 + 12345;
        b = state >> 16 & 0x7FFF;
        lines[i].to = 1 + a % (BOXES - 1);
        lines[i].from = b % lines[i].to;
    }
    g = graph(boxes, BOXES, lines, LINES);
    CHECK_EQ(layered__place(&g, q_test_arena(), NULL), Q_OK);
    check_no_overlap(&g);
    for (size_t i = 0; i < LINES; i++)
        CHECK(boxes[g.lines[i].from].layer < boxes[g.lines[i].to].layer);
    for (size_t i = 0; i < BOXES; i++) {
        CHECK(boxes[i].x - boxes[i].width / 2 >= -1e-6);
        CHECK(boxes[i].x + boxes[i].width / 2 <= g.width + 1e-6);
    }
}

TEST_MAIN("cli/layered")
