/* What the kernels reach, beside oneDNN in the same run where it is installed.
 *
 *   bench_kernels [WORD]      only shapes whose line contains WORD
 *
 * One thread, and the time that it has the processor. Each round runs ours, then oneDNN's; the
 * least time of either counts, so that other load on the machine disturbs both alike. Bias and ReLU
 * are applied by both. Peak is what a loop of nothing but products in registers reaches.
 */
#include "engine/kernel.h"
#include "engine/narrow.h"

#ifdef HAVE_DNNL
#include <oneapi/dnnl/dnnl.h>
#endif

#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef enum kind { DENSE, DEPTHWISE } kind;

typedef struct shape {
    const char *name;
    kind kind;
    size_t h, w, in, out, kernel_h, kernel_w, stride_h, stride_w;
} shape;

/* A product [m, k] x [k, n] is a 1 x 1 convolution of m pixels. */
#define PRODUCT(name, m, k, n)                                                                     \
    {                                                                                              \
        name, DENSE, 1, m, k, n, 1, 1, 1, 1                                                        \
    }
static const shape shapes[] = {
    {"det stem 3x3 s2", DENSE, 960, 960, 3, 16, 3, 3, 2, 2},
    {"det dw 3x3", DEPTHWISE, 480, 480, 16, 16, 3, 3, 1, 1},
    {"det 1x1", DENSE, 480, 480, 16, 32, 1, 1, 1, 1},
    {"det dw 3x3 s2", DEPTHWISE, 480, 480, 32, 32, 3, 3, 2, 2},
    {"det 1x1", DENSE, 240, 240, 32, 48, 1, 1, 1, 1},
    {"det dw 3x3", DEPTHWISE, 240, 240, 48, 48, 3, 3, 1, 1},
    {"det 1x1", DENSE, 240, 240, 48, 48, 1, 1, 1, 1},
    {"det dw 3x3", DEPTHWISE, 120, 120, 96, 96, 3, 3, 1, 1},
    {"det 1x1", DENSE, 120, 120, 96, 96, 1, 1, 1, 1},
    {"det dw 5x5", DEPTHWISE, 60, 60, 192, 192, 5, 5, 1, 1},
    {"det 1x1", DENSE, 60, 60, 192, 192, 1, 1, 1, 1},
    {"det dw 5x5", DEPTHWISE, 30, 30, 384, 384, 5, 5, 1, 1},
    {"det 1x1", DENSE, 30, 30, 384, 384, 1, 1, 1, 1},
    {"det 1x1", DENSE, 240, 240, 12, 96, 1, 1, 1, 1},
    {"det 1x1", DENSE, 120, 120, 96, 18, 1, 1, 1, 1},
    {"det neck 3x3", DENSE, 30, 30, 96, 24, 3, 3, 1, 1},
    {"det neck 3x3", DENSE, 120, 120, 96, 24, 3, 3, 1, 1},
    {"det neck 3x3", DENSE, 240, 240, 96, 24, 3, 3, 1, 1},
    {"rec stem 3x3 s2", DENSE, 48, 320, 3, 16, 3, 3, 2, 2},
    {"rec dw 3x3", DEPTHWISE, 24, 160, 32, 32, 3, 3, 1, 1},
    {"rec 1x1", DENSE, 24, 160, 64, 64, 1, 1, 1, 1},
    {"rec dw 3x3 s2x1", DEPTHWISE, 24, 160, 64, 64, 3, 3, 2, 1},
    {"rec 1x1", DENSE, 12, 160, 128, 128, 1, 1, 1, 1},
    {"rec dw 5x5", DEPTHWISE, 12, 80, 240, 240, 5, 5, 1, 1},
    {"rec 1x1", DENSE, 12, 80, 240, 240, 1, 1, 1, 1},
    {"rec dw 5x5", DEPTHWISE, 6, 80, 480, 480, 5, 5, 1, 1},
    {"rec 1x1", DENSE, 6, 80, 480, 480, 1, 1, 1, 1},
    {"rec 1x1", DENSE, 3, 80, 480, 480, 1, 1, 1, 1},
    {"rec 1x3", DENSE, 1, 40, 960, 60, 1, 3, 1, 1},
    PRODUCT("rec qkv", 40, 120, 360),
    PRODUCT("rec head", 40, 120, 6625),
    PRODUCT("bert", 128, 768, 768),
    PRODUCT("bert", 128, 768, 3072),
    PRODUCT("minilm", 64, 384, 1536),
    PRODUCT("square", 1024, 1024, 1024),
    PRODUCT("whisper", 1500, 512, 512),
    PRODUCT("whisper", 1500, 2048, 512),
    PRODUCT("whisper token", 1, 512, 2048),
    PRODUCT("whisper head", 1, 512, 51865),
    {"whisper conv 1x3", DENSE, 1, 3000, 80, 512, 1, 3, 1, 1},
    {"resnet 3x3", DENSE, 56, 56, 64, 64, 3, 3, 1, 1},
    {"resnet 3x3", DENSE, 14, 14, 256, 256, 3, 3, 1, 1},
    {"resnet 3x3", DENSE, 7, 7, 512, 512, 3, 3, 1, 1},
    {"resnet stem 7x7", DENSE, 224, 224, 3, 64, 7, 7, 2, 2},
};

