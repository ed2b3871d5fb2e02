/* Resize and Upsample. Nearest copies elements of any type; linear and cubic are
 * sums in float32, one axis after the other (resize_map.h).
 */
#include "engine/narrow.h"
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/resize_map.h"

#include <math.h>
#include <string.h>

typedef enum resize_policy { STRETCH, NOT_LARGER, NOT_SMALLER } resize_policy;

typedef struct resize_params {
    resize_rule rule;
    resize_policy policy;
    float extrapolation;
    size_t axis_count; /* 0: all */
    int64_t axes[Q_MAX_RANK];
    size_t scale_count; /* of the attribute (Upsample before operator set 9) */
    double scales[Q_MAX_RANK];
    size_t roi_in, scales_in, sizes_in; /* inputs; SIZE_MAX: there is none */
} resize_params;

static q_code word_read(const q_node *n, const char *name, const char *otherwise,
                        const char *const *words, size_t count, size_t *out, q_err *err)
{
    q_str word;
    size_t i;
    q_code rc = op__attr_string(n, name, otherwise, &word, err);

    if (rc)
        return rc;
    for (i = 0; i < count; i++)
        if (q_str_is(word, words[i])) {
            *out = i;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "%s is \"%.*s\", which is not known", name, Q_ARG(word));
}

static q_code words_load(const q_node *n, resize_params *p, q_err *err)
{
    static const char *const modes[] = {"nearest", "linear", "cubic", "bilinear"};
    static const char *const transforms[RESIZE_TRANSFORMS] = {
        [RESIZE_HALF_PIXEL] = "half_pixel",
        [RESIZE_HALF_PIXEL_SYMMETRIC] = "half_pixel_symmetric",
        [RESIZE_PYTORCH_HALF_PIXEL] = "pytorch_half_pixel",
        [RESIZE_ALIGN_CORNERS] = "align_corners",
        [RESIZE_ASYMMETRIC] = "asymmetric",
        [RESIZE_TF_HALF_PIXEL_FOR_NN] = "tf_half_pixel_for_nn",
        [RESIZE_TF_CROP] = "tf_crop_and_resize"};
    static const char *const rounds[RESIZE_ROUNDS] = {"round_prefer_floor", "round_prefer_ceil",
                                                      "floor", "ceil"};
    static const char *const policies[] = {"stretch", "not_larger", "not_smaller"};
    bool old = n->version < 11 || q_str_is(n->type, "Upsample"); /* asymmetric, rounded down */
    size_t mode = 0, transform = 0, round = 0, policy = 0;
    q_code rc = word_read(n, "mode", "nearest", modes, 4, &mode, err);

    if (!rc)
        rc = word_read(n, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel",
                       transforms, RESIZE_TRANSFORMS, &transform, err);
    if (!rc)
        rc = word_read(n, "nearest_mode", old ? "floor" : "round_prefer_floor", rounds,
                       RESIZE_ROUNDS, &round, err);
    if (!rc)
        rc = word_read(n, "keep_aspect_ratio_policy", "stretch", policies, 3, &policy, err);
    p->rule.mode = mode == 3 ? RESIZE_LINEAR : (resize_mode)mode;
    p->rule.transform = (resize_transform)transform;
    p->rule.round = (resize_round)round;
    p->policy = (resize_policy)policy;
    return rc;
}

static q_code resize_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    resize_params *p = params;
    const int64_t *axes = NULL;
    const double *scales = NULL;
    int64_t antialias = 0, exclude = 0;
    double extrapolation = 0;
    q_code rc = words_load(n, p, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "antialias", 0, &antialias, err);
    if (!rc)
        rc = op__attr_int(n, "exclude_outside", 0, &exclude, err);
    if (!rc)
        rc = op__attr_float(n, "cubic_coeff_a", -0.75, &p->rule.cubic_a, err);
    if (!rc)
        rc = op__attr_float(n, "extrapolation_value", 0, &extrapolation, err);
    if (!rc)
        rc = op__attr_ints(n, "axes", &axes, &p->axis_count, err);
    if (!rc)
        rc = op__attr_floats(n, "scales", &scales, &p->scale_count, err);
    if (rc)
        return rc;
    if (p->axis_count > Q_MAX_RANK || p->scale_count > Q_MAX_RANK)
        return q_err_set(err, Q_INVALID, "%zu axes and %zu scales; at most %d", p->axis_count,
                         p->scale_count, Q_MAX_RANK);
    if (p->axis_count)
        memcpy(p->axes, axes, p->axis_count * sizeof *axes);
    if (p->scale_count)
        memcpy(p->scales, scales, p->scale_count * sizeof *scales);
    p->rule.antialias = antialias != 0 && p->rule.mode != RESIZE_NEAREST;
    p->rule.exclude_outside = exclude != 0;
    p->extrapolation = (float)extrapolation;
    p->roi_in = p->sizes_in = SIZE_MAX;
    p->scales_in = 1;
    if (n->version >= 11 && q_str_is(n->type, "Resize")) {
        p->roi_in = 1;
        p->scales_in = 2;
        p->sizes_in = 3;
    }
    return Q_OK;
}

