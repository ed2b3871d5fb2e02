/* engine/kernel_loops.h - rows of floats in L1: exponentials, spread, normalisation. */
#ifndef ENGINE_KERNEL_LOOPS_H
#define ENGINE_KERNEL_LOOPS_H

#include <stddef.h>

typedef struct kernel_loops {
    /* y = e^(x * scale - top); their sum. y may be x. */
    float (*exp)(const float *x, float *y, size_t n, float scale, float top);
    /* The sum of (x - mean)^2. */
    float (*spread)(const float *x, size_t n, float mean);
    /* y = (x - mean) * rstd * gain + bias; gain and bias may be NULL, y may be x. */
    void (*norm)(const float *x, float *y, size_t n, float mean, float rstd, const float *gain,
                 const float *bias);
} kernel_loops;

extern const kernel_loops kernel__loops_plain, kernel__loops_avx2, kernel__loops_avx512;

#endif
