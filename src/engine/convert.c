#include "engine/convert.h"

#include "engine/narrow.h"

#include <assert.h>
#include <math.h>

/* By way of double, int64 or uint64, whichever holds all that the source can. */
#define BLOCK 256

typedef enum wide_kind { WIDE_I64, WIDE_U64, WIDE_F64 } wide_kind;

typedef union wide {
    int64_t i[BLOCK];
    uint64_t u[BLOCK];
    double f[BLOCK];
} wide;

bool convert__knows(q_dtype d)
{
    return d > Q_NONE && d <= Q_I4 && d != Q_STRING && d != Q_C64 && d != Q_C128;
}

static const void *element(const void *p, q_dtype d, size_t i)
{
    return (const char *)p + i * q_dtype_bits(d) / 8;
}

/* -- Source to wide -- */

#define SPREAD(type, member)                                                                       \
    for (size_t i = 0; i < n; i++)                                                                 \
        w->member[i] = ((const type *)p)[i];                                                       \
    break

static void spread_nibbles(const uint8_t *p, size_t n, bool is_signed, wide *w)
{
    for (size_t i = 0; i < n; i++) {
        int v = p[i / 2] >> (i % 2 * 4) & 15;

        w->i[i] = is_signed && v > 7 ? v - 16 : v;
    }
}

static void spread_narrow(const void *p, q_dtype d, size_t n, wide *w)
{
    float f[BLOCK];

    narrow__widen(p, d, n, f);
    for (size_t i = 0; i < n; i++)
        w->f[i] = (double)f[i];
}

static wide_kind spread(const void *p, q_dtype d, size_t n, wide *w)
{
    switch (d) {
    case Q_BOOL:
    case Q_U8:
        SPREAD(uint8_t, i);
    case Q_I8:
        for (size_t i = 0; i < n; i++)
            w->i[i] = (int64_t)(((const uint8_t *)p)[i] ^ 0x80U) - 0x80;
        break;
    case Q_U16:
        SPREAD(uint16_t, i);
    case Q_I16:
        SPREAD(int16_t, i);
    case Q_U32:
        SPREAD(uint32_t, i);
    case Q_I32:
        SPREAD(int32_t, i);
    case Q_I64:
        SPREAD(int64_t, i);
    case Q_U4:
    case Q_I4:
        spread_nibbles(p, n, d == Q_I4, w);
        break;
    case Q_U64:
        memcpy(w->u, p, n * sizeof *w->u);
        return WIDE_U64;
    case Q_F64:
        memcpy(w->f, p, n * sizeof *w->f);
        return WIDE_F64;
    default:
        spread_narrow(p, d, n, w);
        return WIDE_F64;
    }
    return WIDE_I64;
}

/* -- Wide to target -- */

/* To float so that a second rounding to fewer bits is as one from double: what
 * does not fit makes the last bit odd.
 */
static float odd_float(double d)
{
    float f = (float)d;
    uint32_t u = narrow__bits(f);

    if (isnan(d) || (double)f == d || isinf(f) || u & 1U)
        return f;
    return narrow__float(fabs((double)f) > fabs(d) ? u - 1U : u | 1U);
}

static void narrow_one(float f, q_dtype d, bool saturate, void *p, size_t i)
{
    if (d == Q_F16)
        ((uint16_t *)p)[i] = narrow__to_f16(f);
    else if (d == Q_BF16)
        ((uint16_t *)p)[i] = narrow__to_bf16(f);
    else
        ((uint8_t *)p)[i] = narrow__to_f8(f, d, saturate);
}

static double as_f64(const wide *w, wide_kind kind, size_t i)
{
    return kind == WIDE_F64 ? w->f[i] : kind == WIDE_I64 ? (double)w->i[i] : (double)w->u[i];
}

/* A float as the integer of `d` below it in size, as int64's or uint64's bits. */
static int64_t cut(double v, q_dtype d)
{
    size_t bits = q_dtype_bits(d);
    bool is_signed = d == Q_I8 || d == Q_I16 || d == Q_I32 || d == Q_I64 || d == Q_I4;
    double end = ldexp(1.0, (int)bits - is_signed);

    if (isnan(v))
        return 0;
    if (is_signed)
        return v >= end    ? (int64_t)(UINT64_MAX >> (65 - bits))
               : v <= -end ? -(int64_t)(UINT64_MAX >> (65 - bits)) - 1
                           : (int64_t)v;
    return v >= end ? (int64_t)(UINT64_MAX >> (64 - bits)) : v <= 0 ? 0 : (int64_t)(uint64_t)v;
}

