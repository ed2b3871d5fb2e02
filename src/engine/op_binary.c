/* Elementwise operators of two and more inputs: arithmetic, comparison, logic. */
#include "engine/binary.h"
#include "engine/broadcast.h"
#include "engine/convert.h"
#include "engine/op_tables.h"

#include <math.h>
#include <string.h>

typedef struct binary_params {
    binary_code code;
    bool mean; /* a sum, to be divided by the number of inputs */
} binary_params;

static const struct {
    const char *type;
    binary_code code;
} names[] = {
    {"Add", BINARY_ADD},
    {"And", BINARY_AND},
    {"BitwiseAnd", BINARY_BIT_AND},
    {"BitwiseOr", BINARY_BIT_OR},
    {"BitwiseXor", BINARY_BIT_XOR},
    {"Div", BINARY_DIV},
    {"Equal", BINARY_EQUAL},
    {"Greater", BINARY_GREATER},
    {"GreaterOrEqual", BINARY_GREATER_EQUAL},
    {"Less", BINARY_LESS},
    {"LessOrEqual", BINARY_LESS_EQUAL},
    {"Max", BINARY_MAX},
    {"Mean", BINARY_ADD},
    {"Min", BINARY_MIN},
    {"Mul", BINARY_MUL},
    {"Or", BINARY_OR},
    {"PRelu", BINARY_PRELU},
    {"Pow", BINARY_POW},
    {"Sub", BINARY_SUB},
    {"Sum", BINARY_ADD},
    {"Xor", BINARY_XOR},
};

static q_code binary_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    binary_params *p = params;

    (void)a;
    (void)err;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is(n->type, names[i].type))
            p->code = names[i].code;
    p->mean = q_str_is(n->type, "Mean");
    return Q_OK;
}

static q_code mod_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    int64_t fmod_like;
    q_code rc = op__attr_int(n, "fmod", 0, &fmod_like, err);

    (void)a;
    ((binary_params *)params)->code = fmod_like ? BINARY_FMOD : BINARY_MOD;
    return rc;
}

static q_code shift_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    q_str direction;
    q_code rc = op__attr_string(n, "direction", "", &direction, err);
    bool left = q_str_is(direction, "LEFT");

    (void)a;
    if (rc)
        return rc;
    if (!left && !q_str_is(direction, "RIGHT"))
        return q_err_set(err, Q_INVALID, "direction is '%.*s'; LEFT or RIGHT is right",
                         Q_ARG(direction));
    ((binary_params *)params)->code = left ? BINARY_SHIFT_LEFT : BINARY_SHIFT_RIGHT;
    return Q_OK;
}

/* -- infer -- */

/* All of one type and broadcasting to one shape. */
static q_code same_types(q_op_call *c, q_shape *shape, q_err *err)
{
    *shape = c->in[0] ? c->in[0]->shape : (q_shape){0};
    for (size_t i = 0; i < c->in_count; i++) {
        q_code rc;

        if (!c->in[i])
            return q_err_set(err, Q_INVALID, "input %zu is left out", i);
        if (c->in[i]->dtype != c->in[0]->dtype)
            return q_err_set(err, Q_INVALID, "inputs 0 and %zu are %s and %s", i,
                             q_dtype_name(c->in[0]->dtype), q_dtype_name(c->in[i]->dtype));
        rc = op__broadcast(shape, &c->in[i]->shape, shape, err);
        if (rc)
            return rc;
    }
    return Q_OK;
}

static q_code no_loop(const q_op_call *c, q_err *err)
{
    return q_err_set(err, Q_UNSUPPORTED, "%.*s of %s", Q_ARG(c->node->type),
                     q_dtype_name(c->in[0]->dtype));
}

static q_code binary_infer(q_op_call *c, q_err *err)
{
    const binary_params *p = c->params;
    q_shape shape;
    q_code rc = same_types(c, &shape, err);

    if (rc)
        return rc;
    q_dtype d = c->in[0]->dtype;
    bool strings = d == Q_STRING && p->code == BINARY_EQUAL;

    if ((!strings && !binary__loop(p->code, d)) || (p->mean && !q_dtype_is_float(d)))
        return no_loop(c, err);
    op__set(c, 0, binary__result(p->code, d), &shape);
    return Q_OK;
}

