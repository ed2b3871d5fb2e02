/* service/lex_runtime.h - what the operations of Lex V1's runtime share; private
 * to lex_runtime.c, lex_content.c and lex_put.c.
 */
#ifndef Q_SERVICE_LEX_RUNTIME_H
#define Q_SERVICE_LEX_RUNTIME_H

#include "service/lex_chat.h"
#include "wire/call.h"

/* Who talks, of the call's URI: a visitor only as itself. */
Q_MUST_USE q_code lex__request(q_call *call, q_chat_request *out);

/* Answer a failed step by its documented exception. */
q_code lex__refuse(q_call *call, q_code rc, q_chat_failure failure, const q_err *why);

/* Members of a reply, in the body or in headers. */
void lex__score_write(q_value *map, q_str key, double score);
void lex__alternatives_write(q_value *map, const q_chat_reply *r);
/* intentName, slots, sessionAttributes, messageFormat, dialogState,
 * slotToElicit, sessionId, activeContexts
 */
void lex__state_write(q_value *map, const q_chat_reply *r, int64_t now_ms);

/* The members of a header-borne reply that PostContent and PutSession share. */
Q_MUST_USE q_code lex__headers_write(q_call *call, const q_chat_reply *r);
/* Only text is spoken here: Accept must allow it. */
Q_MUST_USE q_code lex__accept_check(q_call *call);

q_code lex__post_content_open(q_call *call);
q_code lex__post_content_write(q_call *call, q_str bytes);
q_code lex__post_content(q_call *call);
q_code lex__get_session(q_call *call);
q_code lex__put_session(q_call *call);
q_code lex__delete_session(q_call *call);

#endif
