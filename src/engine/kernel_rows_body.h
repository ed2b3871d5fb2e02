/* engine/kernel_rows_body.h - loops over a row of floats in L1, for the compiler to
 * vectorise: the text of kernel_rows_*.c, which define LOOP (the instruction set)
 * and TABLE.
 */
#include "engine/kernel_loops.h"
#include "engine/vector_math.h"

/* Sums side by side, joined as a tree: an order that n alone decides. */
#define LANES 32

VECTOR_INLINE float joined(float *lane)
{
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t k = 0; k < half; k++)
            lane[k] += lane[k + half];
    return lane[0];
}

LOOP static float exp_row(const float *x, float *y, size_t n, float scale, float top)
{
    float lane[LANES] = {0};
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            float e = vector__exp(x[i + k] * scale - top);

            y[i + k] = e;
            lane[k] += e;
        }
    for (size_t k = 0; i < n; i++, k++) {
        float e = vector__exp(x[i] * scale - top);

        y[i] = e;
        lane[k] += e;
    }
    return joined(lane);
}

LOOP static float spread_row(const float *x, size_t n, float mean)
{
    float lane[LANES] = {0};
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            float d = x[i + k] - mean;

            lane[k] += d * d;
        }
    for (size_t k = 0; i < n; i++, k++) {
        float d = x[i] - mean;

        lane[k] += d * d;
    }
    return joined(lane);
}

LOOP static void norm_row(const float *x, float *y, size_t n, float mean, float rstd,
                          const float *gain, const float *bias)
{
    if (gain && bias) {
        for (size_t i = 0; i < n; i++)
            y[i] = (x[i] - mean) * rstd * gain[i] + bias[i];
    } else if (gain) {
        for (size_t i = 0; i < n; i++)
            y[i] = (x[i] - mean) * rstd * gain[i];
    } else {
        for (size_t i = 0; i < n; i++)
            y[i] = (x[i] - mean) * rstd + (bias ? bias[i] : 0);
    }
}

const kernel_loops TABLE = {exp_row, spread_row, norm_row};
