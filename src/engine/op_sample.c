/* GridSample, AffineGrid and Col2Im. */
#include "engine/op_slide.h"
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <math.h>
#include <string.h>

#define SPACE 3 /* spatial dimensions of GridSample */

typedef enum sample_mode { SAMPLE_NEAREST, SAMPLE_LINEAR, SAMPLE_CUBIC } sample_mode;
typedef enum sample_padding { SAMPLE_ZEROS, SAMPLE_BORDER, SAMPLE_REFLECTION } sample_padding;

typedef struct sample_params {
    sample_mode mode;
    sample_padding padding;
    bool align;
} sample_params;

static q_code word_read(const q_node *n, const char *name, const char *otherwise,
                        const char *const *words, size_t count, size_t *out, q_err *err)
{
    q_str word;
    size_t i;
    q_code rc = op__attr_string(n, name, otherwise, &word, err);

    if (rc)
        return rc;
    for (i = 0; i < count; i++)
        if (q_str_is(word, words[i])) {
            *out = i;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "%s is \"%.*s\", which is not known", name, Q_ARG(word));
}

static q_code sample_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    static const char *const modes[] = {"nearest", "linear", "cubic", "bilinear", "bicubic"};
    static const sample_mode mode_of[] = {SAMPLE_NEAREST, SAMPLE_LINEAR, SAMPLE_CUBIC,
                                          SAMPLE_LINEAR, SAMPLE_CUBIC};
    static const char *const paddings[] = {"zeros", "border", "reflection"};
    sample_params *p = params;
    size_t mode = 0, padding = 0;
    int64_t align = 0;
    q_code rc = word_read(n, "mode", "linear", modes, 5, &mode, err);

    (void)a;
    if (!rc)
        rc = word_read(n, "padding_mode", "zeros", paddings, 3, &padding, err);
    if (!rc)
        rc = op__attr_int(n, "align_corners", 0, &align, err);
    p->mode = mode_of[mode];
    p->padding = (sample_padding)padding;
    p->align = align != 0;
    return rc;
}

