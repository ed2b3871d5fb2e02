#include "engine/view.h"

#include "test.h"

#include <string.h>

TEST(strides_may_be_negative_or_zero)
{
    const uint16_t x[3] = {1, 2, 3};
    uint16_t y[6];
    view v = {0};

    view__add(&v, 2, 0, 3);  /* twice */
    view__add(&v, 3, -1, 1); /* backwards */
    view__copy(&v, x + 2, y, 2, NULL);
    CHECK(memcmp(y, (const uint16_t[]){3, 2, 1, 3, 2, 1}, sizeof y) == 0);
}

TEST(nothing_is_copied_of_nothing)
{
    view v = {0};

    view__add(&v, 0, 1, 1);
    view__add(&v, 5, 1, 1);
    view__copy(&v, NULL, NULL, 4, NULL);
}

TEST(a_single_element)
{
    const uint64_t x[2] = {7, 9};
    uint64_t y[2] = {0};
    view v = {0};

    view__copy(&v, x, y, 16, NULL);
    CHECK(y[0] == 7 && y[1] == 9);
}

/* Each size of element, by tiles and by lines, on a team. */
TEST(all_sizes_transpose)
{
    enum { ROWS = 301, COLUMNS = 157, ALL = ROWS * COLUMNS };
    static uint8_t x[ALL * 16], y[ALL * 16];
    q_team *team = NULL;

    CHECK(!q_team_new(3, &team, NULL));
    for (size_t size = 1; size <= 16; size *= 2) {
        view v = {0};

        for (size_t i = 0; i < ALL * size; i++)
            x[i] = (uint8_t)(i * 131 >> 3);
        memset(y, 0, sizeof y);
        view__add(&v, COLUMNS, 1, ROWS);
        view__add(&v, ROWS, COLUMNS, 1);
        view__copy(&v, x, y, size, team);
        for (size_t r = 0; r < ROWS; r++)
            for (size_t c = 0; c < COLUMNS; c++)
                CHECK(memcmp(y + (c * ROWS + r) * size, x + (r * COLUMNS + c) * size, size) == 0);
    }
    q_team_free(team);
}

TEST(long_lines_are_cut_whole)
{
    enum { ALL = 100003 };
    static uint32_t x[ALL], y[ALL];
    view v = {0};

    for (size_t i = 0; i < ALL; i++)
        x[i] = (uint32_t)i;
    view__add(&v, 1, 99, 99);
    view__add(&v, ALL, 1, 1);
    view__copy(&v, x, y, 4, NULL);
    CHECK(memcmp(x, y, sizeof x) == 0);
}

TEST_MAIN("engine/view")
