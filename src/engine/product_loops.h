/* engine/product_loops.h - product.h's loops: the text of product_plain.c and its
 * brothers, which define LOOP (an instruction set) and TABLE (the table's name).
 */
#include "engine/product.h"

#define LANES 32

/* Lanes are summed each for itself, and then in halves: an order that n alone decides. */
LOOP static float dot(const float *a, const float *b, size_t n)
{
    float lane[LANES] = {0}, tail = 0;
    size_t i = 0, l, half;

    for (; i + LANES <= n; i += LANES)
        for (l = 0; l < LANES; l++)
            lane[l] += a[i + l] * b[i + l];
    for (; i < n; i++)
        tail += a[i] * b[i];
    for (half = LANES / 2; half; half /= 2)
        for (l = 0; l < half; l++)
            lane[l] += lane[l + half];
    return lane[0] + tail;
}

LOOP static void add_scaled(float *restrict y, float a, const float *restrict b, size_t n)
{
    size_t j;

    for (j = 0; j < n; j++)
        y[j] += a * b[j];
}

const product_table TABLE = {dot, add_scaled};
