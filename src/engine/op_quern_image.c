/* Images, NHWC: windows' greatest and mean (quern:Pool), pixels repeated (quern:Repeat), and pixels
 * that hold a window each laid out (quern:Spread).
 */
#include "engine/op_quern.h"
#include "engine/op_tables.h"

#include <string.h>

/* -- Pool -- */

typedef struct pool_params {
    size_t kernel[2], strides[2], dilations[2], pads[4];
    bool mean, whole, count_pad;
} pool_params;

static q_code pool_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    pool_params *p = params;
    int64_t mean, whole, count_pad;
    q_code rc = quern__read_sizes(n, "kernel_shape", 2, 1, 1, p->kernel, err);

    (void)a;
    if (!rc)
        rc = quern__read_sizes(n, "strides", 2, 1, 1, p->strides, err);
    if (!rc)
        rc = quern__read_sizes(n, "dilations", 2, 1, 1, p->dilations, err);
    if (!rc)
        rc = quern__read_sizes(n, "pads", 4, 0, 0, p->pads, err);
    if (!rc)
        rc = op__attr_int(n, "mean", 0, &mean, err);
    if (!rc)
        rc = op__attr_int(n, "whole", 0, &whole, err);
    if (!rc)
        rc = op__attr_int(n, "count_pad", 0, &count_pad, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < 2; i++)
        if (p->pads[i] >= (p->kernel[i] - 1) * p->dilations[i] + 1 ||
            p->pads[i + 2] >= (p->kernel[i] - 1) * p->dilations[i] + 1)
            return q_err_set(err, Q_INVALID, "padding is as wide as the window");
    p->mean = mean != 0;
    p->whole = whole != 0;
    p->count_pad = count_pad != 0;
    return Q_OK;
}

static q_code pool_side(const pool_params *p, size_t i, size_t *side, q_err *err)
{
    size_t reach = (p->kernel[i] - 1) * p->dilations[i] + 1;
    size_t padded = *side + p->pads[i] + p->pads[i + 2];

    if (p->whole) {
        *side = 1;
        return Q_OK;
    }
    if (padded < reach)
        return q_err_set(err, Q_INVALID, "a side of %zu with padding; the window reaches %zu",
                         padded, reach);
    *side = (padded - reach) / p->strides[i] + 1;
    return Q_OK;
}

static q_code pool_infer(q_op_call *c, q_err *err)
{
    const pool_params *p = c->params;
    q_code rc = quern__check_image(c, err);
    q_shape out;

    if (rc)
        return rc;
    out = c->in[0]->shape;
    if (!q_shape_span(&out, 1, out.rank - 1))
        return q_err_set(err, Q_INVALID, "the image has no pixels");
    if (out.rank == 4)
        rc = pool_side(p, 0, &out.dims[1], err);
    if (!rc)
        rc = pool_side(p, 1, &out.dims[out.rank - 2], err);
    if (!rc)
        op__set(c, 0, c->in[0]->dtype, &out);
    return rc;
}

static q_code pool_run(q_op_call *c, q_err *err)
{
    const pool_params *p = c->params;
    const q_shape *in = &c->in[0]->shape, *out = &c->out[0]->shape;
    kernel_pool k = {.batch = in->dims[0],
                     .channels = in->dims[in->rank - 1],
                     .in_h = in->rank == 4 ? in->dims[1] : 1,
                     .in_w = in->dims[in->rank - 2],
                     .out_h = out->rank == 4 ? out->dims[1] : 1,
                     .out_w = out->dims[out->rank - 2],
                     .kernel_h = p->kernel[0],
                     .kernel_w = p->kernel[1],
                     .stride_h = p->strides[0],
                     .stride_w = p->strides[1],
                     .dilation_h = p->dilations[0],
                     .dilation_w = p->dilations[1],
                     .pad_top = p->pads[0],
                     .pad_left = p->pads[1],
                     .pad_bottom = p->pads[2],
                     .pad_right = p->pads[3],
                     .mean = p->mean,
                     .count_pad = p->count_pad,
                     .dtype = c->in[0]->dtype,
                     .in = c->in[0]->data,
                     .out = c->out[0]->data};

    (void)err;
    if (p->whole) {
        k.kernel_h = k.in_h;
        k.kernel_w = k.in_w;
    }
    if (q_shape_count(out))
        kernel__pool(c->team, &k);
    return Q_OK;
}

/* -- Repeat -- */

typedef struct repeat_params {
    size_t factors[2];
} repeat_params;

static q_code repeat_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    repeat_params *p = params;

    (void)a;
    return quern__read_sizes(n, "factors", 2, 1, 1, p->factors, err);
}

