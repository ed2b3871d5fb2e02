/* base/buf.h - text to build.
 *
 * A q_buf knows its limit and keeps its first error, so a chain of puts is
 * checked once, at q_buf_finish. With an arena it grows there; without one
 * (NULL) on the heap, and q_buf_clear releases it.
 */
#ifndef Q_BASE_BUF_H
#define Q_BASE_BUF_H

#include "base/str.h"

typedef struct q_buf {
    q_arena *arena; /* NULL: the heap */
    char *p;
    size_t n, cap, limit;
    q_code rc; /* the first error */
} q_buf;

q_buf q_buf_init(q_arena *arena, size_t limit);
void q_buf_clear(q_buf *b); /* heap: frees; both: empties and forgets the error */

void q_buf_put(q_buf *b, q_str s);
void q_buf_puts(q_buf *b, const char *cstr);
void q_buf_char(q_buf *b, char c);
void q_buf_printf(q_buf *b, const char *fmt, ...) Q_PRINTF(2, 3);
void q_buf_i64(q_buf *b, int64_t v);
/* The shortest decimal that reads back as v, always with a point or an
 * exponent ("81.0"); NaN and infinities as "NaN", "Infinity", "-Infinity".
 */
void q_buf_f64(q_buf *b, double v);
/* As q_buf_f64((double)v), several times faster. */
void q_buf_f32(q_buf *b, float v);
/* A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void q_buf_json(q_buf *b, q_str s);
/* Text for XML content or a double-quoted attribute. Characters that XML 1.0
 * forbids become U+FFFD.
 */
void q_buf_xml(q_buf *b, q_str s);

/* What was built, borrowed until the next put or clear. */
q_str q_buf_str(const q_buf *b);

/* Q_OK and *out (with a NUL behind it), or the first error. */
Q_MUST_USE q_code q_buf_finish(q_buf *b, q_str *out, q_err *err);

#endif
