/* engine/op_quern_chain.h - elementwise arithmetic in one node: quern:Chain.
 *
 * It starts with operand 0 and does one step after the other to every element:
 *
 *     x = f(x; a, b)            f of vector.h
 *     x = x + operand, ...      the operand broadcast to the output's shape
 *
 * so that what lies between is never written to memory. As attributes: `steps`, three integers
 * each (kind, function, operand), and `numbers`, two floats each (a, b). Operands are float32,
 * bfloat16 or uint8; of those `operand_q` has a scale and a zero point for each operand. The
 * output is of `out_type`, and as uint8 has `out_q`.
 */
#ifndef ENGINE_OP_QUERN_CHAIN_H
#define ENGINE_OP_QUERN_CHAIN_H

#include "engine/op_quern.h"
#include "engine/vector.h"

#define CHAIN_OPERANDS 8
#define CHAIN_STEPS 24

typedef enum chain_kind {
    CHAIN_UNARY,  /* x = f(x; a, b) */
    CHAIN_BINARY, /* x = f(x, operand) */
    CHAIN_TURNED, /* x = f(operand, x) */
    CHAIN_KINDS
} chain_kind;

typedef struct chain_step {
    chain_kind kind;
    unsigned function; /* vector_unary or vector_binary */
    unsigned operand;
    float a, b;
} chain_step;

typedef struct chain_params {
    chain_step steps[CHAIN_STEPS];
    size_t count;
    q_dtype out; /* Q_F32, Q_BF16 or Q_U8 */
    quern_q out_q, operand_q[CHAIN_OPERANDS];
} chain_params;

/* As it is without attributes but steps. */
chain_params chain__nothing(void);

Q_MUST_USE q_code chain__read(const q_node *n, chain_params *out, q_err *err);
/* n is to be bound again. */
Q_MUST_USE q_code chain__write(q_graph *g, q_node *n, const chain_params *p, q_err *err);
/* The activation as a step. */
chain_step chain__of_act(const kernel_activation *a);

#endif
