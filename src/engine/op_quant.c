/* QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear.
 *
 *     y = saturate(round(x / scale) + zero)        x' = (y - zero) * scale
 *
 * One scale for the tensor, one for each position of an axis, or one for each
 * block of positions. Rounding is to even. float8 has no zero point.
 */
#include "engine/narrow.h"
#include "engine/op_tables.h"

#include <math.h>
#include <string.h>

#define GRAIN 16384 /* even: two elements of 4 bits share a byte */
#define CHUNK 256

typedef struct quant_params {
    int64_t axis, block;
    bool saturate;
    q_dtype out; /* Q_NONE: not stated */
} quant_params;

static q_code quant_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    quant_params *p = params;
    int64_t saturate = 1, dtype = 0;
    q_code rc = op__attr_int(n, "axis", 1, &p->axis, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "block_size", 0, &p->block, err);
    if (!rc)
        rc = op__attr_int(n, "saturate", 1, &saturate, err);
    if (!rc)
        rc = op__attr_int(n, "output_dtype", 0, &dtype, err);
    if (rc)
        return rc;
    if (p->block < 0)
        return q_err_set(err, Q_INVALID, "block_size is %lld", (long long)p->block);
    if (dtype < 0 || dtype > Q_I4)
        return q_err_set(err, Q_INVALID, "output_dtype is %lld", (long long)dtype);
    p->saturate = saturate != 0;
    p->out = (q_dtype)dtype;
    return Q_OK;
}

/* Which scale an element has: element i lies `inner` to a position of the axis. */
typedef struct quant_layout {
    size_t inner, length; /* of the axis; one scale for all: inner is everything, length 1 */
    size_t block, blocks; /* positions to a scale, scales along the axis; 0: not blocked */
} quant_layout;

static q_code layout_make(const q_op_call *c, quant_layout *l, q_err *err)
{
    const quant_params *p = c->params;
    const q_shape *xs = &c->in[0]->shape, *ss = &c->in[1]->shape;
    char text[160], text_x[160];
    size_t axis, d;
    q_code rc;

    *l = (quant_layout){.inner = q_shape_count(xs), .length = 1};
    if (ss->rank == 0 || (ss->rank == 1 && ss->dims[0] == 1 && p->block == 0))
        return Q_OK;
    rc = op__axis(p->axis, xs->rank, &axis, err);
    if (rc)
        return rc;
    l->inner = q_shape_span(xs, axis + 1, xs->rank);
    l->length = xs->dims[axis];
    if (p->block == 0) {
        if (ss->rank != 1 || ss->dims[0] != l->length)
            return q_err_set(err, Q_INVALID, "scale has shape %s; axis %zu of %s wants [%zu]",
                             q_shape_text(ss, text), axis, q_shape_text(xs, text_x), l->length);
        return Q_OK;
    }
    l->block = (size_t)p->block;
    l->blocks = l->length / l->block + (l->length % l->block != 0);
    for (d = 0; d < xs->rank; d++)
        if (ss->rank != xs->rank || ss->dims[d] != (d == axis ? l->blocks : xs->dims[d]))
            return q_err_set(err, Q_INVALID,
                             "scale has shape %s; blocks of %zu on axis %zu of %s "
                             "want %zu there",
                             q_shape_text(ss, text), l->block, axis, q_shape_text(xs, text_x),
                             l->blocks);
    return Q_OK;
}

/* From element i on: how many are alike, their first scale, and the step to the next one's. */
static size_t run_from(const quant_layout *l, size_t i, size_t *scale, size_t *step)
{
    size_t within = i % l->inner, position = i / l->inner % l->length;
    size_t outer = i / l->inner / l->length;

    *step = l->block ? 1 : 0;
    *scale = l->block ? (outer * l->blocks + position / l->block) * l->inner + within : position;
    return l->inner - within;
}

static q_code zero_check(const q_op_call *c, q_dtype want, q_err *err)
{
    char text[160], text_s[160];

    if (!op__has(c, 2))
        return Q_OK;
    if (c->in[2]->dtype != want)
        return q_err_set(err, Q_INVALID, "the zero point is %s; wanted %s",
                         q_dtype_name(c->in[2]->dtype), q_dtype_name(want));
    if (!q_shape_eq(&c->in[2]->shape, &c->in[1]->shape) &&
        (q_shape_count(&c->in[1]->shape) != 1 || q_shape_count(&c->in[2]->shape) != 1))
        return q_err_set(err, Q_INVALID, "the zero point has shape %s, the scale %s",
                         q_shape_text(&c->in[2]->shape, text),
                         q_shape_text(&c->in[1]->shape, text_s));
    return Q_OK;
}

