#include "engine/calibrate.h"

#include "engine/onnx_read.h"
#include "engine/onnx_write.h"
#include "engine/quantize.h"
#include "engine/runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_LIMIT ((size_t)4 << 30) /* of all graphs and results of one calibration */
#define TAIL 1e-4
#define BOUND 0.05
#define PROBES 4
#define LEVELS 256

typedef struct job {
    q_calibrate_options o;
    q_arena *arena;
    const q_sample *samples;
    size_t sample_count, probes;
    q_str base; /* the model in float32, its norms folded */
    quantize_layer *layers;
    quantize_choice *choices;
    q_calibrated_layer *results;
    size_t count;
    q_tensor *wanted; /* outputs of the probes in float32: [probes][outputs] */
    size_t outputs;
} job;

/* -- Graphs and models -- */

static q_code graph_read(q_str bytes, q_arena *a, q_graph **g, q_err *err)
{
    onnx_data_options o = {.file = {"", 0}, .limit = SIZE_MAX / 2};
    onnx_data *data;
    onnx_model m;
    q_code rc = onnx_data__new(a, &o, &data, err);

    if (!rc)
        rc = onnx__read(bytes, a, data, &m, err);
    if (!rc)
        *g = m.graph;
    return rc;
}

static q_code graph_write(const q_graph *g, q_arena *a, q_str *bytes, q_err *err)
{
    q_buf b = q_buf_init(a, (size_t)2 << 30);
    q_code rc = onnx__write(g, NULL, &b, err);

    return rc ? rc : q_buf_finish(&b, bytes, err);
}

/* Each node as the file has it, but for batch norms, which go into convolutions. */
static q_code base_make(job *j, const char *path, q_err *err)
{
    q_model_options plain = {.plain = true};
    q_model *m = NULL;
    q_graph *g = NULL;
    q_str bytes;
    q_code rc = q_model_open(path, &plain, &m, err);

    if (!rc)
        rc = graph_write(model__graph(m), j->arena, &bytes, err);
    if (!rc)
        rc = graph_read(bytes, j->arena, &g, err);
    if (!rc)
        rc = quantize__fold_norms(g, err);
    if (!rc)
        rc = graph_write(g, j->arena, &j->base, err);
    q_model_unref(m);
    return rc;
}

/* The base with the layers that are on; in `a`. */
static q_code variant(const job *j, bool beside, q_arena *a, q_str *bytes, q_err *err)
{
    q_graph *g = NULL;
    q_code rc = graph_read(j->base, a, &g, err);

    if (!rc)
        rc = quantize__insert(g, j->layers, j->choices, j->count, beside, err);
    return rc ? rc : graph_write(g, a, bytes, err);
}

/* Eight bits are simulated in float32, so that what is measured does not depend on kernels. */
static q_code runner_open(const job *j, q_str bytes, bool keep, q_runner **r, const q_graph **g,
                          q_err *err)
{
    q_model_options mo = {.plain = true};
    q_runner_options ro = {.team = j->o.team, .keep = keep, .plans = 1};
    q_model *m = NULL;
    q_code rc = q_model_open_bytes(bytes, &mo, &m, err);

    if (!rc)
        rc = q_runner_new(m, &ro, r, err);
    if (!rc && g)
        *g = model__graph(m); /* the runner holds the model */
    q_model_unref(m);
    return rc;
}

static q_code run_sample(q_runner *r, const q_sample *s, q_tensor *out, size_t outputs, q_err *err)
{
    return q_runner_run(r, s->in, s->count, out, outputs, err);
}

/* -- Ranges -- */

/* The first layer that reads the same value. */
static size_t first_reader(const job *j, size_t i)
{
    size_t k;

    for (k = 0; k < i; k++)
        if (j->layers[k].input == j->layers[i].input)
            return k;
    return i;
}

static q_value_id value_named(const q_graph *g, q_str name)
{
    size_t i;

    for (i = 0; i < g->value_count; i++)
        if (q_str_eq(g->values[i].name, name))
            return (q_value_id)i;
    return Q_NO_VALUE;
}

static size_t work_of(const q_graph *g, const quantize_layer *l, const q_tensor *out)
{
    const q_tensor *w = g->values[l->weights].constant;

    return q_shape_count(&out->shape) * (q_shape_count(&w->shape) / l->channels);
}

