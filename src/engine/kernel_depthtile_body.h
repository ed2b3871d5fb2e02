/* engine/kernel_depthtile_body.h - depthwise windows of 3 or 5 columns with
 * stride 1 or 2, and of 7 with stride 1, written against kernel_vec*.h.
 *
 * A tile is 8 neighbouring output pixels (4 for stride 2), one vector of
 * channels. The image's columns under it are loaded once for each row of the
 * window and meet all their weights in registers; outside the image they are
 * the padding.
 */

typedef struct depth_tile {
    const kernel_depthwise *d;
    kernel_fast fast;
    const char *first; /* the image's pixel (top, left), which may lie outside */
    ptrdiff_t top;     /* of the window */
    uint32_t in;       /* bit j: column left + j lies inside */
    bool whole;        /* all do */
    size_t count;      /* pixels to store */
    size_t at;         /* the first one's number in out */
} depth_tile;

#define COLUMNS_14(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)
#define WEIGHTS_7(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6)
#define SUMS_8(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

/* Sum i and the columns that it takes; those beyond the window's width are not used. */
#define WINDOW_3_1(X)                                                                              \
    X(0, 0, 1, 2, 0, 0, 0, 0)                                                                      \
    X(1, 1, 2, 3, 0, 0, 0, 0)                                                                      \
    X(2, 2, 3, 4, 0, 0, 0, 0)                                                                      \
    X(3, 3, 4, 5, 0, 0, 0, 0)                                                                      \
    X(4, 4, 5, 6, 0, 0, 0, 0)                                                                      \
    X(5, 5, 6, 7, 0, 0, 0, 0)                                                                      \
    X(6, 6, 7, 8, 0, 0, 0, 0)                                                                      \
    X(7, 7, 8, 9, 0, 0, 0, 0)
#define WINDOW_5_1(X)                                                                              \
    X(0, 0, 1, 2, 3, 4, 0, 0)                                                                      \
    X(1, 1, 2, 3, 4, 5, 0, 0)                                                                      \
    X(2, 2, 3, 4, 5, 6, 0, 0)                                                                      \
    X(3, 3, 4, 5, 6, 7, 0, 0)                                                                      \
    X(4, 4, 5, 6, 7, 8, 0, 0)                                                                      \
    X(5, 5, 6, 7, 8, 9, 0, 0)                                                                      \
    X(6, 6, 7, 8, 9, 10, 0, 0)                                                                     \
    X(7, 7, 8, 9, 10, 11, 0, 0)
#define WINDOW_7_1(X)                                                                              \
    X(0, 0, 1, 2, 3, 4, 5, 6)                                                                      \
    X(1, 1, 2, 3, 4, 5, 6, 7)                                                                      \
    X(2, 2, 3, 4, 5, 6, 7, 8)                                                                      \
    X(3, 3, 4, 5, 6, 7, 8, 9)                                                                      \
    X(4, 4, 5, 6, 7, 8, 9, 10)                                                                     \
    X(5, 5, 6, 7, 8, 9, 10, 11)                                                                    \
    X(6, 6, 7, 8, 9, 10, 11, 12)                                                                   \
    X(7, 7, 8, 9, 10, 11, 12, 13)
#define WINDOW_3_2(X)                                                                              \
    X(0, 0, 1, 2, 0, 0, 0, 0)                                                                      \
    X(1, 2, 3, 4, 0, 0, 0, 0)                                                                      \
    X(2, 4, 5, 6, 0, 0, 0, 0)                                                                      \
    X(3, 6, 7, 8, 0, 0, 0, 0)
#define WINDOW_5_2(X)                                                                              \
    X(0, 0, 1, 2, 3, 4, 0, 0)                                                                      \
    X(1, 2, 3, 4, 5, 6, 0, 0)                                                                      \
    X(2, 4, 5, 6, 7, 8, 0, 0)                                                                      \
    X(3, 6, 7, 8, 9, 10, 0, 0)

#define D_SUM(i) vf s##i = v_set(0);
#define D_WEIGHT(i)                                                                                \
    vf w##i = i < wide ? depth_weight(type, d->weights, (ky * wide + i) * d->channels + c, n)      \
                       : v_set(0);
#define D_COLUMN(j)                                                                                \
    vf x##j = pad;                                                                                 \
    if (j < columns && row_in && (whole || (t->in >> j & 1)))                                      \
        x##j = depth_load(type, row + (ptrdiff_t)(j * pixel), c, n);                               \
    (void)x##j;
