/* Floats of 32 bits take vector.h's loops; the narrower ones are widened, block by block. */
#include "engine/vector_flags.h"

#include "engine/binary.h"
#include "engine/narrow.h"
#include "engine/vector.h"

#include <math.h>

#define LOOP(name, type, result, value)                                                            \
    static void name(const void *left, size_t x_step, const void *right, size_t y_step, void *out, \
                     size_t n)                                                                     \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            type x = ((const type *)left)[i * x_step], y = ((const type *)right)[i * y_step];      \
            ((result *)out)[i] = (result)(value);                                                  \
        }                                                                                          \
    }

/* -- Integers: sums and products keep the low bits, as unsigned ones do -- */

static uint64_t power(uint64_t x, uint64_t y)
{
    uint64_t z = 1;

    for (; y; y >>= 1, x *= x)
        if (y & 1U)
            z *= x;
    return z;
}

static int64_t signed_power(int64_t x, int64_t y)
{
    if (y >= 0)
        return (int64_t)power((uint64_t)x, (uint64_t)y);
    return x == 1 ? 1 : x == -1 ? (y % 2 ? -1 : 1) : 0;
}

static int64_t signed_div(int64_t x, int64_t y)
{
    return y == 0 ? 0 : y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y;
}

static int64_t signed_fmod(int64_t x, int64_t y)
{
    return y == 0 || y == -1 ? 0 : x % y;
}

static int64_t signed_mod(int64_t x, int64_t y)
{
    int64_t m = signed_fmod(x, y);

    return m != 0 && (m < 0) != (y < 0) ? m + y : m;
}

