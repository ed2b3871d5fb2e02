/* DFT and STFT: Fourier transforms of real (last dimension 1) or complex (2)
 * signals (windows and mel weights: op_window.c).
 */
#include "engine/fft.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <string.h>

enum { PIECES = 16 };

static const q_dtype FLOATS[] = {Q_F32, Q_F64, Q_F16, Q_BF16, Q_NONE};

/* Rows of `count` transforms, cut into at most PIECES with memory of their own. */
typedef struct transforms {
    fft plan;
    size_t length, count, grain, each; /* doubles a piece: the row, work */
    double *memory;
} transforms;

static q_code lengths(size_t n, size_t count, size_t *bytes, q_err *err)
{
    size_t pieces = count < PIECES ? count : PIECES;

    if (n < 1 || n > FFT_LONGEST)
        return q_err_set(err, Q_LIMIT, "a transform of %zu points; 1 to %zu", n, FFT_LONGEST);
    *bytes = sizeof(double) * (fft__plan_doubles(n) + pieces * (2 * n + fft__work_doubles(n)));
    return Q_OK;
}

static void transforms_init(transforms *t, size_t n, size_t count, void *scratch)
{
    size_t pieces = count < PIECES ? count : PIECES;

    t->length = n;
    t->count = count;
    t->grain = pieces ? (count + pieces - 1) / pieces : 1;
    t->each = 2 * n + fft__work_doubles(n);
    fft__init(&t->plan, n, scratch);
    t->memory = (double *)scratch + fft__plan_doubles(n);
}

/* The row of the piece that starts at `from`; its work lies behind it. */
static double *row_of(const transforms *t, size_t from)
{
    return t->memory + from / t->grain * t->each;
}

/* -- DFT -- */

typedef struct dft_params {
    int64_t axis, inverse, onesided;
    bool axis_in; /* an input instead (operator set 20) */
} dft_params;

static q_code dft_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    dft_params *p = params;
    q_code rc = op__attr_int(n, "inverse", 0, &p->inverse, err);

    (void)a;
    p->axis_in = n->version >= 20;
    if (!rc)
        rc = op__attr_int(n, "onesided", 0, &p->onesided, err);
    if (!rc)
        rc = op__attr_int(n, "axis", p->axis_in ? -2 : 1, &p->axis, err);
    return rc;
}

typedef struct dft_sizes {
    size_t axis, points, inner, in_parts, out_parts, in_length, out_length;
} dft_sizes;

/* c->later is set when the length or axis is not known yet. */
static q_code dft_measure(q_op_call *c, dft_sizes *z, q_err *err)
{
    const dft_params *p = c->params;
    const q_shape *s;
    int64_t points = 0, axis = p->axis;
    size_t got = 0;
    q_code rc = op__want(c, 0, err, FLOATS);

    if (!rc && p->axis_in)
        rc = op__ints(c, 2, &axis, 1, &got, err);
    if (!rc)
        rc = op__ints(c, 1, &points, 1, &got, err);
    if (rc || c->later)
        return rc;
    s = &c->in[0]->shape;
    if (s->rank < 2 || s->dims[s->rank - 1] < 1 || s->dims[s->rank - 1] > 2)
        return q_err_set(err, Q_INVALID, "input 0 must be [..., n, 1] or [..., n, 2]");
    rc = op__axis(axis, s->rank, &z->axis, err);
    if (rc)
        return rc;
    if (z->axis == s->rank - 1)
        return q_err_set(err, Q_INVALID, "axis %lld is the one of real and imaginary parts",
                         (long long)axis);
    z->in_length = s->dims[z->axis];
    z->points = z->in_length;
    if (p->inverse && p->onesided && z->in_length)
        z->points = z->in_length == 1 ? 1 : 2 * (z->in_length - 1);
    if (op__has(c, 1)) {
        if (points < 1)
            return q_err_set(err, Q_INVALID, "dft_length is %lld", (long long)points);
        z->points = (size_t)points;
    }
    z->inner = q_shape_span(s, z->axis + 1, s->rank - 1);
    z->in_parts = s->dims[s->rank - 1];
    z->out_parts = p->inverse && p->onesided ? 1 : 2;
    z->out_length = p->onesided && !p->inverse ? z->points / 2 + 1 : z->points;
    return Q_OK;
}

