/* wire/output.h - from a handler's document to a reply. */
#ifndef Q_WIRE_OUTPUT_H
#define Q_WIRE_OUTPUT_H

#include "wire/api.h"
#include "wire/call.h"

/* Fill `reply` from call->out by the operation's output shape: status, headers
 * (content type and request id among them), body. Members missing from `out`
 * are left out; members that the shape has not are dropped.
 *
 * A payload member that is raw bytes comes from call->payload or call->file
 * when out has none. After Q_OK reply->file owns the descriptor: the caller sets
 * call->file to -1. For a HEAD operation the reply is head_only.
 * Fails with Q_NOMEM, Q_LIMIT, or Q_INTERNAL when a value does not fit its
 * shape.
 */
Q_MUST_USE q_code q_output_write(const q_call *call, q_reply *reply, q_err *err);

#endif
