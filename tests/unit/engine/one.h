/* tests/unit/engine/one.h - one operator, run by itself on given tensors.
 *
 *     one o = one_of("", "StringConcat", 20);
 *     one_in(&o, one_strings(2, (const char *[]){"a", "b"}));
 *     one_int(&o, "axis", 1);
 *     CHECK_EQ(one_run(&o, 1, &err), Q_OK);      out[0] ... are there
 *     one_clear(&o);
 *
 * All but the outputs lies in the test's arena.
 */
#ifndef ONE_H
#define ONE_H

#include "engine/op.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { ONE_MOST = 24 };

typedef struct one {
    q_node node;
    q_attr attrs[ONE_MOST];
    const q_tensor *in[ONE_MOST];
    q_value_id ids[ONE_MOST];
    q_tensor out[ONE_MOST];
    q_budget budget;
} one;

static inline void *one_copy(const void *from, size_t n, size_t size)
{
    void *p = q_arena_array(q_test_arena(), n + 1, size);

    if (n)
        memcpy(p, from, n * size);
    return p;
}

static inline one one_of(const char *domain, const char *type, unsigned version)
{
    one o = {.node = {.domain = q_str_of(domain), .type = q_str_of(type), .version = version}};

    o.node.op = op__find(o.node.domain, o.node.type, version);
    o.budget.limit = (size_t)1 << 30;
    return o;
}

static inline q_attr *one_attr(one *o, const char *name, q_attr_kind kind, size_t count)
{
    q_attr *a = &o->attrs[o->node.attr_count++];

    *a = (q_attr){.name = q_str_of(name), .kind = kind, .count = count};
    return a;
}

static inline void one_int(one *o, const char *name, int64_t v)
{
    one_attr(o, name, Q_ATTR_INT, 1)->ints = one_copy(&v, 1, sizeof v);
}

static inline void one_float(one *o, const char *name, double v)
{
    one_attr(o, name, Q_ATTR_FLOAT, 1)->floats = one_copy(&v, 1, sizeof v);
}

static inline void one_string(one *o, const char *name, const char *v)
{
    q_str s = q_str_of(v);

    one_attr(o, name, Q_ATTR_STRING, 1)->strings = one_copy(&s, 1, sizeof s);
}

static inline void one_ints(one *o, const char *name, size_t n, const int64_t *v)
{
    one_attr(o, name, Q_ATTR_INTS, n)->ints = one_copy(v, n, sizeof *v);
}

static inline void one_floats(one *o, const char *name, size_t n, const double *v)
{
    one_attr(o, name, Q_ATTR_FLOATS, n)->floats = one_copy(v, n, sizeof *v);
}

static inline const q_str *one_texts(size_t n, const char *const *v)
{
    q_str *s = q_arena_array(q_test_arena(), n + 1, sizeof *s);

    for (size_t i = 0; i < n; i++)
        s[i] = q_str_of(v[i]);
    return s;
}

static inline void one_attr_strings(one *o, const char *name, size_t n, const char *const *v)
{
    one_attr(o, name, Q_ATTR_STRINGS, n)->strings = one_texts(n, v);
}

/* A tensor of `n` elements copied from v, a list unless reshaped. */
static inline q_tensor *one_tensor(q_dtype d, size_t n, const void *v)
{
    q_tensor *t = one_copy(&(q_tensor){.dtype = d, .shape = {1, {n}}}, 1, sizeof *t);

    t->data = one_copy(v, n, q_dtype_bits(d) / 8);
    return t;
}

static inline q_tensor *one_f32(size_t n, const float *v)
{
    return one_tensor(Q_F32, n, v);
}

static inline q_tensor *one_i64(size_t n, const int64_t *v)
{
    return one_tensor(Q_I64, n, v);
}

static inline q_tensor *one_strings(size_t n, const char *const *v)
{
    q_tensor *t = one_copy(&(q_tensor){.dtype = Q_STRING, .shape = {1, {n}}}, 1, sizeof *t);

    t->data = (void *)(uintptr_t)one_texts(n, v);
    return t;
}

