#include "engine/quantize.h"

#include <math.h>
#include <string.h>

/* -- Layers -- */

static const q_tensor *constant(const q_graph *g, const q_node *n, size_t i)
{
    if (i >= n->in_count || n->in[i] == Q_NO_VALUE)
        return NULL;
    return g->values[n->in[i]].constant;
}

/* Whether the node is one, and which axis of its weights is the output's. */
static bool is_layer(const q_graph *g, const q_node *n, quantize_layer *l)
{
    const q_tensor *w = constant(g, n, 1);

    if (n->domain.n > 0 || !w || w->dtype != Q_F32 || n->in[0] == Q_NO_VALUE ||
        q_shape_count(&w->shape) == 0 || g->values[n->in[0]].constant)
        return false;
    l->channel_axis = 1;
    if (q_str_is(n->type, "Conv") && w->shape.rank >= 3)
        l->axis = 0;
    else if (q_str_is(n->type, "MatMul") && w->shape.rank == 2) {
        l->axis = 1;
        l->channel_axis = SIZE_MAX; /* the last */
    } else if (q_str_is(n->type, "Gemm") && w->shape.rank == 2 && !q_node_int(n, "transA", 0))
        l->axis = q_node_int(n, "transB", 0) ? 0 : 1;
    else
        return false;
    l->input = n->in[0];
    l->weights = n->in[1];
    l->output = n->out[0];
    l->channels = w->shape.dims[l->axis];
    return true;
}

q_code quantize__layers(const q_graph *g, q_arena *a, quantize_layer **out, size_t *count,
                        q_err *err)
{
    size_t i;

    *count = 0;
    *out = q_arena_array(a, g->node_count, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (i = 0; i < g->node_count; i++)
        if (is_layer(g, g->nodes[i], &(*out)[*count]))
            (*out)[(*count)++].node = i;
    return Q_OK;
}

/* -- Numbers -- */

void quantize__scale(double low, double high, float *scale, uint8_t *zero)
{
    double step = (high - low) / 255;

    *scale = step > 1e-30 ? (float)step : 1;
    *zero = (uint8_t)fmin(fmax(nearbyint(-low / (double)*scale), 0), 255);
}

static double round_error(const float *w, size_t count, size_t step, double scale)
{
    double error = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        double v = (double)w[i * step], q = fmin(fmax(nearbyint(v / scale), -127), 127);

        error += (v - q * scale) * (v - q * scale);
    }
    return error;
}

float quantize__round(const float *w, size_t count, size_t step, int8_t *out)
{
    double most = 0, scale, best = INFINITY, clip;
    size_t i;

    for (i = 0; i < count; i++)
        most = fmax(most, fabs((double)w[i * step]));
    scale = most > 0 ? most / 127 : 1;
    for (clip = 1; most > 0 && clip > 0.79; clip -= 0.02) {
        double e = round_error(w, count, step, most * clip / 127);

        if (e < best) {
            best = e;
            scale = most * clip / 127;
        }
    }
    scale = (double)(float)scale;
    for (i = 0; i < count; i++)
        out[i * step] = (int8_t)fmin(fmax(nearbyint((double)w[i * step] / scale), -127), 127);
    return (float)scale;
}

/* -- Adding to the graph -- */

static q_str name_of(q_graph *g, q_value_id v, const char *what)
{
    return q_str_printf(g->arena, "%.*s_%s", Q_ARG(g->values[v].name), what);
}

static q_code add_constant(q_graph *g, q_value_id like, const char *what, q_dtype dtype,
                           const q_shape *shape, void *data, q_value_id *id, q_err *err)
{
    q_tensor t = {dtype, *shape, data};

    return graph__add_constant(g, name_of(g, like, what), &t, id, err);
}

/* One node of one output of the same shape; its name is the value's. */
static q_code add_node(q_graph *g, const char *type, const q_value_id *in, size_t in_count,
                       q_value_id like, const char *what, q_dtype dtype, q_node **node,
                       q_value_id *out, q_err *err)
{
    q_code rc = graph__add_value(g, name_of(g, like, what), dtype, NULL, out, err);

    if (!rc)
        rc = graph__add_node(g, Q_STR(""), q_str_of(type), g->values[*out].name, in, in_count, out,
                             1, node, err);
    return rc;
}

