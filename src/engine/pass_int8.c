/* Quantised graphs: DequantizeLinear - product - QuantizeLinear becomes one product of bytes.
 *
 * The graph stays what it was: numbers are (q - zero) * scale wherever a DequantizeLinear says so.
 * In the order of the nodes
 *
 *     a product        of dequantised bytes and int8 weights reads the bytes;
 *     arithmetic       (quern:Chain) reads dequantised bytes itself;
 *     a move           (Concat, MaxPool, ...) moves bytes, dequantised behind it;
 *     QuantizeLinear   goes before moves, is done by the product or chain before it, or undoes a
 *                      DequantizeLinear.
 *
 * Weights whose input is in float stay behind their DequantizeLinear, which is then folded.
 */
#include "engine/op_quern_chain.h"
#include "engine/pass_list.h"

#include <string.h>

/* v = (q - by.zero) * by.scale, q uint8. */
typedef struct bytes {
    q_value_id q;
    quern_q by;
} bytes;

/* The numbers of n's scale and zero point, one each; uint8 without a zero point. */
static bool read_q(const pass *p, const q_node *n, bool quantise, quern_q *out)
{
    const q_tensor *zero = pass__has_in(n, 2) ? pass__constant(p, n->in[2]) : NULL;

    *out = (quern_q){1, 0};
    if (!pass__scalar(p, n->in[1], &out->scale) || !(out->scale > 0))
        return false;
    if (!pass__has_in(n, 2))
        return !quantise || q_node_int(n, "output_dtype", Q_NONE) == Q_NONE;
    if (!zero || zero->dtype != Q_U8 || q_shape_count(&zero->shape) != 1)
        return false;
    out->zero = *(const uint8_t *)zero->data;
    return true;
}

static bool is_dequantised(const pass *p, q_value_id v, bytes *out)
{
    const q_node *n = pass__maker(p, v);

    if (!pass__is(n, "DequantizeLinear") || pass__constant(p, n->in[0]) ||
        !read_q(p, n, false, &out->by) || pass__dtype(p, n->in[0]) != Q_U8)
        return false;
    out->q = n->in[0];
    return true;
}

static bool same_q(quern_q a, quern_q b)
{
    return a.scale == b.scale && a.zero == b.zero;
}

static bool is_product(const q_node *n)
{
    return pass__is_quern(n, "Conv") || pass__is_quern(n, "Depthwise") ||
           pass__is_quern(n, "ConvTranspose") || pass__is_quern(n, "MatMul");
}

/* -- Products -- */

/* Symmetric int8 weights, and the scale of each output channel or of all. */
typedef struct weights {
    const q_tensor *q, *scale;
    q_value_id value;
    size_t columns, axis; /* output channels, and which dimension counts them */
} weights;

static bool all_zero(const q_tensor *t)
{
    const char *v = t->data;

    for (size_t i = 0; i < q_tensor_bytes(t); i++)
        if (v[i])
            return false;
    return true;
}

static bool read_weights(const pass *p, const q_node *n, weights *w)
{
    const q_node *dq = pass__maker(p, n->in[QUERN_W]);
    const q_tensor *zero;
    int64_t axis;

    if (!pass__is(dq, "DequantizeLinear"))
        return false;
    w->value = dq->in[0];
    w->q = pass__constant(p, dq->in[0]);
    w->scale = pass__constant(p, dq->in[1]);
    zero = pass__has_in(dq, 2) ? pass__constant(p, dq->in[2]) : NULL;
    if (!w->q || w->q->dtype != Q_I8 || !w->scale || w->scale->dtype != Q_F32 ||
        w->scale->shape.rank > 1 || (pass__has_in(dq, 2) && (!zero || !all_zero(zero))))
        return false;
    w->axis = pass__is_quern(n, "MatMul") && !q_node_int(n, "turned", 0) ? 1 : 0;
    if (w->q->shape.rank <= w->axis)
        return false;
    w->columns = w->q->shape.dims[w->axis];
    if (q_shape_count(&w->scale->shape) == 1)
        return true;
    axis = q_node_int(dq, "axis", 1);
    axis += axis < 0 ? (int64_t)w->q->shape.rank : 0;
    return axis == (int64_t)w->axis && q_shape_count(&w->scale->shape) == w->columns;
}

