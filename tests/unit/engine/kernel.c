/* Each kernel of each instruction set beside its plain twin, over many shapes. */
#include "engine/kernel.h"
#include "engine/narrow.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static float number(uint32_t *seed)
{
    return (float)(int32_t)(next(seed) % 2001) / 1000 - 1;
}

static size_t bytes_of(q_dtype d)
{
    return q_dtype_bits(d) / 8;
}

/* A block of n random elements, exactly as large as it must be, so that sanitizers
 * see a read past its end.
 */
static void *numbers(q_dtype d, size_t n, uint32_t *seed)
{
    void *p = q_arena_array(q_test_arena(), n + 1, bytes_of(d));

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++) {
        float v = number(seed);

        if (d == Q_F32)
            ((float *)p)[i] = v;
        else if (d == Q_BF16)
            ((uint16_t *)p)[i] = narrow__to_bf16(v);
        else
            ((uint8_t *)p)[i] = (uint8_t)next(seed);
    }
    return p;
}

static double at(q_dtype d, const void *p, size_t i)
{
    switch (d) {
    case Q_F32:
        return ((const float *)p)[i];
    case Q_BF16:
        return narrow__from_bf16(((const uint16_t *)p)[i]);
    case Q_U8:
        return ((const uint8_t *)p)[i];
    default:
        return ((const int8_t *)p)[i];
    }
}

static void compare(q_dtype d, const void *got, const void *want, size_t n, double tolerance)
{
    double slack = d == Q_F32 ? tolerance : d == Q_BF16 ? tolerance + 0.008 : 1;

    for (size_t i = 0; i < n; i++) {
        double w = at(d, want, i), g = at(d, got, i);
        double room = d == Q_F32 || d == Q_BF16 ? slack * (1 + fabs(w)) : slack;

        if (!(fabs(g - w) <= room))
            q_test_fail(__FILE__, __LINE__, "element %zu of %zu (%s) is %g, not %g", i, n,
                        q_dtype_name(d), g, w);
    }
}

static q_dtype partner(q_dtype b)
{
    return b == Q_I8 ? Q_U8 : b;
}

static kernel_matrix matrix(q_dtype type, size_t n, size_t taps, size_t k, uint32_t *seed)
{
    kernel_matrix m = {.dtype = type, .n = n, .taps = taps, .k = k};
    void *source = numbers(type == Q_I8 ? Q_I8 : Q_F32, n * taps * k, seed);
    q_shape s = kernel__packed_shape(&m);
    char *out = q_arena_alloc(q_test_arena(), q_shape_count(&s) * bytes_of(type) + 64);

    CHECK(out != NULL);
    out += (64 - (uintptr_t)out % 64) % 64;
    kernel__pack(source, k * n, n, 1, &m, out);
    return m;
}

/* One of many epilogues, by number. */
static kernel_epilogue epilogue(size_t number, q_dtype b, q_dtype out, size_t n, size_t residuals,
                                uint32_t *seed)
{
    static const kernel_activation acts[] = {
        {KERNEL_ACT_NONE, 0, 0},
        {KERNEL_ACT_RELU, 0, 0},
        {KERNEL_ACT_CLIP, -0.5F, 0.7F},
        {KERNEL_ACT_LEAKY, 0.1F, 0},
        {KERNEL_ACT_HARD_SIGMOID, 0.2F, 0.5F},
        {KERNEL_ACT_HARD_SWISH, 1.0F / 6, 0.5F},
        {KERNEL_ACT_SIGMOID, 0, 0},
        {KERNEL_ACT_SILU, 0, 0},
        {KERNEL_ACT_TANH, 0, 0},
        {KERNEL_ACT_GELU, 0, 0},
        {KERNEL_ACT_GELU_TANH, 0, 0},
    };
    size_t count = sizeof acts / sizeof *acts;
    kernel_epilogue e = {.mul = 1, .out = out, .out_scale = 0.05F, .out_zero = 3};
    float *scale = numbers(Q_F32, n, seed);

    for (size_t i = 0; i < n; i++)
        scale[i] = b == Q_I8 ? scale[i] * 1e-4F : scale[i];
    e.first = acts[number % count];
    if (b == Q_I8 || number % 5 == 1)
        e.scale = scale;
    if (number % 3 != 1)
        e.bias = numbers(Q_F32, n, seed);
    if (number % 4 == 2) {
        e.mul = 0.75F;
        e.add = -0.25F;
    }
    if (number % 4 > 1) {
        e.residual = numbers(out, residuals, seed);
        e.residual_scale = 0.04F;
        e.residual_zero = 7;
        e.last = acts[number / 2 % count];
    }
    return e;
}