/* The values of in[i], a list of floats; c->later when they are not known. */
static q_code floats_read(q_op_call *c, size_t i, double *out, size_t cap, size_t *count,
                          q_err *err)
{
    const q_tensor *t;
    float narrow;
    size_t k;
    q_code rc;

    *count = 0;
    if (!op__has(c, i))
        return Q_OK;
    t = c->in[i];
    rc = op__want(c, i, err, widen__floats);
    if (rc)
        return rc;
    if (q_shape_count(&t->shape) > cap)
        return q_err_set(err, Q_INVALID, "input %zu has %zu values; at most %zu", i,
                         q_shape_count(&t->shape), cap);
    if (q_shape_count(&t->shape) && !t->data) {
        c->later = true;
        return Q_OK;
    }
    *count = q_shape_count(&t->shape);
    for (k = 0; k < *count; k++) {
        if (t->dtype == Q_F64) {
            out[k] = ((const double *)t->data)[k];
            continue;
        }
        narrow__widen((const char *)t->data + k * q_dtype_bits(t->dtype) / 8, t->dtype, 1, &narrow);
        out[k] = (double)narrow;
    }
    return Q_OK;
}

/* What is asked for: by axis of the tensor. */
typedef struct resize_plan {
    size_t rank;
    resize_axis axis[Q_MAX_RANK];
    bool changes[Q_MAX_RANK];
    size_t named[Q_MAX_RANK], named_count; /* the axes the lists speak of */
} resize_plan;

static q_code axes_name(const q_op_call *c, resize_plan *plan, q_err *err)
{
    const resize_params *p = c->params;
    size_t i;
    q_code rc = Q_OK;

    plan->rank = c->in[0]->shape.rank;
    plan->named_count = p->axis_count ? p->axis_count : plan->rank;
    for (i = 0; i < plan->named_count && !rc; i++) {
        plan->named[i] = i;
        if (p->axis_count)
            rc = op__axis(p->axes[i], plan->rank, &plan->named[i], err);
    }
    for (i = 0; i < plan->rank; i++) {
        size_t dim = c->in[0]->shape.dims[i];

        plan->axis[i] = (resize_axis){dim, dim, 1, 0, 1};
    }
    return rc;
}

static q_code scales_apply(resize_plan *plan, const double *scales, size_t count, q_err *err)
{
    size_t i;

    if (count != plan->named_count)
        return q_err_set(err, Q_INVALID, "%zu scales; wanted %zu", count, plan->named_count);
    for (i = 0; i < count; i++) {
        resize_axis *a = &plan->axis[plan->named[i]];
        double out = floor((double)a->in * scales[i]);

        if (!(scales[i] > 0 && out < 1e15))
            return q_err_set(err, Q_INVALID, "a scale is %g", scales[i]);
        a->scale = scales[i];
        a->out = (size_t)out;
    }
    return Q_OK;
}

/* Keeping the aspect takes the smallest or largest of the scales for all. */
static q_code sizes_apply(resize_plan *plan, resize_policy policy, const int64_t *sizes,
                          size_t count, q_err *err)
{
    double kept = policy == NOT_LARGER ? INFINITY : 0;
    size_t i;

    if (count != plan->named_count)
        return q_err_set(err, Q_INVALID, "%zu sizes; wanted %zu", count, plan->named_count);
    for (i = 0; i < count; i++) {
        resize_axis *a = &plan->axis[plan->named[i]];

        if (sizes[i] < 0 || (sizes[i] > 0 && a->in == 0))
            return q_err_set(err, Q_INVALID, "a size is %lld where the image has %zu",
                             (long long)sizes[i], a->in);
        a->out = (size_t)sizes[i];
        a->scale = a->in ? (double)a->out / (double)a->in : 1;
        kept = policy == NOT_LARGER ? fmin(kept, a->scale) : fmax(kept, a->scale);
    }
    for (i = 0; i < count && policy != STRETCH; i++) {
        resize_axis *a = &plan->axis[plan->named[i]];

        a->scale = kept;
        a->out = (size_t)floor(kept * (double)a->in + 0.5);
    }
    return Q_OK;
}

