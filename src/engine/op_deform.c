/* DeformConv: a convolution whose taps are moved by offsets that the graph
 * computes, read between pixels bilinearly, and weighed by a mask.
 * Source: Zhu et al. 2019, "Deformable ConvNets v2", arXiv:1811.11168
 */
#include "engine/op_conv.h"
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <math.h>

typedef struct deform_params {
    window_attrs attrs;
    size_t group, offset_group;
} deform_params;

enum { X, W, OFFSET, BIAS, MASK };

static q_code deform_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    deform_params *p = params;
    int64_t group = 1, offset_group = 1;
    q_code rc = slide__load(n, &p->attrs, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "group", 1, &group, err);
    if (!rc)
        rc = op__attr_int(n, "offset_group", 1, &offset_group, err);
    if (rc)
        return rc;
    if (group < 1 || group > INT32_MAX || offset_group < 1 || offset_group > INT32_MAX)
        return q_err_set(err, Q_INVALID, "group is %lld and offset_group %lld; wanted 1 or more",
                         (long long)group, (long long)offset_group);
    p->group = (size_t)group;
    p->offset_group = (size_t)offset_group;
    return Q_OK;
}

/* in[i] must be [N, channels, out height, out width]. */
static q_code want_map(const q_op_call *c, size_t i, const char *name, size_t channels,
                       const q_shape *out, q_err *err)
{
    q_shape want = *out;
    char got_text[160], want_text[160];

    want.dims[1] = channels;
    if (!q_shape_eq(&c->in[i]->shape, &want))
        return q_err_set(err, Q_INVALID, "%s has shape %s; wanted %s", name,
                         q_shape_text(&c->in[i]->shape, got_text), q_shape_text(&want, want_text));
    return Q_OK;
}

static q_code deform_window(const q_op_call *c, window *w, q_shape *out, q_err *err)
{
    const deform_params *p = c->params;
    const q_shape *xs = &c->in[X]->shape, *ws = &c->in[W]->shape;
    q_code rc = conv__check(c, X, W, p->group, 1, err);

    if (!rc && xs->rank != 4)
        rc = q_err_set(err, Q_UNSUPPORTED, "%zu spatial dimensions; 2 are handled", xs->rank - 2);
    if (!rc && xs->dims[1] % p->offset_group)
        rc = q_err_set(err, Q_INVALID, "%zu channels do not divide into offset_group %zu",
                       xs->dims[1], p->offset_group);
    if (!rc)
        rc = slide__resolve(&p->attrs, ws->dims + 2, xs->dims + 2, 2, false, w, err);
    if (rc)
        return rc;
    *out = *xs;
    out->dims[1] = ws->dims[0];
    out->dims[2] = w->out[0];
    out->dims[3] = w->out[1];
    return Q_OK;
}

static q_code deform_infer(q_op_call *c, q_err *err)
{
    const deform_params *p = c->params;
    window w;
    q_shape out;
    size_t i, taps, columns = 0;
    q_code rc = Q_OK;

    for (i = 0; i < c->in_count && !rc; i++)
        if (i <= OFFSET || op__has(c, i))
            rc = op__want(c, i, err, widen__floats);
    if (!rc)
        rc = deform_window(c, &w, &out, err);
    if (rc)
        return rc;
    taps = w.kernel[0] * w.kernel[1];
    rc = want_map(c, OFFSET, "the offset", p->offset_group * taps * 2, &out, err);
    if (!rc && op__has(c, MASK))
        rc = want_map(c, MASK, "the mask", p->offset_group * taps, &out, err);
    if (!rc)
        rc = conv__check_vector(c, BIAS, "the bias", out.dims[1], err);
    if (rc)
        return rc;
    if (!q_size_mul(&columns, c->in[X]->shape.dims[1] * taps, w.out[0] * w.out[1]) ||
        !q_size_mul(&columns, columns, sizeof(float)))
        return q_err_set(err, Q_LIMIT, "the sampled image passes the address space");
    c->scratch_bytes = columns;
    op__set(c, 0, c->in[X]->dtype, &out);
    return widen__infer(c, err);
}

typedef struct deform_job {
    window w;
    size_t group, offset_group, channels, out_channels;
    const float *x, *weights, *offset, *mask, *bias; /* of one image; mask, bias may be NULL */
    float *columns;                                  /* [channels * taps][out pixels] */
    float *y;
} deform_job;

static float pixel(const float *plane, const window *w, float fy, float fx)
{
    if (fy < 0 || fx < 0 || fy >= (float)w->in[0] || fx >= (float)w->in[1])
        return 0;
    return plane[(size_t)fy * w->in[1] + (size_t)fx];
}

