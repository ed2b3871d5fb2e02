#include "engine/element.h"

#include "engine/narrow.h"

#include <math.h>

double q_element_get(const q_tensor *t, size_t i)
{
    const void *p = t->data;

    switch (t->dtype) {
    case Q_F32:
        return (double)((const float *)p)[i];
    case Q_F64:
        return ((const double *)p)[i];
    case Q_F16:
        return (double)narrow__from_f16(((const uint16_t *)p)[i]);
    case Q_BF16:
        return (double)narrow__from_bf16(((const uint16_t *)p)[i]);
    case Q_F8E4M3FN:
    case Q_F8E4M3FNUZ:
    case Q_F8E5M2:
    case Q_F8E5M2FNUZ:
        return (double)narrow__from_f8(((const uint8_t *)p)[i], t->dtype);
    case Q_U64:
        return (double)((const uint64_t *)p)[i];
    default: {
        int64_t v = 0;

        return q_element_get_int(t, i, &v) ? (double)v : 0;
    }
    }
}

static int64_t nibble(const q_tensor *t, size_t i)
{
    uint8_t pair = ((const uint8_t *)t->data)[i / 2], half = i % 2 ? pair >> 4 : pair & 15;

    return t->dtype == Q_I4 && half > 7 ? (int64_t)half - 16 : (int64_t)half;
}

bool q_element_get_int(const q_tensor *t, size_t i, int64_t *out)
{
    const void *p = t->data;

    switch (t->dtype) {
    case Q_BOOL:
        *out = ((const uint8_t *)p)[i] != 0;
        return true;
    case Q_U8:
        *out = ((const uint8_t *)p)[i];
        return true;
    case Q_I8:
        *out = (int64_t)((const uint8_t *)p)[i] - (((const uint8_t *)p)[i] > 127 ? 256 : 0);
        return true;
    case Q_U16:
        *out = ((const uint16_t *)p)[i];
        return true;
    case Q_I16:
        *out = ((const int16_t *)p)[i];
        return true;
    case Q_U32:
        *out = ((const uint32_t *)p)[i];
        return true;
    case Q_I32:
        *out = ((const int32_t *)p)[i];
        return true;
    case Q_I64:
        *out = ((const int64_t *)p)[i];
        return true;
    case Q_U64:
        *out = (int64_t)((const uint64_t *)p)[i];
        return ((const uint64_t *)p)[i] <= INT64_MAX;
    case Q_U4:
    case Q_I4:
        *out = nibble(t, i);
        return true;
    default:
        return false;
    }
}

static bool set_nibble(q_tensor *t, size_t i, int64_t v)
{
    uint8_t *pair = (uint8_t *)t->data + i / 2, half = (uint8_t)(v & 15);

    if (t->dtype == Q_I4 ? v < -8 || v > 7 : v < 0 || v > 15)
        return false;
    *pair = i % 2 ? (uint8_t)((*pair & 15) | half << 4) : (uint8_t)((*pair & 0xf0) | half);
    return true;
}

/* Where an integer type ends; v fits between. */
static bool fits(q_dtype d, int64_t v)
{
    switch (d) {
    case Q_U8:
        return v >= 0 && v <= UINT8_MAX;
    case Q_I8:
        return v >= INT8_MIN && v <= INT8_MAX;
    case Q_U16:
        return v >= 0 && v <= UINT16_MAX;
    case Q_I16:
        return v >= INT16_MIN && v <= INT16_MAX;
    case Q_U32:
        return v >= 0 && v <= UINT32_MAX;
    case Q_I32:
        return v >= INT32_MIN && v <= INT32_MAX;
    case Q_U64:
        return v >= 0;
    default:
        return true;
    }
}

bool q_element_set_int(q_tensor *t, size_t i, int64_t v)
{
    void *p = t->data;

    if (t->dtype == Q_U4 || t->dtype == Q_I4)
        return set_nibble(t, i, v);
    if (t->dtype != Q_BOOL && !q_dtype_is_integer(t->dtype))
        return q_element_set(t, i, (double)v);
    if (!fits(t->dtype, v))
        return false;
    switch (q_dtype_bits(t->dtype)) { /* two's complement: the low bits are the value */
    case 8:
        ((uint8_t *)p)[i] = t->dtype == Q_BOOL ? v != 0 : (uint8_t)(v & UINT8_MAX);
        break;
    case 16:
        ((uint16_t *)p)[i] = (uint16_t)(v & UINT16_MAX);
        break;
    case 32:
        ((uint32_t *)p)[i] = (uint32_t)(v & UINT32_MAX);
        break;
    default:
        ((uint64_t *)p)[i] = (uint64_t)v;
        break;
    }
    return true;
}

bool q_element_set(q_tensor *t, size_t i, double v)
{
    switch (t->dtype) {
    case Q_F32:
        ((float *)t->data)[i] = (float)v;
        return true;
    case Q_F64:
        ((double *)t->data)[i] = v;
        return true;
    case Q_F16:
        ((uint16_t *)t->data)[i] = narrow__to_f16((float)v);
        return true;
    case Q_BF16:
        ((uint16_t *)t->data)[i] = narrow__to_bf16((float)v);
        return true;
    case Q_F8E4M3FN:
    case Q_F8E4M3FNUZ:
    case Q_F8E5M2:
    case Q_F8E5M2FNUZ:
        ((uint8_t *)t->data)[i] = narrow__to_f8((float)v, t->dtype, true);
        return true;
    case Q_U64:
        if (!(v >= 0 && v < 0x1p64 && floor(v) == v))
            return false;
        ((uint64_t *)t->data)[i] = (uint64_t)v;
        return true;
    case Q_BOOL:
        ((uint8_t *)t->data)[i] = v != 0;
        return true;
    default:
        if (!q_dtype_is_integer(t->dtype) && t->dtype != Q_I4 && t->dtype != Q_U4)
            return false;
        return v >= -0x1p63 && v < 0x1p63 && floor(v) == v && q_element_set_int(t, i, (int64_t)v);
    }
}
