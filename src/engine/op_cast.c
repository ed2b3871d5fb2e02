/* Cast, CastLike, BitCast: elements of one type as another, texts among them. */
#include "base/buf.h"
#include "engine/convert.h"
#include "engine/op_tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRAIN 16384 /* even: of 4-bit elements two share a byte */

typedef struct cast_params {
    int64_t to;
    int64_t saturate;
} cast_params;

static q_code cast_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    cast_params *p = params;
    q_code rc = op__attr_int(n, "to", 0, &p->to, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "saturate", 1, &p->saturate, err);
    if (rc)
        return rc;
    if (p->to != Q_STRING && (p->to < 0 || p->to > Q_I4 || !convert__knows((q_dtype)p->to)))
        return q_err_set(err, Q_UNSUPPORTED, "to element type %lld", (long long)p->to);
    return Q_OK;
}

static q_code like_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    cast_params *p = params;

    (void)a;
    p->to = Q_NONE;
    return op__attr_int(n, "saturate", 1, &p->saturate, err);
}

static q_code infer(q_op_call *c, q_dtype to, q_err *err)
{
    q_dtype from = c->in[0] ? c->in[0]->dtype : Q_NONE;

    if ((from != Q_STRING && !convert__knows(from)) || (to != Q_STRING && !convert__knows(to)))
        return q_err_set(err, Q_UNSUPPORTED, "from %s to %s", q_dtype_name(from), q_dtype_name(to));
    op__set(c, 0, to, &c->in[0]->shape);
    return Q_OK;
}

static q_code cast_infer(q_op_call *c, q_err *err)
{
    return infer(c, (q_dtype)((const cast_params *)c->params)->to, err);
}

static q_code like_infer(q_op_call *c, q_err *err)
{
    if (!c->in[1])
        return q_err_set(err, Q_INVALID, "input 1 is left out");
    return infer(c, c->in[1]->dtype, err);
}

/* -- BitCast: the same bits -- */

static q_code bits_infer(q_op_call *c, q_err *err)
{
    q_dtype from = c->in[0] ? c->in[0]->dtype : Q_NONE;
    q_dtype to = (q_dtype)((const cast_params *)c->params)->to;

    if (!convert__knows(from) || to == Q_STRING || q_dtype_bits(from) != q_dtype_bits(to))
        return q_err_set(err, Q_INVALID, "%s and %s are not of one size", q_dtype_name(from),
                         q_dtype_name(to));
    op__set(c, 0, to, &c->in[0]->shape);
    return Q_OK;
}

static q_code bits_run(q_op_call *c, q_err *err)
{
    const q_tensor *y = c->out[0];
    size_t n = q_tensor_bytes(y);

    (void)err;
    if (n && y->data != c->in[0]->data)
        memcpy(y->data, c->in[0]->data, n);
    for (size_t i = 0; y->dtype == Q_BOOL && i < n; i++)
        ((uint8_t *)y->data)[i] = ((uint8_t *)y->data)[i] != 0;
    return Q_OK;
}

/* -- Numbers -- */

typedef struct task {
    const q_tensor *from, *to;
    bool saturate;
} task;

static void cast_range(void *ctx, size_t from, size_t to)
{
    const task *t = ctx;

    convert__range(t->from->data, t->from->dtype, t->to->data, t->to->dtype, from, to - from,
                   t->saturate);
}

/* -- Texts -- */

/* The fewest digits that read back as the same element. */
static void put_float(q_buf *b, const q_tensor *t, size_t i, double v)
{
    size_t size = q_dtype_bits(t->dtype) / 8;
    char text[40];

    for (int digits = 1; digits <= 17; digits++) {
        double again, element = 0; /* room for any type */

        snprintf(text, sizeof text, "%.*g", digits, v);
        again = strtod(text, NULL);
        convert__range(&again, Q_F64, &element, t->dtype, 0, 1, true);
        if (memcmp(&element, (const char *)t->data + i * size, size) == 0)
            break;
    }
    q_buf_puts(b, text);
}

/* Infinities and NaN as ONNX writes them. */
static void put_number(q_buf *b, const q_tensor *t, size_t i)
{
    double v = convert__f64_at(t, i);

    if (t->dtype == Q_U64)
        q_buf_printf(b, "%llu", (unsigned long long)((const uint64_t *)t->data)[i]);
    else if (q_dtype_is_integer(t->dtype) || t->dtype == Q_BOOL || q_dtype_bits(t->dtype) == 4)
        q_buf_i64(b, convert__i64_at(t, i));
    else if (isnan(v))
        q_buf_puts(b, "NaN");
    else if (isinf(v))
        q_buf_puts(b, v < 0 ? "-INF" : "INF");
    else
        put_float(b, t, i, v);
}