static q_code sample_infer(q_op_call *c, q_err *err)
{
    const q_shape *xs, *gs;
    q_shape out;
    size_t i, space;
    char text[160], text_x[160];
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__want(c, 1, err, widen__floats);
    if (rc)
        return rc;
    xs = &c->in[0]->shape;
    gs = &c->in[1]->shape;
    space = xs->rank - 2;
    if (xs->rank < 3 || space > SPACE)
        return q_err_set(err, Q_UNSUPPORTED,
                         "an image of shape %s; 1 to %d spatial dimensions "
                         "are handled",
                         q_shape_text(xs, text), SPACE);
    if (gs->rank != xs->rank || gs->dims[0] != xs->dims[0] || gs->dims[gs->rank - 1] != space)
        return q_err_set(err, Q_INVALID, "the grid has shape %s, the image %s",
                         q_shape_text(gs, text), q_shape_text(xs, text_x));
    out = *xs;
    for (i = 0; i < space; i++) {
        if (xs->dims[2 + i] == 0)
            return q_err_set(err, Q_INVALID, "dimension %zu of the image is 0", i);
        out.dims[2 + i] = gs->dims[1 + i];
    }
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

/* x into [low, high], mirrored at the ends as often as it takes. */
static float reflected(float x, float low, float high)
{
    float span = high - low, beyond, turns;

    if (!(span > 0))
        return low;
    beyond = x < low ? low - x : x > high ? x - high : 0;
    if (beyond == 0)
        return x;
    turns = floorf(beyond / span);
    beyond -= turns * span;
    if ((x < low) == (fmodf(turns, 2) == 0))
        return low + beyond;
    return high - beyond;
}

/* A point's taps along one axis. */
typedef struct axis_taps {
    size_t count;
    size_t index[4];
    float weight[4]; /* 0 where the tap is outside and pads with zeros */
} axis_taps;

static void tap_set(const sample_params *p, float at, float weight, size_t length, float low,
                    float high, axis_taps *t, size_t k)
{
    float last = (float)(length - 1);

    t->weight[k] = weight;
    if (p->padding == SAMPLE_ZEROS && (at < 0 || at > last))
        t->weight[k] = 0;
    if (p->padding == SAMPLE_REFLECTION)
        at = truncf(reflected(at, low, high));
    at = at > 0 ? at : 0;
    t->index[k] = (size_t)(at < last ? at : last);
}

/* Keys' cubic convolution with a = -0.75, at distances 1 + f, f, 1 - f, 2 - f. */
static void cubic_weights(float f, float *w)
{
    const float a = -0.75F;
    float far = 1 + f, near = 1 - f, beyond = 2 - f;

    w[0] = ((a * far - 5 * a) * far + 8 * a) * far - 4 * a;
    w[1] = ((a + 2) * f - (a + 3)) * f * f + 1;
    w[2] = ((a + 2) * near - (a + 3)) * near * near + 1;
    w[3] = ((a * beyond - 5 * a) * beyond + 8 * a) * beyond - 4 * a;
}

static void taps_make(const sample_params *p, float x, size_t length, axis_taps *t)
{
    float low = p->align ? 0 : -0.5F, high = (float)length - (p->align ? 1 : 0.5F), f, w[4], left;
    size_t k;

    x = p->align ? (x + 1) / 2 * (float)(length - 1) : ((x + 1) * (float)length - 1) / 2;
    if (!(fabsf(x) < 1e9F))
        x = -1e9F; /* NaN and far away: outside */
    if (p->mode == SAMPLE_NEAREST)
        x = nearbyintf(x);
    if (x < low || x > high) {
        if (p->padding == SAMPLE_BORDER)
            x = x < 0 ? 0 : (float)(length - 1);
        else if (p->padding == SAMPLE_REFLECTION)
            x = reflected(x, low, high);
    }
    left = floorf(x);
    f = x - left;
    if (p->mode == SAMPLE_NEAREST) {
        t->count = 1;
        tap_set(p, nearbyintf(x), 1, length, low, high, t, 0);
    } else if (p->mode == SAMPLE_LINEAR) {
        t->count = 2;
        tap_set(p, left, 1 - f, length, low, high, t, 0);
        tap_set(p, left + 1, f, length, low, high, t, 1);
    } else {
        t->count = 4;
        cubic_weights(f, w);
        for (k = 0; k < 4; k++)
            tap_set(p, left - 1 + (float)k, w[k], length, low, high, t, k);
    }
}

typedef struct sample_job {
    const sample_params *p;
    const float *x, *grid;
    float *y;
    size_t channels, space, in[SPACE], in_pixels, out_pixels;
} sample_job;

/* The sum over the taps of all axes (three; those that lack have one tap). */
static float sum_taps(const axis_taps *t, const float *plane, const size_t *in)
{
    float sum = 0;
    size_t a, b, c;

    for (a = 0; a < t[0].count; a++)
        for (b = 0; b < t[1].count; b++)
            for (c = 0; c < t[2].count; c++)
                sum += t[0].weight[a] * t[1].weight[b] * t[2].weight[c] *
                       plane[(t[0].index[a] * in[1] + t[1].index[b]) * in[2] + t[2].index[c]];
    return sum;
}

/* A task is one point of one image's grid: all its channels. */
static void sample_points(void *ctx, size_t from, size_t to)
{
    const sample_job *j = ctx;
    size_t point, i, channel;

    for (point = from; point < to; point++) {
        size_t image = point / j->out_pixels, at = point % j->out_pixels;
        axis_taps t[SPACE] = {{1, {0}, {1}}, {1, {0}, {1}}, {1, {0}, {1}}};

        /* The grid names x first, the image's dimensions have it last. */
        for (i = 0; i < j->space; i++)
            taps_make(j->p, j->grid[point * j->space + i], j->in[SPACE - 1 - i], &t[SPACE - 1 - i]);
        for (channel = 0; channel < j->channels; channel++) {
            size_t plane = image * j->channels + channel;

            j->y[plane * j->out_pixels + at] = sum_taps(t, j->x + plane * j->in_pixels, j->in);
        }
    }
}

static q_code sample_compute(q_op_call *c, q_err *err)
{
    const q_shape *xs = &c->in[0]->shape, *os = &c->out[0]->shape;
    sample_job j = {.p = c->params,
                    .x = c->in[0]->data,
                    .grid = c->in[1]->data,
                    .y = c->out[0]->data,
                    .channels = xs->dims[1],
                    .space = xs->rank - 2,
                    .in = {1, 1, 1},
                    .in_pixels = q_shape_span(xs, 2, xs->rank),
                    .out_pixels = q_shape_span(os, 2, os->rank)};
    size_t i;

    (void)err;
    for (i = 0; i < j.space; i++)
        j.in[SPACE - j.space + i] = xs->dims[2 + i];
    op__parallel(c->team, xs->dims[0] * j.out_pixels, 256, sample_points, &j);
    return Q_OK;
}

static q_code sample_run(q_op_call *c, q_err *err)
{
    return widen__run(c, sample_compute, err);
}

/* -- AffineGrid: theta [N, space, space + 1] times the points of a regular grid -- */

static q_code affine_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    sample_params *p = params;
    int64_t align = 0;

    (void)a;
    p->align = false;
    if (op__attr_int(n, "align_corners", 0, &align, err))
        return Q_INVALID;
    p->align = align != 0;
    return Q_OK;
}