#define STORE(type)                                                                                \
    for (size_t i = 0; i < n; i++)                                                                 \
        ((type *)p)[i] = (type)w->u[i];                                                            \
    break

static void store_nibbles(const wide *w, size_t n, uint8_t *p)
{
    for (size_t i = 0; i < n; i += 2)
        p[i / 2] = (uint8_t)((w->u[i] & 15U) | (i + 1 < n ? w->u[i + 1] << 4 & 0xf0U : 0U));
}

/* -1 and 255 are the same bits: int64 and uint64 are stored alike. */
static void store_integers(wide *w, wide_kind kind, q_dtype d, size_t n, void *p)
{
    if (kind == WIDE_F64)
        for (size_t i = 0; i < n; i++)
            w->i[i] = cut(w->f[i], d == Q_I4 || d == Q_U4 ? Q_I64 : d);
    switch (d) {
    case Q_U8:
    case Q_I8:
        STORE(uint8_t);
    case Q_U16:
    case Q_I16:
        STORE(uint16_t);
    case Q_U32:
    case Q_I32:
        STORE(uint32_t);
    case Q_U4:
    case Q_I4:
        store_nibbles(w, n, p);
        break;
    default:
        STORE(uint64_t);
    }
}

static void store(wide *w, wide_kind kind, q_dtype d, size_t n, bool saturate, void *p)
{
    switch (d) {
    case Q_BOOL:
        for (size_t i = 0; i < n; i++)
            ((uint8_t *)p)[i] = kind == WIDE_F64 ? w->f[i] != 0 : w->u[i] != 0;
        break;
    case Q_F32:
        for (size_t i = 0; i < n; i++)
            ((float *)p)[i] = kind == WIDE_F64   ? (float)w->f[i]
                              : kind == WIDE_I64 ? (float)w->i[i]
                                                 : (float)w->u[i];
        break;
    case Q_F64:
        for (size_t i = 0; i < n; i++)
            ((double *)p)[i] = as_f64(w, kind, i);
        break;
    case Q_F16:
    case Q_BF16:
    case Q_F8E4M3FN:
    case Q_F8E4M3FNUZ:
    case Q_F8E5M2:
    case Q_F8E5M2FNUZ:
        for (size_t i = 0; i < n; i++)
            narrow_one(odd_float(as_f64(w, kind, i)), d, saturate, p, i);
        break;
    default:
        store_integers(w, kind, d, n, p);
    }
}

void convert__range(const void *from, q_dtype from_type, void *to, q_dtype to_type, size_t first,
                    size_t n, bool saturate)
{
    assert(convert__knows(from_type) && convert__knows(to_type) && first % 2 == 0);
    for (size_t at = first; at < first + n; at += BLOCK) {
        size_t some = first + n - at < BLOCK ? first + n - at : BLOCK;
        const void *source = element(from, from_type, at);
        char *target = (char *)to + at * q_dtype_bits(to_type) / 8;
        bool half = to_type == Q_F16 || to_type == Q_BF16;
        wide w;

        if (to_type == Q_F32 && (from_type == Q_F16 || from_type == Q_BF16)) {
            narrow__widen(source, from_type, some, (float *)(void *)target);
        } else if (from_type == Q_F32 && half) {
            narrow__narrow(source, to_type, some, target);
        } else {
            wide_kind kind = spread(source, from_type, some, &w);

            store(&w, kind, to_type, some, saturate, target);
        }
    }
}

double convert__f64_at(const q_tensor *t, size_t i)
{
    wide w;
    bool nibble = t->dtype == Q_I4 || t->dtype == Q_U4;
    size_t back = nibble ? i % 2 : 0; /* the pair that it is one of */
    wide_kind kind = spread(element(t->data, t->dtype, i - back), t->dtype, 1 + back, &w);

    return as_f64(&w, kind, back);
}

int64_t convert__i64_at(const q_tensor *t, size_t i)
{
    int64_t v;
    wide w;
    bool nibble = t->dtype == Q_I4 || t->dtype == Q_U4;
    size_t back = nibble ? i % 2 : 0;
    wide_kind kind = spread(element(t->data, t->dtype, i - back), t->dtype, 1 + back, &w);

    v = kind == WIDE_F64 ? cut(w.f[back], Q_I64) : w.i[back];
    return v;
}