static bool has(kernel_isa isa)
{
    return isa <= kernel__isa();
}

static const kernel_isa isas[] = {KERNEL_PLAIN, KERNEL_AVX2, KERNEL_AVX512, KERNEL_AVX512_BF16};
static const struct {
    q_dtype b, out;
} types[] = {{Q_F32, Q_F32}, {Q_BF16, Q_BF16}, {Q_BF16, Q_F32}, {Q_I8, Q_U8},
             {Q_I8, Q_I8},   {Q_I8, Q_F32},    {Q_F32, Q_BF16}, {Q_F32, Q_U8}};
#define TYPES (sizeof types / sizeof *types)

static void gemm_case(size_t t, size_t m, size_t n, size_t k, size_t number)
{
    uint32_t seed = (uint32_t)(m * 7919 + n * 104729 + k * 1299709 + number);
    q_dtype out = types[t].out;
    kernel_matrix b = matrix(types[t].b, n, 1, k, &seed);
    size_t a_stride = k + number % 3, out_stride = n + number % 2;
    kernel_epilogue e = epilogue(number, types[t].b, out, n, m * n, &seed);
    kernel_gemm g = {m,
                     numbers(partner(types[t].b), (m - 1) * a_stride + k, &seed),
                     a_stride,
                     &b,
                     numbers(out, m * out_stride, &seed),
                     out_stride,
                     &e};
    kernel_gemm ref = g;

    e.residual_stride = n;
    ref.out = numbers(out, m * out_stride, &seed);
    memcpy(ref.out, g.out, m * out_stride * bytes_of(out));
    kernel__gemm_ref(&ref);
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++)
        if (has(isas[i])) {
            kernel__gemm_on(isas[i], NULL, &g);
            compare(out, g.out, ref.out, m * out_stride, types[t].b == Q_BF16 ? 2e-4 : 2e-5);
        }
}

TEST(a_product_is_its_definition)
{
    static const size_t ms[] = {1, 2, 3, 6, 7, 13, 14, 15, 29, 40},
                        ns[] = {1, 7, 8, 15, 16, 17, 24, 25, 33, 48, 70, 130};
    static const size_t ks[] = {1, 2, 3, 5, 16, 31, 64};
    size_t number = 0;

    for (size_t t = 0; t < TYPES; t++)
        for (size_t m = 0; m < sizeof ms / sizeof *ms; m++)
            for (size_t n = 0; n < sizeof ns / sizeof *ns; n++, number++)
                gemm_case(t, ms[m], ns[n], ks[number % (sizeof ks / sizeof *ks)], number);
}

TEST(a_large_product_is_cut_into_the_same_sums)
{
    gemm_case(0, 200, 300, 700, 3);
    gemm_case(0, 3, 1500, 300, 1);
    gemm_case(3, 150, 200, 333, 2);
}

static void conv_case(kernel_conv c, size_t t, size_t channels, size_t n, bool merged,
                      size_t number)
{
    uint32_t seed = (uint32_t)number;
    q_dtype out = types[t].out, in = partner(types[t].b);
    size_t taps = c.kernel_h * c.kernel_w;
    kernel_matrix b = merged ? matrix(types[t].b, n, c.kernel_h, channels * c.kernel_w, &seed)
                             : matrix(types[t].b, n, taps, channels, &seed);
    size_t pixels = c.batch * c.out_h * c.out_w;
    kernel_epilogue e = epilogue(number, types[t].b, out, n, pixels * n, &seed);
    kernel_conv ref;

    e.residual_stride = n;
    c.in = numbers(in, c.batch * c.in_h * c.in_w * channels, &seed);
    c.b = &b;
    c.pad_value = in == Q_U8 ? (int)(number % 2 * 100) : 0;
    c.out = numbers(out, pixels * n, &seed);
    c.out_stride = n;
    c.epilogue = &e;
    ref = c;
    ref.out = numbers(out, pixels * n, &seed);
    kernel__conv_ref(&ref);
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++)
        if (has(isas[i])) {
            memset(c.out, 0x7f, pixels * n * bytes_of(out));
            kernel__conv_on(isas[i], NULL, &c);
            compare(out, c.out, ref.out, pixels * n, types[t].b == Q_BF16 ? 4e-4 : 4e-5);
        }
}

