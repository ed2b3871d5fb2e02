#include "base/wrap.h"

#include "base/utf8.h"

q_str q_wrap_line(q_str *left, size_t width)
{
    size_t columns = 0, i = 0, len, last_blank = 0;
    q_str line;

    *left = q_str_trim(*left);
    for (; i < left->n && left->p[i] != '\n'; i += len) {
        columns += q_utf8_columns_of(q_utf8_decode(q_str_sub(*left, i, left->n), &len));
        if (left->p[i] == ' ')
            last_blank = i;
        if (columns > width && i > 0) /* a wide character alone is taken all the same */
            break;
    }
    if (i < left->n && left->p[i] != '\n' && left->p[i] != ' ' && last_blank)
        i = last_blank;
    line = q_str_sub(*left, 0, i);
    *left = q_str_sub(*left, i, left->n);
    return q_str_trim(line);
}

void q_wrap_put(q_str text, q_buf *out)
{
    for (size_t i = 0; i < text.n; i++)
        q_buf_char(out, (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F ? ' ' : text.p[i]);
}
