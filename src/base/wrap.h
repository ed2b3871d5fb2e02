/* base/wrap.h - text in lines of a width, as a terminal shows it. */
#ifndef Q_BASE_WRAP_H
#define Q_BASE_WRAP_H

#include "base/buf.h"

/* Take from the front of *left what fits into `width` terminal columns or ends with a line: whole
 * words where there are some. Blanks at both ends are left out.
 */
q_str q_wrap_line(q_str *left, size_t width);

/* Append a line; control characters become blanks. */
void q_wrap_put(q_str text, q_buf *out);

#endif