static q_code to_strings(q_op_call *c, q_err *err)
{
    const q_tensor *x = c->in[0];
    size_t n = q_shape_count(&x->shape), bytes;
    q_code rc = Q_OK;
    q_str *texts = NULL;
    q_buf all = q_buf_init(NULL, c->budget->limit);

    if (!q_size_mul(&bytes, n + 1, sizeof *texts) || !(texts = malloc(bytes)))
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) { /* lengths first: the bytes may move */
        size_t before = all.n;

        put_number(&all, x, i);
        texts[i].n = all.n - before;
    }
    rc = all.rc ? q_err_set(err, all.rc, "numbers as texts need more than %zu bytes", all.limit)
                : Q_OK;
    for (size_t i = 0, at = 0; !rc && i < n; at += texts[i++].n)
        texts[i].p = all.p + at;
    if (!rc)
        rc = q_tensor_of_strings(texts, &x->shape, c->budget, c->out[0], err);
    q_buf_clear(&all);
    free(texts);
    return rc;
}

/* What strtod takes, and no more: the whole text is a number. */
static bool parse_float(q_str s, double *out)
{
    char text[64], *end;

    s = q_str_trim(s);
    if (s.n == 0 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    *out = strtod(text, &end);
    return *end == '\0';
}

static q_code from_strings(q_op_call *c, q_err *err)
{
    const q_str *texts = c->in[0]->data;
    const q_tensor *y = c->out[0];
    size_t bits = q_dtype_bits(y->dtype);

    if (bits < 8)
        return q_err_set(err, Q_UNSUPPORTED, "from string to %s", q_dtype_name(y->dtype));
    for (size_t i = 0; i < q_shape_count(&y->shape); i++) {
        char *to = (char *)y->data + i * bits / 8;
        uint64_t u;
        int64_t whole;
        double v = 0;

        if (q_str_i64(q_str_trim(texts[i]), &whole))
            convert__range(&whole, Q_I64, to, y->dtype, 0, 1, true);
        else if (q_str_u64(q_str_trim(texts[i]), &u))
            convert__range(&u, Q_U64, to, y->dtype, 0, 1, true);
        else if (parse_float(texts[i], &v))
            convert__range(&v, Q_F64, to, y->dtype, 0, 1, true);
        else
            return q_err_set(err, Q_INVALID, "'%.*s' is no number", Q_ARG(texts[i]));
    }
    return Q_OK;
}

static q_code cast_run(q_op_call *c, q_err *err)
{
    const cast_params *p = c->params;
    const q_tensor *x = c->in[0];
    q_tensor *y = c->out[0];
    task t = {x, y, p->saturate != 0};

    if (x->dtype == Q_STRING && y->dtype == Q_STRING)
        return q_tensor_copy(x, c->budget, y, err);
    if (y->dtype == Q_STRING)
        return to_strings(c, err);
    if (x->dtype == Q_STRING)
        return from_strings(c, err);
    if (x->dtype == y->dtype && y->data && y->data != x->data)
        memcpy(y->data, x->data, q_tensor_bytes(x));
    if (x->dtype != y->dtype)
        op__parallel(c->team, q_shape_count(&x->shape), GRAIN, cast_range, &t);
    return Q_OK;
}

static const q_op ops[] = {
    {.domain = "",
     .type = "BitCast",
     .since = 26,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     .params_bytes = sizeof(cast_params),
     .load = cast_load,
     .infer = bits_infer,
     .run = bits_run},
    {.domain = "",
     .type = "Cast",
     .since = 6,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .flags = Q_OP_IN_PLACE,
     .params_bytes = sizeof(cast_params),
     .load = cast_load,
     .infer = cast_infer,
     .run = cast_run},
    {.domain = "",
     .type = "CastLike",
     .since = 15,
     .min_in = 2,
     .max_in = 2,
     .max_out = 1,
     .params_bytes = sizeof(cast_params),
     .load = like_load,
     .infer = like_infer,
     .run = cast_run},
};
const q_op_table op__cast = {ops, sizeof ops / sizeof *ops};
