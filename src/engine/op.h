/* engine/op.h - an operator: what it reads, what it makes, how it computes.
 *
 * Operators are in tables, a table a family (op_*.c). Shapes are settled first
 * (infer), for all nodes and before the run where they do not depend on
 * values; so the memory of a run is laid out once (plan.h), and run only
 * computes.
 *
 *     load    the node's attributes -> params; once, when the model is opened
 *     infer   input types and shapes, known values -> output types and shapes
 *     run     inputs -> outputs, whose memory is there
 *
 * Only numbers can be laid out before the run. An output that infer made a
 * Q_STRING, Q_SEQUENCE, Q_MAP or Q_NONE comes to run without memory (data
 * NULL), and run makes it: q_tensor_of_strings, q_tensor_new or q_tensor_copy
 * with c->budget.
 */
#ifndef Q_ENGINE_OP_H
#define Q_ENGINE_OP_H

#include "engine/graph.h"
#include "engine/team.h"

struct runner; /* runner.c: where bodies of If, Loop and Scan run */

/* One node at work. */
typedef struct q_op_call {
    const q_node *node;
    const void *params;        /* what load made */
    const q_tensor *const *in; /* [in_count]; NULL where an input is left out. While
                                  shapes are inferred, data is NULL where the values
                                  are not known (or there are no elements) */
    size_t in_count;
    q_tensor *const *out; /* [out_count], none NULL: outputs left out get a tensor too */
    size_t out_count;

    /* Set by infer. */
    bool later;           /* shapes depend on values that are not known: ask again
                             while running, when all are */
    size_t scratch_bytes; /* memory that run wants beside its outputs */

    /* For run. */
    void *scratch; /* scratch_bytes, aligned to Q_TENSOR_ALIGN, not zeroed */
    q_team *team;
    q_budget *budget;
    struct runner *runner;
} q_op_call;

typedef enum q_op_flags {
    Q_OP_ALIAS = 1,     /* output 0 is input 0 in another shape (Reshape): the runner shares or
                           copies the bytes, there is no run */
    Q_OP_IN_PLACE = 2,  /* run may write output 0 over any input of its size and shape */
    Q_OP_ALLOCATES = 4, /* no infer: run makes the outputs itself with q_tensor_new and
                           c->budget (sequences, bodies) */
    Q_OP_RANDOM = 8,    /* not to be folded into a constant */
    Q_OP_BY_SHAPE = 16  /* run reads the inputs' shapes and not their values (Shape) */
} q_op_flags;

typedef struct q_op {
    const char *domain; /* "" is ai.onnx */
    const char *type;
    unsigned since, until;            /* operator set versions, inclusive; until 0: no end */
    unsigned min_in, max_in, max_out; /* max_in 0: any number */
    unsigned flags;
    size_t params_bytes;
    q_code (*load)(q_arena *a, const q_node *n, void *params, q_err *err); /* may be NULL */
    q_code (*infer)(q_op_call *c, q_err *err);
    q_code (*run)(q_op_call *c, q_err *err);
} q_op;

typedef struct q_op_table {
    const q_op *ops;
    size_t count;
} q_op_table;

/* NULL when there is none for this version. */
const q_op *op__find(q_str domain, q_str type, unsigned version);
/* All tables, for listings. */
extern const q_op_table *const op__tables[];
extern const size_t op__table_count;

/* -- For infer -- */

/* out[i] gets this type and shape. */
void op__set(q_op_call *c, size_t i, q_dtype dtype, const q_shape *shape);
/* out[0] as in[0]: the infer of elementwise operators of one input. */
q_code op__infer_same(q_op_call *c, q_err *err);
/* Whether in[i] is there. */
bool op__has(const q_op_call *c, size_t i);
/* The values of in[i], an int32 or int64 tensor of at most `cap` elements, as
 * int64. When they are not known yet sets c->later, *count to 0 and returns
 * Q_OK; the caller returns then. An input that is left out gives *count 0.
 */
Q_MUST_USE q_code op__ints(q_op_call *c, size_t i, int64_t *out, size_t cap, size_t *count,
                           q_err *err);
/* NumPy's broadcast of two shapes; Q_INVALID names both. */
Q_MUST_USE q_code op__broadcast(const q_shape *a, const q_shape *b, q_shape *out, q_err *err);
/* An axis in [-rank, rank) to [0, rank); Q_INVALID names both. */
Q_MUST_USE q_code op__axis(int64_t axis, size_t rank, size_t *out, q_err *err);
/* "Conv (node /head/conv1): " in front of the message. */
q_code op__err(q_err *err, q_code code, const q_node *n);
/* in[i] is there and has one of the types (terminated by Q_NONE); Q_INVALID. */
Q_MUST_USE q_code op__want(const q_op_call *c, size_t i, q_err *err, const q_dtype *types);

/* -- For load -- */

/* As q_node_int and so on, but an attribute of another kind is Q_INVALID. */
Q_MUST_USE q_code op__attr_int(const q_node *n, const char *name, int64_t otherwise, int64_t *out,
                               q_err *err);
Q_MUST_USE q_code op__attr_float(const q_node *n, const char *name, double otherwise, double *out,
                                 q_err *err);
/* *out is borrowed from the node; *count 0 when it is not given. */
Q_MUST_USE q_code op__attr_ints(const q_node *n, const char *name, const int64_t **out,
                                size_t *count, q_err *err);
Q_MUST_USE q_code op__attr_floats(const q_node *n, const char *name, const double **out,
                                  size_t *count, q_err *err);
Q_MUST_USE q_code op__attr_string(const q_node *n, const char *name, const char *otherwise,
                                  q_str *out, q_err *err);

/* -- For run -- */

/* Cut `count` elements of work into pieces of `grain` and run them on the
 * team: fn(ctx, from, to). The pieces depend on count and grain alone.
 */
void op__parallel(q_team *team, size_t count, size_t grain,
                  void (*fn)(void *ctx, size_t from, size_t to), void *ctx);

/* Run the body `g` (an attribute of c->node) with these inputs, in its order
 * of inputs; values of the graphs around it are found by themselves. Outputs
 * own their data (q_tensor_clear with c->budget).
 */
Q_MUST_USE q_code op__body(q_op_call *c, const q_graph *g, const q_tensor *const *in,
                           size_t in_count, q_tensor *out, size_t out_count, q_err *err);

#endif
