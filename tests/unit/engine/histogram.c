#include "engine/histogram.h"

#include "../test.h"

#include <math.h>
#include <stdlib.h>

/* Numbers that thin out to both ends, and a few far away. */
static histogram *spread(void)
{
    histogram *h = q_arena_alloc(q_test_arena(), sizeof *h);
    float x;
    int i;

    for (i = -2000; i <= 2000; i++) {
        x = (float)i / 2000 * fabsf((float)i / 2000);
        histogram__add(h, &x, 1);
    }
    x = 40;
    histogram__add(h, &x, 1);
    return h;
}

TEST(reach_doubles_until_all_fit)
{
    histogram *h = spread();
    uint64_t sum = 0;
    size_t i;

    for (i = 0; i < HISTOGRAM_BINS; i++)
        sum += h->bins[i];
    CHECK_EQ(sum, 4002);
    CHECK_EQ(h->count, 4002);
    CHECK_NEAR(h->reach, 64, 0);
    CHECK_NEAR(h->most, 40, 0);
    CHECK_NEAR(h->least, -1, 0);
}

TEST(what_is_not_finite_does_not_count)
{
    histogram *h = q_arena_alloc(q_test_arena(), sizeof *h);
    float x[] = {NAN, INFINITY, -INFINITY, 3};

    histogram__add(h, x, 4);
    CHECK_EQ(h->count, 1);
    CHECK_NEAR(h->most, 3, 0);
}

TEST(methods_clip_more_or_less)
{
    const histogram *h = spread();
    double low, high;

    histogram__range(h, HISTOGRAM_MINMAX, 0, 256, &low, &high);
    CHECK_NEAR(low, -1, 0);
    CHECK_NEAR(high, 40, 0);
    histogram__range(h, HISTOGRAM_PERCENTILE, 1e-3, 256, &low, &high);
    CHECK_NEAR(high, 1, 0.05);
    CHECK_NEAR(low, -1, 0.05);
    histogram__range(h, HISTOGRAM_ERROR, 0, 256, &low, &high);
    CHECK(high > 1 && high <= 40);
    histogram__range(h, HISTOGRAM_ENTROPY, 0, 256, &low, &high);
    CHECK(high > 1 && high <= 40);
}

TEST(ranges_hold_zero)
{
    histogram *h = q_arena_alloc(q_test_arena(), sizeof *h);
    float x[] = {2, 3, 4};
    double low, high;

    histogram__range(h, HISTOGRAM_ERROR, 0, 256, &low, &high);
    CHECK_NEAR(low, 0, 0);
    CHECK_NEAR(high, 0, 0);
    histogram__add(h, x, 3);
    histogram__range(h, HISTOGRAM_MINMAX, 0, 256, &low, &high);
    CHECK_NEAR(low, 0, 0);
    CHECK_NEAR(high, 4, 0);
}

TEST_MAIN("engine/histogram")
