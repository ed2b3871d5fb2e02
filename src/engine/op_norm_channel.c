/* Normalisations by channel, of [N, C, spatial...]: BatchNormalization,
 * InstanceNormalization, GroupNormalization, MeanVarianceNormalization, LRN.
 */
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/vector.h"

#include <math.h>
#include <string.h>

typedef struct channel_params {
    float epsilon, momentum;
    bool training;
    size_t groups;
} channel_params;

static q_code channel_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    channel_params *p = params;
    double epsilon = 1e-5, momentum = 0.9;
    int64_t training = 0, groups = 1, spatial = 1;
    q_code rc = op__attr_float(n, "epsilon", 1e-5, &epsilon, err);

    (void)a;
    if (!rc)
        rc = op__attr_float(n, "momentum", 0.9, &momentum, err);
    if (!rc)
        rc = op__attr_int(n, "training_mode", 0, &training, err);
    if (!rc)
        rc = op__attr_int(n, "num_groups", 1, &groups, err);
    if (!rc)
        rc = op__attr_int(n, "spatial", 1, &spatial, err);
    if (rc)
        return rc;
    if (groups < 1)
        return q_err_set(err, Q_INVALID, "num_groups is %lld; wanted 1 or more", (long long)groups);
    if (spatial != 1)
        return q_err_set(err, Q_UNSUPPORTED, "statistics for each pixel (spatial 0)");
    if (q_str_is(n->type, "BatchNormalization") && n->version < 14 && n->out_count > 1 &&
        n->out[1] != Q_NO_VALUE)
        return q_err_set(err, Q_UNSUPPORTED,
                         "training outputs of operator set %u; they are handled from 14 on",
                         n->version);
    p->epsilon = (float)epsilon;
    p->momentum = (float)momentum;
    p->training = training != 0;
    p->groups = (size_t)groups;
    return Q_OK;
}

/* in[i] for i in [1, count] is [length]. */
static q_code vectors_check(const q_op_call *c, size_t count, size_t length, q_err *err)
{
    char text[160];
    size_t i;

    for (i = 1; i <= count; i++) {
        q_code rc = op__want(c, i, err, widen__floats);

        if (rc)
            return rc;
        if (c->in[i]->shape.rank != 1 || c->in[i]->shape.dims[0] != length)
            return q_err_set(err, Q_INVALID, "input %zu has shape %s; wanted [%zu]", i,
                             q_shape_text(&c->in[i]->shape, text), length);
    }
    return Q_OK;
}

static q_code image_check(const q_op_call *c, q_err *err)
{
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc && c->in[0]->shape.rank < 2)
        rc = q_err_set(err, Q_INVALID, "the image has %zu dimensions; wanted [N, C, spatial...]",
                       c->in[0]->shape.rank);
    return rc;
}

static q_code batch_infer(q_op_call *c, q_err *err)
{
    q_shape stats;
    q_code rc = image_check(c, err);

    if (!rc)
        rc = vectors_check(c, 4, c->in[0]->shape.dims[1], err);
    if (rc)
        return rc;
    stats = c->in[3]->shape;
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    op__set(c, 1, c->in[3]->dtype, &stats);
    op__set(c, 2, c->in[4]->dtype, &stats);
    return widen__infer(c, err);
}

/* Mean and biased variance of channel `channel` over all images. */
static void channel_stats(const float *x, const q_shape *s, size_t channel, float *mean,
                          float *variance)
{
    size_t pixels = q_shape_span(s, 2, s->rank), n, i;
    double count = (double)(s->dims[0] * pixels), sum = 0, squares = 0;

    for (n = 0; n < s->dims[0]; n++)
        for (i = 0; i < pixels; i++)
            sum += x[(n * s->dims[1] + channel) * pixels + i];
    sum /= count;
    for (n = 0; n < s->dims[0]; n++)
        for (i = 0; i < pixels; i++) {
            double d = x[(n * s->dims[1] + channel) * pixels + i] - sum;

            squares += d * d;
        }
    *mean = (float)sum;
    *variance = (float)(squares / count);
}

static void blend(const q_op_call *c, size_t i, size_t channel, float momentum, float now)
{
    if (i < c->node->out_count && c->node->out[i] != Q_NO_VALUE)
        ((float *)c->out[i]->data)[channel] =
            ((const float *)c->in[2 + i]->data)[channel] * momentum + now * (1 - momentum);
}

static q_code batch_compute(q_op_call *c, q_err *err)
{
    const channel_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    const float *x = c->in[0]->data, *scale = c->in[1]->data, *bias = c->in[2]->data;
    const float *means = c->in[3]->data, *variances = c->in[4]->data;
    size_t pixels = q_shape_span(s, 2, s->rank), channel, n;
    float *y = c->out[0]->data;
    const vector_table *v = vector__table();

    (void)err;
    for (channel = 0; channel < s->dims[1]; channel++) {
        float mean = means[channel], variance = variances[channel], a;

        if (p->training) {
            channel_stats(x, s, channel, &mean, &variance);
            blend(c, 1, channel, p->momentum, mean);
            blend(c, 2, channel, p->momentum, variance);
        }
        a = scale[channel] / sqrtf(variance + p->epsilon);
        for (n = 0; n < s->dims[0]; n++) {
            size_t at = (n * s->dims[1] + channel) * pixels;

            v->unary[VECTOR_AFFINE](x + at, y + at, pixels, a, bias[channel] - mean * a);
        }
    }
    return Q_OK;
}

