/* wire/write.h - values by shape as JSON and XML.
 *
 * What a structure's shape has not is left out, so are nulls (but for a map's
 * values). A value of a kind that its shape cannot hold sets the buffer's
 * error to Q_INTERNAL.
 */
#ifndef Q_WIRE_WRITE_H
#define Q_WIRE_WRITE_H

#include "base/buf.h"
#include "wire/api.h"

/* The members of a structure that travel in the body, with braces. */
void write__json(q_buf *b, const q_api_shape *shape, const q_value *v);
/* The same as elements, without one around them. */
void write__xml(q_buf *b, const q_api_shape *shape, const q_value *v);

/* A scalar as text, in XML, a header or a status. Not escaped. `fallback` is
 * how times are written where the shape does not say.
 */
void write__text(q_buf *b, const q_member *m, q_time_format fallback, const q_value *v);

/* Keep the first error. */
void write__fail(q_buf *b, q_code code);

#endif
