/* What follows a product is done while its sums are in registers (kernel_epilogue): a bias, an
 * activation, a number times and plus, another image added, a second activation.
 */
#include "engine/op_quern.h"
#include "engine/pass_list.h"

#include <string.h>

/* The product that makes `v` for one user alone. */
static q_node *product_of(const pass *p, q_value_id v, quern_after *after)
{
    q_node *n = pass__maker(p, v);

    if (!n || p->uses[v] != 1 ||
        !(pass__is_quern(n, "Conv") || pass__is_quern(n, "Depthwise") ||
          pass__is_quern(n, "ConvTranspose") || pass__is_quern(n, "MatMul")))
        return NULL;
    return quern__read_after(n, after, NULL) ? NULL : n;
}

static bool untouched(const quern_after *a)
{
    return a->first.kind == KERNEL_ACT_NONE && a->mul == 1 && a->add == 0;
}

static bool open_end(const q_node *n, const quern_after *a)
{
    return a->last.kind == KERNEL_ACT_NONE && !pass__has_in(n, QUERN_RESIDUAL);
}

static q_code set_input(pass *p, q_node *n, size_t i, q_value_id v, q_err *err)
{
    if (i >= n->in_count) {
        q_value_id *in = q_arena_array(p->g->arena, i + 1, sizeof *in);

        if (!in)
            return q_err_nomem(err);
        memcpy(in, n->in, n->in_count * sizeof *in);
        for (size_t k = n->in_count; k <= i; k++)
            in[k] = Q_NO_VALUE;
        n->in = in;
        n->in_count = i + 1;
        n->op = NULL;
    }
    pass__set_input(p, n, i, v);
    return Q_OK;
}

static q_code finish(pass *p, q_node *product, const quern_after *a, q_node *n, q_err *err)
{
    q_code rc = quern__write_after(p->g, product, a, err);

    if (!rc)
        pass__take_output(p, product, n);
    return rc;
}

static q_code take_act(pass *p, q_node *n, bool *done, q_err *err)
{
    kernel_activation act;
    quern_after a;
    q_node *product = product_of(p, n->in[0], &a);

    if (!product || quern__read_act(n, "act", "act_ab", &act, NULL))
        return Q_OK;
    if (untouched(&a) && open_end(product, &a))
        a.first = act;
    else if (a.last.kind == KERNEL_ACT_NONE)
        a.last = act;
    else
        return Q_OK;
    *done = true;
    return finish(p, product, &a, n, err);
}

static q_code take_scalar(pass *p, q_node *n, bool *done, q_err *err)
{
    quern_after a;
    q_value_id x;
    q_node *product;
    float s;

    if (!pass__is_any(n, "Mul Div Add Sub") || !pass__scalar_operand(p, n, &x, &s))
        return Q_OK;
    product = product_of(p, x, &a);
    if (!product || !open_end(product, &a) || (pass__is_any(n, "Div Sub") && x != n->in[0]) ||
        (pass__is(n, "Div") && s == 0))
        return Q_OK;
    if (pass__is_any(n, "Mul Div")) {
        a.mul = pass__is(n, "Mul") ? a.mul * s : a.mul / s;
        a.add = pass__is(n, "Mul") ? a.add * s : a.add / s;
    } else {
        a.add += pass__is(n, "Add") ? s : -s;
    }
    *done = true;
    return finish(p, product, &a, n, err);
}

/* A constant that is one number for each of the last dimension's `columns`. */
static bool is_row(const q_tensor *t, size_t columns)
{
    return t && t->dtype == Q_F32 && t->shape.rank && q_shape_count(&t->shape) == columns &&
           t->shape.dims[t->shape.rank - 1] == columns;
}

static q_code take_bias(pass *p, q_node *n, bool *done, q_err *err)
{
    const q_attr *channels;
    const q_tensor *row, *old;
    quern_after a;
    q_value_id bias;
    q_node *product = NULL;
    size_t columns = 0, x = 0;
    float *sum;
    q_code rc;

    for (x = 0; pass__is(n, "Add") && n->in_count == 2 && x < 2; x++) {
        product = product_of(p, n->in[x], &a);
        channels = product ? q_node_attr(product, "channels") : NULL;
        columns = channels && channels->count == 2 ? (size_t)channels->ints[0] : 0;
        if (columns && is_row(pass__constant(p, n->in[1 - x]), columns))
            break;
        product = NULL;
    }
    if (!product || !untouched(&a) || !open_end(product, &a) ||
        !pass__same_shape(p, n->out[0], n->in[x]))
        return Q_OK;
    row = pass__constant(p, n->in[1 - x]);
    old = pass__has_in(product, QUERN_BIAS) ? pass__constant(p, product->in[QUERN_BIAS]) : NULL;
    sum = q_arena_array(p->scratch, columns, sizeof *sum);
    if (!sum)
        return q_err_nomem(err);
    for (size_t c = 0; c < columns; c++)
        sum[c] = ((const float *)row->data)[c] + (old ? ((const float *)old->data)[c] : 0);
    rc = pass__new_floats(p, sum, columns, &bias, err);
    if (!rc)
        rc = set_input(p, product, QUERN_BIAS, bias, err);
    *done = true;
    return rc ? rc : finish(p, product, &a, n, err);
}

static q_code take_residual(pass *p, q_node *n, bool *done, q_err *err)
{
    for (size_t x = 0; pass__is(n, "Add") && n->in_count == 2 && x < 2; x++) {
        quern_after a;
        q_value_id other = n->in[1 - x];
        q_node *product = product_of(p, n->in[x], &a);
        q_code rc;

        if (!product || !open_end(product, &a) || pass__is_quern(product, "ConvTranspose") ||
            other == n->in[x] || pass__dtype(p, other) != Q_F32 ||
            !pass__same_shape(p, other, n->in[x]) || !p->shapes[other].known)
            continue;
        rc = set_input(p, product, QUERN_RESIDUAL, other, err);
        *done = true;
        return rc ? rc : finish(p, product, &a, n, err);
    }
    return Q_OK;
}

static q_code epilogue_node(pass *p, q_node *n, q_err *err)
{
    bool done = false;
    q_code rc;

    if (pass__is_quern(n, "Act"))
        return take_act(p, n, &done, err);
    rc = take_scalar(p, n, &done, err);
    if (!rc && !done)
        rc = take_bias(p, n, &done, err);
    if (!rc && !done)
        rc = take_residual(p, n, &done, err);
    return rc;
}

q_code pass__epilogue(pass *p, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < p->g->node_count; i++)
        if (p->g->nodes[i]->out_count)
            rc = epilogue_node(p, p->g->nodes[i], err);
    return rc;
}
