/* engine/onnx_scope.h - what the files that read a model share: names in force.
 *
 * A scope is a graph's names, or those of a function while it is inlined into
 * a graph. A body sees the names around it; a function sees its own alone.
 */
#ifndef ENGINE_ONNX_SCOPE_H
#define ENGINE_ONNX_SCOPE_H

#include "engine/names.h"
#include "engine/onnx_read.h"

enum { ONNX_MAX_DEPTH = 32 }; /* of bodies and of functions that call functions */

typedef struct onnx_list {
    q_str *items;
    size_t count, cap;
} onnx_list;

typedef struct onnx_function {
    q_str name, domain, overload;
    onnx_list inputs, outputs, attributes, nodes, infos; /* attributes: the defaults' bytes */
    const q_opset *opsets;
    size_t opset_count;
    uint32_t next; /* another of this name, in another domain; UINT32_MAX: none */
} onnx_function;

/* The whole reading of one model. */
typedef struct onnx_reader {
    q_arena *arena;
    onnx_data *data;
    uint64_t key[2]; /* of tables of names */
    const q_opset *opsets;
    size_t opset_count;
    onnx_function *functions;
    size_t function_count, function_cap;
    names function_names; /* to the first of that name */
} onnx_reader;

typedef struct onnx_scope {
    onnx_reader *reader;
    q_graph *graph;
    struct onnx_scope *around; /* where names are looked for next; NULL: nowhere */
    names names;               /* to value ids; Q_NO_VALUE: an input that a call left out */
    names results;             /* of a function: its outputs, to the call's */
    const q_node *call;        /* of a function: whose attributes it may refer to; else NULL */
    q_str prefix;              /* of a function: in front of its names */
    const q_opset *opsets;
    size_t opset_count;
    size_t depth;
} onnx_scope;

/* A NodeProto, parted. */
typedef struct onnx_node {
    q_str name, type, domain, overload;
    onnx_list in, out, attrs; /* attrs: AttributeProtos */
    unsigned version;         /* 0: what the model imports */
} onnx_node;

/* -- onnx_scope.c -- */

Q_MUST_USE q_code onnx__append(q_arena *a, onnx_list *list, q_str item, q_err *err);
/* A name for what the scope makes: with the prefix of a function. */
Q_MUST_USE q_code onnx__full_name(const onnx_scope *s, q_str name, q_str *out, q_err *err);
/* Make a value of this name, which must be new in the scope. `maker` says in
 * a message who makes it: "node conv1 (Conv)".
 */
Q_MUST_USE q_code onnx__declare(onnx_scope *s, q_str name, const char *maker, q_value_id *id,
                                q_err *err);
/* The value of a name; Q_NOTFOUND without a message. */
Q_MUST_USE q_code onnx__lookup(onnx_scope *s, q_str name, q_value_id *id, q_err *err);
/* A ValueInfoProto: its type becomes that of the scope's value, where it says
 * more. Names that nothing has are passed over.
 */
Q_MUST_USE q_code onnx__describe(onnx_scope *s, q_str info, q_err *err);
q_str onnx__domain(q_str domain); /* "ai.onnx" is "" */

/* -- onnx_graph.c -- */

Q_MUST_USE q_code onnx__read_graph(onnx_scope *s, q_str bytes, q_err *err);

/* -- onnx_node.c -- */

/* NodeProtos, and ValueInfoProtos about what they make. */
Q_MUST_USE q_code onnx__read_nodes(onnx_scope *s, const onnx_list *nodes, const onnx_list *infos,
                                   q_err *err);

/* -- onnx_attr.c -- */

/* The AttributeProtos of a node; those that refer to an attribute that the call
 * does not give are left out.
 */
Q_MUST_USE q_code onnx__read_attrs(onnx_scope *s, const onnx_list *protos, q_node *n, q_err *err);

/* -- onnx_function.c -- */

Q_MUST_USE q_code onnx__read_function(onnx_reader *r, q_str bytes, q_err *err);
const onnx_function *onnx__find_function(const onnx_reader *r, const onnx_node *n);
/* The function's nodes in place of the call. */
Q_MUST_USE q_code onnx__inline(onnx_scope *s, const onnx_function *f, const onnx_node *n,
                               const q_value_id *in, const q_value_id *out, q_err *err);
/* An OperatorSetIdProto. */
Q_MUST_USE q_code onnx__read_opset(q_str bytes, q_opset *out, q_err *err);
Q_MUST_USE q_code onnx__read_opsets(q_arena *a, const onnx_list *protos, const q_opset **out,
                                    q_err *err);

#endif
