/* ConvTranspose: each element of the image adds its multiple of the kernel to
 * the output. Weights are [C, M / group, kernel...]; a task makes one plane of
 * the output, so that no two tasks write the same element.
 */
#include "engine/op_conv.h"
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <assert.h>

/* Padding from the output's size: what is too much is cut off, `begin` taking
 * the larger half unless auto_pad is SAME_UPPER.
 */
static void pads_from_size(window_auto kind, size_t full, size_t want, size_t *begin, size_t *end)
{
    size_t total = full > want ? full - want : 0;

    *begin = kind == WINDOW_SAME_UPPER ? total / 2 : total - total / 2;
    *end = total - *begin;
}

static q_code axis_resolve(const conv_params *p, window *w, size_t i, q_err *err)
{
    const window_attrs *a = &p->attrs;
    size_t full, skip = p->out_shape_count > w->rank ? p->out_shape_count - w->rank : 0, want;

    if (w->in[i] == 0)
        return q_err_set(err, Q_INVALID, "dimension %zu of the image is 0", i);
    full = w->stride[i] * (w->in[i] - 1) + slide__extent(w, i);
    if (p->out_pad_count)
        full += p->out_pad[i];
    w->pad[i] = w->pad_end[i] = 0;
    if (p->out_shape_count) {
        w->out[i] = p->out_shape[skip + i];
        pads_from_size(a->auto_pad, full, w->out[i], &w->pad[i], &w->pad_end[i]);
        return Q_OK;
    }
    if (a->auto_pad == WINDOW_SAME_UPPER || a->auto_pad == WINDOW_SAME_LOWER) {
        w->out[i] = w->in[i] * w->stride[i];
        pads_from_size(a->auto_pad, full, w->out[i], &w->pad[i], &w->pad_end[i]);
        return Q_OK;
    }
    if (a->auto_pad == WINDOW_GIVEN && a->pad_count) {
        w->pad[i] = a->pads[i];
        w->pad_end[i] = a->pads[w->rank + i];
    }
    want = w->pad[i] + w->pad_end[i];
    if (full <= want)
        return q_err_set(err, Q_INVALID, "padding of %zu leaves nothing of dimension %zu, %zu",
                         want, i, full);
    w->out[i] = full - want;
    return Q_OK;
}

static q_code transpose_window(const q_op_call *c, window *cube, q_shape *out, q_err *err)
{
    const conv_params *p = c->params;
    const q_shape *xs = &c->in[0]->shape, *ws = &c->in[1]->shape;
    window w = {0};
    size_t i;
    q_code rc = conv__check(c, 0, 1, p->group, 0, err);

    if (!rc)
        rc = slide__shape(&p->attrs, ws->dims + 2, xs->rank - 2, &w, err);
    if (rc)
        return rc;
    if (p->out_pad_count && p->out_pad_count != w.rank)
        return q_err_set(err, Q_INVALID, "output_padding has %zu values; wanted %zu",
                         p->out_pad_count, w.rank);
    if (p->out_shape_count && p->out_shape_count != w.rank && p->out_shape_count != w.rank + 2)
        return q_err_set(err, Q_INVALID, "output_shape has %zu values; wanted %zu",
                         p->out_shape_count, w.rank);
    *out = *xs;
    if (ws->dims[1] > SIZE_MAX / p->group)
        return q_err_set(err, Q_LIMIT, "too many output channels");
    out->dims[1] = ws->dims[1] * p->group;
    for (i = 0; i < w.rank && !rc; i++) {
        w.in[i] = xs->dims[2 + i];
        rc = axis_resolve(p, &w, i, err);
        out->dims[2 + i] = w.out[i];
    }
    if (!rc)
        rc = conv__cube(&w, cube, err);
    return rc;
}

