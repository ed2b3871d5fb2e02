/* What a host answers, and the archive that a model comes in: tensors that are
 * read can be written, and read again as the same bytes; files lie within what was unpacked.
 */
#include "serving/archive.h"
#include "serving/tensors.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { UNPACKED = 1 << 22 };

static void read_archive(q_str bytes, q_arena *a)
{
    const q_model_file *model;
    archive x;

    if (archive__unpack(bytes, UNPACKED, a, &x, NULL))
        return;
    for (size_t i = 0; i < x.count; i++)
        if (x.files[i].bytes.p < (const char *)x.memory ||
            x.files[i].bytes.p + x.files[i].bytes.n > (const char *)x.memory + x.bytes)
            abort();
    if (archive__model(&x, &model, NULL) == Q_OK && model->name.n == 0)
        abort();
    archive__clear(&x);
}

static void read_tensors(q_str bytes, q_arena *a)
{
    q_buf b = q_buf_init(a, (size_t)1 << 24);
    q_tensor *t, *again;
    size_t n = 0, m = 0;
    q_str out;

    if (tensors__get(bytes, a, &t, &n, NULL))
        return;
    tensors__put(&b, t, n);
    if (q_buf_finish(&b, &out, NULL))
        return;
    if (tensors__get(out, a, &again, &m, NULL) || m != n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    char *copy = a ? q_arena_alloc(a, size + 1) : NULL; /* aligned, as a host's message is */

    if (copy) {
        memcpy(copy, data, size);
        if (archive__is((q_str){copy, size}))
            read_archive((q_str){copy, size}, a);
        else
            read_tensors((q_str){copy, size}, a);
    }
    q_arena_free(a);
    return 0;
}