static q_code affine_infer(q_op_call *c, q_err *err)
{
    int64_t size[5];
    size_t count = 0, i, space;
    const q_shape *t;
    q_shape out = {0};
    char text[160];
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__ints(c, 1, size, 5, &count, err);
    if (rc || c->later)
        return rc;
    t = &c->in[0]->shape;
    space = count - 2;
    if (count < 4 || t->rank != 3 || t->dims[1] != space || t->dims[2] != space + 1)
        return q_err_set(err, Q_INVALID, "theta has shape %s for a size of %zu dimensions",
                         q_shape_text(t, text), count);
    for (i = 0; i < count; i++)
        if (size[i] < 0 || (i == 0 && (uint64_t)size[0] != t->dims[0]))
            return q_err_set(err, Q_INVALID, "size has %lld", (long long)size[i]);
    out.dims[out.rank++] = t->dims[0];
    for (i = 0; i < space; i++)
        out.dims[out.rank++] = (size_t)size[2 + i];
    out.dims[out.rank++] = space;
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

static float grid_coordinate(size_t at, size_t length, bool align)
{
    if (align)
        return length > 1 ? -1 + 2 * (float)at / (float)(length - 1) : 0;
    return (2 * (float)at + 1) / (float)length - 1;
}

static q_code affine_compute(q_op_call *c, q_err *err)
{
    const sample_params *p = c->params;
    const q_shape *s = &c->out[0]->shape;
    size_t space = s->rank - 2, points = q_shape_span(s, 1, s->rank - 1), i, k, d;
    size_t count = s->dims[0] * points;
    float *y = c->out[0]->data;

    (void)err;
    for (i = 0; i < count; i++) {
        const float *theta = (const float *)c->in[0]->data + i / points * space * (space + 1);
        float at[SPACE];
        size_t rest = i % points;

        for (d = 0; d < space; d++) { /* x is the last dimension */
            size_t length = s->dims[space - d];

            at[d] = grid_coordinate(rest % length, length, p->align);
            rest /= length;
        }
        for (k = 0; k < space; k++) {
            float sum = theta[k * (space + 1) + space];

            for (d = 0; d < space; d++)
                sum += theta[k * (space + 1) + d] * at[d];
            y[i * space + k] = sum;
        }
    }
    return Q_OK;
}

static q_code affine_run(q_op_call *c, q_err *err)
{
    return widen__run(c, affine_compute, err);
}

/* -- Col2Im: columns of blocks added back into the image they were cut from -- */

typedef struct col_params {
    window_attrs attrs;
} col_params;

static q_code col_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    col_params *p = params;

    (void)a;
    return slide__load(n, &p->attrs, err);
}

static q_code sizes_read(q_op_call *c, size_t i, size_t *out, size_t *count, q_err *err)
{
    int64_t v[WINDOW_MAX];
    size_t k;
    q_code rc = op__ints(c, i, v, WINDOW_MAX, count, err);

    for (k = 0; k < *count && !rc; k++) {
        if (v[k] < 1 || v[k] > INT32_MAX)
            rc = q_err_set(err, Q_INVALID, "input %zu has %lld; wanted 1 or more", i,
                           (long long)v[k]);
        out[k] = (size_t)v[k];
    }
    return rc;
}

