/* engine/vector_math.h - exp, log, tanh and erf of float, without branches.
 *
 * For loops that the compiler turns into vector code: each is straight-line
 * arithmetic and selects, correct for every float (infinities, NaN,
 * subnormals), within 4e-7 of the true value, relatively; vector.h has whole
 * loops over arrays, chosen by instruction set. A file of such loops starts with
 * #include "engine/vector_flags.h", which lets the compiler fuse multiply and
 * add, and select instead of branch.
 *
 * The polynomials are minimax fits by iteratively reweighted least squares to
 * the functions in double, over the intervals that the comments name.
 */
#ifndef ENGINE_VECTOR_MATH_H
#define ENGINE_VECTOR_MATH_H

#include <stdint.h>
#include <string.h>

#define VECTOR_INLINE static inline __attribute__((always_inline))

VECTOR_INLINE float vector__from_bits(uint32_t u)
{
    float f;

    memcpy(&f, &u, sizeof f);
    return f;
}

VECTOR_INLINE uint32_t vector__to_bits(float f)
{
    uint32_t u;

    memcpy(&u, &f, sizeof u);
    return u;
}

/* e^x = 2^n * e^r, r in [-ln 2 / 2, ln 2 / 2]; 2^n in two factors, so that
 * subnormal results and infinity come out by themselves.
 */
VECTOR_INLINE float vector__exp(float x)
{
    const float shift = 0x1.8p23F; /* adding it rounds to an integer in the low bits */
    float clamped = x < -104.0F ? -104.0F : x;

    clamped = clamped > 89.0F ? 89.0F : clamped;
    float shifted = clamped * 1.44269504F + shift;
    float n = shifted - shift;
    float r = clamped - n * 0.693145752F; /* ln 2 in two parts; the first has few bits */
    r = r - n * 1.42860677e-6F;
    float p = 0.0013950337F;
    p = p * r + 0.0083688219F;
    p = p * r + 0.0416662089F;
    p = p * r + 0.1666651957F;
    p = p * r + 0.5000000094F;
    p = p * (r * r) + r;
    p = p + 1.0F;
    int32_t whole = (int32_t)(vector__to_bits(shifted) - 0x4b400000U);
    int32_t half = whole >> 1;
    float s1 = vector__from_bits((uint32_t)(half + 127) << 23);
    float s2 = vector__from_bits((uint32_t)(whole - half + 127) << 23);
    return p * s1 * s2;
}

/* 2 atanh(s) / s - 2, for s * s = z in [0, 0.0295]. */
VECTOR_INLINE float vector__atanh_tail(float z)
{
    float p = 2 * 0.1493489243F;

    p = p * z + 2 * 0.1998881649F;
    p = p * z + 2 * 0.3333338769F;
    return p * z;
}

/* ln x = e ln 2 + ln m, m in [sqrt 1/2, sqrt 2), ln m = 2 atanh((m - 1) / (m + 1)). */
VECTOR_INLINE float vector__log(float x)
{
    float tiny = x < 0x1p-126F ? 1.0F : 0.0F;
    float scaled = x < 0x1p-126F ? x * 0x1p23F : x;
    uint32_t u = vector__to_bits(scaled);
    uint32_t up = u - 0x3f3504f3U; /* sqrt 1/2 becomes 0 */
    float e = (float)((int32_t)up >> 23) - 23.0F * tiny;
    float m = vector__from_bits((up & 0x7fffffU) + 0x3f3504f3U);
    float f = m - 1.0F;
    float s = f / (f + 2.0F);
    float tail = vector__atanh_tail(s * s);
    /* 2 s = f - s f, so that f, which is exact, stands alone. */
    float ln = (s * (tail - f) + e * 1.42860677e-6F) + f;
    float y = e * 0.693145752F + ln;

    y = x == 0.0F ? -__builtin_inff() : y;
    y = x > 0x1.fffffep127F ? x : y;
    return x >= 0.0F ? y : __builtin_nanf("");
}

/* ln(1 + u) for u in [0, 1]. */
VECTOR_INLINE float vector__log1p_unit(float u)
{
    float s = u / (2.0F + u), z = s * s;
    float p = 2 * 0.1215198461F;

    p = p * z + 2 * 0.1071355535F;
    p = p * z + 2 * 0.1430845344F;
    p = p * z + 2 * 0.1999943911F;
    p = p * z + 2 * 0.333333378F;
    return s * (p * z) + 2.0F * s;
}

VECTOR_INLINE float vector__sigmoid(float x)
{
    return 1.0F / (1.0F + vector__exp(-x));
}

/* A polynomial below 0.625, where 1 - e^-2x would lose digits. */
VECTOR_INLINE float vector__tanh(float x)
{
    float a = __builtin_fabsf(x), z = x * x;
    float p = -0.0056939751F;
    p = p * z + 0.0206308768F;
    p = p * z + -0.0537377805F;
    p = p * z + 0.1333142725F;
    p = p * z + -0.3333328176F;
    float small = x * (p * z) + x;
    float e = vector__exp(-2.0F * a);
    float large = __builtin_copysignf((1.0F - e) / (1.0F + e), x);

    return a < 0.625F ? small : large;
}

/* erf x / x as a ratio of polynomials in x * x on [0, 3.9], highest power first; from
 * there on erf is 1 in float.
 */
#define VECTOR_ERF_END 3.9F
#define VECTOR_ERF_P(at)                                                                           \
    at(2.3000501514e-04F) at(3.5402623135e-03F) at(5.1369578105e-02F) at(1.8866140079e-01F)        \
        at(1.1283791375e+00F)
#define VECTOR_ERF_Q(at)                                                                           \
    at(-1.1346820606e-07F) at(2.3241434610e-05F) at(1.0452202550e-03F) at(1.4342325235e-02F)       \
        at(1.1237269797e-01F) at(5.0052929595e-01F) at(1.0F)

VECTOR_INLINE float vector__erf(float x)
{
    float c = x > VECTOR_ERF_END ? VECTOR_ERF_END : (x < -VECTOR_ERF_END ? -VECTOR_ERF_END : x);
    float z = c * c, p = 0, q = 0;

#define VECTOR_P_STEP(a) p = p * z + a;
#define VECTOR_Q_STEP(a) q = q * z + a;
    VECTOR_ERF_P(VECTOR_P_STEP)
    VECTOR_ERF_Q(VECTOR_Q_STEP)
#undef VECTOR_P_STEP
#undef VECTOR_Q_STEP
    float ratio = c * p / q;

    ratio = x == x ? ratio : x;
    return x > VECTOR_ERF_END ? 1.0F : (x < -VECTOR_ERF_END ? -1.0F : ratio);
}

VECTOR_INLINE float vector__gelu(float x)
{
    return 0.5F * x * (1.0F + vector__erf(x * 0.707106781F));
}

VECTOR_INLINE float vector__gelu_tanh(float x)
{
    return 0.5F * x * (1.0F + vector__tanh(0.797884561F * (x + 0.044715F * x * x * x)));
}

/* ln(1 + e^x) */
VECTOR_INLINE float vector__softplus(float x)
{
    float e = vector__exp(-__builtin_fabsf(x));

    return (x < 0.0F ? 0.0F : x) + vector__log1p_unit(e);
}

/* e^x - 1, for x <= 0. */
VECTOR_INLINE float vector__expm1_negative(float x)
{
    /* tanh(x / 2) (e^x + 1) keeps the digits near 0. */
    float e = vector__exp(x);

    return x > -0.5F ? vector__tanh(0.5F * x) * (e + 1.0F) : e - 1.0F;
}

#endif