/* kernel, stride, dilation, pad, each high and wide. */
static const size_t windows[][8] = {
    {3, 3, 1, 1, 1, 1, 1, 1}, {3, 3, 2, 2, 1, 1, 1, 1}, {1, 3, 1, 1, 1, 1, 0, 1},
    {5, 5, 1, 1, 1, 1, 2, 2}, {3, 3, 2, 1, 1, 1, 1, 1}, {5, 5, 1, 2, 1, 1, 2, 2},
    {3, 3, 1, 1, 2, 2, 2, 2}, {1, 1, 2, 2, 1, 1, 0, 0}, {2, 2, 1, 1, 1, 1, 0, 0},
    {7, 7, 2, 2, 1, 1, 3, 3}, {1, 9, 1, 1, 1, 1, 0, 8}, {3, 2, 1, 3, 3, 1, 4, 0},
    {1, 1, 1, 1, 1, 1, 0, 0}, {7, 7, 1, 1, 1, 1, 3, 3},
};
#define WINDOWS (sizeof windows / sizeof *windows)

static bool window_set(const size_t *w, size_t high, size_t wide, size_t *out_h, size_t *out_w)
{
    size_t reach_h = (w[0] - 1) * w[4] + 1, reach_w = (w[1] - 1) * w[5] + 1;

    if (high + 2 * w[6] < reach_h || wide + 2 * w[7] < reach_w)
        return false;
    *out_h = (high + 2 * w[6] - reach_h) / w[2] + 1;
    *out_w = (wide + 2 * w[7] - reach_w) / w[3] + 1;
    return true;
}

TEST(a_convolution_is_its_definition)
{
    static const size_t sizes[][2] = {{1, 1}, {5, 7}, {9, 33}, {4, 64}};
    static const size_t channels[] = {1, 3, 4, 7, 16, 18}, ns[] = {1, 5, 16, 24, 40};
    size_t number = 0;

    for (size_t t = 0; t < TYPES; t++)
        for (size_t i = 0; i < WINDOWS; i++)
            for (size_t s = 0; s < 4; s++) {
                const size_t *w = windows[i];
                kernel_conv c = {.batch = 1 + number % 2,
                                 .in_h = sizes[s][0],
                                 .in_w = sizes[s][1],
                                 .kernel_h = w[0],
                                 .kernel_w = w[1],
                                 .stride_h = w[2],
                                 .stride_w = w[3],
                                 .dilation_h = w[4],
                                 .dilation_w = w[5],
                                 .pad_top = w[6],
                                 .pad_left = w[7]};
                size_t k = channels[number % 6], n = ns[number / 2 % 5];

                if (!window_set(w, c.in_h, c.in_w, &c.out_h, &c.out_w))
                    continue;
                conv_case(c, t, k, n, w[5] == 1 && number % 3 == 0, number);
                number++;
            }
}

TEST(a_window_too_large_to_copy_comes_in_parts)
{
    kernel_conv c = {.batch = 1,
                     .in_h = 3,
                     .in_w = 4,
                     .out_h = 3,
                     .out_w = 4,
                     .kernel_h = 3,
                     .kernel_w = 3,
                     .stride_h = 1,
                     .stride_w = 1,
                     .dilation_h = 1,
                     .dilation_w = 1,
                     .pad_top = 1,
                     .pad_left = 1};

    conv_case(c, 0, 3000, 3, false, 1);
    conv_case(c, 0, 13000, 2, false, 2);
    conv_case(c, 3, 50001, 2, false, 4);
    c.kernel_h = c.kernel_w = 9;
    c.pad_top = c.pad_left = 4;
    conv_case(c, 0, 8, 3, false, 3);
    conv_case(c, 3, 5, 3, false, 3);
}

