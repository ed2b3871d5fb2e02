/* service/lex_v2_event.h - what a function that speaks Lex V2's form is told, and
 * what its reply means. Source: the Lex V2 guide, Lambda input event and response.
 */
#ifndef Q_SERVICE_LEX_V2_EVENT_H
#define Q_SERVICE_LEX_V2_EVENT_H

#include "base/value.h"
#include "service/lex_hook.h"

/* Fill the event, a map. Fails with Q_NOMEM. */
Q_MUST_USE q_code lex__v2_event(q_value *event, const lex_hook *h, const q_hook_call *call,
                                q_arena *a, q_err *err);

/* Fails with Q_INVALID when it is not of the documented form, Q_NOMEM. */
Q_MUST_USE q_code lex__v2_reply(const q_value *reply, int64_t now_ms, q_arena *a, q_directive *out,
                                q_err *err);

#endif
