/* The kernels' plain twins: the definitions as loops, sums in double. */
#include "engine/kernel.h"
#include "engine/narrow.h"

#include <math.h>

static double element(q_dtype d, const void *p, size_t i)
{
    switch (d) {
    case Q_BF16:
        return narrow__from_bf16(((const uint16_t *)p)[i]);
    case Q_U8:
        return ((const uint8_t *)p)[i];
    case Q_I8:
        return ((const int8_t *)p)[i];
    default:
        return ((const float *)p)[i];
    }
}

static double act(const kernel_activation *t, double v)
{
    switch (t->kind) {
    case KERNEL_ACT_RELU:
        return v < 0 ? 0 : v;
    case KERNEL_ACT_CLIP:
        return fmin(fmax(v, t->a), t->b);
    case KERNEL_ACT_LEAKY:
        return v < 0 ? t->a * v : v;
    case KERNEL_ACT_HARD_SIGMOID:
        return fmin(fmax(t->a * v + t->b, 0), 1);
    case KERNEL_ACT_HARD_SWISH:
        return v * fmin(fmax(t->a * v + t->b, 0), 1);
    case KERNEL_ACT_SIGMOID:
        return 1 / (1 + exp(-v));
    case KERNEL_ACT_SILU:
        return v / (1 + exp(-v));
    case KERNEL_ACT_TANH:
        return tanh(v);
    case KERNEL_ACT_GELU:
        return 0.5 * v * (1 + erf(v * 0.70710678118654752440));
    case KERNEL_ACT_GELU_TANH:
        return 0.5 * v * (1 + tanh(0.79788456080286535588 * (v + 0.044715 * v * v * v)));
    default:
        return v;
    }
}

static void store(q_dtype d, void *p, size_t i, double v, float scale, int zero)
{
    double low = d == Q_U8 ? 0 : -128, high = d == Q_U8 ? 255 : 127;

    switch (d) {
    case Q_BF16:
        ((uint16_t *)p)[i] = narrow__to_bf16((float)v);
        return;
    case Q_U8:
    case Q_I8:
        v = fmin(fmax(nearbyint(v / scale) + zero, low), high);
        ((uint8_t *)p)[i] = (uint8_t)(int)v;
        return;
    case Q_I32:
        ((uint32_t *)p)[i] = (uint32_t)(int64_t)v;
        return;
    default:
        ((float *)p)[i] = (float)v;
    }
}

/* One sum, of column c, stored at out[at]; its residual at residual[from]. */
static void finish(const kernel_epilogue *e, double v, size_t c, void *out, size_t at, size_t from)
{
    if (e->out == Q_I32) {
        store(Q_I32, out, at, v, 1, 0);
        return;
    }
    v = v * (e->scale ? e->scale[c] : 1) + (e->bias ? e->bias[c] : 0);
    v = act(&e->first, v) * e->mul + e->add;
    if (e->residual && (e->out == Q_U8 || e->out == Q_I8))
        v += (element(e->out, e->residual, from) - e->residual_zero) * e->residual_scale;
    else if (e->residual)
        v += element(e->out, e->residual, from);
    store(e->out, out, at, act(&e->last, v), e->out_scale, e->out_zero);
}

static double weight(const kernel_matrix *m, size_t tap, size_t k, size_t n)
{
    size_t group = kernel__group(m->dtype), groups = (m->k + group - 1) / group;
    size_t panel = n / KERNEL_PANEL * m->taps + tap;

    return element(m->dtype, m->data,
                   ((panel * groups + k / group) * KERNEL_PANEL + n % KERNEL_PANEL) * group +
                       k % group);
}

static q_dtype partner(const kernel_matrix *m)
{
    return m->dtype == Q_I8 ? Q_U8 : m->dtype;
}

void kernel__gemm_ref(const kernel_gemm *g)
{
    const kernel_matrix *b = g->b;

    for (size_t r = 0; r < g->m; r++)
        for (size_t c = 0; c < b->n; c++) {
            double sum = 0;

            for (size_t k = 0; k < b->k; k++)
                sum += element(partner(b), g->a, r * g->a_stride + k) * weight(b, 0, k, c);
            finish(g->epilogue, sum, c, g->out, r * g->out_stride + c,
                   r * g->epilogue->residual_stride + c);
        }
}

/* Where a tap of a window meets the image; false: outside. */
static bool meet(size_t at, size_t stride, size_t tap, size_t dilation, size_t pad, size_t size,
                 size_t *out)
{
    size_t i = at * stride + tap * dilation;

    *out = i - pad;
    return i >= pad && i - pad < size;
}

