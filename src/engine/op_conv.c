#include "engine/op_conv.h"

#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/product.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define WORK_GRAIN 65536 /* multiplications a task should have at least */
#define LONG_WINDOW 16   /* taps of a row that are worth a sum of their own */

q_code conv__load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    conv_params *p = params;
    const int64_t *v = NULL;
    int64_t group = 1;
    size_t i;
    q_code rc = slide__load(n, &p->attrs, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "group", 1, &group, err);
    if (rc)
        return rc;
    if (group < 1 || group > INT32_MAX)
        return q_err_set(err, Q_INVALID, "group is %lld; wanted 1 or more", (long long)group);
    p->group = (size_t)group;
    rc = op__attr_ints(n, "output_padding", &v, &p->out_pad_count, err);
    if (rc)
        return rc;
    if (p->out_pad_count > WINDOW_MAX)
        return q_err_set(err, Q_INVALID, "output_padding has %zu values", p->out_pad_count);
    for (i = 0; i < p->out_pad_count; i++) {
        if (v[i] < 0 || v[i] > INT32_MAX)
            return q_err_set(err, Q_INVALID, "output_padding has %lld", (long long)v[i]);
        p->out_pad[i] = (size_t)v[i];
    }
    rc = op__attr_ints(n, "output_shape", &v, &p->out_shape_count, err);
    if (rc)
        return rc;
    if (p->out_shape_count > Q_MAX_RANK)
        return q_err_set(err, Q_INVALID, "output_shape has %zu values", p->out_shape_count);
    for (i = 0; i < p->out_shape_count; i++) {
        if (v[i] < 0 || v[i] > INT32_MAX)
            return q_err_set(err, Q_INVALID, "output_shape has %lld", (long long)v[i]);
        p->out_shape[i] = (size_t)v[i];
    }
    return Q_OK;
}

q_code conv__check(const q_op_call *c, size_t x, size_t w, size_t group, size_t channel_axis,
                   q_err *err)
{
    const q_shape *xs = &c->in[x]->shape, *ws = &c->in[w]->shape;
    size_t i, want;

    if (xs->rank < 3)
        return q_err_set(err, Q_INVALID, "the image has %zu dimensions; wanted [N, C, spatial...]",
                         xs->rank);
    if (ws->rank != xs->rank)
        return q_err_set(err, Q_INVALID, "the weights have %zu dimensions, the image %zu", ws->rank,
                         xs->rank);
    for (i = 2; i < ws->rank; i++)
        if (ws->dims[i] == 0)
            return q_err_set(err, Q_INVALID, "the kernel's dimension %zu is 0", i - 2);
    want = channel_axis ? xs->dims[1] / group : xs->dims[1];
    if (xs->dims[1] % group || ws->dims[channel_axis] != want)
        return q_err_set(err, Q_INVALID,
                         "the image has %zu channels in %zu groups, the weights take %zu",
                         xs->dims[1], group, ws->dims[channel_axis]);
    if (channel_axis && ws->dims[0] % group)
        return q_err_set(err, Q_INVALID, "%zu output channels do not divide into %zu groups",
                         ws->dims[0], group);
    return Q_OK;
}

q_code conv__check_vector(const q_op_call *c, size_t i, const char *name, size_t count, q_err *err)
{
    char text[160];

    if (!op__has(c, i))
        return Q_OK;
    if (c->in[i]->shape.rank != 1 || c->in[i]->shape.dims[0] != count)
        return q_err_set(err, Q_INVALID, "%s has shape %s; wanted [%zu]", name,
                         q_shape_text(&c->in[i]->shape, text), count);
    return Q_OK;
}

q_code conv__cube(const window *w, window *cube, q_err *err)
{
    size_t i, shift;

    if (w->rank > 3)
        return q_err_set(err, Q_UNSUPPORTED,
                         "a convolution over %zu dimensions; at most 3 are handled", w->rank);
    shift = 3 - w->rank;
    *cube = (window){.rank = 3};
    for (i = 0; i < 3; i++) {
        bool has = i >= shift;

        cube->in[i] = has ? w->in[i - shift] : 1;
        cube->out[i] = has ? w->out[i - shift] : 1;
        cube->kernel[i] = has ? w->kernel[i - shift] : 1;
        cube->stride[i] = has ? w->stride[i - shift] : 1;
        cube->dilation[i] = has ? w->dilation[i - shift] : 1;
        cube->pad[i] = has ? w->pad[i - shift] : 0;
        cube->pad_end[i] = has ? w->pad_end[i - shift] : 0;
    }
    return Q_OK;
}

