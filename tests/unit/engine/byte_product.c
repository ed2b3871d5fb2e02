/* The packed product beside its plain twin, to the bit. */
#include "engine/byte_product.h"
#include "engine/tensor.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* n bytes and no more, so that sanitizers see a read past the end. */
static uint8_t *some_bytes(size_t n, bool extreme, uint32_t *seed)
{
    uint8_t *p = malloc(n ? n : 1);

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++)
        p[i] = extreme ? next(seed) % 8 ? 0xff : 0x80 : (uint8_t)next(seed);
    return p;
}

/* Variant: bits 0 and 1 the signs; then zero points of none, one, each; then extreme values. */
static void compare(q_team *team, size_t m, size_t n, size_t k, unsigned variant, uint32_t *seed)
{
    bool extreme = variant / 36 % 2;
    unsigned a_zeros = variant / 4 % 3, b_zeros = variant / 12 % 3;
    uint8_t *a = some_bytes(m * k, extreme, seed), *b = some_bytes(k * n, extreme, seed);
    uint8_t *az = some_bytes(m, false, seed), *bz = some_bytes(n, false, seed);
    int32_t *got = malloc((m * n + 1) * sizeof *got), *want = malloc((m * n + 1) * sizeof *want);
    byte_product p = {.m = m,
                      .n = n,
                      .k = k,
                      .a = a,
                      .b = b,
                      .a_signed = variant & 1,
                      .b_signed = variant & 2,
                      .a_zero = a_zeros ? az : NULL,
                      .a_zeros = a_zeros == 1 ? 1 : m,
                      .b_zero = b_zeros ? bz : NULL,
                      .b_zeros = b_zeros == 1 ? 1 : n};
    size_t bytes;
    void *scratch;

    CHECK(got && want && byte_product__scratch(&p, &bytes));
    CHECK_EQ(bytes % Q_TENSOR_ALIGN, 0);
    scratch = aligned_alloc(Q_TENSOR_ALIGN, bytes ? bytes : Q_TENSOR_ALIGN);
    CHECK(scratch != NULL);
    memset(scratch, 0x5a, bytes);
    memset(got, 0x5a, m * n * sizeof *got);
    p.y = got;
    byte_product__run(team, &p, scratch);
    p.y = want;
    byte_product__ref(&p);
    for (size_t i = 0; i < m * n; i++)
        if (got[i] != want[i])
            q_test_fail(__FILE__, __LINE__,
                        "%zu x %zu x %zu, variant %u: element %zu is %d, not %d", m, k, n, variant,
                        i, got[i], want[i]);
    free(a);
    free(b);
    free(az);
    free(bz);
    free(got);
    free(want);
    free(scratch);
}

TEST(as_the_plain_twin)
{
    static const size_t sizes[][3] = {{1, 1, 1},  {1, 16, 4},   {2, 17, 5},  {3, 15, 7},
                                      {7, 33, 3}, {16, 48, 64}, {29, 9, 66}, {4, 130, 31},
                                      {5, 3, 0},  {0, 4, 4},    {4, 0, 4}};
    uint32_t seed = 7;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (unsigned variant = 0; variant < 72; variant++)
            compare(NULL, sizes[i][0], sizes[i][1], sizes[i][2], variant, &seed);
}

/* 255 * 127 * k passes 2^24, where a float has no longer every whole number. */
TEST(exact_where_floats_are_not)
{
    q_team *team = NULL;
    uint32_t seed = 11;

    CHECK(!q_team_new(3, &team, NULL));
    for (unsigned variant = 0; variant < 4; variant++) {
        compare(team, 9, 21, 1537, variant, &seed);
        compare(team, 3, 5, 9001, variant + 36, &seed);
        compare(team, 3, 5, 9001, variant + 36 + 16, &seed);
    }
    q_team_free(team);
}

/* Sums beyond int32 go round, as those of the twin. */
TEST(wraps)
{
    size_t k = 70001;
    uint8_t *a = malloc(k), *b = malloc(k);
    byte_product p = {.m = 1, .n = 1, .k = k, .a = a, .b = b};
    int32_t got = 0, want = 0;
    size_t bytes;
    void *scratch;

    CHECK(a && b && byte_product__scratch(&p, &bytes));
    memset(a, 255, k);
    memset(b, 255, k);
    scratch = aligned_alloc(Q_TENSOR_ALIGN, bytes);
    CHECK(scratch != NULL);
    p.y = &got;
    byte_product__run(NULL, &p, scratch);
    p.y = &want;
    byte_product__ref(&p);
    CHECK_EQ(got, want);
    CHECK_EQ(want, (int32_t)(uint32_t)(70001ULL * 255 * 255));
    free(a);
    free(b);
    free(scratch);
}

TEST(too_large)
{
    byte_product p = {.m = 2, .n = SIZE_MAX / 4, .k = 64};
    size_t bytes;

    CHECK(!byte_product__scratch(&p, &bytes));
}

TEST_MAIN("engine/byte_product")
