/* engine/kernel_rows.h - what looks at a row at a time: softmax, normalisation.
 *
 * x and y are dense [rows][columns] of Q_F32 or Q_BF16, alike; y may be x. Sums are
 * made in an order that `columns` decides.
 */
#ifndef ENGINE_KERNEL_ROWS_H
#define ENGINE_KERNEL_ROWS_H

#include "engine/team.h"
#include "engine/tensor.h"

/* y = e^(x - max) / sum of e^(x - max); with `log`, its logarithm. */
typedef struct kernel_softmax {
    size_t rows, columns;
    q_dtype dtype;
    const void *x;
    void *y;
    bool log;
} kernel_softmax;
void kernel__softmax(q_team *team, const kernel_softmax *s);
void kernel__softmax_ref(const kernel_softmax *s);

/* y = (x - mean) * rstd * gain + bias, rstd = 1 / sqrt(var + eps), var the biased
 * variance (Ba et al. 2016, arXiv:1607.06450); with `rms`, mean = 0 and var the mean square.
 * gain, bias [columns] f32 or NULL. mean, rstd [rows] f32, or NULL, get theirs.
 */
typedef struct kernel_norm {
    size_t rows, columns;
    q_dtype dtype;
    const void *x;
    void *y;
    const float *gain, *bias;
    float eps;
    bool rms;
    float *mean, *rstd;
} kernel_norm;
void kernel__norm(q_team *team, const kernel_norm *n);
void kernel__norm_ref(const kernel_norm *n);

#endif
