/* engine/op_matmul.h - how MatMul lines up its operands: matrices in batches that
 * are broadcast, vectors as matrices of one row or column.
 */
#ifndef ENGINE_OP_MATMUL_H
#define ENGINE_OP_MATMUL_H

#include "engine/op.h"

typedef struct matmul_plan {
    size_t m, n, k;
    q_shape batch;          /* the broadcast dimensions in front */
    q_shape a_lead, b_lead; /* those of each operand */
    q_shape out;
    bool b_shared; /* one b for all batches, and a is dense: one tall product */
} matmul_plan;

Q_MUST_USE q_code matmul__plan(const q_shape *a, const q_shape *b, matmul_plan *p, q_err *err);
/* Which matrix of `lead` batch i takes. */
size_t matmul__matrix(const q_shape *lead, const q_shape *batch, size_t i);

#endif
