/* MaxPool, AveragePool, LpPool, their global kin, and MaxUnpool. A task is one
 * plane: one channel of one image.
 */
#include "engine/op_slide.h"
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <math.h>
#include <string.h>

typedef struct pool_params {
    window_attrs attrs;
    bool ceil, count_padding, column_major;
    double p; /* of LpPool */
} pool_params;

static q_code flag_read(const q_node *n, const char *name, bool *out, q_err *err)
{
    int64_t v = 0;
    q_code rc = op__attr_int(n, name, 0, &v, err);

    *out = v != 0;
    return rc;
}

static q_code p_read(const q_node *n, double *p, q_err *err)
{
    const q_attr *a = q_node_attr(n, "p");
    int64_t v = 2;
    q_code rc = Q_OK;

    if (a && a->kind == Q_ATTR_FLOAT) /* operator set 1 */
        rc = op__attr_float(n, "p", 2, p, err);
    else {
        rc = op__attr_int(n, "p", 2, &v, err);
        *p = (double)v;
    }
    if (!rc && !(*p > 0))
        rc = q_err_set(err, Q_INVALID, "p is %g; wanted more than 0", *p);
    return rc;
}

static q_code pool_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    pool_params *p = params;
    q_code rc = slide__load(n, &p->attrs, err);

    (void)a;
    if (!rc)
        rc = flag_read(n, "ceil_mode", &p->ceil, err);
    if (!rc)
        rc = flag_read(n, "count_include_pad", &p->count_padding, err);
    if (!rc)
        rc = flag_read(n, "storage_order", &p->column_major, err);
    p->p = 2;
    if (!rc && q_str_is(n->type, "LpPool"))
        rc = p_read(n, &p->p, err);
    return rc;
}

static q_code pool_window(const q_op_call *c, window *w, q_shape *out, q_err *err)
{
    const pool_params *p = c->params;
    const q_shape *xs = &c->in[0]->shape;
    size_t i;
    q_code rc;

    if (xs->rank < 3)
        return q_err_set(err, Q_INVALID, "the image has %zu dimensions; wanted [N, C, spatial...]",
                         xs->rank);
    rc = slide__resolve(&p->attrs, NULL, xs->dims + 2, xs->rank - 2, p->ceil, w, err);
    if (rc)
        return rc;
    *out = *xs;
    for (i = 0; i < w->rank; i++)
        out->dims[2 + i] = w->out[i];
    return Q_OK;
}

static q_code pool_infer(q_op_call *c, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_F16, Q_BF16, Q_F64, Q_U8, Q_I8, Q_NONE};
    bool is_max = q_str_is(c->node->type, "MaxPool");
    window w;
    q_shape out;
    q_code rc = op__want(c, 0, err, is_max ? types : widen__floats);

    if (!rc)
        rc = pool_window(c, &w, &out, err);
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &out);
    if (is_max)
        op__set(c, 1, Q_I64, &out);
    return widen__infer(c, err);
}

/* -- A window at one place: the taps inside the image, row by row -- */

typedef struct place {
    size_t at[WINDOW_MAX];                   /* in the output */
    size_t from[WINDOW_MAX], to[WINDOW_MAX]; /* taps inside */
    size_t tap[WINDOW_MAX];                  /* of the row; the last axis runs in the row */
} place;

/* Count up the digits [0, count) of `at` below their limits; false when all were had. */
static bool count_up(size_t *at, const size_t *from, const size_t *to, size_t count)
{
    while (count-- > 0) {
        if (++at[count] < to[count])
            return true;
        at[count] = from[count];
    }
    return false;
}

/* false: no tap is inside. */
static bool place_begin(const window *w, place *p)
{
    size_t i;
    bool any = true;

    for (i = 0; i < w->rank; i++) {
        slide__clip(w, i, p->at[i], &p->from[i], &p->to[i]);
        p->tap[i] = p->from[i];
        any = any && p->from[i] < p->to[i];
    }
    return any;
}

/* In the image: the index of the row's first tap. */
static size_t place_row(const window *w, const place *p)
{
    size_t i, index = 0;

    for (i = 0; i < w->rank; i++)
        index = index * w->in[i] + p->at[i] * w->stride[i] + p->tap[i] * w->dilation[i] - w->pad[i];
    return index;
}

