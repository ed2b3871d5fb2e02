/* Random numbers. Element i of a node's output is a hash of the node's seed
 * and i alone (the SplitMix64 generator at position i), so an output is the
 * same on every run and for any number of threads. A node without a seed
 * takes one from its name.
 */
#include "engine/op_tables.h"
#include "engine/real.h"

#include <math.h>
#include <string.h>

enum { GRAIN = 4096 };

typedef struct random_params {
    uint64_t seed;
    double a, b; /* mean and scale; low and high */
    q_dtype dtype;
    q_shape shape;
    int64_t samples;
} random_params;

/* Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators". */
static uint64_t mix(uint64_t seed, uint64_t i)
{
    uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static double unit(uint64_t seed, uint64_t i) /* [0, 1) */
{
    return (double)(mix(seed, i) >> 11) * 0x1p-53;
}

/* Box and Muller 1958. */
static double normal(uint64_t seed, uint64_t i)
{
    double u = 1 - unit(seed, 2 * i), v = unit(seed, 2 * i + 1);

    return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v);
}

static q_code seed_load(const q_node *n, uint64_t *out, q_err *err)
{
    double given;
    uint64_t h = 0xcbf29ce484222325U; /* FNV-1a */
    q_code rc = op__attr_float(n, "seed", 0, &given, err);

    if (rc)
        return rc;
    if (q_node_attr(n, "seed")) {
        memcpy(out, &given, sizeof(*out));
        return Q_OK;
    }
    for (size_t i = 0; i < n->name.n; i++)
        h = (h ^ (unsigned char)n->name.p[i]) * 0x100000001b3U;
    *out = h;
    return Q_OK;
}

static q_code dtype_load(const q_node *n, int64_t otherwise, q_dtype *out, q_err *err)
{
    int64_t d;
    q_code rc = op__attr_int(n, "dtype", otherwise, &d, err);

    if (rc)
        return rc;
    if (d != Q_NONE && (d < 0 || d > Q_BF16 || !real__is((q_dtype)d)))
        return q_err_set(err, Q_UNSUPPORTED, "dtype is %lld; a number type is right", (long long)d);
    *out = (q_dtype)d;
    return Q_OK;
}

static q_code shape_load(const q_node *n, q_shape *out, q_err *err)
{
    const int64_t *dims;
    size_t count;
    q_code rc = op__attr_ints(n, "shape", &dims, &count, err);

    if (rc)
        return rc;
    if (count > Q_MAX_RANK)
        return q_err_set(err, Q_LIMIT, "shape has %zu dimensions; at most %d", count, Q_MAX_RANK);
    out->rank = count;
    for (size_t i = 0; i < count; i++) {
        if (dims[i] < 0)
            return q_err_set(err, Q_INVALID, "shape has a dimension of %lld", (long long)dims[i]);
        out->dims[i] = (size_t)dims[i];
    }
    return Q_OK;
}

static q_code random_load(const q_node *n, random_params *p, const char *a, const char *b,
                          double a_value, double b_value, q_err *err)
{
    bool like = n->in_count > 0;
    q_code rc = seed_load(n, &p->seed, err);

    if (!rc)
        rc = op__attr_float(n, a, a_value, &p->a, err);
    if (!rc)
        rc = op__attr_float(n, b, b_value, &p->b, err);
    if (!rc)
        rc = dtype_load(n, like ? Q_NONE : Q_F32, &p->dtype, err);
    if (!rc && !like)
        rc = shape_load(n, &p->shape, err);
    return rc;
}

static q_code normal_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return random_load(n, params, "mean", "scale", 0, 1, err);
}

static q_code uniform_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return random_load(n, params, "low", "high", 0, 1, err);
}

static q_code random_infer(q_op_call *c, q_err *err)
{
    const random_params *p = c->params;
    q_dtype d = p->dtype;

    if (!c->node->in_count) {
        op__set(c, 0, d, &p->shape);
        return Q_OK;
    }
    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    if (d == Q_NONE)
        d = c->in[0]->dtype;
    if (!real__is(d))
        return q_err_set(err, Q_UNSUPPORTED, "random numbers of %s", q_dtype_name(d));
    op__set(c, 0, d, &c->in[0]->shape);
    return Q_OK;
}

static void normal_part(void *ctx, size_t from, size_t to)
{
    const q_op_call *c = ctx;
    const random_params *p = c->params;

    for (size_t i = from; i < to; i++)
        real__put(c->out[0], i, p->a + p->b * normal(p->seed, i));
}

static void uniform_part(void *ctx, size_t from, size_t to)
{
    const q_op_call *c = ctx;
    const random_params *p = c->params;

    for (size_t i = from; i < to; i++)
        real__put(c->out[0], i, p->a + (p->b - p->a) * unit(p->seed, i));
}