/* What the weights of each output channel sum up to. */
static void sum_columns(const weights *w, float *sums)
{
    const q_shape *s = &w->q->shape;
    const int8_t *q = w->q->data;
    size_t inner = q_shape_span(s, w->axis + 1, s->rank);

    for (size_t i = 0; i < q_shape_count(s); i++)
        sums[i / inner % w->columns] += q[i];
}

/* Inputs as op_quern.h has them, with a bias and a scale for each column. */
static q_code set_product(pass *p, q_node *n, const bytes *x, const weights *w, q_err *err)
{
    const q_tensor *old = pass__has_in(n, QUERN_BIAS) ? pass__constant(p, n->in[QUERN_BIAS]) : NULL;
    float *sums = q_arena_array(p->scratch, w->columns, sizeof *sums);
    float *scale = q_arena_array(p->scratch, w->columns, sizeof *scale);
    q_value_id *in = q_arena_array(p->g->arena, QUERN_INPUTS, sizeof *in);
    q_value_id bias, scales;
    q_code rc;

    if (!sums || !scale || !in)
        return q_err_nomem(err);
    sum_columns(w, sums);
    for (size_t c = 0; c < w->columns; c++) {
        size_t one = q_shape_count(&w->scale->shape) == 1;

        scale[c] = x->by.scale * ((const float *)w->scale->data)[one ? 0 : c];
        sums[c] =
            (old ? ((const float *)old->data)[c] : 0) - (float)x->by.zero * sums[c] * scale[c];
    }
    rc = pass__new_floats(p, sums, w->columns, &bias, err);
    if (!rc)
        rc = pass__new_floats(p, scale, w->columns, &scales, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < QUERN_INPUTS; i++)
        in[i] = i < n->in_count ? n->in[i] : Q_NO_VALUE;
    n->in = in;
    n->in_count = QUERN_INPUTS;
    pass__set_input(p, n, QUERN_X, x->q);
    pass__set_input(p, n, QUERN_W, w->value);
    pass__set_input(p, n, QUERN_BIAS, bias);
    pass__set_input(p, n, QUERN_SCALE, scales);
    return Q_OK;
}

static q_code lower_product(pass *p, q_node *n, q_err *err)
{
    quern_after a;
    bytes x;
    weights w;
    q_code rc;

    if (pass__is_quern(n, "ConvTranspose") || quern__read_after(n, &a, NULL) ||
        !is_dequantised(p, n->in[QUERN_X], &x) || !read_weights(p, n, &w))
        return Q_OK;
    if (pass__has_in(n, QUERN_BIAS)) {
        const q_tensor *b = pass__constant(p, n->in[QUERN_BIAS]);

        if (!b || b->dtype != Q_F32 || q_shape_count(&b->shape) != w.columns)
            return Q_OK;
    }
    a.in_q = x.by;
    rc = set_product(p, n, &x, &w, err);
    return rc ? rc : quern__write_after(p->g, n, &a, err);
}

/* -- Chains and moves -- */

static q_code lower_chain(pass *p, q_node *n, q_err *err)
{
    chain_params c;
    bool any = false;

    if (chain__read(n, &c, NULL))
        return Q_OK;
    for (size_t i = 0; i < n->in_count; i++) {
        bytes x;

        if (!is_dequantised(p, n->in[i], &x))
            continue;
        pass__set_input(p, n, i, x.q);
        c.operand_q[i] = x.by;
        any = true;
    }
    return any ? chain__write(p->g, n, &c, err) : Q_OK;
}

