#include "document/marks_tick.h"

#include "document/marks.h"
#include "sample.h"

#include <math.h>

/* Pages of boxes and circles that are drawn in many ways, some of them filled in. */

enum { WIDTH = 1240, HEIGHT = 1754, STEP = 120, PER_ROW = 9, ROWS = 13 };

typedef enum fill { EMPTY, CROSS, CHECK, SOLID, BIG_CHECK, DOT, FILLS } fill;

typedef struct drawn {
    double x, y; /* pixels, of the middle */
    bool selected;
} drawn;

static void stroke(PIX *p, double x0, double y0, double x1, double y1, int thick)
{
    pixRenderLine(p, (l_int32)lround(x0), (l_int32)lround(y0), (l_int32)lround(x1),
                  (l_int32)lround(y1), thick, L_SET_PIXELS);
}

static void ring(PIX *p, double cx, double cy, double r, int thick)
{
    for (int i = 0; i < 400; i++) {
        double a = 2 * M_PI * i / 400;

        pixRasterop(p, (l_int32)lround(cx + r * cos(a)), (l_int32)lround(cy + r * sin(a)), thick,
                    thick, PIX_SET, NULL, 0, 0);
    }
}

static void disc(PIX *p, double cx, double cy, double r)
{
    for (double y = -r; y <= r; y++)
        stroke(p, cx - sqrt(r * r - y * y), cy + y, cx + sqrt(r * r - y * y), cy + y, 1);
}

static void mark(PIX *p, double cx, double cy, double half, fill how)
{
    switch (how) {
    case CROSS:
        stroke(p, cx - half * 0.7, cy - half * 0.7, cx + half * 0.7, cy + half * 0.7, 3);
        stroke(p, cx - half * 0.7, cy + half * 0.7, cx + half * 0.7, cy - half * 0.7, 3);
        break;
    case CHECK:
        stroke(p, cx - half * 0.6, cy, cx - half * 0.1, cy + half * 0.6, 3);
        stroke(p, cx - half * 0.1, cy + half * 0.6, cx + half * 0.7, cy - half * 0.6, 3);
        break;
    case BIG_CHECK: /* by hand, past the frame */
        stroke(p, cx - half * 0.5, cy, cx, cy + half * 1.2, 3);
        stroke(p, cx, cy + half * 1.2, cx + half * 1.6, cy - half * 1.7, 3);
        break;
    case SOLID:
        for (double y = -half * 0.6; y <= half * 0.6; y++)
            stroke(p, cx - half * 0.6, cy + y, cx + half * 0.6, cy + y, 1);
        break;
    case DOT:
        disc(p, cx, cy, half * 0.5);
        break;
    case EMPTY:
    case FILLS:
        break;
    }
}

/* A page of one kind of frame; the sizes and strokes vary from place to place. */
static PIX *page_of(bool round, drawn *out, size_t *count)
{
    PIX *p = pixCreate(WIDTH, HEIGHT, 1);

    *count = 0;
    for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < PER_ROW; i++) {
            double half = 9 + (row * 3 + i) % 10, cx = 90 + i * STEP, cy = 100 + row * STEP;
            int thick = 1 + (row + i) % 3;
            fill how = round ? (i % 2 ? DOT : EMPTY) : (fill)((row + 2 * i) % DOT);

            if (round) {
                ring(p, cx, cy, half, thick);
            } else {
                stroke(p, cx - half, cy - half, cx + half, cy - half, thick);
                stroke(p, cx - half, cy + half, cx + half, cy + half, thick);
                stroke(p, cx - half, cy - half, cx - half, cy + half, thick);
                stroke(p, cx + half, cy - half, cx + half, cy + half, thick);
            }
            mark(p, cx, cy, half, how);
            out[(*count)++] = (drawn){cx, cy, how != EMPTY};
        }
    return p;
}

static q_marks find(PIX *p)
{
    q_marks m = {0};

    CHECK_EQ(marks__ticks(p, q_test_arena(), &m, NULL), Q_OK);
    return m;
}

static const q_tick *tick_at(const q_marks *m, const drawn *d)
{
    for (size_t i = 0; i < m->tick_count; i++) {
        q_box b = m->ticks[i].box;

        if (fabs((b.left + b.width / 2) * WIDTH - d->x) < 6 &&
            fabs((b.top + b.height / 2) * HEIGHT - d->y) < 6)
            return &m->ticks[i];
    }
    return NULL;
}

