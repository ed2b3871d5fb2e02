#include "engine/vector.h"

#include "test.h"

#include <math.h>
#include <string.h>

#define POINTS 2048

typedef struct wanted {
    vector_unary op;
    float a, b;
    double (*f)(double x, double a, double b);
    double relative, absolute;
} wanted;

static double clip_of(double x, double a, double b)
{
    return x < a ? a : x > b ? b : x;
}

#define OF(name, value)                                                                            \
    static double name(double x, double a, double b)                                               \
    {                                                                                              \
        (void)a;                                                                                   \
        (void)b;                                                                                   \
        return (value);                                                                            \
    }
OF(abs_of, fabs(x))
OF(sign_of, x > 0 ? 1 : x < 0 ? -1 : x)
OF(floor_of, floor(x))
OF(ceil_of, ceil(x))
OF(round_of, rint(x))
OF(sqrt_of, sqrt(x))
OF(exp_of, exp(x))
OF(exp_minus_of, exp(x - a))
OF(log_of, log(x))
OF(erf_of, erf(x))
OF(tanh_of, tanh(x))
OF(sigmoid_of, 1 / (1 + exp(-x)))
OF(silu_of, x / (1 + exp(-a * x)))
OF(gelu_of, 0.5 * x * (1 + erf(x / sqrt(2))))
OF(gelu_tanh_of, 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))))
OF(relu_of, x < 0 ? 0 : x)
OF(leaky_of, x < 0 ? a * x : x)
OF(elu_of, x < 0 ? a * expm1(x) : x)
OF(selu_of, b *(x < 0 ? a * expm1(x) : x))
OF(celu_of, x < 0 ? a * expm1(x / a) : x)
OF(softplus_of, x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)))
OF(softsign_of, x / (1 + fabs(x)))
OF(hard_sigmoid_of, clip_of(a *x + b, 0, 1))
OF(hard_swish_of, x *clip_of(a *x + b, 0, 1))
OF(mish_of, x *tanh(x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))))
OF(shrink_of, x<-a ? x + b : x> a ? x - b : 0)

static const wanted all[] = {
    {VECTOR_ABS, 0, 0, abs_of, 0, 0},
    {VECTOR_SIGN, 0, 0, sign_of, 0, 0},
    {VECTOR_FLOOR, 0, 0, floor_of, 0, 0},
    {VECTOR_CEIL, 0, 0, ceil_of, 0, 0},
    {VECTOR_ROUND, 0, 0, round_of, 0, 0},
    {VECTOR_SQRT, 0, 0, sqrt_of, 1e-7, 0},
    {VECTOR_EXP, 0, 0, exp_of, 4e-7, 1e-44},
    {VECTOR_EXP_MINUS, 1.5F, 0, exp_minus_of, 1e-5, 1e-44}, /* x - a is rounded */
    {VECTOR_LOG, 0, 0, log_of, 2e-7, 0},
    {VECTOR_ERF, 0, 0, erf_of, 4e-7, 1e-44},
    {VECTOR_TANH, 0, 0, tanh_of, 4e-7, 1e-44},
    {VECTOR_SIGMOID, 0, 0, sigmoid_of, 4e-7, 1e-38},
    {VECTOR_SILU, 1, 0, silu_of, 5e-7, 1e-36},
    {VECTOR_GELU, 0, 0, gelu_of, 1e-6, 1e-6},
    {VECTOR_GELU_TANH, 0, 0, gelu_tanh_of, 1e-6, 1e-6},
    {VECTOR_RELU, 0, 0, relu_of, 0, 0},
    {VECTOR_CLIP, -2, 3, clip_of, 0, 0},
    {VECTOR_LEAKY, 0.125F, 0, leaky_of, 1e-7, 1e-44},
    {VECTOR_ELU, 0.5F, 0, elu_of, 5e-7, 1e-44},
    {VECTOR_SELU, 1.5F, 1.25F, selu_of, 5e-7, 1e-44},
    {VECTOR_CELU, 0.5F, 0, celu_of, 5e-7, 1e-44},
    {VECTOR_SOFTPLUS, 0, 0, softplus_of, 5e-7, 1e-44},
    {VECTOR_SOFTSIGN, 0, 0, softsign_of, 3e-7, 0},
    {VECTOR_HARD_SIGMOID, 0.25F, 0.5F, hard_sigmoid_of, 3e-7, 1e-7},
    {VECTOR_HARD_SWISH, 0.25F, 0.5F, hard_swish_of, 3e-7, 1e-6},
    {VECTOR_MISH, 0, 0, mish_of, 1e-6, 1e-36},
    {VECTOR_SHRINK, 1.5F, 0.5F, shrink_of, 1e-7, 0},
};