static size_t moved_inputs(const q_node *n)
{
    if (pass__is_quern(n, "Pool") || pass__is_quern(n, "Repeat") || pass__is_quern(n, "Spread"))
        return 1;
    if (pass__is_any(n, "Transpose Reshape Squeeze Unsqueeze Flatten Slice"))
        return 1;
    return pass__is(n, "Concat") ? n->in_count : 0;
}

/* A DequantizeLinear moves from before n to behind it. */
static q_code lower_move(pass *p, q_node *n, size_t count, q_err *err)
{
    q_value_id in[3], out = n->out[0];
    const q_node *dq;
    q_node *made;
    bytes first, x;
    q_code rc;

    for (size_t i = 0; i < count; i++) {
        if (n->in[i] == Q_NO_VALUE || !is_dequantised(p, n->in[i], &x) ||
            (i && !same_q(first.by, x.by)))
            return Q_OK;
        if (!i)
            first = x;
    }
    dq = pass__maker(p, n->in[0]);
    in[1] = dq->in[1];
    in[2] = pass__has_in(dq, 2) ? dq->in[2] : Q_NO_VALUE;
    for (size_t i = 0; i < count; i++) {
        (void)is_dequantised(p, n->in[i], &x);
        pass__set_input(p, n, i, x.q);
    }
    rc = pass__value(p, Q_U8, &in[0], err);
    if (rc)
        return rc;
    n->out[0] = in[0];
    n->op = NULL;
    p->maker[in[0]] = n;
    p->shapes[in[0]] = p->shapes[out];
    p->shapes[in[0]].dtype = Q_U8;
    return pass__add(p, "", "DequantizeLinear", 13, in, in[2] == Q_NO_VALUE ? 2 : 3, &out, &made,
                     err);
}

/* -- QuantizeLinear -- */

/* The product writes bytes; the image it adds is to be bytes too. */
static q_code quantise_product(pass *p, q_node *n, q_node *product, quern_q by, q_err *err)
{
    quern_after a;
    bytes r;
    q_code rc;

    if (!pass__has_in(product, QUERN_SCALE) || quern__read_after(product, &a, NULL) ||
        a.out != Q_F32)
        return Q_OK;
    if (pass__has_in(product, QUERN_RESIDUAL)) {
        if (!is_dequantised(p, product->in[QUERN_RESIDUAL], &r))
            return Q_OK;
        pass__set_input(p, product, QUERN_RESIDUAL, r.q);
        a.residual_q = r.by;
    }
    a.out = Q_U8;
    a.out_q = by;
    rc = quern__write_after(p->g, product, &a, err);
    if (!rc)
        pass__take_output(p, product, n);
    return rc;
}

static q_code quantise_chain(pass *p, q_node *n, q_node *chain, quern_q by, q_err *err)
{
    chain_params c;
    q_code rc;

    if (chain__read(chain, &c, NULL) || c.out != Q_F32)
        return Q_OK;
    c.out = Q_U8;
    c.out_q = by;
    rc = chain__write(p->g, chain, &c, err);
    if (!rc)
        pass__take_output(p, chain, n);
    return rc;
}

/* n by itself, between floats and bytes, as a chain that only converts. */
static q_code convert(pass *p, q_node *n, q_value_id x, const chain_params *c, q_err *err)
{
    q_value_id out = n->out[0];
    q_str name = n->name;
    q_node *made;
    q_code rc;

    pass__remove(p, n);
    rc = pass__add(p, "quern", "Chain", 1, &x, 1, &out, &made, err);
    if (rc)
        return rc;
    made->name = name;
    return chain__write(p->g, made, c, err);
}

static chain_params copy_chain(void)
{
    chain_params c = chain__nothing();

    c.count = 1;
    c.steps[0] = (chain_step){CHAIN_UNARY, VECTOR_AFFINE, 0, 1, 0};
    return c;
}

