/* engine/byte_product.h - products of bytes with zero points, their sums exact in int32.
 *
 * y[m, n] = (a[m, k] - a_zero) * (b[k, n] - b_zero), modulo 2^32 as ONNX's sums are. b is packed
 * into the kernels' panels (kernel.h) in the caller's scratch at each run: k * n bytes to move
 * beside m * k * n products. The kernels take u8 times s8; other signs are shifted by
 * 128, and the zero points with them. Results do not depend on the team.
 */
#ifndef ENGINE_BYTE_PRODUCT_H
#define ENGINE_BYTE_PRODUCT_H

#include "engine/team.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct byte_product {
    size_t m, n, k;
    const void *a, *b;           /* dense rows of bytes */
    bool a_signed, b_signed;     /* int8; uint8 when not */
    const void *a_zero, *b_zero; /* of a's and of b's type; NULL: 0 */
    size_t a_zeros, b_zeros;     /* how many: row r has a_zero[r % a_zeros], columns likewise */
    int32_t *y;                  /* dense; overwritten */
} byte_product;

/* Bytes of scratch, aligned to Q_TENSOR_ALIGN; false when they overflow. Sizes and signs must
 * be set, data need not.
 */
bool byte_product__scratch(const byte_product *p, size_t *bytes);
void byte_product__run(q_team *team, const byte_product *p, void *scratch);
/* The plain twin; needs no scratch. */
void byte_product__ref(const byte_product *p);

#endif
