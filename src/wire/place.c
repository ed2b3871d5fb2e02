#include "wire/place.h"

void place__write(q_buf *b, const place *at)
{
    if (!at || (!at->up && at->name.n == 0 && at->index == 0))
        return;
    place__write(b, at->up);
    if (b->n)
        q_buf_char(b, '.');
    if (at->name.n) {
        q_buf_char(b, q_to_lower(at->name.p[0]));
        q_buf_put(b, q_str_sub(at->name, 1, SIZE_MAX));
        return;
    }
    q_buf_i64(b, (int64_t)at->index);
    q_buf_puts(b, ".member");
}