static q_code roi_apply(q_op_call *c, resize_plan *plan, q_err *err)
{
    const resize_params *p = c->params;
    double roi[2 * Q_MAX_RANK];
    size_t count = 0, i, n = plan->named_count;
    q_code rc = floats_read(c, p->roi_in, roi, (size_t)2 * Q_MAX_RANK, &count, err);

    if (rc || c->later)
        return rc;
    if (count != 2 * n)
        return q_err_set(err, Q_INVALID, "roi has %zu values; wanted %zu", count, 2 * n);
    for (i = 0; i < n; i++) {
        plan->axis[plan->named[i]].roi_start = roi[i];
        plan->axis[plan->named[i]].roi_end = roi[n + i];
    }
    return Q_OK;
}

static q_code plan_make(q_op_call *c, resize_plan *plan, q_err *err)
{
    const resize_params *p = c->params;
    double scales[Q_MAX_RANK];
    int64_t sizes[Q_MAX_RANK];
    size_t scale_count = 0, size_count = 0, i;
    bool crops = p->rule.transform == RESIZE_TF_CROP;
    q_code rc = axes_name(c, plan, err);

    if (!rc && p->scale_count) {
        scale_count = p->scale_count;
        memcpy(scales, p->scales, sizeof scales);
    } else if (!rc)
        rc = floats_read(c, p->scales_in, scales, Q_MAX_RANK, &scale_count, err);
    if (!rc && p->sizes_in != SIZE_MAX)
        rc = op__ints(c, p->sizes_in, sizes, Q_MAX_RANK, &size_count, err);
    if (rc || c->later)
        return rc;
    if (size_count)
        rc = sizes_apply(plan, p->policy, sizes, size_count, err);
    else if (scale_count)
        rc = scales_apply(plan, scales, scale_count, err);
    else if (plan->rank)
        rc = q_err_set(err, Q_INVALID, "neither scales nor sizes are given");
    if (!rc && crops)
        rc = roi_apply(c, plan, err);
    for (i = 0; i < plan->rank; i++)
        plan->changes[i] = plan->axis[i].in != plan->axis[i].out || plan->axis[i].scale != 1 ||
                           (crops && (plan->axis[i].roi_start != 0 || plan->axis[i].roi_end != 1));
    return rc;
}

/* -- Memory: the taps of each axis, then the images between two axes -- */

static size_t aligned(size_t bytes)
{
    return (bytes + Q_TENSOR_ALIGN - 1) / Q_TENSOR_ALIGN * Q_TENSOR_ALIGN;
}

/* false on overflow. */
static bool taps_bytes(const resize_rule *r, const resize_axis *a, size_t *bytes)
{
    size_t taps = resize__tap_count(r, a), cells = 0;

    if (!q_size_mul(&cells, taps, a->out) || cells > SIZE_MAX / 64)
        return false;
    *bytes += aligned(cells * sizeof(size_t)) + aligned(cells * sizeof(float)) + aligned(a->out);
    return true;
}

static void taps_place(const resize_rule *r, const resize_axis *a, resize_taps *t, char **room)
{
    size_t cells;

    t->taps = resize__tap_count(r, a);
    cells = t->taps * a->out;
    t->index = (size_t *)*room;
    *room += aligned(cells * sizeof(size_t));
    t->weight = (float *)*room;
    *room += aligned(cells * sizeof(float));
    t->outside = (bool *)*room;
    *room += aligned(a->out);
}

