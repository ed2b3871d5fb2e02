/* Products with run-time matrices, and attention, beside their plain twins. */
#include "engine/kernel_matmul.h"
#include "engine/narrow.h"
#include "test.h"

#include <math.h>
#include <string.h>

static void *numbers(q_dtype d, size_t n, uint32_t seed)
{
    void *p = q_arena_array(q_test_arena(), n + 1, q_dtype_bits(d) / 8);

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++) {
        float v;

        seed = seed * 1664525u + 1013904223u;
        v = (float)(int32_t)((seed >> 8) % 2001) / 1000 - 1;
        if (d == Q_F32)
            ((float *)p)[i] = v;
        else if (d == Q_BF16)
            ((uint16_t *)p)[i] = narrow__to_bf16(v);
        else
            ((uint8_t *)p)[i] = (uint8_t)(seed >> 8);
    }
    return p;
}

static void compare(q_dtype d, const void *got, const void *want, size_t n, double slack)
{
    for (size_t i = 0; i < n; i++) {
        double g =
            d == Q_F32 ? ((const float *)got)[i] : narrow__from_bf16(((const uint16_t *)got)[i]);
        double w =
            d == Q_F32 ? ((const float *)want)[i] : narrow__from_bf16(((const uint16_t *)want)[i]);

        if (!(fabs(g - w) <= slack * (1 + fabs(w))))
            q_test_fail(__FILE__, __LINE__, "element %zu of %zu is %g, not %g", i, n, g, w);
    }
}

static void *scratch(size_t bytes)
{
    char *p = q_arena_alloc(q_test_arena(), bytes + 64);

    CHECK(p != NULL);
    p += (64 - (uintptr_t)p % 64) % 64;
    memset(p, 0x7f, bytes); /* not zeroed in use either */
    return p;
}

TEST(a_product_of_two_run_time_matrices)
{
    static const size_t shapes[][3] = {{1, 1, 1},   {40, 40, 15}, {40, 15, 40},
                                       {17, 33, 9}, {1, 130, 64}, {5, 300, 700}};
    static const q_dtype types[] = {Q_F32, Q_BF16, Q_I8};

    for (size_t i = 0; i < 6 * 3 * 4; i++) {
        size_t m = shapes[i / 12][0], n = shapes[i / 12][1], k = shapes[i / 12][2];
        q_dtype d = types[i / 4 % 3];
        bool across = i % 2, shared = i / 2 % 2;
        kernel_epilogue e = {.mul = 0.5F, .add = 0.25F, .out = Q_F32};
        kernel_matmul p = {.batch = {2, 3},
                           .m = m,
                           .n = n,
                           .k = k,
                           .dtype = d,
                           .a_batch = {3 * m * k, m * k},
                           .a_row = k,
                           .b_batch = {shared ? 0 : 3 * n * k, n * k},
                           .b_row = across ? 1 : n,
                           .b_column = across ? k : 1,
                           .out_batch = {3 * m * n, m * n},
                           .out_row = n,
                           .epilogue = &e};
        size_t bytes, count = 6 * m * n;
        void *want = numbers(Q_F32, count, 1), *got = numbers(Q_F32, count, 2);
        q_err err;

        p.a = numbers(d, 6 * m * k, 3);
        p.b = numbers(d, 6 * n * k, 4);
        if (i % 3 == 0)
            e.residual = numbers(Q_F32, count, 5);
        CHECK_EQ(kernel__matmul_scratch(&p, &bytes, &err), Q_OK);
        p.out = want;
        kernel__matmul_ref(&p);
        p.out = got;
        kernel__matmul(NULL, &p, scratch(bytes));
        compare(Q_F32, got, want, count, d == Q_F32 ? 2e-5 : 2e-4);
    }
}

TEST(a_scratch_that_overflows_is_refused)
{
    kernel_epilogue e = {.mul = 1, .out = Q_F32};
    kernel_matmul m = {.batch = {SIZE_MAX / 64, 8},
                       .m = 1,
                       .n = 100,
                       .k = 100,
                       .dtype = Q_F32,
                       .b_batch = {10000, 10000},
                       .b_row = 100,
                       .b_column = 1,
                       .epilogue = &e};
    size_t bytes;
    q_err err;

    CHECK_EQ(kernel__matmul_scratch(&m, &bytes, &err), Q_LIMIT);
}

