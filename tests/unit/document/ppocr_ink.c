#include "document/ppocr_ink.h"

#include "test.h"

#include <string.h>

enum { WIDTH = 100, HEIGHT = 48 };

static float line[HEIGHT * WIDTH];

static void fill(float grey)
{
    for (size_t i = 0; i < HEIGHT * WIDTH; i++)
        line[i] = grey;
}

static void paint(int x0, int x1, int y0, int y1, float grey)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            line[y * WIDTH + x] = grey;
}

static ppocr_word fitted(double from, double to)
{
    ppocr_word w = {.from = from, .to = to, .bottom = 1};
    ppocr_text text = {.words = &w, .count = 1};

    ppocr__ink_fit(line, WIDTH, HEIGHT, WIDTH, &text);
    return w;
}

static void is_at(ppocr_word w, double from, double to, double top, double bottom)
{
    CHECK_NEAR(w.from, from, 1e-9);
    CHECK_NEAR(w.to, to, 1e-9);
    CHECK_NEAR(w.top * HEIGHT, top, 1e-9);
    CHECK_NEAR(w.bottom * HEIGHT, bottom, 1e-9);
}

TEST(a_word_is_fitted_to_its_ink)
{
    fill(0.9F);
    paint(30, 60, 15, 35, -0.8F);
    is_at(fitted(0.25, 0.7), 0.3, 0.6, 15, 35);
    is_at(fitted(0.35, 0.55), 0.3, 0.6, 15, 35); /* it reaches a little farther */
}

TEST(light_ink_on_dark_paper_is_ink_too)
{
    fill(-0.9F);
    paint(30, 60, 15, 35, 0.8F);
    is_at(fitted(0.25, 0.7), 0.3, 0.6, 15, 35);
}

TEST(dots_belong_to_a_word_and_other_lines_do_not)
{
    fill(0.9F);
    paint(30, 60, 20, 35, -0.8F);
    paint(40, 44, 12, 16, -0.8F);
    paint(0, 100, 0, 4, -0.8F);
    paint(0, 100, 45, 48, -0.8F);
    is_at(fitted(0.25, 0.7), 0.3, 0.6, 12, 35);
}

TEST(words_stay_apart)
{
    ppocr_word w[2] = {{.from = 0.1, .to = 0.5, .bottom = 1},
                       {.from = 0.5, .to = 0.9, .bottom = 1}};
    ppocr_text text = {.words = w, .count = 2};

    fill(0.9F);
    paint(10, 90, 20, 30, -0.8F); /* no gap at all */
    ppocr__ink_fit(line, WIDTH, HEIGHT, WIDTH, &text);
    is_at(w[0], 0.1, 0.5, 20, 30);
    is_at(w[1], 0.5, 0.9, 20, 30);
}

TEST(without_ink_a_word_keeps_its_place)
{
    fill(0.5F);
    is_at(fitted(0.2, 0.6), 0.2, 0.6, 0, HEIGHT);
    paint(80, 90, 10, 20, -0.5F);
    is_at(fitted(0.2, 0.6), 0.2, 0.6, 0, HEIGHT);
    is_at(fitted(0.6, 0.6), 0.6, 0.6, 0, HEIGHT);
}

TEST_MAIN("document/ppocr_ink")
