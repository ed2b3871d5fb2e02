/* Layout: the nodes that work on images, which become those of our own domain. */
#include "engine/kernel.h"
#include "engine/pass_layout.h"

#include <string.h>

/* A window over an image of one or two dimensions; one of one dimension has a height of 1. */
typedef struct window {
    size_t spatial;
    int64_t kernel[2], strides[2], dilations[2], pads[4]; /* top, left, bottom, right */
} window;

static bool read_pair(const q_node *n, const char *name, size_t spatial, int64_t *out)
{
    const q_attr *a = q_node_attr(n, name);

    if (!a)
        return true;
    if (a->kind != Q_ATTR_INTS || a->count != spatial)
        return false;
    for (size_t i = 0; i < spatial; i++) {
        out[2 - spatial + i] = a->ints[i];
        if (a->ints[i] < 1 || a->ints[i] > INT32_MAX)
            return false;
    }
    return true;
}

/* SAME pads so that out = ceil(in / stride), which must be the same for every size. */
static bool same_pads(const layout *l, const q_node *n, bool upper, window *w)
{
    for (size_t i = 0; i < 2; i++) {
        size_t d = 2 + i + w->spatial - 2;
        int64_t reach = (w->kernel[i] - 1) * w->dilations[i] + 1, total, low;
        size_t in = i + w->spatial < 2 ? 1 : layout__dim(l, n->in[0], d);

        if (w->strides[i] == 1) {
            total = reach - 1;
        } else if (in && in < INT32_MAX) {
            int64_t out = ((int64_t)in + w->strides[i] - 1) / w->strides[i];

            total = (out - 1) * w->strides[i] + reach - (int64_t)in;
            total = total < 0 ? 0 : total;
        } else {
            return false;
        }
        low = upper ? total / 2 : total - total / 2;
        w->pads[i] = low;
        w->pads[i + 2] = total - low;
    }
    return true;
}

static bool read_pads(const layout *l, const q_node *n, window *w)
{
    q_str mode = q_node_string(n, "auto_pad", "NOTSET");
    const q_attr *a = q_node_attr(n, "pads");
    size_t s = w->spatial;

    if (q_str_is(mode, "VALID"))
        return true;
    if (q_str_is(mode, "SAME_UPPER") || q_str_is(mode, "SAME_LOWER"))
        return same_pads(l, n, q_str_is(mode, "SAME_UPPER"), w);
    if (!a)
        return true;
    if (a->kind != Q_ATTR_INTS || a->count != 2 * s)
        return false;
    for (size_t i = 0; i < s; i++) {
        w->pads[2 - s + i] = a->ints[i];
        w->pads[4 - s + i] = a->ints[s + i];
    }
    for (size_t i = 0; i < 4; i++)
        if (w->pads[i] < 0 || w->pads[i] > INT32_MAX)
            return false;
    return true;
}

static bool read_window(const layout *l, const q_node *n, size_t spatial, const q_shape *weights,
                        window *w)
{
    *w = (window){.spatial = spatial, .kernel = {1, 1}, .strides = {1, 1}, .dilations = {1, 1}};
    if (spatial < 1 || spatial > 2 || !read_pair(n, "kernel_shape", spatial, w->kernel))
        return false;
    for (size_t i = 0; weights && i < spatial; i++) {
        int64_t side = (int64_t)weights->dims[2 + i];

        if (q_node_attr(n, "kernel_shape") && w->kernel[2 - spatial + i] != side)
            return false;
        w->kernel[2 - spatial + i] = side;
    }
    return read_pair(n, "strides", spatial, w->strides) &&
           read_pair(n, "dilations", spatial, w->dilations) && read_pads(l, n, w) &&
           w->kernel[0] * w->kernel[1] <= INT32_MAX;
}

static q_code write_window(q_graph *g, q_node *n, const window *w, q_err *err)
{
    q_code rc = graph__set_ints(g, n, "kernel_shape", w->kernel, 2, err);

    if (!rc)
        rc = graph__set_ints(g, n, "strides", w->strides, 2, err);
    if (!rc)
        rc = graph__set_ints(g, n, "dilations", w->dilations, 2, err);
    return rc ? rc : graph__set_ints(g, n, "pads", w->pads, 4, err);
}

