/* service/lex_session.h - sessions as records, one a bot, alias and user, each
 * with a log of its latest turns.
 *
 * The log is a ring of records that are written in the session's transaction,
 * so that it never tells of a turn that is not kept.
 */
#ifndef Q_SERVICE_LEX_SESSION_H
#define Q_SERVICE_LEX_SESSION_H

#include "dialog/session.h"
#include "service/lex_chat.h"

typedef struct lex_session {
    q_str key; /* of its record */
    q_str user;
    int64_t version; /* of its record; 0: new */
    int64_t turns;   /* and puts, so far */
    q_str json;      /* as it was loaded; empty: new */
    q_session s;
} lex_session;

/* The user's session, or a fresh one. In the arena. */
Q_MUST_USE q_code lex__session_load(q_catalog *c, const q_bot *bot, q_str alias, q_str user,
                                    int64_t now_ms, q_arena *a, lex_session *out, q_err *err);

/* Keep it after a turn, which `entry` tells of: its number, time and states are
 * filled in here. What the user said is noted in the same transaction. Q_BUSY when another turn of
 * the user has come between.
 */
Q_MUST_USE q_code lex__session_save(q_catalog *c, const q_bot *bot, lex_session *s,
                                    q_chat_entry *entry, int64_t now_ms, q_arena *a, q_err *err);

/* Q_BUSY as above; Q_NOTFOUND when it is new. The next one's version goes on from this one's. */
Q_MUST_USE q_code lex__session_delete(q_catalog *c, const lex_session *s, int64_t now_ms,
                                      q_err *err);

Q_MUST_USE q_code lex__session_log(q_catalog *c, q_str bot, q_str alias, q_str user, int64_t now_ms,
                                   q_arena *a, q_chat_entry **out, size_t *count, q_err *err);

/* A session and the number of its turns as JSON, and back. */
Q_MUST_USE q_code lex__session_encode(const q_bot *bot, const q_session *s, int64_t turns,
                                      q_arena *a, q_str *out, q_err *err);
Q_MUST_USE q_code lex__session_decode(const q_bot *bot, q_str json, q_arena *a, q_session *s,
                                      int64_t *turns, q_err *err);

#endif