TEST(a_transposed_convolution_is_its_definition)
{
    static const size_t kernels[][2] = {{2, 2}, {1, 3}, {4, 4}};

    for (size_t t = 0; t < TYPES; t++)
        for (size_t i = 0; i < 9; i++) {
            uint32_t seed = (uint32_t)(t * 31 + i);
            size_t kh = kernels[i % 3][0], kw = kernels[i % 3][1], co = 1 + i * 3, k = 5 + i;
            size_t n = 2 * kh * 5 * 17 * kw * co;
            kernel_matrix b = matrix(types[t].b, kw * co, kh, k, &seed);
            kernel_epilogue e = epilogue(i, types[t].b, types[t].out, kw * co, n, &seed);
            kernel_deconv d = {2,  5,
                               17, kh,
                               kw, numbers(partner(types[t].b), 2 * 5 * 17 * k, &seed),
                               &b, numbers(types[t].out, n, &seed),
                               &e};
            kernel_deconv ref = d;

            ref.out = numbers(types[t].out, n, &seed);
            kernel__deconv_ref(&ref);
            for (size_t v = 0; v < sizeof isas / sizeof *isas; v++)
                if (has(isas[v])) {
                    kernel__deconv_on(isas[v], NULL, &d);
                    compare(types[t].out, d.out, ref.out, n, types[t].b == Q_BF16 ? 4e-4 : 4e-5);
                }
        }
}

TEST(a_depthwise_convolution_is_its_definition)
{
    static const size_t sizes[][2] = {{1, 1}, {5, 7}, {9, 33}, {4, 64}};
    static const size_t channels[] = {1, 3, 16, 24, 70, 130};
    size_t number = 0;

    for (size_t t = 0; t < TYPES; t++)
        for (size_t i = 0; i < WINDOWS; i++)
            for (size_t s = 0; s < 4; s++, number++) {
                const size_t *w = windows[i];
                uint32_t seed = (uint32_t)number;
                q_dtype in = partner(types[t].b), out = types[t].out;
                kernel_depthwise d = {.batch = 1 + number % 2,
                                      .channels = channels[number % 6],
                                      .in_h = sizes[s][0],
                                      .in_w = sizes[s][1],
                                      .kernel_h = w[0],
                                      .kernel_w = w[1],
                                      .stride_h = w[2],
                                      .stride_w = w[3],
                                      .dilation_h = w[4],
                                      .dilation_w = w[5],
                                      .pad_top = w[6],
                                      .pad_left = w[7],
                                      .dtype = in};
                kernel_depthwise ref;
                kernel_epilogue e;
                size_t n;

                if (!window_set(w, d.in_h, d.in_w, &d.out_h, &d.out_w))
                    continue;
                n = d.batch * d.out_h * d.out_w * d.channels;
                e = epilogue(number, types[t].b, out, d.channels, n, &seed);
                d.in = numbers(in, d.batch * d.in_h * d.in_w * d.channels, &seed);
                d.weights = numbers(in == Q_U8 ? Q_I8 : Q_F32, w[0] * w[1] * d.channels, &seed);
                d.pad_value = in == Q_U8 ? (int)(number % 2 * 100) : 0;
                d.out = numbers(out, n, &seed);
                d.epilogue = &e;
                ref = d;
                ref.out = numbers(out, n, &seed);
                kernel__depthwise_ref(&ref);
                for (size_t v = 0; v < sizeof isas / sizeof *isas; v++)
                    if (has(isas[v])) {
                        kernel__depthwise_on(isas[v], NULL, &d);
                        compare(out, d.out, ref.out, n, 4e-5);
                    }
            }
}

TEST(pooling_is_its_definition)
{
    static const q_dtype kinds[] = {Q_F32, Q_BF16, Q_U8, Q_I8};
    static const size_t sizes[][2] = {{1, 1}, {5, 7}, {9, 33}, {14, 15}};
    static const size_t channels[] = {1, 3, 16, 24, 70, 130};
    size_t number = 0;

    for (size_t t = 0; t < 4; t++)
        for (size_t i = 0; i < WINDOWS; i++)
            for (size_t s = 0; s < 4; s++, number++) {
                const size_t *w = windows[i];
                uint32_t seed = (uint32_t)number;
                kernel_pool p = {.batch = 2,
                                 .channels = channels[number % 6],
                                 .in_h = sizes[s][0],
                                 .in_w = sizes[s][1],
                                 .kernel_h = w[0],
                                 .kernel_w = w[1],
                                 .stride_h = w[2],
                                 .stride_w = w[3],
                                 .dilation_h = w[4],
                                 .dilation_w = w[5],
                                 .pad_top = w[6],
                                 .pad_left = w[7],
                                 .pad_bottom = w[6],
                                 .pad_right = w[7],
                                 .mean = number % 2,
                                 .count_pad = number % 4 > 1,
                                 .dtype = kinds[t]};
                kernel_pool ref;
                size_t n;

                if (number % 5 == 0) { /* of the whole image */
                    p.kernel_h = p.in_h;
                    p.kernel_w = p.in_w;
                    p.dilation_h = p.dilation_w = 1;
                    p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 0;
                    p.out_h = p.out_w = 1;
                } else if (!window_set(w, p.in_h, p.in_w, &p.out_h, &p.out_w)) {
                    continue;
                }
                n = p.batch * p.out_h * p.out_w * p.channels;
                p.in = numbers(p.dtype, p.batch * p.in_h * p.in_w * p.channels, &seed);
                p.out = numbers(p.dtype, n, &seed);
                ref = p;
                ref.out = numbers(p.dtype, n, &seed);
                kernel__pool_ref(&ref);
                for (size_t v = 0; v < sizeof isas / sizeof *isas; v++)
                    if (has(isas[v])) {
                        kernel__pool_on(isas[v], NULL, &p);
                        compare(p.dtype, p.out, ref.out, n, 1e-6);
                    }
            }
}