static void check_page(bool round)
{
    drawn all[ROWS * PER_ROW];
    size_t count, found = 0, right = 0;
    PIX *p = page_of(round, all, &count);
    q_marks m = find(p);

    pixDestroy(&p);
    for (size_t i = 0; i < count; i++) {
        const q_tick *t = tick_at(&m, &all[i]);

        found += t != NULL;
        right += t && t->selected == all[i].selected;
    }
    CHECK_EQ(m.tick_count, found); /* nothing else is one */
    CHECK_EQ(found, count);
    CHECK_EQ(right, count);
}

TEST(ticks_of_boxes_in_many_sizes)
{
    check_page(false);
}

TEST(ticks_of_circles_in_many_sizes)
{
    check_page(true);
}

TEST(ticks_are_not_seen_in_tables_and_combs)
{
    PIX *p = pixCreate(WIDTH, HEIGHT, 1);
    q_marks m;

    for (int i = 0; i <= 20; i++) { /* a table of small cells */
        stroke(p, 100, 100 + i * 24, 580, 100 + i * 24, 1);
        stroke(p, 100 + i * 24, 100, 100 + i * 24, 580, 1);
    }
    for (int i = 0; i < 12; i++) { /* boxes for letters */
        double x = 100 + i * 32;

        stroke(p, x, 700, x + 26, 700, 1);
        stroke(p, x, 726, x + 26, 726, 1);
        stroke(p, x, 700, x, 726, 1);
        stroke(p, x + 26, 700, x + 26, 726, 1);
    }
    disc(p, 300, 900, 8); /* bullets */
    disc(p, 300, 950, 8);
    m = find(p);
    pixDestroy(&p);
    CHECK_EQ(m.tick_count, 0);
}

TEST(ticks_of_a_rendered_form)
{
    PIX *p = sample_picture(sample_text_pdf(
        "BT /F1 12 Tf 40 150 Td (Yes) Tj 60 0 Td (No) Tj 60 0 Td (DO 0 8 Q OOO B H) Tj ET "
        "1 w 22 150 8 8 re S 82 150 8 8 re S 23 151 m 29 157 l S 29 151 m 23 157 l S",
        1, ""));
    page__frame frame = {pixGetWidth(p), pixGetHeight(p), pixGetWidth(p), pixGetHeight(p), 0};
    q_page page = {.width_pt = 300, .height_pt = 200, .marked = true};
    q_word words[] = {{Q_STR("DO"), {160 / 300.0, 40 / 200.0, 19 / 300.0, 12 / 200.0}, 99},
                      {Q_STR("OOO"), {213 / 300.0, 40 / 200.0, 28 / 300.0, 12 / 200.0}, 99}};

    CHECK_EQ(marks__find(p, &frame, q_test_arena(), &page.marks, NULL), Q_OK);
    pixDestroy(&p);
    page.words = words;
    page.word_count = 2;
    CHECK_EQ(marks__ticks_beside_words(&page, q_test_arena(), NULL), Q_OK);
    CHECK_EQ(page.marks.tick_count, 2);
    CHECK(page.marks.ticks[0].selected != page.marks.ticks[1].selected);
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(page.marks.ticks[i].selected, page.marks.ticks[i].box.left < 0.2);
}

TEST(ticks_that_are_characters)
{
    q_word words[] = {{Q_STR("\u2611"), {0.1, 0.1, 0.02, 0.014}, 90},
                      {Q_STR("Yes"), {0.13, 0.1, 0.04, 0.014}, 90},
                      {Q_STR("\u2610"), {0.2, 0.1, 0.02, 0.014}, 90},
                      {Q_STR("No"), {0.23, 0.1, 0.03, 0.014}, 90}};
    q_page page = {.words = words, .word_count = 4, .width_pt = 600, .height_pt = 800};

    CHECK_EQ(marks__ticks_beside_words(&page, q_test_arena(), NULL), Q_OK);
    CHECK_EQ(page.marks.tick_count, 2);
    CHECK(page.marks.ticks[0].selected);
    CHECK(!page.marks.ticks[1].selected);
    /* once is enough */
    CHECK_EQ(marks__ticks_beside_words(&page, q_test_arena(), NULL), Q_OK);
    CHECK_EQ(page.marks.tick_count, 2);
}

TEST_MAIN("document/marks_tick")
