/* engine/kernel_epilogue_body.h - what happens to sums before they are stored,
 * written against kernel_vec*.h.
 *
 * Piecewise linear activations and GELU are applied in the registers that hold the sum;
 * the others by vector.h's loops over a row in L1.
 */
#include "engine/vector_math.h"

#include <math.h>

INLINE bool act_is_short(kernel_act k)
{
    return k <= KERNEL_ACT_HARD_SWISH || k == KERNEL_ACT_GELU;
}

INLINE vf act_gelu(vf v)
{
    vf x = v_min(v_set(VECTOR_ERF_END), v_max(v_set(-VECTOR_ERF_END), v * v_set(0.707106781F)));
    vf z = x * x, p = v_set(0), q = v_set(0), half = v * v_set(0.5F);

#define P_TERM(a) p = v_fma(p, z, v_set(a));
#define Q_TERM(a) q = v_fma(q, z, v_set(a));
    VECTOR_ERF_P(P_TERM)
    VECTOR_ERF_Q(Q_TERM)
    return v_fma(half, x * p / q, half);
}

/* The same where 8 bits of it are kept: v * (1/2 + t * R(t * t)), t being v within [-3.95, 3.95],
 * at whose ends the bracket is 0 and 1. Within 1.7e-4; R is the minimax fit of that error.
 */
INLINE vf act_gelu_brief(vf v)
{
    vf t = v_min(v_set(3.95F), v_max(v_set(-3.95F), v));
    vf z = t * t, r = v_set(2.44357166e-08F);

    r = v_fma(r, z, v_set(-1.68114915e-06F));
    r = v_fma(r, z, v_set(4.95518702e-05F));
    r = v_fma(r, z, v_set(-8.29038644e-04F));
    r = v_fma(r, z, v_set(8.84291419e-03F));
    r = v_fma(r, z, v_set(-6.47227388e-02F));
    r = v_fma(r, z, v_set(3.97986684e-01F));
    return v * v_fma(t, r, v_set(0.5F));
}

INLINE vf act_short(const kernel_activation *t, q_dtype out, vf v)
{
    const vf zero = v_set(0), one = v_set(1);

    switch (t->kind) {
    case KERNEL_ACT_RELU:
        return v_max(zero, v);
    case KERNEL_ACT_CLIP:
        return v_min(v_set(t->b), v_max(v_set(t->a), v));
    case KERNEL_ACT_LEAKY:
        return v_less(v, zero, v * v_set(t->a), v);
    case KERNEL_ACT_HARD_SIGMOID:
        return v_min(one, v_max(zero, v_fma(v, v_set(t->a), v_set(t->b))));
    case KERNEL_ACT_HARD_SWISH:
        return v * v_min(one, v_max(zero, v_fma(v, v_set(t->a), v_set(t->b))));
    case KERNEL_ACT_GELU:
        return out == Q_F32 ? act_gelu(v) : act_gelu_brief(v);
    default:
        return v;
    }
}

TARGET static void act_curved(const kernel_activation *t, const vector_table *v, float *x, size_t n)
{
    static const vector_unary names[] = {
        [KERNEL_ACT_SIGMOID] = VECTOR_SIGMOID,
        [KERNEL_ACT_SILU] = VECTOR_SILU,
        [KERNEL_ACT_TANH] = VECTOR_TANH,
        [KERNEL_ACT_GELU_TANH] = VECTOR_GELU_TANH,
    };

    v->unary[names[t->kind]](x, x, n, t->kind == KERNEL_ACT_SILU ? 1 : t->a, t->b);
}

INLINE size_t size_of(q_dtype d) /* of the types that kernels know */
{
    return d == Q_F32 ? 4 : d == Q_BF16 ? 2 : 1;
}

INLINE vf load_as(q_dtype d, const void *p, size_t i, size_t n, float scale, int zero)
{
    switch (d) {
    case Q_BF16:
        return n == VL ? v_load_bf16((const uint16_t *)p + i)
                       : v_load_bf16_n((const uint16_t *)p + i, n);
    case Q_U8:
        return v_of_int(vi_sub(vi_load_u8_n((const uint8_t *)p + i, n), vi_set(zero))) *
               v_set(scale);
    case Q_I8:
        return v_of_int(vi_sub(vi_load_s8_n((const int8_t *)p + i, n), vi_set(zero))) *
               v_set(scale);
    default:
        return n == VL ? v_load((const float *)p + i) : v_load_n((const float *)p + i, n);
    }
}

