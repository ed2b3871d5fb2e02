#include "engine/block.h"

#include <stdint.h>
#include <sys/mman.h>

enum { PAGE = 4096, HUGE = 2 << 20 };

q_code block__fit(block *b, size_t bytes, q_err *err)
{
    size_t unit = bytes >= HUGE ? HUGE : PAGE;
    size_t whole;

    if (b->at && b->bytes >= bytes && b->bytes / 2 <= bytes + HUGE / 2)
        return Q_OK;
    block__drop(b);
    if (bytes > SIZE_MAX / 4)
        return q_err_set(err, Q_NOMEM, "no memory for %zu bytes of activations", bytes);
    whole = (bytes / unit + 1) * unit;
    void *at = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return q_err_set(err, Q_NOMEM, "no memory for %zu bytes of activations", bytes);
    if (unit == HUGE)
        (void)madvise(at, whole, MADV_HUGEPAGE); /* slower without, and right all the same */
    *b = (block){at, whole};
    return Q_OK;
}

void block__drop(block *b)
{
    if (b->at)
        munmap(b->at, b->bytes);
    *b = (block){0};
}
