#include "engine/broadcast.h"

#include "test.h"

typedef struct seen {
    size_t rows, elements;
    size_t from[2][4096];
} seen;

static void note(void *ctx, size_t out, const size_t *at, size_t n)
{
    seen *s = ctx;

    s->rows++;
    s->elements += n;
    for (size_t k = 0; k < 2; k++)
        s->from[k][out] = at[k];
}

TEST(equal_shapes_are_one_row)
{
    const q_shape s = {4, {2, 3, 4, 5}};
    seen found = {0};
    broadcast b;

    broadcast__plan(&b, &s, (const q_shape *const[]){&s, &s}, 2);
    CHECK_EQ(b.rank, 1);
    CHECK_EQ(broadcast__step(&b, 0), 1);
    broadcast__run(&b, NULL, note, &found);
    CHECK_EQ(found.rows, 1);
    CHECK_EQ(found.elements, 120);
}

/* A factor for each channel of an image: one row a channel, the factor standing still. */
TEST(channels_are_rows)
{
    const q_shape image = {4, {2, 3, 4, 5}}, factor = {3, {3, 1, 1}};
    seen found = {0};
    broadcast b;

    broadcast__plan(&b, &image, (const q_shape *const[]){&image, &factor}, 2);
    CHECK_EQ(broadcast__step(&b, 0), 1);
    CHECK_EQ(broadcast__step(&b, 1), 0);
    broadcast__run(&b, NULL, note, &found);
    CHECK_EQ(found.rows, 6);
    CHECK_EQ(found.from[0][60], 60);
    CHECK_EQ(found.from[1][60], 0);
    CHECK_EQ(found.from[1][100], 2);
}

TEST(outer_products_repeat_both)
{
    const q_shape left = {2, {3, 1}}, right = {1, {4}}, out = {2, {3, 4}};
    seen found = {0};
    broadcast b;

    broadcast__plan(&b, &out, (const q_shape *const[]){&left, &right}, 2);
    broadcast__run(&b, NULL, note, &found);
    CHECK_EQ(found.rows, 3);
    CHECK_EQ(found.from[0][8], 2);
    CHECK_EQ(found.from[1][8], 0);
}

TEST(nothing_and_single_elements)
{
    const q_shape none = {2, {0, 3}}, row = {1, {3}}, one = {2, {1, 1}}, scalar = {0};
    seen found = {0};
    broadcast b;

    broadcast__plan(&b, &none, (const q_shape *const[]){&none, &row}, 2);
    broadcast__run(&b, NULL, note, &found);
    CHECK_EQ(found.rows, 0);
    broadcast__plan(&b, &one, (const q_shape *const[]){&one, &scalar}, 2);
    broadcast__run(&b, NULL, note, &found);
    CHECK_EQ(found.elements, 1);
}

TEST_MAIN("engine/broadcast")
