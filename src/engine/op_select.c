/* Where, Clip, Not, BitwiseNot, IsNaN, IsInf: choices among and questions to elements. */
#include "engine/binary.h"
#include "engine/broadcast.h"
#include "engine/convert.h"
#include "engine/op_strings.h"
#include "engine/op_tables.h"

#include <math.h>
#include <string.h>

#define GRAIN 16384

/* -- Where -- */

typedef struct where_rows {
    const uint8_t *condition;
    const char *x, *y;
    char *z;
    size_t step[3], size;
} where_rows;

#define WHERE(type)                                                                                \
    for (size_t i = 0; i < n; i++)                                                                 \
        ((type *)z)[i] = c[i * r->step[0]] ? ((const type *)x)[i * r->step[1]]                     \
                                           : ((const type *)y)[i * r->step[2]];                    \
    break

typedef struct pair_of_words {
    uint64_t low, high;
} pair_of_words;

static void where_row(void *ctx, size_t out, const size_t *at, size_t n)
{
    const where_rows *r = ctx;
    const uint8_t *c = r->condition + at[0];
    const void *x = r->x + at[1] * r->size, *y = r->y + at[2] * r->size;
    void *z = r->z + out * r->size;

    switch (r->size) {
    case 1:
        WHERE(uint8_t);
    case 2:
        WHERE(uint16_t);
    case 4:
        WHERE(uint32_t);
    case 8:
        WHERE(uint64_t);
    default:
        WHERE(pair_of_words);
    }
}

static q_code where_infer(q_op_call *c, q_err *err)
{
    static const q_dtype bools[] = {Q_BOOL, Q_NONE};
    q_shape shape;
    q_code rc = op__want(c, 0, err, bools);

    if (rc)
        return rc;
    if (!c->in[1] || !c->in[2] || c->in[1]->dtype != c->in[2]->dtype ||
        q_dtype_bits(c->in[1]->dtype) < 8 || c->in[1]->dtype > Q_I4)
        return q_err_set(err, Q_INVALID, "the two to choose from are not of one type");
    rc = op__broadcast(&c->in[1]->shape, &c->in[2]->shape, &shape, err);
    if (!rc)
        rc = op__broadcast(&shape, &c->in[0]->shape, &shape, err);
    if (!rc)
        op__set(c, 0, c->in[1]->dtype, &shape);
    return rc;
}

static void where_rows_run(q_op_call *c, void *out)
{
    broadcast b;

    broadcast__plan(&b, &c->out[0]->shape,
                    (const q_shape *const[]){&c->in[0]->shape, &c->in[1]->shape, &c->in[2]->shape},
                    3);
    where_rows r = {
        .condition = c->in[0]->data,
        .x = c->in[1]->data,
        .y = c->in[2]->data,
        .z = out,
        .step = {broadcast__step(&b, 0), broadcast__step(&b, 1), broadcast__step(&b, 2)},
        .size = q_dtype_bits(c->in[1]->dtype) / 8};
    broadcast__run(&b, c->team, where_row, &r);
}

static q_code where_run(q_op_call *c, q_err *err)
{
    return op_strings__run(c, where_rows_run, err);
}

/* -- Clip -- */

typedef struct clip_params {
    double min, max; /* attributes, before version 11 */
} clip_params;

static q_code clip_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    clip_params *p = params;
    q_code rc = op__attr_float(n, "min", -INFINITY, &p->min, err);

    (void)a;
    return rc ? rc : op__attr_float(n, "max", INFINITY, &p->max, err);
}

static q_code clip_infer(q_op_call *c, q_err *err)
{
    q_code rc = op__infer_same(c, err);

    if (rc)
        return rc;
    if (!binary__loop(BINARY_MIN, c->in[0]->dtype))
        return q_err_set(err, Q_UNSUPPORTED, "Clip of %s", q_dtype_name(c->in[0]->dtype));
    for (size_t i = 1; i < 3; i++)
        if (op__has(c, i) &&
            (c->in[i]->dtype != c->in[0]->dtype || q_shape_count(&c->in[i]->shape) != 1))
            return q_err_set(err, Q_INVALID, "input %zu is no scalar of the first one's type", i);
    return Q_OK;
}

typedef struct clip_task {
    binary_loop *min, *max;
    const void *low, *high; /* NULL: no bound */
    const char *x;
    char *y;
    size_t size;
} clip_task;

static void clip_range(void *ctx, size_t from, size_t to)
{
    const clip_task *t = ctx;
    const char *x = t->x + from * t->size;
    char *y = t->y + from * t->size;

    if (t->low)
        t->max(x, 1, t->low, 0, y, to - from);
    else if (x != y)
        memcpy(y, x, (to - from) * t->size);
    if (t->high)
        t->min(y, 1, t->high, 0, y, to - from);
}

