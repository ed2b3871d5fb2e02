/* Activations of domain com.microsoft: Gelu, FastGelu, BiasGelu, QuickGelu. */
#include "engine/op_tables.h"
#include "engine/op_widen.h"
#include "engine/vector.h"

#include <string.h>

enum { GRAIN = 1 << 14 };

typedef struct act_params {
    vector_unary f;
    double alpha;
} act_params;

static q_code act_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    act_params *p = params;

    (void)a;
    p->f = q_str_is(n->type, "FastGelu")    ? VECTOR_GELU_TANH
           : q_str_is(n->type, "QuickGelu") ? VECTOR_SILU
                                            : VECTOR_GELU;
    return op__attr_float(n, "alpha", 1.702F, &p->alpha, err);
}

static q_code act_infer(q_op_call *c, q_err *err)
{
    const q_shape *s;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (rc)
        return rc;
    s = &c->in[0]->shape;
    if (op__has(c, 1)) { /* a bias of the last dimension */
        rc = op__want(c, 1, err, (const q_dtype[]){c->in[0]->dtype, Q_NONE});
        if (!rc && (c->in[1]->shape.rank != 1 || !s->rank ||
                    c->in[1]->shape.dims[0] != s->dims[s->rank - 1]))
            rc = q_err_set(err, Q_INVALID, "the bias must be a list as long as a row");
    }
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, s);
    return widen__infer(c, err);
}

static void act_part(void *ctx, size_t from, size_t to)
{
    const q_op_call *c = ctx;
    const act_params *p = c->params;
    const vector_table *v = vector__table();
    const float *x = (const float *)c->in[0]->data + from;
    float *y = (float *)c->out[0]->data + from;
    float alpha = p->f == VECTOR_SILU ? (float)p->alpha : 0;

    if (op__has(c, 1)) {
        size_t row = c->in[1]->shape.dims[0], n = to - from;
        const float *bias = c->in[1]->data;
        for (size_t i = 0; i < n;) {
            size_t at = (from + i) % row, left = row - at < n - i ? row - at : n - i;
            v->binary[VECTOR_ADD](x + i, 1, bias + at, 1, y + i, left);
            i += left;
        }
        x = y;
    }
    v->unary[p->f](x, y, to - from, alpha, 0);
}

static q_code act_f32(q_op_call *c, q_err *err)
{
    (void)err;
    op__parallel(c->team, q_shape_count(&c->out[0]->shape), GRAIN, act_part, c);
    return Q_OK;
}

static q_code act_run(q_op_call *c, q_err *err)
{
    return widen__run(c, act_f32, err);
}

#define ACT(name, most)                                                                            \
    {                                                                                              \
        .domain = "com.microsoft", .type = name, .since = 1, .min_in = 1, .max_in = most,          \
        .max_out = 1, .flags = Q_OP_IN_PLACE, .params_bytes = sizeof(act_params),                  \
        .load = act_load, .infer = act_infer, .run = act_run                                       \
    }

static const q_op ops[] = {
    ACT("Gelu", 1),
    ACT("FastGelu", 2),
    ACT("BiasGelu", 2),
    ACT("QuickGelu", 1),
};
const q_op_table op__contrib_act = {ops, sizeof ops / sizeof *ops};
