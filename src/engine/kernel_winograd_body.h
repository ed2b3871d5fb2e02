/* engine/kernel_winograd_body.h - to the points of F(4 x 4, 3 x 3) and back,
 * written against kernel_vec*.h. winograd.h says what for.
 */

/* B' of six values. */
INLINE void winograd_spread(vf *d, size_t step)
{
    vf d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step],
       d5 = d[5 * step];
    vf even = v_fma(d2, v_set(-4), d4), odd = v_fma(d1, v_set(-4), d3);
    vf near = d4 - d2, far = v_set(2) * (d3 - d1);

    d[0] = v_fma(d0, v_set(4), v_fma(d2, v_set(-5), d4));
    d[step] = even + odd;
    d[2 * step] = even - odd;
    d[3 * step] = near + far;
    d[4 * step] = near - far;
    d[5 * step] = v_fma(d1, v_set(4), v_fma(d3, v_set(-5), d5));
}

/* A' of six values, to the first four. */
INLINE void winograd_gather(vf *m, size_t step)
{
    vf a = m[step] + m[2 * step], b = m[step] - m[2 * step];
    vf c = m[3 * step] + m[4 * step], d = m[3 * step] - m[4 * step];

    m[0] = m[0] + a + c;
    m[3 * step] = v_fma(d, v_set(8), b) + m[5 * step];
    m[step] = v_fma(d, v_set(2), b);
    m[2 * step] = v_fma(c, v_set(4), a);
}

/* pixel  [36] the patch's, each `channels` long
 * out    [36] points, `point_step` floats from one to the next
 */
TARGET static void winograd_in(const float *const *pixel, size_t channels, float *out,
                               size_t point_step)
{
    for (size_t i = 0; i < channels; i += VL) {
        size_t n = channels - i < VL ? channels - i : VL;
        vf d[36];

        for (size_t p = 0; p < 36; p++)
            d[p] = n == VL ? v_load(pixel[p] + i) : v_load_n(pixel[p] + i, n);
        for (size_t x = 0; x < 6; x++)
            winograd_spread(d + x, 6);
        for (size_t y = 0; y < 6; y++)
            winograd_spread(d + 6 * y, 1);
        for (size_t p = 0; p < 36; p++)
            if (n == VL)
                v_store(out + p * point_step + i, d[p]);
            else
                v_store_n(out + p * point_step + i, d[p], n);
    }
}

/* sums   [36] points, `point_step` floats from one to the next, `columns` of each
 * out    [16] pixels, `step` floats from one to the next
 * Whole vectors are read and written: there is room behind the last column.
 */
TARGET static void winograd_out(const float *sums, size_t point_step, size_t columns, float *out,
                                size_t step)
{
    for (size_t i = 0; i < columns; i += VL) {
        vf m[36];

        for (size_t p = 0; p < 36; p++)
            m[p] = v_load(sums + p * point_step + i);
        for (size_t x = 0; x < 6; x++)
            winograd_gather(m + x, 6);
        for (size_t y = 0; y < 4; y++)
            winograd_gather(m + 6 * y, 1);
        for (size_t y = 0; y < 4; y++)
            for (size_t x = 0; x < 4; x++)
                v_store(out + (4 * y + x) * step + i, m[6 * y + x]);
    }
}
