/* engine/onnx_value.h - what ONNX has beside the dense tensor: sparse tensors,
 * sequences, maps, optionals, and the types of values.
 */
#ifndef ENGINE_ONNX_VALUE_H
#define ENGINE_ONNX_VALUE_H

#include "engine/onnx_data.h"

/* A SparseTensorProto, as a dense tensor. */
Q_MUST_USE q_code onnx__read_sparse(onnx_data *d, q_str bytes, q_tensor *out, q_str *name,
                                    q_err *err);

/* What a TypeProto says. */
typedef struct onnx_type {
    q_dtype dtype;          /* of a tensor's elements; Q_SEQUENCE, Q_MAP; Q_NONE: not stated */
    bool optional;          /* optional(...) of that */
    bool has_shape;         /* of a tensor */
    q_shape shape;          /* Q_DIM_UNKNOWN where free */
    const q_str *dim_names; /* [rank], in the arena; NULL without names */
    q_str proto;            /* all of it, where it is no plain tensor; else empty */
} onnx_type;
Q_MUST_USE q_code onnx__read_type(q_arena *a, q_str bytes, onnx_type *out, q_err *err);

/* A SequenceProto, an OptionalProto: tensors of which all is in the arena or
 * borrowed, elements included; not to be cleared.
 */
Q_MUST_USE q_code onnx__read_sequence(q_arena *a, q_str bytes, q_tensor *out, q_str *name,
                                      q_err *err);
Q_MUST_USE q_code onnx__read_optional(q_arena *a, q_str bytes, q_tensor *out, q_str *name,
                                      q_err *err);

/* The type of the i-th input or output of a ModelProto, and its name. Q_NOTFOUND
 * past the last.
 */
Q_MUST_USE q_code onnx__port_type(q_arena *a, q_str model, bool output, size_t i, onnx_type *out,
                                  q_str *name, q_err *err);

#endif
