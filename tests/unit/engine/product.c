#include "engine/product.h"

#include "../test.h"

#include <math.h>

/* Numbers without a pattern, the same each time. */
static float *numbers(size_t count)
{
    float *x = q_arena_array(q_test_arena(), count + 1, sizeof *x);
    uint32_t state = 12345;
    size_t i;

    for (i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        x[i] = (float)(state >> 16) / 32768 - 1;
    }
    return x;
}

static void compare(const product *p)
{
    product fast = *p, plain = *p;
    size_t bytes = 0, i;

    CHECK(product__scratch(p, &bytes));
    fast.c = q_arena_array(q_test_arena(), p->m * p->n, sizeof(float));
    plain.c = q_arena_array(q_test_arena(), p->m * p->n, sizeof(float));
    product__run(NULL, &fast, q_arena_alloc(q_test_arena(), bytes + 64));
    product__ref(&plain);
    for (i = 0; i < p->m * p->n; i++)
        CHECK_NEAR(fast.c[i], plain.c[i], 1e-4);
}

TEST(any_strides_match_the_plain_twin)
{
    const float *a = numbers(70 * 70), *b = numbers(70 * 70);
    static const size_t sizes[][3] = {{1, 1, 1}, {5, 70, 33}, {4, 3, 64}, {9, 17, 0}};
    size_t i;

    for (i = 0; i < 4; i++) {
        size_t m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];

        compare(&(product){m, n, k, a, 70, 1, b, 70, 1, NULL, n});
        compare(&(product){m, n, k, a, 1, 70, b, 70, 1, NULL, n});
        compare(&(product){m, n, k, a, 70, 1, b, 1, 70, NULL, n});
        compare(&(product){m, n, k, a, 1, 70, b, 1, 70, NULL, n});
    }
}

static void compare_tables(const product_table *t)
{
    const float *a = numbers(101), *b = numbers(303) + 100;
    float y[101] = {0}, want[101] = {0};
    double sum = 0;
    size_t i;

    for (i = 0; i < 101; i++) {
        sum += (double)a[i] * (double)b[i];
        want[i] = 0.5F * b[i];
    }
    CHECK_NEAR(t->dot(a, b, 101), sum, 1e-4);
    t->add_scaled(y, 0.5F, b, 101);
    for (i = 0; i < 101; i++)
        CHECK_NEAR(y[i], want[i], 1e-6);
}

TEST(instruction_sets_agree)
{
    compare_tables(&product__plain);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        compare_tables(&product__avx2);
    compare_tables(product__table());
}

TEST_MAIN("engine/product")