static double conv_sum(const kernel_conv *c, size_t image, size_t y, size_t x, size_t n)
{
    size_t unit = c->b->taps == c->kernel_h * c->kernel_w ? 1 : c->kernel_w, iy, ix;
    size_t channels = c->b->k / unit;
    q_dtype type = partner(c->b);
    double sum = 0;

    for (size_t ky = 0; ky < c->kernel_h; ky++)
        for (size_t kx = 0; kx < c->kernel_w; kx++) {
            bool in = meet(y, c->stride_h, ky, c->dilation_h, c->pad_top, c->in_h, &iy);
            size_t tap = ky * c->kernel_w + kx;

            in = meet(x, c->stride_w, kx, c->dilation_w, c->pad_left, c->in_w, &ix) && in;
            for (size_t k = 0; k < channels; k++) {
                size_t at = ((image * c->in_h + iy) * c->in_w + ix) * channels + k;
                double a = in ? element(type, c->in, at) : c->pad_value;

                sum += a * weight(c->b, tap / unit, tap % unit * channels + k, n);
            }
        }
    return sum;
}

void kernel__conv_ref(const kernel_conv *c)
{
    for (size_t i = 0; i < c->batch * c->out_h * c->out_w; i++)
        for (size_t n = 0; n < c->b->n; n++) {
            size_t image = i / c->out_w / c->out_h;
            double sum = conv_sum(c, image, i / c->out_w % c->out_h, i % c->out_w, n);

            finish(c->epilogue, sum, n, c->out, i * c->out_stride + n,
                   i * c->epilogue->residual_stride + n);
        }
}

void kernel__deconv_ref(const kernel_deconv *d)
{
    const kernel_matrix *b = d->b;

    for (size_t i = 0; i < d->batch * d->in_h * d->in_w; i++)
        for (size_t ky = 0; ky < d->kernel_h; ky++)
            for (size_t n = 0; n < b->n; n++) {
                size_t line = i / d->in_w * d->kernel_h + ky;
                size_t at = (line * d->in_w + i % d->in_w) * b->n + n;
                double sum = 0;

                for (size_t k = 0; k < b->k; k++)
                    sum += element(partner(b), d->in, i * b->k + k) * weight(b, ky, k, n);
                finish(d->epilogue, sum, n, d->out, at, at);
            }
}

void kernel__depthwise_ref(const kernel_depthwise *d)
{
    size_t count = d->batch * d->out_h * d->out_w * d->channels, iy, ix;

    for (size_t i = 0; i < count; i++) {
        size_t c = i % d->channels, x = i / d->channels % d->out_w;
        size_t y = i / d->channels / d->out_w % d->out_h;
        size_t image = i / d->channels / d->out_w / d->out_h;
        double sum = 0;

        for (size_t tap = 0; tap < d->kernel_h * d->kernel_w; tap++) {
            size_t ky = tap / d->kernel_w, kx = tap % d->kernel_w;
            bool in = meet(y, d->stride_h, ky, d->dilation_h, d->pad_top, d->in_h, &iy);
            q_dtype type = d->dtype == Q_U8 ? Q_I8 : Q_F32;

            in = meet(x, d->stride_w, kx, d->dilation_w, d->pad_left, d->in_w, &ix) && in;
            sum += (in ? element(d->dtype, d->in,
                                 ((image * d->in_h + iy) * d->in_w + ix) * d->channels + c)
                       : d->pad_value) *
                   element(type, d->weights, tap * d->channels + c);
        }
        finish(d->epilogue, sum, c, d->out, i, i);
    }
}

void kernel__pool_ref(const kernel_pool *p)
{
    size_t count = p->batch * p->out_h * p->out_w * p->channels, iy, ix;

    for (size_t i = 0; i < count; i++) {
        size_t c = i % p->channels, x = i / p->channels % p->out_w;
        size_t y = i / p->channels / p->out_w % p->out_h, met = 0;
        size_t image = i / p->channels / p->out_w / p->out_h;
        double all = p->mean ? 0 : -INFINITY;

        for (size_t tap = 0; tap < p->kernel_h * p->kernel_w; tap++) {
            size_t ky = tap / p->kernel_w, kx = tap % p->kernel_w;
            bool in = meet(y, p->stride_h, ky, p->dilation_h, p->pad_top, p->in_h, &iy);
            double v;

            in = meet(x, p->stride_w, kx, p->dilation_w, p->pad_left, p->in_w, &ix) && in;
            met += in ||
                   (p->count_pad &&
                    y * p->stride_h + ky * p->dilation_h < p->in_h + p->pad_top + p->pad_bottom &&
                    x * p->stride_w + kx * p->dilation_w < p->in_w + p->pad_left + p->pad_right);
            if (!in)
                continue;
            v = element(p->dtype, p->in, ((image * p->in_h + iy) * p->in_w + ix) * p->channels + c);
            all = p->mean ? all + v : fmax(all, v);
        }
        store(p->dtype, p->out, i, p->mean ? all / (met ? (double)met : 1) : all, 1, 0);
    }
}