/* -- The sums: out rows gather in rows, element times weight -- */

/* float32 and int32 take the same way: the elements have four bytes, and only
 * adding up a row differs.
 */
typedef struct conv_job {
    window w;
    size_t group, in_channels, out_channels; /* in: of one group; out: of all */
    const void *x, *weights, *bias;          /* bias: [out_channels] or NULL */
    void *y;
    void (*add_row)(void *out, const void *in, const void *weight, size_t n, size_t stride);
} conv_job;

static void add_row_f32(void *out, const void *in, const void *weight, size_t n, size_t stride)
{
    const float *x = in;
    float *y = out, w = *(const float *)weight;
    size_t i;

    if (stride == 1)
        product__table()->add_scaled(y, w, x, n);
    else
        for (i = 0; i < n; i++)
            y[i] += x[i * stride] * w;
}

/* Sums wrap, as the standard's int32 accumulator does. */
static void add_row_i32(void *out, const void *in, const void *weight, size_t n, size_t stride)
{
    const uint32_t *x = in;
    uint32_t *y = out, w = *(const uint32_t *)weight;
    size_t i;

    for (i = 0; i < n; i++)
        y[i] += x[i * stride] * w;
}

/* Those out columns [*from, *to) whose tap `k` lies in the image. */
static void columns(const window *w, size_t k, size_t *from, size_t *to)
{
    size_t shift = k * w->dilation[2], pad = w->pad[2], s = w->stride[2];

    *from = shift >= pad ? 0 : (pad - shift + s - 1) / s;
    *to = shift >= w->in[2] + pad ? 0 : (w->in[2] + pad - shift + s - 1) / s;
    if (*to > w->out[2])
        *to = w->out[2];
    if (*from > *to)
        *from = *to;
}

/* Long windows far apart, of a filter bank: each sum by itself, over the taps in the image. */
static void row_of_dots(const window *w, const float *in, const float *weights, float *out)
{
    for (size_t i = 0; i < w->out[2]; i++) {
        size_t at = i * w->stride[2], pad = w->pad[2];
        size_t from = at < pad ? pad - at : 0, end = w->in[2] + pad - at;
        size_t to = at > w->in[2] + pad ? 0 : end < w->kernel[2] ? end : w->kernel[2];

        if (from < to)
            out[i] += product__table()->dot(in + (at + from - pad), weights + from, to - from);
    }
}

static void row_of_taps(const conv_job *j, const uint32_t *in, const uint32_t *weights,
                        uint32_t *out)
{
    const window *w = &j->w;
    size_t k, from, to;

    if (j->add_row == add_row_f32 && w->stride[2] > 1 && w->dilation[2] == 1 &&
        w->kernel[2] >= LONG_WINDOW) {
        row_of_dots(w, (const float *)(const void *)in, (const float *)(const void *)weights,
                    (float *)(void *)out);
        return;
    }
    for (k = 0; k < w->kernel[2]; k++) {
        columns(w, k, &from, &to);
        if (from < to)
            j->add_row(out + from, in + (from * w->stride[2] + k * w->dilation[2] - w->pad[2]),
                       weights + k, to - from, w->stride[2]);
    }
}