static bool is_f8(q_dtype d)
{
    return d >= Q_F8E4M3FN && d <= Q_F8E5M2FNUZ;
}

/* Element i of a type that is quantised to. */
static float quantised_at(const void *data, q_dtype d, size_t i)
{
    unsigned nibble;

    switch (d) {
    case Q_U8:
        return ((const uint8_t *)data)[i];
    case Q_I8:
        return ((const int8_t *)data)[i];
    case Q_U16:
        return ((const uint16_t *)data)[i];
    case Q_I16:
        return ((const int16_t *)data)[i];
    case Q_U4:
    case Q_I4:
        nibble = (((const uint8_t *)data)[i / 2] >> (i % 2 * 4)) & 15U;
        return d == Q_I4 && nibble > 7 ? (float)nibble - 16 : (float)nibble;
    default:
        return narrow__from_f8(((const uint8_t *)data)[i], d);
    }
}

static float scale_at(const q_tensor *t, size_t i)
{
    float v;

    if (t->dtype == Q_F32)
        return ((const float *)t->data)[i];
    narrow__widen((const char *)t->data + i * q_dtype_bits(t->dtype) / 8, t->dtype, 1, &v);
    return v;
}

typedef struct quant_job {
    quant_layout layout;
    const q_tensor *x, *scale, *zero; /* zero may be NULL */
    q_tensor *y;
    bool saturate;
} quant_job;

/* x[from, from + n) as float32, at `room` where it has to be. */
static const float *floats_of(const q_tensor *x, size_t from, size_t n, float *room)
{
    size_t i;

    if (x->dtype == Q_F32)
        return (const float *)x->data + from;
    if (x->dtype == Q_I32)
        for (i = 0; i < n; i++)
            room[i] = (float)((const int32_t *)x->data)[from + i];
    else
        narrow__widen((const char *)x->data + from * q_dtype_bits(x->dtype) / 8, x->dtype, n, room);
    return room;
}

static void integer_range(q_dtype d, float *least, float *most)
{
    size_t bits = q_dtype_bits(d);
    bool is_signed = d == Q_I8 || d == Q_I16 || d == Q_I4;

    *least = is_signed ? -ldexpf(1, (int)bits - 1) : 0;
    *most = ldexpf(1, (int)bits - is_signed) - 1;
}

static void store(void *data, q_dtype d, size_t i, int v)
{
    uint8_t *byte = (uint8_t *)data + i / 2;

    switch (d) {
    case Q_U8:
        ((uint8_t *)data)[i] = (uint8_t)v;
        break;
    case Q_I8:
        ((int8_t *)data)[i] = (int8_t)v;
        break;
    case Q_U16:
        ((uint16_t *)data)[i] = (uint16_t)v;
        break;
    case Q_I16:
        ((int16_t *)data)[i] = (int16_t)v;
        break;
    default:
        *byte = i % 2 ? (uint8_t)((*byte & 0x0f) | (v & 15) << 4)
                      : (uint8_t)(v & 15); /* the high half follows, or stays 0 */
        break;
    }
}

/* Elements that share one scale, of a byte's type: the common case, vectorised. */
static void quantise_bytes(const float *x, size_t n, float scale, float zero, bool is_signed,
                           uint8_t *y)
{
    float least = is_signed ? -128 : 0, most = is_signed ? 127 : 255;
    size_t i;

    for (i = 0; i < n; i++) {
        float v = nearbyintf(x[i] / scale) + zero;

        v = v > least ? v : least; /* NaN too */
        v = v < most ? v : most;
        y[i] = (uint8_t)(int)v;
    }
}

