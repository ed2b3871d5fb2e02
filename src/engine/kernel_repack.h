/* engine/kernel_repack.h - packing while running: a panel at a time, by its rows or
 * by its columns, whichever are neighbours in memory.
 */
#ifndef ENGINE_KERNEL_REPACK_H
#define ENGINE_KERNEL_REPACK_H

#include "engine/tensor.h"

/* `columns` columns, at most 16, of a matrix [k][columns] given by strides in elements,
 * into one panel (kernel.h). Types of b: Q_F32, Q_BF16, Q_I8, of the source too.
 */
void repack__panel(q_dtype dtype, const void *from, size_t k_stride, size_t n_stride, size_t k,
                   size_t columns, void *to);

#endif
