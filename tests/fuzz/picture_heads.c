/* Kinds are told and TIFF directories walked within the bytes that are there. */
#include "document/sniff.h"
#include "document/tiff.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 24);
    q_str file = {(const char *)data, size};
    tiff__page *pages;
    q_format format;
    size_t n;

    if (sniff__format(file, &format, NULL) == Q_OK && format > Q_FORMAT_PDF)
        abort();
    if (tiff__pages(file, 100, a, &pages, &n, NULL) == Q_OK && (n == 0 || n > 100))
        abort();
    q_arena_free(a);
    return 0;
}