/* n becomes quern:`type` on twins, reading `in` whose first is n's, channels first. */
static q_code redo(layout *l, q_node *n, const char *type, const q_value_id *in, size_t count,
                   size_t rank, q_node **made, q_err *err)
{
    q_value_id args[3], old = n->out[0], out = Q_NO_VALUE;
    q_str name = n->name;
    q_code rc;

    memcpy(args, in, count * sizeof *args);
    rc = layout__want_last(l, in[0], rank, &args[0], err);
    if (!rc)
        rc = pass__add(l->p, "quern", type, 1, args, count, &out, made, err);
    if (rc)
        return rc;
    (*made)->name = name;
    pass__remove(l->p, n);
    return layout__give_up(l, old, out, err);
}

/* -- Products -- */

/* The shape of weights that never change: float32, or int8 behind DequantizeLinear. */
static const q_shape *weights_shape(const layout *l, q_value_id v)
{
    const q_tensor *t = pass__constant(l->p, v);
    const q_node *n = pass__maker(l->p, v);

    if (t)
        return t->dtype == Q_F32 ? &t->shape : NULL;
    t = pass__is(n, "DequantizeLinear") ? pass__constant(l->p, n->in[0]) : NULL;
    return t && t->dtype == Q_I8 && pass__constant(l->p, n->in[1]) ? &t->shape : NULL;
}

static q_code conv_node(layout *l, q_node *n, bool *done, q_err *err)
{
    const q_shape *w = weights_shape(l, n->in[1]);
    int64_t group = q_node_int(n, "group", 1), channels[2];
    q_value_id in[3] = {n->in[0], n->in[1], pass__has_in(n, 2) ? n->in[2] : Q_NO_VALUE};
    bool depthwise;
    window win;
    q_node *made;
    q_code rc;

    if (!w || w->rank < 3 || !q_shape_count(w) || layout__rank(l, n->in[0]) != w->rank ||
        layout__rank(l, n->out[0]) != w->rank || !read_window(l, n, w->rank - 2, w, &win))
        return Q_OK;
    depthwise = group > 1 && w->dims[1] == 1 && (int64_t)w->dims[0] == group;
    if (group != 1 && !depthwise)
        return Q_OK;
    if (in[2] != Q_NO_VALUE && !pass__constant(l->p, in[2]))
        return Q_OK;
    channels[0] = (int64_t)w->dims[0];
    channels[1] = (int64_t)w->dims[1];
    rc = redo(l, n, depthwise ? "Depthwise" : "Conv", in, in[2] == Q_NO_VALUE ? 2 : 3, w->rank,
              &made, err);
    if (!rc)
        rc = graph__set_ints(l->p->g, made, "channels", channels, 2, err);
    *done = true;
    return rc ? rc : write_window(l->p->g, made, &win, err);
}

/* Weights [i, o, y, x] as those of a 1 x 1 convolution, whose outputs are the pixels (y, x, o) of a
 * window.
 */
static q_code window_weights(layout *l, const q_tensor *w, q_value_id *out, q_err *err)
{
    size_t in = w->shape.dims[0], n = w->shape.dims[1], taps = w->shape.dims[2] * w->shape.dims[3];
    q_shape s = {.rank = 4, .dims = {taps * n, in, 1, 1}};
    const float *from = w->data;
    void *data;
    q_code rc = pass__new_constant(l->p, Q_F32, &s, &data, out, err);

    for (size_t t = 0; !rc && t < taps; t++)
        for (size_t o = 0; o < n; o++)
            for (size_t i = 0; i < in; i++)
                ((float *)data)[(t * n + o) * in + i] = from[(i * n + o) * taps + t];
    return rc;
}

static q_code window_bias(layout *l, const q_tensor *b, size_t taps, q_value_id *out, q_err *err)
{
    size_t n = q_shape_count(&b->shape);
    q_shape s = {.rank = 1, .dims = {taps * n}};
    void *data;
    q_code rc = pass__new_constant(l->p, Q_F32, &s, &data, out, err);

    for (size_t t = 0; !rc && t < taps; t++)
        memcpy((float *)data + t * n, b->data, n * sizeof(float));
    return rc;
}

/* With few output channels a row of a window would fill a small part of a kernel's columns, and
 * activations be computed for the rest: the windows are made whole, and laid out then.
 */