/* `inverse` is 1 / scale: a product costs a tenth of a division, and differs from it
 * in ties alone.
 */
INLINE void store_as(q_dtype d, void *p, size_t i, size_t n, float inverse, int zero, vf v)
{
    float low = d == Q_U8 ? 0 : -128, high = d == Q_U8 ? 255 : 127;

    switch (d) {
    case Q_BF16:
        if (n == VL)
            v_store_bf16((uint16_t *)p + i, v);
        else
            v_store_bf16_n((uint16_t *)p + i, v, n);
        return;
    case Q_U8:
    case Q_I8:
        v = v_max(v * v_set(inverse), v_set(low - (float)zero));
        v = v_min(v, v_set(high - (float)zero));
        vi_store_8_n((uint8_t *)p + i, vi_add(v_to_int(v), vi_set(zero)), n);
        return;
    default:
        if (n == VL)
            v_store((float *)p + i, v);
        else
            v_store_n((float *)p + i, v, n);
    }
}

typedef struct finish_row {
    const kernel_epilogue *e;
    const kernel_block *b;
    const char *sums;
    char *out;
    const char *residual; /* NULL: none */
    float inverse;        /* of out_scale */
    bool ints;
} finish_row;

/* The sum of columns i .. i + n, scaled and with its bias. */
INLINE vf sum_at(const finish_row *r, size_t i, size_t n)
{
    const kernel_epilogue *e = r->e;
    const void *p = r->sums + i * 4;
    vf v = r->ints ? v_of_int(vi_load(p)) : v_load(p);
    size_t c = r->b->column + i;

    if (n == VL) {
        vf bias = e->bias ? v_load(e->bias + c) : v_set(0);

        if (e->scale)
            v = v_fma(v, v_load(e->scale + c), bias);
        else
            v = v + bias;
    } else {
        vf bias = e->bias ? v_load_n(e->bias + c, n) : v_set(0);

        if (e->scale)
            v = v_fma(v, v_load_n(e->scale + c, n), bias);
        else
            v = v + bias;
    }
    return v;
}

INLINE vf join(const finish_row *r, q_dtype out, vf v, size_t i, size_t n)
{
    const kernel_epilogue *e = r->e;

    v = v_fma(v, v_set(e->mul), v_set(e->add));
    if (r->residual)
        v = v + load_as(out, r->residual, i, n, e->residual_scale, e->residual_zero);
    return v;
}

/* Sums are read to whole vectors: there is room behind the last column. */
INLINE void row_short(const finish_row *r, q_dtype out)
{
    const kernel_epilogue *e = r->e;
    size_t columns = r->b->columns;

    for (size_t i = 0; i < columns; i += VL) {
        size_t n = columns - i < VL ? columns - i : VL;
        vf v = join(r, out, act_short(&e->first, out, sum_at(r, i, n)), i, n);

        store_as(out, r->out, i, n, r->inverse, e->out_zero, act_short(&e->last, out, v));
    }
}

TARGET static void row_curved(const finish_row *r, const vector_table *vector)
{
    const kernel_epilogue *e = r->e;
    size_t columns = r->b->columns;
    float x[TILE_COLUMNS + VL] = {0};

    assert(columns > 0);
    for (size_t i = 0; i < columns; i += VL) {
        size_t n = columns - i < VL ? columns - i : VL;

        v_store(x + i, act_short(&e->first, e->out, sum_at(r, i, n)));
    }
    if (!act_is_short(e->first.kind))
        act_curved(&e->first, vector, x, columns);
    for (size_t i = 0; i < columns; i += VL) {
        size_t n = columns - i < VL ? columns - i : VL;

        v_store(x + i, act_short(&e->last, e->out, join(r, e->out, v_load(x + i), i, n)));
    }
    if (!act_is_short(e->last.kind))
        act_curved(&e->last, vector, x, columns);
    for (size_t i = 0; i < columns; i += VL) {
        size_t n = columns - i < VL ? columns - i : VL;

        store_as(e->out, r->out, i, n, r->inverse, e->out_zero, v_load(x + i));
    }
}

