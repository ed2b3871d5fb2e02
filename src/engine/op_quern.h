/* engine/op_quern.h - what the operators of our own domain have in common.
 *
 * The passes make these nodes; files have them only when `quern model optimize`
 * wrote them. Images are NHWC here. Products end in what kernel.h calls an
 * epilogue, which a node carries as attributes:
 *
 *     act, act_ab      first activation by name, its two numbers
 *     affine           mul and add behind it
 *     last, last_ab    second activation, behind the residual
 *     out_type         of the output: float32, bfloat16 or uint8 (q_dtype's number)
 *     in_q, residual_q, out_q      scale and zero point of what is uint8
 *
 * Their inputs are x, weights, bias [n] or none, residual or none, and for int8
 * weights the scale [n] of each column.
 */
#ifndef ENGINE_OP_QUERN_H
#define ENGINE_OP_QUERN_H

#include "engine/kernel.h"
#include "engine/op.h"

enum { QUERN_X, QUERN_W, QUERN_BIAS, QUERN_RESIDUAL, QUERN_SCALE, QUERN_INPUTS };

typedef struct quern_q {
    float scale;
    int zero;
} quern_q;

typedef struct quern_after {
    kernel_activation first, last;
    float mul, add;
    q_dtype out;
    quern_q in_q, residual_q, out_q;
} quern_after;

/* Nothing is done: out float32. */
quern_after quern__nothing_after(void);
Q_MUST_USE q_code quern__read_after(const q_node *n, quern_after *out, q_err *err);
/* Write what differs from nothing; n is to be bound again. */
Q_MUST_USE q_code quern__write_after(q_graph *g, q_node *n, const quern_after *a, q_err *err);

/* `count` integers of an attribute, each at least `low` and below 2^31; `otherwise` for all
 * when it is not given.
 */
Q_MUST_USE q_code quern__read_sizes(const q_node *n, const char *name, size_t count, int64_t low,
                                    size_t otherwise, size_t *out, q_err *err);
/* in[0] is [N, W, C] or [N, H, W, C], of a type that the kernels have, its sides below 2^31. */
Q_MUST_USE q_code quern__check_image(const q_op_call *c, q_err *err);

/* "relu", "hard_swish", ...; NULL for KERNEL_ACT_NONE. */
const char *quern__act_name(kernel_act kind);
Q_MUST_USE q_code quern__read_act(const q_node *n, const char *name, const char *numbers,
                                  kernel_activation *out, q_err *err);
Q_MUST_USE q_code quern__write_act(q_graph *g, q_node *n, const char *name, const char *numbers,
                                   const kernel_activation *a, q_err *err);

/* A scale and a zero point, as they stand in an attribute. */
Q_MUST_USE q_code quern__check_q(const char *name, double scale, double zero, quern_q *out,
                                 q_err *err);

/* The epilogue of a call whose inputs are as above, for kernels that write out[0] densely. */
void quern__epilogue(const q_op_call *c, const quern_after *a, size_t n, kernel_epilogue *out);
/* Check bias, residual and scale against `n` columns and the shape of out[0]. */
Q_MUST_USE q_code quern__check_after(const q_op_call *c, const quern_after *a, size_t n,
                                     const q_shape *out, q_err *err);

#endif