/* -- The same bits for any team -- */

static void same_bits(size_t t, void (*run)(q_team *team, void *ctx), void *ctx, void *out,
                      size_t n)
{
    size_t bytes = n * bytes_of(types[t].out);
    void *first = q_arena_alloc(q_test_arena(), bytes);
    q_err err;

    CHECK(first != NULL);
    for (size_t threads = 1; threads <= 3; threads++) {
        q_team *team = NULL;

        CHECK_EQ(q_team_new(threads, &team, &err), Q_OK);
        memset(out, 0, bytes);
        run(team, ctx);
        q_team_free(team);
        if (threads == 1)
            memcpy(first, out, bytes);
        else
            CHECK(!memcmp(first, out, bytes));
    }
}

static void run_gemm(q_team *team, void *ctx)
{
    kernel__gemm(team, ctx);
}

static void run_conv(q_team *team, void *ctx)
{
    kernel__conv(team, ctx);
}

TEST(the_bits_do_not_depend_on_the_team)
{
    for (size_t t = 0; t < TYPES; t++) {
        uint32_t seed = (uint32_t)t;
        kernel_matrix b = matrix(types[t].b, 72, 1, 300, &seed), w;
        kernel_epilogue e = epilogue(t, types[t].b, types[t].out, 72, 1500 * 72, &seed);
        void *a = numbers(partner(types[t].b), 1500 * 300, &seed);
        void *out = numbers(types[t].out, 1500 * 72, &seed);
        kernel_gemm g = {150, a, 300, &b, out, 72, &e};
        kernel_conv c = {.batch = 1,
                         .in_h = 30,
                         .in_w = 50,
                         .out_h = 30,
                         .out_w = 50,
                         .kernel_h = 3,
                         .kernel_w = 3,
                         .stride_h = 1,
                         .stride_w = 1,
                         .dilation_h = 1,
                         .dilation_w = 1,
                         .pad_top = 1,
                         .pad_left = 1,
                         .in = a,
                         .b = &w,
                         .out = out,
                         .out_stride = 72,
                         .epilogue = &e};

        e.residual_stride = 72;
        same_bits(t, run_gemm, &g, out, 150 * 72);
        w = matrix(types[t].b, 72, 9, 100, &seed);
        same_bits(t, run_conv, &c, out, 1500 * 72);
    }
}

TEST(packing_lays_out_panels_of_columns)
{
    const float source[] = {1, 2, 3, 4, 5, 6}; /* [k 3][n 2] */
    kernel_matrix m = {Q_BF16, 2, 1, 3, NULL};
    q_shape s = kernel__packed_shape(&m);
    _Alignas(64) uint16_t out[64];

    CHECK_EQ(q_shape_count(&s), 64);
    kernel__pack(source, 0, 2, 1, &m, out);
    CHECK_NEAR(narrow__from_bf16(out[0]), 1, 0); /* k 0, n 0 */
    CHECK_NEAR(narrow__from_bf16(out[1]), 3, 0); /* k 1, n 0 */
    CHECK_NEAR(narrow__from_bf16(out[2]), 2, 0); /* k 0, n 1 */
    CHECK_NEAR(narrow__from_bf16(out[32]), 5, 0);
    CHECK_EQ(out[33], 0);
    CHECK(m.data == out);
}

TEST_MAIN("engine/kernel")
