#include "engine/winograd.h"
#include "test.h"

#include <math.h>
#include <string.h>

static float number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / (1 << 23) - 1;
}

static float *numbers(size_t n, uint32_t *seed)
{
    char *p = q_arena_alloc(q_test_arena(), n * sizeof(float) + Q_TENSOR_ALIGN);
    float *aligned;

    CHECK(p != NULL);
    p += (Q_TENSOR_ALIGN - (uintptr_t)p % Q_TENSOR_ALIGN) % Q_TENSOR_ALIGN;
    aligned = (float *)(void *)p;
    for (size_t i = 0; i < n; i++)
        aligned[i] = number(seed);
    return aligned;
}

/* A convolution and its weights in both forms. */
typedef struct both {
    kernel_conv conv;
    kernel_epilogue epilogue;
    kernel_matrix direct, points;
    size_t out_count;
} both;

static void make(both *b, size_t batch, size_t h, size_t w, size_t k, size_t n, size_t pad,
                 bool residual)
{
    uint32_t seed = (uint32_t)(h * 31 + w * 7 + k + n);
    float *weights = numbers(9 * k * n, &seed), *packed;
    q_shape s = winograd__packed_shape(k, n);

    b->conv = (kernel_conv){.batch = batch,
                            .in_h = h,
                            .in_w = w,
                            .out_h = h + 2 * pad - 2,
                            .out_w = w + 2 * pad - 2,
                            .kernel_h = 3,
                            .kernel_w = 3,
                            .stride_h = 1,
                            .stride_w = 1,
                            .dilation_h = 1,
                            .dilation_w = 1,
                            .pad_top = pad,
                            .pad_left = pad,
                            .in = numbers(batch * h * w * k, &seed),
                            .out_stride = n,
                            .epilogue = &b->epilogue};
    b->out_count = batch * b->conv.out_h * b->conv.out_w * n;
    b->epilogue = (kernel_epilogue){.bias = numbers(n, &seed),
                                    .first = {KERNEL_ACT_HARD_SWISH, 1.0F / 6, 0.5F},
                                    .mul = 1,
                                    .out = Q_F32};
    if (residual) {
        b->epilogue.residual = numbers(b->out_count, &seed);
        b->epilogue.residual_stride = n;
    }
    b->points = b->direct = (kernel_matrix){.dtype = Q_F32, .n = n, .taps = 9, .k = k};
    packed = numbers(q_shape_count(&s), &seed);
    CHECK_EQ(winograd__pack(weights, k * n, n, 1, k, n, packed, NULL), Q_OK);
    b->points.data = packed;
    s = kernel__packed_shape(&b->direct);
    packed = numbers(q_shape_count(&s), &seed);
    kernel__pack(weights, k * n, n, 1, &b->direct, packed);
    b->direct.data = packed;
}

static float *run(both *b, q_team *team)
{
    uint32_t seed = 1;
    void *scratch;

    b->conv.b = &b->points;
    b->conv.out = numbers(b->out_count, &seed);
    CHECK(winograd__suits(&b->conv));
    scratch = numbers(winograd__scratch(&b->conv) / sizeof(float), &seed);
    winograd__conv(team, &b->conv, scratch);
    return b->conv.out;
}

static void check(size_t batch, size_t h, size_t w, size_t k, size_t n, size_t pad, bool residual)
{
    uint32_t seed = 1;
    both b;
    float *got, *want;

    make(&b, batch, h, w, k, n, pad, residual);
    got = run(&b, NULL);
    b.conv.b = &b.direct;
    want = b.conv.out = numbers(b.out_count, &seed);
    kernel__conv_ref(&b.conv);
    for (size_t i = 0; i < b.out_count; i++)
        if (!(fabsf(got[i] - want[i]) <= 1e-4F * (float)k / 16)) {
            q_test_fail(__FILE__, __LINE__, "element %zu is %g, not %g", i, (double)got[i],
                        (double)want[i]);
            return;
        }
}

TEST(it_is_the_convolution)
{
    check(1, 16, 16, 16, 8, 1, false);
    check(1, 17, 19, 16, 24, 1, true);
    check(2, 33, 18, 20, 40, 0, true);
    check(1, 40, 45, 96, 24, 1, false);
    check(1, 20, 20, 24, 130, 1, true);
}

TEST(the_team_changes_no_bit)
{
    both b;
    float *alone, *together;
    q_team *team = NULL;

    make(&b, 1, 50, 61, 32, 24, 1, true);
    alone = run(&b, NULL);
    CHECK_EQ(q_team_new(3, &team, NULL), Q_OK);
    together = run(&b, team);
    CHECK(memcmp(alone, together, b.out_count * sizeof(float)) == 0);
    q_team_free(team);
}

TEST(other_forms_do_not_suit)
{
    both b;

    make(&b, 1, 40, 40, 16, 16, 1, false);
    b.conv.b = &b.direct;
    CHECK(winograd__suits(&b.conv));
    b.conv.stride_h = 2;
    CHECK(!winograd__suits(&b.conv));
}

TEST_MAIN("engine/winograd")
