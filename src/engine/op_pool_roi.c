/* RoiAlign and MaxRoiPool: pools over regions of an image that the graph found. */
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <math.h>

#define MAX_SAMPLES 4096 /* along one side of one cell */

typedef struct roi_params {
    size_t height, width, samples; /* of the output; 0 samples: by the region's size */
    float scale;
    bool is_max, half_pixel;
} roi_params;

static q_code size_read(const q_node *n, const char *name, int64_t least, int64_t otherwise,
                        size_t *out, q_err *err)
{
    int64_t v = otherwise;
    q_code rc = op__attr_int(n, name, otherwise, &v, err);

    if (!rc && (v < least || v > INT32_MAX))
        rc = q_err_set(err, Q_INVALID, "%s is %lld; wanted %lld or more", name, (long long)v,
                       (long long)least);
    *out = (size_t)v;
    return rc;
}

static q_code align_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    roi_params *p = params;
    q_str mode, transform;
    double scale = 1;
    q_code rc = size_read(n, "output_height", 1, 1, &p->height, err);

    (void)a;
    if (!rc)
        rc = size_read(n, "output_width", 1, 1, &p->width, err);
    if (!rc)
        rc = size_read(n, "sampling_ratio", 0, 0, &p->samples, err);
    if (!rc)
        rc = op__attr_float(n, "spatial_scale", 1, &scale, err);
    if (!rc)
        rc = op__attr_string(n, "mode", "avg", &mode, err);
    if (!rc)
        rc =
            op__attr_string(n, "coordinate_transformation_mode",
                            n->version >= 16 ? "half_pixel" : "output_half_pixel", &transform, err);
    if (rc)
        return rc;
    if (p->samples > MAX_SAMPLES)
        return q_err_set(err, Q_LIMIT, "sampling_ratio is %zu; at most %d", p->samples,
                         MAX_SAMPLES);
    if (!q_str_is(mode, "avg") && !q_str_is(mode, "max"))
        return q_err_set(err, Q_INVALID, "mode is \"%.*s\"; wanted avg or max", Q_ARG(mode));
    if (!q_str_is(transform, "half_pixel") && !q_str_is(transform, "output_half_pixel"))
        return q_err_set(err, Q_INVALID, "coordinate_transformation_mode is \"%.*s\"",
                         Q_ARG(transform));
    p->is_max = q_str_is(mode, "max");
    p->half_pixel = q_str_is(transform, "half_pixel");
    p->scale = (float)scale;
    return Q_OK;
}

/* X [N, C, H, W] and rois [count, columns] -> [count, C, height, width]. */
static q_code roi_infer(q_op_call *c, size_t columns, q_err *err)
{
    const roi_params *p = c->params;
    const q_shape *xs, *rs;
    q_shape out;
    char text[160];
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = op__want(c, 1, err, widen__floats);
    if (rc)
        return rc;
    xs = &c->in[0]->shape;
    rs = &c->in[1]->shape;
    if (xs->rank != 4 || !xs->dims[2] || !xs->dims[3])
        return q_err_set(err, Q_INVALID, "the image has shape %s; wanted [N, C, H, W]",
                         q_shape_text(xs, text));
    if (rs->rank != 2 || rs->dims[1] != columns)
        return q_err_set(err, Q_INVALID, "the regions have shape %s; wanted [count, %zu]",
                         q_shape_text(rs, text), columns);
    out = (q_shape){4, {rs->dims[0], xs->dims[1], p->height, p->width}};
    op__set(c, 0, c->in[0]->dtype, &out);
    return widen__infer(c, err);
}

static q_code align_infer(q_op_call *c, q_err *err)
{
    static const q_dtype ints[] = {Q_I64, Q_I32, Q_NONE};
    q_code rc = op__want(c, 2, err, ints);

    if (!rc)
        rc = roi_infer(c, 4, err);
    if (!rc && (c->in[2]->shape.rank != 1 || c->in[2]->shape.dims[0] != c->in[1]->shape.dims[0]))
        rc = q_err_set(err, Q_INVALID, "batch_indices and the regions differ in count");
    return rc;
}

typedef struct region {
    float y, x, cell_h, cell_w;
    size_t samples_h, samples_w;
    size_t image;
} region;

static q_code samples_of(const roi_params *p, float side, size_t cells, size_t *out, q_err *err)
{
    float wanted = ceilf(side / (float)cells);

    *out = p->samples;
    if (p->samples)
        return Q_OK;
    if (!(wanted <= MAX_SAMPLES))
        return q_err_set(err, Q_LIMIT, "a region's side is %g; at most %d samples to a cell",
                         (double)side, MAX_SAMPLES);
    *out = wanted > 0 ? (size_t)wanted : 0;
    return Q_OK;
}