typedef struct pool_job pool_job;
struct pool_job {
    window w;
    const pool_params *params;
    size_t in_pixels, out_pixels;
    const float *x;
    float *y;
    int64_t *indices; /* may be NULL */
    void (*one)(const pool_job *j, place *p, const float *plane, float *y, size_t *index);
};

static void max_one(const pool_job *j, place *p, const float *plane, float *y, size_t *index)
{
    const window *w = &j->w;
    size_t last = w->rank - 1, k, d = w->dilation[last];
    float best = -INFINITY;

    *index = 0;
    *y = best;
    if (!place_begin(w, p))
        return;
    *index = place_row(w, p);
    do {
        size_t at = place_row(w, p);

        for (k = p->from[last]; k < p->to[last]; k++, at += d)
            if (plane[at] > best) {
                best = plane[at];
                *index = at;
            }
    } while (count_up(p->tap, p->from, p->to, last));
    *y = best;
}

/* Taps that lie in the image or its padding. */
static size_t taps_counted(const window *w, const place *p, bool padding)
{
    size_t i, count = 1;

    for (i = 0; i < w->rank; i++) {
        size_t begin = p->at[i] * w->stride[i], end = w->pad[i] + w->in[i] + w->pad_end[i];
        size_t taps = begin < end ? (end - begin - 1) / w->dilation[i] + 1 : 0;

        if (!padding)
            taps = p->to[i] - p->from[i];
        count *= taps < w->kernel[i] ? taps : w->kernel[i];
    }
    return count;
}

static void average_one(const pool_job *j, place *p, const float *plane, float *y, size_t *index)
{
    const window *w = &j->w;
    size_t last = w->rank - 1, k, d = w->dilation[last];
    float sum = 0;

    (void)index;
    *y = 0;
    if (!place_begin(w, p))
        return;
    do {
        size_t at = place_row(w, p);

        for (k = p->from[last]; k < p->to[last]; k++, at += d)
            sum += plane[at];
    } while (count_up(p->tap, p->from, p->to, last));
    *y = sum / (float)taps_counted(w, p, j->params->count_padding);
}

static void lp_one(const pool_job *j, place *p, const float *plane, float *y, size_t *index)
{
    const window *w = &j->w;
    size_t last = w->rank - 1, k, d = w->dilation[last];
    double sum = 0;

    (void)index;
    *y = 0;
    if (!place_begin(w, p))
        return;
    do {
        size_t at = place_row(w, p);

        for (k = p->from[last]; k < p->to[last]; k++, at += d)
            sum += pow(fabs((double)plane[at]), j->params->p);
    } while (count_up(p->tap, p->from, p->to, last));
    *y = (float)pow(sum, 1 / j->params->p);
}

/* The index with the first spatial dimension running fastest. */
static size_t column_major(const window *w, size_t index)
{
    size_t digits[WINDOW_MAX], i, out = 0;

    for (i = w->rank; i-- > 0; index /= w->in[i])
        digits[i] = index % w->in[i];
    for (i = w->rank; i-- > 0;)
        out = out * w->in[i] + digits[i];
    return out;
}

static void pool_planes(void *ctx, size_t from, size_t to)
{
    const pool_job *j = ctx;
    const window *w = &j->w;
    static const size_t zeros[WINDOW_MAX];
    size_t plane, i;

    for (plane = from; plane < to; plane++) {
        place p = {0};

        for (i = 0; i < j->out_pixels; i++) {
            size_t index = 0, o = plane * j->out_pixels + i;

            j->one(j, &p, j->x + plane * j->in_pixels, &j->y[o], &index);
            if (j->indices)
                j->indices[o] =
                    (int64_t)(plane * j->in_pixels +
                              (j->params->column_major ? column_major(w, index) : index));
            (void)count_up(p.at, zeros, w->out, w->rank);
        }
    }
}

