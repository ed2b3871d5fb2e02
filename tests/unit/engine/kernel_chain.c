/* Chains of elementwise steps beside their plain twin. */
#include "engine/kernel_chain.h"
#include "engine/narrow.h"
#include "test.h"

#include <math.h>
#include <string.h>

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static chain_tensor tensor(q_dtype d, size_t n, uint32_t *seed)
{
    chain_tensor t = {d, NULL, 0.02F, d == Q_U8 ? 100 : 3};

    t.data = q_arena_array(q_test_arena(), n + 1, q_dtype_bits(d) / 8);
    CHECK(t.data != NULL);
    for (size_t i = 0; i < n; i++) {
        float v = (float)(int32_t)(next(seed) % 2001) / 500 - 2;

        if (d == Q_F32)
            ((float *)t.data)[i] = v;
        else if (d == Q_BF16)
            ((uint16_t *)t.data)[i] = narrow__to_bf16(v);
        else
            ((uint8_t *)t.data)[i] = (uint8_t)next(seed);
    }
    return t;
}

static float at(const chain_tensor *t, size_t i)
{
    if (t->dtype == Q_F32)
        return ((const float *)t->data)[i];
    if (t->dtype == Q_BF16)
        return narrow__from_bf16(((const uint16_t *)t->data)[i]);
    return t->dtype == Q_U8 ? ((const uint8_t *)t->data)[i] : ((const int8_t *)t->data)[i];
}

static void compare(const chain_tensor *got, const chain_tensor *want, size_t n)
{
    double slack = got->dtype == Q_F32 ? 1e-5 : got->dtype == Q_BF16 ? 8e-3 : 1;

    for (size_t i = 0; i < n; i++) {
        double g = at(got, i), w = at(want, i);

        if (!(fabs(g - w) <=
              slack * (got->dtype == Q_F32 || got->dtype == Q_BF16 ? 1 + fabs(w) : 1)))
            q_test_fail(__FILE__, __LINE__, "element %zu is %g, not %g", i, g, w);
    }
}

TEST(a_chain_is_its_steps_one_by_one)
{
    static const q_dtype types[] = {Q_F32, Q_BF16, Q_U8, Q_I8};
    static const size_t shapes[][3] = {{1, 1, 1},    {6, 5, 3},    {40, 24, 20}, {300, 33, 100},
                                       {2, 1500, 1}, {9, 2500, 3}, {70, 1024, 7}};

    for (size_t i = 0; i < 7 * 4; i++) {
        size_t rows = shapes[i / 4][0], columns = shapes[i / 4][1], image = shapes[i / 4][2];
        size_t n = rows * columns;
        uint32_t seed = (uint32_t)i;
        q_dtype d = types[i % 4];
        chain_tensor side = tensor(d, n, &seed), side_ref = tensor(d, n, &seed);
        chain_step steps[] = {
            {.kind = CHAIN_SAVE, .x = {.slot = 1}},
            {.kind = CHAIN_BINARY,
             .binary = VECTOR_MUL,
             .x = {CHAIN_COLUMNS, tensor(Q_F32, columns, &seed), 0, 0}},
            {.kind = CHAIN_BINARY,
             .binary = VECTOR_ADD,
             .x = {.shape = CHAIN_SCALAR, .value = 0.5F}},
            {.kind = CHAIN_UNARY, .unary = VECTOR_HARD_SWISH, .a = 1.0F / 6, .b = 0.5F},
            {.kind = CHAIN_STORE, .x = {CHAIN_SAME, side, 0, 0}},
            {.kind = CHAIN_SWAPPED,
             .binary = VECTOR_SUB,
             .x = {CHAIN_IMAGE, tensor(d, rows / image * columns, &seed), 0, 0}},
            {.kind = CHAIN_BINARY, .binary = VECTOR_MAX, .x = {CHAIN_SAVED, {0}, 0, 1}},
            {.kind = CHAIN_BINARY,
             .binary = VECTOR_ADD,
             .x = {CHAIN_ROWS, tensor(Q_F32, rows, &seed), 0, 0}},
            {.kind = CHAIN_BINARY,
             .binary = VECTOR_MUL,
             .x = {CHAIN_SAME, tensor(types[i / 4 % 4], n, &seed), 0, 0}},
            {.kind = CHAIN_UNARY, .unary = VECTOR_SIGMOID},
        };
        kernel_chain c = {rows,
                          columns,
                          image,
                          tensor(d, n, &seed),
                          tensor(d, n, &seed),
                          steps,
                          sizeof steps / sizeof *steps};
        chain_tensor fast = c.out;

        CHECK(kernel__chain_fits(c.steps, c.step_count));
        kernel__chain(NULL, &c);
        c.out = tensor(d, n, &seed);
        steps[4].x.tensor = side_ref;
        kernel__chain_ref(&c);
        compare(&fast, &c.out, n);
        compare(&side, &side_ref, n);
    }
}

TEST(a_chain_may_work_in_place)
{
    uint32_t seed = 5;
    chain_tensor t = tensor(Q_F32, 5000, &seed), copy = tensor(Q_F32, 5000, &seed);
    chain_step step = {.kind = CHAIN_UNARY, .unary = VECTOR_AFFINE, .a = 2, .b = 1};

    memcpy(copy.data, t.data, 5000 * sizeof(float));
    kernel__chain(NULL, &(kernel_chain){100, 50, 0, t, t, &step, 1});
    for (size_t i = 0; i < 5000; i++)
        CHECK_NEAR(at(&t, i), 2 * at(&copy, i) + 1, 1e-6);
}

TEST(too_long_a_chain_does_not_fit)
{
    chain_step steps[CHAIN_STEPS + 1] = {0};

    CHECK(kernel__chain_fits(steps, CHAIN_STEPS));
    CHECK(!kernel__chain_fits(steps, CHAIN_STEPS + 1));
    for (size_t i = 0; i <= CHAIN_PATTERNS; i++) {
        steps[i].kind = CHAIN_BINARY;
        steps[i].x.shape = CHAIN_COLUMNS;
    }
    CHECK(!kernel__chain_fits(steps, CHAIN_STEPS));
}

TEST_MAIN("engine/kernel_chain")
