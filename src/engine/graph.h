/* engine/graph.h - a model as a graph: values, and nodes that make them.
 *
 * Values are numbered; a node names its inputs and outputs by number. Each
 * value is made once: by a node, as an input of the graph, as a constant, or
 * (in the body of If, Loop, Scan) by a value of the graph around it. Nodes
 * stand in an order in which every input is made before it is used.
 *
 * A graph and all in it live in one arena. It is built and rewritten by one
 * thread (onnx_read.c, then the passes), and read by any number afterwards.
 */
#ifndef Q_ENGINE_GRAPH_H
#define Q_ENGINE_GRAPH_H

#include "engine/tensor.h"

typedef uint32_t q_value_id;
#define Q_NO_VALUE UINT32_MAX /* an optional input or output that is left out */

struct q_op;
typedef struct q_graph q_graph;

typedef enum q_attr_kind {
    Q_ATTR_FLOAT = 1, /* ONNX's numbers (AttributeProto.AttributeType) */
    Q_ATTR_INT = 2,
    Q_ATTR_STRING = 3,
    Q_ATTR_TENSOR = 4,
    Q_ATTR_GRAPH = 5,
    Q_ATTR_FLOATS = 6,
    Q_ATTR_INTS = 7,
    Q_ATTR_STRINGS = 8,
    Q_ATTR_TENSORS = 9,
    Q_ATTR_TYPE = 13 /* a TypeProto's bytes, as a string */
} q_attr_kind;

typedef struct q_attr {
    q_str name;
    q_attr_kind kind;
    size_t count; /* of what the plural kinds hold; 1 for the others */
    union {
        const double *floats; /* float32 in files; of FLOAT too */
        const int64_t *ints;  /* of INT too */
        const q_str *strings; /* of STRING and TYPE too */
        const q_tensor *tensors;
        q_graph *graph;
    };
} q_attr;

typedef struct q_node {
    q_str name;            /* may be empty */
    q_str domain;          /* "" is ai.onnx */
    q_str type;            /* "Conv" */
    unsigned version;      /* the operator set's, of its domain */
    const struct q_op *op; /* bound by graph__bind */
    void *params;          /* what op->load made of the attributes; NULL without load */
    q_value_id *in, *out;
    size_t in_count, out_count;
    q_attr *attrs;
    size_t attr_count;
} q_node;

#define Q_DIM_UNKNOWN SIZE_MAX

typedef struct q_value_info {
    q_str name;
    q_dtype dtype;            /* Q_NONE: not stated, or not yet inferred */
    bool has_shape;           /* whether rank and dims say anything */
    q_shape shape;            /* Q_DIM_UNKNOWN where a dimension is free */
    const q_str *dim_names;   /* [rank], empty where it has none; NULL without names */
    const q_tensor *constant; /* the value itself when it never changes; else NULL */
    q_str type_proto;         /* of sequences, maps and optionals: ONNX's TypeProto; else empty */
    q_value_id outer;         /* the enclosing graph's value that this one is; or Q_NO_VALUE */
} q_value_info;

typedef struct q_opset {
    q_str domain;
    unsigned version;
} q_opset;

struct q_graph {
    q_arena *arena;         /* of the model; shared with the graphs inside */
    struct onnx_data *data; /* of constants, which are given back when nothing uses them
                               (onnx_data.h); NULL: they stay in the arena */
    q_str name;
    q_graph *parent; /* the graph in whose node this one is a body; NULL on top */
    q_value_info *values;
    size_t value_count, value_cap;
    q_node **nodes; /* in an order that can be run */
    size_t node_count, node_cap;
    q_value_id *inputs; /* constants that stand as defaults of inputs are not among them */
    size_t input_count;
    q_value_id *outputs;
    size_t output_count;
    const q_opset *opsets;
    size_t opset_count;
};

Q_MUST_USE q_code graph__new(q_arena *a, q_graph *parent, q_graph **out, q_err *err);

/* Add a value; `name` is borrowed by the graph and may be empty. */
Q_MUST_USE q_code graph__add_value(q_graph *g, q_str name, q_dtype dtype, const q_shape *shape,
                                   q_value_id *id, q_err *err);
/* A value that is `t`, whose data must live as long as the graph. */
Q_MUST_USE q_code graph__add_constant(q_graph *g, q_str name, const q_tensor *t, q_value_id *id,
                                      q_err *err);

/* Zeroed memory for a constant's elements, aligned to Q_TENSOR_ALIGN; NULL when short. */
void *graph__data(q_graph *g, size_t bytes);

/* A node behind the last one; ids are copied, attributes are added after. It
 * is not bound yet.
 */
Q_MUST_USE q_code graph__add_node(q_graph *g, q_str domain, q_str type, q_str name,
                                  const q_value_id *in, size_t in_count, const q_value_id *out,
                                  size_t out_count, q_node **node, q_err *err);
Q_MUST_USE q_code graph__set_int(q_graph *g, q_node *n, const char *name, int64_t v, q_err *err);
Q_MUST_USE q_code graph__set_ints(q_graph *g, q_node *n, const char *name, const int64_t *v,
                                  size_t count, q_err *err);
Q_MUST_USE q_code graph__set_float(q_graph *g, q_node *n, const char *name, double v, q_err *err);
Q_MUST_USE q_code graph__set_floats(q_graph *g, q_node *n, const char *name, const double *v,
                                    size_t count, q_err *err);
Q_MUST_USE q_code graph__set_string(q_graph *g, q_node *n, const char *name, q_str v, q_err *err);

/* Find the operators of all nodes without one and read their attributes.
 * Fails with Q_UNSUPPORTED and all missing operators' names in the sentence.
 */
Q_MUST_USE q_code graph__bind(q_graph *g, q_err *err);

const q_attr *q_node_attr(const q_node *n, const char *name); /* NULL when not given */
/* The attribute, or `otherwise` when it is not given or of another kind
 * (an operator's load checks kinds: op.h).
 */
int64_t q_node_int(const q_node *n, const char *name, int64_t otherwise);
double q_node_float(const q_node *n, const char *name, double otherwise);
q_str q_node_string(const q_node *n, const char *name, const char *otherwise);

/* -- For passes -- */

/* Who uses what, as of the call; in the arena `scratch`. Uses by bodies of If,
 * Loop and Scan count, and being an output of the graph does.
 */
typedef struct graph_uses {
    q_node **maker; /* [value_count]; NULL for inputs and constants */
    size_t *uses;   /* [value_count] */
} graph_uses;
Q_MUST_USE q_code graph__uses(const q_graph *g, q_arena *scratch, graph_uses *out, q_err *err);

/* Every use of `from`, as an input, an output of the graph or in a body,
 * becomes one of `to`. When `from` is an output of the graph, `to` takes over its name.
 */
void graph__replace(q_graph *g, q_value_id from, q_value_id to);
/* Drop nodes whose outputs nobody uses, and repair the order of the rest after
 * nodes were added at the end. Q_INVALID names a value on a cycle.
 */
Q_MUST_USE q_code graph__tidy(q_graph *g, q_err *err);

#endif
