#include "engine/op_quern.h"

#include <string.h>

static const struct {
    const char *name;
    kernel_act kind;
} acts[] = {
    {"relu", KERNEL_ACT_RELU},
    {"clip", KERNEL_ACT_CLIP},
    {"leaky", KERNEL_ACT_LEAKY},
    {"hard_sigmoid", KERNEL_ACT_HARD_SIGMOID},
    {"hard_swish", KERNEL_ACT_HARD_SWISH},
    {"sigmoid", KERNEL_ACT_SIGMOID},
    {"silu", KERNEL_ACT_SILU},
    {"tanh", KERNEL_ACT_TANH},
    {"gelu", KERNEL_ACT_GELU},
    {"gelu_tanh", KERNEL_ACT_GELU_TANH},
};

const char *quern__act_name(kernel_act kind)
{
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (acts[i].kind == kind)
            return acts[i].name;
    return NULL;
}

static q_code read_pair(const q_node *n, const char *name, double *a, double *b, q_err *err)
{
    const double *v;
    size_t count;
    q_code rc = op__attr_floats(n, name, &v, &count, err);

    if (rc || !count)
        return rc;
    if (count != 2)
        return q_err_set(err, Q_INVALID, "attribute %s has %zu numbers; 2 are right", name, count);
    *a = v[0];
    *b = v[1];
    return Q_OK;
}

q_code quern__read_act(const q_node *n, const char *name, const char *numbers,
                       kernel_activation *out, q_err *err)
{
    q_str kind;
    double a = 0, b = 0;
    q_code rc = op__attr_string(n, name, "", &kind, err);

    if (!rc)
        rc = read_pair(n, numbers, &a, &b, err);
    if (rc)
        return rc;
    *out = (kernel_activation){KERNEL_ACT_NONE, (float)a, (float)b};
    if (!kind.n)
        return Q_OK;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (q_str_is(kind, acts[i].name)) {
            out->kind = acts[i].kind;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "attribute %s is \"%.*s\", which is no activation", name,
                     Q_ARG(kind));
}

q_code quern__write_act(q_graph *g, q_node *n, const char *name, const char *numbers,
                        const kernel_activation *a, q_err *err)
{
    const char *kind = quern__act_name(a->kind);
    double ab[2] = {a->a, a->b};
    q_code rc = Q_OK;

    if (kind) {
        rc = graph__set_string(g, n, name, q_str_of(kind), err);
        if (!rc)
            rc = graph__set_floats(g, n, numbers, ab, 2, err);
    }
    n->op = NULL;
    return rc;
}

q_code quern__read_sizes(const q_node *n, const char *name, size_t count, int64_t low,
                         size_t otherwise, size_t *out, q_err *err)
{
    const int64_t *v;
    size_t got;
    q_code rc = op__attr_ints(n, name, &v, &got, err);

    for (size_t i = 0; i < count; i++)
        out[i] = otherwise;
    if (rc || !got)
        return rc;
    if (got != count)
        return q_err_set(err, Q_INVALID, "attribute %s has %zu numbers; %zu are right", name, got,
                         count);
    for (size_t i = 0; i < count; i++) {
        if (v[i] < low || v[i] > INT32_MAX)
            return q_err_set(err, Q_INVALID, "attribute %s has %lld; %lld or more is right", name,
                             (long long)v[i], (long long)low);
        out[i] = (size_t)v[i];
    }
    return Q_OK;
}

q_code quern__check_image(const q_op_call *c, q_err *err)
{
    static const q_dtype types[] = {Q_F32, Q_BF16, Q_U8, Q_I8, Q_NONE};
    char text[160];
    const q_shape *s;
    q_code rc = op__want(c, 0, err, types);

    if (rc)
        return rc;
    s = &c->in[0]->shape;
    if (s->rank < 3 || s->rank > 4)
        return q_err_set(err, Q_INVALID, "the image is %s; three or four dimensions are right",
                         q_shape_text(s, text));
    for (size_t i = 0; i < s->rank; i++)
        if (s->dims[i] > INT32_MAX)
            return q_err_set(err, Q_LIMIT, "the image is %s; sides under 2^31 are right",
                             q_shape_text(s, text));
    return Q_OK;
}

quern_after quern__nothing_after(void)
{
    return (quern_after){
        .mul = 1, .out = Q_F32, .in_q = {1, 0}, .residual_q = {1, 0}, .out_q = {1, 0}};
}

q_code quern__check_q(const char *name, double scale, double zero, quern_q *out, q_err *err)
{
    bool fits = scale > 0 && scale < 1e30 && zero >= 0 && zero <= 255;

    *out = fits ? (quern_q){(float)scale, (int)zero} : (quern_q){1, 0};
    if (fits && out->scale > 0)
        return Q_OK;
    return q_err_set(
        err, Q_INVALID,
        "attribute %s is %g, %g; a scale above 0 and a zero point of 0 to 255 are right", name,
        scale, zero);
}