static q_code batch_run(q_op_call *c, q_err *err)
{
    return widen__run(c, batch_compute, err);
}

/* -- InstanceNormalization is GroupNormalization with a group for each channel -- */

static size_t groups_of(const q_op_call *c)
{
    const channel_params *p = c->params;

    return q_str_is(c->node->type, "InstanceNormalization") ? c->in[0]->shape.dims[1] : p->groups;
}

static q_code group_infer(q_op_call *c, q_err *err)
{
    size_t channels, groups;
    q_code rc = image_check(c, err);

    if (rc)
        return rc;
    channels = c->in[0]->shape.dims[1];
    groups = groups_of(c);
    if (groups && channels % groups)
        return q_err_set(err, Q_INVALID, "%zu channels do not divide into %zu groups", channels,
                         groups);
    /* Scale and bias came by group until operator set 21. */
    if (q_str_is(c->node->type, "GroupNormalization") && c->node->version < 21)
        rc = vectors_check(c, 2, groups, err);
    else
        rc = vectors_check(c, 2, channels, err);
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return widen__infer(c, err);
}

typedef struct group_job {
    const float *x, *scale, *bias;
    float *y;
    size_t pixels, channels, groups;
    bool by_group;
    float epsilon;
    const vector_table *v;
} group_job;

/* A task is one group of one image. */
static void group_planes(void *ctx, size_t from, size_t to)
{
    const group_job *j = ctx;
    size_t each = j->channels / j->groups, count = each * j->pixels, task, k;

    for (task = from; task < to; task++) {
        size_t group = task % j->groups;
        const float *x = j->x + task * count;
        float *y = j->y + task * count, mean, rstd;

        mean = j->v->fold[VECTOR_SUM](x, count) / (float)count;
        j->v->unary[VECTOR_AFFINE](x, y, count, 1, -mean);
        rstd = 1 / sqrtf(j->v->fold[VECTOR_SUM_SQUARES](y, count) / (float)count + j->epsilon);
        for (k = 0; k < each; k++) {
            size_t i = j->by_group ? group : group * each + k;

            j->v->unary[VECTOR_AFFINE](y + k * j->pixels, y + k * j->pixels, j->pixels,
                                       rstd * j->scale[i], j->bias[i]);
        }
    }
}

static q_code group_compute(q_op_call *c, q_err *err)
{
    const channel_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    group_job j = {.x = c->in[0]->data,
                   .scale = c->in[1]->data,
                   .bias = c->in[2]->data,
                   .y = c->out[0]->data,
                   .pixels = q_shape_span(s, 2, s->rank),
                   .channels = s->dims[1],
                   .groups = groups_of(c),
                   .epsilon = p->epsilon,
                   .v = vector__table()};

    (void)err;
    j.by_group = q_str_is(c->node->type, "GroupNormalization") && c->node->version < 21;
    op__parallel(c->team, s->dims[0] * j.groups, 1, group_planes, &j);
    return Q_OK;
}

static q_code group_run(q_op_call *c, q_err *err)
{
    return widen__run(c, group_compute, err);
}

/* -- MeanVarianceNormalization over a set of axes -- */

typedef struct mvn_params {
    int64_t listed[Q_MAX_RANK];
    size_t count;
} mvn_params;

static q_code mvn_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    static const int64_t usual[] = {0, 2, 3};
    mvn_params *p = params;
    const int64_t *v = NULL;
    q_code rc = op__attr_ints(n, "axes", &v, &p->count, err);

    (void)a;
    if (!rc && p->count > Q_MAX_RANK)
        rc = q_err_set(err, Q_INVALID, "axes has %zu values; at most %d", p->count, Q_MAX_RANK);
    if (rc)
        return rc;
    if (p->count == 0) {
        v = usual;
        p->count = 3;
    }
    memcpy(p->listed, v, p->count * sizeof *v);
    return Q_OK;
}

static q_code mvn_axes(const q_op_call *c, bool *reduced, q_err *err)
{
    const mvn_params *p = c->params;
    size_t i, axis;
    q_code rc = Q_OK;

    for (i = 0; i < p->count && !rc; i++) {
        rc = op__axis(p->listed[i], c->in[0]->shape.rank, &axis, err);
        if (!rc)
            reduced[axis] = true;
    }
    return rc;
}

static size_t mvn_kept(const q_shape *s, const bool *reduced)
{
    size_t i, count = 1;

    for (i = 0; i < s->rank; i++)
        count *= reduced[i] ? 1 : s->dims[i];
    return count;
}