static float sample(const float *plane, const window *w, float y, float x)
{
    float y0 = floorf(y), x0 = floorf(x), dy = y - y0, dx = x - x0;

    if (!(y > -1 && x > -1 && y < (float)w->in[0] && x < (float)w->in[1]))
        return 0; /* NaN too */
    return (1 - dy) * ((1 - dx) * pixel(plane, w, y0, x0) + dx * pixel(plane, w, y0, x0 + 1)) +
           dy * ((1 - dx) * pixel(plane, w, y0 + 1, x0) + dx * pixel(plane, w, y0 + 1, x0 + 1));
}

/* A task is one row of `columns`: a channel's tap. */
static void sample_rows(void *ctx, size_t from, size_t to)
{
    const deform_job *j = ctx;
    const window *w = &j->w;
    size_t taps = w->kernel[0] * w->kernel[1], pixels = w->out[0] * w->out[1], row, i;

    for (row = from; row < to; row++) {
        size_t channel = row / taps, tap = row % taps;
        size_t tap_y = tap / w->kernel[1], tap_x = tap % w->kernel[1];
        size_t og = channel / (j->channels / j->offset_group);
        const float *plane = j->x + channel * w->in[0] * w->in[1];
        const float *dy = j->offset + (og * taps + tap) * 2 * pixels, *dx = dy + pixels;
        const float *mask = j->mask ? j->mask + (og * taps + tap) * pixels : NULL;
        float ky = (float)(tap_y * w->dilation[0]) - (float)w->pad[0];
        float kx = (float)(tap_x * w->dilation[1]) - (float)w->pad[1];

        for (i = 0; i < pixels; i++) {
            size_t line = i / w->out[1], column = i % w->out[1];
            float y = (float)(line * w->stride[0]) + ky + dy[i];
            float x = (float)(column * w->stride[1]) + kx + dx[i];

            j->columns[row * pixels + i] = sample(plane, w, y, x) * (mask ? mask[i] : 1);
        }
    }
}

/* A task is one output channel. */
static void sum_channels(void *ctx, size_t from, size_t to)
{
    const deform_job *j = ctx;
    const window *w = &j->w;
    size_t pixels = w->out[0] * w->out[1];
    size_t k_count = j->channels / j->group * w->kernel[0] * w->kernel[1], oc, k, i;

    for (oc = from; oc < to; oc++) {
        size_t g = oc / (j->out_channels / j->group);
        const float *columns = j->columns + g * k_count * pixels;
        float *y = j->y + oc * pixels;

        for (i = 0; i < pixels; i++)
            y[i] = j->bias ? j->bias[oc] : 0;
        for (k = 0; k < k_count; k++) {
            float weight = j->weights[oc * k_count + k];

            for (i = 0; i < pixels; i++)
                y[i] += weight * columns[k * pixels + i];
        }
    }
}

static q_code deform_compute(q_op_call *c, q_err *err)
{
    const deform_params *p = c->params;
    deform_job j = {.group = p->group,
                    .offset_group = p->offset_group,
                    .channels = c->in[X]->shape.dims[1],
                    .x = c->in[X]->data,
                    .weights = c->in[W]->data,
                    .offset = c->in[OFFSET]->data,
                    .mask = op__has(c, MASK) ? c->in[MASK]->data : NULL,
                    .bias = op__has(c, BIAS) ? c->in[BIAS]->data : NULL,
                    .columns = c->scratch,
                    .y = c->out[0]->data};
    q_shape out;
    size_t image, taps, pixels;
    q_code rc = deform_window(c, &j.w, &out, err);

    if (rc)
        return rc;
    taps = j.w.kernel[0] * j.w.kernel[1];
    pixels = out.dims[2] * out.dims[3];
    j.out_channels = out.dims[1];
    for (image = 0; image < out.dims[0]; image++) {
        op__parallel(c->team, j.channels * taps, 1, sample_rows, &j);
        op__parallel(c->team, j.out_channels, 1, sum_channels, &j);
        j.x += j.channels * j.w.in[0] * j.w.in[1];
        j.offset += p->offset_group * taps * 2 * pixels;
        if (j.mask)
            j.mask += p->offset_group * taps * pixels;
        j.y += j.out_channels * pixels;
    }
    return Q_OK;
}

static q_code deform_run(q_op_call *c, q_err *err)
{
    return widen__run(c, deform_compute, err);
}

static const q_op ops[] = {
    {"", "DeformConv", 19, 0, 3, 5, 1, 0, sizeof(deform_params), deform_load, deform_infer,
     deform_run},
};

const q_op_table op__deform = {ops, sizeof ops / sizeof *ops};
