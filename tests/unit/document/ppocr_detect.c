#include "document/ppocr_detect.h"

#include "test.h"

#include <leptonica/allheaders.h>
#include <math.h>

enum { WIDTH = 120, HEIGHT = 80 };

/* A map whose pixels are `inside` in the rectangle around (x, y), turned by `degrees`. */
static void paint(float *map, double x, double y, double w, double h, double degrees, float inside)
{
    double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);

    for (int i = 0; i < HEIGHT; i++)
        for (int j = 0; j < WIDTH; j++) {
            double dx = j + 0.5 - x, dy = i + 0.5 - y;

            if (fabs(dx * c + dy * s) < w / 2 && fabs(dy * c - dx * s) < h / 2)
                map[i * WIDTH + j] = inside;
        }
}

static float *empty_map(void)
{
    return q_arena_array(q_test_arena(), WIDTH * HEIGHT, sizeof(float));
}

static ppocr_lines find(const float *map)
{
    ppocr_lines lines;

    CHECK_EQ(ppocr__find_lines(map, WIDTH, HEIGHT, q_test_arena(), &lines, NULL), Q_OK);
    return lines;
}

TEST(a_flat_core_is_widened_on_all_sides)
{
    float *map = empty_map();
    ppocr_lines lines;
    double margin = 1.3 * 60 * 10 / (2 * (60 + 10));

    paint(map, 60, 40, 60, 10, 0, 0.9F);
    lines = find(map);
    CHECK_EQ(lines.count, 1);
    CHECK_NEAR(lines.items[0].x, 60, 1e-6);
    CHECK_NEAR(lines.items[0].y, 40, 1e-6);
    CHECK_NEAR(lines.items[0].ax, 30 + margin, 1e-6);
    CHECK_NEAR(lines.items[0].ay, 0, 1e-6);
    CHECK_NEAR(lines.items[0].bx, 0, 1e-6);
    CHECK_NEAR(lines.items[0].by, 5 + margin, 1e-6);
    CHECK_NEAR(lines.items[0].score, 0.9, 1e-5);
}

TEST(a_slanted_core_has_a_slanted_rectangle)
{
    for (int degrees = -40; degrees <= 40; degrees += 10) {
        float *map = empty_map();
        ppocr_lines lines;

        paint(map, 60, 40, 60, 12, degrees, 0.9F);
        lines = find(map);
        CHECK_EQ(lines.count, 1);
        CHECK_NEAR(atan2(lines.items[0].ay, lines.items[0].ax) * 180 / M_PI, degrees, 1.5);
        CHECK_NEAR(lines.items[0].x, 60, 0.8);
        CHECK_NEAR(lines.items[0].y, 40, 0.8);
        CHECK_NEAR(ppocr__line_width(&lines.items[0]), 60 + 13, 3);
        CHECK_NEAR(ppocr__line_height(&lines.items[0]), 12 + 13, 3);
        /* Down is a quarter turn clockwise from along. */
        CHECK(lines.items[0].ax * lines.items[0].by - lines.items[0].ay * lines.items[0].bx > 0);
    }
}

TEST(an_upright_core_is_read_from_top_to_bottom)
{
    float *map = empty_map();
    ppocr_lines lines;

    paint(map, 60, 40, 10, 60, 0, 0.9F);
    lines = find(map);
    CHECK_EQ(lines.count, 1);
    CHECK(lines.items[0].ay > 30);
    CHECK_NEAR(lines.items[0].ax, 0, 1e-6);
    CHECK(lines.items[0].bx < -5);
}

TEST(a_core_about_as_high_as_wide_is_read_from_left_to_right)
{
    float *map = empty_map();
    ppocr_lines lines;

    paint(map, 60, 40, 20, 26, 0, 0.9F);
    lines = find(map);
    CHECK_EQ(lines.count, 1);
    CHECK(lines.items[0].ax > 10);
    CHECK(lines.items[0].by > 13);
}

