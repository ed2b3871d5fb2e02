/* engine/vector_loops.h - vector.h's loops: the text of vector_plain.c and its
 * brothers, which define LOOP (the functions' attribute: an instruction set)
 * and TABLE (the table's name).
 */
#include "engine/vector.h"
#include "engine/vector_math.h"

#include <math.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#ifdef __clang__
#define INDEPENDENT
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

#define UNARY(name, value)                                                                         \
    LOOP static void name(const float *in, float *out, size_t n, float a, float b)                 \
    {                                                                                              \
        (void)a;                                                                                   \
        (void)b;                                                                                   \
        INDEPENDENT                                                                                \
        for (size_t i = 0; i < n; i++) {                                                           \
            float x = in[i];                                                                       \
            out[i] = (value);                                                                      \
        }                                                                                          \
    }

/* sqrtf calls a function for errno's sake, whatever vector_flags.h says. */
VECTOR_INLINE float root(float x)
{
#ifdef __SSE__
    return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x)));
#else
    return sqrtf(x);
#endif
}

VECTOR_INLINE float clip(float x, float low, float high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

VECTOR_INLINE float celu_of(float x, float a)
{
    float low = a * vector__expm1_negative(x < 0.0F ? x / a : 0.0F);

    return x < 0.0F ? low : x;
}

VECTOR_INLINE float elu_of(float x, float a)
{
    float low = a * vector__expm1_negative(x < 0.0F ? x : 0.0F);

    return x < 0.0F ? low : x;
}

UNARY(abs_loop, __builtin_fabsf(x))
UNARY(neg_loop, -x)
UNARY(sign_loop, x > 0.0F ? 1.0F : (x < 0.0F ? -1.0F : x))
UNARY(floor_loop, floorf(x))
UNARY(ceil_loop, ceilf(x))
UNARY(round_loop, rintf(x))
UNARY(square_loop, x *x)
UNARY(sqrt_loop, root(x))
UNARY(reciprocal_loop, 1.0F / x)
UNARY(exp_loop, vector__exp(x))
UNARY(exp_minus_loop, vector__exp(x - a))
UNARY(log_loop, vector__log(x))
UNARY(erf_loop, vector__erf(x))
UNARY(tanh_loop, vector__tanh(x))
UNARY(sigmoid_loop, vector__sigmoid(x))
UNARY(silu_loop, x *vector__sigmoid(a *x))
UNARY(gelu_loop, vector__gelu(x))
UNARY(gelu_tanh_loop, vector__gelu_tanh(x))
UNARY(relu_loop, x < 0.0F ? 0.0F : x)
UNARY(clip_loop, clip(x, a, b))
UNARY(leaky_loop, x < 0.0F ? a * x : x)
UNARY(elu_loop, elu_of(x, a))
UNARY(selu_loop, b *elu_of(x, a))
UNARY(celu_loop, celu_of(x, a))
UNARY(softplus_loop, vector__softplus(x))
UNARY(softsign_loop, x / (1.0F + __builtin_fabsf(x)))
UNARY(hard_sigmoid_loop, clip(a *x + b, 0.0F, 1.0F))
UNARY(hard_swish_loop, x *clip(a *x + b, 0.0F, 1.0F))
UNARY(mish_loop, x *vector__tanh(vector__softplus(x)))
UNARY(threshold_loop, x > a ? x : 0.0F)
UNARY(shrink_loop, x < -a ? x + b : (x > a ? x - b : 0.0F))
UNARY(affine_loop, a *x + b)

#define BINARY(name, value)                                                                        \
    LOOP static void name(const float *left, size_t left_step, const float *right,                 \
                          size_t right_step, float *out, size_t n)                                 \
    {                                                                                              \
        if (left_step && right_step) {                                                             \
            INDEPENDENT                                                                            \
            for (size_t i = 0; i < n; i++) {                                                       \
                float x = left[i], y = right[i];                                                   \
                out[i] = (value);                                                                  \
            }                                                                                      \
        } else if (left_step) {                                                                    \
            float y = *right;                                                                      \
            INDEPENDENT                                                                            \
            for (size_t i = 0; i < n; i++) {                                                       \
                float x = left[i];                                                                 \
                out[i] = (value);                                                                  \
            }                                                                                      \
        } else {                                                                                   \
            float x = *left;                                                                       \
            INDEPENDENT                                                                            \
            for (size_t i = 0; i < n; i++) {                                                       \
                float y = right[i * right_step];                                                   \
                out[i] = (value);                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

VECTOR_INLINE float least(float x, float y)
{
    float m = x < y ? x : y;

    return x == x ? m : x;
}

VECTOR_INLINE float greatest(float x, float y)
{
    float m = x > y ? x : y;

    return x == x ? m : x;
}

BINARY(add_loop, x + y)
BINARY(sub_loop, x - y)
BINARY(mul_loop, x *y)
BINARY(div_loop, x / y)
BINARY(min_loop, least(x, y))
BINARY(max_loop, greatest(x, y))
BINARY(prelu_loop, x < 0.0F ? x * y : x)

/* LANES sums side by side, joined as a tree. */
#define LANES 32

#define FOLD(name, first, step, join)                                                              \
    LOOP static float name(const float *in, size_t n)                                              \
    {                                                                                              \
        float lane[LANES];                                                                         \
        size_t i = 0;                                                                              \
        for (size_t k = 0; k < LANES; k++)                                                         \
            lane[k] = (first);                                                                     \
        for (; i + LANES <= n; i += LANES)                                                         \
            for (size_t k = 0; k < LANES; k++) {                                                   \
                float s = lane[k], x = in[i + k];                                                  \
                lane[k] = (step);                                                                  \
            }                                                                                      \
        for (size_t k = 0; i < n; i++, k++) {                                                      \
            float s = lane[k], x = in[i];                                                          \
            lane[k] = (step);                                                                      \
        }                                                                                          \
        for (size_t half = LANES / 2; half > 0; half /= 2)                                         \
            for (size_t k = 0; k < half; k++) {                                                    \
                float s = lane[k], x = lane[k + half];                                             \
                lane[k] = (join);                                                                  \
            }                                                                                      \
        return lane[0];                                                                            \
    }

FOLD(sum_fold, 0.0F, s + x, s + x)
FOLD(sum_abs_fold, 0.0F, s + __builtin_fabsf(x), s + x)
FOLD(sum_squares_fold, 0.0F, s + x * x, s + x)
FOLD(product_fold, 1.0F, s *x, s *x)
FOLD(least_fold, __builtin_inff(), least(s, x), least(s, x))
FOLD(greatest_fold, -__builtin_inff(), greatest(s, x), greatest(s, x))

const vector_table TABLE = {
    .unary =
        {
            [VECTOR_ABS] = abs_loop,
            [VECTOR_NEG] = neg_loop,
            [VECTOR_SIGN] = sign_loop,
            [VECTOR_FLOOR] = floor_loop,
            [VECTOR_CEIL] = ceil_loop,
            [VECTOR_ROUND] = round_loop,
            [VECTOR_SQUARE] = square_loop,
            [VECTOR_SQRT] = sqrt_loop,
            [VECTOR_RECIPROCAL] = reciprocal_loop,
            [VECTOR_EXP] = exp_loop,
            [VECTOR_EXP_MINUS] = exp_minus_loop,
            [VECTOR_LOG] = log_loop,
            [VECTOR_ERF] = erf_loop,
            [VECTOR_TANH] = tanh_loop,
            [VECTOR_SIGMOID] = sigmoid_loop,
            [VECTOR_SILU] = silu_loop,
            [VECTOR_GELU] = gelu_loop,
            [VECTOR_GELU_TANH] = gelu_tanh_loop,
            [VECTOR_RELU] = relu_loop,
            [VECTOR_CLIP] = clip_loop,
            [VECTOR_LEAKY] = leaky_loop,
            [VECTOR_ELU] = elu_loop,
            [VECTOR_SELU] = selu_loop,
            [VECTOR_CELU] = celu_loop,
            [VECTOR_SOFTPLUS] = softplus_loop,
            [VECTOR_SOFTSIGN] = softsign_loop,
            [VECTOR_HARD_SIGMOID] = hard_sigmoid_loop,
            [VECTOR_HARD_SWISH] = hard_swish_loop,
            [VECTOR_MISH] = mish_loop,
            [VECTOR_THRESHOLD] = threshold_loop,
            [VECTOR_SHRINK] = shrink_loop,
            [VECTOR_AFFINE] = affine_loop,
        },
    .binary =
        {
            [VECTOR_ADD] = add_loop,
            [VECTOR_SUB] = sub_loop,
            [VECTOR_MUL] = mul_loop,
            [VECTOR_DIV] = div_loop,
            [VECTOR_MIN] = min_loop,
            [VECTOR_MAX] = max_loop,
            [VECTOR_PRELU] = prelu_loop,
        },
    .fold =
        {
            [VECTOR_SUM] = sum_fold,
            [VECTOR_SUM_ABS] = sum_abs_fold,
            [VECTOR_SUM_SQUARES] = sum_squares_fold,
            [VECTOR_PRODUCT] = product_fold,
            [VECTOR_LEAST] = least_fold,
            [VECTOR_GREATEST] = greatest_fold,
        },
};
