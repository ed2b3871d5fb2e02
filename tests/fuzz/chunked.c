/* A chunked body decodes to the same, and fails alike, however it is split;
 * and never to more than was put in.
 */
#include "wire/chunked.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static q_code count(void *ctx, q_str bytes)
{
    *(size_t *)ctx += bytes.n;
    return Q_OK;
}

static q_code decode(q_chunked_kind kind, q_str in, size_t step, size_t *n)
{
    static const char given[] = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    q_signature seed = {.given = {given, 64}};
    q_arena *a = q_arena_new((size_t)1 << 20);
    q_chunked *c = q_chunked_new(kind, &seed, a);
    q_sink sink = {count, n};
    q_fault fault = {0};
    q_code rc = c ? Q_OK : Q_NOMEM;

    for (size_t i = 0; !rc && i < in.n; i += step)
        rc = q_chunked_write(c, q_str_sub(in, i, step), &sink, &fault);
    if (!rc)
        rc = q_chunked_end(c, &fault);
    q_arena_free(a);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const q_chunked_kind kinds[] = {Q_CHUNKED_SIGNED, Q_CHUNKED_SIGNED_TRAILER,
                                           Q_CHUNKED_TRAILER};
    q_str in = {(const char *)data, size};

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t whole = 0, pieces = 0;
        q_code one = decode(kinds[k], in, size + 1, &whole);
        q_code many = decode(kinds[k], in, 3, &pieces);

        if (one != many || whole != pieces || whole > size)
            abort();
    }
    return 0;
}
