/* A convolution as a product whose rows are never gathered: a tile's rows are
 * neighbouring output pixels, evenly spaced in the image, and a tap of the
 * window is a pointer. Only where the window of one of them leaves the image
 * are the rows copied together, with what lies outside.
 */
#include "engine/kernel_job.h"

#include <assert.h>
#include <string.h>

#define GATHER_BYTES (48 << 10)
#define MOST_TAPS 64

typedef struct conv {
    kernel_job job;
    job_split split; /* of the row's pixels and of columns */
    const kernel_conv *c;
    size_t channels;
    size_t pixel;      /* bytes of an input pixel */
    size_t unit;       /* taps of the window in one tap of B: 1, or kernel_w */
    size_t chain;      /* neighbouring taps that lie together in B as in the image */
    size_t x0, x1;     /* output columns whose windows stay inside, left and right */
    size_t x_tasks;    /* tasks in a row of pixels */
    size_t line_tasks; /* tasks in the images' rows of pixels */
    size_t lines;      /* rows of pixels of a task */
} conv;

/* Where a tile is. */
typedef struct place {
    size_t image, y, x;
    ptrdiff_t top, left; /* of the first pixel's window */
    size_t ky0, ky1;     /* the rows of the window that count */
    job_rows rows;
    char *buffer; /* GATHER_BYTES, for rows that are gathered */
    kernel_tap taps[MOST_TAPS];
} place;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool inside(ptrdiff_t at, size_t size)
{
    return at >= 0 && (size_t)at < size;
}

static const char *pixel_at(const conv *w, const place *p, ptrdiff_t y, ptrdiff_t x)
{
    const kernel_conv *c = w->c;
    ptrdiff_t line = (ptrdiff_t)(p->image * c->in_h) + y;

    return (const char *)c->in + (line * (ptrdiff_t)c->in_w + x) * (ptrdiff_t)w->pixel;
}

/* Taps of one part of a window; the parts' sums are added up. `load` sets the tile's
 * taps to those from `done`, and says how many taps of B they are.
 */
typedef size_t load_fn(const conv *w, place *p, size_t done);

static void in_parts(const conv *w, place *p, load_fn *load, size_t all, size_t c0, size_t c1)
{
    _Alignas(64) float sums[TILE_SUMS];
    size_t width;

    for (size_t column = c0; column < c1; column += width) {
        tile_width form;

        width = job__width(&w->job, p->rows.rows, c1 - column, &form);
        for (size_t done = 0; done < all;) {
            size_t count = load(w, p, done);

            job__sums(&w->job, &p->rows, column, form, done > 0, sums);
            done += count;
        }
        job__finish(&w->job, &p->rows, column, width, sums);
    }
}

/* All windows inside, left and right: B meets the image itself. */
static size_t load_direct(const conv *w, place *p, size_t done)
{
    const kernel_conv *c = w->c;
    job_rows *r = &p->rows;
    size_t across = c->kernel_w / w->chain;

    r->k = w->chain * w->channels;
    r->tap_count = least((p->ky1 - p->ky0) * across - done, MOST_TAPS);
    for (size_t i = 0; i < r->tap_count; i++) {
        size_t ky = p->ky0 + (done + i) / across, kx = (done + i) % across * w->chain;

        p->taps[i].a = pixel_at(w, p, p->top + (ptrdiff_t)(ky * c->dilation_h),
                                p->left + (ptrdiff_t)(kx * c->dilation_w));
        p->taps[i].step = c->stride_w * w->pixel;
    }
    r->b_offset = (p->ky0 * across + done) * w->chain / w->unit * w->job.tap_bytes;
    return r->tap_count;
}

static void direct(const conv *w, place *p, size_t c0, size_t c1)
{
    size_t all = (p->ky1 - p->ky0) * (w->c->kernel_w / w->chain);

    if (load_direct(w, p, 0) == all)
        job__tile(&w->job, &p->rows, c0, c1);
    else
        in_parts(w, p, load_direct, all, c0, c1);
}

/* One output pixel's taps [from, from + count) of the window, beside each other. */
static void gather(const conv *w, const place *p, size_t row, size_t from, size_t count, char *to)
{
    const kernel_conv *c = w->c;

    for (size_t i = from; i < from + count; i++, to += w->pixel) {
        ptrdiff_t y = p->top + (ptrdiff_t)((p->ky0 + i / c->kernel_w) * c->dilation_h);
        ptrdiff_t x = p->left + (ptrdiff_t)(row * c->stride_w + i % c->kernel_w * c->dilation_w);

        if (inside(y, c->in_h) && inside(x, c->in_w))
            memcpy(to, pixel_at(w, p, y, x), w->pixel);
        else
            memset(to, c->pad_value, w->pixel);
    }
}

/* Rows copied together, as many taps at a time as the buffer takes: all taps of the window
 * in one of the tile, where no filler lies between them in B.
 */