static q_code read_q(const q_node *n, const char *name, quern_q *out, q_err *err)
{
    double scale = 1, zero = 0;
    q_code rc = read_pair(n, name, &scale, &zero, err);

    return rc ? rc : quern__check_q(name, scale, zero, out, err);
}

q_code quern__read_after(const q_node *n, quern_after *out, q_err *err)
{
    int64_t type;
    double mul = 1, add = 0;
    q_code rc = quern__read_act(n, "act", "act_ab", &out->first, err);

    if (!rc)
        rc = quern__read_act(n, "last", "last_ab", &out->last, err);
    if (!rc)
        rc = read_pair(n, "affine", &mul, &add, err);
    if (!rc)
        rc = op__attr_int(n, "out_type", Q_F32, &type, err);
    if (!rc)
        rc = read_q(n, "in_q", &out->in_q, err);
    if (!rc)
        rc = read_q(n, "residual_q", &out->residual_q, err);
    if (!rc)
        rc = read_q(n, "out_q", &out->out_q, err);
    if (rc)
        return rc;
    if (type != Q_F32 && type != Q_BF16 && type != Q_U8)
        return q_err_set(err, Q_INVALID,
                         "attribute out_type is %lld; float32, bfloat16 or uint8 is right",
                         (long long)type);
    out->mul = (float)mul;
    out->add = (float)add;
    out->out = (q_dtype)type;
    return Q_OK;
}

static q_code write_q(q_graph *g, q_node *n, const char *name, const quern_q *q, q_err *err)
{
    double v[2] = {q->scale, q->zero};

    return q->scale == 1 && !q->zero ? Q_OK : graph__set_floats(g, n, name, v, 2, err);
}

q_code quern__write_after(q_graph *g, q_node *n, const quern_after *a, q_err *err)
{
    double affine[2] = {a->mul, a->add};
    q_code rc = quern__write_act(g, n, "act", "act_ab", &a->first, err);

    if (!rc)
        rc = quern__write_act(g, n, "last", "last_ab", &a->last, err);
    if (!rc && (a->mul != 1 || a->add != 0))
        rc = graph__set_floats(g, n, "affine", affine, 2, err);
    if (!rc && a->out != Q_F32)
        rc = graph__set_int(g, n, "out_type", a->out, err);
    if (!rc)
        rc = write_q(g, n, "in_q", &a->in_q, err);
    if (!rc)
        rc = write_q(g, n, "residual_q", &a->residual_q, err);
    if (!rc)
        rc = write_q(g, n, "out_q", &a->out_q, err);
    n->op = NULL;
    return rc;
}

void quern__epilogue(const q_op_call *c, const quern_after *a, size_t n, kernel_epilogue *out)
{
    *out = (kernel_epilogue){
        .scale = op__has(c, QUERN_SCALE) ? c->in[QUERN_SCALE]->data : NULL,
        .bias = op__has(c, QUERN_BIAS) ? c->in[QUERN_BIAS]->data : NULL,
        .first = a->first,
        .mul = a->mul,
        .add = a->add,
        .residual = op__has(c, QUERN_RESIDUAL) ? c->in[QUERN_RESIDUAL]->data : NULL,
        .residual_stride = n,
        .residual_scale = a->residual_q.scale,
        .residual_zero = a->residual_q.zero,
        .last = a->last,
        .out = a->out,
        .out_scale = a->out_q.scale,
        .out_zero = a->out_q.zero,
    };
}

static q_code check_columns(const q_op_call *c, size_t i, const char *what, size_t n, q_err *err)
{
    char text[160];

    if (!op__has(c, i))
        return Q_OK;
    if (c->in[i]->dtype != Q_F32 || c->in[i]->shape.rank != 1 || c->in[i]->shape.dims[0] != n)
        return q_err_set(err, Q_INVALID, "%s is %s%s; float32[%zu] is right", what,
                         q_dtype_name(c->in[i]->dtype), q_shape_text(&c->in[i]->shape, text), n);
    return Q_OK;
}

q_code quern__check_after(const q_op_call *c, const quern_after *a, size_t n, const q_shape *out,
                          q_err *err)
{
    char got[160], want[160];
    q_code rc = check_columns(c, QUERN_BIAS, "the bias", n, err);

    if (!rc)
        rc = check_columns(c, QUERN_SCALE, "the scale", n, err);
    if (rc || !op__has(c, QUERN_RESIDUAL))
        return rc;
    const q_tensor *r = c->in[QUERN_RESIDUAL];

    if (r->dtype != a->out || !q_shape_eq(&r->shape, out))
        return q_err_set(err, Q_INVALID, "the residual is %s%s; %s%s is right",
                         q_dtype_name(r->dtype), q_shape_text(&r->shape, got), q_dtype_name(a->out),
                         q_shape_text(out, want));
    return Q_OK;
}