static inline q_tensor *one_shape(q_tensor *t, size_t rank, const size_t *dims)
{
    t->shape.rank = rank;
    for (size_t i = 0; i < rank; i++)
        t->shape.dims[i] = dims[i];
    return t;
}

static inline void one_in(one *o, const q_tensor *t) /* NULL: left out */
{
    o->ids[o->node.in_count] = t ? (q_value_id)o->node.in_count : Q_NO_VALUE;
    o->in[o->node.in_count++] = t;
}

/* load, infer, memory, run. */
static inline q_code one_run(one *o, size_t outs, q_err *err)
{
    const q_op *op = o->node.op;
    q_tensor *out[ONE_MOST];
    q_op_call c = {.node = &o->node,
                   .in = o->in,
                   .in_count = o->node.in_count,
                   .out = out,
                   .out_count = outs,
                   .budget = &o->budget};
    void *scratch = NULL;
    q_code rc = Q_OK;

    if (!op)
        return q_err_set(err, Q_UNSUPPORTED, "no such operator");
    o->node.attrs = o->attrs;
    o->node.in = o->ids;
    o->node.out_count = outs;
    for (size_t i = 0; i < outs; i++)
        out[i] = &o->out[i];
    if (op->params_bytes)
        c.params = o->node.params = q_arena_alloc(q_test_arena(), op->params_bytes);
    if (op->load)
        rc = op->load(q_test_arena(), &o->node, o->node.params, err);
    if (!rc && op->infer)
        rc = op->infer(&c, err);
    for (size_t i = 0; !rc && op->infer && i < outs; i++)
        if (o->out[i].dtype != Q_STRING) /* which run makes itself */
            rc = q_tensor_new(o->out[i].dtype, &o->out[i].shape, &o->budget, out[i], err);
    if (!rc && c.scratch_bytes)
        c.scratch = scratch = aligned_alloc(64, (c.scratch_bytes + 63) / 64 * 64);
    if (!rc)
        rc = op->run(&c, err);
    free(scratch);
    return rc;
}

static inline void one_clear(one *o)
{
    for (size_t i = 0; i < ONE_MOST; i++)
        q_tensor_clear(&o->out[i], &o->budget);
    CHECK_EQ(o->budget.used, 0);
}

/* out[i] holds these numbers, within a tolerance. */
#define ONE_NEAR(o, i, n, want, tolerance)                                                         \
    do {                                                                                           \
        const float *one_want = (want);                                                            \
        CHECK_EQ(q_shape_count(&(o)->out[i].shape), (n));                                          \
        for (size_t k_ = 0; k_ < (n); k_++)                                                        \
            CHECK_NEAR(((const float *)(o)->out[i].data)[k_], one_want[k_], tolerance);            \
    } while (0)
#define ONE_I64(o, i, n, want)                                                                     \
    do {                                                                                           \
        const int64_t *one_want = (want);                                                          \
        CHECK_EQ(q_shape_count(&(o)->out[i].shape), (n));                                          \
        for (size_t k_ = 0; k_ < (n); k_++)                                                        \
            CHECK_EQ(((const int64_t *)(o)->out[i].data)[k_], one_want[k_]);                       \
    } while (0)
#define ONE_TEXTS(o, i, n, want)                                                                   \
    do {                                                                                           \
        const char *const *one_want = (want);                                                      \
        CHECK_EQ(q_shape_count(&(o)->out[i].shape), (n));                                          \
        for (size_t k_ = 0; k_ < (n); k_++)                                                        \
            CHECK_STREQ(((const q_str *)(o)->out[i].data)[k_], one_want[k_]);                      \
    } while (0)
/* Literal arrays inside the macros above. */
#define F32(...) ((const float[]){__VA_ARGS__})
#define F64(...) ((const double[]){__VA_ARGS__})
#define I64(...) ((const int64_t[]){__VA_ARGS__})
#define TEXTS(...) ((const char *const[]){__VA_ARGS__})
#define DIMS(...) ((const size_t[]){__VA_ARGS__})

#endif
