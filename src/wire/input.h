/* wire/input.h - from a request to a checked document.
 *
 * The document is a map keyed by member names as api/ has them, whatever they
 * are called on the wire; unknown members are left out, so are nulls. Kinds
 * follow the shapes: Q_VALUE_STRING, Q_VALUE_BLOB (base64 undone), Q_VALUE_INT, Q_VALUE_DOUBLE,
 * Q_VALUE_BOOL, Q_VALUE_TIME, Q_VALUE_LIST, Q_VALUE_MAP. A jsonvalue header gives what its JSON
 * says.
 */
#ifndef Q_WIRE_INPUT_H
#define Q_WIRE_INPUT_H

#include "wire/fault.h"

/* Read and check the input of `op`.
 *
 * path   the raw path within the service: req->path, for S3 after the bucket
 *        of a virtual host has been put in front; labels are taken from it
 * body   the decoded body; for an operation whose payload streams it is empty,
 *        and that member is left out and not checked
 *
 * *in is in the arena; its texts may be borrowed from `body`, `path` and `req`,
 * which must live as long.
 * On failure *fault says what the client hears: SerializationException (or
 * MalformedXML, ...) for what cannot be read, the API's validation error for
 * what breaks a constraint.
 */
Q_MUST_USE q_code q_input_read(const q_api_operation *op, const q_request *req, q_str path,
                               q_str body, q_arena *a, q_value **in, q_fault *fault);

/* The member whose value is the whole body; NULL without one. */
const q_member *q_shape_payload(const q_api_shape *structure);

/* Does the input have a payload member that streams? */
bool q_input_streams(const q_api_operation *op);

#endif
