/* engine/kernel.h - the inner loops that take the time, and what they share.
 *
 * Images are NHWC: a pixel's channels lie together, so that a convolution is a
 * product of rows (pixels) with a packed matrix (weights), and bias, activation and
 * sum are applied while the result is in registers (the epilogue).
 *
 * Each kernel has a plain twin (NAME_ref) and variants for instruction sets,
 * chosen once (kernel__isa). All variants read the same packing. For one
 * instruction set the bits of a result depend on its row, column and the
 * shapes alone: not on how the work was cut, nor by how many threads.
 */
#ifndef ENGINE_KERNEL_H
#define ENGINE_KERNEL_H

#include "engine/team.h"
#include "engine/tensor.h"

typedef enum kernel_isa { KERNEL_PLAIN, KERNEL_AVX2, KERNEL_AVX512, KERNEL_AVX512_BF16 } kernel_isa;
/* The best this processor has; QUERN_ISA=plain|avx2|avx512 in the environment, as it
 * was at the first call, lowers it. KERNEL_AVX512 has F, BW, DQ, VL and VNNI.
 */
kernel_isa kernel__isa(void);

typedef enum kernel_act {
    KERNEL_ACT_NONE,
    KERNEL_ACT_RELU,
    KERNEL_ACT_CLIP,         /* min(max(x, a), b) */
    KERNEL_ACT_LEAKY,        /* x < 0 ? a x : x */
    KERNEL_ACT_HARD_SIGMOID, /* min(max(a x + b, 0), 1) */
    KERNEL_ACT_HARD_SWISH,   /* x * min(max(a x + b, 0), 1), usually a = 1/6, b = 1/2 */
    KERNEL_ACT_SIGMOID,
    KERNEL_ACT_SILU, /* x * sigmoid(x) */
    KERNEL_ACT_TANH,
    KERNEL_ACT_GELU,     /* exact, with erf */
    KERNEL_ACT_GELU_TANH /* the tanh approximation */
} kernel_act;

typedef struct kernel_activation {
    kernel_act kind;
    float a, b;
} kernel_activation;

/* What happens to a sum before it is stored, in this order; c is its column:
 *
 *     v = sum * scale[c] + bias[c]        scale of int8 products; NULL: 1
 *     v = first(v) * mul + add
 *     v = v + residual[row, c] * residual_scale
 *     v = last(v)
 *     store v                             out Q_F32, Q_BF16
 *     store round(v / out_scale) + out_zero, clamped     out Q_U8, Q_I8
 *
 * Out Q_I32, of int8 products and kernel__gemm alone: the sum modulo 2^32 and nothing else.
 */
typedef struct kernel_epilogue {
    const float *scale, *bias; /* [n] or NULL */
    kernel_activation first;
    float mul, add;         /* 1 and 0 when not used */
    const void *residual;   /* NULL: none; rows of out's type and stride */
    size_t residual_stride; /* elements from row to row */
    float residual_scale;   /* of Q_U8 and Q_I8 */
    int residual_zero;
    kernel_activation last;
    q_dtype out;
    float out_scale;
    int out_zero;
} kernel_epilogue;

/* A matrix [k, n] of weights, packed for the kernels: panels of 16 columns,
 * and within a panel k by k, in groups of 1 (f32), 2 (bf16) or 4 (int8) rows:
 *
 *     [n / 16 rounded up][taps][k / group rounded up][16][group], zero-filled
 *
 * A convolution has taps = kernel height * width, and k input channels each.
 */
#define KERNEL_PANEL 16
typedef struct kernel_matrix {
    q_dtype dtype; /* Q_F32, Q_BF16, Q_I8 */
    size_t n, taps, k;
    const void *data; /* borrowed; aligned to Q_TENSOR_ALIGN */
} kernel_matrix;

size_t kernel__group(q_dtype dtype);                  /* 1, 2, 4 */
q_shape kernel__packed_shape(const kernel_matrix *m); /* of the tensor that holds it */
/* Pack weights [taps][k][n] given by strides in elements; source f32 (rounded to bf16
 * for Q_BF16) or, for Q_I8, int8.
 */
void kernel__pack(const void *source, size_t tap_stride, size_t k_stride, size_t n_stride,
                  kernel_matrix *m, void *out);

