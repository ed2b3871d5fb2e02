/* Matrix products with constant weights become quern:MatMul: MatMul, and Gemm where it is one. */
#include "engine/pass_list.h"

/* The shape of weights that never change: float32, or int8 behind DequantizeLinear. */
static const q_shape *weights_shape(const pass *p, q_value_id v)
{
    const q_tensor *t = pass__constant(p, v);
    const q_node *n = pass__maker(p, v);

    if (t)
        return t->dtype == Q_F32 ? &t->shape : NULL;
    t = pass__is(n, "DequantizeLinear") ? pass__constant(p, n->in[0]) : NULL;
    return t && t->dtype == Q_I8 && pass__constant(p, n->in[1]) ? &t->shape : NULL;
}

/* Gemm's C as a bias [n]; *bias is Q_NO_VALUE without one. */
static bool gemm_bias(const pass *p, const q_node *n, size_t columns, q_value_id *bias)
{
    const q_tensor *t;

    *bias = Q_NO_VALUE;
    if (!pass__has_in(n, 2))
        return true;
    t = pass__constant(p, n->in[2]);
    *bias = n->in[2];
    return t && t->dtype == Q_F32 && t->shape.rank == 1 && t->shape.dims[0] == columns;
}

static bool is_plain_gemm(const q_node *n)
{
    return pass__is(n, "Gemm") && !q_node_int(n, "transA", 0) && q_node_float(n, "alpha", 1) == 1 &&
           q_node_float(n, "beta", 1) == 1;
}

static q_code product_node(pass *p, q_node *n, q_err *err)
{
    bool gemm = is_plain_gemm(n), turned;
    const q_shape *w = gemm || pass__is(n, "MatMul") ? weights_shape(p, n->in[1]) : NULL;
    q_value_id in[3], bias = Q_NO_VALUE, out = n->out[0];
    q_str name = n->name;
    int64_t channels[2];
    q_node *made;
    bool known;
    q_code rc;

    if (!w || w->rank != 2 || !w->dims[0] || !w->dims[1] || pass__dtype(p, n->in[0]) != Q_F32)
        return Q_OK;
    turned = gemm && q_node_int(n, "transB", 0);
    channels[0] = (int64_t)w->dims[turned ? 0 : 1];
    channels[1] = (int64_t)w->dims[turned ? 1 : 0];
    if (gemm && !gemm_bias(p, n, (size_t)channels[0], &bias))
        return Q_OK;
    if (!pass__rank(p, n->in[0], &known) || !known || pass__constant(p, n->in[0]))
        return Q_OK;
    in[0] = n->in[0];
    in[1] = n->in[1];
    in[2] = bias;
    pass__remove(p, n);
    rc = pass__add(p, "quern", "MatMul", 1, in, bias == Q_NO_VALUE ? 2 : 3, &out, &made, err);
    if (rc)
        return rc;
    made->name = name;
    rc = graph__set_ints(p->g, made, "channels", channels, 2, err);
    if (!rc && turned)
        rc = graph__set_int(p->g, made, "turned", 1, err);
    return rc;
}

q_code pass__products(pass *p, q_err *err)
{
    size_t count = p->g->node_count;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < count; i++)
        if (p->g->nodes[i]->out_count)
            rc = product_node(p, p->g->nodes[i], err);
    return rc;
}
