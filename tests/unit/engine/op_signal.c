#include "engine/fft.h"
#include "one.h"

#include <math.h>

/* Against the definition, for lengths of both algorithms. */
TEST(transforms_match_their_definition)
{
    for (size_t n = 1; n < 40; n++) {
        double plan[512], work[512], z[80], want[80];
        fft f;
        CHECK(fft__plan_doubles(n) <= 512 && fft__work_doubles(n) <= 512);
        fft__init(&f, n, plan);
        for (size_t j = 0; j < 2 * n; j++)
            z[j] = (double)(j * j * 7 % 11) - 5;
        for (size_t k = 0; k < n; k++) {
            want[2 * k] = want[2 * k + 1] = 0;
            for (size_t j = 0; j < n; j++) {
                double t = -2 * acos(-1) * (double)(j * k) / (double)n;
                want[2 * k] += z[2 * j] * cos(t) - z[2 * j + 1] * sin(t);
                want[2 * k + 1] += z[2 * j] * sin(t) + z[2 * j + 1] * cos(t);
            }
        }
        fft__run(&f, z, false, work);
        for (size_t j = 0; j < 2 * n; j++)
            CHECK_NEAR(z[j], want[j], 1e-10);
        fft__run(&f, z, true, work);
        for (size_t j = 0; j < 2 * n; j++)
            CHECK_NEAR(z[j] / (double)n, (double)(j * j * 7 % 11) - 5, 1e-12);
    }
}

TEST(one_sided_there_and_back)
{
    one a = one_of("", "DFT", 20), b = one_of("", "DFT", 20);
    q_err err;

    one_int(&a, "onesided", 1);
    one_in(&a, one_shape(one_f32(5, F32(1, 2, 3, 4, 7)), 3, DIMS(1, 5, 1)));
    CHECK_EQ(one_run(&a, 1, &err), Q_OK);
    ONE_NEAR(&a, 0, 6, F32(17, 0, -1.881966F, 5.343068F, -4.118034F, 1.987870F), 1e-4);
    one_int(&b, "onesided", 1);
    one_int(&b, "inverse", 1);
    one_in(&b, &a.out[0]);
    one_in(&b, one_shape(one_i64(1, I64(5)), 0, NULL));
    CHECK_EQ(one_run(&b, 1, &err), Q_OK);
    CHECK_EQ(b.out[0].shape.dims[2], 1);
    ONE_NEAR(&b, 0, 5, F32(1, 2, 3, 4, 7), 1e-5);
    one_clear(&a);
    one_clear(&b);
}

TEST(a_transform_too_long_is_refused)
{
    one o = one_of("", "DFT", 17);
    q_err err;

    one_in(&o, one_shape(one_f32(2, F32(1, 2)), 3, DIMS(1, 2, 1)));
    one_in(&o, one_i64(1, I64((int64_t)1 << 40)));
    CHECK_EQ(one_run(&o, 1, &err), Q_LIMIT);
    one_clear(&o);
}

TEST(windows)
{
    one hann = one_of("", "HannWindow", 17), hamming = one_of("", "HammingWindow", 17);
    one blackman = one_of("", "BlackmanWindow", 17);
    q_err err;

    one_in(&hann, one_i64(1, I64(4)));
    CHECK_EQ(one_run(&hann, 1, &err), Q_OK);
    ONE_NEAR(&hann, 0, 4, F32(0, 0.5F, 1, 0.5F), 1e-7);
    one_int(&hamming, "periodic", 0);
    one_in(&hamming, one_i64(1, I64(3)));
    CHECK_EQ(one_run(&hamming, 1, &err), Q_OK);
    ONE_NEAR(&hamming, 0, 3, F32(0.0869565F, 1, 0.0869565F), 1e-6);
    one_in(&blackman, one_i64(1, I64(4)));
    CHECK_EQ(one_run(&blackman, 1, &err), Q_OK);
    ONE_NEAR(&blackman, 0, 4, F32(0, 0.34F, 1, 0.34F), 1e-6);
    one_clear(&hann);
    one_clear(&hamming);
    one_clear(&blackman);
}

TEST(mel_bands_outside_the_spectrum_are_refused)
{
    one o = one_of("", "MelWeightMatrix", 17);
    q_err err;

    one_in(&o, one_i64(1, I64(4)));
    one_in(&o, one_i64(1, I64(16)));
    one_in(&o, one_i64(1, I64(8000)));
    one_in(&o, one_f32(1, F32(0)));
    one_in(&o, one_f32(1, F32(100000)));
    CHECK_EQ(one_run(&o, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "band 1 lies outside the spectrum");
    one_clear(&o);
}

TEST_MAIN("engine/op_signal")
