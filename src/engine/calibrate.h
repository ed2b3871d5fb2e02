/* engine/calibrate.h - a model in eight bits: the ranges from inputs it will meet, the
 * layers that bear it, and what it costs in accuracy.
 *
 * Layers are Conv, MatMul and Gemm with constant weights. The result is a
 * standard graph: each layer's image passes through QuantizeLinear and
 * DequantizeLinear (uint8, one range for the tensor), its weights are int8 with
 * a scale for each output channel; the passes turn that into int8 kernels.
 *
 *     1  run the model in float32 over the samples: a histogram for each layer's input
 *     2  choose the ranges; round the weights; move what rounding shifts on
 *        average into the bias
 *     3  run each layer in eight bits alone, and see what it does to the outputs
 *     4  leave the worst layers in float32 until the outputs' error is under the bound
 *
 * Source of the bias correction: Nagel et al. 2019, arXiv:1906.04721.
 */
#ifndef Q_ENGINE_CALIBRATE_H
#define Q_ENGINE_CALIBRATE_H

#include "base/buf.h"
#include "engine/histogram.h"
#include "engine/model.h"
#include "engine/team.h"

typedef struct q_calibrate_options {
    q_team *team;            /* borrowed; may be NULL */
    histogram_method method; /* HISTOGRAM_ERROR by default */
    double tail;             /* of HISTOGRAM_PERCENTILE; 0: 1e-4 */
    double bound;            /* most relative error of the outputs; 0: 0.05 */
    bool keep_bias;          /* no correction of biases */
    bool symmetric;          /* zero point 128 everywhere */
    size_t probes;           /* samples for steps 3 and 4; 0: 4 */
} q_calibrate_options;

#define Q_CALIBRATE_METHODS "error|minmax|percentile|entropy"
/* The method of that name; false when there is none. */
bool q_calibrate_method(q_str name, q_calibrate_options *o);

/* One layer in eight bits, the others in float32. */
typedef struct q_calibrated_layer {
    q_str name, type;
    double low, high; /* the range of its input */
    double noise;     /* of its own output: norm of the error over norm of the value */
    double cosine;    /* of its own output with the float32 one */
    double effect;    /* on the model's outputs: relative error */
    bool lowered;     /* runs in eight bits */
    size_t work;      /* multiplications in the first sample */
} q_calibrated_layer;

typedef struct q_calibration {
    q_arena *arena; /* of all below; q_calibration_clear */
    q_calibrated_layer *layers;
    size_t count, lowered;
    double full_error; /* of the outputs with all layers in eight bits, relative */
    double error;      /* with those that were lowered */
    q_str model;       /* the quantised ONNX file's bytes */
    size_t sample_count;
} q_calibration;

/* Input arrays of one run, in the model's order. */
typedef struct q_sample {
    const q_tensor *in;
    size_t count;
} q_sample;

/* The model at `path`, an ONNX file. *out is the caller's to clear, failed or not. Fails with what
 * q_model_open and q_runner_run fail with, and Q_INVALID (no samples, no layer).
 */
Q_MUST_USE q_code q_calibrate(const char *path, const q_sample *samples, size_t count,
                              const q_calibrate_options *options, q_calibration *out, q_err *err);
void q_calibration_clear(q_calibration *c);

/* The samples in a folder, by name: NAME.npy is the input of a model that has one;
 * a folder NAME/ has an INPUT.npy for each input. All in `a`; at most `cap` of them.
 */
Q_MUST_USE q_code q_samples_read(const char *folder, const q_model *m, size_t cap, q_arena *a,
                                 q_sample **out, size_t *count, q_err *err);

#endif