/* Runs all samples; histograms[i] of layer i's input, of the first that reads it. */
static q_code histograms_fill(const job *j, const q_graph *base, histogram *histograms, q_err *err)
{
    q_tensor *out = q_arena_array(j->arena, j->outputs, sizeof *out);
    q_runner *r = NULL;
    const q_graph *g = NULL;
    size_t s, i;
    q_code rc = out ? runner_open(j, j->base, true, &r, &g, err) : q_err_nomem(err);

    for (s = 0; s < j->sample_count && !rc; s++) {
        rc = run_sample(r, &j->samples[s], out, j->outputs, err);
        for (i = 0; i < j->count && !rc; i++) {
            const quantize_layer *l = &j->layers[i];
            const q_tensor *in = q_runner_value(r, value_named(g, base->values[l->input].name));
            const q_tensor *y = q_runner_value(r, value_named(g, base->values[l->output].name));

            if (!in || in->dtype != Q_F32 || !y)
                rc = q_err_set(err, Q_INTERNAL, "value %.*s was not kept",
                               Q_ARG(base->values[l->input].name));
            else if (first_reader(j, i) == i)
                histogram__add(&histograms[i], in->data, q_shape_count(&in->shape));
            if (!rc && s == 0)
                j->results[i].work = work_of(base, l, y);
        }
    }
    q_runner_free(r);
    return rc;
}

static q_code ranges_choose(job *j, const q_graph *base, q_err *err)
{
    histogram *histograms = calloc(j->count, sizeof *histograms);
    size_t i;
    q_code rc = histograms ? histograms_fill(j, base, histograms, err) : q_err_nomem(err);

    for (i = 0; i < j->count && !rc; i++) {
        quantize_choice *c = &j->choices[i];
        const histogram *h = &histograms[first_reader(j, i)];

        histogram__range(h, j->o.method, j->o.tail, LEVELS, &c->low, &c->high);
        if (j->o.symmetric && c->low < 0) {
            c->high = fmax(c->high, -c->low);
            c->low = -c->high;
        }
        c->on = c->high > c->low; /* a value that is always 0 has no range */
        j->results[i].low = c->low;
        j->results[i].high = c->high;
    }
    free(histograms);
    return rc;
}

/* -- Layers' own errors, and the biases -- */

typedef struct deviation {
    double error, norm, dot, twin_norm;
    double *mean; /* [channels], sums */
    double count; /* of elements in a channel */
} deviation;

static void deviation_add(deviation *d, const quantize_layer *l, const q_tensor *y,
                          const q_tensor *twin)
{
    const q_shape *s = &y->shape;
    size_t axis = l->channel_axis == SIZE_MAX ? s->rank - 1 : l->channel_axis;
    size_t inner = q_shape_span(s, axis + 1, s->rank), count = q_shape_count(s), i;
    const float *a = y->data, *b = twin->data;

    for (i = 0; i < count; i++) {
        double e = (double)b[i] - (double)a[i];

        d->error += e * e;
        d->norm += (double)a[i] * (double)a[i];
        d->twin_norm += (double)b[i] * (double)b[i];
        d->dot += (double)a[i] * (double)b[i];
        d->mean[i / inner % l->channels] += e;
    }
    d->count += (double)count / (double)l->channels;
}

static q_code deviations_fill(const job *j, const q_graph *base, deviation *d, q_err *err)
{
    size_t outputs = j->outputs, s, i, at;
    q_tensor *out;
    q_runner *r = NULL;
    const q_graph *g = NULL;
    q_str bytes;
    q_code rc = variant(j, true, j->arena, &bytes, err);

    for (i = 0; i < j->count; i++)
        outputs += j->choices[i].on;
    out = q_arena_array(j->arena, outputs, sizeof *out);
    if (!rc)
        rc = out ? runner_open(j, bytes, true, &r, &g, err) : q_err_nomem(err);
    for (s = 0; s < j->sample_count && !rc; s++) {
        rc = run_sample(r, &j->samples[s], out, outputs, err);
        for (i = 0, at = j->outputs; i < j->count && !rc; i++) {
            const q_tensor *y =
                q_runner_value(r, value_named(g, base->values[j->layers[i].output].name));

            if (!j->choices[i].on)
                continue;
            if (y && q_shape_eq(&y->shape, &out[at].shape))
                deviation_add(&d[i], &j->layers[i], y, &out[at]);
            else
                rc =
                    q_err_set(err, Q_INTERNAL, "layer %.*s has no twin", Q_ARG(j->results[i].name));
            at++;
        }
    }
    q_runner_free(r);
    return rc;
}

