/* engine/model_parts.h - a model's facts, and saving it: for commands about models. */
#ifndef ENGINE_MODEL_PARTS_H
#define ENGINE_MODEL_PARTS_H

#include "engine/model_file.h"

typedef struct q_model_facts {
    const onnx_model *onnx; /* producer, metadata */
    q_precision precision;
    const model_file *file; /* NULL: from an ONNX file */
    size_t source_bytes;    /* of the file and those beside it */
    size_t memory_bytes;    /* beside the mapped file */
} q_model_facts;
q_model_facts q_model_about(const q_model *m);

const char *q_precision_name(q_precision p); /* "f32", "bf16", ... */

/* Save it as a .q file. `stats` may be NULL. */
Q_MUST_USE q_code q_model_save(const q_model *m, const char *path, model_file_stats *stats,
                               q_err *err);

#endif
