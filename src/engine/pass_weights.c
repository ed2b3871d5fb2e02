/* y = a[c] x + b[c] behind a Conv, ConvTranspose or MatMul with constant weights goes into the
 * weights and the bias: BatchNormalization, Mul, Add, Sub and Div with a constant.
 */
#include "engine/pass_list.h"

#include <math.h>
#include <string.h>

typedef struct affine {
    size_t channels;
    float *mul, *add; /* [channels]; mul NULL: 1 */
} affine;

/* A product with constant weights, and where its output channels lie in them. */
typedef struct product {
    q_node *node;
    const q_tensor *weights; /* float32; or int8, and `dequantise` is the node that scales them */
    q_node *dequantise;
    size_t axis;     /* of the weights that counts output channels of a group */
    size_t channels; /* in all */
    size_t groups;   /* the weights' axis 0 is cut into so many where axis is 1 */
    bool last;       /* channels are the output's last dimension (MatMul), not the second */
    size_t bias;     /* which input is the bias; 0: it has none */
} product;

/* Constant weights in float32, or symmetric int8 behind a DequantizeLinear of their own. */
static bool find_weights(const pass *p, const q_node *n, product *out)
{
    out->weights = pass__constant(p, n->in[1]);
    if (out->weights)
        return out->weights->dtype == Q_F32;
    out->dequantise = pass__sole(p, n->in[1], "DequantizeLinear");
    if (!out->dequantise || pass__has_in(out->dequantise, 2) || !pass__is(n, "Conv"))
        return false;
    const q_tensor *scale = pass__constant(p, out->dequantise->in[1]);

    out->weights = pass__constant(p, out->dequantise->in[0]);
    return out->weights && out->weights->dtype == Q_I8 && scale && scale->dtype == Q_F32 &&
           scale->shape.rank == 1 && out->weights->shape.rank &&
           scale->shape.dims[0] == out->weights->shape.dims[0] &&
           q_node_int(out->dequantise, "axis", 1) == 0;
}

static bool product_of(const pass *p, q_value_id v, product *out)
{
    q_node *n = pass__maker(p, v);
    size_t groups;

    if (!n || p->uses[v] != 1 || !pass__is_any(n, "Conv ConvTranspose MatMul"))
        return false;
    *out = (product){.node = n, .groups = 1, .bias = 2};
    if (!find_weights(p, n, out))
        return false;
    groups = (size_t)q_node_int(n, "group", 1);
    if (pass__is(n, "MatMul")) {
        out->axis = 1;
        out->last = true;
        out->bias = 0;
        out->channels = out->weights->shape.dims[1];
        return out->weights->shape.rank == 2;
    }
    if (out->weights->shape.rank < 3 || !groups)
        return false;
    out->axis = pass__is(n, "Conv") ? 0 : 1;
    out->groups = out->axis ? groups : 1;
    out->channels = out->weights->shape.dims[out->axis] * out->groups;
    if (pass__has_in(n, 2)) {
        const q_tensor *b = pass__constant(p, n->in[2]);

        if (!b || b->dtype != Q_F32 || q_shape_count(&b->shape) != out->channels)
            return false;
    }
    return out->axis == 0 || out->weights->shape.dims[0] % groups == 0;
}

/* A constant that is one number, or one for each channel, against an output of `rank`
 * dimensions (of a Conv: its weights' rank; of a MatMul: any).
 */
static bool per_channel(const product *pr, const q_tensor *t)
{
    size_t count, at, rank = pr->weights->shape.rank;

    if (!t || t->dtype != Q_F32)
        return false;
    count = q_shape_count(&t->shape);
    if (count == 1)
        return pr->last ? t->shape.rank <= 1 : t->shape.rank <= rank;
    if (pr->last)
        return t->shape.rank == 1 && count == pr->channels;
    /* [1, C, 1, 1] or [C, 1, 1] */
    if (t->shape.rank > rank || t->shape.rank + 1 < rank)
        return false;
    at = t->shape.rank + 1 - rank;
    return t->shape.dims[at] == pr->channels && count == pr->channels;
}

static float at(const q_tensor *t, size_t i)
{
    const float *v = t->data;

    return v[q_shape_count(&t->shape) == 1 ? 0 : i];
}

static q_code affine_new(pass *p, const product *pr, affine *out, q_err *err)
{
    out->channels = pr->channels;
    out->mul = q_arena_array(p->scratch, pr->channels, sizeof *out->mul);
    out->add = q_arena_array(p->scratch, pr->channels, sizeof *out->add);
    if (!out->mul || !out->add)
        return q_err_nomem(err);
    for (size_t i = 0; i < pr->channels; i++)
        out->mul[i] = 1;
    return Q_OK;
}

/* -- What n does to each channel of its input -- */

static bool batch_norm(const pass *p, const q_node *n, const product *pr, affine *a)
{
    const q_tensor *t[4];
    float eps = (float)q_node_float(n, "epsilon", 1e-5);

    if (n->in_count != 5 || q_node_int(n, "training_mode", 0) || pr->last)
        return false;
    for (size_t i = 0; i < 4; i++) {
        t[i] = pass__constant(p, n->in[i + 1]);
        if (!t[i] || t[i]->dtype != Q_F32 || q_shape_count(&t[i]->shape) != pr->channels)
            return false;
    }
    for (size_t i = 1; i < n->out_count; i++)
        if (n->out[i] != Q_NO_VALUE && p->uses[n->out[i]])
            return false;
    for (size_t c = 0; c < pr->channels; c++) {
        a->mul[c] = at(t[0], c) / sqrtf(at(t[3], c) + eps);
        a->add[c] = at(t[1], c) - at(t[2], c) * a->mul[c];
    }
    return true;
}