static q_code clip_run(q_op_call *c, q_err *err)
{
    const clip_params *p = c->params;
    q_dtype d = c->in[0]->dtype;
    double low, high;
    clip_task t = {.min = binary__loop(BINARY_MIN, d),
                   .max = binary__loop(BINARY_MAX, d),
                   .x = c->in[0]->data,
                   .y = c->out[0]->data,
                   .size = q_dtype_bits(d) / 8};

    (void)err;
    if (p) { /* one or the other form: the table below */
        convert__range(&p->min, Q_F64, &low, d, 0, 1, true);
        convert__range(&p->max, Q_F64, &high, d, 0, 1, true);
        t.low = p->min > (double)-INFINITY ? &low : NULL;
        t.high = p->max < (double)INFINITY ? &high : NULL;
    } else {
        t.low = op__has(c, 1) ? c->in[1]->data : NULL;
        t.high = op__has(c, 2) ? c->in[2]->data : NULL;
    }
    op__parallel(c->team, q_shape_count(&c->in[0]->shape), GRAIN, clip_range, &t);
    return Q_OK;
}

/* -- Not, BitwiseNot -- */

static q_code not_infer(q_op_call *c, q_err *err)
{
    q_code rc = op__infer_same(c, err);

    if (!rc && c->in[0]->dtype != Q_BOOL)
        return q_err_set(err, Q_UNSUPPORTED, "Not of %s", q_dtype_name(c->in[0]->dtype));
    return rc;
}

static q_code bitwise_not_infer(q_op_call *c, q_err *err)
{
    q_code rc = op__infer_same(c, err);

    if (!rc && !q_dtype_is_integer(c->in[0]->dtype))
        return q_err_set(err, Q_UNSUPPORTED, "BitwiseNot of %s", q_dtype_name(c->in[0]->dtype));
    return rc;
}

static q_code not_run(q_op_call *c, q_err *err)
{
    const uint8_t *x = c->in[0]->data;
    uint8_t *y = c->out[0]->data;
    bool of_bool = c->in[0]->dtype == Q_BOOL;

    (void)err;
    for (size_t i = 0, n = q_tensor_bytes(c->in[0]); i < n; i++)
        y[i] = of_bool ? !x[i] : (uint8_t)~x[i];
    return Q_OK;
}

/* -- IsNaN, IsInf -- */

typedef struct test_params {
    bool nan;
    int64_t positive, negative;
} test_params;

static q_code test_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    test_params *p = params;
    q_code rc = op__attr_int(n, "detect_positive", 1, &p->positive, err);

    (void)a;
    p->nan = q_str_is(n->type, "IsNaN");
    return rc ? rc : op__attr_int(n, "detect_negative", 1, &p->negative, err);
}

static q_code test_infer(q_op_call *c, q_err *err)
{
    static const q_dtype floats[] = {Q_F32,        Q_F64,    Q_F16,        Q_BF16, Q_F8E4M3FN,
                                     Q_F8E4M3FNUZ, Q_F8E5M2, Q_F8E5M2FNUZ, Q_NONE};
    q_code rc = op__want(c, 0, err, floats);

    if (!rc)
        op__set(c, 0, Q_BOOL, &c->in[0]->shape);
    return rc;
}

static q_code test_run(q_op_call *c, q_err *err)
{
    const test_params *p = c->params;
    uint8_t *y = c->out[0]->data;

    (void)err;
    for (size_t i = 0, n = q_shape_count(&c->in[0]->shape); i < n; i++) {
        double v = convert__f64_at(c->in[0], i);

        y[i] = p->nan ? isnan(v) : isinf(v) && (v > 0 ? p->positive : p->negative) != 0;
    }
    return Q_OK;
}

#define TEST(name, version)                                                                        \
    {                                                                                              \
        .domain = "", .type = (name), .since = (version), .min_in = 1, .max_in = 1, .max_out = 1,  \
        .params_bytes = sizeof(test_params), .load = test_load, .infer = test_infer,               \
        .run = test_run                                                                            \
    }
#define NOT(name, version, infer_by)                                                               \
    {                                                                                              \
        .domain = "", .type = (name), .since = (version), .min_in = 1, .max_in = 1, .max_out = 1,  \
        .flags = Q_OP_IN_PLACE, .infer = (infer_by), .run = not_run                                \
    }

static const q_op ops[] = {
    NOT("BitwiseNot", 18, bitwise_not_infer),
    {.domain = "",
     .type = "Clip",
     .since = 1,
     .until = 10,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     .params_bytes = sizeof(clip_params),
     .load = clip_load,
     .infer = clip_infer,
     .run = clip_run},
    {.domain = "",
     .type = "Clip",
     .since = 11,
     .min_in = 1,
     .max_in = 3,
     .max_out = 1,
     .infer = clip_infer,
     .run = clip_run},
    TEST("IsInf", 10),
    TEST("IsNaN", 9),
    NOT("Not", 1, not_infer),
    {.domain = "",
     .type = "Where",
     .since = 9,
     .min_in = 3,
     .max_in = 3,
     .max_out = 1,
     .infer = where_infer,
     .run = where_run},
};
const q_op_table op__select = {ops, sizeof ops / sizeof *ops};