static q_code layers_judge(job *j, const q_graph *base, q_err *err)
{
    deviation *d = q_arena_array(j->arena, j->count, sizeof *d);
    size_t i, c;
    q_code rc = Q_OK;

    if (!d)
        return q_err_nomem(err);
    for (i = 0; i < j->count; i++) {
        d[i].mean = q_arena_array(j->arena, j->layers[i].channels, sizeof(double));
        if (!d[i].mean)
            return q_err_nomem(err);
    }
    rc = deviations_fill(j, base, d, err);
    for (i = 0; i < j->count && !rc; i++) {
        float *shift = q_arena_array(j->arena, j->layers[i].channels, sizeof *shift);

        if (!shift)
            return q_err_nomem(err);
        j->results[i].noise = d[i].norm > 0 ? sqrt(d[i].error / d[i].norm) : 0;
        j->results[i].cosine =
            d[i].norm > 0 && d[i].twin_norm > 0 ? d[i].dot / sqrt(d[i].norm * d[i].twin_norm) : 1;
        for (c = 0; c < j->layers[i].channels && d[i].count > 0; c++)
            shift[c] = (float)(-d[i].mean[c] / d[i].count);
        if (!j->o.keep_bias && j->choices[i].on)
            j->choices[i].shift = shift;
    }
    return rc;
}

/* -- The model's outputs -- */

static q_code wanted_keep(job *j, q_err *err)
{
    q_tensor *out = q_arena_array(j->arena, j->outputs, sizeof *out);
    q_runner *r = NULL;
    size_t s, i;
    q_code rc;

    j->wanted = q_arena_array(j->arena, j->probes * j->outputs, sizeof *j->wanted);
    if (!out || !j->wanted)
        return q_err_nomem(err);
    rc = runner_open(j, j->base, false, &r, NULL, err);
    for (s = 0; s < j->probes && !rc; s++) {
        rc = run_sample(r, &j->samples[s], out, j->outputs, err);
        for (i = 0; i < j->outputs && !rc; i++)
            rc = q_tensor_copy(&out[i], NULL, &j->wanted[s * j->outputs + i], err);
    }
    q_runner_free(r);
    return rc;
}

static void difference_add(const q_tensor *want, const q_tensor *got, double *error, double *norm)
{
    size_t count = q_shape_count(&want->shape), i;
    const float *a = want->data, *b = got->data;

    if (want->dtype != Q_F32 || got->dtype != Q_F32)
        return;
    if (!q_shape_eq(&want->shape, &got->shape)) {
        *error = *norm = 1; /* outputs whose shape changed are as wrong as can be */
        return;
    }
    for (i = 0; i < count; i++) {
        *error += ((double)b[i] - (double)a[i]) * ((double)b[i] - (double)a[i]);
        *norm += (double)a[i] * (double)a[i];
    }
}

/* The relative error of the outputs over the probes, with the layers that are on. */
static q_code outputs_error(const job *j, double *relative, q_err *err)
{
    q_arena *a = q_arena_new(ARENA_LIMIT);
    q_tensor *out = a ? q_arena_array(a, j->outputs, sizeof *out) : NULL;
    q_runner *r = NULL;
    double error = 0, norm = 0;
    size_t s, i;
    q_str bytes;
    q_code rc = out ? variant(j, false, a, &bytes, err) : q_err_nomem(err);

    if (!rc)
        rc = runner_open(j, bytes, false, &r, NULL, err);
    for (s = 0; s < j->probes && !rc; s++) {
        rc = run_sample(r, &j->samples[s], out, j->outputs, err);
        for (i = 0; i < j->outputs && !rc; i++)
            difference_add(&j->wanted[s * j->outputs + i], &out[i], &error, &norm);
    }
    *relative = norm > 0 ? sqrt(error / norm) : error > 0;
    q_runner_free(r);
    q_arena_free(a);
    return rc;
}

static q_code effects_measure(job *j, q_err *err)
{
    bool *bears = q_arena_array(j->arena, j->count, sizeof *bears);
    size_t i, k;
    q_code rc = bears ? Q_OK : q_err_nomem(err);

    for (i = 0; i < j->count && !rc; i++)
        bears[i] = j->choices[i].on;
    for (i = 0; i < j->count && !rc; i++) {
        for (k = 0; k < j->count; k++)
            j->choices[k].on = k == i;
        if (bears[i])
            rc = outputs_error(j, &j->results[i].effect, err);
    }
    for (i = 0; i < j->count && bears; i++)
        j->choices[i].on = bears[i];
    return rc;
}

/* -- Mixed precision -- */

/* Layers in the order in which they go back to float32: the most noise for the least work. */
static q_code order_make(const job *j, size_t **order, q_err *err)
{
    size_t i, k;

    *order = q_arena_array(j->arena, j->count, sizeof **order);
    if (!*order)
        return q_err_nomem(err);
    for (i = 0; i < j->count; i++) {
        double e = j->results[i].effect, noise = e * e / (double)(j->results[i].work + 1);

        for (k = i; k > 0; k--) {
            const q_calibrated_layer *o = &j->results[(*order)[k - 1]];

            if (o->effect * o->effect / (double)(o->work + 1) >= noise)
                break;
            (*order)[k] = (*order)[k - 1];
        }
        (*order)[k] = i;
    }
    return Q_OK;
}

