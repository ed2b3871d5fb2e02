/* service/lex_v2_runtime.h - what the operations of Lex V2's runtime share; private
 * to lex_v2_runtime.c and lex_v2_header.c.
 */
#ifndef Q_SERVICE_LEX_V2_RUNTIME_H
#define Q_SERVICE_LEX_V2_RUNTIME_H

#include "service/lex_chat.h"
#include "service/lex_v2_form.h"
#include "wire/call.h"

/* Who talks, of the call's URI; an id that no bot has is refused. */
Q_MUST_USE q_code lex__v2_request(q_call *call, q_chat_request *out);

/* Answer a failed step by its documented exception. */
q_code lex__v2_refuse(q_call *call, q_code rc, q_chat_failure failure, const q_err *why);

typedef struct lex_v2_said {
    q_str text;
    const q_value *state;              /* the request's sessionState; NULL: none */
    const q_value *request_attributes; /* NULL: none */
} lex_v2_said;

/* Take the turn; when it fails the call has been refused. */
Q_MUST_USE q_code lex__v2_converse(q_call *call, const lex_v2_said *said, q_chat_reply *reply);

/* Operations whose replies travel in headers, packed. */
q_code lex__v2_put_session(q_call *call);
q_code lex__v2_utterance_open(q_call *call);
q_code lex__v2_utterance_write(q_call *call, q_str bytes);
q_code lex__v2_utterance(q_call *call);

#endif