static void bernoulli_part(void *ctx, size_t from, size_t to)
{
    const q_op_call *c = ctx;
    const random_params *p = c->params;

    for (size_t i = from; i < to; i++)
        real__put(c->out[0], i, unit(p->seed, i) < real__get(c->in[0], i));
}

static q_code fill(q_op_call *c, void (*part)(void *, size_t, size_t))
{
    op__parallel(c->team, q_shape_count(&c->out[0]->shape), GRAIN, part, c);
    return Q_OK;
}

static q_code normal_run(q_op_call *c, q_err *err)
{
    (void)err;
    return fill(c, normal_part);
}

static q_code uniform_run(q_op_call *c, q_err *err)
{
    (void)err;
    return fill(c, uniform_part);
}

static q_code bernoulli_run(q_op_call *c, q_err *err)
{
    (void)err;
    return fill(c, bernoulli_part);
}

static q_code bernoulli_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    random_params *p = params;
    q_code rc = seed_load(n, &p->seed, err);

    (void)a;
    return rc ? rc : dtype_load(n, Q_NONE, &p->dtype, err);
}

static q_code bernoulli_infer(q_op_call *c, q_err *err)
{
    q_code rc = op__want(c, 0, err, (const q_dtype[]){Q_F32, Q_F64, Q_F16, Q_BF16, Q_NONE});

    return rc ? rc : random_infer(c, err);
}

/* -- Multinomial: in[0] is log probabilities [batch, classes], not normalised -- */

static q_code multinomial_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    random_params *p = params;
    q_code rc = seed_load(n, &p->seed, err);

    (void)a;
    if (!rc)
        rc = dtype_load(n, Q_I32, &p->dtype, err);
    if (!rc)
        rc = op__attr_int(n, "sample_size", 1, &p->samples, err);
    if (!rc && p->dtype != Q_I32 && p->dtype != Q_I64)
        rc = q_err_set(err, Q_INVALID, "dtype must be int32 or int64");
    if (!rc && p->samples < 0)
        rc = q_err_set(err, Q_INVALID, "sample_size is %lld", (long long)p->samples);
    return rc;
}

static q_code multinomial_infer(q_op_call *c, q_err *err)
{
    const random_params *p = c->params;
    q_shape s = {2, {0, (size_t)p->samples}};
    q_code rc = op__want(c, 0, err, (const q_dtype[]){Q_F32, Q_F64, Q_F16, Q_NONE});

    if (rc)
        return rc;
    if (c->in[0]->shape.rank != 2 || (c->in[0]->shape.dims[0] && !c->in[0]->shape.dims[1]))
        return q_err_set(err, Q_INVALID, "input 0 must be [batch, classes]");
    s.dims[0] = c->in[0]->shape.dims[0];
    op__set(c, 0, p->dtype, &s);
    return Q_OK;
}

static void multinomial_row(const q_op_call *c, size_t b)
{
    const random_params *p = c->params;
    const q_tensor *t = c->in[0];
    size_t classes = t->shape.dims[1], samples = (size_t)p->samples;
    double most = -INFINITY, sum = 0;

    for (size_t k = 0; k < classes; k++)
        most = fmax(most, real__get(t, b * classes + k));
    for (size_t k = 0; k < classes; k++)
        sum += exp(real__get(t, b * classes + k) - most);
    for (size_t s = 0; s < samples; s++) {
        double left = unit(p->seed, b * samples + s) * sum;
        size_t k = 0;
        while (k + 1 < classes) {
            left -= exp(real__get(t, b * classes + k) - most);
            if (left < 0)
                break;
            k++;
        }
        real__put(c->out[0], b * samples + s, (double)k);
    }
}

static q_code multinomial_run(q_op_call *c, q_err *err)
{
    (void)err;
    for (size_t b = 0; b < c->in[0]->shape.dims[0]; b++)
        multinomial_row(c, b);
    return Q_OK;
}

#define RANDOM(name, from, inputs, load_fn, infer_fn, run_fn)                                      \
    {                                                                                              \
        .domain = "", .type = name, .since = from, .min_in = inputs, .max_in = inputs,             \
        .max_out = 1, .flags = Q_OP_RANDOM, .params_bytes = sizeof(random_params),                 \
        .load = load_fn, .infer = infer_fn, .run = run_fn                                          \
    }

static const q_op ops[] = {
    RANDOM("RandomNormal", 1, 0, normal_load, random_infer, normal_run),
    RANDOM("RandomNormalLike", 1, 1, normal_load, random_infer, normal_run),
    RANDOM("RandomUniform", 1, 0, uniform_load, random_infer, uniform_run),
    RANDOM("RandomUniformLike", 1, 1, uniform_load, random_infer, uniform_run),
    RANDOM("Bernoulli", 15, 1, bernoulli_load, bernoulli_infer, bernoulli_run),
    RANDOM("Multinomial", 7, 1, multinomial_load, multinomial_infer, multinomial_run),
};
const q_op_table op__random = {ops, sizeof ops / sizeof *ops};
