/* The plain twins of kernel_matmul.h. */
#include "engine/kernel_matmul.h"
#include "engine/narrow.h"

#include <math.h>

static double element(q_dtype d, const void *p, size_t i)
{
    switch (d) {
    case Q_BF16:
        return narrow__from_bf16(((const uint16_t *)p)[i]);
    case Q_U8:
        return ((const uint8_t *)p)[i];
    case Q_I8:
        return ((const int8_t *)p)[i];
    default:
        return ((const float *)p)[i];
    }
}

/* One product by kernel__gemm_ref: with a matrix of one column and one row of A, the
 * sum and its epilogue.
 */
void kernel__matmul_ref(const kernel_matmul *m)
{
    size_t count = m->batch[0] * m->batch[1] * m->m * m->n;

    for (size_t at = 0; at < count; at++) {
        size_t c = at % m->n, r = at / m->n % m->m, j = at / m->n / m->m % m->batch[1];
        size_t i = at / m->n / m->m / m->batch[1];
        size_t a = i * m->a_batch[0] + j * m->a_batch[1] + r * m->a_row;
        size_t b = i * m->b_batch[0] + j * m->b_batch[1] + c * m->b_column;
        size_t out = i * m->out_batch[0] + j * m->out_batch[1] + r * m->out_row + c;
        size_t size = q_dtype_bits(m->epilogue->out) / 8;
        kernel_epilogue e = *m->epilogue;
        float one = 1, sum;
        double all = 0;
        kernel_matrix unit = {Q_F32, 1, 1, 1, &one};

        for (size_t k = 0; k < m->k; k++)
            all += element(m->dtype == Q_I8 ? Q_U8 : m->dtype, m->a, a + k) *
                   element(m->dtype, m->b, b + k * m->b_row);
        sum = (float)all;
        e.scale = e.scale ? e.scale + c : NULL;
        e.bias = e.bias ? e.bias + c : NULL;
        if (e.residual)
            e.residual = (const char *)e.residual + out * size;
        kernel__gemm_ref(&(kernel_gemm){1, &sum, 1, &unit, (char *)m->out + out * size, 1, &e});
    }
}

static size_t row_of(const kernel_heads *h, size_t batch, size_t head, size_t row)
{
    return batch * h->batch + head * h->head + row * h->row;
}

static double score(const kernel_attention *a, size_t batch, size_t head, size_t query, size_t key)
{
    size_t q = row_of(&a->q, batch, head, query);
    size_t k = row_of(&a->k, batch, head * a->key_heads / a->heads, key);
    double sum = 0;

    if (a->causal && key + a->queries > query + a->keys)
        return -INFINITY;
    for (size_t i = 0; i < a->size; i++)
        sum += element(a->dtype, a->q.data, q + i) * element(a->dtype, a->k.data, k + i);
    sum *= a->scale;
    if (a->mask)
        sum += a->mask[batch * a->mask_strides[0] + head * a->mask_strides[1] +
                       query * a->mask_strides[2] + key];
    return sum;
}

static void query(const kernel_attention *a, size_t batch, size_t head, size_t query)
{
    size_t out = row_of(&a->out, batch, head, query);
    double top = -INFINITY, total = 0;

    for (size_t k = 0; k < a->keys; k++)
        top = fmax(top, score(a, batch, head, query, k));
    for (size_t k = 0; k < a->keys; k++)
        total += top == -INFINITY ? 0 : exp(score(a, batch, head, query, k) - top);
    for (size_t i = 0; i < a->value_size; i++) {
        double sum = 0;

        for (size_t k = 0; k < a->keys && total > 0; k++)
            sum += exp(score(a, batch, head, query, k) - top) / total *
                   element(a->dtype, a->v.data,
                           row_of(&a->v, batch, head * a->key_heads / a->heads, k) + i);
        if (a->dtype == Q_F32)
            ((float *)a->out.data)[out + i] = (float)sum;
        else
            ((uint16_t *)a->out.data)[out + i] = narrow__to_bf16((float)sum);
    }
}

void kernel__attention_ref(const kernel_attention *a)
{
    for (size_t i = 0; i < a->batch * a->heads * a->queries; i++)
        query(a, i / a->queries / a->heads, i / a->queries % a->heads, i % a->queries);
}