#define D_MEET(i, a, b, e, f, g, h, k)                                                             \
    s##i = v_fma(x##a, w0, s##i);                                                                  \
    s##i = v_fma(x##b, w1, s##i);                                                                  \
    s##i = v_fma(x##e, w2, s##i);                                                                  \
    if (wide > 3) {                                                                                \
        s##i = v_fma(x##f, w3, s##i);                                                              \
        s##i = v_fma(x##g, w4, s##i);                                                              \
    }                                                                                              \
    if (wide > 5) {                                                                                \
        s##i = v_fma(x##h, w5, s##i);                                                              \
        s##i = v_fma(x##k, w6, s##i);                                                              \
    }
#define D_PUT(i)                                                                                   \
    if (i < t->count)                                                                              \
        put_fast(&t->fast, type, out, (size_t)i * d->channels, n, scale, bias, s##i);
#define D_STORE(i)                                                                                 \
    if (i < t->count)                                                                              \
        v_store(sums + (size_t)i * DEPTH_CHANNELS, s##i);

/* One vector of channels of a tile; without a fast epilogue its sums. */
#define DEPTH_TILE(name, wide_, stride_, pixels_, WINDOW)                                          \
    INLINE void name(const depth_tile *t, q_dtype type, const bool whole, size_t c, size_t n,      \
                     float *sums)                                                                  \
    {                                                                                              \
        const kernel_depthwise *d = t->d;                                                          \
        const size_t wide = wide_, columns = (pixels_ - 1) * stride_ + wide_;                      \
        const size_t pixel = d->channels * size_of(type);                                          \
        const vf pad = v_set((float)d->pad_value);                                                 \
        SUMS_8(D_SUM)                                                                              \
        for (size_t ky = 0; ky < d->kernel_h; ky++) {                                              \
            ptrdiff_t y = t->top + (ptrdiff_t)(ky * d->dilation_h);                                \
            const bool row_in = y >= 0 && (size_t)y < d->in_h;                                     \
            const char *row = t->first + (ptrdiff_t)(ky * d->dilation_h * d->in_w * pixel);        \
            if (!row_in && d->pad_value == 0)                                                      \
                continue;                                                                          \
            WEIGHTS_7(D_WEIGHT)                                                                    \
            COLUMNS_14(D_COLUMN)                                                                   \
            WINDOW(D_MEET)                                                                         \
        }                                                                                          \
        if (t->fast.form != FAST_NONE) {                                                           \
            const vf scale = t->fast.scale ? v_load_n(t->fast.scale + c, n) : v_set(1);            \
            const vf bias = t->fast.bias ? v_load_n(t->fast.bias + c, n) : v_set(0);               \
            char *out = (char *)d->out + (t->at * d->channels + c) * size_of(type);                \
            SUMS_8(D_PUT)                                                                          \
        } else {                                                                                   \
            SUMS_8(D_STORE)                                                                        \
        }                                                                                          \
    }

DEPTH_TILE(depth_3_1, 3, 1, 8, WINDOW_3_1)
DEPTH_TILE(depth_5_1, 5, 1, 8, WINDOW_5_1)
DEPTH_TILE(depth_7_1, 7, 1, 8, WINDOW_7_1)
DEPTH_TILE(depth_3_2, 3, 2, 4, WINDOW_3_2)
DEPTH_TILE(depth_5_2, 5, 2, 4, WINDOW_5_2)

INLINE void depth_one(const depth_tile *t, q_dtype type, const bool whole, size_t c, size_t n,
                      float *sums)
{
    const kernel_depthwise *d = t->d;

    if (d->kernel_w == 3 && d->stride_w == 1)
        depth_3_1(t, type, whole, c, n, sums);
    else if (d->kernel_w == 3)
        depth_3_2(t, type, whole, c, n, sums);
    else if (d->kernel_w == 7)
        depth_7_1(t, type, whole, c, n, sums);
    else if (d->stride_w == 1)
        depth_5_1(t, type, whole, c, n, sums);
    else
        depth_5_2(t, type, whole, c, n, sums);
}

/* What the next tile adds: the columns behind this one's, in the window's last
 * row. The others were loaded for the line above. Channels are walked before
 * columns, which the processor's own prefetching does not guess.
 */
INLINE void fetch_ahead(const depth_tile *t, q_dtype type, size_t c)
{
    const kernel_depthwise *d = t->d;
    size_t pixels = 8, pixel = d->channels * size_of(type);
    const char *next = t->first + (ptrdiff_t)(((d->kernel_h - 1) * d->dilation_h * d->in_w +
                                               d->kernel_w + pixels - d->stride_w) *
                                                  pixel +
                                              c * size_of(type));

    if (c * size_of(type) % 64 != 0)
        return;
    for (size_t i = 0; i < pixels; i++)
        __builtin_prefetch(next + (ptrdiff_t)(i * pixel));
}

/* All channels of a tile. */
INLINE void depth_channels(const depth_tile *t, q_dtype type, const vector_table *vector)
{
    const kernel_depthwise *d = t->d;
    const kernel_epilogue *e = d->epilogue;
    float sums[8 * DEPTH_CHANNELS];

    for (size_t c0 = 0; c0 < d->channels; c0 += DEPTH_CHANNELS) {
        size_t c1 = d->channels - c0 < DEPTH_CHANNELS ? d->channels : c0 + DEPTH_CHANNELS;
        size_t place = (t->at * d->channels + c0) * size_of(e->out);

        for (size_t c = c0; c < c1; c += VL) {
            fetch_ahead(t, type, c);
            if (t->whole && c + VL <= c1)
                depth_one(t, type, true, c, VL, sums + (c - c0));
            else
                depth_one(t, type, false, c, c1 - c < VL ? c1 - c : VL, sums + (c - c0));
        }
        if (t->fast.form == FAST_NONE)
            finish(e,
                   &(kernel_block){sums, DEPTH_CHANNELS, false, t->count, c1 - c0, c0,
                                   (char *)d->out + place, d->channels,
                                   e->residual ? (const char *)e->residual + place : NULL,
                                   d->channels},
                   vector);
    }
}

INLINE void depth_tiles(const kernel_depth *r, q_dtype type, const vector_table *vector)
{
    const kernel_depthwise *d = r->d;
    const ptrdiff_t pixel = (ptrdiff_t)(d->channels * size_of(type));
    const size_t pixels = d->stride_w == 1 ? 8 : 4,
                 columns = (pixels - 1) * d->stride_w + d->kernel_w;
    depth_tile t = {.d = d, .fast = r->fast};

    t.top = (ptrdiff_t)(r->y * d->stride_h) - (ptrdiff_t)d->pad_top;
    for (size_t x = r->x0; x < r->x1; x += pixels) {
        ptrdiff_t left = (ptrdiff_t)(x * d->stride_w) - (ptrdiff_t)d->pad_left;

        t.whole = left >= 0 && (size_t)left + columns <= d->in_w;
        t.in = t.whole ? UINT32_MAX : 0;
        for (size_t j = 0; j < columns && !t.whole; j++) {
            ptrdiff_t at = left + (ptrdiff_t)j;

            t.in |= (uint32_t)(at >= 0 && (size_t)at < d->in_w) << j;
        }
        t.count = r->x1 - x < pixels ? r->x1 - x : pixels;
        t.at = (r->image * d->out_h + r->y) * d->out_w + x;
        t.first = (const char *)d->in +
                  (((ptrdiff_t)(r->image * d->in_h) + t.top) * (ptrdiff_t)d->in_w + left) * pixel;
        depth_channels(&t, type, vector);
    }
}

INLINE void depth_row(const kernel_depth *r, q_dtype type, const vector_table *vector)
{
    const kernel_depthwise *d = r->d;
    size_t most_stride = d->kernel_w == 7 ? 1 : d->kernel_w == 3 || d->kernel_w == 5 ? 2 : 0;

    if (d->dilation_w == 1 && d->stride_w <= most_stride)
        depth_tiles(r, type, vector);
    else
        depth_any(r, type, vector);
}

TARGET static void depth_row_f32(const kernel_depth *r, const vector_table *v)
{
    depth_row(r, Q_F32, v);
}

TARGET static void depth_row_bf16(const kernel_depth *r, const vector_table *v)
{
    depth_row(r, Q_BF16, v);
}

TARGET static void depth_row_u8(const kernel_depth *r, const vector_table *v)
{
    depth_row(r, Q_U8, v);
}

static void depthwise(const kernel_depth *r, const vector_table *v)
{
    if (r->d->dtype == Q_F32)
        depth_row_f32(r, v);
    else if (r->d->dtype == Q_BF16)
        depth_row_bf16(r, v);
    else
        depth_row_u8(r, v);
}
