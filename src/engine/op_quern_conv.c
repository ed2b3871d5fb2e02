/* Convolutions over NHWC with packed weights: Conv, Depthwise and ConvTranspose. */
#include "engine/op_quern.h"
#include "engine/op_tables.h"
#include "engine/winograd.h"

typedef struct conv_params {
    size_t kernel[2], strides[2], dilations[2], pads[4]; /* top, left, bottom, right */
    size_t n, k;                                         /* channels out, and in */
    int packed; /* 0: not yet; 1: a tap for each pixel of the kernel; 2: for each of its rows;
                   3: for winograd.h */
    quern_after after;
} conv_params;

static q_code conv_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    conv_params *p = params;
    size_t channels[2];
    int64_t packed;
    q_code rc = quern__read_sizes(n, "kernel_shape", 2, 1, 1, p->kernel, err);

    (void)a;
    if (!rc)
        rc = quern__read_sizes(n, "strides", 2, 1, 1, p->strides, err);
    if (!rc)
        rc = quern__read_sizes(n, "dilations", 2, 1, 1, p->dilations, err);
    if (!rc)
        rc = quern__read_sizes(n, "pads", 4, 0, 0, p->pads, err);
    if (!rc)
        rc = quern__read_sizes(n, "channels", 2, 1, 0, channels, err);
    if (!rc)
        rc = op__attr_int(n, "packed", 0, &packed, err);
    if (!rc)
        rc = quern__read_after(n, &p->after, err);
    if (rc)
        return rc;
    if (!channels[0] || packed < 0 || packed > 3 || (packed == 2 && p->dilations[1] != 1) ||
        p->kernel[0] > INT32_MAX / p->kernel[1] || channels[1] > INT32_MAX / p->kernel[1])
        return q_err_set(err, Q_INVALID, "attributes channels, packed and kernel_shape disagree");
    p->n = channels[0];
    p->k = channels[1];
    p->packed = (int)packed;
    return Q_OK;
}

/* The weights' partner among activations. */
static q_dtype partner(q_dtype weights)
{
    return weights == Q_I8 ? Q_U8 : weights;
}

static q_code check_image(const q_op_call *c, size_t channels, q_err *err)
{
    q_code rc = quern__check_image(c, err);
    char text[160];

    if (!rc && c->in[0]->shape.dims[c->in[0]->shape.rank - 1] != channels)
        rc = q_err_set(err, Q_INVALID, "the image is %s; %zu channels, last, are right",
                       q_shape_text(&c->in[0]->shape, text), channels);
    return rc;
}

/* Weights that are packed for this matrix, and of the image's type. */
static q_code check_packed(const q_op_call *c, const kernel_matrix *m, q_err *err)
{
    const q_tensor *w = op__has(c, QUERN_W) ? c->in[QUERN_W] : NULL;
    char got[160], want[160];
    q_shape s;

    if (!w || (w->dtype != Q_F32 && w->dtype != Q_BF16 && w->dtype != Q_I8))
        return q_err_set(err, Q_INVALID, "weights are left out, or no numbers the kernels have");
    s = kernel__packed_shape(m);
    if (!q_shape_eq(&w->shape, &s))
        return q_err_set(err, Q_INVALID, "packed weights are %s; %s is right",
                         q_shape_text(&w->shape, got), q_shape_text(&s, want));
    if (partner(w->dtype) != c->in[QUERN_X]->dtype)
        return q_err_set(err, Q_INVALID, "weights are %s, the image %s", q_dtype_name(w->dtype),
                         q_dtype_name(c->in[QUERN_X]->dtype));
    return Q_OK;
}

static kernel_matrix conv_matrix(const conv_params *p, const q_tensor *w)
{
    bool rows = p->packed == 2;

    return (kernel_matrix){.dtype = w->dtype,
                           .n = p->n,
                           .taps = rows ? p->kernel[0] : p->kernel[0] * p->kernel[1],
                           .k = rows ? p->kernel[1] * p->k : p->k,
                           .data = w->data};
}

/* Height and width; an image of one dimension has a height of 1. */
static void sides(const q_shape *s, size_t *h, size_t *w)
{
    *h = s->rank == 4 ? s->dims[1] : 1;
    *w = s->dims[s->rank - 2];
}

static q_code out_side(const conv_params *p, size_t i, size_t in, size_t *out, q_err *err)
{
    size_t reach = (p->kernel[i] - 1) * p->dilations[i] + 1;
    size_t padded = in + p->pads[i] + p->pads[i + 2];

    if (padded < reach)
        return q_err_set(err, Q_INVALID, "a side of %zu with padding; the kernel reaches %zu",
                         padded, reach);
    *out = (padded - reach) / p->strides[i] + 1;
    return Q_OK;
}

static q_code conv_shape(const q_op_call *c, const conv_params *p, q_shape *out, q_err *err)
{
    size_t h, w, oh = 0, ow = 0;
    q_code rc;

    *out = c->in[QUERN_X]->shape;
    sides(out, &h, &w);
    rc = out_side(p, 0, h, &oh, err);
    if (!rc)
        rc = out_side(p, 1, w, &ow, err);
    if (rc)
        return rc;
    if (out->rank == 4)
        out->dims[1] = oh;
    out->dims[out->rank - 2] = ow;
    out->dims[out->rank - 1] = p->n;
    return Q_OK;
}