static size_t load_gathered(const conv *w, place *p, size_t done)
{
    const kernel_conv *c = w->c;
    job_rows *r = &p->rows;
    size_t group = 4 / w->job.element, fit = GATHER_BYTES / (r->rows * w->pixel);
    size_t all = (p->ky1 - p->ky0) * c->kernel_w, count;
    bool whole = w->channels % group == 0;

    if (!whole)
        fit = least(fit, MOST_TAPS * w->unit) / w->unit * w->unit;
    assert(fit > 0);
    count = least(all - done, fit);
    for (size_t row = 0; row < r->rows; row++)
        gather(w, p, row, done, count, p->buffer + row * count * w->pixel);
    if (whole) {
        r->tap_count = count > 0;
        r->k = count * w->channels;
        r->b_offset = (p->ky0 * c->kernel_w + done) * w->channels / group * KERNEL_PANEL * 4;
    } else {
        r->tap_count = count / w->unit;
        r->k = w->unit * w->channels;
        r->b_offset = (p->ky0 * c->kernel_w + done) / w->unit * w->job.tap_bytes;
    }
    for (size_t i = 0; i < r->tap_count; i++)
        p->taps[i] = (kernel_tap){p->buffer + i * w->unit * w->pixel, count * w->pixel};
    return count;
}

static void gathered(const conv *w, place *p, size_t c0, size_t c1)
{
    size_t all = (p->ky1 - p->ky0) * w->c->kernel_w;

    if (load_gathered(w, p, 0) == all)
        job__tile(&w->job, &p->rows, c0, c1);
    else
        in_parts(w, p, load_gathered, all, c0, c1);
}

/* A pixel of so many channels that not one tap fits the buffer: tap by tap. */
static void alone(const conv *w, place *p, size_t c0, size_t c1)
{
    const kernel_conv *c = w->c;
    _Alignas(64) char outside[GATHER_BYTES];
    _Alignas(64) float sums[TILE_SUMS];
    size_t width, most = GATHER_BYTES / w->job.element;
    kernel_tap tap = {outside, 0};
    job_rows rows = p->rows, *r = &rows;

    memset(outside, c->pad_value, sizeof outside);
    r->taps = &tap;
    for (size_t column = c0; column < c1; column += width) {
        tile_width form;

        width = job__width(&w->job, 1, c1 - column, &form);
        r->tap_count = 0;
        job__sums(&w->job, r, column, form, false, sums);
        r->tap_count = 1;
        for (size_t i = p->ky0 * c->kernel_w; i < p->ky1 * c->kernel_w; i++) {
            ptrdiff_t y = p->top + (ptrdiff_t)(i / c->kernel_w * c->dilation_h);
            ptrdiff_t x = p->left + (ptrdiff_t)(i % c->kernel_w * c->dilation_w);
            bool in = inside(y, c->in_h) && inside(x, c->in_w);

            for (size_t k = 0; k < w->channels; k += r->k) {
                r->k = least(w->channels - k, most);
                tap.a = in ? pixel_at(w, p, y, x) + k * w->job.element : outside;
                r->b_offset = i * w->job.tap_bytes + k * w->job.element * KERNEL_PANEL;
                job__sums(&w->job, r, column, form, true, sums);
            }
        }
        job__finish(&w->job, r, column, width, sums);
    }
}

static void tile(const conv *w, place *p, size_t c0, size_t c1)
{
    const kernel_conv *c = w->c;
    const kernel_epilogue *e = c->epilogue;
    size_t first, most;
    bool high;

    p->rows.taps = p->taps;
    p->left = (ptrdiff_t)(p->x * c->stride_w) - (ptrdiff_t)c->pad_left;
    p->top = (ptrdiff_t)(p->y * c->stride_h) - (ptrdiff_t)c->pad_top;
    for (p->ky0 = 0; p->ky0 < c->kernel_h; p->ky0++)
        if (inside(p->top + (ptrdiff_t)(p->ky0 * c->dilation_h), c->in_h))
            break;
    for (p->ky1 = c->kernel_h; p->ky1 > p->ky0; p->ky1--)
        if (inside(p->top + (ptrdiff_t)((p->ky1 - 1) * c->dilation_h), c->in_h))
            break;
    high = p->ky0 > 0 || p->ky1 < c->kernel_h;
    if (high && c->pad_value != 0) {
        p->ky0 = 0;
        p->ky1 = c->kernel_h;
    } else {
        high = false; /* zeros add nothing */
    }
    first = (p->image * c->out_h + p->y) * c->out_w + p->x;
    p->rows.out = (char *)c->out + first * c->out_stride * w->job.out_element;
    if (e->residual)
        p->rows.residual =
            (const char *)e->residual + first * e->residual_stride * w->job.out_element;
    most = GATHER_BYTES / w->pixel / w->unit;
    if (!high && p->x >= w->x0 && p->x + p->rows.rows <= w->x1) {
        direct(w, p, c0, c1);
    } else if (p->rows.rows <= most) {
        gathered(w, p, c0, c1);
    } else { /* fewer rows at a time */
        place part = *p;

        part.rows.rows = most ? most : 1;
        for (size_t i = 0; i < p->rows.rows; i += part.rows.rows) {
            part.x = p->x + i;
            part.rows.rows = least(part.rows.rows, p->rows.rows - i);
            if (most)
                tile(w, &part, c0, c1);
            else {
                part.left = p->left + (ptrdiff_t)(i * c->stride_w);
                part.rows.out = (char *)p->rows.out + i * c->out_stride * w->job.out_element;
                if (e->residual)
                    part.rows.residual = (const char *)p->rows.residual +
                                         i * e->residual_stride * w->job.out_element;
                alone(w, &part, c0, c1);
            }
        }
    }
}