/* The error with the first `back` layers of the order in float32. */
static q_code error_without(job *j, const bool *bears, const size_t *order, size_t back,
                            double *error, q_err *err)
{
    size_t i;

    for (i = 0; i < j->count; i++)
        j->choices[order[i]].on = i >= back && bears[order[i]];
    return outputs_error(j, error, err);
}

/* The fewest layers in float32 with which the error is under the bound, by halving. */
static q_code layers_choose(job *j, q_calibration *out, q_err *err)
{
    bool *bears = q_arena_array(j->arena, j->count, sizeof *bears);
    size_t *order, low = 0, high = j->count, i;
    double error = 0;
    q_code rc = bears ? order_make(j, &order, err) : q_err_nomem(err);

    if (rc)
        return rc;
    for (i = 0; i < j->count; i++)
        bears[i] = j->choices[i].on;
    rc = error_without(j, bears, order, 0, &out->full_error, err);
    if (rc)
        return rc;
    if (out->full_error <= j->o.bound)
        high = 0;
    while (low < high && !rc) {
        size_t middle = low + (high - low) / 2;

        rc = error_without(j, bears, order, middle, &error, err);
        if (error <= j->o.bound)
            high = middle;
        else
            low = middle + 1;
    }
    if (!rc)
        rc = error_without(j, bears, order, high, &out->error, err);
    for (i = 0; i < j->count && !rc; i++) {
        j->results[i].lowered = j->choices[i].on;
        out->lowered += j->choices[i].on;
    }
    return rc;
}

/* -- All of it -- */

bool q_calibrate_method(q_str name, q_calibrate_options *o)
{
    static const char *const names[] = {
        [HISTOGRAM_ERROR] = "error",
        [HISTOGRAM_MINMAX] = "minmax",
        [HISTOGRAM_PERCENTILE] = "percentile",
        [HISTOGRAM_ENTROPY] = "entropy",
    };
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is(name, names[i])) {
            o->method = (histogram_method)i;
            return true;
        }
    return false;
}

static q_code layers_find(job *j, q_graph **base, q_err *err)
{
    size_t i;
    q_code rc = graph_read(j->base, j->arena, base, err);

    if (!rc)
        rc = quantize__layers(*base, j->arena, &j->layers, &j->count, err);
    if (!rc && j->count == 0)
        rc = q_err_set(err, Q_INVALID, "no Conv, MatMul or Gemm with constant weights");
    if (rc)
        return rc;
    j->outputs = (*base)->output_count;
    j->choices = q_arena_array(j->arena, j->count, sizeof *j->choices);
    j->results = q_arena_array(j->arena, j->count, sizeof *j->results);
    if (!j->choices || !j->results)
        return q_err_nomem(err);
    for (i = 0; i < j->count; i++) {
        const q_node *n = (*base)->nodes[j->layers[i].node];

        j->results[i].name = n->name.n ? n->name : (*base)->values[n->out[0]].name;
        j->results[i].type = n->type;
    }
    return Q_OK;
}

static void defaults_set(q_calibrate_options *o)
{
    o->tail = o->tail > 0 ? o->tail : TAIL;
    o->bound = o->bound > 0 ? o->bound : BOUND;
    o->probes = o->probes ? o->probes : PROBES;
}

q_code q_calibrate(const char *path, const q_sample *samples, size_t count,
                   const q_calibrate_options *options, q_calibration *out, q_err *err)
{
    job j = {.samples = samples, .sample_count = count};
    q_graph *base = NULL;
    size_t i;
    q_code rc;

    *out = (q_calibration){.arena = q_arena_new(ARENA_LIMIT), .sample_count = count};
    if (options)
        j.o = *options;
    defaults_set(&j.o);
    j.arena = out->arena;
    j.probes = j.o.probes < count ? j.o.probes : count;
    if (!j.arena)
        return q_err_nomem(err);
    if (count == 0)
        return q_err_set(err, Q_INVALID, "no samples to calibrate with");
    rc = base_make(&j, path, err);
    if (!rc)
        rc = layers_find(&j, &base, err);
    if (!rc)
        rc = ranges_choose(&j, base, err);
    if (!rc)
        rc = layers_judge(&j, base, err);
    if (!rc)
        rc = wanted_keep(&j, err);
    if (!rc)
        rc = effects_measure(&j, err);
    if (!rc)
        rc = layers_choose(&j, out, err);
    if (!rc)
        rc = variant(&j, false, j.arena, &out->model, err);
    for (i = 0; j.wanted && i < j.probes * j.outputs; i++)
        q_tensor_clear(&j.wanted[i], NULL);
    out->layers = j.results;
    out->count = rc ? 0 : j.count;
    return rc;
}

void q_calibration_clear(q_calibration *c)
{
    q_arena_free(c->arena);
    *c = (q_calibration){0};
}