/* The image's sides are of the shapes as they were inferred. */
static kernel_conv conv_of(const q_op_call *c, const q_shape *out, const kernel_matrix *m,
                           const kernel_epilogue *e)
{
    const conv_params *p = c->params;
    const q_tensor *x = c->in[QUERN_X];
    kernel_conv k = {.batch = x->shape.dims[0],
                     .kernel_h = p->kernel[0],
                     .kernel_w = p->kernel[1],
                     .stride_h = p->strides[0],
                     .stride_w = p->strides[1],
                     .dilation_h = p->dilations[0],
                     .dilation_w = p->dilations[1],
                     .pad_top = p->pads[0],
                     .pad_left = p->pads[1],
                     .in = x->data,
                     .pad_value = p->after.in_q.zero,
                     .b = m,
                     .out = c->out[0]->data,
                     .out_stride = p->n,
                     .epilogue = e};

    sides(&x->shape, &k.in_h, &k.in_w);
    sides(out, &k.out_h, &k.out_w);
    return k;
}

static q_code check_points(const q_op_call *c, const conv_params *p, q_err *err)
{
    const q_tensor *w = op__has(c, QUERN_W) ? c->in[QUERN_W] : NULL;
    q_shape s = winograd__packed_shape(p->k, p->n);
    char got[160], want[160];

    if (!w || w->dtype != Q_F32 || c->in[QUERN_X]->dtype != Q_F32 || p->after.out != Q_F32)
        return q_err_set(err, Q_INVALID, "weights packed as 3 are for float32 alone");
    if (!q_shape_eq(&w->shape, &s))
        return q_err_set(err, Q_INVALID, "packed weights are %s; %s is right",
                         q_shape_text(&w->shape, got), q_shape_text(&s, want));
    return Q_OK;
}

static q_code conv_infer(q_op_call *c, q_err *err)
{
    const conv_params *p = c->params;
    kernel_matrix m = {.dtype = Q_F32, .n = p->n, .taps = 9, .k = p->k};
    q_shape out;
    q_code rc = check_image(c, p->k, err);

    if (!rc && p->packed == 3) {
        rc = check_points(c, p, err);
    } else if (!rc && p->packed) {
        m = conv_matrix(p, c->in[QUERN_W]);
        rc = check_packed(c, &m, err);
    }
    if (!rc)
        rc = conv_shape(c, p, &out, err);
    if (!rc)
        rc = quern__check_after(c, &p->after, p->n, &out, err);
    if (rc)
        return rc;
    if (p->packed == 3) {
        kernel_epilogue e = {.out = Q_F32};
        kernel_conv k = conv_of(c, &out, &m, &e);

        if (!winograd__suits(&k))
            return q_err_set(err, Q_INVALID, "weights are packed for another kernel_shape");
        c->scratch_bytes = winograd__scratch(&k);
    }
    op__set(c, 0, p->after.out, &out);
    return rc;
}

static q_code not_packed(q_err *err)
{
    return q_err_set(err, Q_INVALID, "the weights are not packed");
}

static q_code conv_run(q_op_call *c, q_err *err)
{
    const conv_params *p = c->params;
    kernel_matrix m;
    kernel_epilogue e;

    if (!p->packed)
        return not_packed(err);
    m = p->packed == 3 ? (kernel_matrix){.dtype = Q_F32,
                                         .n = p->n,
                                         .taps = 9,
                                         .k = p->k,
                                         .data = c->in[QUERN_W]->data}
                       : conv_matrix(p, c->in[QUERN_W]);
    quern__epilogue(c, &p->after, p->n, &e);
    kernel_conv k = conv_of(c, &c->out[0]->shape, &m, &e);
    if (q_shape_count(&c->out[0]->shape) == 0)
        return Q_OK;
    if (p->packed == 3)
        winograd__conv(c->team, &k, c->scratch);
    else
        kernel__conv(c->team, &k);
    return Q_OK;
}

/* -- Depthwise: weights [kernel_h * kernel_w, channels] -- */

static q_code depthwise_infer(q_op_call *c, q_err *err)
{
    const conv_params *p = c->params;
    char text[160];
    q_shape out;
    q_code rc = check_image(c, p->n, err);

    if (rc)
        return rc;
    if (!op__has(c, QUERN_W))
        return q_err_set(err, Q_INVALID, "weights are left out");
    const q_tensor *w = c->in[QUERN_W];

    if (p->packed &&
        (w->shape.rank != 2 || w->shape.dims[0] != p->kernel[0] * p->kernel[1] ||
         w->shape.dims[1] != p->n || w->dtype != (c->in[QUERN_X]->dtype == Q_U8 ? Q_I8 : Q_F32)))
        return q_err_set(err, Q_INVALID, "weights are %s%s for an image of %s",
                         q_dtype_name(w->dtype), q_shape_text(&w->shape, text),
                         q_dtype_name(c->in[QUERN_X]->dtype));
    rc = conv_shape(c, p, &out, err);
    if (!rc)
        rc = quern__check_after(c, &p->after, p->n, &out, err);
    if (!rc)
        op__set(c, 0, p->after.out, &out);
    return rc;
}

