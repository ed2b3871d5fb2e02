/* Weights as the kernels read them (kernel.h), in place of those of the file. */
#include "engine/op_quern.h"
#include "engine/pass_list.h"
#include "engine/winograd.h"

#include <string.h>

/* Up to so many channels a row of the kernel is one tap: images of few channels lie tighter so. */
enum { FEW_CHANNELS = 8 };

/* Weights as [taps][k][n] by strides, in elements. */
typedef struct source {
    const void *data;
    size_t taps, k, n;
    size_t tap_stride, k_stride, n_stride;
} source;

static const q_attr *ints_of(const q_node *n, const char *name, size_t count)
{
    const q_attr *a = q_node_attr(n, name);

    return a && a->kind == Q_ATTR_INTS && a->count == count ? a : NULL;
}

static q_code pack(pass *p, q_node *n, const source *s, q_dtype dtype, int64_t how, q_err *err)
{
    kernel_matrix m = {.dtype = dtype, .n = s->n, .taps = s->taps, .k = s->k};
    q_shape shape = kernel__packed_shape(&m);
    q_value_id packed;
    void *data;
    q_code rc = pass__new_constant(p, dtype, &shape, &data, &packed, err);

    if (rc)
        return rc;
    kernel__pack(s->data, s->tap_stride, s->k_stride, s->n_stride, &m, data);
    pass__set_input(p, n, QUERN_W, packed);
    n->op = NULL;
    return graph__set_int(p->g, n, "packed", how, err);
}

/* [o, i, y, x] to [a][b][c][d] where order names which of o i y x is which; elements of `size`. */
static void *reorder(pass *p, const q_tensor *w, const size_t *order)
{
    size_t size = q_dtype_bits(w->dtype) / 8, dims[4] = {1, 1, 1, 1}, strides[4], at = 0, step = 1;
    char *out = q_arena_alloc(p->scratch, q_tensor_bytes(w));
    const char *in = w->data;

    for (size_t i = 0; i < w->shape.rank; i++)
        dims[i < 2 ? i : 4 - w->shape.rank + i] = w->shape.dims[i];
    for (size_t i = 4; i-- > 0; step *= dims[i])
        strides[i] = step;
    for (size_t a = 0; out && a < dims[order[0]]; a++)
        for (size_t b = 0; b < dims[order[1]]; b++)
            for (size_t c = 0; c < dims[order[2]]; c++)
                for (size_t d = 0; d < dims[order[3]]; d++, at += size)
                    memcpy(out + at,
                           in + (a * strides[order[0]] + b * strides[order[1]] +
                                 c * strides[order[2]] + d * strides[order[3]]) *
                                    size,
                           size);
    return out;
}

/* Whether winograd.h computes it: what it asks of the convolution, but for the image's sides. */
static bool for_winograd(const q_node *n, const q_tensor *w, q_dtype dtype)
{
    const q_attr *strides = ints_of(n, "strides", 2), *dilations = ints_of(n, "dilations", 2);
    kernel_matrix m = {.dtype = dtype, .n = w->shape.dims[0], .taps = 9, .k = w->shape.dims[1]};
    kernel_epilogue e = {.out = (q_dtype)q_node_int(n, "out_type", Q_F32)};
    kernel_conv c = {.b = &m, .epilogue = &e, .kernel_h = 1, .kernel_w = 1};

    if (w->shape.rank == 4) {
        c.kernel_h = w->shape.dims[2];
        c.kernel_w = w->shape.dims[3];
    }
    c.stride_h = strides ? (size_t)strides->ints[0] : 1;
    c.stride_w = strides ? (size_t)strides->ints[1] : 1;
    c.dilation_h = dilations ? (size_t)dilations->ints[0] : 1;
    c.dilation_w = dilations ? (size_t)dilations->ints[1] : 1;
    return winograd__suits(&c);
}