static void task(void *ctx, size_t i)
{
    const conv *w = ctx;
    const kernel_conv *c = w->c;
    const job_split *s = &w->split;
    size_t column = i % s->column_tasks, x = i / s->column_tasks % w->x_tasks;
    size_t line = i / s->column_tasks / w->x_tasks * w->lines;
    size_t c0 = column * s->columns, c1 = least(c0 + s->columns, c->b->n);
    size_t x0 = x * s->rows, x1 = least(x0 + s->rows, c->out_w);
    size_t end = least(line + w->lines, c->batch * c->out_h);
    size_t step = job__rows(&w->job, x1 - x0);
    _Alignas(64) char buffer[GATHER_BYTES];

    for (size_t chunk = c0; chunk < c1; chunk += s->chunk)
        for (size_t l = line; l < end; l++)
            for (size_t at = x0; at < x1; at += step) {
                place p;

                p.buffer = buffer;
                p.image = l / c->out_h;
                p.y = l % c->out_h;
                p.x = at;
                p.rows.rows = least(step, x1 - at);
                p.rows.residual = NULL;
                tile(w, &p, chunk, least(chunk + s->chunk, c1));
            }
}

/* The output columns whose windows lie inside, left and right. */
static void find_inside(conv *w)
{
    const kernel_conv *c = w->c;
    size_t reach = (c->kernel_w - 1) * c->dilation_w + 1;

    w->x0 = (c->pad_left + c->stride_w - 1) / c->stride_w;
    w->x1 = 0;
    if (c->in_w + c->pad_left >= reach)
        w->x1 = least((c->in_w + c->pad_left - reach) / c->stride_w + 1, c->out_w);
}

/* Lines of pixels are joined to tasks as large as job__split wants them. */
static void split(conv *w)
{
    const kernel_conv *c = w->c;
    size_t lines = c->batch * c->out_h;
    job_split all = job__split(&w->job, lines * c->out_w);

    w->split = all;
    if (all.rows >= c->out_w) {
        w->lines = all.rows / c->out_w;
        w->split.rows = c->out_w;
    } else {
        w->lines = 1;
    }
    w->x_tasks = (c->out_w + w->split.rows - 1) / w->split.rows;
    w->line_tasks = (lines + w->lines - 1) / w->lines;
}

static bool is_product(const kernel_conv *c)
{
    return c->kernel_h == 1 && c->kernel_w == 1 && c->stride_h == 1 && c->stride_w == 1 &&
           c->pad_top == 0 && c->pad_left == 0 && c->out_h == c->in_h && c->out_w == c->in_w;
}

void kernel__conv_on(kernel_isa isa, q_team *team, const kernel_conv *c)
{
    conv w = {.job = job__new(isa, c->b, c->epilogue, c->out_stride), .c = c};

    if (c->batch * c->out_h * c->out_w == 0)
        return;
    if (is_product(c)) {
        kernel__gemm_on(isa, team,
                        &(kernel_gemm){c->batch * c->in_h * c->in_w, c->in, c->b->k, c->b, c->out,
                                       c->out_stride, c->epilogue});
        return;
    }
    w.unit = c->b->taps == c->kernel_h * c->kernel_w ? 1 : c->kernel_w;
    w.channels = c->b->k / w.unit;
    assert(c->b->taps * w.unit == c->kernel_h * c->kernel_w);
    assert(w.unit == 1 || c->dilation_w == 1);
    w.pixel = w.channels * w.job.element;
    assert(w.unit == 1 || w.unit * w.pixel <= GATHER_BYTES);
    w.chain = w.unit;
    if (c->dilation_w == 1 && w.channels % (4 / w.job.element) == 0)
        w.chain = c->kernel_w;
    find_inside(&w);
    split(&w);
    q_team_run(team, w.line_tasks * w.x_tasks * w.split.column_tasks, task, &w);
}

void kernel__conv(q_team *team, const kernel_conv *c)
{
    kernel__conv_on(kernel__isa(), team, c);
}