typedef struct attention_case {
    size_t heads, key_heads, queries, keys, size, value_size;
} attention_case;

static void attention(q_team *team, const kernel_attention *a)
{
    size_t bytes;
    q_err err;

    CHECK_EQ(kernel__attention_scratch(a, &bytes, &err), Q_OK);
    kernel__attention(team, a, scratch(bytes));
}

TEST(attention_is_its_definition)
{
    static const attention_case cases[] = {
        {1, 1, 1, 1, 1, 1},     {8, 8, 40, 40, 15, 15},  {2, 2, 29, 300, 64, 64},
        {4, 2, 7, 129, 33, 40}, {3, 1, 200, 200, 8, 17},
    };

    for (size_t i = 0; i < 5 * 2 * 3; i++) {
        attention_case c = cases[i / 6];
        q_dtype d = i % 2 ? Q_BF16 : Q_F32;
        size_t batch = 2, count = batch * c.heads * c.queries * c.value_size;
        kernel_attention a = {.batch = batch,
                              .heads = c.heads,
                              .key_heads = c.key_heads,
                              .queries = c.queries,
                              .keys = c.keys,
                              .size = c.size,
                              .value_size = c.value_size,
                              .dtype = d,
                              .scale = 0.7F,
                              .causal = i / 2 % 3 == 1};
        float *mask = numbers(Q_F32, batch * c.queries * c.keys, 9);

        a.q = (kernel_heads){numbers(d, batch * c.heads * c.queries * c.size, 1),
                             c.heads * c.queries * c.size, c.size, c.heads * c.size};
        a.k = (kernel_heads){numbers(d, batch * c.key_heads * c.keys * c.size, 2),
                             c.key_heads * c.keys * c.size, c.keys * c.size, c.size};
        a.v = (kernel_heads){numbers(d, batch * c.key_heads * c.keys * c.value_size, 3),
                             c.key_heads * c.keys * c.value_size, c.value_size,
                             c.key_heads * c.value_size};
        a.out = (kernel_heads){numbers(d, count, 4), c.heads * c.queries * c.value_size,
                               c.value_size, c.heads * c.value_size};
        if (i / 2 % 3 == 2) {
            for (size_t k = 0; k < c.keys; k++)
                mask[k] = -INFINITY; /* the first query sees nothing */
            a.mask = mask;
            a.mask_strides[0] = c.queries * c.keys;
            a.mask_strides[2] = c.keys;
        }
        attention(NULL, &a);
        {
            void *got = a.out.data;

            a.out.data = numbers(d, count, 5);
            kernel__attention_ref(&a);
            compare(d, got, a.out.data, count, d == Q_F32 ? 2e-5 : 2e-2);
        }
    }
}

TEST(attention_is_the_same_for_any_team)
{
    kernel_attention a = {.batch = 1,
                          .heads = 4,
                          .key_heads = 4,
                          .queries = 100,
                          .keys = 300,
                          .size = 32,
                          .value_size = 32,
                          .dtype = Q_F32,
                          .scale = 0.2F};
    float *first = numbers(Q_F32, 12800, 9);

    a.q = (kernel_heads){numbers(Q_F32, 12800, 1), 12800, 32, 128};
    a.k = (kernel_heads){numbers(Q_F32, 38400, 2), 38400, 32, 128};
    a.v = (kernel_heads){numbers(Q_F32, 38400, 3), 38400, 32, 128};
    a.out = (kernel_heads){numbers(Q_F32, 12800, 4), 12800, 32, 128};
    for (size_t threads = 1; threads <= 3; threads++) {
        q_team *team = NULL;
        q_err err;

        CHECK_EQ(q_team_new(threads, &team, &err), Q_OK);
        attention(team, &a);
        q_team_free(team);
        if (threads == 1)
            memcpy(first, a.out.data, 12800 * sizeof(float));
        else
            CHECK(!memcmp(first, a.out.data, 12800 * sizeof(float)));
    }
}

TEST_MAIN("engine/kernel_matmul")
