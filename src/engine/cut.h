/* engine/cut.h - tensors cut and joined along an axis, of any element type
 * but the 4-bit ones; strings too.
 */
#ifndef ENGINE_CUT_H
#define ENGINE_CUT_H

#include "engine/tensor.h"

/* A copy of [from, from + n) along `axis`, which is in range. */
Q_MUST_USE q_code cut__slice(const q_tensor *t, size_t axis, size_t from, size_t n,
                             q_budget *budget, q_tensor *out, q_err *err);
/* The same for one index, whose axis goes. */
Q_MUST_USE q_code cut__take(const q_tensor *t, size_t axis, size_t index, q_budget *budget,
                            q_tensor *out, q_err *err);
/* count >= 1 tensors of one type, one behind the other along `axis`. Q_INVALID
 * when types, ranks or other dimensions differ.
 */
Q_MUST_USE q_code cut__join(const q_tensor *parts, size_t count, size_t axis, q_budget *budget,
                            q_tensor *out, q_err *err);
/* The same along a new axis. */
Q_MUST_USE q_code cut__stack(const q_tensor *parts, size_t count, size_t axis, q_budget *budget,
                             q_tensor *out, q_err *err);

/* `n` tensors, their elements cleared and the array freed; NULL is fine. */
void cut__free(q_tensor *list, size_t n, q_budget *budget);

#endif
