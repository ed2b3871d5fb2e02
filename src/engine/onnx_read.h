/* engine/onnx_read.h - a ModelProto's bytes become a graph.
 *
 * Names become numbers, Constant nodes constants, calls of the model's own
 * functions the nodes they stand for; what a body of If, Loop or Scan takes
 * from around it becomes a value with an `outer`. Nodes keep the file's order.
 * Operators are not looked up here.
 */
#ifndef ENGINE_ONNX_READ_H
#define ENGINE_ONNX_READ_H

#include "engine/onnx_data.h"

typedef struct onnx_entry {
    q_str key, value;
} onnx_entry;

typedef struct onnx_model {
    q_graph *graph;
    int64_t ir_version;
    q_str producer, producer_version, doc;
    const onnx_entry *metadata;
    size_t metadata_count;
} onnx_model;

/* All is in the arena or borrowed from `bytes`, which must live as long.
 * Fails with Q_INVALID (malformed; a value made twice or by nothing; a wrong
 * type or size; each by name), Q_UNSUPPORTED, Q_LIMIT, Q_NOMEM, Q_NOTFOUND (a
 * file with external data).
 */
Q_MUST_USE q_code onnx__read(q_str bytes, q_arena *a, onnx_data *data, onnx_model *out, q_err *err);

#endif
