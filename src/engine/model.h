/* engine/model.h - a model that was opened, checked and optimised.
 *
 * Files are ONNX, or what `quern model optimize` wrote (model_file.h); which of
 * the two is told by their first bytes. Weights are mapped read-only where
 * the file's layout allows it. A model never changes once open: any number of
 * runners and threads share it; it is counted.
 */
#ifndef Q_ENGINE_MODEL_H
#define Q_ENGINE_MODEL_H

#include "engine/tensor.h"

typedef struct q_model q_model;
struct q_graph;

typedef enum q_precision {
    Q_PRECISION_F32 = 0,
    Q_PRECISION_BF16, /* weights and activations of what has such kernels; the rest f32 */
    Q_PRECISION_F16,  /* weights stored in half, computed in f32 */
    Q_PRECISION_INT8  /* needs the ranges that calibration found (calibrate.h) */
} q_precision;

/* A file beside a model in memory, by its path below the model's folder. Borrowed
 * for the model's life; on a page boundary it need not be copied.
 */
typedef struct q_model_file {
    q_str name, bytes;
} q_model_file;

typedef struct q_model_options {
    bool plain;                /* no passes: each node as the file has it, for comparison */
    q_precision precision;     /* INT8 only for files that carry their ranges */
    size_t limit_bytes;        /* of the model in memory; 0: eight times the file and 64 MiB */
    const q_model_file *files; /* of external data, for q_model_open_bytes */
    size_t file_count;
    /* Called on an ONNX file's graph before it is bound and optimised, to change it; of the model
     * only its metadata may be asked. May be NULL. */
    q_code (*edit)(const q_model *m, struct q_graph *g, void *ctx, q_err *err);
    void *edit_ctx;
} q_model_options;

/* `options` may be NULL. Fails with Q_NOTFOUND, Q_IO, Q_NOMEM, Q_INVALID (what is wrong,
 * and where), Q_UNSUPPORTED (all operators that are missing, by name), Q_LIMIT.
 * Files of external data are looked for beside `path`.
 */
Q_MUST_USE q_code q_model_open(const char *path, const q_model_options *options, q_model **out,
                               q_err *err);
/* The same from memory, which is borrowed for the model's life. External data
 * is looked for among options->files. */
Q_MUST_USE q_code q_model_open_bytes(q_str bytes, const q_model_options *options, q_model **out,
                                     q_err *err);
q_model *q_model_ref(q_model *m);
void q_model_unref(q_model *m); /* NULL is fine */

/* An input or output. Free dimensions are Q_DIM_UNKNOWN (graph.h), with their
 * names where the file gives them.
 */
typedef struct q_port {
    q_str name;
    q_dtype dtype;
    q_shape shape;
    bool has_shape;         /* false: any rank */
    const q_str *dim_names; /* [rank] or NULL */
} q_port;

size_t q_model_input_count(const q_model *m);
size_t q_model_output_count(const q_model *m);
q_port q_model_input(const q_model *m, size_t i);
q_port q_model_output(const q_model *m, size_t i);

/* The file's metadata (ModelProto.metadata_props), e.g. a recogniser's characters. */
Q_MUST_USE bool q_model_metadata(const q_model *m, q_str key, q_str *value);

const struct q_graph *model__graph(const q_model *m); /* borrowed */

#endif