static q_code scratch_measure(const resize_params *p, const resize_plan *plan, size_t *bytes,
                              q_err *err)
{
    q_shape s = {plan->rank, {0}};
    size_t i, count = 0, between = 0;

    for (i = 0; i < plan->rank; i++)
        s.dims[i] = plan->axis[i].in;
    *bytes = 0;
    for (i = 0; i < plan->rank; i++) {
        if (!plan->changes[i])
            continue;
        if (!taps_bytes(&p->rule, &plan->axis[i], bytes) || *bytes > SIZE_MAX / 4)
            return q_err_set(err, Q_LIMIT, "the resized image passes the address space");
        s.dims[i] = plan->axis[i].out;
        if (p->rule.mode == RESIZE_NEAREST)
            continue;
        if (!q_shape_measure(&s, &count) || count > SIZE_MAX / 64)
            return q_err_set(err, Q_LIMIT, "the resized image passes the address space");
        between = count > between ? count : between;
    }
    *bytes += 2 * aligned(between * sizeof(float));
    return Q_OK;
}

static q_code resize_infer(q_op_call *c, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_F16, Q_BF16, Q_F64, Q_U8, Q_I8, Q_NONE};
    const resize_params *p = c->params;
    resize_plan plan = {0};
    q_shape out;
    size_t i;
    q_code rc = Q_OK;

    if (p->rule.mode != RESIZE_NEAREST || !op__has(c, 0))
        rc = op__want(c, 0, err, types);
    else if (q_dtype_bits(c->in[0]->dtype) < 8 || c->in[0]->dtype > Q_BF16 ||
             c->in[0]->dtype == Q_STRING)
        rc = q_err_set(err, Q_UNSUPPORTED, "resizing %s", q_dtype_name(c->in[0]->dtype));
    if (!rc)
        rc = plan_make(c, &plan, err);
    if (!rc && !c->later)
        rc = scratch_measure(p, &plan, &c->scratch_bytes, err);
    if (rc || c->later)
        return rc;
    out = c->in[0]->shape;
    for (i = 0; i < out.rank; i++) {
        out.dims[i] = plan.axis[i].out;
        if (out.dims[i] && !plan.axis[i].in)
            return q_err_set(err, Q_INVALID, "dimension %zu of the image is 0", i);
    }
    op__set(c, 0, c->in[0]->dtype, &out);
    return p->rule.mode == RESIZE_NEAREST ? Q_OK : widen__infer(c, err);
}

/* -- Nearest -- */

typedef struct nearest_job {
    const resize_plan *plan;
    const resize_taps *taps;
    const char *x;
    char *y;
    size_t size; /* of an element */
    q_shape in, out;
} nearest_job;

static size_t source_position(const nearest_job *j, size_t axis, size_t at)
{
    return j->plan->changes[axis] ? j->taps[axis].index[at] : at;
}

/* A task is one row of the output: its last dimension. */
static void nearest_rows(void *ctx, size_t from, size_t to)
{
    const nearest_job *j = ctx;
    size_t last = j->out.rank - 1, cols = j->out.dims[last], row, d, i;

    for (row = from; row < to; row++) {
        size_t rest = row, at = 0, step = 1;
        const char *x;
        char *y = j->y + row * cols * j->size;

        for (d = last; d-- > 0; rest /= j->out.dims[d]) {
            at += source_position(j, d, rest % j->out.dims[d]) * step;
            step *= j->in.dims[d];
        }
        x = j->x + at * j->in.dims[last] * j->size;
        if (!j->plan->changes[last])
            memcpy(y, x, cols * j->size);
        else if (j->size == sizeof(float))
            for (i = 0; i < cols; i++)
                ((float *)y)[i] = ((const float *)x)[j->taps[last].index[i]];
        else
            for (i = 0; i < cols; i++)
                memcpy(y + i * j->size, x + j->taps[last].index[i] * j->size, j->size);
    }
}

/* -- Linear and cubic -- */

typedef struct axis_job {
    const resize_taps *t;
    const float *x;
    float *y;
    size_t in, out, inner;
} axis_job;

/* y[outer][out][inner] from x[outer][in][inner]; a task is one [inner]. */
static void axis_rows(void *ctx, size_t from, size_t to)
{
    const axis_job *j = ctx;
    size_t row, i, k;

    for (row = from; row < to; row++) {
        size_t o = row % j->out, taps = j->t->taps;
        const float *x = j->x + row / j->out * j->in * j->inner;
        float *y = j->y + row * j->inner;

        for (i = 0; i < j->inner; i++)
            y[i] = 0;
        for (k = 0; k < taps; k++) {
            const float *from_row = x + j->t->index[o * taps + k] * j->inner;
            float w = j->t->weight[o * taps + k];

            for (i = 0; i < j->inner; i++)
                y[i] += w * from_row[i];
        }
    }
}

