/* service/lex_session.h - sessions as records: one a bot, alias and user. */
#ifndef Q_SERVICE_LEX_SESSION_H
#define Q_SERVICE_LEX_SESSION_H

#include "dialog/session.h"
#include "store/catalog.h"

typedef struct lex_session {
    q_str key;       /* of its record */
    int64_t version; /* of its record; 0: new */
    q_session s;
} lex_session;

/* The user's session, or a fresh one. In the arena. */
Q_MUST_USE q_code lex__session_load(q_catalog *c, const q_bot *bot, q_str alias, q_str user,
                                    int64_t now_ms, q_arena *a, lex_session *out, q_err *err);

/* Q_BUSY when another turn of the user has come between. */
Q_MUST_USE q_code lex__session_save(q_catalog *c, const q_bot *bot, const lex_session *s,
                                    int64_t now_ms, q_arena *a, q_err *err);

#endif
