/* engine/quantize.h - a graph with eight-bit layers, as ONNX writes them.
 *
 *     x -> QuantizeLinear -> DequantizeLinear -> Conv -> y
 *          int8 weights ->  DequantizeLinear ---'
 *
 * The image is uint8 with one scale and zero point, the weights int8 with a scale
 * for each output channel and zero point 0; the bias stays float32. Layers that
 * read the same value share its pair.
 */
#ifndef Q_ENGINE_QUANTIZE_H
#define Q_ENGINE_QUANTIZE_H

#include "engine/graph.h"

/* A product with constant float32 weights: Conv, MatMul, Gemm. */
typedef struct quantize_layer {
    size_t node; /* in the graph's list */
    q_value_id input, weights, output;
    size_t axis; /* of the weights: the output channels */
    size_t channels;
    size_t channel_axis; /* of the output */
} quantize_layer;

/* The layers in the graph's order, in `a`. */
Q_MUST_USE q_code quantize__layers(const q_graph *g, q_arena *a, quantize_layer **out,
                                   size_t *count, q_err *err);

typedef struct quantize_choice {
    bool on;
    double low, high;   /* of the input, 0 between them */
    const float *shift; /* [channels] added to the bias, or NULL; of Conv alone */
} quantize_choice;

/* Rewrite the layers that are on. With `beside` they stay as they are and get a
 * twin in eight bits, whose outputs, in their order, become outputs of the graph.
 * The graph must be read anew before it can run.
 */
Q_MUST_USE q_code quantize__insert(q_graph *g, const quantize_layer *layers,
                                   const quantize_choice *choices, size_t count, bool beside,
                                   q_err *err);

/* Batch normalisation with constant statistics into the convolution before it. */
Q_MUST_USE q_code quantize__fold_norms(q_graph *g, q_err *err);

/* Scale and zero point of uint8 for a range with 0 in it. */
void quantize__scale(double low, double high, float *scale, uint8_t *zero);
/* Round one channel: `count` weights, `step` apart. The scale is the one with the least square
 * error among those that clip up to a fifth.
 */
float quantize__round(const float *w, size_t count, size_t step, int8_t *out);

#endif