#define INTEGERS(t, type)                                                                          \
    LOOP(t##_add, type, type, (uint64_t)x + (uint64_t)y)                                           \
    LOOP(t##_sub, type, type, (uint64_t)x - (uint64_t)y)                                           \
    LOOP(t##_mul, type, type, (uint64_t)x *(uint64_t)y)                                            \
    LOOP(t##_min, type, type, x < y ? x : y)                                                       \
    LOOP(t##_max, type, type, x > y ? x : y)                                                       \
    LOOP(t##_bit_and, type, type, x &y)                                                            \
    LOOP(t##_bit_or, type, type, x | y)                                                            \
    LOOP(t##_bit_xor, type, type, x ^ y)                                                           \
    COMPARISONS(t, type)

#define COMPARISONS(t, type)                                                                       \
    LOOP(t##_equal, type, uint8_t, x == y)                                                         \
    LOOP(t##_less, type, uint8_t, x < y)                                                           \
    LOOP(t##_greater, type, uint8_t, x > y)                                                        \
    LOOP(t##_less_equal, type, uint8_t, x <= y)                                                    \
    LOOP(t##_greater_equal, type, uint8_t, x >= y)

#define SIGNED(t, type)                                                                            \
    INTEGERS(t, type)                                                                              \
    LOOP(t##_div, type, type, signed_div(x, y))                                                    \
    LOOP(t##_mod, type, type, signed_mod(x, y))                                                    \
    LOOP(t##_fmod, type, type, signed_fmod(x, y))                                                  \
    LOOP(t##_pow, type, type, signed_power(x, y))                                                  \
    LOOP(t##_prelu, type, type, x < 0 ? (uint64_t)x * (uint64_t)y : (uint64_t)x)                   \
    LOOP(t##_left, type, type, (uint64_t)y < 8 * sizeof(type) ? (uint64_t)x << y : 0)              \
    LOOP(t##_right, type, type, (uint64_t)y < 8 * sizeof(type) ? x >> y : x < 0 ? -1 : 0)

#define UNSIGNED(t, type)                                                                          \
    INTEGERS(t, type)                                                                              \
    LOOP(t##_div, type, type, y ? x / y : 0)                                                       \
    LOOP(t##_mod, type, type, y ? x % y : 0)                                                       \
    LOOP(t##_pow, type, type, power(x, y))                                                         \
    LOOP(t##_prelu, type, type, ((void)y, x))                                                      \
    LOOP(t##_left, type, type, y < 8 * sizeof(type) ? (uint64_t)x << y : 0)                        \
    LOOP(t##_right, type, type, y < 8 * sizeof(type) ? (uint64_t)x >> y : 0)

SIGNED(i8, int8_t)
SIGNED(i16, int16_t)
SIGNED(i32, int32_t)
SIGNED(i64, int64_t)
UNSIGNED(u8, uint8_t)
UNSIGNED(u16, uint16_t)
UNSIGNED(u32, uint32_t)
UNSIGNED(u64, uint64_t)
LOOP(bool_and, uint8_t, uint8_t, x &y)
LOOP(bool_or, uint8_t, uint8_t, x | y)
LOOP(bool_xor, uint8_t, uint8_t, x ^ y)

/* -- Floats -- */

static double mod(double x, double y)
{
    double m = fmod(x, y);

    return m != 0 && (m < 0) != (y < 0) ? m + y : m;
}

static float modf32(float x, float y)
{
    return (float)mod((double)x, (double)y);
}

LOOP(f64_add, double, double, x + y)
LOOP(f64_sub, double, double, x - y)
LOOP(f64_mul, double, double, x *y)
LOOP(f64_div, double, double, x / y)
LOOP(f64_min, double, double, x < y || x != x ? x : y)
LOOP(f64_max, double, double, x > y || x != x ? x : y)
LOOP(f64_mod, double, double, mod(x, y))
LOOP(f64_fmod, double, double, fmod(x, y))
LOOP(f64_pow, double, double, pow(x, y))
LOOP(f64_prelu, double, double, x < 0 ? x * y : x)
LOOP(f32_mod, float, float, modf32(x, y))
LOOP(f32_fmod, float, float, fmodf(x, y))
LOOP(f32_powf, float, float, powf(x, y))
COMPARISONS(f32, float)
COMPARISONS(f64, double)

#define F32(name, code)                                                                            \
    static void name(const void *x, size_t x_step, const void *y, size_t y_step, void *z,          \
                     size_t n)                                                                     \
    {                                                                                              \
        vector__table()->binary[code](x, x_step, y, y_step, z, n);                                 \
    }
F32(f32_add, VECTOR_ADD)
F32(f32_sub, VECTOR_SUB)
F32(f32_mul, VECTOR_MUL)
F32(f32_div, VECTOR_DIV)
F32(f32_min, VECTOR_MIN)
F32(f32_max, VECTOR_MAX)
F32(f32_prelu, VECTOR_PRELU)

/* Squares and roots are what models ask of Pow. */
static void f32_pow(const void *x, size_t x_step, const void *y, size_t y_step, void *z, size_t n)
{
    const float *power_of = y;

    if (x_step && !y_step && *power_of == 2.0F)
        vector__table()->unary[VECTOR_SQUARE](x, z, n, 0, 0);
    else
        f32_powf(x, x_step, y, y_step, z, n);
}

static binary_loop *const f32_loops[BINARY_CODE_COUNT] = {
    [BINARY_ADD] = f32_add,
    [BINARY_SUB] = f32_sub,
    [BINARY_MUL] = f32_mul,
    [BINARY_DIV] = f32_div,
    [BINARY_MIN] = f32_min,
    [BINARY_MAX] = f32_max,
    [BINARY_MOD] = f32_mod,
    [BINARY_FMOD] = f32_fmod,
    [BINARY_POW] = f32_pow,
    [BINARY_PRELU] = f32_prelu,
    [BINARY_EQUAL] = f32_equal,
    [BINARY_LESS] = f32_less,
    [BINARY_GREATER] = f32_greater,
    [BINARY_LESS_EQUAL] = f32_less_equal,
    [BINARY_GREATER_EQUAL] = f32_greater_equal,
};

#define BLOCK 256

/* float16 and bfloat16 as f32 and back. */
static void widened(binary_code code, q_dtype d, const uint16_t *x, size_t x_step,
                    const uint16_t *y, size_t y_step, void *z, size_t n)
{
    float left[BLOCK], right[BLOCK], out[BLOCK];

    for (size_t i = 0; i < n; i += BLOCK) {
        size_t some = n - i < BLOCK ? n - i : BLOCK;

        narrow__widen(x + i * x_step, d, x_step ? some : 1, left);
        narrow__widen(y + i * y_step, d, y_step ? some : 1, right);
        if (code >= BINARY_EQUAL) {
            f32_loops[code](left, x_step, right, y_step, (uint8_t *)z + i, some);
        } else {
            f32_loops[code](left, x_step, right, y_step, out, some);
            narrow__narrow(out, d, some, (uint16_t *)z + i);
        }
    }
}

#define NARROW(name, code)                                                                         \
    static void f16_##name(const void *x, size_t x_step, const void *y, size_t y_step, void *z,    \
                           size_t n)                                                               \
    {                                                                                              \
        widened(code, Q_F16, x, x_step, y, y_step, z, n);                                          \
    }                                                                                              \
    static void bf16_##name(const void *x, size_t x_step, const void *y, size_t y_step, void *z,   \
                            size_t n)                                                              \
    {                                                                                              \
        widened(code, Q_BF16, x, x_step, y, y_step, z, n);                                         \
    }
NARROW(add, BINARY_ADD)
NARROW(sub, BINARY_SUB)
NARROW(mul, BINARY_MUL)
NARROW(div, BINARY_DIV)
NARROW(min, BINARY_MIN)
NARROW(max, BINARY_MAX)
NARROW(mod, BINARY_MOD)
NARROW(fmod, BINARY_FMOD)
NARROW(pow, BINARY_POW)
NARROW(prelu, BINARY_PRELU)
NARROW(equal, BINARY_EQUAL)
NARROW(less, BINARY_LESS)
NARROW(greater, BINARY_GREATER)
NARROW(less_equal, BINARY_LESS_EQUAL)
NARROW(greater_equal, BINARY_GREATER_EQUAL)

/* -- Which loop -- */

#define ALL_LOOPS(t)                                                                               \
    [BINARY_ADD] = t##_add, [BINARY_SUB] = t##_sub, [BINARY_MUL] = t##_mul,                        \
    [BINARY_DIV] = t##_div, [BINARY_MIN] = t##_min, [BINARY_MAX] = t##_max,                        \
    [BINARY_MOD] = t##_mod, [BINARY_POW] = t##_pow, [BINARY_PRELU] = t##_prelu,                    \
    [BINARY_EQUAL] = t##_equal, [BINARY_LESS] = t##_less, [BINARY_GREATER] = t##_greater,          \
    [BINARY_LESS_EQUAL] = t##_less_equal, [BINARY_GREATER_EQUAL] = t##_greater_equal
#define BIT_LOOPS(t)                                                                               \
    [BINARY_BIT_AND] = t##_bit_and, [BINARY_BIT_OR] = t##_bit_or, [BINARY_BIT_XOR] = t##_bit_xor
#define SIGNED_LOOPS(t)                                                                            \
    {                                                                                              \
        ALL_LOOPS(t), BIT_LOOPS(t), [BINARY_FMOD] = t##_fmod, [BINARY_SHIFT_LEFT] = t##_left,      \
                                    [BINARY_SHIFT_RIGHT] = t##_right                               \
    }
#define UNSIGNED_LOOPS(t)                                                                          \
    {                                                                                              \
        ALL_LOOPS(t), BIT_LOOPS(t), [BINARY_FMOD] = t##_mod, [BINARY_SHIFT_LEFT] = t##_left,       \
                                    [BINARY_SHIFT_RIGHT] = t##_right                               \
    }

static binary_loop *const loops[][BINARY_CODE_COUNT] = {
    [Q_I8] = SIGNED_LOOPS(i8),
    [Q_I16] = SIGNED_LOOPS(i16),
    [Q_I32] = SIGNED_LOOPS(i32),
    [Q_I64] = SIGNED_LOOPS(i64),
    [Q_U8] = UNSIGNED_LOOPS(u8),
    [Q_U16] = UNSIGNED_LOOPS(u16),
    [Q_U32] = UNSIGNED_LOOPS(u32),
    [Q_U64] = UNSIGNED_LOOPS(u64),
    [Q_F16] = {ALL_LOOPS(f16), [BINARY_FMOD] = f16_fmod},
    [Q_BF16] = {ALL_LOOPS(bf16), [BINARY_FMOD] = bf16_fmod},
    [Q_F64] = {ALL_LOOPS(f64), [BINARY_FMOD] = f64_fmod},
    [Q_BOOL] = {[BINARY_AND] = bool_and,
                [BINARY_OR] = bool_or,
                [BINARY_XOR] = bool_xor,
                [BINARY_EQUAL] = u8_equal},
};

binary_loop *binary__loop(binary_code code, q_dtype dtype)
{
    if (dtype == Q_F32)
        return f32_loops[code];
    return dtype < sizeof loops / sizeof *loops ? loops[dtype][code] : NULL;
}

q_dtype binary__result(binary_code code, q_dtype dtype)
{
    return code >= BINARY_EQUAL ? Q_BOOL : dtype;
}