static bool arithmetic(const pass *p, const q_node *n, const product *pr, size_t x, affine *a)
{
    const q_tensor *t = pass__constant(p, n->in[1 - x]);
    bool sub = pass__is(n, "Sub"), div = pass__is(n, "Div");

    if (!per_channel(pr, t) || (x && (sub || div)))
        return false;
    for (size_t c = 0; c < pr->channels; c++) {
        float v = at(t, c);

        if (pass__is(n, "Mul") || div)
            a->mul[c] = div ? 1 / v : v;
        else
            a->add[c] = sub ? -v : v;
    }
    return true;
}

/* -- Into the weights -- */

/* The output channel of each element of the weights: they lie in runs of `inner`. */
static void scale_weights(const product *pr, const float *mul, const float *from, float *to)
{
    const q_shape *s = &pr->weights->shape;
    size_t outer = q_shape_span(s, 0, pr->axis), count = s->dims[pr->axis];
    size_t inner = q_shape_span(s, pr->axis + 1, s->rank);
    size_t rows = outer / pr->groups; /* of axis 0, a group */

    for (size_t o = 0; o < outer; o++)
        for (size_t c = 0; c < count; c++) {
            float m = mul[(rows ? o / rows : 0) * count + c];
            size_t i = (o * count + c) * inner;

            for (size_t k = 0; k < inner; k++)
                to[i + k] = from[i + k] * m;
        }
}

static q_code add_bias(pass *p, const product *pr, const affine *a, q_err *err)
{
    q_node *n = pr->node;
    q_value_id bias;
    q_value_id *in;
    float *sum = q_arena_array(p->scratch, pr->channels, sizeof *sum);
    const q_tensor *old = pass__has_in(n, 2) ? pass__constant(p, n->in[2]) : NULL;
    q_code rc;

    if (!sum)
        return q_err_nomem(err);
    for (size_t c = 0; c < pr->channels; c++)
        sum[c] = (old ? at(old, c) * a->mul[c] : 0) + a->add[c];
    rc = pass__new_floats(p, sum, pr->channels, &bias, err);
    if (rc)
        return rc;
    if (n->in_count < 3) {
        in = q_arena_array(p->g->arena, 3, sizeof *in);
        if (!in)
            return q_err_nomem(err);
        in[0] = n->in[0];
        in[1] = n->in[1];
        in[2] = Q_NO_VALUE;
        n->in = in;
        n->in_count = 3;
    }
    pass__set_input(p, n, 2, bias);
    return Q_OK;
}

static q_code scale_scales(pass *p, const product *pr, const float *mul, q_err *err)
{
    const float *old = pass__constant(p, pr->dequantise->in[1])->data;
    float *scale = q_arena_array(p->scratch, pr->channels, sizeof *scale);
    q_value_id v;
    q_code rc;

    if (!scale)
        return q_err_nomem(err);
    for (size_t c = 0; c < pr->channels; c++)
        scale[c] = old[c] * mul[c];
    rc = pass__new_floats(p, scale, pr->channels, &v, err);
    if (!rc)
        pass__set_input(p, pr->dequantise, 1, v);
    return rc;
}

static q_code put_in(pass *p, const product *pr, const affine *a, q_err *err)
{
    q_value_id w;
    void *data;
    bool scaled = false, moved = false;
    q_code rc = Q_OK;

    for (size_t c = 0; c < pr->channels; c++) {
        scaled = scaled || a->mul[c] != 1;
        moved = moved || a->add[c] != 0;
    }
    if (scaled && pr->dequantise) {
        rc = scale_scales(p, pr, a->mul, err);
        if (rc)
            return rc;
    } else if (scaled) {
        rc = pass__new_constant(p, Q_F32, &pr->weights->shape, &data, &w, err);
        if (rc)
            return rc;
        scale_weights(pr, a->mul, pr->weights->data, data);
        pass__set_input(p, pr->node, 1, w);
    }
    if (moved || (scaled && pr->bias && pass__has_in(pr->node, 2)))
        rc = add_bias(p, pr, a, err);
    return rc;
}

static q_code weights_node(pass *p, q_node *n, q_err *err)
{
    bool norm = pass__is(n, "BatchNormalization"), use = false;
    affine a;
    product pr;
    q_code rc;

    if (!norm && !(pass__is_any(n, "Mul Add Sub Div") && n->in_count == 2))
        return Q_OK;
    for (size_t x = 0; x < (norm ? 1U : 2U); x++) {
        if (!product_of(p, n->in[x], &pr))
            continue;
        rc = affine_new(p, &pr, &a, err);
        if (rc)
            return rc;
        use = norm ? batch_norm(p, n, &pr, &a) : arithmetic(p, n, &pr, x, &a);
        break;
    }
    /* A MatMul has no bias: quern:MatMul takes it (pass_epilogue.c). */
    for (size_t c = 0; use && pr.last && c < pr.channels; c++)
        use = a.add[c] == 0;
    if (!use)
        return Q_OK;
    rc = put_in(p, &pr, &a, err);
    if (!rc)
        pass__take_output(p, pr.node, n);
    return rc;
}

q_code pass__weights(pass *p, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < p->g->node_count; i++)
        if (p->g->nodes[i]->out_count)
            rc = weights_node(p, p->g->nodes[i], err);
    return rc;
}