/* What is left between floats and bytes when all else is done. */
static q_code convert_rest(pass *p, q_node *n, q_err *err)
{
    chain_params c = copy_chain();
    quern_q by;
    bytes x;

    if (pass__is(n, "QuantizeLinear") && read_q(p, n, true, &by) &&
        pass__dtype(p, n->in[0]) == Q_F32) {
        c.out = Q_U8;
        c.out_q = by;
        return convert(p, n, n->in[0], &c, err);
    }
    if (pass__is(n, "DequantizeLinear") && is_dequantised(p, n->out[0], &x)) {
        c.operand_q[0] = x.by;
        return convert(p, n, x.q, &c, err);
    }
    return Q_OK;
}

static q_code lower_quantise(pass *p, q_node *n, q_err *err)
{
    q_node *under = pass__maker(p, n->in[0]);
    quern_q by;
    bytes x;

    if (!under || !read_q(p, n, true, &by))
        return Q_OK;
    if (is_dequantised(p, n->in[0], &x) && same_q(x.by, by)) {
        (void)pass__bypass(p, n, x.q);
        return Q_OK;
    }
    if (p->uses[n->in[0]] != 1)
        return Q_OK;
    if (is_product(under))
        return quantise_product(p, n, under, by, err);
    if (pass__is_quern(under, "Chain"))
        return quantise_chain(p, n, under, by, err);
    return Q_OK;
}

/* Bytes are moved, not floats: a QuantizeLinear behind a move goes before it. */
static q_code raise_quantise(pass *p, q_node *n, q_err *err)
{
    q_node *move = pass__is(n, "QuantizeLinear") ? pass__maker(p, n->in[0]) : NULL;
    size_t count = move && p->uses[n->in[0]] == 1 ? moved_inputs(move) : 0;
    q_code rc = Q_OK;
    quern_q by;

    if (!count || !read_q(p, n, true, &by) || q_node_int(move, "mean", 0))
        return Q_OK;
    for (size_t i = 0; !rc && i < count; i++) {
        q_value_id in[3] = {move->in[i], n->in[1], pass__has_in(n, 2) ? n->in[2] : Q_NO_VALUE};
        q_value_id out = Q_NO_VALUE;
        q_node *made;

        rc = pass__add(p, "", "QuantizeLinear", 13, in, in[2] == Q_NO_VALUE ? 2 : 3, &out, &made,
                       err);
        if (rc)
            break;
        p->shapes[out] = p->shapes[move->in[i]];
        p->shapes[out].dtype = Q_U8;
        pass__set_input(p, move, i, out);
    }
    if (rc)
        return rc;
    move->op = NULL;
    pass__take_output(p, move, n);
    return Q_OK;
}

q_code pass__int8(pass *p, q_err *err)
{
    size_t count;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < p->g->node_count; i++) /* those that are added too */
        if (p->g->nodes[i]->out_count)
            rc = raise_quantise(p, p->g->nodes[i], err);
    if (!rc)
        rc = pass__refresh(p, err);
    if (!rc)
        rc = pass__probe(p, err);
    count = p->g->node_count;
    for (size_t i = 0; !rc && i < count; i++) {
        q_node *n = p->g->nodes[i];
        size_t moved = moved_inputs(n);

        if (!n->out_count)
            continue;
        if (is_product(n))
            rc = lower_product(p, n, err);
        else if (pass__is_quern(n, "Chain"))
            rc = lower_chain(p, n, err);
        else if (pass__is(n, "QuantizeLinear"))
            rc = lower_quantise(p, n, err);
        else if (moved)
            rc = lower_move(p, n, moved, err);
    }
    if (!rc)
        rc = pass__refresh(p, err);
    if (!rc)
        rc = pass__probe(p, err);
    count = p->g->node_count;
    for (size_t i = 0; !rc && i < count; i++)
        if (p->g->nodes[i]->out_count)
            rc = convert_rest(p, p->g->nodes[i], err);
    return rc;
}
