/* service/lex_v2_form.h - parts of a session in the JSON form of Lex V2's
 * runtime. What is read may come from a packed header, which nothing has
 * checked; its texts are borrowed.
 */
#ifndef Q_SERVICE_LEX_V2_FORM_H
#define Q_SERVICE_LEX_V2_FORM_H

#include "service/lex_chat.h"

/* Of a sessionState: intent, activeContexts, sessionAttributes. Fails with Q_NOMEM. */
Q_MUST_USE q_code lex__v2_session_write(q_value *map, const q_chat_reply *r, int64_t now_ms,
                                        q_arena *a, q_err *err);

/* A whole sessionState. Fails with Q_NOMEM. */
Q_MUST_USE q_code lex__v2_state_write(q_value *map, const q_chat_reply *r, q_str request_id,
                                      int64_t now_ms, q_arena *a, q_err *err);

/* interpretations: the intent of the session first, then what else the words
 * could mean, then the fallback intent, if there is room. Never empty.
 */
Q_MUST_USE q_code lex__v2_interpretations_write(q_value *list, const q_chat_reply *r, q_arena *a,
                                                q_err *err);

/* messages; each attachment of the card is one more. */
void lex__v2_messages_write(q_value *list, const q_message *messages, size_t count,
                            const q_card *card);

/* What a request's sessionState says. */
typedef struct lex_v2_state {
    bool has_attributes, has_contexts, has_directive;
    q_attributes attributes;
    q_contexts contexts;
    q_directive directive; /* its intent, slots and next step only */
} lex_v2_state;

/* `state` may be NULL: nothing is said. Fails with Q_INVALID, Q_NOMEM. */
Q_MUST_USE q_code lex__v2_state_read(const q_value *state, int64_t now_ms, q_arena *a,
                                     lex_v2_state *out, q_err *err);

/* PutSession's messages, into the directive. Fails with Q_INVALID, Q_NOMEM. */
Q_MUST_USE q_code lex__v2_messages_read(const q_value *list, q_arena *a, q_directive *out,
                                        q_err *err);

#endif
