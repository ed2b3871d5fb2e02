/* cli/model_data.h - what goes into a model and comes out of it, on the command line. */
#ifndef Q_CLI_MODEL_DATA_H
#define Q_CLI_MODEL_DATA_H

#include "engine/model.h"

typedef struct cli_input_options {
    const char *files;  /* "x=a.npy mask=b.pb", or a file alone for a model's only input; or NULL */
    const char *shapes; /* "x=1,3,48,320 ..." of what is drawn; NULL: what the model states */
    const char *seed;   /* of what is drawn; NULL is "0" */
} cli_input_options;

typedef struct cli_inputs {
    q_tensor *tensors; /* in the model's order; each owns its data */
    size_t count;
} cli_inputs;

/* Inputs without a file are drawn: floats uniform in [-1, 1), integers and bools 0
 * or 1. The array is in the arena; cli_inputs_clear frees the data.
 */
Q_MUST_USE q_code cli_inputs_make(const q_model *m, const cli_input_options *o, q_arena *a,
                                  cli_inputs *out, q_err *err);
void cli_inputs_clear(cli_inputs *in);

/* Read one tensor: .npy, or a TensorProto (.pb). *out owns its data. */
Q_MUST_USE q_code cli_tensor_read(const char *path, q_tensor *out, q_err *err);
/* Write DIR/NAME.npy; slashes in the name become underscores. */
Q_MUST_USE q_code cli_tensor_write(const char *folder, q_str name, const q_tensor *t, q_err *err);

/* "a number of at most `most`": *out unchanged without text. */
Q_MUST_USE q_code cli_number(const char *option, const char *text, uint64_t least, uint64_t most,
                             uint64_t *out, q_err *err);

#endif