static q_code pool_compute(q_op_call *c, q_err *err)
{
    pool_job j = {.params = c->params,
                  .x = c->in[0]->data,
                  .y = c->out[0]->data,
                  .one = q_str_is(c->node->type, "MaxPool")       ? max_one
                         : q_str_is(c->node->type, "AveragePool") ? average_one
                                                                  : lp_one};
    q_shape out;
    q_code rc = pool_window(c, &j.w, &out, err);

    if (rc)
        return rc;
    j.in_pixels = q_shape_span(&c->in[0]->shape, 2, out.rank);
    j.out_pixels = q_shape_span(&out, 2, out.rank);
    if (c->out_count > 1 && c->node->out_count > 1 && c->node->out[1] != Q_NO_VALUE)
        j.indices = c->out[1]->data;
    op__parallel(c->team, out.dims[0] * out.dims[1], 1, pool_planes, &j);
    return Q_OK;
}

static q_code pool_run(q_op_call *c, q_err *err)
{
    return widen__run(c, pool_compute, err);
}

/* -- Over the whole plane -- */

static q_code global_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    pool_params *p = params;

    (void)a;
    return p_read(n, &p->p, err);
}

static q_code global_infer(q_op_call *c, q_err *err)
{
    q_shape out;
    size_t i;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (rc)
        return rc;
    out = c->in[0]->shape;
    if (out.rank < 2)
        return q_err_set(err, Q_INVALID, "the image has %zu dimensions; wanted [N, C, spatial...]",
                         out.rank);
    for (i = 2; i < out.rank; i++) {
        if (out.dims[i] == 0)
            return q_err_set(err, Q_INVALID, "dimension %zu of the image is 0", i - 2);
        out.dims[i] = 1;
    }
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

static float average_plane(const float *x, size_t count, double p)
{
    double sum = 0;
    size_t i;

    (void)p;
    for (i = 0; i < count; i++)
        sum += x[i];
    return (float)(sum / (double)count);
}

static float max_plane(const float *x, size_t count, double p)
{
    float best = x[0];
    size_t i;

    (void)p;
    for (i = 1; i < count; i++)
        best = x[i] > best ? x[i] : best;
    return best;
}

static float lp_plane(const float *x, size_t count, double p)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < count; i++)
        sum += pow(fabs((double)x[i]), p);
    return (float)pow(sum, 1 / p);
}

typedef struct global_job {
    const float *x;
    float *y;
    size_t pixels;
    double p;
    float (*plane)(const float *x, size_t count, double p);
} global_job;

static void global_planes(void *ctx, size_t from, size_t to)
{
    const global_job *j = ctx;
    size_t i;

    for (i = from; i < to; i++)
        j->y[i] = j->plane(j->x + i * j->pixels, j->pixels, j->p);
}

static q_code global_compute(q_op_call *c, q_err *err)
{
    const q_shape *s = &c->in[0]->shape;
    const pool_params *p = c->params;
    global_job j = {.x = c->in[0]->data,
                    .y = c->out[0]->data,
                    .pixels = q_shape_span(s, 2, s->rank),
                    .p = p->p,
                    .plane = q_str_is(c->node->type, "GlobalMaxPool")       ? max_plane
                             : q_str_is(c->node->type, "GlobalAveragePool") ? average_plane
                                                                            : lp_plane};

    (void)err;
    op__parallel(c->team, s->dims[0] * s->dims[1], 4096 / j.pixels + 1, global_planes, &j);
    return Q_OK;
}

static q_code global_run(q_op_call *c, q_err *err)
{
    return widen__run(c, global_compute, err);
}

/* -- MaxUnpool: each value back where MaxPool took it -- */

/* The image MaxPool saw; its indices count in it. */
static q_code unpool_natural(const q_op_call *c, q_shape *out, q_err *err)
{
    const pool_params *p = c->params;
    const q_shape *xs = &c->in[0]->shape;
    window w;
    size_t i;
    q_code rc;

    if (xs->rank < 3)
        return q_err_set(err, Q_INVALID, "the image has %zu dimensions; wanted [N, C, spatial...]",
                         xs->rank);
    rc = slide__shape(&p->attrs, NULL, xs->rank - 2, &w, err);
    if (rc)
        return rc;
    *out = *xs;
    for (i = 0; i < w.rank; i++) {
        size_t pads = p->attrs.pad_count ? p->attrs.pads[i] + p->attrs.pads[w.rank + i] : 0;
        size_t full = xs->dims[2 + i] ? (xs->dims[2 + i] - 1) * w.stride[i] + w.kernel[i] : 0;

        if (full < pads)
            return q_err_set(err, Q_INVALID, "padding of %zu leaves nothing of %zu", pads, full);
        out->dims[2 + i] = full - pads;
    }
    return Q_OK;
}