static void axes_sum(q_op_call *c, const resize_plan *plan, const resize_taps *taps, char *room)
{
    q_shape s = c->in[0]->shape;
    const float *x = c->in[0]->data;
    float *buffers[2];
    size_t i, left = 0, turn = 0, most = 0;

    for (i = 0; i < plan->rank; i++)
        left += plan->changes[i];
    for (i = 0; i < plan->rank; i++)
        if (plan->changes[i]) {
            s.dims[i] = plan->axis[i].out;
            most = q_shape_count(&s) > most ? q_shape_count(&s) : most;
        }
    s = c->in[0]->shape;
    buffers[0] = (float *)room;
    buffers[1] = (float *)(room + aligned(most * sizeof(float)));
    for (i = 0; i < plan->rank; i++) {
        axis_job j = {.t = &taps[i], .x = x, .in = s.dims[i]};

        if (!plan->changes[i])
            continue;
        s.dims[i] = plan->axis[i].out;
        j.out = s.dims[i];
        j.inner = q_shape_span(&s, i + 1, s.rank);
        j.y = --left == 0 ? c->out[0]->data : buffers[turn];
        turn ^= 1;
        op__parallel(c->team, q_shape_span(&s, 0, i + 1), 8192 / (j.inner * j.t->taps + 1) + 1,
                     axis_rows, &j);
        x = j.y;
    }
}

/* What the crop does not reach gets the extrapolation value. */
static void extrapolate(q_op_call *c, const resize_plan *plan, const resize_taps *taps)
{
    const resize_params *p = c->params;
    const q_shape *s = &c->out[0]->shape;
    size_t count = q_shape_count(s), i, d;

    for (i = 0; i < count; i++) {
        size_t rest = i;
        bool outside = false;

        for (d = s->rank; d-- > 0; rest /= s->dims[d])
            outside = outside || (plan->changes[d] && taps[d].outside[rest % s->dims[d]]);
        if (outside && c->out[0]->dtype == Q_F32)
            ((float *)c->out[0]->data)[i] = p->extrapolation;
        else if (outside)
            memset((char *)c->out[0]->data + i * (q_dtype_bits(c->out[0]->dtype) / 8), 0,
                   q_dtype_bits(c->out[0]->dtype) / 8);
    }
}

static q_code resize_compute(q_op_call *c, q_err *err)
{
    const resize_params *p = c->params;
    const q_shape *out = &c->out[0]->shape;
    resize_taps taps[Q_MAX_RANK] = {{0}};
    resize_plan plan = {0};
    char *room = c->scratch;
    size_t i;
    bool any = false;
    q_code rc = plan_make(c, &plan, err);

    if (rc || q_shape_count(out) == 0)
        return rc;
    for (i = 0; i < plan.rank; i++)
        if (plan.changes[i]) {
            taps_place(&p->rule, &plan.axis[i], &taps[i], &room);
            resize__map(&p->rule, &plan.axis[i], &taps[i]);
            any = true;
        }
    if (!any)
        memcpy(c->out[0]->data, c->in[0]->data, q_tensor_bytes(c->in[0]));
    else if (p->rule.mode == RESIZE_NEAREST) {
        nearest_job j = {&plan,
                         taps,
                         c->in[0]->data,
                         c->out[0]->data,
                         q_dtype_bits(c->in[0]->dtype) / 8,
                         c->in[0]->shape,
                         *out};

        op__parallel(c->team, q_shape_span(out, 0, out->rank - 1),
                     16384 / (out->dims[out->rank - 1] + 1) + 1, nearest_rows, &j);
    } else
        axes_sum(c, &plan, taps, room);
    if (p->rule.transform == RESIZE_TF_CROP)
        extrapolate(c, &plan, taps);
    return Q_OK;
}

static q_code resize_run(q_op_call *c, q_err *err)
{
    const resize_params *p = c->params;

    return p->rule.mode == RESIZE_NEAREST ? resize_compute(c, err)
                                          : widen__run(c, resize_compute, err);
}

static const q_op ops[] = {
    {"", "Resize", 10, 0, 1, 4, 1, 0, sizeof(resize_params), resize_load, resize_infer, resize_run},
    {"", "Upsample", 7, 0, 1, 2, 1, 0, sizeof(resize_params), resize_load, resize_infer,
     resize_run},
};

const q_op_table op__resize = {ops, sizeof ops / sizeof *ops};
