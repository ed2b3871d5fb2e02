/* engine/product.h - products of matrices of which neither was packed beforehand.
 *
 * c[m, n] = a[m, k] * b[k, n], each reached by strides in elements, so that
 * transposed operands need no copy of their own. Large products pack b into the
 * kernels' panels (kernel.h) in the caller's scratch; a few rows against a large
 * matrix go straight through it once. Results do not depend on the team.
 */
#ifndef ENGINE_PRODUCT_H
#define ENGINE_PRODUCT_H

#include "engine/team.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct product {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_col;
    const float *b;
    size_t b_row, b_col;
    float *c; /* overwritten; rows are dense */
    size_t c_row;
} product;

/* Bytes of scratch; false when they overflow. Strides must be set, data need not. */
bool product__scratch(const product *p, size_t *bytes);
void product__run(q_team *team, const product *p, void *scratch);
/* The plain twin; needs no scratch. */
void product__ref(const product *p);

/* y[r] = sum of w[r * stride + i] * x[i] over i < k, or that added to y[r], for each r < rows. */
void product__rows(const float *w, size_t stride, size_t rows, const float *x, size_t k, bool add,
                   float *y);

/* The loops, compiled for each instruction set (product_loops.h). */
typedef struct product_table {
    float (*dot)(const float *a, const float *b, size_t n);
    /* y[j] += a * b[j] */
    void (*add_scaled)(float *y, float a, const float *b, size_t n);
} product_table;
extern const product_table product__plain, product__avx2, product__avx512;
const product_table *product__table(void);

#endif
