/* wire/place.h - where in a document a value stands: "document.s3Object.bucket". */
#ifndef Q_WIRE_PLACE_H
#define Q_WIRE_PLACE_H

#include "base/buf.h"

/* One step, on the stack of whoever walks the document. */
typedef struct place {
    const struct place *up; /* NULL: the document itself */
    q_str name;             /* a member, a map's key, or empty: an item of a list */
    size_t index;           /* of an item, from 1 */
} place;

/* As the services write it: names begin in lower case, an item is
 * "tags.1.member".
 */
void place__write(q_buf *b, const place *at);

#endif
