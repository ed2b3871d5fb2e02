/* engine/kernel_matmul.h - products with a matrix that is not known before the run,
 * and attention.
 *
 * B is packed into scratch memory first, as constant weights are when a model is
 * opened (kernel.h); then the same tiles multiply.
 */
#ifndef ENGINE_KERNEL_MATMUL_H
#define ENGINE_KERNEL_MATMUL_H

#include "engine/kernel.h"

/* out[i][j] = epilogue(a[i][j] * b[i][j]) for i < batch[0], j < batch[1]: matrices [m, k]
 * and [k, n]. Strides in elements; 0 over a batch is the same matrix for all.
 * The epilogue's residual lies as out does.
 */
typedef struct kernel_matmul {
    size_t batch[2], m, n, k;
    q_dtype dtype; /* of a and b: Q_F32, Q_BF16; Q_I8: a is u8, b int8 */
    const void *a;
    size_t a_batch[2], a_row; /* a row's elements are neighbours */
    const void *b;
    size_t b_batch[2], b_row, b_column;
    void *out;
    size_t out_batch[2], out_row;
    const kernel_epilogue *epilogue;
} kernel_matmul;

/* Bytes that kernel__matmul wants, aligned to Q_TENSOR_ALIGN; Q_LIMIT when they overflow. */
Q_MUST_USE q_code kernel__matmul_scratch(const kernel_matmul *m, size_t *bytes, q_err *err);
void kernel__matmul(q_team *team, const kernel_matmul *m, void *scratch);
void kernel__matmul_ref(const kernel_matmul *m);

/* Where the rows of one head of q, k, v or out are; strides in elements. A row's
 * elements are neighbours. [batch, length, heads, size] and [batch, heads, length, size]
 * both fit.
 */
typedef struct kernel_heads {
    void *data; /* of q, k and v only read */
    size_t batch, head, row;
} kernel_heads;

/* out = softmax(scale * q k' + mask) v, head by head, without the matrix of scores in
 * memory: keys come in blocks, and what was summed is scaled down when a later
 * block has a greater score (Dao et al. 2022, arXiv:2205.14135).
 *
 * Query heads share key heads evenly when there are fewer: head h has key head
 * h * key_heads / heads. With `causal`, query i sees keys 0 .. i + keys - queries.
 * A query that sees no key gets zeros.
 */
typedef struct kernel_attention {
    size_t batch, heads, key_heads;
    size_t queries, keys;
    size_t size, value_size; /* elements of a row of q and k; of v and out */
    q_dtype dtype;           /* of all four: Q_F32, Q_BF16 */
    kernel_heads q, k, v, out;
    float scale;
    bool causal;
    const float *mask;      /* added to the scores; NULL: none. A query's keys are neighbours */
    size_t mask_strides[3]; /* over batch, head and query; 0 repeats */
} kernel_attention;

Q_MUST_USE q_code kernel__attention_scratch(const kernel_attention *a, size_t *bytes, q_err *err);
void kernel__attention(q_team *team, const kernel_attention *a, void *scratch);
void kernel__attention_ref(const kernel_attention *a);

#endif
