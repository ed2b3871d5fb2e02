/* serving/tensors.h - tensors as bytes, between the server and its hosts.
 *
 * Both ends are one binary on one machine, so numbers travel as they are:
 *
 *     u32 count, u32 0
 *     each: u32 dtype, u32 rank, u64 dims[rank], u64 bytes, zeros up to a
 *           multiple of 64 from the start, then the content:
 *           numbers    the elements
 *           texts      u64 lengths[elements], then their bytes
 *           sequences  the elements as tensors again; maps alike
 *
 * A host may have been taken over by its model, so what comes back is checked
 * like any stranger's bytes.
 */
#ifndef SERVING_TENSORS_H
#define SERVING_TENSORS_H

#include "base/buf.h"
#include "engine/tensor.h"

/* Only into an empty buffer: places count from its start. Errors stay in it. */
void tensors__put(q_buf *b, const q_tensor *t, size_t count);

/* Numbers are borrowed from `bytes`, which must be aligned to 16; the rest is
 * in the arena. Q_INVALID for anything that put does not write.
 */
Q_MUST_USE q_code tensors__get(q_str bytes, q_arena *a, q_tensor **out, size_t *count, q_err *err);

#endif
