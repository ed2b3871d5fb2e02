/* engine/onnx_write.h - a graph becomes a ModelProto's bytes.
 *
 * What is written can be read back (onnx_read.h), and by others too as long as
 * only standard operators are in it. Values without a name, or with one that
 * another has, get a name of their own.
 */
#ifndef ENGINE_ONNX_WRITE_H
#define ENGINE_ONNX_WRITE_H

#include "base/buf.h"
#include "engine/onnx_read.h"

/* Where a constant's bytes are instead of in the message. */
typedef struct onnx_place {
    uint64_t offset, length; /* in the file that the model itself is in */
    bool half;               /* float32 kept as float16 */
} onnx_place;

typedef struct onnx_write_options {
    const onnx_entry *metadata;
    size_t metadata_count;
    /* Asked for each constant in turn; false leaves the bytes in the message.
     * NULL leaves all there.
     */
    bool (*place)(void *ctx, const q_tensor *t, onnx_place *out);
    void *ctx;
} onnx_write_options;

/* `options` may be NULL. Fails with Q_NOMEM, Q_LIMIT (out's). */
Q_MUST_USE q_code onnx__write(const q_graph *g, const onnx_write_options *options, q_buf *out,
                              q_err *err);

#endif
