/* wire/bind.h - input members that travel in headers, the query and the path. */
#ifndef Q_WIRE_BIND_H
#define Q_WIRE_BIND_H

#include "wire/api.h"
#include "wire/path.h"

/* Add the members of `shape` that are bound outside of the body to `into`.
 * Fails with Q_INVALID (err says of which header or key; *bad is the member)
 * or Q_NOMEM.
 */
Q_MUST_USE q_code bind__members(const q_api *api, const q_api_shape *shape, const q_request *req,
                                const path_labels *labels, q_value *into, const q_member **bad,
                                q_err *err);

#endif