static q_code pack_points(pass *p, q_node *n, const q_tensor *w, q_err *err)
{
    size_t k = w->shape.dims[1];
    q_shape shape = winograd__packed_shape(k, w->shape.dims[0]);
    q_value_id packed;
    void *data;
    q_code rc = pass__new_constant(p, Q_F32, &shape, &data, &packed, err);

    if (!rc)
        rc = winograd__pack(w->data, 1, 9, 9 * k, k, w->shape.dims[0], data, err);
    if (rc)
        return rc;
    pass__set_input(p, n, QUERN_W, packed);
    n->op = NULL;
    return graph__set_int(p->g, n, "packed", 3, err);
}

static q_code pack_conv(pass *p, q_node *n, const q_tensor *w, q_dtype dtype, q_err *err)
{
    static const size_t rows_first[] = {2, 3, 1, 0}; /* y, x, i, o */
    const q_attr *kernel = ints_of(n, "kernel_shape", 2), *dilations = ints_of(n, "dilations", 2);
    size_t taps, width;
    source s = {.data = w->data, .n = w->shape.dims[0], .k = w->shape.dims[1]};

    if (for_winograd(n, w, dtype))
        return pack_points(p, n, w, err);
    taps = q_shape_span(&w->shape, 2, w->shape.rank);
    width = kernel ? (size_t)kernel->ints[1] : 1;
    if (s.k < FEW_CHANNELS && width > 1 && (!dilations || dilations->ints[1] == 1)) {
        s.taps = taps / width;
        s.data = reorder(p, w, rows_first);
        if (!s.data)
            return q_err_nomem(err);
        s.k *= width;
        s.n_stride = 1;
        s.k_stride = s.n;
        s.tap_stride = s.k * s.n;
        return pack(p, n, &s, dtype, 2, err);
    }
    s.taps = taps;
    s.tap_stride = 1;
    s.k_stride = taps;
    s.n_stride = taps * s.k;
    return pack(p, n, &s, dtype, 1, err);
}

static q_code pack_matmul(pass *p, q_node *n, const q_tensor *w, q_dtype dtype, q_err *err)
{
    bool turned = q_node_int(n, "turned", 0) != 0;
    source s = {.data = w->data, .taps = 1};

    s.n = w->shape.dims[turned ? 0 : 1];
    s.k = w->shape.dims[turned ? 1 : 0];
    s.k_stride = turned ? 1 : s.n;
    s.n_stride = turned ? s.k : 1;
    return pack(p, n, &s, dtype, 1, err);
}

/* [channels, 1, taps...] to [taps][channels]. */
static q_code pack_depthwise(pass *p, q_node *n, const q_tensor *w, q_err *err)
{
    size_t size = q_dtype_bits(w->dtype) / 8, channels = w->shape.dims[0];
    size_t taps = q_shape_span(&w->shape, 2, w->shape.rank);
    q_shape s = {.rank = 2, .dims = {taps, channels}};
    q_value_id packed;
    void *data;
    q_code rc = pass__new_constant(p, w->dtype, &s, &data, &packed, err);

    if (rc)
        return rc;
    for (size_t t = 0; t < taps; t++)
        for (size_t c = 0; c < channels; c++)
            memcpy((char *)data + (t * channels + c) * size,
                   (const char *)w->data + (c * taps + t) * size, size);
    pass__set_input(p, n, QUERN_W, packed);
    n->op = NULL;
    return graph__set_int(p->g, n, "packed", 1, err);
}

/* A bias or scale [n], as often as the kernel is wide. */
static q_code repeat_row(pass *p, q_node *n, size_t input, size_t times, q_err *err)
{
    const q_tensor *t = pass__has_in(n, input) ? pass__constant(p, n->in[input]) : NULL;
    q_shape s = {.rank = 1};
    q_value_id v;
    void *data;
    q_code rc;

    if (!t)
        return Q_OK;
    s.dims[0] = times * q_shape_count(&t->shape);
    rc = pass__new_constant(p, t->dtype, &s, &data, &v, err);
    for (size_t i = 0; !rc && i < times; i++)
        memcpy((char *)data + i * q_tensor_bytes(t), t->data, q_tensor_bytes(t));
    if (!rc)
        pass__set_input(p, n, input, v);
    return rc;
}