/* `row` counts out rows: image, channel, depth, height. */
static void conv_row(const conv_job *j, size_t row)
{
    const window *w = &j->w;
    size_t oh = row % w->out[1], od = row / w->out[1] % w->out[0];
    size_t plane = row / w->out[1] / w->out[0];
    size_t oc = plane % j->out_channels, image = plane / j->out_channels;
    size_t g = oc / (j->out_channels / j->group);
    size_t taps = w->kernel[0] * w->kernel[1] * w->kernel[2];
    size_t pixels = w->in[0] * w->in[1] * w->in[2];
    const uint32_t *x = (const uint32_t *)j->x + (image * j->group + g) * j->in_channels * pixels;
    const uint32_t *wt = (const uint32_t *)j->weights + oc * j->in_channels * taps;
    uint32_t *out = (uint32_t *)j->y + row * w->out[2];
    size_t d_from, d_to, h_from, h_to, ic, kd, kh, i;
    uint32_t start = j->bias ? ((const uint32_t *)j->bias)[oc] : 0;

    for (i = 0; i < w->out[2]; i++)
        out[i] = start;
    slide__clip(w, 0, od, &d_from, &d_to);
    slide__clip(w, 1, oh, &h_from, &h_to);
    for (ic = 0; ic < j->in_channels; ic++)
        for (kd = d_from; kd < d_to; kd++)
            for (kh = h_from; kh < h_to; kh++) {
                size_t id = od * w->stride[0] + kd * w->dilation[0] - w->pad[0];
                size_t ih = oh * w->stride[1] + kh * w->dilation[1] - w->pad[1];

                row_of_taps(j, x + ((ic * w->in[0] + id) * w->in[1] + ih) * w->in[2],
                            wt + ((ic * w->kernel[0] + kd) * w->kernel[1] + kh) * w->kernel[2],
                            out);
            }
}

static void conv_rows(void *ctx, size_t from, size_t to)
{
    size_t row;

    for (row = from; row < to; row++)
        conv_row(ctx, row);
}

/* A kernel of one tap takes the plane for one row. */
static void flatten(window *w)
{
    size_t i;

    for (i = 0; i < 3; i++)
        if (w->kernel[i] != 1 || w->stride[i] != 1 || w->pad[i] || w->pad_end[i])
            return;
    w->in[2] *= w->in[0] * w->in[1];
    w->out[2] = w->in[2];
    w->in[0] = w->in[1] = w->out[0] = w->out[1] = 1;
}

static void conv_run_job(q_team *team, conv_job *j, size_t batch)
{
    const window *w = &j->w;

    flatten(&j->w);
    size_t work = w->out[2] * j->in_channels * w->kernel[0] * w->kernel[1] * w->kernel[2];
    size_t rows = batch * j->out_channels * w->out[0] * w->out[1];

    op__parallel(team, rows, WORK_GRAIN / (work ? work : 1) + 1, conv_rows, j);
}

/* The window of in[x] and in[w], and out[0]'s shape when `set`. */
static q_code conv_window(const q_op_call *c, size_t x, size_t w, window *cube, q_shape *out,
                          q_err *err)
{
    const conv_params *p = c->params;
    const q_shape *xs = &c->in[x]->shape, *ws = &c->in[w]->shape;
    window win;
    size_t i;
    q_code rc = conv__check(c, x, w, p->group, 1, err);

    if (!rc)
        rc = slide__resolve(&p->attrs, ws->dims + 2, xs->dims + 2, xs->rank - 2, false, &win, err);
    if (!rc)
        rc = conv__cube(&win, cube, err);
    if (rc)
        return rc;
    *out = *xs;
    out->dims[1] = ws->dims[0];
    for (i = 0; i < win.rank; i++)
        out->dims[2 + i] = win.out[i];
    return Q_OK;
}

/* infer has seen it work. */
static conv_job conv_job_of(const q_op_call *c, size_t x, size_t w)
{
    const conv_params *p = c->params;
    conv_job j = {.group = p->group,
                  .in_channels = c->in[w]->shape.dims[1],
                  .out_channels = c->in[w]->shape.dims[0]};
    q_shape out;
    q_code rc = conv_window(c, x, w, &j.w, &out, NULL);

    assert(rc == Q_OK);
    (void)rc;
    return j;
}

