/* What comes out of gzip goes in again, and comes out the same. */
#include "base/gzip.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_str bytes, packed, again;
    q_err err;

    if (q_gunzip(a, (q_str){(const char *)data, size}, 1 << 16, &bytes, &err) == Q_OK) {
        if (bytes.n > 1 << 16 || q_gzip(a, bytes, &packed, &err) ||
            q_gunzip(a, packed, 1 << 16, &again, &err) || !q_str_eq(bytes, again))
            abort();
    }
    q_arena_free(a);
    return 0;
}
