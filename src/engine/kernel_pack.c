#include "engine/kernel.h"
#include "engine/narrow.h"

#include <string.h>

size_t kernel__group(q_dtype dtype)
{
    return dtype == Q_F32 ? 1 : dtype == Q_BF16 ? 2 : 4;
}

q_shape kernel__packed_shape(const kernel_matrix *m)
{
    size_t group = kernel__group(m->dtype);

    return (q_shape){5,
                     {(m->n + KERNEL_PANEL - 1) / KERNEL_PANEL, m->taps, (m->k + group - 1) / group,
                      KERNEL_PANEL, group}};
}

static void put(q_dtype dtype, const void *source, size_t from, void *out, size_t to)
{
    if (dtype == Q_F32)
        ((float *)out)[to] = ((const float *)source)[from];
    else if (dtype == Q_BF16)
        ((uint16_t *)out)[to] = narrow__to_bf16(((const float *)source)[from]);
    else
        ((int8_t *)out)[to] = ((const int8_t *)source)[from];
}

void kernel__pack(const void *source, size_t tap_stride, size_t k_stride, size_t n_stride,
                  kernel_matrix *m, void *out)
{
    q_shape s = kernel__packed_shape(m);
    size_t group = s.dims[4], depth = s.dims[2] * KERNEL_PANEL * group;

    memset(out, 0, q_shape_count(&s) * (4 / group));
    for (size_t n = 0; n < m->n; n++)
        for (size_t tap = 0; tap < m->taps; tap++) {
            size_t to = (n / KERNEL_PANEL * m->taps + tap) * depth + n % KERNEL_PANEL * group;
            size_t from = tap * tap_stride + n * n_stride;

            for (size_t k = 0; k < m->k; k++)
                put(m->dtype, source, from + k * k_stride, out,
                    to + k / group * KERNEL_PANEL * group + k % group);
        }
    m->data = out;
}