static q_code transpose_infer(q_op_call *c, q_err *err)
{
    window cube;
    q_shape out;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__want(c, 1, err, widen__floats);
    if (!rc)
        rc = transpose_window(c, &cube, &out, err);
    if (!rc)
        rc = conv__check_vector(c, 2, "the bias", out.dims[1], err);
    if (!rc && op__has(c, 2))
        rc = op__want(c, 2, err, widen__floats);
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

typedef struct transpose_job {
    window w;
    size_t group, in_channels, out_channels; /* of one group */
    const float *x, *weights, *bias;
    float *y;
} transpose_job;

/* Where tap k of in position i falls; false outside. */
static bool lands(const window *w, size_t axis, size_t i, size_t k, size_t *out)
{
    size_t at = i * w->stride[axis] + k * w->dilation[axis];

    if (at < w->pad[axis] || at - w->pad[axis] >= w->out[axis])
        return false;
    *out = at - w->pad[axis];
    return true;
}

static void add_row(const window *w, const float *x, const float *weights, float *y)
{
    size_t k, i, s = w->stride[2];

    for (k = 0; k < w->kernel[2]; k++) {
        size_t shift = k * w->dilation[2], pad = w->pad[2];
        size_t from = shift >= pad ? 0 : (pad - shift + s - 1) / s, to;

        to = shift >= w->out[2] + pad ? 0 : (w->out[2] + pad - shift + s - 1) / s;
        if (to > w->in[2])
            to = w->in[2];
        for (i = from; i < to; i++)
            y[i * s + shift - pad] += x[i] * weights[k];
    }
}

static void add_plane(const window *w, const float *x, const float *weights, float *y)
{
    size_t id, ih, kd, kh, od, oh;

    for (id = 0; id < w->in[0]; id++)
        for (kd = 0; kd < w->kernel[0]; kd++) {
            if (!lands(w, 0, id, kd, &od))
                continue;
            for (ih = 0; ih < w->in[1]; ih++)
                for (kh = 0; kh < w->kernel[1]; kh++)
                    if (lands(w, 1, ih, kh, &oh))
                        add_row(w, x + (id * w->in[1] + ih) * w->in[2],
                                weights + (kd * w->kernel[1] + kh) * w->kernel[2],
                                y + (od * w->out[1] + oh) * w->out[2]);
        }
}

static void transpose_planes(void *ctx, size_t from, size_t to)
{
    const transpose_job *j = ctx;
    const window *w = &j->w;
    size_t in_pixels = w->in[0] * w->in[1] * w->in[2];
    size_t out_pixels = w->out[0] * w->out[1] * w->out[2];
    size_t taps = w->kernel[0] * w->kernel[1] * w->kernel[2], plane, ic, i;

    for (plane = from; plane < to; plane++) {
        size_t channels = j->group * j->out_channels, oc = plane % channels;
        size_t g = oc / j->out_channels, image = plane / channels;
        const float *x = j->x + (image * j->group + g) * j->in_channels * in_pixels;
        const float *wt =
            j->weights + (g * j->in_channels * j->out_channels + oc % j->out_channels) * taps;
        float *y = j->y + plane * out_pixels;

        for (i = 0; i < out_pixels; i++)
            y[i] = j->bias ? j->bias[oc] : 0;
        for (ic = 0; ic < j->in_channels; ic++)
            add_plane(w, x + ic * in_pixels, wt + ic * j->out_channels * taps, y);
    }
}

static q_code transpose_compute(q_op_call *c, q_err *err)
{
    const conv_params *p = c->params;
    transpose_job j = {.group = p->group,
                       .in_channels = c->in[0]->shape.dims[1] / p->group,
                       .out_channels = c->in[1]->shape.dims[1],
                       .x = c->in[0]->data,
                       .weights = c->in[1]->data,
                       .bias = op__has(c, 2) ? c->in[2]->data : NULL,
                       .y = c->out[0]->data};
    q_shape out;
    q_code rc = transpose_window(c, &j.w, &out, err);

    if (rc)
        return rc;
    op__parallel(c->team, out.dims[0] * out.dims[1], 1, transpose_planes, &j);
    return Q_OK;
}

static q_code transpose_run(q_op_call *c, q_err *err)
{
    return widen__run(c, transpose_compute, err);
}

static const q_op ops[] = {
    {"", "ConvTranspose", 1, 0, 2, 3, 1, 0, sizeof(conv_params), conv__load, transpose_infer,
     transpose_run},
};

const q_op_table op__conv_transpose = {ops, sizeof ops / sizeof *ops};
