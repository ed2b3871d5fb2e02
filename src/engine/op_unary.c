/* Elementwise operators of one input: a number to a number of the same type.
 *
 * Float32 takes vector.h's loops where there is one, narrower floats by way of
 * it, and float64 libm.
 */
#include "engine/narrow.h"
#include "engine/op_tables.h"
#include "engine/vector.h"

#include <math.h>
#include <string.h>

#define GRAIN 16384 /* elements of a task */
#define BLOCK 256

typedef struct unary_kind {
    const char *type;
    int vector; /* vector_unary, or -1: by f64 */
    double (*f64)(double x, double a, double b);
    const char *a_name, *b_name; /* attributes; NULL: the value below, always */
    double a, b;                 /* what they are when not given */
    bool integers;               /* defined for them too */
} unary_kind;

typedef struct unary_params {
    const unary_kind *kind;
    double a, b;
} unary_params;

/* -- The functions in double -- */

#define OF(name, value)                                                                            \
    static double name(double x, double a, double b)                                               \
    {                                                                                              \
        (void)a;                                                                                   \
        (void)b;                                                                                   \
        return (value);                                                                            \
    }

static double clip(double x, double low, double high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

static double softplus(double x)
{
    return (x < 0 ? 0 : x) + log1p(exp(-fabs(x)));
}

OF(abs_of, fabs(x))
OF(acos_of, acos(x))
OF(acosh_of, acosh(x))
OF(asin_of, asin(x))
OF(asinh_of, asinh(x))
OF(atan_of, atan(x))
OF(atanh_of, atanh(x))
OF(ceil_of, ceil(x))
OF(celu_of, x < 0 ? a * expm1(x / a) : x)
OF(cos_of, cos(x))
OF(cosh_of, cosh(x))
OF(elu_of, x < 0 ? a * expm1(x) : x)
OF(erf_of, erf(x))
OF(exp_of, exp(x))
OF(floor_of, floor(x))
OF(gelu_of, 0.5 * x * (1 + erf(x / sqrt(2))))
OF(gelu_tanh_of, 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))))
OF(hard_sigmoid_of, clip(a *x + b, 0, 1))
OF(hard_swish_of, x *clip(a *x + b, 0, 1))
OF(leaky_of, x < 0 ? a * x : x)
OF(log_of, log(x))
OF(mish_of, x *tanh(softplus(x)))
OF(neg_of, -x)
OF(reciprocal_of, 1 / x)
OF(relu_of, x < 0 ? 0 : x)
OF(round_of, rint(x))
OF(selu_of, b *(x < 0 ? a * expm1(x) : x))
OF(shrink_of, x<-a ? x + b : x> a ? x - b : 0)
OF(sigmoid_of, 1 / (1 + exp(-x)))
OF(sign_of, x > 0 ? 1 : x < 0 ? -1 : x)
OF(silu_of, x / (1 + exp(-a * x)))
OF(sin_of, sin(x))
OF(sinh_of, sinh(x))
OF(softplus_of, softplus(x))
OF(softsign_of, x / (1 + fabs(x)))
OF(sqrt_of, sqrt(x))
OF(tan_of, tan(x))
OF(tanh_of, tanh(x))
OF(threshold_of, x > a ? x : 0)

static const unary_kind kinds[] = {
    {"Abs", VECTOR_ABS, abs_of, .integers = true},
    {"Acos", -1, acos_of},
    {"Acosh", -1, acosh_of},
    {"Asin", -1, asin_of},
    {"Asinh", -1, asinh_of},
    {"Atan", -1, atan_of},
    {"Atanh", -1, atanh_of},
    {"Ceil", VECTOR_CEIL, ceil_of},
    {"Celu", VECTOR_CELU, celu_of, .a_name = "alpha", .a = 1},
    {"Cos", -1, cos_of},
    {"Cosh", -1, cosh_of},
    {"Elu", VECTOR_ELU, elu_of, .a_name = "alpha", .a = 1},
    {"Erf", VECTOR_ERF, erf_of},
    {"Exp", VECTOR_EXP, exp_of},
    {"Floor", VECTOR_FLOOR, floor_of},
    {"Gelu", VECTOR_GELU, gelu_of},
    {"HardSigmoid", VECTOR_HARD_SIGMOID, hard_sigmoid_of, "alpha", "beta", 0.2, 0.5},
    {"HardSwish", VECTOR_HARD_SWISH, hard_swish_of, .a = 1 / 6.0, .b = 0.5},
    {"LeakyRelu", VECTOR_LEAKY, leaky_of, .a_name = "alpha", .a = 0.01},
    {"Log", VECTOR_LOG, log_of},
    {"Mish", VECTOR_MISH, mish_of},
    {"Neg", VECTOR_NEG, neg_of, .integers = true},
    {"Reciprocal", VECTOR_RECIPROCAL, reciprocal_of},
    {"Relu", VECTOR_RELU, relu_of, .integers = true},
    {"Round", VECTOR_ROUND, round_of},
    {"Selu", VECTOR_SELU, selu_of, "alpha", "gamma", 1.67326319217681884765625,
     1.05070102214813232421875},
    {"Shrink", VECTOR_SHRINK, shrink_of, "lambd", "bias", 0.5, 0, .integers = true},
    {"Sigmoid", VECTOR_SIGMOID, sigmoid_of},
    {"Sign", VECTOR_SIGN, sign_of, .integers = true},
    {"Sin", -1, sin_of},
    {"Sinh", -1, sinh_of},
    {"Softplus", VECTOR_SOFTPLUS, softplus_of},
    {"Softsign", VECTOR_SOFTSIGN, softsign_of},
    {"Sqrt", VECTOR_SQRT, sqrt_of},
    {"Swish", VECTOR_SILU, silu_of, .a_name = "alpha", .a = 1},
    {"Tan", -1, tan_of},
    {"Tanh", VECTOR_TANH, tanh_of},
    {"ThresholdedRelu", VECTOR_THRESHOLD, threshold_of, .a_name = "alpha", .a = 1},
};
static const unary_kind gelu_tanh = {"Gelu", VECTOR_GELU_TANH, gelu_tanh_of};