/* Floats of all sizes (every bit pattern's neighbourhood), and the special ones. */
static void points(float *x)
{
    static const float special[] = {0.0F,     -0.0F, INFINITY, -INFINITY, NAN,     1.0F,    -1.0F,
                                    88.7F,    88.8F, -87.4F,   -103.9F,   -104.5F, 0.625F,  -0.625F,
                                    1.4e-45F, 4.0F,  -4.1F,    0x1p-126F, 3.4e38F, -3.4e38F};
    uint32_t u = 12345;
    size_t n = sizeof special / sizeof *special;

    memcpy(x, special, sizeof special);
    for (size_t i = n; i < POINTS; i++) {
        u = u * 1664525U + 1013904223U;
        if (i % 2) /* most of the functions' life is within some tens of 0 */
            x[i] = ((float)(u >> 8) / 16777216.0F - 0.5F) * (i % 4 == 1 ? 4.0F : 200.0F);
        else
            memcpy(&x[i], &u, sizeof u);
    }
}

static bool close_to(double got, double want, const wanted *w)
{
    if (isnan(want))
        return isnan(got);
    double narrow = (double)(float)want; /* what of double passes float's range is infinite */

    if (isinf(narrow))
        return got == narrow || fabs(want) < 3.41e38;
    return fabs(got - want) <= w->absolute + w->relative * fabs(want);
}

/* But for the sign of what is not a number, which nothing says. */
static bool same_bits(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

static void check_unary(const vector_table *t)
{
    static float x[POINTS], y[POINTS], z[POINTS];

    points(x);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        const wanted *w = &all[k];

        t->unary[w->op](x, y, POINTS, w->a, w->b);
        for (size_t i = 0; i < POINTS; i++) {
            double want = w->f(x[i], w->a, w->b);

            if (!isfinite(x[i]) && (isnan(want) || fabs((double)x[i]) > 3e38))
                continue; /* below, where the limits are named */
            if (!close_to(y[i], want, w))
                q_test_fail(__FILE__, __LINE__, "function %d of %.9g is %.9g, not %.9g", w->op,
                            (double)x[i], (double)y[i], want);
        }
        memcpy(z, x, sizeof z); /* over itself, and each element wherever it stands */
        for (size_t i = 0; i < POINTS; i += 7)
            t->unary[w->op](z + i, z + i, i + 7 < POINTS ? 7 : POINTS - i, w->a, w->b);
        CHECK(same_bits(y, z, POINTS));
    }
}

static void check_limits(const vector_table *t)
{
    const float x[3] = {INFINITY, -INFINITY, NAN};
    float y[3];

    t->unary[VECTOR_EXP](x, y, 3, 0, 0);
    CHECK(isinf(y[0]) && y[1] == 0 && isnan(y[2]));
    t->unary[VECTOR_LOG](x, y, 3, 0, 0);
    CHECK(isinf(y[0]) && isnan(y[1]) && isnan(y[2]));
    t->unary[VECTOR_TANH](x, y, 3, 0, 0);
    CHECK(y[0] == 1 && y[1] == -1 && isnan(y[2]));
    t->unary[VECTOR_ERF](x, y, 3, 0, 0);
    CHECK(y[0] == 1 && y[1] == -1 && isnan(y[2]));
    t->unary[VECTOR_SIGMOID](x, y, 3, 0, 0);
    CHECK(y[0] == 1 && y[1] == 0 && isnan(y[2]));
    t->unary[VECTOR_SOFTPLUS](x, y, 3, 0, 0);
    CHECK(isinf(y[0]) && y[1] == 0 && isnan(y[2]));
    t->unary[VECTOR_ELU](x, y, 3, 1, 0);
    CHECK(isinf(y[0]) && y[1] == -1 && isnan(y[2]));
    t->unary[VECTOR_RELU](x, y, 3, 0, 0);
    CHECK(isinf(y[0]) && y[1] == 0 && isnan(y[2]));
    t->unary[VECTOR_CLIP](x, y, 3, -1, 2);
    CHECK(y[0] == 2 && y[1] == -1 && isnan(y[2]));
}