/* The pair around value `v`; *out is the value as the layer sees it. */
static q_code add_pair(q_graph *g, q_value_id v, const quantize_choice *c, q_value_id *out,
                       q_err *err)
{
    q_shape scalar = {0};
    q_value_id in[3] = {v}, u8 = Q_NO_VALUE;
    q_node *node;
    float *scale = graph__data(g, sizeof *scale);
    uint8_t *zero = graph__data(g, sizeof *zero);
    q_code rc;

    if (!scale || !zero)
        return q_err_nomem(err);
    quantize__scale(c->low, c->high, scale, zero);
    rc = add_constant(g, v, "scale", Q_F32, &scalar, scale, &in[1], err);
    if (!rc)
        rc = add_constant(g, v, "zero", Q_U8, &scalar, zero, &in[2], err);
    if (!rc)
        rc = add_node(g, "QuantizeLinear", in, 3, v, "u8", Q_U8, &node, &u8, err);
    in[0] = u8;
    if (!rc)
        rc = add_node(g, "DequantizeLinear", in, 3, v, "again", Q_F32, &node, out, err);
    return rc;
}

/* The weights in int8 with their DequantizeLinear. */
static q_code add_weights(q_graph *g, const quantize_layer *l, q_value_id *out, q_err *err)
{
    const q_tensor *w = g->values[l->weights].constant;
    size_t count = q_shape_count(&w->shape), c;
    size_t inner = q_shape_span(&w->shape, l->axis + 1, w->shape.rank);
    q_shape channels = {1, {l->channels}};
    int8_t *data = graph__data(g, count);
    float *scales = graph__data(g, l->channels * sizeof *scales);
    q_value_id in[2];
    q_node *node;
    q_code rc;

    if (!data || !scales)
        return q_err_nomem(err);
    for (c = 0; c < l->channels; c++) /* axis 0: a run of inner; axis 1 of 2: a column */
        scales[c] = l->axis == 0 ? quantize__round((const float *)w->data + c * inner, inner, 1,
                                                   data + c * inner)
                                 : quantize__round((const float *)w->data + c, count / l->channels,
                                                   l->channels, data + c);
    rc = add_constant(g, l->weights, "i8", Q_I8, &w->shape, data, &in[0], err);
    if (!rc)
        rc = add_constant(g, l->weights, "scales", Q_F32, &channels, scales, &in[1], err);
    if (!rc)
        rc = add_node(g, "DequantizeLinear", in, 2, l->weights, "again", Q_F32, &node, out, err);
    if (!rc)
        rc = graph__set_int(g, node, "axis", (int64_t)l->axis, err);
    return rc;
}

/* The bias moved by the layer's shift. */
static q_code add_bias(q_graph *g, const q_node *n, const quantize_layer *l, const float *shift,
                       q_value_id *out, q_err *err)
{
    const q_tensor *old = constant(g, n, 2);
    q_shape shape = {1, {l->channels}};
    float *bias = graph__data(g, l->channels * sizeof *bias);
    size_t c;

    if (!bias)
        return q_err_nomem(err);
    for (c = 0; c < l->channels; c++)
        bias[c] = (old ? ((const float *)old->data)[c] : 0) + shift[c];
    return add_constant(g, l->output, "bias", Q_F32, &shape, bias, out, err);
}

static q_code copy_attrs(q_graph *g, const q_node *from, q_node *to, q_err *err)
{
    to->attrs = q_arena_array(g->arena, from->attr_count + 1, sizeof *to->attrs);
    if (!to->attrs)
        return q_err_nomem(err);
    if (from->attr_count)
        memcpy(to->attrs, from->attrs, from->attr_count * sizeof *to->attrs);
    to->attr_count = from->attr_count;
    return Q_OK;
}

static q_code add_output(q_graph *g, q_value_id v, q_err *err)
{
    q_value_id *outputs = q_arena_array(g->arena, g->output_count + 1, sizeof *outputs);

    if (!outputs)
        return q_err_nomem(err);
    memcpy(outputs, g->outputs, g->output_count * sizeof *outputs);
    outputs[g->output_count++] = v;
    g->outputs = outputs;
    return Q_OK;
}

/* `pair` is the input as it comes out of DequantizeLinear. */
static q_code layer_rewrite(q_graph *g, const quantize_layer *l, const quantize_choice *c,
                            q_value_id pair, bool beside, q_err *err)
{
    q_node *n = g->nodes[l->node], *twin = NULL;
    q_value_id in[3] = {pair, Q_NO_VALUE, Q_NO_VALUE}, out;
    size_t in_count = n->in_count < 3 ? n->in_count : 3;
    q_code rc = add_weights(g, l, &in[1], err);

    if (!rc && in_count > 2)
        in[2] = n->in[2];
    if (!rc && c->shift && q_str_is(n->type, "Conv")) {
        rc = add_bias(g, n, l, c->shift, &in[2], err);
        in_count = 3;
    }
    if (rc)
        return rc;
    if (!beside) {
        n->in = q_arena_array(g->arena, in_count, sizeof *n->in);
        if (!n->in)
            return q_err_nomem(err);
        memcpy(n->in, in, in_count * sizeof *in);
        n->in_count = in_count;
        return Q_OK;
    }
    rc = graph__add_value(g, name_of(g, l->output, "twin"), Q_F32, NULL, &out, err);
    if (!rc)
        rc = graph__add_node(g, n->domain, n->type, g->values[out].name, in, in_count, &out, 1,
                             &twin, err);
    if (!rc)
        rc = copy_attrs(g, n, twin, err);
    if (!rc)
        rc = add_output(g, out, err);
    return rc;
}

