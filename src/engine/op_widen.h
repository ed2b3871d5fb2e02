/* engine/op_widen.h - operators written for float32 take the other floats too.
 *
 * The operator's infer ends with `return widen__infer(c, err)`; its run is
 * `return widen__run(c, compute, err)`, and compute sees float32 wherever the
 * graph has float16, bfloat16 or float64. The copies lie in the call's scratch,
 * in front of what the operator itself asked for. Sums of float64 are thus made
 * in float32; operators for which that matters do without. Bytes are widened
 * too, for those operators that take them.
 */
#ifndef ENGINE_OP_WIDEN_H
#define ENGINE_OP_WIDEN_H

#include "engine/op.h"

extern const q_dtype widen__floats[]; /* for op__want */

Q_MUST_USE q_code widen__infer(q_op_call *c, q_err *err);
Q_MUST_USE q_code widen__run(q_op_call *c, q_code (*compute)(q_op_call *c, q_err *err), q_err *err);

#endif
