/* engine/onnx_tensor.h - ONNX's tensors, sequences, optionals and types from bytes.
 *
 * TensorProto holds elements as raw bytes, in a field of their kind, or in a
 * file beside the model. All three come out as one dense tensor, whose bytes
 * are borrowed from the message where they are usable as they stand.
 */
#ifndef ENGINE_ONNX_TENSOR_H
#define ENGINE_ONNX_TENSOR_H

#include "engine/onnx_data.h"

/* A TensorProto. `bytes` must live as long as the arena; *name (may be NULL)
 * borrows from it. Elements are in the arena or borrowed; external data is
 * refused. Fails with Q_INVALID, Q_UNSUPPORTED (an element type we have
 * not), Q_LIMIT, Q_NOMEM.
 */
Q_MUST_USE q_code onnx__read_tensor(q_arena *a, q_str bytes, q_tensor *out, q_str *name,
                                    q_err *err);
/* The same with a model's memory and files. */
Q_MUST_USE q_code onnx__read_tensor_of(onnx_data *d, q_str bytes, q_tensor *out, q_str *name,
                                       q_err *err);

#endif
