#include "one.h"

#include <math.h>

static void moments(const q_tensor *t, double *mean, double *deviation)
{
    size_t n = q_shape_count(&t->shape);
    const float *v = t->data;
    double sum = 0, squares = 0;

    for (size_t i = 0; i < n; i++) {
        sum += (double)v[i];
        squares += (double)v[i] * (double)v[i];
    }
    *mean = sum / (double)n;
    *deviation = sqrt(squares / (double)n - *mean * *mean);
}

TEST(normal_numbers_have_their_mean_and_scale)
{
    one o = one_of("", "RandomNormal", 22);
    double mean, deviation;
    q_err err;

    one_ints(&o, "shape", 2, I64(200, 200));
    one_float(&o, "mean", 3);
    one_float(&o, "scale", 2);
    one_float(&o, "seed", 7);
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    moments(&o.out[0], &mean, &deviation);
    CHECK_NEAR(mean, 3, 0.04);
    CHECK_NEAR(deviation, 2, 0.04);
    one_clear(&o);
}

TEST(seeds_decide_the_numbers)
{
    float first[3][8];
    q_err err;

    for (size_t i = 0; i < 3; i++) {
        one o = one_of("", "RandomUniformLike", 1);
        one_float(&o, "seed", i == 2 ? 2 : 1);
        one_float(&o, "low", -1);
        one_in(&o, one_f32(8, F32(0, 0, 0, 0, 0, 0, 0, 0)));
        CHECK_EQ(one_run(&o, 1, &err), Q_OK);
        memcpy(first[i], o.out[0].data, sizeof first[i]);
        for (size_t k = 0; k < 8; k++)
            CHECK(first[i][k] >= -1 && first[i][k] < 1);
        one_clear(&o);
    }
    CHECK(memcmp(first[0], first[1], sizeof first[0]) == 0);
    CHECK(memcmp(first[0], first[2], sizeof first[0]) != 0);
}

TEST(a_multinomial_draws_by_probability)
{
    one o = one_of("", "Multinomial", 7);
    size_t drawn[3] = {0};
    q_err err;

    one_int(&o, "sample_size", 10000);
    one_int(&o, "dtype", Q_I64);
    one_in(&o, one_shape(one_f32(3, F32(logf(0.2F), -INFINITY, logf(0.8F))), 2, DIMS(1, 3)));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    for (size_t i = 0; i < 10000; i++)
        drawn[((const int64_t *)o.out[0].data)[i]]++;
    CHECK_NEAR((double)drawn[0], 2000, 150);
    CHECK_EQ(drawn[1], 0);
    one_clear(&o);
}

TEST_MAIN("engine/op_random")
