/* engine/onnx_data.h - where the bytes of a model's tensors come from and go to.
 *
 * Bytes that a file holds in a usable form are borrowed from its mapping; what
 * must be converted or moved gets memory here. Large pieces are blocks of
 * their own, so that weights which the passes have repacked can be given back.
 * All goes with the arena.
 */
#ifndef ENGINE_ONNX_DATA_H
#define ENGINE_ONNX_DATA_H

#include "engine/graph.h"
#include "engine/model.h"

typedef struct onnx_data onnx_data;

typedef struct onnx_data_options {
    const char *folder; /* of files with external data; NULL: there are but `files`; borrowed */
    q_str file;         /* what external data without a location refers to (model_file.h);
                           borrowed for the arena's life; empty refuses it */
    size_t limit;       /* bytes of all blocks */
    const q_model_file *files; /* in memory, looked at first; borrowed for the arena's life */
    size_t files_count;
} onnx_data_options;

Q_MUST_USE q_code onnx_data__new(q_arena *a, const onnx_data_options *options, onnx_data **out,
                                 q_err *err);

/* Zeroed, aligned to Q_TENSOR_ALIGN. Fails with Q_LIMIT, Q_NOMEM. */
Q_MUST_USE q_code onnx_data__alloc(onnx_data *d, size_t bytes, void **out, q_err *err);

/* A piece of a file beside the model, mapped. `location` may not leave the
 * folder; what was opened once stays open. Fails with Q_INVALID (a name that
 * leaves the folder, a piece past the file's end), Q_NOTFOUND, Q_IO.
 */
Q_MUST_USE q_code onnx_data__external(onnx_data *d, q_str location, uint64_t offset, uint64_t bytes,
                                      q_str *out, q_err *err);

/* Give back the blocks in which nothing lies that a node or output of the graph
 * or of its bodies uses, and the memory of mapped files: what is still used of
 * them comes back from the system's cache.
 */
Q_MUST_USE q_code onnx_data__keep(onnx_data *d, q_graph *g, q_err *err);

size_t onnx_data__bytes(const onnx_data *d);  /* in blocks now */
size_t onnx_data__mapped(const onnx_data *d); /* of the files that were opened */

#endif