static q_code narrow_deconv(layout *l, q_node *n, const q_tensor *w, q_value_id *in, window *win,
                            q_err *err)
{
    size_t taps = w->shape.dims[2] * w->shape.dims[3];
    int64_t channels[2] = {(int64_t)(taps * w->shape.dims[1]), (int64_t)w->shape.dims[0]};
    window one = {.kernel = {1, 1}, .strides = {1, 1}, .dilations = {1, 1}};
    q_value_id out = n->out[0], twin, spread = Q_NO_VALUE;
    q_node *made;
    q_code rc = window_weights(l, w, &in[1], err);

    if (!rc && in[2] != Q_NO_VALUE)
        rc = window_bias(l, pass__constant(l->p, in[2]), taps, &in[2], err);
    if (!rc)
        rc = redo(l, n, "Conv", in, in[2] == Q_NO_VALUE ? 2 : 3, 4, &made, err);
    if (!rc)
        rc = graph__set_ints(l->p->g, made, "channels", channels, 2, err);
    if (!rc)
        rc = write_window(l->p->g, made, &one, err);
    if (rc)
        return rc;
    twin = made->out[0];
    rc = pass__add(l->p, "quern", "Spread", 1, &twin, 1, &spread, &made, err);
    if (!rc)
        rc = graph__set_ints(l->p->g, made, "factors", win->kernel, 2, err);
    return rc ? rc : layout__give_up(l, out, spread, err);
}

/* Windows that do not meet: strides as the kernel, no padding. */
static q_code deconv_node(layout *l, q_node *n, bool *done, q_err *err)
{
    const q_tensor *w = pass__constant(l->p, n->in[1]);
    q_value_id in[3] = {n->in[0], n->in[1], pass__has_in(n, 2) ? n->in[2] : Q_NO_VALUE};
    int64_t channels[2];
    window win;
    q_node *made;
    q_code rc;

    if (!w || w->dtype != Q_F32 || w->shape.rank != 4 || !q_shape_count(&w->shape) ||
        q_node_int(n, "group", 1) != 1 || layout__rank(l, n->in[0]) != 4 ||
        layout__rank(l, n->out[0]) != 4 || !read_window(l, n, 2, &w->shape, &win) ||
        q_node_attr(n, "output_shape") || (in[2] != Q_NO_VALUE && !pass__constant(l->p, in[2])))
        return Q_OK;
    const q_attr *more = q_node_attr(n, "output_padding");

    for (size_t i = 0; more && more->kind == Q_ATTR_INTS && i < more->count; i++)
        if (more->ints[i])
            return Q_OK;
    for (size_t i = 0; i < 2; i++)
        if (win.strides[i] != win.kernel[i] || win.dilations[i] != 1 || win.pads[i] ||
            win.pads[i + 2])
            return Q_OK;
    if (w->shape.dims[1] * w->shape.dims[3] < KERNEL_PANEL) {
        *done = true;
        return narrow_deconv(l, n, w, in, &win, err);
    }
    channels[0] = (int64_t)w->shape.dims[1];
    channels[1] = (int64_t)w->shape.dims[0];
    rc = redo(l, n, "ConvTranspose", in, in[2] == Q_NO_VALUE ? 2 : 3, 4, &made, err);
    if (!rc)
        rc = graph__set_ints(l->p->g, made, "channels", channels, 2, err);
    *done = true;
    return rc ? rc : graph__set_ints(l->p->g, made, "kernel_shape", win.kernel, 2, err);
}

/* -- Pools -- */

/* GlobalAveragePool, and ReduceMean over all of the image that keeps its dimensions. */
static bool is_global_mean(const layout *l, const q_node *n, size_t rank)
{
    int64_t axes[2];
    size_t count;

    if (pass__is(n, "GlobalAveragePool"))
        return true;
    if (!pass__is(n, "ReduceMean") || !q_node_int(n, "keepdims", 1) ||
        !pass__attr_or_input(l->p, n, "axes", 1, axes, 2, &count) || count + 2 != rank)
        return false;
    for (size_t i = 0; i < count; i++)
        if ((axes[i] < 0 ? axes[i] + (int64_t)rank : axes[i]) != (int64_t)i + 2)
            return false;
    return true;
}