static q_code conv_infer(q_op_call *c, q_err *err)
{
    window cube;
    q_shape out;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__want(c, 1, err, widen__floats);
    if (!rc)
        rc = conv_window(c, 0, 1, &cube, &out, err);
    if (!rc)
        rc = conv__check_vector(c, 2, "the bias", c->in[1]->shape.dims[0], err);
    if (!rc && op__has(c, 2))
        rc = op__want(c, 2, err, widen__floats);
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

static q_code conv_compute(q_op_call *c, q_err *err)
{
    conv_job j = conv_job_of(c, 0, 1);

    (void)err;
    j.x = c->in[0]->data;
    j.weights = c->in[1]->data;
    j.bias = op__has(c, 2) ? c->in[2]->data : NULL;
    j.y = c->out[0]->data;
    j.add_row = add_row_f32;
    conv_run_job(c->team, &j, c->in[0]->shape.dims[0]);
    return Q_OK;
}

static q_code conv_run(q_op_call *c, q_err *err)
{
    return widen__run(c, conv_compute, err);
}

/* -- Integers: ConvInteger and QLinearConv -- */

static const q_dtype bytes[] = {Q_U8, Q_I8, Q_NONE};
static const q_dtype f32_only[] = {Q_F32, Q_NONE};

static int32_t byte_at(const q_tensor *t, size_t i)
{
    return t->dtype == Q_U8 ? ((const uint8_t *)t->data)[i] : ((const int8_t *)t->data)[i];
}

/* in[i] is left out, one value, or (`per` > 1) one for each output channel. */
static q_code zero_check(const q_op_call *c, size_t i, q_dtype want, size_t per, q_err *err)
{
    size_t count;
    char text[160];

    if (!op__has(c, i))
        return Q_OK;
    if (c->in[i]->dtype != want)
        return q_err_set(err, Q_INVALID, "input %zu is %s; wanted %s", i,
                         q_dtype_name(c->in[i]->dtype), q_dtype_name(want));
    count = q_shape_count(&c->in[i]->shape);
    if (c->in[i]->shape.rank > 1 || (count != 1 && count != per))
        return q_err_set(err, Q_INVALID, "input %zu has shape %s; wanted one value%s", i,
                         q_shape_text(&c->in[i]->shape, text),
                         per > 1 ? " or one for each output channel" : "");
    return Q_OK;
}

/* What is subtracted from element i, one of channels[count / per]. */
static void widen_bytes(const q_tensor *t, const q_tensor *zero, size_t per, int32_t *out)
{
    size_t count = q_shape_count(&t->shape), zeros = zero ? q_shape_count(&zero->shape) : 0, i;

    for (i = 0; i < count; i++)
        out[i] = byte_at(t, i) - (zeros == 0 ? 0 : byte_at(zero, zeros == 1 ? 0 : i / per));
}

static size_t padded(size_t count)
{
    return (count * sizeof(int32_t) + Q_TENSOR_ALIGN - 1) / Q_TENSOR_ALIGN * Q_TENSOR_ALIGN;
}

static q_code integer_infer(q_op_call *c, size_t x, size_t w, size_t x_zero, size_t w_zero,
                            q_shape *out, q_err *err)
{
    window cube;
    size_t one;
    q_code rc = op__want(c, x, err, bytes);

    if (!rc)
        rc = op__want(c, w, err, bytes);
    if (!rc)
        rc = conv_window(c, x, w, &cube, out, err);
    if (!rc)
        rc = zero_check(c, x_zero, c->in[x]->dtype, 1, err);
    if (!rc)
        rc = zero_check(c, w_zero, c->in[w]->dtype, c->in[w]->shape.dims[0], err);
    if (!rc)
        rc = q_tensor_measure(Q_I32, out, SIZE_MAX / 4, &one, err);
    if (rc)
        return rc;
    c->scratch_bytes =
        padded(q_shape_count(&c->in[x]->shape)) + padded(q_shape_count(&c->in[w]->shape));
    return Q_OK;
}

/* y: int32 sums, at the front of which scratch holds the operands. */
static void integer_run(q_op_call *c, size_t x, size_t w, size_t x_zero, size_t w_zero,
                        const int32_t *bias, int32_t *y)
{
    conv_job j = conv_job_of(c, x, w);
    const q_tensor *weights = c->in[w];
    size_t per = q_shape_span(&weights->shape, 1, weights->shape.rank);
    int32_t *xi = c->scratch;
    int32_t *wi = (int32_t *)((char *)c->scratch + padded(q_shape_count(&c->in[x]->shape)));

    widen_bytes(c->in[x], op__has(c, x_zero) ? c->in[x_zero] : NULL, 1, xi);
    widen_bytes(weights, op__has(c, w_zero) ? c->in[w_zero] : NULL, per, wi);
    j.x = xi;
    j.weights = wi;
    j.bias = bias;
    j.y = y;
    j.add_row = add_row_i32;
    conv_run_job(c->team, &j, c->in[x]->shape.dims[0]);
}

static q_code conv_integer_infer(q_op_call *c, q_err *err)
{
    q_shape out;
    q_code rc = integer_infer(c, 0, 1, 2, 3, &out, err);

    if (!rc)
        op__set(c, 0, Q_I32, &out);
    return rc;
}

static q_code conv_integer_run(q_op_call *c, q_err *err)
{
    (void)err;
    integer_run(c, 0, 1, 2, 3, NULL, c->out[0]->data);
    return Q_OK;
}

/* QLinearConv: x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias. */
enum { X, X_SCALE, X_ZERO, W, W_SCALE, W_ZERO, Y_SCALE, Y_ZERO, BIAS };

static q_code qlinear_infer(q_op_call *c, q_err *err)
{
    static const q_dtype i32[] = {Q_I32, Q_NONE};
    static const size_t scales[] = {X_SCALE, W_SCALE, Y_SCALE};
    q_shape out;
    size_t i, m;
    q_code rc = integer_infer(c, X, W, X_ZERO, W_ZERO, &out, err);

    if (rc)
        return rc;
    m = c->in[W]->shape.dims[0];
    for (i = 0; i < 3 && !rc; i++) {
        rc = op__want(c, scales[i], err, f32_only);
        if (!rc)
            rc = zero_check(c, scales[i], Q_F32, i == 1 ? m : 1, err);
    }
    if (!rc)
        rc = op__want(c, Y_ZERO, err, bytes);
    if (!rc)
        rc = zero_check(c, Y_ZERO, c->in[Y_ZERO]->dtype, 1, err);
    if (!rc)
        rc = conv__check_vector(c, BIAS, "the bias", m, err);
    if (!rc && op__has(c, BIAS))
        rc = op__want(c, BIAS, err, i32);
    if (rc)
        return rc;
    c->scratch_bytes += padded(q_shape_count(&out));
    op__set(c, 0, c->in[Y_ZERO]->dtype, &out);
    return Q_OK;
}

static void requantise(const q_op_call *c, const int32_t *sums)
{
    const q_shape *s = &c->out[0]->shape;
    size_t pixels = q_shape_span(s, 2, s->rank), count = q_shape_count(s), i;
    const float *w_scale = c->in[W_SCALE]->data;
    bool each = q_shape_count(&c->in[W_SCALE]->shape) > 1, is_u8 = c->out[0]->dtype == Q_U8;
    float x_scale = *(const float *)c->in[X_SCALE]->data;
    float y_scale = *(const float *)c->in[Y_SCALE]->data;
    float zero = (float)byte_at(c->in[Y_ZERO], 0);
    float least = is_u8 ? 0 : -128, most = is_u8 ? 255 : 127;

    for (i = 0; i < count; i++) {
        size_t oc = i / pixels % s->dims[1];
        float v = nearbyintf((float)sums[i] * (x_scale * w_scale[each ? oc : 0] / y_scale)) + zero;

        v = v > least ? v : least; /* NaN too */
        v = v < most ? v : most;
        if (is_u8)
            ((uint8_t *)c->out[0]->data)[i] = (uint8_t)v;
        else
            ((int8_t *)c->out[0]->data)[i] = (int8_t)v;
    }
}

static q_code qlinear_run(q_op_call *c, q_err *err)
{
    int32_t *sums = (int32_t *)((char *)c->scratch + padded(q_shape_count(&c->in[X]->shape)) +
                                padded(q_shape_count(&c->in[W]->shape)));

    (void)err;
    integer_run(c, X, W, X_ZERO, W_ZERO, op__has(c, BIAS) ? c->in[BIAS]->data : NULL, sums);
    requantise(c, sums);
    return Q_OK;
}

static const q_op ops[] = {
    {"", "Conv", 1, 0, 2, 3, 1, 0, sizeof(conv_params), conv__load, conv_infer, conv_run},
    {"", "ConvInteger", 10, 0, 2, 4, 1, 0, sizeof(conv_params), conv__load, conv_integer_infer,
     conv_integer_run},
    {"", "QLinearConv", 10, 0, 8, 9, 1, 0, sizeof(conv_params), conv__load, qlinear_infer,
     qlinear_run},
};

const q_op_table op__conv = {ops, sizeof ops / sizeof *ops};
