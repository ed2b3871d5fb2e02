#include "serving/choose.h"

#include "test.h"

static void count(const double *weights, size_t n, uint64_t seed, int *counts)
{
    _Atomic uint64_t state = seed;

    for (int i = 0; i < 100000; i++) {
        size_t at = q_choose(weights, n, &state);

        CHECK(at < n);
        counts[at]++;
    }
}

TEST(choose_is_proportionate)
{
    const double weights[] = {1, 0, 3, 6};
    int counts[4] = {0};

    count(weights, 4, 7, counts);
    CHECK_NEAR(counts[0], 10000, 300);
    CHECK_EQ(counts[1], 0);
    CHECK_NEAR(counts[2], 30000, 500);
    CHECK_NEAR(counts[3], 60000, 500);
}

TEST(choose_follows_from_its_seed)
{
    const double weights[] = {0.5F, 0.25F, 0.25F};
    _Atomic uint64_t a = 1, b = 1, c = 2;
    int differ = 0;

    for (int i = 0; i < 1000; i++) {
        size_t of_a = q_choose(weights, 3, &a);

        CHECK_EQ(of_a, q_choose(weights, 3, &b));
        differ += of_a != q_choose(weights, 3, &c);
    }
    CHECK(differ > 100);
}

TEST(choose_without_weights_is_none)
{
    const double weights[] = {0, 0};
    _Atomic uint64_t state = 3;

    CHECK(q_choose(weights, 2, &state) == SIZE_MAX);
    CHECK(q_choose(weights, 0, &state) == SIZE_MAX);
}

TEST_MAIN("serving/choose")