TEST(cores_that_touch_at_corners_are_one_and_others_are_not)
{
    float *map = empty_map();
    ppocr_lines lines;

    paint(map, 20, 20, 20, 10, 0, 0.9F);  /* to x 30, y 25 */
    paint(map, 40, 30, 20, 10, 0, 0.9F);  /* from there */
    paint(map, 100, 60, 20, 10, 0, 0.9F); /* alone */
    /* A ring: its inside is no core of its own. */
    paint(map, 30, 60, 40, 20, 0, 0.9F);
    paint(map, 30, 60, 30, 10, 0, 0);
    lines = find(map);
    CHECK_EQ(lines.count, 3);
    CHECK(lines.items[0].y < 40);
    CHECK_NEAR(lines.items[1].x, 30, 1e-6);
    CHECK_NEAR(lines.items[2].x, 100, 1e-6);
}

TEST(specks_and_faint_cores_are_left_out)
{
    float *map = empty_map();

    paint(map, 20, 20, 20, 10, 0, 0.5F); /* above the core's threshold, not surely text */
    paint(map, 60, 20, 40, 2, 0, 0.9F);
    paint(map, 100, 60, 1, 1, 0, 1);
    CHECK_EQ(find(map).count, 0);
    CHECK_EQ(find(empty_map()).count, 0);
}

TEST(a_map_full_of_text_is_one_line)
{
    float *map = empty_map();

    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        map[i] = 1;
    CHECK_EQ(find(map).count, 1);
}

TEST(a_chequered_map_stays_within_bounds)
{
    float *map = empty_map();

    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        map[i] = (i % WIDTH + i / WIDTH) % 2;
    CHECK_EQ(find(map).count, 1); /* all touch at corners */
}

TEST(a_map_is_no_larger_than_asked_and_divides_evenly)
{
    size_t w, h;

    ppocr__map_size(463, 1013, 960, &w, &h);
    CHECK_EQ(w, 448);
    CHECK_EQ(h, 960);
    ppocr__map_size(3508, 2480, 960, &w, &h);
    CHECK_EQ(w, 960);
    CHECK_EQ(h, 672);
    ppocr__map_size(300, 200, 960, &w, &h);
    CHECK_EQ(w, 288);
    CHECK_EQ(h, 192);
    ppocr__map_size(1, 30000, 960, &w, &h);
    CHECK_EQ(w, 32);
    CHECK_EQ(h, 960);
}

TEST(lines_are_scaled_each_way)
{
    ppocr_line one = {.x = 10, .y = 10, .ax = 4, .ay = 1, .bx = -1, .by = 2};
    ppocr_lines lines = {&one, 1, 1};

    ppocr__scale_lines(&lines, 2, 3);
    CHECK_NEAR(one.x, 20, 1e-9);
    CHECK_NEAR(one.y, 30, 1e-9);
    CHECK_NEAR(one.ax, 8, 1e-9);
    CHECK_NEAR(one.ay, 3, 1e-9);
    CHECK_NEAR(one.bx, -2, 1e-9);
    CHECK_NEAR(one.by, 6, 1e-9);
}

TEST(the_models_input_is_normalised_by_channel)
{
    PIX *pix = pixCreate(64, 32, 8);
    float *x = q_arena_array(q_test_arena(), 3 * 32 * 64, sizeof *x);

    pixSetAllArbitrary(pix, 51);
    CHECK_EQ(ppocr__map_input(pix, 64, 32, x, NULL), Q_OK);
    pixDestroy(&pix);
    CHECK_NEAR(x[0], (0.2 - 0.485) / 0.229, 1e-5);
    CHECK_NEAR(x[64 * 32 + 7], (0.2 - 0.456) / 0.224, 1e-5);
    CHECK_NEAR(x[3 * 64 * 32 - 1], (0.2 - 0.406) / 0.225, 1e-5);
}

TEST_MAIN("document/ppocr_detect")