static q_code region_read(const q_op_call *c, size_t i, region *r, q_err *err)
{
    const roi_params *p = c->params;
    const float *roi = (const float *)c->in[1]->data + i * 4;
    float offset = p->half_pixel ? 0.5F : 0, h, w;
    int64_t image = c->in[2]->dtype == Q_I64 ? ((const int64_t *)c->in[2]->data)[i]
                                             : ((const int32_t *)c->in[2]->data)[i];
    q_code rc;

    if (image < 0 || (uint64_t)image >= c->in[0]->shape.dims[0])
        return q_err_set(err, Q_INVALID, "batch index %lld; there are %zu images", (long long)image,
                         c->in[0]->shape.dims[0]);
    r->image = (size_t)image;
    r->x = roi[0] * p->scale - offset;
    r->y = roi[1] * p->scale - offset;
    w = roi[2] * p->scale - offset - r->x;
    h = roi[3] * p->scale - offset - r->y;
    if (!p->half_pixel) {
        w = w > 1 ? w : 1;
        h = h > 1 ? h : 1;
    }
    r->cell_h = h / (float)p->height;
    r->cell_w = w / (float)p->width;
    rc = samples_of(p, h, p->height, &r->samples_h, err);
    if (!rc)
        rc = samples_of(p, w, p->width, &r->samples_w, err);
    return rc;
}

/* Between four pixels; for max, the greatest of their shares. */
static float bilinear(const float *plane, size_t height, size_t width, float y, float x,
                      bool is_max)
{
    float share[4];

    size_t y0, x0, y1, x1;

    if (!(y >= -1 && y <= (float)height && x >= -1 && x <= (float)width))
        return 0; /* NaN too */
    y = y > 0 ? y : 0;
    x = x > 0 ? x : 0;
    y0 = (size_t)y;
    x0 = (size_t)x;
    if (y0 + 1 >= height)
        y = (float)(y0 = height - 1);
    if (x0 + 1 >= width)
        x = (float)(x0 = width - 1);
    y1 = y0 + 1 < height ? y0 + 1 : y0;
    x1 = x0 + 1 < width ? x0 + 1 : x0;
    y -= (float)y0;
    x -= (float)x0;
    share[0] = (1 - y) * (1 - x) * plane[y0 * width + x0];
    share[1] = (1 - y) * x * plane[y0 * width + x1];
    share[2] = y * (1 - x) * plane[y1 * width + x0];
    share[3] = y * x * plane[y1 * width + x1];
    if (is_max)
        return fmaxf(fmaxf(share[0], share[1]), fmaxf(share[2], share[3]));
    return share[0] + share[1] + share[2] + share[3];
}

static float cell(const roi_params *p, const region *r, const float *plane, const q_shape *xs,
                  size_t oy, size_t ox)
{
    float sum = 0, best = -INFINITY;
    size_t iy, ix;

    for (iy = 0; iy < r->samples_h; iy++)
        for (ix = 0; ix < r->samples_w; ix++) {
            float fy = ((float)iy + 0.5F) / (float)r->samples_h;
            float fx = ((float)ix + 0.5F) / (float)r->samples_w;
            float v = bilinear(plane, xs->dims[2], xs->dims[3], r->y + ((float)oy + fy) * r->cell_h,
                               r->x + ((float)ox + fx) * r->cell_w, p->is_max);

            sum += v;
            best = v > best ? v : best;
        }
    if (r->samples_h * r->samples_w == 0)
        return 0;
    return p->is_max ? best : sum / (float)(r->samples_h * r->samples_w);
}

static q_code align_compute(q_op_call *c, q_err *err)
{
    const roi_params *p = c->params;
    const q_shape *xs = &c->in[0]->shape, *os = &c->out[0]->shape;
    size_t pixels = xs->dims[2] * xs->dims[3], i, channel, oy, ox;
    float *y = c->out[0]->data;

    for (i = 0; i < os->dims[0]; i++) {
        region r = {0};
        q_code rc = region_read(c, i, &r, err);

        if (rc)
            return rc;
        for (channel = 0; channel < xs->dims[1]; channel++) {
            const float *plane =
                (const float *)c->in[0]->data + (r.image * xs->dims[1] + channel) * pixels;

            for (oy = 0; oy < p->height; oy++)
                for (ox = 0; ox < p->width; ox++)
                    *y++ = cell(p, &r, plane, xs, oy, ox);
        }
    }
    return Q_OK;
}

