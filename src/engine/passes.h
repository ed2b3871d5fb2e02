/* engine/passes.h - rewrites a graph into one that computes the same with less.
 *
 * The passes run once, when a model is opened:
 *
 *     clean       what does nothing goes: Identity, Dropout, x * 1; branches decided; duplicates
 *     fold        what is constant is computed now
 *     recognise   activations, norms and attention that exporters wrote out by hand
 *     weights     scales and shifts behind a product move into its weights
 *     layout      images become NHWC, by Transposes where the outside wants NCHW
 *     epilogue    what follows a product is done while its result is in registers
 *     precision   bfloat16 or int8 between the kernels that have it
 *     pack        weights as the kernels read them
 *
 * Nodes that have no operator in ONNX get the domain "quern" (op_quern_*.c).
 * What a pass does not recognise stays as it is and runs as the file has it.
 */
#ifndef ENGINE_PASSES_H
#define ENGINE_PASSES_H

#include "engine/graph.h"
#include "engine/model.h"

/* `g` is bound, and bound again on return. `options` may be NULL. Fails with Q_NOMEM and Q_LIMIT
 * only: a node that cannot be computed now is left for the run to complain about.
 */
Q_MUST_USE q_code passes__run(q_graph *g, const q_model_options *options, q_err *err);

#endif