/* The slope broadcasts to the input, not the other way round. */
static q_code prelu_infer(q_op_call *c, q_err *err)
{
    q_code rc = binary_infer(c, err);
    char text[160];

    if (!rc && !q_shape_eq(&c->out[0]->shape, &c->in[0]->shape))
        return q_err_set(err, Q_INVALID, "a slope of shape %s does not broadcast to the input",
                         q_shape_text(&c->in[1]->shape, text));
    return rc;
}

/* -- run -- */

typedef struct rows {
    binary_loop *loop;
    const char *x, *y;
    char *z;
    size_t x_step, y_step, in_bytes, out_bytes;
} rows;

static void run_row(void *ctx, size_t out, const size_t *at, size_t n)
{
    const rows *r = ctx;

    r->loop(r->x + at[0] * r->in_bytes, r->x_step, r->y + at[1] * r->in_bytes, r->y_step,
            r->z + out * r->out_bytes, n);
}

static void run_pair(q_op_call *c, binary_code code, const q_tensor *x, const q_tensor *y)
{
    const q_tensor *z = c->out[0];
    broadcast b;

    broadcast__plan(&b, &z->shape, (const q_shape *const[]){&x->shape, &y->shape}, 2);
    rows r = {.loop = binary__loop(code, x->dtype),
              .x = x->data,
              .y = y->data,
              .z = z->data,
              .x_step = broadcast__step(&b, 0),
              .y_step = broadcast__step(&b, 1),
              .in_bytes = q_dtype_bits(x->dtype) / 8,
              .out_bytes = q_dtype_bits(z->dtype) / 8};
    broadcast__run(&b, c->team, run_row, &r);
}

static void equal_strings(const void *left, size_t x_step, const void *right, size_t y_step,
                          void *out, size_t n)
{
    const q_str *x = left, *y = right;
    uint8_t *z = out;

    for (size_t i = 0; i < n; i++)
        z[i] = q_str_eq(x[i * x_step], y[i * y_step]);
}

static q_code binary_run(q_op_call *c, q_err *err)
{
    const binary_params *p = c->params;

    (void)err;
    if (c->in[0]->dtype == Q_STRING) {
        broadcast b;

        broadcast__plan(&b, &c->out[0]->shape,
                        (const q_shape *const[]){&c->in[0]->shape, &c->in[1]->shape}, 2);
        rows r = {equal_strings,          c->in[0]->data,         c->in[1]->data, c->out[0]->data,
                  broadcast__step(&b, 0), broadcast__step(&b, 1), sizeof(q_str),  1};
        broadcast__run(&b, c->team, run_row, &r);
    } else {
        run_pair(c, p->code, c->in[0], c->in[1]);
    }
    return Q_OK;
}

/* Sum, Mean, Min, Max: from left to right, whatever the number. */
static q_code variadic_run(q_op_call *c, q_err *err)
{
    const binary_params *p = c->params;
    const q_tensor *x = c->in[0], *z = c->out[0];

    (void)err;
    if (c->in_count == 1 && z->data)
        memcpy(z->data, x->data, q_tensor_bytes(z));
    for (size_t i = 1; i < c->in_count; i++) {
        run_pair(c, p->code, x, c->in[i]);
        x = z;
    }
    if (p->mean) {
        const float count = (float)c->in_count;
        double space = 0; /* room for any type */
        q_tensor n = {z->dtype, {0}, &space};

        convert__range(&count, Q_F32, &space, z->dtype, 0, 1, true);
        run_pair(c, BINARY_DIV, z, &n);
    }
    return Q_OK;
}

/* -- Pow: the exponent may be of another type -- */

static q_code pow_infer(q_op_call *c, q_err *err)
{
    q_shape shape;
    q_code rc;

    for (size_t i = 0; i < 2; i++)
        if (!c->in[i] ||
            !(q_dtype_is_float(c->in[i]->dtype) || q_dtype_is_integer(c->in[i]->dtype)))
            return q_err_set(err, Q_INVALID, "input %zu of Pow is no number", i);
    rc = op__broadcast(&c->in[0]->shape, &c->in[1]->shape, &shape, err);
    if (rc)
        return rc;
    if (c->in[0]->dtype != c->in[1]->dtype) {
        size_t bytes = 0;

        /* The exponents in the base's type, or all in double. */
        rc = q_tensor_measure(Q_F64, &c->in[1]->shape, SIZE_MAX / 16, &bytes, err);
        c->scratch_bytes = bytes;
    }
    op__set(c, 0, c->in[0]->dtype, &shape);
    return rc;
}

