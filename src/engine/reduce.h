/* engine/reduce.h - many numbers into one: sums, means, extremes along some dimensions.
 *
 * The order of additions depends on the shapes alone, never on the threads.
 */
#ifndef ENGINE_REDUCE_H
#define ENGINE_REDUCE_H

#include "engine/tensor.h"

typedef enum reduce_kind {
    REDUCE_SUM,
    REDUCE_MEAN,
    REDUCE_MAX,
    REDUCE_MIN,
    REDUCE_PROD,
    REDUCE_L1,
    REDUCE_L2,
    REDUCE_LOG_SUM,
    REDUCE_LOG_SUM_EXP,
    REDUCE_SUM_SQUARE,
    REDUCE_KIND_COUNT
} reduce_kind;

/* y[i] from x[i * n, (i + 1) * n). */
typedef void reduce_rows(reduce_kind kind, const void *x, size_t rows, size_t n, void *y);

/* The loop for a type; NULL when there is none. float16 and bfloat16 have none: widen them. */
reduce_rows *reduce__rows(q_dtype d);

/* y[j] from x[j], x[j + stride], ... n of them, for j < columns; n at least 1. Not for
 * REDUCE_LOG_SUM_EXP.
 */
void reduce__columns_f32(reduce_kind kind, const float *x, size_t stride, size_t n, size_t columns,
                         float *y);

#endif
