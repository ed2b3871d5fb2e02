#include "engine/narrow.h"

#include <assert.h>
#include <math.h>

typedef struct f8_format {
    int mantissa, bias;
    uint8_t largest, infinity, nan; /* of the positive half; infinity is NaN where there is none */
    bool unsigned_zero;             /* no -0: its code is the NaN */
} f8_format;

static const f8_format *f8_format_of(q_dtype format)
{
    static const f8_format formats[] = {
        {3, 7, 0x7e, 0x7f, 0x7f, false},
        {3, 8, 0x7f, 0x80, 0x80, true},
        {2, 15, 0x7b, 0x7c, 0x7f, false},
        {2, 16, 0x7f, 0x80, 0x80, true},
    };

    assert(format >= Q_F8E4M3FN && format <= Q_F8E5M2FNUZ);
    return &formats[format - Q_F8E4M3FN];
}

float narrow__from_f8(uint8_t v, q_dtype format)
{
    const f8_format *f = f8_format_of(format);
    int code = v & 0x7f, exponent = code >> f->mantissa, one = 1 << f->mantissa;
    int fraction = code & (one - 1);
    float x;

    if (f->unsigned_zero && v == f->nan)
        return NAN;
    if (code > f->largest)
        x = code == f->infinity && f->infinity != f->nan ? INFINITY : NAN;
    else if (exponent == 0)
        x = ldexpf((float)fraction, 1 - f->bias - f->mantissa);
    else
        x = ldexpf((float)(one + fraction), exponent - f->bias - f->mantissa);
    return v & 0x80 ? -x : x;
}

/* The code of |x|, finite, rounded; may be past the largest. */
static int f8_magnitude(float x, const f8_format *f)
{
    int exponent, steps;

    if (x == 0)
        return 0;
    (void)frexpf(x, &exponent); /* x = [0.5, 1) * 2^exponent */
    exponent--;
    if (exponent < 1 - f->bias)
        exponent = 1 - f->bias;
    if (exponent > 32)
        return 0xff;
    steps = (int)nearbyintf(ldexpf(x, f->mantissa - exponent));
    /* Rounding up to 2 * one carries into the exponent by itself. */
    return ((exponent + f->bias - 1) << f->mantissa) + steps;
}

uint8_t narrow__to_f8(float x, q_dtype format, bool saturate)
{
    const f8_format *f = f8_format_of(format);
    uint8_t sign = signbit(x) ? 0x80 : 0;
    int code;

    if (isnan(x))
        return f->unsigned_zero ? f->nan : (uint8_t)(sign | f->nan);
    code = isinf(x) ? 0xff : f8_magnitude(fabsf(x), f);
    if (code > f->largest) {
        if (!saturate)
            return f->unsigned_zero ? f->nan : (uint8_t)(sign | f->infinity);
        code = f->largest;
    }
    if (code == 0 && f->unsigned_zero)
        return 0;
    return (uint8_t)(sign | code);
}

void narrow__widen(const void *from, q_dtype format, size_t count, float *out)
{
    size_t i;

    switch (format) {
    case Q_F32:
        memcpy(out, from, count * sizeof *out);
        break;
    case Q_F64:
        for (i = 0; i < count; i++)
            out[i] = (float)((const double *)from)[i];
        break;
    case Q_F16:
        for (i = 0; i < count; i++)
            out[i] = narrow__from_f16(((const uint16_t *)from)[i]);
        break;
    case Q_BF16:
        for (i = 0; i < count; i++)
            out[i] = narrow__from_bf16(((const uint16_t *)from)[i]);
        break;
    case Q_U8:
        for (i = 0; i < count; i++)
            out[i] = ((const uint8_t *)from)[i];
        break;
    case Q_I8:
        for (i = 0; i < count; i++)
            out[i] = ((const int8_t *)from)[i];
        break;
    default:
        for (i = 0; i < count; i++)
            out[i] = narrow__from_f8(((const uint8_t *)from)[i], format);
        break;
    }
}

static float within(float v, float least, float most)
{
    v = v > least ? v : least; /* NaN too */
    return nearbyintf(v < most ? v : most);
}

void narrow__narrow(const float *from, q_dtype format, size_t count, void *out)
{
    size_t i;

    switch (format) {
    case Q_F32:
        memcpy(out, from, count * sizeof *from);
        break;
    case Q_F64:
        for (i = 0; i < count; i++)
            ((double *)out)[i] = from[i];
        break;
    case Q_F16:
        for (i = 0; i < count; i++)
            ((uint16_t *)out)[i] = narrow__to_f16(from[i]);
        break;
    case Q_BF16:
        for (i = 0; i < count; i++)
            ((uint16_t *)out)[i] = narrow__to_bf16(from[i]);
        break;
    case Q_U8:
        for (i = 0; i < count; i++)
            ((uint8_t *)out)[i] = (uint8_t)within(from[i], 0, 255);
        break;
    case Q_I8:
        for (i = 0; i < count; i++)
            ((int8_t *)out)[i] = (int8_t)within(from[i], -128, 127);
        break;
    default:
        for (i = 0; i < count; i++)
            ((uint8_t *)out)[i] = narrow__to_f8(from[i], format, true);
        break;
    }
}