/* Sums of int8 products as they are. */
TARGET static void finish_ints(const kernel_block *b)
{
    const char *sums = b->sums;
    char *out = b->out;

    for (size_t row = 0; row < b->rows; row++, sums += b->step * 4, out += b->out_stride * 4)
        memcpy(out, sums, b->columns * 4);
}

/* -- The common epilogues: what is asked of each vector is decided outside the loops --
 *
 *     v = sum * scale + bias, v = first(v), v = v + residual, v = min(max(v, low), high)
 */
typedef enum block_form { BLOCK_CLAMP, BLOCK_SWISH, BLOCK_GELU, BLOCK_ANY } block_form;

typedef struct block_plan {
    block_form first;
    float first_low, first_high; /* of BLOCK_CLAMP */
    float low, high;
} block_plan;

/* Activations that are a clamp; false for others. */
INLINE bool clamp_of(const kernel_activation *t, float *low, float *high)
{
    *low = t->kind == KERNEL_ACT_RELU ? 0 : t->kind == KERNEL_ACT_CLIP ? t->a : -INFINITY;
    *high = t->kind == KERNEL_ACT_CLIP ? t->b : INFINITY;
    return t->kind == KERNEL_ACT_NONE || t->kind == KERNEL_ACT_RELU || t->kind == KERNEL_ACT_CLIP;
}

INLINE block_plan plan_of(const kernel_epilogue *e)
{
    block_plan p = {.first = BLOCK_ANY};

    if (e->mul != 1 || e->add != 0 || e->out == Q_I8 || !clamp_of(&e->last, &p.low, &p.high))
        return p;
    if (clamp_of(&e->first, &p.first_low, &p.first_high))
        p.first = BLOCK_CLAMP;
    else if (e->first.kind == KERNEL_ACT_HARD_SWISH)
        p.first = BLOCK_SWISH;
    else if (e->first.kind == KERNEL_ACT_GELU)
        p.first = BLOCK_GELU;
    return p;
}

/* Columns i .. i + n of a row; sums are there to whole vectors. */
INLINE void block_vector(const finish_row *r, const block_plan *p, const block_form form,
                         const q_dtype out, const bool residual, size_t i, size_t n)
{
    const kernel_epilogue *e = r->e;
    const size_t c = r->b->column + i;
    const void *at = r->sums + i * 4;
    vf plus = v_set(0), v = r->ints ? v_of_int(vi_load(at)) : v_load(at);

    if (e->bias)
        plus = n == VL ? v_load(e->bias + c) : v_load_n(e->bias + c, n);
    if (e->scale)
        v = v_fma(v, n == VL ? v_load(e->scale + c) : v_load_n(e->scale + c, n), plus);
    else
        v = v + plus;
    if (form == BLOCK_CLAMP)
        v = v_min(v_set(p->first_high), v_max(v_set(p->first_low), v));
    else if (form == BLOCK_SWISH)
        v = v * v_min(v_set(1), v_max(v_set(0), v_fma(v, v_set(e->first.a), v_set(e->first.b))));
    else
        v = out == Q_F32 ? act_gelu(v) : act_gelu_brief(v);
    if (residual)
        v = v + load_as(out, r->residual, i, n, e->residual_scale, e->residual_zero);
    v = v_min(v_set(p->high), v_max(v_set(p->low), v));
    store_as(out, r->out, i, n, r->inverse, e->out_zero, v);
}

INLINE void block_rows(const finish_row *first, const block_plan *p, const block_form form,
                       const q_dtype out, const bool residual)
{
    const kernel_block *b = first->b;
    const size_t bytes = size_of(out), whole = b->columns / VL * VL, rest = b->columns - whole;
    finish_row r = *first;

    for (size_t row = 0; row < b->rows; row++) {
        for (size_t i = 0; i < whole; i += VL)
            block_vector(&r, p, form, out, residual, i, VL);
        if (rest)
            block_vector(&r, p, form, out, residual, whole, rest);
        r.sums += b->step * 4;
        r.out += b->out_stride * bytes;
        if (residual)
            r.residual += b->residual_stride * bytes;
    }
}

#define BLOCK_ROWS(form, out)                                                                      \
    (r->residual ? block_rows(r, p, form, out, true) : block_rows(r, p, form, out, false))