static q_code col_window(q_op_call *c, window *w, q_err *err)
{
    const col_params *p = c->params;
    size_t image[WINDOW_MAX], block[WINDOW_MAX], count = 0, blocks = 0;
    q_code rc = sizes_read(c, 1, image, &count, err);

    if (!rc && !c->later)
        rc = sizes_read(c, 2, block, &blocks, err);
    if (rc || c->later)
        return rc;
    if (count != blocks || count == 0)
        return q_err_set(err, Q_INVALID, "image_shape has %zu values, block_shape %zu", count,
                         blocks);
    return slide__resolve(&p->attrs, block, image, count, false, w, err);
}

static q_code col_infer(q_op_call *c, q_err *err)
{
    const q_shape *s;
    window w;
    q_shape out = {0};
    size_t i, taps = 1, places = 1;
    char text[160];
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = col_window(c, &w, err);
    if (rc || c->later)
        return rc;
    s = &c->in[0]->shape;
    for (i = 0; i < w.rank && !rc; i++)
        if (!q_size_mul(&taps, taps, w.kernel[i]) || !q_size_mul(&places, places, w.out[i]))
            rc = q_err_set(err, Q_LIMIT, "the blocks pass the address space");
    if (rc)
        return rc;
    if (s->rank != 3 || s->dims[1] % taps || s->dims[2] != places)
        return q_err_set(err, Q_INVALID, "the columns have shape %s; wanted [N, C * %zu, %zu]",
                         q_shape_text(s, text), taps, places);
    out.rank = 2 + w.rank;
    out.dims[0] = s->dims[0];
    out.dims[1] = s->dims[1] / taps;
    for (i = 0; i < w.rank; i++)
        out.dims[2 + i] = w.in[i];
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

/* Where tap `tap` of place `place` lies in the image; false in the padding. */
static bool col_lands(const window *w, size_t tap, size_t place, size_t *at)
{
    size_t d, step = 1;

    *at = 0;
    for (d = w->rank; d-- > 0;) {
        size_t x = place % w->out[d] * w->stride[d] + tap % w->kernel[d] * w->dilation[d];

        place /= w->out[d];
        tap /= w->kernel[d];
        if (x < w->pad[d] || x - w->pad[d] >= w->in[d])
            return false;
        *at += (x - w->pad[d]) * step;
        step *= w->in[d];
    }
    return true;
}

static q_code col_compute(q_op_call *c, q_err *err)
{
    const q_shape *s = &c->in[0]->shape, *os = &c->out[0]->shape;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    size_t planes = os->dims[0] * os->dims[1], pixels = q_shape_span(os, 2, os->rank);
    size_t taps = os->dims[1] ? s->dims[1] / os->dims[1] : 0, plane, tap, place, at;
    window w = {0};
    q_code rc = col_window(c, &w, err);

    if (rc)
        return rc;
    if (planes * pixels > 0)
        memset(y, 0, planes * pixels * sizeof *y);
    for (tap = 0; tap < taps; tap++)
        for (place = 0; place < s->dims[2]; place++) {
            if (!col_lands(&w, tap, place, &at))
                continue;
            for (plane = 0; plane < planes; plane++)
                y[plane * pixels + at] += x[(plane * taps + tap) * s->dims[2] + place];
        }
    return Q_OK;
}

static q_code col_run(q_op_call *c, q_err *err)
{
    return widen__run(c, col_compute, err);
}

static const q_op ops[] = {
    {"", "GridSample", 16, 0, 2, 2, 1, 0, sizeof(sample_params), sample_load, sample_infer,
     sample_run},
    {"", "AffineGrid", 20, 0, 2, 2, 1, 0, sizeof(sample_params), affine_load, affine_infer,
     affine_run},
    {"", "Col2Im", 18, 0, 3, 3, 1, 0, sizeof(col_params), col_load, col_infer, col_run},
};

const q_op_table op__sample = {ops, sizeof ops / sizeof *ops};