static void quantise_run(const quant_job *j, size_t at, const float *x, size_t n, size_t scale,
                         size_t step)
{
    q_dtype d = j->y->dtype;
    float least = 0, most = 0;
    size_t i;

    if (step == 0 && (d == Q_U8 || d == Q_I8)) {
        quantise_bytes(x, n, scale_at(j->scale, scale),
                       j->zero ? quantised_at(j->zero->data, d, scale) : 0, d == Q_I8,
                       (uint8_t *)j->y->data + at);
        return;
    }
    if (!is_f8(d))
        integer_range(d, &least, &most);
    for (i = 0; i < n; i++, scale += step) {
        float v = x[i] / scale_at(j->scale, scale);

        if (is_f8(d)) {
            ((uint8_t *)j->y->data)[at + i] = narrow__to_f8(v, d, j->saturate);
            continue;
        }
        v = nearbyintf(v) + (j->zero ? quantised_at(j->zero->data, d, scale) : 0);
        v = v > least ? v : least; /* NaN too */
        store(j->y->data, d, at + i, (int)(v < most ? v : most));
    }
}

static void quantise_range(void *ctx, size_t from, size_t to)
{
    const quant_job *j = ctx;
    float room[CHUNK];

    while (from < to) {
        size_t scale, step, n = run_from(&j->layout, from, &scale, &step);

        n = n < to - from ? n : to - from;
        n = n < CHUNK || j->x->dtype == Q_F32 ? n : CHUNK;
        quantise_run(j, from, floats_of(j->x, from, n, room), n, scale, step);
        from += n;
    }
}

static q_code quantize_infer(q_op_call *c, q_err *err)
{
    static const q_dtype from[] = {Q_F32, Q_F16, Q_BF16, Q_I32, Q_NONE};
    static const q_dtype scales[] = {Q_F32, Q_F16, Q_BF16, Q_NONE};
    static const q_dtype to[] = {Q_U8,       Q_I8,         Q_U16,    Q_I16,        Q_U4,  Q_I4,
                                 Q_F8E4M3FN, Q_F8E4M3FNUZ, Q_F8E5M2, Q_F8E5M2FNUZ, Q_NONE};
    const quant_params *p = c->params;
    q_dtype out = p->out ? p->out : Q_U8;
    quant_layout l;
    size_t i;
    q_code rc = op__want(c, 0, err, from);

    if (!rc)
        rc = op__want(c, 1, err, scales);
    if (!rc)
        rc = layout_make(c, &l, err);
    if (rc)
        return rc;
    if (!p->out && op__has(c, 2))
        out = c->in[2]->dtype;
    for (i = 0; to[i] != Q_NONE && to[i] != out; i++)
        ;
    if (to[i] == Q_NONE)
        return q_err_set(err, Q_UNSUPPORTED, "quantising to %s", q_dtype_name(out));
    rc = zero_check(c, out, err);
    if (!rc)
        op__set(c, 0, out, &c->in[0]->shape);
    return rc;
}

static quant_job job_of(const q_op_call *c, q_code *rc, q_err *err)
{
    const quant_params *p = c->params;
    quant_job j = {.x = c->in[0],
                   .scale = c->in[1],
                   .zero = op__has(c, 2) ? c->in[2] : NULL,
                   .y = c->out[0],
                   .saturate = p->saturate};

    *rc = layout_make(c, &j.layout, err);
    return j;
}

static q_code quantize_run(q_op_call *c, q_err *err)
{
    q_code rc;
    quant_job j = job_of(c, &rc, err);

    if (!rc)
        op__parallel(c->team, q_shape_count(&j.x->shape), GRAIN, quantise_range, &j);
    return rc;
}

/* -- Back -- */

static q_code dequantize_infer(q_op_call *c, q_err *err)
{
    static const q_dtype from[] = {Q_U8, Q_I8,       Q_U16,        Q_I16,    Q_I32,        Q_U4,
                                   Q_I4, Q_F8E4M3FN, Q_F8E4M3FNUZ, Q_F8E5M2, Q_F8E5M2FNUZ, Q_NONE};
    static const q_dtype scales[] = {Q_F32, Q_F16, Q_BF16, Q_NONE};
    const quant_params *p = c->params;
    quant_layout l;
    q_code rc = op__want(c, 0, err, from);

    if (!rc)
        rc = op__want(c, 1, err, scales);
    if (!rc)
        rc = layout_make(c, &l, err);
    if (!rc)
        rc = zero_check(c, c->in[0]->dtype, err);
    if (!rc && p->out && p->out != Q_F32 && p->out != Q_F16 && p->out != Q_BF16)
        rc = q_err_set(err, Q_UNSUPPORTED, "dequantising to %s", q_dtype_name(p->out));
    if (!rc)
        op__set(c, 0, p->out ? p->out : c->in[1]->dtype, &c->in[0]->shape);
    return rc;
}