static q_code depthwise_run(q_op_call *c, q_err *err)
{
    const conv_params *p = c->params;
    const q_tensor *x = c->in[QUERN_X];
    kernel_epilogue e;

    if (!p->packed)
        return not_packed(err);
    quern__epilogue(c, &p->after, p->n, &e);
    kernel_depthwise k = {.batch = x->shape.dims[0],
                          .channels = p->n,
                          .kernel_h = p->kernel[0],
                          .kernel_w = p->kernel[1],
                          .stride_h = p->strides[0],
                          .stride_w = p->strides[1],
                          .dilation_h = p->dilations[0],
                          .dilation_w = p->dilations[1],
                          .pad_top = p->pads[0],
                          .pad_left = p->pads[1],
                          .dtype = x->dtype,
                          .in = x->data,
                          .pad_value = p->after.in_q.zero,
                          .weights = c->in[QUERN_W]->data,
                          .out = c->out[0]->data,
                          .epilogue = &e};

    sides(&x->shape, &k.in_h, &k.in_w);
    sides(&c->out[0]->shape, &k.out_h, &k.out_w);
    if (q_shape_count(&c->out[0]->shape))
        kernel__depthwise(c->team, &k);
    return Q_OK;
}

/* -- ConvTranspose, whose windows do not meet. Its bias and scale are repeated for each pixel of a
 * row of the kernel: [kernel_w * n] -- */

static kernel_matrix deconv_matrix(const conv_params *p, const q_tensor *w)
{
    return (kernel_matrix){.dtype = w->dtype,
                           .n = p->kernel[1] * p->n,
                           .taps = p->kernel[0],
                           .k = p->k,
                           .data = w->data};
}

static q_code deconv_infer(q_op_call *c, q_err *err)
{
    const conv_params *p = c->params;
    char text[160];
    q_shape out;
    q_code rc = check_image(c, p->k, err);

    if (!rc && p->packed) {
        kernel_matrix m = deconv_matrix(p, c->in[QUERN_W]);

        rc = check_packed(c, &m, err);
    }
    if (rc)
        return rc;
    out = c->in[QUERN_X]->shape;
    if (out.rank != 4 || op__has(c, QUERN_RESIDUAL) || p->n > INT32_MAX / p->kernel[1])
        return q_err_set(err, Q_INVALID,
                         "the image is %s; four dimensions and no residual are "
                         "right",
                         q_shape_text(&out, text));
    for (size_t i = 0; i < 2; i++)
        if (!q_size_mul(&out.dims[i + 1], out.dims[i + 1], p->kernel[i]))
            return q_err_set(err, Q_LIMIT, "the image is too large");
    out.dims[3] = p->n;
    rc = quern__check_after(c, &p->after, p->packed ? p->kernel[1] * p->n : p->n, &out, err);
    if (!rc)
        op__set(c, 0, p->after.out, &out);
    return rc;
}

static q_code deconv_run(q_op_call *c, q_err *err)
{
    const conv_params *p = c->params;
    const q_tensor *x = c->in[QUERN_X];
    kernel_matrix m;
    kernel_epilogue e;

    if (!p->packed)
        return not_packed(err);
    m = deconv_matrix(p, c->in[QUERN_W]);
    quern__epilogue(c, &p->after, p->n, &e);
    kernel_deconv k = {.batch = x->shape.dims[0],
                       .in_h = x->shape.dims[1],
                       .in_w = x->shape.dims[2],
                       .kernel_h = p->kernel[0],
                       .kernel_w = p->kernel[1],
                       .in = x->data,
                       .b = &m,
                       .out = c->out[0]->data,
                       .epilogue = &e};

    if (q_shape_count(&c->out[0]->shape))
        kernel__deconv(c->team, &k);
    return Q_OK;
}

static const q_op ops[] = {
    {.domain = "quern",
     .type = "Conv",
     .since = 1,
     .min_in = 2,
     .max_in = QUERN_INPUTS,
     .max_out = 1,
     .params_bytes = sizeof(conv_params),
     .load = conv_load,
     .infer = conv_infer,
     .run = conv_run},
    {.domain = "quern",
     .type = "Depthwise",
     .since = 1,
     .min_in = 2,
     .max_in = QUERN_INPUTS,
     .max_out = 1,
     .params_bytes = sizeof(conv_params),
     .load = conv_load,
     .infer = depthwise_infer,
     .run = depthwise_run},
    {.domain = "quern",
     .type = "ConvTranspose",
     .since = 1,
     .min_in = 2,
     .max_in = QUERN_INPUTS,
     .max_out = 1,
     .params_bytes = sizeof(conv_params),
     .load = conv_load,
     .infer = deconv_infer,
     .run = deconv_run},
};
const q_op_table op__quern_conv = {ops, sizeof ops / sizeof *ops};
