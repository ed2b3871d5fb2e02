/* wire/validate.h - a document against the constraints of its shape.
 *
 * Required members, lengths, ranges, enums and patterns, reported in the
 * services' own words:
 *
 *     1 validation error detected: Value 'x' at 'document.s3Object.bucket'
 *     failed to satisfy constraint: Member must have length greater than or
 *     equal to 3
 */
#ifndef Q_WIRE_VALIDATE_H
#define Q_WIRE_VALIDATE_H

#include "wire/api.h"

typedef struct violations {
    size_t count;
    q_str text;            /* the whole sentence, in the arena; empty when count is 0 */
    const q_member *first; /* the input member that the first one is in */
    q_str first_value;     /* its value, when it is a text */
} violations;

/* Check `in`, a map read by `shape`, a structure. A payload that streams is
 * not checked. Fails with Q_NOMEM, or Q_INTERNAL (a pattern of api/ that
 * does not compile).
 */
Q_MUST_USE q_code validate__input(const q_api_shape *shape, const q_value *in, q_arena *a,
                                  violations *out, q_err *err);

/* Does the whole value match? False too when it takes too long to tell.
 * Q_INTERNAL when the pattern does not compile.
 */
Q_MUST_USE q_code pattern__match(q_pattern *p, q_str value, bool *matches, q_err *err);

#endif
