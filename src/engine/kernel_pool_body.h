/* engine/kernel_pool_body.h - pooling, written against kernel_vec*.h.
 *
 * All types are widened to float: exact for what they hold. A mean's sum is
 * made row by row of its window, and the rows' sums are added: in a large window
 * fewer bits are lost than in one long sum.
 */

typedef struct pool_window {
    const char *in; /* the first tap, which may lie outside */
    size_t ky0, ky1, kx0, kx1;
    float factor; /* of a mean: 1 / count */
} pool_window;

INLINE vf pool_vector(const kernel_pool *p, const pool_window *w, const q_dtype type,
                      const bool mean, size_t c, size_t n)
{
    const size_t pixel = p->channels * size_of(type);
    vf all = v_set(mean ? 0 : -__builtin_inff());

    for (size_t ky = w->ky0; ky < w->ky1; ky++) {
        const char *row = w->in + (ptrdiff_t)(ky * p->dilation_h * p->in_w * pixel);
        vf line = v_set(0);

        for (size_t kx = w->kx0; kx < w->kx1; kx++) {
            vf v = load_as(type, row + (ptrdiff_t)(kx * p->dilation_w * pixel), c, n, 1, 0);

            if (mean)
                line = line + v;
            else
                all = v_max(all, v);
        }
        if (mean)
            all = all + line;
    }
    if (mean)
        return all * v_set(w->factor);
    return all;
}

INLINE size_t pool_count(const kernel_pool *p, const pool_window *w, ptrdiff_t top, ptrdiff_t left)
{
    size_t y0, y1, x0, x1;

    if (!p->count_pad)
        return (w->ky1 - w->ky0) * (w->kx1 - w->kx0);
    taps_inside(top + (ptrdiff_t)p->pad_top, p->dilation_h, p->kernel_h,
                p->in_h + p->pad_top + p->pad_bottom, &y0, &y1);
    taps_inside(left + (ptrdiff_t)p->pad_left, p->dilation_w, p->kernel_w,
                p->in_w + p->pad_left + p->pad_right, &x0, &x1);
    return (y1 - y0) * (x1 - x0);
}

INLINE void pool_row(const kernel_pool *p, size_t image, size_t y, size_t c0, size_t c1,
                     const q_dtype type, const bool mean)
{
    const ptrdiff_t pixel = (ptrdiff_t)(p->channels * size_of(type));
    const ptrdiff_t reach = (ptrdiff_t)((p->kernel_w - 1) * p->dilation_w) + 1;
    ptrdiff_t top = (ptrdiff_t)(y * p->stride_h) - (ptrdiff_t)p->pad_top;
    const char *row =
        (const char *)p->in + ((ptrdiff_t)(image * p->in_h) + top) * (ptrdiff_t)p->in_w * pixel;
    char *out = (char *)p->out + (ptrdiff_t)((image * p->out_h + y) * p->out_w) * pixel;
    bool inside = false, was = false; /* the window, left and right; and that of the pixel before */
    pool_window w = {0};

    taps_inside(top, p->dilation_h, p->kernel_h, p->in_h, &w.ky0, &w.ky1);
    for (size_t x = 0; x < p->out_w; x++, out += pixel, was = inside) {
        ptrdiff_t left = (ptrdiff_t)(x * p->stride_w) - (ptrdiff_t)p->pad_left;

        inside = left >= 0 && left + reach <= (ptrdiff_t)p->in_w;
        if (!inside || !was) {
            size_t count;

            taps_inside(left, p->dilation_w, p->kernel_w, p->in_w, &w.kx0, &w.kx1);
            count = pool_count(p, &w, top, left);
            w.factor = count ? 1 / (float)count : 0;
        }
        w.in = row + left * pixel;
        for (size_t c = c0; c < c1; c += VL) {
            size_t n = c1 - c < VL ? c1 - c : VL;

            if (n == VL)
                store_as(type, out, c, VL, 1, 0, pool_vector(p, &w, type, mean, c, VL));
            else
                store_as(type, out, c, n, 1, 0, pool_vector(p, &w, type, mean, c, n));
        }
    }
}

TARGET static void pool(const kernel_pool *p, size_t image, size_t y, size_t c0, size_t c1)
{
    if (p->dtype == Q_BF16 && !p->mean)
        pool_row(p, image, y, c0, c1, Q_BF16, false);
    else if (p->dtype == Q_BF16)
        pool_row(p, image, y, c0, c1, Q_BF16, true);
    else if (p->dtype == Q_F32 && !p->mean)
        pool_row(p, image, y, c0, c1, Q_F32, false);
    else if (p->dtype == Q_F32)
        pool_row(p, image, y, c0, c1, Q_F32, true);
    else
        pool_row(p, image, y, c0, c1, p->dtype, p->mean);
}