/* Weights [i, o, y, x]; a tap is a row of the kernel, its columns are (x, o). */
static q_code pack_deconv(pass *p, q_node *n, const q_tensor *w, q_dtype dtype, q_err *err)
{
    static const size_t order[] = {2, 0, 3, 1}; /* y, i, x, o */
    size_t width = w->shape.dims[3];
    source s = {.data = reorder(p, w, order), .taps = w->shape.dims[2], .k = w->shape.dims[0]};
    q_code rc;

    if (!s.data)
        return q_err_nomem(err);
    s.n = width * w->shape.dims[1];
    s.n_stride = 1;
    s.k_stride = s.n;
    s.tap_stride = s.k * s.n;
    rc = pack(p, n, &s, dtype, 1, err);
    if (!rc)
        rc = repeat_row(p, n, QUERN_BIAS, width, err);
    return rc ? rc : repeat_row(p, n, QUERN_SCALE, width, err);
}

/* Whether weights [o, i, taps...] or [k, n] are what the node says; files may hold anything. */
static bool fits(const q_node *n, const q_shape *s)
{
    const q_attr *channels = ints_of(n, "channels", 2), *kernel = ints_of(n, "kernel_shape", 2);
    bool product = pass__is_quern(n, "MatMul"), turned = q_node_int(n, "turned", 0) != 0;
    bool deconv = pass__is_quern(n, "ConvTranspose");
    size_t first, taps;

    if (!channels || channels->ints[0] < 1 || channels->ints[1] < 1 || !q_shape_count(s))
        return false;
    if (product)
        return s->rank == 2 && s->dims[turned ? 0 : 1] == (size_t)channels->ints[0] &&
               s->dims[turned ? 1 : 0] == (size_t)channels->ints[1];
    first = deconv ? 1 : 0;
    taps = kernel ? (size_t)kernel->ints[0] * (size_t)kernel->ints[1] : 1;
    return s->rank >= 3 && s->rank <= 4 && (!deconv || s->rank == 4) &&
           s->dims[first] == (size_t)channels->ints[0] &&
           s->dims[1 - first] == (size_t)channels->ints[1] && q_shape_span(s, 2, s->rank) == taps &&
           (!kernel || s->dims[s->rank - 1] == (size_t)kernel->ints[1]);
}

static q_code pack_node(pass *p, q_node *n, q_err *err)
{
    const q_tensor *w;
    q_dtype dtype;

    if (!q_str_is(n->domain, "quern") || q_node_int(n, "packed", 0) || !pass__has_in(n, QUERN_W))
        return Q_OK;
    w = pass__constant(p, n->in[QUERN_W]);
    if (!w || (w->dtype != Q_F32 && w->dtype != Q_I8) || !fits(n, &w->shape))
        return Q_OK;
    dtype = w->dtype == Q_I8 ? Q_I8 : (q_dtype)q_node_int(n, "weights_type", Q_F32);
    if (pass__is_quern(n, "Conv"))
        return pack_conv(p, n, w, dtype, err);
    if (pass__is_quern(n, "MatMul"))
        return pack_matmul(p, n, w, dtype, err);
    if (pass__is_quern(n, "Depthwise"))
        return pack_depthwise(p, n, w, err);
    if (pass__is_quern(n, "ConvTranspose"))
        return pack_deconv(p, n, w, dtype, err);
    return Q_OK;
}

q_code pass__pack(pass *p, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < p->g->node_count; i++)
        if (p->g->nodes[i]->out_count)
            rc = pack_node(p, p->g->nodes[i], err);
    return rc;
}
