#include "engine/real.h"

#include "engine/narrow.h"

#include <assert.h>
#include <math.h>
#include <string.h>

bool real__is(q_dtype d)
{
    return d == Q_BOOL || q_dtype_is_float(d) || q_dtype_is_integer(d);
}

int64_t real__int(const q_tensor *t, size_t i)
{
    switch ((int)t->dtype) {
    case Q_BOOL:
    case Q_U8:
        return ((const uint8_t *)t->data)[i];
    case Q_I8:
        return ((const int8_t *)t->data)[i];
    case Q_U16:
        return ((const uint16_t *)t->data)[i];
    case Q_I16:
        return ((const int16_t *)t->data)[i];
    case Q_I32:
        return ((const int32_t *)t->data)[i];
    case Q_U32:
        return ((const uint32_t *)t->data)[i];
    case Q_I64:
        return ((const int64_t *)t->data)[i];
    case Q_U64:
        return (int64_t)((const uint64_t *)t->data)[i];
    default:
        assert(!"an integer type");
        return 0;
    }
}

double real__get(const q_tensor *t, size_t i)
{
    switch ((int)t->dtype) {
    case Q_F32:
        return ((const float *)t->data)[i];
    case Q_F64:
        return ((const double *)t->data)[i];
    case Q_F16:
        return narrow__from_f16(((const uint16_t *)t->data)[i]);
    case Q_BF16:
        return narrow__from_bf16(((const uint16_t *)t->data)[i]);
    case Q_U64:
        return (double)((const uint64_t *)t->data)[i];
    default:
        return (double)real__int(t, i);
    }
}

static int64_t saturate(double v, int64_t lo, int64_t hi)
{
    if (isnan(v))
        return 0;
    if (v <= (double)lo)
        return lo;
    if (v >= (double)hi)
        return hi;
    return (int64_t)v;
}

/* Through f32 when v is no f32 itself: the odd bit kept keeps ties right. */
static float narrow(double v)
{
    float f = (float)v;

    if ((double)f != v && isfinite(f)) {
        uint32_t u;
        bool up = fabs((double)f) > fabs(v);
        memcpy(&u, &f, sizeof(u));
        if (up)
            u--;
        u |= 1;
        memcpy(&f, &u, sizeof(f));
    }
    return f;
}

void real__put(const q_tensor *t, size_t i, double v)
{
    switch ((int)t->dtype) {
    case Q_F32:
        ((float *)t->data)[i] = (float)v;
        break;
    case Q_F64:
        ((double *)t->data)[i] = v;
        break;
    case Q_F16:
        ((uint16_t *)t->data)[i] = narrow__to_f16(narrow(v));
        break;
    case Q_BF16:
        ((uint16_t *)t->data)[i] = narrow__to_bf16(narrow(v));
        break;
    case Q_BOOL:
        ((uint8_t *)t->data)[i] = v != 0;
        break;
    case Q_U8:
        ((uint8_t *)t->data)[i] = (uint8_t)saturate(v, 0, UINT8_MAX);
        break;
    case Q_I8:
        ((int8_t *)t->data)[i] = (int8_t)saturate(v, INT8_MIN, INT8_MAX);
        break;
    case Q_U16:
        ((uint16_t *)t->data)[i] = (uint16_t)saturate(v, 0, UINT16_MAX);
        break;
    case Q_I16:
        ((int16_t *)t->data)[i] = (int16_t)saturate(v, INT16_MIN, INT16_MAX);
        break;
    case Q_I32:
        ((int32_t *)t->data)[i] = (int32_t)saturate(v, INT32_MIN, INT32_MAX);
        break;
    case Q_U32:
        ((uint32_t *)t->data)[i] = (uint32_t)saturate(v, 0, UINT32_MAX);
        break;
    case Q_I64:
        ((int64_t *)t->data)[i] = saturate(v, INT64_MIN, INT64_MAX);
        break;
    case Q_U64:
        ((uint64_t *)t->data)[i] = v >= 0x1p63 ? v >= 0x1p64 ? UINT64_MAX : (uint64_t)v
                                               : (uint64_t)saturate(v, 0, INT64_MAX);
        break;
    default:
        assert(!"a numeric type");
    }
}

void real__read(const q_tensor *t, size_t from, size_t n, float *out)
{
    if (t->dtype == Q_F32) {
        if (n)
            memcpy(out, (const float *)t->data + from, n * sizeof(float));
        return;
    }
    if (q_dtype_is_float(t->dtype))
        narrow__widen((const char *)t->data + from * (q_dtype_bits(t->dtype) / 8), t->dtype, n,
                      out);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = (float)real__get(t, from + i);
}

void real__write(const q_tensor *t, size_t from, size_t n, const float *in)
{
    if (t->dtype == Q_F32) {
        if (n)
            memcpy((float *)t->data + from, in, n * sizeof(float));
        return;
    }
    if (q_dtype_is_float(t->dtype)) {
        narrow__narrow(in, t->dtype, n, (char *)t->data + from * (q_dtype_bits(t->dtype) / 8));
        return;
    }
    for (size_t i = 0; i < n; i++)
        real__put(t, from + i, (double)in[i]);
}