/* -- load and infer -- */

static q_code unary_load(q_arena *arena, const q_node *n, void *params, q_err *err)
{
    unary_params *p = params;
    const unary_kind *k = NULL;
    q_code rc = Q_OK;

    (void)arena;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (q_str_is(n->type, kinds[i].type))
            k = &kinds[i];
    if (!k)
        return q_err_set(err, Q_INTERNAL, "no function for %.*s", Q_ARG(n->type));
    *p = (unary_params){.kind = k, .a = k->a, .b = k->b};
    if (k->a_name)
        rc = op__attr_float(n, k->a_name, k->a, &p->a, err);
    if (!rc && k->b_name)
        rc = op__attr_float(n, k->b_name, k->b, &p->b, err);
    return rc;
}

static q_code gelu_load(q_arena *arena, const q_node *n, void *params, q_err *err)
{
    q_str how;
    q_code rc = op__attr_string(n, "approximate", "none", &how, err);

    if (!rc)
        rc = unary_load(arena, n, params, err);
    if (rc)
        return rc;
    if (q_str_is(how, "tanh"))
        ((unary_params *)params)->kind = &gelu_tanh;
    else if (!q_str_is(how, "none"))
        return q_err_set(err, Q_INVALID, "approximate is '%.*s'; none or tanh is right",
                         Q_ARG(how));
    return Q_OK;
}

static q_code unary_infer(q_op_call *c, q_err *err)
{
    const unary_params *p = c->params;
    q_code rc = op__infer_same(c, err);

    if (rc)
        return rc;
    q_dtype d = c->in[0]->dtype;
    if (!q_dtype_is_float(d) && !(p->kind->integers && q_dtype_is_integer(d)))
        return q_err_set(err, Q_UNSUPPORTED, "%s of %s", p->kind->type, q_dtype_name(d));
    return Q_OK;
}

/* -- run -- */

typedef struct task {
    const unary_params *p;
    q_dtype dtype;
    const char *in;
    char *out;
} task;

static void f32_loop(const unary_params *p, const float *x, float *y, size_t n)
{
    if (p->kind->vector >= 0) {
        vector__table()->unary[p->kind->vector](x, y, n, (float)p->a, (float)p->b);
        return;
    }
    for (size_t i = 0; i < n; i++)
        y[i] = (float)p->kind->f64((double)x[i], p->a, p->b);
}

static void narrow_loop(const task *t, const char *in, char *out, size_t n)
{
    float block[BLOCK];

    for (size_t i = 0; i < n; i += BLOCK) {
        size_t some = n - i < BLOCK ? n - i : BLOCK;

        narrow__widen(in + 2 * i, t->dtype, some, block);
        f32_loop(t->p, block, block, some);
        narrow__narrow(block, t->dtype, some, out + 2 * i);
    }
}