static size_t dft_count(const q_op_call *c, const dft_sizes *z)
{
    return q_shape_span(&c->in[0]->shape, 0, z->axis) * z->inner;
}

static q_code dft_infer(q_op_call *c, q_err *err)
{
    dft_sizes z = {0};
    q_shape s;
    q_code rc = dft_measure(c, &z, err);

    if (!rc && !c->later)
        rc = lengths(z.points, dft_count(c, &z), &c->scratch_bytes, err);
    if (rc || c->later)
        return rc;
    s = c->in[0]->shape;
    s.dims[z.axis] = z.out_length;
    s.dims[s.rank - 1] = z.out_parts;
    op__set(c, 0, c->in[0]->dtype, &s);
    return Q_OK;
}

typedef struct dft_job {
    const q_op_call *c;
    const dft_params *p;
    dft_sizes z;
    transforms t;
} dft_job;

static void dft_read(const dft_job *j, size_t row, double *to)
{
    const dft_sizes *z = &j->z;
    size_t known = z->in_length < z->points ? z->in_length : z->points;
    size_t at = row / z->inner * z->in_length * z->inner + row % z->inner;

    memset(to, 0, 2 * z->points * sizeof(double));
    for (size_t k = 0; k < known; k++)
        for (size_t part = 0; part < z->in_parts; part++)
            to[2 * k + part] = real__get(j->c->in[0], (at + k * z->inner) * z->in_parts + part);
    if (j->p->inverse && j->p->onesided) /* the other half mirrors this one */
        for (size_t k = z->points / 2 + 1; k < z->points; k++) {
            to[2 * k] = to[2 * (z->points - k)];
            to[2 * k + 1] = -to[2 * (z->points - k) + 1];
        }
}

static void dft_write(const dft_job *j, size_t row, const double *from)
{
    const dft_sizes *z = &j->z;
    size_t at = row / z->inner * z->out_length * z->inner + row % z->inner;
    double scale = j->p->inverse ? 1 / (double)z->points : 1;

    for (size_t k = 0; k < z->out_length; k++)
        for (size_t part = 0; part < z->out_parts; part++)
            real__put(j->c->out[0], (at + k * z->inner) * z->out_parts + part,
                      from[2 * k + part] * scale);
}

static void dft_rows(void *ctx, size_t from, size_t to)
{
    const dft_job *j = ctx;
    double *row = row_of(&j->t, from);

    for (size_t r = from; r < to; r++) {
        dft_read(j, r, row);
        fft__run(&j->t.plan, row, j->p->inverse != 0, row + 2 * j->z.points);
        dft_write(j, r, row);
    }
}

static q_code dft_run(q_op_call *c, q_err *err)
{
    dft_job j = {.c = c, .p = c->params};
    q_code rc = dft_measure(c, &j.z, err);

    if (rc)
        return rc;
    transforms_init(&j.t, j.z.points, dft_count(c, &j.z), c->scratch);
    op__parallel(c->team, j.t.count, j.t.grain, dft_rows, &j);
    return Q_OK;
}

/* -- STFT -- */

typedef struct stft_params {
    int64_t onesided;
} stft_params;

static q_code stft_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return op__attr_int(n, "onesided", 1, &((stft_params *)params)->onesided, err);
}

typedef struct stft_sizes {
    size_t step, frame, taken, frames, bins, parts, length;
} stft_sizes;