#define BLOCK_ROWS_OF(name, out)                                                                   \
    TARGET static void name(const finish_row *r, const block_plan *p)                              \
    {                                                                                              \
        if (p->first == BLOCK_CLAMP)                                                               \
            BLOCK_ROWS(BLOCK_CLAMP, out);                                                          \
        else if (p->first == BLOCK_SWISH)                                                          \
            BLOCK_ROWS(BLOCK_SWISH, out);                                                          \
        else                                                                                       \
            BLOCK_ROWS(BLOCK_GELU, out);                                                           \
    }
BLOCK_ROWS_OF(block_f32, Q_F32)
BLOCK_ROWS_OF(block_bf16, Q_BF16)
BLOCK_ROWS_OF(block_u8, Q_U8)

TARGET static void rows_of_any(finish_row r, const vector_table *v)
{
    const kernel_epilogue *e = r.e;
    const kernel_block *b = r.b;
    size_t bytes = size_of(e->out);
    bool brief = act_is_short(e->first.kind) && act_is_short(e->last.kind);

    for (size_t row = 0; row < b->rows; row++) {
        if (!brief)
            row_curved(&r, v);
        else
            row_short(&r, e->out);
        r.sums += b->step * 4;
        r.out += b->out_stride * bytes;
        if (r.residual)
            r.residual += b->residual_stride * bytes;
    }
}

TARGET static void finish(const kernel_epilogue *e, const kernel_block *b, const vector_table *v)
{
    const block_plan p = plan_of(e);
    const finish_row r = {
        e, b, b->sums, b->out, b->residual, e->out_scale ? 1 / e->out_scale : 0, b->ints};

    if (e->out == Q_I32)
        finish_ints(b);
    else if (p.first == BLOCK_ANY)
        rows_of_any(r, v);
    else if (e->out == Q_F32)
        block_f32(&r, &p);
    else if (e->out == Q_BF16)
        block_bf16(&r, &p);
    else
        block_u8(&r, &p);
}

INLINE void widen_as(const q_dtype from, const void *in, float scale, int zero, float *out,
                     size_t n)
{
    size_t i = 0;

    for (; i + VL <= n; i += VL)
        v_store(out + i, load_as(from, in, i, VL, scale, zero));
    if (i < n)
        v_store_n(out + i, load_as(from, in, i, n - i, scale, zero), n - i);
}

TARGET static void widen(q_dtype from, const void *in, float scale, int zero, float *out, size_t n)
{
    if (from == Q_BF16)
        widen_as(Q_BF16, in, scale, zero, out, n);
    else if (from == Q_U8)
        widen_as(Q_U8, in, scale, zero, out, n);
    else
        widen_as(from, in, scale, zero, out, n);
}

INLINE void narrow_as(const q_dtype to, const float *in, float inverse, int zero, void *out,
                      size_t n)
{
    size_t i = 0;

    for (; i + VL <= n; i += VL)
        store_as(to, out, i, VL, inverse, zero, v_load(in + i));
    if (i < n)
        store_as(to, out, i, n - i, inverse, zero, v_load_n(in + i, n - i));
}

TARGET static void narrow(q_dtype to, const float *in, float scale, int zero, void *out, size_t n)
{
    float inverse = scale != 0 ? 1 / scale : 0;

    if (to == Q_BF16)
        narrow_as(Q_BF16, in, inverse, zero, out, n);
    else if (to == Q_U8)
        narrow_as(Q_U8, in, inverse, zero, out, n);
    else
        narrow_as(to, in, inverse, zero, out, n);
}

/* A sum's whole way in registers, for the epilogues of kernel_fast; `out` is as `type`. */
INLINE void put_fast(const kernel_fast *f, q_dtype type, void *out, size_t i, size_t n, vf scale,
                     vf bias, vf v)
{
    v = v_fma(v, scale, bias);
    if (f->form == FAST_CLAMP)
        v = v_min(v_set(f->high), v_max(v_set(f->low), v));
    else
        v = v_fma(v * v_min(v_set(1), v_max(v_set(0), v_fma(v, v_set(f->a), v_set(f->b)))),
                  v_set(f->mul), v_set(f->add));
    store_as(type, out, i, n, f->inverse, (int)f->zero, v);
}