static q_code align_run(q_op_call *c, q_err *err)
{
    return widen__run(c, align_compute, err);
}

/* -- MaxRoiPool: whole pixels, regions [image, x1, y1, x2, y2] -- */

static q_code max_roi_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    roi_params *p = params;
    const int64_t *v = NULL;
    size_t count = 0;
    double scale = 1;
    q_code rc = op__attr_ints(n, "pooled_shape", &v, &count, err);

    (void)a;
    if (!rc)
        rc = op__attr_float(n, "spatial_scale", 1, &scale, err);
    if (rc)
        return rc;
    if (count != 2 || v[0] < 1 || v[1] < 1 || v[0] > INT32_MAX || v[1] > INT32_MAX)
        return q_err_set(err, Q_INVALID, "pooled_shape has %zu values; wanted two of 1 or more",
                         count);
    p->height = (size_t)v[0];
    p->width = (size_t)v[1];
    p->scale = (float)scale;
    return Q_OK;
}

static q_code max_roi_infer(q_op_call *c, q_err *err)
{
    return roi_infer(c, 5, err);
}

/* Cell `at` of `cells` over [first, last], in pixels of a side [0, side). */
static void cell_range(long first, long last, size_t at, size_t cells, size_t side, size_t *from,
                       size_t *to)
{
    long extent = last - first + 1 > 1 ? last - first + 1 : 1;
    double step = (double)extent / (double)cells;
    double begin = floor((double)at * step) + (double)first;
    double end = ceil((double)(at + 1) * step) + (double)first;

    *from = begin > 0 ? (size_t)(begin < (double)side ? begin : (double)side) : 0;
    *to = end > 0 ? (size_t)(end < (double)side ? end : (double)side) : 0;
}

static float max_of(const float *plane, size_t width, size_t y0, size_t y1, size_t x0, size_t x1)
{
    float best = -INFINITY;
    size_t x, y;

    if (y0 >= y1 || x0 >= x1)
        return 0;
    for (y = y0; y < y1; y++)
        for (x = x0; x < x1; x++)
            best = plane[y * width + x] > best ? plane[y * width + x] : best;
    return best;
}

static q_code max_roi_compute(q_op_call *c, q_err *err)
{
    const roi_params *p = c->params;
    const q_shape *xs = &c->in[0]->shape, *os = &c->out[0]->shape;
    size_t pixels = xs->dims[2] * xs->dims[3], i, k, channel, oy, ox;
    float *y = c->out[0]->data;

    for (i = 0; i < os->dims[0]; i++) {
        const float *roi = (const float *)c->in[1]->data + i * 5;
        long edge[4];

        if (!(roi[0] >= 0 && roi[0] < (float)xs->dims[0]))
            return q_err_set(err, Q_INVALID, "region %zu is of image %g; there are %zu", i,
                             (double)roi[0], xs->dims[0]);
        for (k = 0; k < 4; k++) {
            float at = roundf(roi[1 + k] * p->scale);

            if (!(fabsf(at) < 1e9F))
                return q_err_set(err, Q_INVALID, "region %zu has an edge at %g", i, (double)at);
            edge[k] = (long)at;
        }
        for (channel = 0; channel < xs->dims[1]; channel++) {
            const float *plane =
                (const float *)c->in[0]->data + ((size_t)roi[0] * xs->dims[1] + channel) * pixels;

            for (oy = 0; oy < p->height; oy++)
                for (ox = 0; ox < p->width; ox++) {
                    size_t y0, y1, x0, x1;

                    cell_range(edge[1], edge[3], oy, p->height, xs->dims[2], &y0, &y1);
                    cell_range(edge[0], edge[2], ox, p->width, xs->dims[3], &x0, &x1);
                    *y++ = max_of(plane, xs->dims[3], y0, y1, x0, x1);
                }
        }
    }
    return Q_OK;
}

static q_code max_roi_run(q_op_call *c, q_err *err)
{
    return widen__run(c, max_roi_compute, err);
}

static const q_op ops[] = {
    {"", "RoiAlign", 10, 0, 3, 3, 1, 0, sizeof(roi_params), align_load, align_infer, align_run},
    {"", "MaxRoiPool", 1, 0, 2, 2, 1, 0, sizeof(roi_params), max_roi_load, max_roi_infer,
     max_roi_run},
};

const q_op_table op__pool_roi = {ops, sizeof ops / sizeof *ops};
