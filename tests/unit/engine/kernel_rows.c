/* Softmax and normalisation of rows beside their plain twins. */
#include "engine/kernel_rows.h"
#include "engine/narrow.h"
#include "test.h"

#include <math.h>

static void *numbers(q_dtype d, size_t n, uint32_t seed)
{
    void *p = q_arena_array(q_test_arena(), n + 1, q_dtype_bits(d) / 8);

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++) {
        float v;

        seed = seed * 1664525u + 1013904223u;
        v = (float)(int32_t)((seed >> 8) % 2001) / 200 - 5;
        if (d == Q_F32)
            ((float *)p)[i] = v;
        else
            ((uint16_t *)p)[i] = narrow__to_bf16(v);
    }
    return p;
}

static void compare(q_dtype d, const void *got, const void *want, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double g =
            d == Q_F32 ? ((const float *)got)[i] : narrow__from_bf16(((const uint16_t *)got)[i]);
        double w =
            d == Q_F32 ? ((const float *)want)[i] : narrow__from_bf16(((const uint16_t *)want)[i]);

        if (!(fabs(g - w) <= (d == Q_F32 ? 2e-6 : 8e-3) * (1e-3 + fabs(w)) + 1e-6))
            q_test_fail(__FILE__, __LINE__, "element %zu is %g, not %g", i, g, w);
    }
}

static const size_t shapes[][2] = {{1, 1}, {3, 7}, {40, 40}, {5, 120}, {2, 1025}, {3, 6625}};

TEST(softmax_is_its_definition)
{
    for (size_t i = 0; i < 6 * 4; i++) {
        size_t rows = shapes[i / 4][0], columns = shapes[i / 4][1], n = rows * columns;
        q_dtype d = i % 2 ? Q_BF16 : Q_F32;
        void *want = numbers(d, n, 1), *got = numbers(d, n, 2), *x = numbers(d, n, (uint32_t)i);
        kernel_softmax s = {rows, columns, d, x, want, i / 2 % 2};

        kernel__softmax_ref(&s);
        s.y = got;
        kernel__softmax(NULL, &s);
        compare(d, got, want, n);
        s.y = x; /* in place */
        kernel__softmax(NULL, &s);
        compare(d, x, want, n);
    }
}

TEST(softmax_of_infinities)
{
    float x[4] = {-INFINITY, 1, -INFINITY, 1}, y[4];

    kernel__softmax(NULL, &(kernel_softmax){1, 4, Q_F32, x, y, false});
    CHECK_NEAR(y[0], 0, 0);
    CHECK_NEAR(y[1], 0.5, 1e-6);
}

TEST(normalisation_is_its_definition)
{
    for (size_t i = 0; i < 6 * 4; i++) {
        size_t rows = shapes[i / 4][0], columns = shapes[i / 4][1], n = rows * columns;
        q_dtype d = i % 2 ? Q_BF16 : Q_F32;
        void *want = numbers(d, n, 1), *got = numbers(d, n, 2);
        float mean[40], rstd[40], mean_ref[40], rstd_ref[40];
        kernel_norm s = {.rows = rows,
                         .columns = columns,
                         .dtype = d,
                         .y = want,
                         .eps = 1e-5F,
                         .rms = i / 2 % 2,
                         .mean = mean_ref,
                         .rstd = rstd_ref};

        s.x = numbers(d, n, (uint32_t)i);
        s.gain = i % 3 ? numbers(Q_F32, columns, 3) : NULL;
        s.bias = i % 3 != 1 ? numbers(Q_F32, columns, 4) : NULL;
        kernel__norm_ref(&s);
        s.y = got;
        s.mean = mean;
        s.rstd = rstd;
        kernel__norm(NULL, &s);
        compare(d, got, want, columns > 1 || s.rms ? n : 0);
        for (size_t r = 0; r < rows; r++) {
            CHECK_NEAR(mean[r], mean_ref[r], 1e-5);
            CHECK_NEAR(rstd[r], rstd_ref[r], 1e-4 * rstd_ref[r]);
        }
    }
}

TEST_MAIN("engine/kernel_rows")