static float dequantised(const quant_job *j, size_t at, size_t scale)
{
    double v, zero = 0;

    if (j->x->dtype == Q_I32) {
        v = ((const int32_t *)j->x->data)[at];
        if (j->zero)
            zero = ((const int32_t *)j->zero->data)[scale];
    } else {
        v = (double)quantised_at(j->x->data, j->x->dtype, at);
        if (j->zero && !is_f8(j->x->dtype))
            zero = (double)quantised_at(j->zero->data, j->x->dtype, scale);
    }
    return (float)(v - zero) * scale_at(j->scale, scale);
}

/* Bytes under one scale: the common case, vectorised. */
static void dequantise_bytes(const void *x, bool is_signed, size_t n, float scale, float zero,
                             float *y)
{
    size_t i;

    if (is_signed)
        for (i = 0; i < n; i++)
            y[i] = ((float)((const int8_t *)x)[i] - zero) * scale;
    else
        for (i = 0; i < n; i++)
            y[i] = ((float)((const uint8_t *)x)[i] - zero) * scale;
}

static void dequantise_range(void *ctx, size_t from, size_t to)
{
    const quant_job *j = ctx;
    q_dtype d = j->x->dtype;
    size_t i, scale, step, n;
    float room[CHUNK];

    for (; from < to; from += n) {
        bool direct = j->y->dtype == Q_F32;
        float *y = direct ? (float *)j->y->data + from : room;

        n = run_from(&j->layout, from, &scale, &step);
        n = n < to - from ? n : to - from;
        n = n < CHUNK || direct ? n : CHUNK;
        if (step == 0 && (d == Q_U8 || d == Q_I8))
            dequantise_bytes((const uint8_t *)j->x->data + from, d == Q_I8, n,
                             scale_at(j->scale, scale),
                             j->zero ? quantised_at(j->zero->data, d, scale) : 0, y);
        else
            for (i = 0; i < n; i++)
                y[i] = dequantised(j, from + i, scale + i * step);
        if (!direct)
            narrow__narrow(room, j->y->dtype, n,
                           (char *)j->y->data + from * q_dtype_bits(j->y->dtype) / 8);
    }
}

static q_code dequantize_run(q_op_call *c, q_err *err)
{
    q_code rc;
    quant_job j = job_of(c, &rc, err);

    if (!rc)
        op__parallel(c->team, q_shape_count(&j.x->shape), GRAIN, dequantise_range, &j);
    return rc;
}

/* -- DynamicQuantizeLinear: scale and zero point from the values' range, 0 included -- */

static q_code dynamic_infer(q_op_call *c, q_err *err)
{
    static const q_dtype f32[] = {Q_F32, Q_NONE};
    q_shape scalar = {0};
    q_code rc = op__want(c, 0, err, f32);

    if (rc)
        return rc;
    op__set(c, 0, Q_U8, &c->in[0]->shape);
    op__set(c, 1, Q_F32, &scalar);
    op__set(c, 2, Q_U8, &scalar);
    return Q_OK;
}

static q_code dynamic_run(q_op_call *c, q_err *err)
{
    const float *x = c->in[0]->data;
    size_t count = q_shape_count(&c->in[0]->shape), i;
    float least = 0, most = 0, scale, zero;

    (void)err;
    for (i = 0; i < count; i++) {
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
    }
    scale = (most - least) / 255;
    zero = scale > 0 ? nearbyintf(fminf(fmaxf(-least / scale, 0), 255)) : 0;
    quantise_bytes(x, count, scale > 0 ? scale : 1, zero, false, c->out[0]->data);
    if (c->out_count > 1)
        *(float *)c->out[1]->data = scale;
    if (c->out_count > 2)
        *(uint8_t *)c->out[2]->data = (uint8_t)zero;
    return Q_OK;
}

/* The standard has them from 10 and 13 on; calibrated models of older sets carry them too. */
static const q_op ops[] = {
    {"", "QuantizeLinear", 1, 0, 2, 3, 1, 0, sizeof(quant_params), quant_load, quantize_infer,
     quantize_run},
    {"", "DequantizeLinear", 1, 0, 2, 3, 1, 0, sizeof(quant_params), quant_load, dequantize_infer,
     dequantize_run},
    {"", "DynamicQuantizeLinear", 11, 0, 1, 1, 3, 0, 0, NULL, dynamic_infer, dynamic_run},
};

const q_op_table op__quant = {ops, sizeof ops / sizeof *ops};
