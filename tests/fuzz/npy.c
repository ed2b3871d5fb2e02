/* An array that reads is written and read again as the same one. */
#include "engine/npy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_budget budget = {.limit = (size_t)1 << 24};
    q_buf b = q_buf_init(NULL, (size_t)1 << 25);
    q_tensor t = {0}, again = {0};

    if (q_npy_read((q_str){(const char *)data, size}, &budget, &t, NULL))
        return 0;
    if (q_npy_write(&t, &b, NULL) || b.rc || q_npy_read(q_buf_str(&b), &budget, &again, NULL))
        abort();
    if (t.dtype != again.dtype || !q_shape_eq(&t.shape, &again.shape) ||
        (t.data && memcmp(t.data, again.data, q_tensor_bytes(&t)) != 0))
        abort();
    q_tensor_clear(&t, &budget);
    q_tensor_clear(&again, &budget);
    q_buf_clear(&b);
    return budget.used != 0;
}