static q_code unpool_infer(q_op_call *c, q_err *err)
{
    static const q_dtype i64[] = {Q_I64, Q_NONE};
    int64_t given[Q_MAX_RANK];
    q_shape out;
    size_t count = 0, i;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__want(c, 1, err, i64);
    if (!rc && !q_shape_eq(&c->in[0]->shape, &c->in[1]->shape))
        rc = q_err_set(err, Q_INVALID, "the indices' shape is not the image's");
    if (!rc)
        rc = unpool_natural(c, &out, err);
    if (!rc)
        rc = op__ints(c, 2, given, Q_MAX_RANK, &count, err);
    if (rc || c->later)
        return rc;
    if (op__has(c, 2)) {
        if (count != out.rank)
            return q_err_set(err, Q_INVALID, "output_shape has %zu values; wanted %zu", count,
                             out.rank);
        for (i = 0; i < count; i++) {
            if (given[i] < 0 || (size_t)given[i] < out.dims[i])
                return q_err_set(err, Q_INVALID, "output_shape has %lld; wanted %zu or more",
                                 (long long)given[i], out.dims[i]);
            out.dims[i] = (size_t)given[i];
        }
    }
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

static q_code unpool_compute(q_op_call *c, q_err *err)
{
    const q_shape *out = &c->out[0]->shape;
    size_t count = q_shape_count(&c->in[0]->shape), cells, i, d;
    const int64_t *indices = c->in[1]->data;
    float *y = c->out[0]->data;
    q_shape natural;
    q_code rc = unpool_natural(c, &natural, err);

    if (rc)
        return rc;
    if (q_shape_count(out))
        memset(y, 0, q_shape_count(out) * sizeof *y);
    cells = q_shape_count(&natural);
    for (i = 0; i < count; i++) {
        size_t rest, at = 0, step = 1;

        if (indices[i] < 0 || (uint64_t)indices[i] >= cells)
            return q_err_set(err, Q_INVALID, "index %lld is outside of %zu elements",
                             (long long)indices[i], cells);
        rest = (size_t)indices[i];
        for (d = natural.rank; d-- > 0;) {
            at += rest % natural.dims[d] * step;
            rest /= natural.dims[d];
            step *= out->dims[d];
        }
        y[at] = ((const float *)c->in[0]->data)[i];
    }
    return Q_OK;
}

static q_code unpool_run(q_op_call *c, q_err *err)
{
    return widen__run(c, unpool_compute, err);
}

static const q_op ops[] = {
    {"", "MaxPool", 1, 0, 1, 1, 2, 0, sizeof(pool_params), pool_load, pool_infer, pool_run},
    {"", "AveragePool", 1, 0, 1, 1, 1, 0, sizeof(pool_params), pool_load, pool_infer, pool_run},
    {"", "LpPool", 1, 0, 1, 1, 1, 0, sizeof(pool_params), pool_load, pool_infer, pool_run},
    {"", "GlobalAveragePool", 1, 0, 1, 1, 1, 0, sizeof(pool_params), global_load, global_infer,
     global_run},
    {"", "GlobalMaxPool", 1, 0, 1, 1, 1, 0, sizeof(pool_params), global_load, global_infer,
     global_run},
    {"", "GlobalLpPool", 1, 0, 1, 1, 1, 0, sizeof(pool_params), global_load, global_infer,
     global_run},
    {"", "MaxUnpool", 9, 0, 2, 3, 1, 0, sizeof(pool_params), pool_load, unpool_infer, unpool_run},
};

const q_op_table op__pool = {ops, sizeof ops / sizeof *ops};