/* out[m, n] = epilogue(a[m, k] * b). `a` has b's partner type: f32 for f32, bf16
 * for bf16, u8 for int8 (its zero point is in the bias: add -zero * column sum * scale).
 */
typedef struct kernel_gemm {
    size_t m;
    const void *a;
    size_t a_stride; /* elements from row to row */
    const kernel_matrix *b;
    void *out;
    size_t out_stride;
    const kernel_epilogue *epilogue;
} kernel_gemm;
void kernel__gemm(q_team *team, const kernel_gemm *g);

/* A convolution over NHWC, group 1. Pixels outside the image are `pad_value` (the zero
 * point, of u8; 0 otherwise). b->taps is kernel_h * kernel_w; or kernel_h, with
 * b->k = kernel_w * channels, which packs images of few channels (3) tighter: then
 * dilation_w is 1.
 */
typedef struct kernel_conv {
    size_t batch, in_h, in_w, out_h, out_w; /* b->n channels out */
    size_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    size_t pad_top, pad_left;
    const void *in; /* dense NHWC */
    int pad_value;
    const kernel_matrix *b;
    void *out; /* NHWC, out_stride elements from pixel to pixel; so the residual */
    size_t out_stride;
    const kernel_epilogue *epilogue;
} kernel_conv;
void kernel__conv(q_team *team, const kernel_conv *c);

/* A transposed convolution whose windows do not meet: strides as its kernel, no padding;
 * the image grows kernel_h times kernel_w. b: taps = kernel_h, k input channels,
 * n = kernel_w * output channels, as are the epilogue's scale and bias.
 */
typedef struct kernel_deconv {
    size_t batch, in_h, in_w, kernel_h, kernel_w;
    const void *in; /* dense NHWC */
    const kernel_matrix *b;
    void *out; /* dense NHWC */
    const kernel_epilogue *epilogue;
} kernel_deconv;
void kernel__deconv(q_team *team, const kernel_deconv *d);

/* Each channel by itself. Weights [kernel_h * kernel_w][channels], of f32 for f32 and bf16
 * images, int8 for u8. `out` and the residual are dense: out_stride and the
 * epilogue's residual_stride are not used.
 */
typedef struct kernel_depthwise {
    size_t batch, channels, in_h, in_w, out_h, out_w;
    size_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    size_t pad_top, pad_left;
    q_dtype dtype; /* of in: Q_F32, Q_BF16, Q_U8 */
    const void *in;
    int pad_value;
    const void *weights;
    void *out;
    const kernel_epilogue *epilogue;
} kernel_depthwise;
void kernel__depthwise(q_team *team, const kernel_depthwise *c);

/* Greatest or mean of a window of each channel. A mean counts the pixels inside
 * the image; with count_pad those outside too, where the window reaches no further than
 * pad_bottom and pad_right. The mean of a whole image is a window as large.
 */
typedef struct kernel_pool {
    size_t batch, channels, in_h, in_w, out_h, out_w;
    size_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    size_t pad_top, pad_left, pad_bottom, pad_right;
    bool mean, count_pad;
    q_dtype dtype; /* Q_F32, Q_BF16, Q_U8, Q_I8; of out too, with the same scale */
    const void *in;
    void *out; /* dense NHWC both */
} kernel_pool;
void kernel__pool(q_team *team, const kernel_pool *p);

/* -- Plain twins: the definitions as loops -- */

void kernel__gemm_ref(const kernel_gemm *g);
void kernel__conv_ref(const kernel_conv *c);
void kernel__deconv_ref(const kernel_deconv *d);
void kernel__depthwise_ref(const kernel_depthwise *d);
void kernel__pool_ref(const kernel_pool *p);

/* -- With an instruction set of one's own choice, for tests and benches -- */

void kernel__gemm_on(kernel_isa isa, q_team *team, const kernel_gemm *g);
void kernel__conv_on(kernel_isa isa, q_team *team, const kernel_conv *c);
void kernel__deconv_on(kernel_isa isa, q_team *team, const kernel_deconv *d);
void kernel__depthwise_on(kernel_isa isa, q_team *team, const kernel_depthwise *d);
void kernel__pool_on(kernel_isa isa, q_team *team, const kernel_pool *p);

#endif
