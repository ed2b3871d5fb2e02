/* service/lex_chat.h - one turn with a bot: what PostText and `quern chat` share. */
#ifndef Q_SERVICE_LEX_CHAT_H
#define Q_SERVICE_LEX_CHAT_H

#include "base/value.h"
#include "dialog/turn.h"
#include "service/app.h"
#include "service/lex_bots.h"

typedef struct q_chat_request {
    q_str bot, alias, user, text;
    const q_value *session_attributes; /* texts; instead of the session's; may be NULL */
    const q_value *request_attributes; /* for the functions; may be NULL */
} q_chat_request;

typedef struct q_chat_reply {
    const q_intent *intent; /* NULL: none */
    double score;           /* negative: none */
    q_understood understood;
    q_session session; /* after the turn: state, slots, attributes */
    q_str bot_version;
    q_str message;      /* empty: nothing is said */
    const char *format; /* "PlainText", "CustomPayload", "SSML", "Composite" */
} q_chat_reply;

typedef enum q_chat_failure {
    Q_CHAT_OURS,        /* or none */
    Q_CHAT_FUNCTION,    /* the bot's function failed or answered nonsense */
    Q_CHAT_UNREACHABLE, /* it could not be run */
    Q_CHAT_CONFLICT     /* another turn of this user came between */
} q_chat_failure;

/* All of *out is in the arena or of the arena's life. Of `app` it uses
 * catalog, functions (NULL: bots with code hooks fail) and bots (may be NULL).
 * Fails with Q_NOTFOUND (no such bot or alias) and others; *failure says whose.
 */
Q_MUST_USE q_code q_bot_chat(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                             q_chat_reply *out, q_chat_failure *failure, q_err *err);

#endif