static const q_dtype types[] = {Q_F32, Q_BF16, Q_U8};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *block(size_t bytes)
{
    void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);

    if (!p) {
        fprintf(stderr, "bench_kernels: out of memory\n");
        exit(1);
    }
    return p;
}

/* -- Peak -- */

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16")))
#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

TARGET static double peak_f32(size_t rounds)
{
    __m512 a = _mm512_set1_ps(1e-3F);
#define PEAK_DECLARE(i) __m512 s##i = a;
    EACH(PEAK_DECLARE)
    for (size_t r = 0; r < rounds; r++) {
#define PEAK_STEP(i)                                                                               \
    s##i = _mm512_fmadd_ps(s##i, a, a);                                                            \
    __asm__ volatile("" : "+v"(s##i));
        EACH(PEAK_STEP)
    }
    return 12.0 * 32 * (double)rounds;
}

TARGET static double peak_bf16(size_t rounds)
{
    __m512 a = _mm512_set1_ps(1e-3F);
    EACH(PEAK_DECLARE)
    for (size_t r = 0; r < rounds; r++) {
#define PEAK_STEP_BF16(i)                                                                          \
    s##i = _mm512_dpbf16_ps(s##i, (__m512bh)a, (__m512bh)a);                                       \
    __asm__ volatile("" : "+v"(s##i));
        EACH(PEAK_STEP_BF16)
    }
    return 12.0 * 64 * (double)rounds;
}

TARGET static double peak_i8(size_t rounds)
{
    __m512i a = _mm512_set1_epi8(1);
#define PEAK_DECLARE_I8(i) __m512i s##i = a;
    EACH(PEAK_DECLARE_I8)
    for (size_t r = 0; r < rounds; r++) {
#define PEAK_STEP_I8(i)                                                                            \
    s##i = _mm512_dpbusd_epi32(s##i, a, a);                                                        \
    __asm__ volatile("" : "+v"(s##i));
        EACH(PEAK_STEP_I8)
    }
    return 12.0 * 128 * (double)rounds;
}

/* Operations in a second, the best of some runs; 0 where the processor lacks them. */
static double peak(q_dtype type)
{
    double best = 0;

    if (kernel__isa() < KERNEL_AVX512_BF16)
        return 0;
    for (int i = 0; i < 20; i++) {
        double t = now(), work = type == Q_F32    ? peak_f32(100000)
                                 : type == Q_BF16 ? peak_bf16(100000)
                                                  : peak_i8(100000);

        t = now() - t;
        best = work / t > best ? work / t : best;
    }
    return best;
}

/* -- Ours -- */

typedef struct ours {
    kernel_matrix b;
    kernel_epilogue e;
    kernel_conv conv;
    kernel_depthwise depthwise;
    void *weights, *packed, *in, *out;
    float *bias;
} ours;

static size_t size_of(q_dtype d)
{
    return q_dtype_bits(d) / 8;
}

static size_t out_size(size_t in, size_t kernel, size_t stride)
{
    return (in + 2 * (kernel / 2) - kernel) / stride + 1;
}

static void fill(q_dtype d, void *p, size_t n)
{
    uint32_t seed = 1;

    for (size_t i = 0; i < n; i++) {
        float v;

        seed = seed * 1664525u + 1013904223u;
        v = (float)(int32_t)((seed >> 8) % 2001) / 1000 - 1;
        if (d == Q_F32)
            ((float *)p)[i] = v;
        else if (d == Q_BF16)
            ((uint16_t *)p)[i] = narrow__to_bf16(v);
        else
            ((uint8_t *)p)[i] = (uint8_t)(seed >> 24);
    }
}

static void ours_make(const shape *s, q_dtype type, ours *o)
{
    size_t oh = out_size(s->h, s->kernel_h, s->stride_h);
    size_t ow = out_size(s->w, s->kernel_w, s->stride_w), taps = s->kernel_h * s->kernel_w;
    size_t weights = s->kind == DENSE ? taps * s->in * s->out : taps * s->in;
    q_dtype weight = type == Q_U8 ? Q_I8 : Q_F32;
    bool merged = s->in < 4 && s->kernel_w > 1;
    q_shape packed;

    *o = (ours){.e = {.mul = 1, .out = type, .out_scale = 100, .first = {KERNEL_ACT_RELU, 0, 0}}};
    o->weights = block(weights * size_of(weight));
    o->in = block(s->h * s->w * s->in * size_of(type));
    o->out = block(oh * ow * s->out * size_of(type));
    o->bias = block(s->out * sizeof(float));
    fill(weight, o->weights, weights);
    fill(type, o->in, s->h * s->w * s->in);
    fill(Q_F32, o->bias, s->out);
    o->e.bias = o->bias;
    if (s->kind == DEPTHWISE) {
        o->depthwise = (kernel_depthwise){1,
                                          s->in,
                                          s->h,
                                          s->w,
                                          oh,
                                          ow,
                                          s->kernel_h,
                                          s->kernel_w,
                                          s->stride_h,
                                          s->stride_w,
                                          1,
                                          1,
                                          s->kernel_h / 2,
                                          s->kernel_w / 2,
                                          type,
                                          o->in,
                                          0,
                                          o->weights,
                                          o->out,
                                          &o->e};
        return;
    }
    o->b = (kernel_matrix){type == Q_U8 ? Q_I8 : type, s->out, merged ? s->kernel_h : taps,
                           merged ? s->in * s->kernel_w : s->in, NULL};
    packed = kernel__packed_shape(&o->b);
    o->packed = block(q_shape_count(&packed) * size_of(o->b.dtype));
    kernel__pack(o->weights, o->b.k * s->out, s->out, 1, &o->b, o->packed);
    o->conv = (kernel_conv){1,
                            s->h,
                            s->w,
                            oh,
                            ow,
                            s->kernel_h,
                            s->kernel_w,
                            s->stride_h,
                            s->stride_w,
                            1,
                            1,
                            s->kernel_h / 2,
                            s->kernel_w / 2,
                            o->in,
                            0,
                            &o->b,
                            o->out,
                            s->out,
                            &o->e};
}

static void ours_run(const shape *s, const ours *o)
{
    if (s->kind == DEPTHWISE)
        kernel__depthwise(NULL, &o->depthwise);
    else
        kernel__conv(NULL, &o->conv);
}

static void ours_free(ours *o)
{
    free(o->weights);
    free(o->packed);
    free(o->in);
    free(o->out);
    free(o->bias);
}

/* -- oneDNN -- */

typedef struct theirs {
#ifdef HAVE_DNNL
    dnnl_stream_t stream;
    dnnl_primitive_t primitive;
    dnnl_memory_t memory[4];
    void *block[4];
#endif
    bool there;
} theirs;

#ifdef HAVE_DNNL
static void describe(dnnl_memory_desc_t *d, int rank, const dnnl_dims_t dims, dnnl_data_type_t t,
                     dnnl_format_tag_t tag)
{
    dnnl_memory_desc_init_by_tag(d, rank, dims, t, tag);
}

static bool describe_work(const shape *s, q_dtype type, dnnl_primitive_attr_t attr,
                          dnnl_engine_t engine, dnnl_primitive_desc_t *out)
{
    dnnl_data_type_t t = type == Q_F32 ? dnnl_f32 : type == Q_BF16 ? dnnl_bf16 : dnnl_u8;
    dnnl_data_type_t wt = type == Q_U8 ? dnnl_s8 : t;
    dnnl_dim_t oh = (dnnl_dim_t)out_size(s->h, s->kernel_h, s->stride_h);
    dnnl_dim_t ow = (dnnl_dim_t)out_size(s->w, s->kernel_w, s->stride_w);
    dnnl_dim_t in = (dnnl_dim_t)s->in, on = (dnnl_dim_t)s->out, h = (dnnl_dim_t)s->h;
    dnnl_dim_t w = (dnnl_dim_t)s->w, kh = (dnnl_dim_t)s->kernel_h, kw = (dnnl_dim_t)s->kernel_w;
    dnnl_memory_desc_t src, weights, bias, dst;

    if (s->kind == DENSE && s->h == 1 && kw == 1) { /* a product */
        dnnl_matmul_desc_t m;

        describe(&src, 2, (dnnl_dims_t){w, in}, t, dnnl_ab);
        describe(&weights, 2, (dnnl_dims_t){in, on}, wt, dnnl_format_tag_any);
        describe(&bias, 2, (dnnl_dims_t){1, on}, dnnl_f32, dnnl_ab);
        describe(&dst, 2, (dnnl_dims_t){w, on}, t, dnnl_ab);
        return dnnl_matmul_desc_init(&m, &src, &weights, &bias, &dst) == dnnl_success &&
               dnnl_primitive_desc_create(out, &m, attr, engine, NULL) == dnnl_success;
    }
    dnnl_convolution_desc_t c;

    describe(&src, 4, (dnnl_dims_t){1, in, h, w}, t, dnnl_nhwc);
    if (s->kind == DENSE)
        describe(&weights, 4, (dnnl_dims_t){on, in, kh, kw}, wt, dnnl_format_tag_any);
    else
        describe(&weights, 5, (dnnl_dims_t){in, 1, 1, kh, kw}, wt, dnnl_format_tag_any);
    describe(&bias, 1, (dnnl_dims_t){on}, dnnl_f32, dnnl_a);
    describe(&dst, 4, (dnnl_dims_t){1, on, oh, ow}, t, dnnl_nhwc);
    return dnnl_convolution_forward_desc_init(
               &c, dnnl_forward_inference, dnnl_convolution_auto, &src, &weights, &bias, &dst,
               (dnnl_dims_t){(dnnl_dim_t)s->stride_h, (dnnl_dim_t)s->stride_w},
               (dnnl_dims_t){kh / 2, kw / 2}, (dnnl_dims_t){kh / 2, kw / 2}) == dnnl_success &&
           dnnl_primitive_desc_create(out, &c, attr, engine, NULL) == dnnl_success;
}

static void theirs_make(const shape *s, q_dtype type, theirs *o)
{
    static const dnnl_query_t what[] = {dnnl_query_src_md, dnnl_query_weights_md,
                                        dnnl_query_weights_md, dnnl_query_dst_md};
    dnnl_primitive_attr_t attr;
    dnnl_post_ops_t ops;
    dnnl_primitive_desc_t p = NULL;
    dnnl_engine_t engine;
    float scale = 0.01F;

    *o = (theirs){0};
    dnnl_engine_create(&engine, dnnl_cpu, 0);
    dnnl_stream_create(&o->stream, engine, dnnl_stream_default_flags);
    dnnl_primitive_attr_create(&attr);
    dnnl_post_ops_create(&ops);
    dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0);
    dnnl_primitive_attr_set_post_ops(attr, ops);
    if (type == Q_U8)
        dnnl_primitive_attr_set_output_scales(attr, 1, 0, &scale);
    if (describe_work(s, type, attr, engine, &p)) {
        dnnl_primitive_create(&o->primitive, p);
        for (int i = 0; i < 4; i++) {
            const dnnl_memory_desc_t *d = dnnl_primitive_desc_query_md(p, what[i], i == 2 ? 1 : 0);

            o->block[i] = block(dnnl_memory_desc_get_size(d));
            memset(o->block[i], 0, dnnl_memory_desc_get_size(d));
            dnnl_memory_create(&o->memory[i], d, engine, o->block[i]);
        }
        fill(type, o->block[0], s->h * s->w * s->in);
        o->there = true;
        dnnl_primitive_desc_destroy(p);
    }
    dnnl_post_ops_destroy(ops);
    dnnl_primitive_attr_destroy(attr);
    dnnl_engine_destroy(engine);
}

static void theirs_run(const theirs *o)
{
    dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, o->memory[0]},
                              {DNNL_ARG_WEIGHTS, o->memory[1]},
                              {DNNL_ARG_BIAS, o->memory[2]},
                              {DNNL_ARG_DST, o->memory[3]}};

    dnnl_primitive_execute(o->primitive, o->stream, 4, args);
    dnnl_stream_wait(o->stream);
}

static void theirs_free(theirs *o)
{
    for (int i = 0; i < 4 && o->there; i++) {
        dnnl_memory_destroy(o->memory[i]);
        free(o->block[i]);
    }
    if (o->there)
        dnnl_primitive_destroy(o->primitive);
    dnnl_stream_destroy(o->stream);
}
#else
static void theirs_make(const shape *s, q_dtype type, theirs *o)
{
    (void)s;
    (void)type;
    *o = (theirs){0};
}

static void theirs_run(const theirs *o)
{
    (void)o;
}

static void theirs_free(theirs *o)
{
    (void)o;
}
#endif

/* -- The table -- */

static void line(const shape *s, q_dtype type, double best)
{
    double work = 2.0 * (double)(out_size(s->h, s->kernel_h, s->stride_h) *
                                 out_size(s->w, s->kernel_w, s->stride_w) * s->out * s->kernel_h *
                                 s->kernel_w * (s->kind == DENSE ? s->in : 1));
    double mine = 1e9, other = 1e9, end = now() + 0.25;
    theirs t;
    ours o;

    ours_make(s, type, &o);
    theirs_make(s, type, &t);
    for (int round = 0; round < 5 || now() < end; round++) {
        double start = now(), middle;

        ours_run(s, &o);
        middle = now();
        mine = middle - start < mine ? middle - start : mine;
        if (t.there) {
            theirs_run(&t);
            other = now() - middle < other ? now() - middle : other;
        }
    }
    printf(" %8.3f %6.1f %4.0f%%", mine * 1e3, work / mine * 1e-9,
           best > 0 ? work / mine / best * 100 : 0);
    if (t.there)
        printf(" %8.3f %6.1f %5.2f |", other * 1e3, work / other * 1e-9, other / mine);
    else
        printf("        -      -     - |");
    fflush(stdout);
    theirs_free(&t);
    ours_free(&o);
}

int main(int argc, char **argv)
{
    double best[3];

    printf("ms, Gop/s, share of peak; oneDNN's ms and Gop/s; how many times as fast as it\n");
    for (int t = 0; t < 3; t++) {
        best[t] = peak(types[t]);
        printf("%s: peak %.0f Gop/s\n", q_dtype_name(types[t]), best[t] * 1e-9);
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const shape *s = &shapes[i];
        char name[96];

        snprintf(name, sizeof name, "%-16s %zux%zux%zu->%zu", s->name, s->h, s->w, s->in, s->out);
        if (argc > 1 && !strstr(name, argv[1]))
            continue;
        printf("%-36s|", name);
        for (int t = 0; t < 3; t++)
            line(s, types[t], best[t]);
        printf("\n");
    }
    return 0;
}
