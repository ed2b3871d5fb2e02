#include "engine/resize_map.h"

#include <math.h>

/* The source coordinate of output position x. */
static double source_of(const resize_rule *r, const resize_axis *a, double x)
{
    double in = (double)a->in, length = a->scale * in, span;

    switch (r->transform) {
    case RESIZE_ALIGN_CORNERS:
        return length == 1 ? 0 : x * (in - 1) / (length - 1);
    case RESIZE_ASYMMETRIC:
        return x / a->scale;
    case RESIZE_TF_HALF_PIXEL_FOR_NN:
        return (x + 0.5) / a->scale;
    case RESIZE_TF_CROP:
        span = (a->roi_end - a->roi_start) * (in - 1);
        return a->roi_start * (in - 1) + (length == 1 ? span / 2 : x * span / (length - 1));
    case RESIZE_PYTORCH_HALF_PIXEL:
        return length == 1 ? -0.5 : (x + 0.5) / a->scale - 0.5;
    case RESIZE_HALF_PIXEL_SYMMETRIC:
        return in / 2 * (1 - (double)a->out / length) + (x + 0.5) / a->scale - 0.5;
    default:
        return (x + 0.5) / a->scale - 0.5;
    }
}

static double rounded(resize_round kind, double x)
{
    switch (kind) {
    case RESIZE_PREFER_FLOOR:
        return ceil(x - 0.5);
    case RESIZE_PREFER_CEIL:
        return floor(x + 0.5);
    case RESIZE_FLOOR:
        return floor(x);
    default:
        return ceil(x);
    }
}

static size_t clamped(double x, size_t count)
{
    if (!(x > 0))
        return 0;
    return x < (double)(count - 1) ? (size_t)x : count - 1;
}

/* Shrinking stretches the filter over the pixels that go into one. */
static double filter_scale(const resize_rule *r, const resize_axis *a)
{
    return r->antialias && a->scale < 1 ? a->scale : 1;
}

/* The first tap, counted from the pixel left of the coordinate. */
static double first_tap(const resize_rule *r, const resize_axis *a)
{
    return floor((r->mode == RESIZE_CUBIC ? -2 : -1) / filter_scale(r, a)) + 1;
}

size_t resize__tap_count(const resize_rule *r, const resize_axis *a)
{
    if (r->mode == RESIZE_NEAREST)
        return 1;
    return (size_t)(2 - 2 * first_tap(r, a));
}

/* Keys' cubic convolution; the triangle for linear. */
static double filter(const resize_rule *r, double x)
{
    double a = r->cubic_a;

    x = fabs(x);
    if (r->mode == RESIZE_LINEAR)
        return x < 1 ? 1 - x : 0;
    if (x <= 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

static void map_one(const resize_rule *r, const resize_axis *a, resize_taps *t, size_t x, double at)
{
    double left = ceil(at) - 1, first = first_tap(r, a), scale = filter_scale(r, a), sum = 0;
    size_t k;

    for (k = 0; k < t->taps; k++) {
        double pixel = left + first + (double)k, w = filter(r, (pixel - at) * scale);

        if (r->exclude_outside && (pixel < 0 || pixel >= (double)a->in))
            w = 0;
        sum += w;
        t->index[x * t->taps + k] = clamped(pixel, a->in);
        t->weight[x * t->taps + k] = (float)w;
    }
    if ((!r->exclude_outside && !r->antialias) || sum == 0)
        return;
    for (k = 0; k < t->taps; k++)
        t->weight[x * t->taps + k] = (float)(t->weight[x * t->taps + k] / sum);
}

void resize__map(const resize_rule *r, const resize_axis *a, resize_taps *t)
{
    size_t x;

    for (x = 0; x < a->out; x++) {
        double at = source_of(r, a, (double)x);

        t->outside[x] = r->transform == RESIZE_TF_CROP && !(at >= 0 && at <= (double)(a->in - 1));
        if (!(fabs(at) < 1e15))
            at = 0;
        if (r->mode == RESIZE_NEAREST)
            t->index[x] = clamped(rounded(r->round, at), a->in);
        else
            map_one(r, a, t, x, at);
    }
}
