/* engine/kernel_depthwise_body.h - a piece of a row of a depthwise convolution,
 * written against kernel_vec*.h: windows of any shape. kernel_depthtile_body.h has
 * the usual ones.
 *
 * Eight neighbouring pixels are summed together, so that each load of a weight
 * meets eight of the image. Sums of 8-bit images are whole numbers below 2^24 for
 * up to 514 taps, so exact in float.
 */
#define DEPTH_CHANNELS 64
#define PIXELS_8(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

/* The taps inside the image, of a run of pixels for which they are the same. */
typedef struct depth_window {
    const kernel_depthwise *d;
    const char *in; /* the first pixel's first tap (which may lie outside) */
    size_t ky0, ky1, kx0, kx1;
} depth_window;

INLINE vf depth_load(q_dtype type, const char *p, size_t c, size_t n)
{
    return load_as(type, p, c, n, 1, 0);
}

INLINE vf depth_weight(q_dtype type, const void *w, size_t i, size_t n)
{
    return load_as(type == Q_U8 ? Q_I8 : Q_F32, w, i, n, 1, 0);
}

/* Sums of channels c .. c + n of `pixels` pixels, DEPTH_CHANNELS floats apart. */
INLINE void depth_sums(const depth_window *w, const size_t pixels, q_dtype type, size_t c, size_t n,
                       float *sums)
{
    const kernel_depthwise *d = w->d;
    const size_t pixel = d->channels * size_of(type);
    const size_t step = d->stride_w * pixel;

#define P_DECLARE(i) vf s##i = v_set(0);
    PIXELS_8(P_DECLARE)
    for (size_t ky = w->ky0; ky < w->ky1; ky++)
        for (size_t kx = w->kx0; kx < w->kx1; kx++) {
            const char *p = w->in + ((ptrdiff_t)(ky * d->dilation_h * d->in_w) +
                                     (ptrdiff_t)(kx * d->dilation_w)) *
                                        (ptrdiff_t)pixel;
            vf weight =
                depth_weight(type, d->weights, (ky * d->kernel_w + kx) * d->channels + c, n);

#define P_STEP(i)                                                                                  \
    if (pixels > i)                                                                                \
        s##i = v_fma(depth_load(type, p + i * step, c, n), weight, s##i);
            PIXELS_8(P_STEP)
        }
#define P_STORE(i)                                                                                 \
    if (pixels > i)                                                                                \
        v_store(sums + i * DEPTH_CHANNELS, s##i);
    PIXELS_8(P_STORE)
}

/* What the taps outside the image add: pad_value times their weights. */
INLINE void depth_outside(const depth_window *w, q_dtype type, size_t c, size_t n, float *sums)
{
    const kernel_depthwise *d = w->d;
    vf s = v_set(0);

    for (size_t ky = 0; ky < d->kernel_h; ky++)
        for (size_t kx = 0; kx < d->kernel_w; kx++)
            if (ky < w->ky0 || ky >= w->ky1 || kx < w->kx0 || kx >= w->kx1)
                s = s +
                    depth_weight(type, d->weights, (ky * d->kernel_w + kx) * d->channels + c, n);
    v_store(sums, v_fma(s, v_set((float)d->pad_value), v_load(sums)));
}

/* `pixels` pixels from out[at], of 8, 4, 2 or 1. */
INLINE void depth_block(const depth_window *w, const size_t pixels, q_dtype type, bool outside,
                        size_t at, const vector_table *vector)
{
    const kernel_depthwise *d = w->d;
    const kernel_epilogue *e = d->epilogue;
    size_t bytes = size_of(e->out);
    float sums[8 * DEPTH_CHANNELS];

    for (size_t c0 = 0; c0 < d->channels; c0 += DEPTH_CHANNELS) {
        size_t c1 = d->channels - c0 < DEPTH_CHANNELS ? d->channels : c0 + DEPTH_CHANNELS;
        size_t place = (at * d->channels + c0) * bytes;

        for (size_t c = c0; c < c1; c += VL) {
            if (c + VL <= c1)
                depth_sums(w, pixels, type, c, VL, sums + (c - c0));
            else
                depth_sums(w, pixels, type, c, c1 - c, sums + (c - c0));
            if (outside)
                depth_outside(w, type, c, c1 - c < VL ? c1 - c : VL, sums + (c - c0));
        }
        finish(e,
               &(kernel_block){sums, DEPTH_CHANNELS, false, pixels, c1 - c0, c0,
                               (char *)d->out + place, d->channels,
                               e->residual ? (const char *)e->residual + place : NULL, d->channels},
               vector);
    }
}

/* The taps inside [0, size) of a window that begins at `first`. */
INLINE void taps_inside(ptrdiff_t first, size_t dilation, size_t kernel, size_t size, size_t *k0,
                        size_t *k1)
{
    ptrdiff_t step = (ptrdiff_t)dilation, end = (ptrdiff_t)size - first;
    ptrdiff_t low = first < 0 ? (-first + step - 1) / step : 0;
    ptrdiff_t high = end > 0 ? (end + step - 1) / step : 0;

    *k1 = high < (ptrdiff_t)kernel ? (size_t)high : kernel;
    *k0 = (size_t)low < *k1 ? (size_t)low : *k1;
}

INLINE void depth_any(const kernel_depth *r, q_dtype type, const vector_table *vector)
{
    const kernel_depthwise *d = r->d;
    const ptrdiff_t pixel = (ptrdiff_t)(d->channels * size_of(type));
    ptrdiff_t top = (ptrdiff_t)(r->y * d->stride_h) - (ptrdiff_t)d->pad_top;
    depth_window w = {.d = d};
    const char *row =
        (const char *)d->in + ((ptrdiff_t)(r->image * d->in_h) + top) * (ptrdiff_t)d->in_w * pixel;

    taps_inside(top, d->dilation_h, d->kernel_h, d->in_h, &w.ky0, &w.ky1);
    bool high = w.ky0 > 0 || w.ky1 < d->kernel_h;
    for (size_t x = r->x0; x < r->x1;) {
        ptrdiff_t left = (ptrdiff_t)(x * d->stride_w) - (ptrdiff_t)d->pad_left;
        size_t run = r->x1 - x >= 8 ? 8 : r->x1 - x >= 4 ? 4 : r->x1 - x >= 2 ? 2 : 1;
        size_t at = (r->image * d->out_h + r->y) * d->out_w + x, k0, k1;

        taps_inside(left, d->dilation_w, d->kernel_w, d->in_w, &w.kx0, &w.kx1);
        for (; run > 1; run /= 2) { /* until the first and the last have the same taps */
            taps_inside(left + (ptrdiff_t)((run - 1) * d->stride_w), d->dilation_w, d->kernel_w,
                        d->in_w, &k0, &k1);
            if (k0 == w.kx0 && k1 == w.kx1)
                break;
        }
        bool outside = d->pad_value != 0 && (high || w.kx0 > 0 || w.kx1 < d->kernel_w);
        if (outside)
            run = 1;
        w.in = row + left * pixel;
        if (run == 8)
            depth_block(&w, 8, type, false, at, vector);
        else if (run == 4)
            depth_block(&w, 4, type, false, at, vector);
        else if (run == 2)
            depth_block(&w, 2, type, false, at, vector);
        else
            depth_block(&w, 1, type, outside, at, vector);
        x += run;
    }
}