static q_code repeat_infer(q_op_call *c, q_err *err)
{
    const repeat_params *p = c->params;
    q_code rc = quern__check_image(c, err);
    q_shape out;

    if (rc)
        return rc;
    out = c->in[0]->shape;
    if (out.rank != 4)
        return q_err_set(err, Q_INVALID, "the image has three dimensions; four are right");
    for (size_t i = 0; i < 2; i++)
        if (!q_size_mul(&out.dims[i + 1], out.dims[i + 1], p->factors[i]))
            return q_err_set(err, Q_LIMIT, "the image is too large");
    op__set(c, 0, c->in[0]->dtype, &out);
    return Q_OK;
}

typedef struct repeat_job {
    const char *in;
    char *out;
    size_t width, pixel; /* pixels of a row of the input; bytes of one */
    size_t down, across;
} repeat_job;

/* Rows [from, to) of all input rows: each makes `down` rows of the output. */
static void repeat_rows(void *ctx, size_t from, size_t to)
{
    const repeat_job *j = ctx;
    size_t row = j->width * j->pixel * j->across;

    for (size_t r = from; r < to; r++) {
        const char *in = j->in + r * j->width * j->pixel;
        char *first = j->out + r * j->down * row, *at = first;

        for (size_t x = 0; x < j->width; x++, in += j->pixel)
            for (size_t i = 0; i < j->across; i++, at += j->pixel)
                memcpy(at, in, j->pixel);
        for (size_t i = 1; i < j->down; i++)
            memcpy(first + i * row, first, row);
    }
}

static q_code repeat_run(q_op_call *c, q_err *err)
{
    const repeat_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    repeat_job j = {.in = c->in[0]->data,
                    .out = c->out[0]->data,
                    .width = s->dims[2],
                    .pixel = s->dims[3] * q_dtype_bits(c->in[0]->dtype) / 8,
                    .down = p->factors[0],
                    .across = p->factors[1]};

    (void)err;
    if (q_shape_count(s))
        op__parallel(c->team, s->dims[0] * s->dims[1], 4, repeat_rows, &j);
    return Q_OK;
}

/* -- Spread: [N, H, W, y * x * C] to [N, H * y, W * x, C] -- */

static q_code spread_infer(q_op_call *c, q_err *err)
{
    const repeat_params *p = c->params;
    size_t taps;
    q_code rc = repeat_infer(c, err);

    if (rc)
        return rc;
    if (!q_size_mul(&taps, p->factors[0], p->factors[1]) || c->in[0]->shape.dims[3] % taps)
        return q_err_set(err, Q_INVALID, "%zu channels are no windows of %zu by %zu pixels",
                         c->in[0]->shape.dims[3], p->factors[0], p->factors[1]);
    c->out[0]->shape.dims[3] /= taps;
    return Q_OK;
}

/* `count` pieces of `size` bytes, which lie `step` apart, one behind the other. */
static void gather(const char *from, size_t step, size_t size, size_t count, char *to)
{
    if (size == 8)
        for (size_t i = 0; i < count; i++)
            memcpy(to + 8 * i, from + step * i, 8);
    else if (size == 4)
        for (size_t i = 0; i < count; i++)
            memcpy(to + 4 * i, from + step * i, 4);
    else
        for (size_t i = 0; i < count; i++)
            memcpy(to + size * i, from + step * i, size);
}

/* As repeat_rows; `pixel` is of the output. */
static void spread_rows(void *ctx, size_t from, size_t to)
{
    const repeat_job *j = ctx;
    size_t piece = j->across * j->pixel, step = j->down * piece;

    for (size_t r = from; r < to; r++)
        for (size_t y = 0; y < j->down; y++)
            gather(j->in + r * j->width * step + y * piece, step, piece, j->width,
                   j->out + (r * j->down + y) * j->width * piece);
}

static q_code spread_run(q_op_call *c, q_err *err)
{
    const repeat_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    repeat_job j = {.in = c->in[0]->data,
                    .out = c->out[0]->data,
                    .width = s->dims[2],
                    .pixel = c->out[0]->shape.dims[3] * q_dtype_bits(c->in[0]->dtype) / 8,
                    .down = p->factors[0],
                    .across = p->factors[1]};

    (void)err;
    if (q_shape_count(s))
        op__parallel(c->team, s->dims[0] * s->dims[1], 16, spread_rows, &j);
    return Q_OK;
}

static const q_op ops[] = {
    {.domain = "quern",
     .type = "Pool",
     .since = 1,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .params_bytes = sizeof(pool_params),
     .load = pool_load,
     .infer = pool_infer,
     .run = pool_run},
    {.domain = "quern",
     .type = "Repeat",
     .since = 1,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .params_bytes = sizeof(repeat_params),
     .load = repeat_load,
     .infer = repeat_infer,
     .run = repeat_run},
    {.domain = "quern",
     .type = "Spread",
     .since = 1,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .params_bytes = sizeof(repeat_params),
     .load = repeat_load,
     .infer = spread_infer,
     .run = spread_run},
};
const q_op_table op__quern_image = {ops, sizeof ops / sizeof *ops};