static void check_binary(const vector_table *t)
{
    const float x[5] = {1, -2, NAN, 4, 0.5F}, y[5] = {2, 3, 1, NAN, 0.25F}, two = 2;
    float z[5];

    t->binary[VECTOR_SUB](x, 1, y, 1, z, 5);
    CHECK(z[0] == -1 && z[1] == -5 && isnan(z[2]) && z[4] == 0.25F);
    t->binary[VECTOR_SUB](&two, 0, y, 1, z, 5);
    CHECK(z[0] == 0 && z[1] == -1 && z[4] == 1.75F);
    t->binary[VECTOR_DIV](x, 1, &two, 0, z, 5);
    CHECK(z[0] == 0.5F && z[1] == -1 && z[4] == 0.25F);
    t->binary[VECTOR_MAX](x, 1, y, 1, z, 5);
    CHECK(z[0] == 2 && z[1] == 3 && isnan(z[2]) && isnan(z[3]) && z[4] == 0.5F);
    t->binary[VECTOR_MIN](x, 1, y, 1, z, 5);
    CHECK(z[0] == 1 && z[1] == -2 && isnan(z[2]) && isnan(z[3]) && z[4] == 0.25F);
    t->binary[VECTOR_PRELU](x, 1, y, 1, z, 2);
    CHECK(z[0] == 1 && z[1] == -6);
    t->binary[VECTOR_ADD](&two, 0, &two, 0, z, 3);
    CHECK(z[0] == 4 && z[2] == 4);
}

static void check_fold(const vector_table *t)
{
    static float x[1000];

    for (size_t i = 0; i < 1000; i++)
        x[i] = (float)((i * 37) % 101) - 50.0F;
    for (size_t n = 0; n < 1000; n = n * 2 + 1) {
        double sum = 0, absolute = 0, squares = 0;
        float low = INFINITY, high = -INFINITY;

        for (size_t i = 0; i < n; i++) {
            sum += (double)x[i];
            absolute += fabs((double)x[i]);
            squares += (double)x[i] * (double)x[i];
            low = x[i] < low ? x[i] : low;
            high = x[i] > high ? x[i] : high;
        }
        CHECK_NEAR(t->fold[VECTOR_SUM](x, n), sum, 1e-6);
        CHECK_NEAR(t->fold[VECTOR_SUM_ABS](x, n), absolute, 1e-6);
        CHECK_NEAR(t->fold[VECTOR_SUM_SQUARES](x, n), squares, 1e-6 * squares);
        CHECK(t->fold[VECTOR_LEAST](x, n) == low);
        CHECK(t->fold[VECTOR_GREATEST](x, n) == high);
    }
    CHECK_NEAR(t->fold[VECTOR_PRODUCT](x, 3), -50.0 * -13 * 24, 1e-6);
    x[700] = NAN;
    CHECK(isnan(t->fold[VECTOR_GREATEST](x, 1000)) && isnan(t->fold[VECTOR_LEAST](x, 1000)));
}

static void check_all(const vector_table *t)
{
    check_unary(t);
    check_limits(t);
    check_binary(t);
    check_fold(t);
}

TEST(plain_loops_match_libm)
{
    check_all(&vector__plain);
}

TEST(avx2_loops_match_libm)
{
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        check_all(&vector__avx2);
}

TEST(avx512_loops_match_libm)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        check_all(&vector__avx512);
}

TEST_MAIN("engine/vector")