/* Integers: the four functions that are defined for them, and Shrink. */
#define INTEGER(name, type, zero_below)                                                            \
    static void name(const unary_params *p, const void *in, void *out, size_t n)                   \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            type v = ((const type *)in)[i], y;                                                     \
            bool negative = (zero_below) && v <= 0 && v != 0;                                      \
            switch (p->kind->vector) {                                                             \
            case VECTOR_ABS:                                                                       \
                y = negative ? (type)(0 - (uint64_t)v) : v;                                        \
                break;                                                                             \
            case VECTOR_NEG:                                                                       \
                y = (type)(0 - (uint64_t)v);                                                       \
                break;                                                                             \
            case VECTOR_RELU:                                                                      \
                y = negative ? 0 : v;                                                              \
                break;                                                                             \
            case VECTOR_SIGN:                                                                      \
                y = negative ? (type)-1 : (type)(v != 0);                                          \
                break;                                                                             \
            default:                                                                               \
                y = (type)(int64_t)p->kind->f64((double)v, p->a, p->b);                            \
            }                                                                                      \
            ((type *)out)[i] = y;                                                                  \
        }                                                                                          \
    }
INTEGER(i8_loop, int8_t, true)
INTEGER(i16_loop, int16_t, true)
INTEGER(i32_loop, int32_t, true)
INTEGER(i64_loop, int64_t, true)
INTEGER(u8_loop, uint8_t, false)
INTEGER(u16_loop, uint16_t, false)
INTEGER(u32_loop, uint32_t, false)
INTEGER(u64_loop, uint64_t, false)

static void unary_range(void *ctx, size_t from, size_t to)
{
    const task *t = ctx;
    size_t size = q_dtype_bits(t->dtype) / 8, n = to - from;
    const void *in = t->in + from * size;
    void *out = t->out + from * size;

    switch (t->dtype) {
    case Q_F32:
        f32_loop(t->p, in, out, n);
        break;
    case Q_F64:
        for (size_t i = 0; i < n; i++)
            ((double *)out)[i] = t->p->kind->f64(((const double *)in)[i], t->p->a, t->p->b);
        break;
    case Q_I8:
        i8_loop(t->p, in, out, n);
        break;
    case Q_I16:
        i16_loop(t->p, in, out, n);
        break;
    case Q_I32:
        i32_loop(t->p, in, out, n);
        break;
    case Q_I64:
        i64_loop(t->p, in, out, n);
        break;
    case Q_U8:
        u8_loop(t->p, in, out, n);
        break;
    case Q_U16:
        u16_loop(t->p, in, out, n);
        break;
    case Q_U32:
        u32_loop(t->p, in, out, n);
        break;
    case Q_U64:
        u64_loop(t->p, in, out, n);
        break;
    default:
        narrow_loop(t, in, out, n);
    }
}

static q_code unary_run(q_op_call *c, q_err *err)
{
    const q_tensor *x = c->in[0];
    task t = {c->params, x->dtype, x->data, c->out[0]->data};

    (void)err;
    op__parallel(c->team, q_shape_count(&x->shape), GRAIN, unary_range, &t);
    return Q_OK;
}

/* -- The table -- */

#define UNARY(name, version)                                                                       \
    {                                                                                              \
        .domain = "", .type = (name), .since = (version), .min_in = 1, .max_in = 1, .max_out = 1,  \
        .flags = Q_OP_IN_PLACE, .params_bytes = sizeof(unary_params), .load = unary_load,          \
        .infer = unary_infer, .run = unary_run                                                     \
    }

static const q_op ops[] = {
    UNARY("Abs", 1),
    UNARY("Acos", 7),
    UNARY("Acosh", 9),
    UNARY("Asin", 7),
    UNARY("Asinh", 9),
    UNARY("Atan", 7),
    UNARY("Atanh", 9),
    UNARY("Ceil", 1),
    UNARY("Celu", 12),
    UNARY("Cos", 7),
    UNARY("Cosh", 9),
    UNARY("Elu", 1),
    UNARY("Erf", 9),
    UNARY("Exp", 1),
    UNARY("Floor", 1),
    {.domain = "",
     .type = "Gelu",
     .since = 20,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     .params_bytes = sizeof(unary_params),
     .load = gelu_load,
     .infer = unary_infer,
     .run = unary_run},
    UNARY("HardSigmoid", 1),
    UNARY("HardSwish", 14),
    UNARY("LeakyRelu", 1),
    UNARY("Log", 1),
    UNARY("Mish", 18),
    UNARY("Neg", 1),
    UNARY("Reciprocal", 1),
    UNARY("Relu", 1),
    UNARY("Round", 11),
    UNARY("Selu", 1),
    UNARY("Shrink", 9),
    UNARY("Sigmoid", 1),
    UNARY("Sign", 9),
    UNARY("Sin", 7),
    UNARY("Sinh", 9),
    UNARY("Softplus", 1),
    UNARY("Softsign", 1),
    UNARY("Sqrt", 1),
    UNARY("Swish", 24),
    UNARY("Tan", 7),
    UNARY("Tanh", 1),
    UNARY("ThresholdedRelu", 10),
};
const q_op_table op__unary = {ops, sizeof ops / sizeof *ops};
