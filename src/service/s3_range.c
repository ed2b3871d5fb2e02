#include "service/s3.h"

/* "first-last", "first-" or "-suffix" over `size` bytes; both ends included.
 * false: not of that form.
 */
static bool ends_read(q_str spec, uint64_t size, uint64_t *first, uint64_t *last)
{
    q_str from, to;

    if (!q_str_cut(spec, '-', &from, &to))
        return false;
    if (!from.n) {
        uint64_t suffix;

        if (!q_str_u64(to, &suffix))
            return false;
        *first = suffix < size ? size - suffix : 0;
        *last = suffix ? UINT64_MAX : 0;
        if (!suffix)
            *first = UINT64_MAX; /* no bytes at all: cannot be satisfied */
        return true;
    }
    *last = UINT64_MAX;
    return q_str_u64(from, first) && (!to.n || (q_str_u64(to, last) && *last >= *first));
}

q_code s3__range(q_str header, uint64_t size, s3_range *out)
{
    uint64_t first, last;

    *out = (s3_range){.length = size};
    header = q_str_trim(header);
    if (!q_str_starts(header, Q_STR("bytes=")) ||
        !ends_read(q_str_trim(q_str_sub(header, 6, header.n)), size, &first, &last))
        return Q_OK;
    if (first >= size)
        return Q_INVALID;
    if (last >= size)
        last = size - 1;
    *out = (s3_range){.given = true, .offset = first, .length = last - first + 1};
    return Q_OK;
}