static q_code stft_measure(q_op_call *c, stft_sizes *z, q_err *err)
{
    const stft_params *p = c->params;
    const q_shape *s;
    int64_t step = 0, frame = 0;
    size_t got;
    q_code rc = op__want(c, 0, err, FLOATS);

    if (!rc)
        rc = op__ints(c, 1, &step, 1, &got, err);
    if (!rc && op__has(c, 2))
        rc = op__want(c, 2, err, FLOATS);
    if (!rc)
        rc = op__ints(c, 3, &frame, 1, &got, err);
    if (rc || c->later)
        return rc;
    s = &c->in[0]->shape;
    if (s->rank != 3 || s->dims[2] < 1 || s->dims[2] > 2)
        return q_err_set(err, Q_INVALID, "input 0 must be [batch, n, 1] or [batch, n, 2]");
    if (op__has(c, 2) && c->in[2]->shape.rank != 1)
        return q_err_set(err, Q_INVALID, "the window must be a list");
    z->parts = s->dims[2];
    z->length = s->dims[1];
    z->frame = op__has(c, 3) && frame > 0 ? (size_t)frame
               : op__has(c, 2)            ? c->in[2]->shape.dims[0]
                                          : z->length;
    z->taken = op__has(c, 2) ? c->in[2]->shape.dims[0] : z->frame;
    if (step < 1 || frame < 0 || z->frame < 1 || z->frame > z->length || z->taken > z->frame)
        return q_err_set(err, Q_INVALID,
                         "frames of %zu every %lld, a window of %zu, in %zu samples", z->frame,
                         (long long)step, z->taken, z->length);
    z->step = (size_t)step;
    z->frames = 1 + (z->length - z->frame) / z->step;
    z->bins = p->onesided ? z->frame / 2 + 1 : z->frame;
    return Q_OK;
}

static q_code stft_infer(q_op_call *c, q_err *err)
{
    stft_sizes z = {0};
    q_code rc = stft_measure(c, &z, err);

    if (!rc && !c->later)
        rc = lengths(z.frame, c->in[0]->shape.dims[0] * z.frames, &c->scratch_bytes, err);
    if (!rc && !c->later)
        op__set(c, 0, c->in[0]->dtype,
                &(q_shape){4, {c->in[0]->shape.dims[0], z.frames, z.bins, 2}});
    return rc;
}

typedef struct stft_job {
    const q_op_call *c;
    stft_sizes z;
    transforms t;
} stft_job;

static void stft_rows(void *ctx, size_t from, size_t to)
{
    const stft_job *j = ctx;
    const stft_sizes *z = &j->z;
    const q_op_call *c = j->c;
    double *row = row_of(&j->t, from);

    for (size_t r = from; r < to; r++) {
        size_t at = r / z->frames * z->length + r % z->frames * z->step;
        memset(row, 0, 2 * z->frame * sizeof(double));
        for (size_t k = 0; k < z->taken; k++)
            for (size_t part = 0; part < z->parts; part++)
                row[2 * k + part] = real__get(c->in[0], (at + k) * z->parts + part) *
                                    (op__has(c, 2) ? real__get(c->in[2], k) : 1);
        fft__run(&j->t.plan, row, false, row + 2 * z->frame);
        for (size_t k = 0; k < 2 * z->bins; k++)
            real__put(c->out[0], r * 2 * z->bins + k, row[k]);
    }
}

static q_code stft_run(q_op_call *c, q_err *err)
{
    stft_job j = {.c = c};
    q_code rc = stft_measure(c, &j.z, err);

    if (rc)
        return rc;
    transforms_init(&j.t, j.z.frame, c->in[0]->shape.dims[0] * j.z.frames, c->scratch);
    op__parallel(c->team, j.t.count, j.t.grain, stft_rows, &j);
    return Q_OK;
}

static const q_op ops[] = {
    {.domain = "",
     .type = "DFT",
     .since = 17,
     .min_in = 1,
     .max_in = 3,
     .max_out = 1,
     .params_bytes = sizeof(dft_params),
     .load = dft_load,
     .infer = dft_infer,
     .run = dft_run},
    {.domain = "",
     .type = "STFT",
     .since = 17,
     .min_in = 2,
     .max_in = 4,
     .max_out = 1,
     .params_bytes = sizeof(stft_params),
     .load = stft_load,
     .infer = stft_infer,
     .run = stft_run},
};
const q_op_table op__signal = {ops, sizeof ops / sizeof *ops};
