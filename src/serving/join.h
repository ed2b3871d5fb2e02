/* serving/join.h - tensors laid one behind the other along the first dimension. */
#ifndef SERVING_JOIN_H
#define SERVING_JOIN_H

#include "engine/tensor.h"

/* The rows that all these tensors have; 0 when they disagree, have none or are
 * of a kind that has no rows.
 */
size_t join__rows(const q_tensor *t, size_t count);

/* Same types, and same shapes but for the first dimension. */
bool join__alike(const q_tensor *a, const q_tensor *b, size_t count);

/* *out is parts[0] .. parts[n - 1], which are alike; in the arena. */
Q_MUST_USE q_code join__stack(const q_tensor *const *parts, size_t n, q_arena *a, q_tensor *out,
                              q_err *err);

/* Rows [from, from + rows) of `t`, copied into the arena. */
Q_MUST_USE q_code join__slice(const q_tensor *t, size_t from, size_t rows, q_arena *a,
                              q_tensor *out, q_err *err);

/* Equal but for rounding: integers, bools and texts exactly, floats within 1e-3 of
 * the larger magnitude in the tensor (1e-2 for 16-bit floats).
 */
bool join__same(const q_tensor *a, const q_tensor *b, size_t count);

#endif
