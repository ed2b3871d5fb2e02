#include "engine/difference.h"

#include "test.h"

#include <math.h>

static q_tensor of(float *v, size_t n)
{
    return (q_tensor){Q_F32, {1, {n}}, v};
}

TEST(distances_and_angles)
{
    float x[4] = {3, 4, NAN, INFINITY}, y[4] = {3, 4.5F, NAN, INFINITY};
    q_tensor a = of(x, 4), b = of(y, 4);
    q_difference d = {0}, same = {0};

    CHECK(!q_difference_add(&d, &a, &b, NULL));
    CHECK_EQ(d.count, 4);
    CHECK_NEAR(d.absolute, 0.5, 0);
    CHECK_NEAR(d.relative, 0.125, 0);
    CHECK_NEAR(q_difference_cosine(&d), 27 / (5 * sqrt(29.25)), 1e-12);
    CHECK_NEAR(q_difference_decibels(&d), 20, 1e-12);
    CHECK(!q_difference_add(&same, &a, &a, NULL));
    CHECK(same.absolute == 0 && q_difference_cosine(&same) == 1);
    CHECK(isinf(q_difference_decibels(&same)));
}

TEST(a_nan_of_one_alone_is_infinitely_far)
{
    float x[2] = {1, 2}, y[2] = {1, NAN};
    int64_t z[2] = {1, 3};
    q_tensor a = of(x, 2), b = of(y, 2), c = {Q_I64, {1, {2}}, z}, s = {Q_STRING, {1, {0}}, NULL};
    q_difference d = {0}, e = {0};
    q_err err;

    CHECK(!q_difference_add(&d, &a, &b, NULL));
    CHECK(isinf(d.absolute));
    CHECK(!q_difference_add(&e, &a, &c, NULL));
    CHECK_NEAR(e.absolute, 1, 0);
    CHECK_EQ(q_difference_add(&e, &a, &s, &err), Q_INVALID);
    b = of(y, 1);
    CHECK_EQ(q_difference_add(&e, &a, &b, &err), Q_INVALID);
    CHECK_STR(err.msg, "shape [1], not [2]");
}

TEST_MAIN("engine/difference")
