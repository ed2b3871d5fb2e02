/* engine/model_file.h - `.q` files: an optimised model, ready to be mapped.
 *
 *     0       header, 64 bytes, zeros to 4096
 *     4096    weights, each aligned to Q_TENSOR_ALIGN: mapped, never copied
 *     ...     the graph: an ONNX ModelProto whose constants point back
 *
 * Numbers are little-endian. The header's and the graph's checksums are
 * verified when a file is opened; the weights' on request, since reading them
 * all is what mapping avoids.
 */
#ifndef ENGINE_MODEL_FILE_H
#define ENGINE_MODEL_FILE_H

#include "engine/model.h"
#include "engine/onnx_read.h"

enum { MODEL_FILE_VERSION = 1, MODEL_FILE_HEADER = 64 };

typedef struct model_file {
    q_str bytes;          /* the whole file; what external data without a location means */
    q_str graph, weights; /* within it */
    q_precision precision;
    uint32_t weights_crc; /* CRC-32C */
} model_file;

bool model_file__is(q_str bytes); /* by its first bytes */

/* Borrows `bytes`. Fails with Q_INVALID (cut short, damaged), Q_UNSUPPORTED
 * (a later version).
 */
Q_MUST_USE q_code model_file__parse(q_str bytes, model_file *out, q_err *err);
/* Read all weights and compare their checksum. */
Q_MUST_USE q_code model_file__verify(const model_file *f, q_err *err);

typedef struct model_file_stats {
    size_t file_bytes, weight_bytes;
    size_t halved; /* constants kept as float16 */
} model_file_stats;

/* Write the graph to `path`, which is replaced at once when all is on the disk.
 * With Q_PRECISION_F16 float32 constants are kept as float16, but for those
 * that have no place there. `stats` may be NULL.
 */
Q_MUST_USE q_code model_file__write(const char *path, const q_graph *g, q_precision precision,
                                    const onnx_entry *metadata, size_t metadata_count,
                                    model_file_stats *stats, q_err *err);

#endif
