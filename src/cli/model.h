/* cli/model.h - what the commands about models share. */
#ifndef Q_CLI_MODEL_H
#define Q_CLI_MODEL_H

#include "base/buf.h"
#include "cli/command.h"
#include "engine/describe.h"

extern const cli_command cli_model_bench, cli_model_compare, cli_model_run, cli_model_show,
    cli_model_optimize;

/* The precisions that --precision takes, as an option's argument. */
#define CLI_PRECISIONS "f32|bf16|f16|int8"
q_precision cli_precision(const char *word); /* NULL is f32 */

/* The shapes of all inputs, [q_model_input_count], in the arena: what `text` says
 * ("x=1,3,48,320 state=2,1,128"; NULL: nothing), else what the model states.
 * Q_INVALID names an input whose dimensions nothing says. With `free` true
 * these stay Q_DIM_UNKNOWN (engine/graph.h), and inputs without a shape have rank 0.
 */
Q_MUST_USE q_code cli_model_shapes(const q_model *m, const char *text, bool free, q_arena *a,
                                   q_shape **out, q_err *err);

/* The graph as an SVG picture, drawn from its inputs down. */
Q_MUST_USE q_code cli_model_svg(const q_model *m, const q_description *d, q_buf *out, q_err *err);

/* How `quern model optimize` goes to eight bits. */
typedef struct cli_calibration {
    const char *folder;
    const char *method; /* NULL: the default */
    const char *bound;  /* of the outputs' relative error, a decimal; NULL: the default */
} cli_calibration;
/* Calibrate the model at `in`, print the report and write `out`; an exit code. */
int cli_model_calibrate(const char *in, const char *out, const cli_calibration *c);

/* "1.5 MB" into `out`, which is NUL-terminated and cut to fit. */
char *cli_bytes_text(double bytes, char out[32]);
/* "12.3 M" with a unit of thousands, millions, ... */
char *cli_count_text(double count, char out[32]);

#endif
