/* service/lex_script.h - written conversations (dialog/script.h) held with a
 * bot. Nothing is stored.
 */
#ifndef Q_SERVICE_LEX_SCRIPT_H
#define Q_SERVICE_LEX_SCRIPT_H

#include "dialog/script.h"
#include "service/lex_chat.h"

/* What a reply comes to; in the arena or borrowed from it. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_chat_outcome(const q_chat_reply *r, q_arena *a, q_outcome *out, q_err *err);

/* A turn that failed. The sentence is copied into the arena. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_chat_outcome_failed(const q_err *why, q_arena *a, q_outcome *out, q_err *err);

/* A copy that a step with the other does not change; texts are shared. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_session_copy(const q_session *s, q_arena *a, q_session *out, q_err *err);

/* Say all of the conversation to the bot, from a new session on: out[] holds an
 * outcome for each turn. A code hook is answered by the script where it does,
 * else by its function, as far as app->functions is there. A failed turn is an
 * outcome too; the next goes on from the state before it. `ready` must outlive
 * the outcomes. Fails with Q_NOMEM, Q_IO.
 */
Q_MUST_USE q_code q_script_hold(q_app *app, const q_bot_ready *ready, q_str alias,
                                const q_conversation *c, int64_t now_ms, q_arena *a, q_outcome *out,
                                q_err *err);

#endif
