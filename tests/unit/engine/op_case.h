/* op_case.h - one operator, run on tensors written down in a test.
 *
 *     op_case c = op_case_new("", "Concat", 13);
 *     op_case_int(&c, "axis", 1);
 *     op_case_in(&c, OP_F32(OP_SHAPE(2, 1), 1, 2));
 *     op_case_in(&c, OP_F32(OP_SHAPE(2, 2), 3, 4, 5, 6));
 *     op_case_run(&c);
 *     OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 1, 3, 4, 2, 5, 6));
 *
 * op_case_run does what a runner would, and more: shapes are inferred without
 * values first, then with them; the operator runs alone and on a team of threads,
 * and over its input where it says that it may: all must agree to the bit.
 * Everything lives in the test's arena or is freed when the test ends.
 */
#ifndef OP_CASE_H
#define OP_CASE_H

#include "engine/op.h"

#define OP_CASE_MAX 16

typedef struct op_case {
    q_node node;
    q_attr attrs[OP_CASE_MAX];
    const q_tensor *in[OP_CASE_MAX];
    size_t in_count;
    q_tensor out[OP_CASE_MAX]; /* filled by run */
    size_t out_count;          /* 1 unless the test says otherwise before run */
    q_budget budget;
    bool later; /* infer wanted values */
    q_err err;
} op_case;

#define OP_SHAPE(...)                                                                              \
    ((q_shape){.rank = sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t), .dims = {__VA_ARGS__}})
#define OP_SCALAR ((q_shape){0})

/* A tensor of these elements, copied into the test's arena; as many as the shape has. */
q_tensor *op_case_tensor(q_dtype dtype, q_shape shape, const void *elements, size_t count);
#define OP_OF(dtype, type, shape, ...)                                                             \
    op_case_tensor(dtype, shape, (type[]){__VA_ARGS__},                                            \
                   sizeof((type[]){__VA_ARGS__}) / sizeof(type))
#define OP_F32(shape, ...) OP_OF(Q_F32, float, shape, __VA_ARGS__)
#define OP_F64(shape, ...) OP_OF(Q_F64, double, shape, __VA_ARGS__)
#define OP_I32(shape, ...) OP_OF(Q_I32, int32_t, shape, __VA_ARGS__)
#define OP_I64(shape, ...) OP_OF(Q_I64, int64_t, shape, __VA_ARGS__)
#define OP_U8(shape, ...) OP_OF(Q_U8, uint8_t, shape, __VA_ARGS__)
#define OP_I8(shape, ...) OP_OF(Q_I8, int8_t, shape, __VA_ARGS__)
#define OP_BOOL(shape, ...) OP_OF(Q_BOOL, uint8_t, shape, __VA_ARGS__)
#define OP_STRINGS(shape, ...) OP_OF(Q_STRING, q_str, shape, __VA_ARGS__)
q_tensor *op_case_empty(q_dtype dtype, q_shape shape); /* a dimension is 0 */

op_case op_case_new(const char *domain, const char *type, unsigned version);
void op_case_int(op_case *c, const char *name, int64_t v);
void op_case_ints(op_case *c, const char *name, const int64_t *v, size_t count);
#define OP_INTS(c, name, ...)                                                                      \
    op_case_ints(c, name, (int64_t[]){__VA_ARGS__},                                                \
                 sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
void op_case_float(op_case *c, const char *name, double v);
void op_case_floats(op_case *c, const char *name, const double *v, size_t count);
void op_case_string(op_case *c, const char *name, const char *v);
void op_case_strings(op_case *c, const char *name, const q_str *v, size_t count);
void op_case_attr_tensor(op_case *c, const char *name, const q_tensor *t);
void op_case_in(op_case *c, const q_tensor *t); /* NULL: left out */

/* Fails the test unless all goes well. */
void op_case_run(op_case *c);
/* Fails the test unless load, infer or run refuses with this code; the sentence is in c->err. */
void op_case_refuse(op_case *c, q_code code);

/* Output i has this type, shape and elements; floats within `tolerance`, times
 * 1 + |wanted|; NaN matches NaN.
 */
void op_case_want(const char *file, int line, const op_case *c, size_t i, double tolerance,
                  const q_tensor *want);
#define OP_WANT(c, i, tolerance, want) op_case_want(__FILE__, __LINE__, c, i, tolerance, want)

#endif
