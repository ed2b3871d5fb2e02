/* x [..., k] times packed weights [k, n], with what follows: quern:MatMul. */
#include "engine/op_quern.h"
#include "engine/op_tables.h"

typedef struct matmul_params {
    size_t n, k;
    bool packed;
    quern_after after;
} matmul_params;

static q_code matmul_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    matmul_params *p = params;
    const int64_t *channels;
    size_t count;
    int64_t packed;
    q_code rc = op__attr_ints(n, "channels", &channels, &count, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "packed", 0, &packed, err);
    if (!rc)
        rc = quern__read_after(n, &p->after, err);
    if (rc)
        return rc;
    if (count != 2 || channels[0] < 1 || channels[1] < 1 || channels[0] > INT32_MAX ||
        channels[1] > INT32_MAX)
        return q_err_set(err, Q_INVALID, "attribute channels is not two sizes");
    p->n = (size_t)channels[0];
    p->k = (size_t)channels[1];
    p->packed = packed != 0;
    return Q_OK;
}

static kernel_matrix matrix(const matmul_params *p, const q_tensor *w)
{
    return (kernel_matrix){.dtype = w->dtype, .n = p->n, .taps = 1, .k = p->k, .data = w->data};
}

static q_code check_weights(const q_op_call *c, const matmul_params *p, q_err *err)
{
    const q_tensor *w = op__has(c, QUERN_W) ? c->in[QUERN_W] : NULL;
    char got[160];
    kernel_matrix m;
    q_shape s;

    if (!w || (w->dtype != Q_F32 && w->dtype != Q_BF16 && w->dtype != Q_I8))
        return q_err_set(err, Q_INVALID, "weights are left out, or no numbers the kernels have");
    m = matrix(p, w);
    s = kernel__packed_shape(&m);
    if (!q_shape_eq(&w->shape, &s) || c->in[QUERN_X]->dtype != (w->dtype == Q_I8 ? Q_U8 : w->dtype))
        return q_err_set(err, Q_INVALID, "packed weights are %s%s for [%zu, %zu] and %s",
                         q_dtype_name(w->dtype), q_shape_text(&w->shape, got), p->k, p->n,
                         q_dtype_name(c->in[QUERN_X]->dtype));
    return Q_OK;
}

static q_code matmul_infer(q_op_call *c, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_BF16, Q_U8, Q_NONE};
    const matmul_params *p = c->params;
    char text[160];
    q_shape out;
    q_code rc = op__want(c, QUERN_X, err, types);

    if (rc)
        return rc;
    out = c->in[QUERN_X]->shape;
    if (!out.rank || out.dims[out.rank - 1] != p->k)
        return q_err_set(err, Q_INVALID, "input 0 is %s; rows of %zu are right",
                         q_shape_text(&out, text), p->k);
    out.dims[out.rank - 1] = p->n;
    if (p->packed)
        rc = check_weights(c, p, err);
    if (!rc)
        rc = quern__check_after(c, &p->after, p->n, &out, err);
    if (!rc)
        op__set(c, 0, p->after.out, &out);
    return rc;
}

static q_code matmul_run(q_op_call *c, q_err *err)
{
    const matmul_params *p = c->params;
    const q_tensor *x = c->in[QUERN_X];
    kernel_matrix m;
    kernel_epilogue e;

    if (!p->packed)
        return q_err_set(err, Q_INVALID, "the weights are not packed");
    m = matrix(p, c->in[QUERN_W]);
    quern__epilogue(c, &p->after, p->n, &e);
    kernel_gemm g = {.m = q_shape_span(&x->shape, 0, x->shape.rank - 1),
                     .a = x->data,
                     .a_stride = p->k,
                     .b = &m,
                     .out = c->out[0]->data,
                     .out_stride = p->n,
                     .epilogue = &e};

    if (g.m)
        kernel__gemm(c->team, &g);
    return Q_OK;
}

static const q_op ops[] = {
    {.domain = "quern",
     .type = "MatMul",
     .since = 1,
     .min_in = 2,
     .max_in = QUERN_INPUTS,
     .max_out = 1,
     .params_bytes = sizeof(matmul_params),
     .load = matmul_load,
     .infer = matmul_infer,
     .run = matmul_run},
};
const q_op_table op__quern_matmul = {ops, sizeof ops / sizeof *ops};
