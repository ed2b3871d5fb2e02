#include "engine/order.h"

#include "engine/narrow.h"

#define ORDER(name, type)                                                                          \
    static int name(const void *elements, size_t i, size_t j)                                      \
    {                                                                                              \
        type x = ((const type *)elements)[i], y = ((const type *)elements)[j];                     \
        return (x > y) - (x < y);                                                                  \
    }
ORDER(of_i8, int8_t)
ORDER(of_i16, int16_t)
ORDER(of_i32, int32_t)
ORDER(of_i64, int64_t)
ORDER(of_u8, uint8_t)
ORDER(of_u16, uint16_t)
ORDER(of_u32, uint32_t)
ORDER(of_u64, uint64_t)

static int of_reals(double x, double y)
{
    bool x_nan = x != x, y_nan = y != y;

    return x_nan || y_nan ? x_nan - y_nan : (x > y) - (x < y);
}

static int of_f32(const void *elements, size_t i, size_t j)
{
    const float *x = elements;

    return of_reals((double)x[i], (double)x[j]);
}

static int of_f64(const void *elements, size_t i, size_t j)
{
    const double *x = elements;

    return of_reals(x[i], x[j]);
}

static int of_f16(const void *elements, size_t i, size_t j)
{
    const uint16_t *x = elements;

    return of_reals((double)narrow__from_f16(x[i]), (double)narrow__from_f16(x[j]));
}

static int of_bf16(const void *elements, size_t i, size_t j)
{
    const uint16_t *x = elements;

    return of_reals((double)narrow__from_bf16(x[i]), (double)narrow__from_bf16(x[j]));
}

static int of_strings(const void *elements, size_t i, size_t j)
{
    const q_str *x = elements;

    return q_str_cmp(x[i], x[j]);
}

order_fn *order__of(q_dtype d)
{
    static order_fn *const orders[] = {
        [Q_F32] = of_f32, [Q_U8] = of_u8,     [Q_I8] = of_i8,   [Q_U16] = of_u16,
        [Q_I16] = of_i16, [Q_I32] = of_i32,   [Q_I64] = of_i64, [Q_STRING] = of_strings,
        [Q_BOOL] = of_u8, [Q_F16] = of_f16,   [Q_F64] = of_f64, [Q_U32] = of_u32,
        [Q_U64] = of_u64, [Q_BF16] = of_bf16,
    };

    return d < sizeof orders / sizeof *orders ? orders[d] : NULL;
}