q_code quantize__insert(q_graph *g, const quantize_layer *layers, const quantize_choice *choices,
                        size_t count, bool beside, q_err *err)
{
    q_value_id *pairs = q_arena_array(g->arena, count + 1, sizeof *pairs);
    size_t i, k;
    q_code rc = Q_OK;

    if (!pairs)
        return q_err_nomem(err);
    for (i = 0; i < count && !rc; i++) {
        pairs[i] = Q_NO_VALUE;
        if (!choices[i].on)
            continue;
        for (k = 0; k < i; k++)
            if (choices[k].on && layers[k].input == layers[i].input)
                pairs[i] = pairs[k];
        if (pairs[i] == Q_NO_VALUE)
            rc = add_pair(g, layers[i].input, &choices[i], &pairs[i], err);
        if (!rc)
            rc = layer_rewrite(g, &layers[i], &choices[i], pairs[i], beside, err);
    }
    return rc ? rc : graph__tidy(g, err);
}

/* -- Batch normalisation -- */

static bool is_vector(const q_tensor *t, size_t count)
{
    return t && t->dtype == Q_F32 && t->shape.rank == 1 && t->shape.dims[0] == count;
}

/* The convolution that alone feeds `n`, or NULL. */
static q_node *conv_before(q_graph *g, const graph_uses *uses, const q_node *n)
{
    q_node *conv = n->in[0] == Q_NO_VALUE ? NULL : uses->maker[n->in[0]];
    quantize_layer l;
    size_t i;

    if (!conv || uses->uses[n->in[0]] != 1 || !q_str_is(conv->type, "Conv") ||
        !is_layer(g, conv, &l) ||
        (conv->in_count > 2 && conv->in[2] != Q_NO_VALUE &&
         !is_vector(constant(g, conv, 2), l.channels)))
        return NULL;
    for (i = 1; i < 5; i++)
        if (!is_vector(constant(g, n, i), l.channels))
            return NULL;
    return conv;
}

static q_code fold_norm(q_graph *g, q_node *conv, q_node *norm, q_err *err)
{
    const q_tensor *w = constant(g, conv, 1), *b = constant(g, conv, 2);
    const float *gain = constant(g, norm, 1)->data, *bias = constant(g, norm, 2)->data;
    const float *mean = constant(g, norm, 3)->data, *variance = constant(g, norm, 4)->data;
    size_t channels = w->shape.dims[0], inner = q_shape_count(&w->shape) / channels, c, i;
    float *weights = graph__data(g, q_tensor_bytes(w)), *biases;
    double epsilon = q_node_float(norm, "epsilon", 1e-5);
    q_shape vector = {1, {channels}};
    q_value_id in[3] = {conv->in[0]};
    q_code rc;

    biases = graph__data(g, channels * sizeof *biases);
    if (!weights || !biases)
        return q_err_nomem(err);
    for (c = 0; c < channels; c++) {
        double by = (double)gain[c] / sqrt((double)variance[c] + epsilon);

        for (i = 0; i < inner; i++)
            weights[c * inner + i] = (float)(((const float *)w->data)[c * inner + i] * by);
        biases[c] = (float)(((b ? (double)((const float *)b->data)[c] : 0) - (double)mean[c]) * by +
                            (double)bias[c]);
    }
    rc = add_constant(g, conv->in[1], "folded", Q_F32, &w->shape, weights, &in[1], err);
    if (!rc)
        rc = add_constant(g, norm->out[0], "bias", Q_F32, &vector, biases, &in[2], err);
    conv->in = rc ? conv->in : q_arena_array(g->arena, 3, sizeof *conv->in);
    if (rc || !conv->in)
        return rc ? rc : q_err_nomem(err);
    memcpy(conv->in, in, sizeof in);
    conv->in_count = 3;
    graph__replace(g, norm->out[0], conv->out[0]);
    return Q_OK;
}

q_code quantize__fold_norms(q_graph *g, q_err *err)
{
    graph_uses uses;
    size_t i, count = g->node_count;
    q_code rc = graph__uses(g, g->arena, &uses, err);

    for (i = 0; i < count && !rc; i++) {
        q_node *norm = g->nodes[i], *conv;

        if (norm->domain.n || !q_str_is(norm->type, "BatchNormalization") || norm->in_count < 5 ||
            (norm->out_count > 1 && norm->out[1] != Q_NO_VALUE))
            continue;
        conv = conv_before(g, &uses, norm);
        if (conv)
            rc = fold_norm(g, conv, norm, err);
    }
    return rc ? rc : graph__tidy(g, err);
}
