/* What signals are weighed with: windows, and the mel scale's triangles. */
#include "engine/op_tables.h"
#include "engine/real.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

typedef struct window_params {
    q_dtype dtype;
    bool periodic;
    double a, b, c; /* a - b cos(t) + c cos(2 t) */
} window_params;

static q_code dtype_load(const q_node *n, q_dtype *out, q_err *err)
{
    int64_t d;
    q_code rc = op__attr_int(n, "output_datatype", Q_F32, &d, err);

    if (rc)
        return rc;
    if (d < 1 || d > Q_BF16 || !real__is((q_dtype)d))
        return q_err_set(err, Q_UNSUPPORTED, "output_datatype is %lld", (long long)d);
    *out = (q_dtype)d;
    return Q_OK;
}

static q_code window_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    window_params *p = params;
    int64_t periodic;
    q_code rc = op__attr_int(n, "periodic", 1, &periodic, err);

    (void)a;
    p->periodic = periodic != 0;
    p->a = p->b = 0.5;
    if (q_str_is(n->type, "HammingWindow")) {
        p->a = 25.0 / 46;
        p->b = 21.0 / 46;
    } else if (q_str_is(n->type, "BlackmanWindow")) {
        p->a = 0.42;
        p->c = 0.08;
    }
    return rc ? rc : dtype_load(n, &p->dtype, err);
}

static q_code window_infer(q_op_call *c, q_err *err)
{
    const window_params *p = c->params;
    int64_t size = 0;
    size_t got;
    q_code rc = op__ints(c, 0, &size, 1, &got, err);

    if (rc || c->later)
        return rc;
    if (size < 0)
        return q_err_set(err, Q_INVALID, "size is %lld", (long long)size);
    op__set(c, 0, p->dtype, &(q_shape){1, {(size_t)size}});
    return Q_OK;
}

static q_code window_run(q_op_call *c, q_err *err)
{
    const window_params *p = c->params;
    size_t n = c->out[0]->shape.dims[0];
    double whole = p->periodic ? (double)n : (double)n - 1;

    (void)err;
    for (size_t i = 0; i < n; i++) {
        double t = whole > 0 ? 2 * PI * (double)i / whole : PI;
        real__put(c->out[0], i, p->a - p->b * cos(t) + p->c * cos(2 * t));
    }
    return Q_OK;
}

/* -- MelWeightMatrix -- */

typedef struct mel_params {
    q_dtype dtype;
} mel_params;

static q_code mel_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return dtype_load(n, &((mel_params *)params)->dtype, err);
}

static q_code mel_infer(q_op_call *c, q_err *err)
{
    const mel_params *p = c->params;
    int64_t bands = 0, points = 0;
    size_t got;
    q_code rc = op__ints(c, 0, &bands, 1, &got, err);

    if (!rc)
        rc = op__ints(c, 1, &points, 1, &got, err);
    if (rc || c->later)
        return rc;
    for (size_t i = 2; i < 5; i++)
        if (!op__has(c, i) || !real__is(c->in[i]->dtype) || q_shape_count(&c->in[i]->shape) != 1)
            return q_err_set(err, Q_INVALID, "input %zu must be one number", i);
    if (bands < 0 || points < 0 || bands > INT32_MAX || points > INT32_MAX)
        return q_err_set(err, Q_INVALID, "%lld bands of %lld points", (long long)bands,
                         (long long)points);
    op__set(c, 0, p->dtype, &(q_shape){2, {(size_t)points / 2 + 1, (size_t)bands}});
    return Q_OK;
}

static double mel_of(double hertz)
{
    return 2595 * log10(1 + hertz / 700);
}

/* The spectrogram's bin where edge i of bands + 2 lies; -1 when outside it. */
static int64_t mel_edge(const q_op_call *c, size_t i)
{
    size_t bins = c->out[0]->shape.dims[0], bands = c->out[0]->shape.dims[1];
    double low = mel_of(real__get(c->in[3], 0)), high = mel_of(real__get(c->in[4], 0));
    double mel = low + (double)i * (high - low) / (double)(bands + 2);
    double hertz = 700 * (pow(10, mel / 2595) - 1);
    double bin = floor((real__get(c->in[1], 0) + 1) * hertz / real__get(c->in[2], 0));

    return bin >= 0 && bin < (double)bins ? (int64_t)bin : -1;
}

static q_code mel_run(q_op_call *c, q_err *err)
{
    size_t bands = c->out[0]->shape.dims[1], bytes = q_tensor_bytes(c->out[0]);

    if (bytes)
        memset(c->out[0]->data, 0, bytes);
    for (size_t k = 0; k < bands; k++) {
        int64_t left = mel_edge(c, k), centre = mel_edge(c, k + 1), right = mel_edge(c, k + 2);
        if (left < 0 || centre < left || right < centre)
            return q_err_set(err, Q_INVALID, "band %zu lies outside the spectrum", k);
        if (centre == left)
            real__put(c->out[0], (size_t)centre * bands + k, 1);
        for (int64_t j = left; j <= centre && centre > left; j++)
            real__put(c->out[0], (size_t)j * bands + k,
                      (double)(j - left) / (double)(centre - left));
        for (int64_t j = centre; j < right; j++)
            real__put(c->out[0], (size_t)j * bands + k,
                      (double)(right - j) / (double)(right - centre));
    }
    return Q_OK;
}

#define WINDOW(name)                                                                               \
    {                                                                                              \
        .domain = "", .type = name, .since = 17, .min_in = 1, .max_in = 1, .max_out = 1,           \
        .params_bytes = sizeof(window_params), .load = window_load, .infer = window_infer,         \
        .run = window_run                                                                          \
    }

static const q_op ops[] = {
    WINDOW("HannWindow"),
    WINDOW("HammingWindow"),
    WINDOW("BlackmanWindow"),
    {.domain = "",
     .type = "MelWeightMatrix",
     .since = 17,
     .min_in = 5,
     .max_in = 5,
     .max_out = 1,
     .params_bytes = sizeof(mel_params),
     .load = mel_load,
     .infer = mel_infer,
     .run = mel_run},
};
const q_op_table op__window = {ops, sizeof ops / sizeof *ops};