static q_code mvn_infer(q_op_call *c, q_err *err)
{
    bool reduced[Q_MAX_RANK] = {false};
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc)
        rc = mvn_axes(c, reduced, err);
    if (!rc &&
        !q_size_mul(&c->scratch_bytes, mvn_kept(&c->in[0]->shape, reduced), 2 * sizeof(double)))
        rc = q_err_set(err, Q_LIMIT, "the statistics pass the address space");
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return widen__infer(c, err);
}

/* The statistic that element i belongs to. */
static size_t mvn_slot(const q_shape *s, const bool *reduced, size_t i)
{
    size_t d, slot = 0, step = 1;

    for (d = s->rank; d-- > 0; i /= s->dims[d])
        if (!reduced[d]) {
            slot += i % s->dims[d] * step;
            step *= s->dims[d];
        }
    return slot;
}

static q_code mvn_compute(q_op_call *c, q_err *err)
{
    const q_shape *s = &c->in[0]->shape;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    bool reduced[Q_MAX_RANK] = {false};
    size_t count = q_shape_count(s), kept, i;
    double *mean, *square, per;
    q_code rc = mvn_axes(c, reduced, err);

    if (rc || count == 0)
        return rc;
    kept = mvn_kept(s, reduced);
    per = (double)count / (double)kept; /* a whole number */
    mean = c->scratch;
    square = mean + kept;
    memset(mean, 0, 2 * kept * sizeof *mean);
    for (i = 0; i < count; i++)
        mean[mvn_slot(s, reduced, i)] += x[i] / per;
    for (i = 0; i < count; i++) {
        size_t k = mvn_slot(s, reduced, i);

        square[k] += (x[i] - mean[k]) * (x[i] - mean[k]) / per;
    }
    for (i = 0; i < count; i++) {
        size_t k = mvn_slot(s, reduced, i);

        y[i] = (float)((x[i] - mean[k]) / (sqrt(square[k]) + 1e-9));
    }
    return Q_OK;
}

static q_code mvn_run(q_op_call *c, q_err *err)
{
    return widen__run(c, mvn_compute, err);
}

/* -- LRN: y = x / (bias + alpha / size * sum of squares of `size` channels around)^beta -- */

typedef struct lrn_params {
    size_t size;
    double alpha, beta, bias;
} lrn_params;

static q_code lrn_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    lrn_params *p = params;
    int64_t size = 0;
    q_code rc = op__attr_int(n, "size", 0, &size, err);

    (void)a;
    if (!rc)
        rc = op__attr_float(n, "alpha", 1e-4, &p->alpha, err);
    if (!rc)
        rc = op__attr_float(n, "beta", 0.75, &p->beta, err);
    if (!rc)
        rc = op__attr_float(n, "bias", 1, &p->bias, err);
    if (!rc && (size < 1 || size > INT32_MAX))
        rc = q_err_set(err, Q_INVALID, "size is %lld; wanted 1 or more", (long long)size);
    p->size = (size_t)size;
    return rc;
}

static q_code lrn_infer(q_op_call *c, q_err *err)
{
    q_code rc = image_check(c, err);

    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return widen__infer(c, err);
}

static q_code lrn_compute(q_op_call *c, q_err *err)
{
    const lrn_params *p = c->params;
    const q_shape *s = &c->in[0]->shape;
    size_t channels = s->dims[1], pixels = q_shape_span(s, 2, s->rank), n, k, i, m;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;

    (void)err;
    for (n = 0; n < s->dims[0]; n++)
        for (k = 0; k < channels; k++) {
            size_t below = (p->size - 1) / 2, above = p->size / 2;
            size_t first = k > below ? k - below : 0;
            size_t last = k + above < channels ? k + above : channels - 1;

            for (i = 0; i < pixels; i++) {
                double sum = 0;

                for (m = first; m <= last; m++) {
                    double v = x[(n * channels + m) * pixels + i];

                    sum += v * v;
                }
                y[(n * channels + k) * pixels + i] =
                    (float)(x[(n * channels + k) * pixels + i] /
                            pow(p->bias + p->alpha / (double)p->size * sum, p->beta));
            }
        }
    return Q_OK;
}

static q_code lrn_run(q_op_call *c, q_err *err)
{
    return widen__run(c, lrn_compute, err);
}

static const q_op ops[] = {
    {"", "BatchNormalization", 7, 0, 5, 5, 5, 0, sizeof(channel_params), channel_load, batch_infer,
     batch_run},
    {"", "InstanceNormalization", 1, 0, 3, 3, 1, 0, sizeof(channel_params), channel_load,
     group_infer, group_run},
    {"", "GroupNormalization", 18, 0, 3, 3, 1, 0, sizeof(channel_params), channel_load, group_infer,
     group_run},
    {"", "MeanVarianceNormalization", 9, 0, 1, 1, 1, 0, sizeof(mvn_params), mvn_load, mvn_infer,
     mvn_run},
    {"", "LRN", 1, 0, 1, 1, 1, 0, sizeof(lrn_params), lrn_load, lrn_infer, lrn_run},
};

const q_op_table op__norm_channel = {ops, sizeof ops / sizeof *ops};
