/* A page that decodes is written back as the very same bytes. */
#include "document/page_codec.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_str bytes = {(const char *)data, size};
    q_buf b = q_buf_init(a, (size_t)1 << 24);
    q_page page;

    if (q_page_decode(bytes, a, &page, NULL) == Q_OK) {
        q_page_encode(&page, &b);
        if (!q_str_eq(q_buf_str(&b), bytes))
            abort();
    }
    q_arena_free(a);
    return 0;
}