static q_code pool_node(layout *l, q_node *n, bool *done, q_err *err)
{
    size_t rank = layout__rank(l, n->in[0]);
    bool mean = is_global_mean(l, n, rank), all = mean || pass__is(n, "GlobalMaxPool");
    q_node *made;
    window win;
    q_code rc;

    if (rank < 3 || rank > 4 || layout__rank(l, n->out[0]) != rank ||
        l->p->shapes[n->in[0]].dtype != Q_F32)
        return Q_OK;
    if (pass__is(n, "ReduceMean") && layout__twin(l, n->in[0]) == Q_NO_VALUE)
        return Q_OK;
    mean = mean || pass__is(n, "AveragePool");
    if (!all && (!read_window(l, n, rank - 2, NULL, &win) || q_node_int(n, "ceil_mode", 0) ||
                 (n->out_count > 1 && n->out[1] != Q_NO_VALUE && l->p->uses[n->out[1]])))
        return Q_OK;
    bool count_pad = q_node_int(n, "count_include_pad", 0) != 0;

    rc = redo(l, n, "Pool", n->in, 1, rank, &made, err);
    if (!rc)
        rc = graph__set_int(l->p->g, made, "mean", mean, err);
    if (!rc && all)
        rc = graph__set_int(l->p->g, made, "whole", 1, err);
    if (!rc && count_pad)
        rc = graph__set_int(l->p->g, made, "count_pad", 1, err);
    if (!rc && !all)
        rc = write_window(l->p->g, made, &win, err);
    *done = true;
    return rc;
}

/* -- Resize -- */

/* The factors of a nearest Resize that only repeats pixels. */
static bool read_repeats(const layout *l, const q_node *n, size_t rank, int64_t *factors)
{
    q_value_id v = n->in[n->in_count - 1];
    q_str coord = q_node_string(n, "coordinate_transformation_mode", "half_pixel");
    q_str round = q_node_string(n, "nearest_mode", "round_prefer_floor");
    const q_tensor *t;

    if (!q_str_is(q_node_string(n, "mode", "nearest"), "nearest") || q_node_attr(n, "axes"))
        return false;
    if (pass__is(n, "Resize") && n->version >= 11) {
        /* Others agree for whole factors: half a pixel in, and to the nearest. */
        bool floor = q_str_is(coord, "asymmetric") && q_str_is(round, "floor");
        bool half = (q_str_is(coord, "half_pixel") || q_str_is(coord, "pytorch_half_pixel")) &&
                    (q_str_is(round, "round_prefer_floor") || q_str_is(round, "round_prefer_ceil"));

        if (n->in_count != 3 || (!floor && !half))
            return false;
    } else if (n->in_count != 2) {
        return false;
    }
    t = pass__constant(l->p, v);
    if (!t || t->dtype != Q_F32 || q_shape_count(&t->shape) != rank)
        return false;
    for (size_t i = 0; i < rank; i++) {
        float f = ((const float *)t->data)[i];

        if (!(f >= 1 && f <= 64) || f != (float)(int64_t)f || (i < 2 && f != 1))
            return false;
        if (i >= 2)
            factors[i - 2] = (int64_t)f;
    }
    return true;
}

static q_code resize_node(layout *l, q_node *n, bool *done, q_err *err)
{
    int64_t factors[2];
    q_node *made;
    q_code rc;

    if (layout__rank(l, n->in[0]) != 4 || layout__twin(l, n->in[0]) == Q_NO_VALUE ||
        n->in_count < 2 || layout__rank(l, n->out[0]) != 4 || !read_repeats(l, n, 4, factors))
        return Q_OK;
    rc = redo(l, n, "Repeat", n->in, 1, 4, &made, err);
    *done = true;
    return rc ? rc : graph__set_ints(l->p->g, made, "factors", factors, 2, err);
}

q_code layout__image_node(layout *l, q_node *n, bool *done, q_err *err)
{
    if (pass__is(n, "Conv"))
        return conv_node(l, n, done, err);
    if (pass__is(n, "ConvTranspose"))
        return deconv_node(l, n, done, err);
    if (pass__is_any(n, "MaxPool AveragePool GlobalAveragePool GlobalMaxPool ReduceMean"))
        return pool_node(l, n, done, err);
    if (pass__is_any(n, "Resize Upsample"))
        return resize_node(l, n, done, err);
    return Q_OK;
}