typedef struct mixed_rows {
    const q_tensor *x;
    const double *y;
    const q_tensor *z;
    size_t x_step, y_step;
} mixed_rows;

/* Integers to a power that is a float. */
static void mixed_row(void *ctx, size_t out, const size_t *at, size_t n)
{
    const mixed_rows *r = ctx;
    size_t size = q_dtype_bits(r->z->dtype) / 8;

    for (size_t i = 0; i < n; i++) {
        double v = pow(convert__f64_at(r->x, at[0] + i * r->x_step), r->y[at[1] + i * r->y_step]);

        convert__range(&v, Q_F64, (char *)r->z->data + (out + i) * size, r->z->dtype, 0, 1, true);
    }
}

static q_code pow_run(q_op_call *c, q_err *err)
{
    const q_tensor *x = c->in[0], *y = c->in[1], *z = c->out[0];
    size_t n = q_shape_count(&y->shape);

    (void)err;
    if (x->dtype == y->dtype) {
        run_pair(c, BINARY_POW, x, y);
    } else if (q_dtype_is_float(x->dtype) || !q_dtype_is_float(y->dtype)) {
        q_tensor converted = {x->dtype, y->shape, c->scratch};

        convert__range(y->data, y->dtype, c->scratch, x->dtype, 0, n, true);
        run_pair(c, BINARY_POW, x, &converted);
    } else {
        broadcast b;

        convert__range(y->data, y->dtype, c->scratch, Q_F64, 0, n, true);
        broadcast__plan(&b, &z->shape, (const q_shape *const[]){&x->shape, &y->shape}, 2);
        mixed_rows r = {x, c->scratch, z, broadcast__step(&b, 0), broadcast__step(&b, 1)};
        broadcast__run(&b, c->team, mixed_row, &r);
    }
    return Q_OK;
}

/* -- The table -- */

#define PARAMS .params_bytes = sizeof(binary_params)
#define PAIR(name, version)                                                                        \
    {                                                                                              \
        .domain = "", .type = (name), .since = (version), .min_in = 2, .max_in = 2, .max_out = 1,  \
        .flags = Q_OP_IN_PLACE, PARAMS, .load = binary_load, .infer = binary_infer,                \
        .run = binary_run                                                                          \
    }
#define VARIADIC(name, version)                                                                    \
    {                                                                                              \
        .domain = "", .type = (name), .since = (version), .min_in = 1, .max_out = 1, PARAMS,       \
        .load = binary_load, .infer = binary_infer, .run = variadic_run                            \
    }

static const q_op ops[] = {
    PAIR("Add", 7),
    PAIR("And", 7),
    {.domain = "",
     .type = "BitShift",
     .since = 11,
     .min_in = 2,
     .max_in = 2,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     PARAMS,
     .load = shift_load,
     .infer = binary_infer,
     .run = binary_run},
    PAIR("BitwiseAnd", 18),
    PAIR("BitwiseOr", 18),
    PAIR("BitwiseXor", 18),
    PAIR("Div", 7),
    PAIR("Equal", 7),
    PAIR("Greater", 7),
    PAIR("GreaterOrEqual", 12),
    PAIR("Less", 7),
    PAIR("LessOrEqual", 12),
    VARIADIC("Max", 6),
    VARIADIC("Mean", 6),
    VARIADIC("Min", 6),
    {.domain = "",
     .type = "Mod",
     .since = 10,
     .min_in = 2,
     .max_in = 2,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     PARAMS,
     .load = mod_load,
     .infer = binary_infer,
     .run = binary_run},
    PAIR("Mul", 7),
    PAIR("Or", 7),
    {.domain = "",
     .type = "PRelu",
     .since = 7,
     .min_in = 2,
     .max_in = 2,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     PARAMS,
     .load = binary_load,
     .infer = prelu_infer,
     .run = binary_run},
    {.domain = "",
     .type = "Pow",
     .since = 7,
     .min_in = 2,
     .max_in = 2,
     .max_out = 1,
     .infer = pow_infer,
     .run = pow_run},
    PAIR("Sub", 7),
    VARIADIC("Sum", 6),
    PAIR("Xor", 7),
};
const q_op_table op__binary = {ops, sizeof ops / sizeof *ops};
