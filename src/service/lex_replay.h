/* service/lex_replay.h - a session's past taken up again: forked for another
 * user, or said again to another version of its bot.
 */
#ifndef Q_SERVICE_LEX_REPLAY_H
#define Q_SERVICE_LEX_REPLAY_H

#include "dialog/outcome.h"
#include "service/lex_chat.h"

/* Where to begin in a session's log. */
typedef struct q_replay_from {
    q_str label;    /* at the first turn whose session held this checkpoint; empty: not so */
    int64_t number; /* at this turn; 0: not so. Neither: at the oldest that is kept */
} q_replay_from;

/* The log of the session of who->bot, alias and user, from there on; in the
 * arena. Q_NOTFOUND without a log, checkpoint or turn of that number.
 */
Q_MUST_USE q_code q_replay_log(q_app *app, const q_chat_request *who, const q_replay_from *from,
                               int64_t now_ms, q_arena *a, q_chat_entry **out, size_t *count,
                               q_err *err);

typedef struct q_replayed {
    bool put; /* a client set the session's state, which was taken over */
    int64_t number;
    q_str text; /* what the user said */
    q_outcome was, is;
    q_differences differences;
} q_replayed;

/* Say the entries again to `ready`, from the state before the first on. `old`
 * is the bot that said them. Functions run as far as app->functions is there.
 * out[] has room for all entries; both bots must outlive it. Fails with
 * Q_NOMEM, Q_IO, Q_INVALID (a log that cannot be read).
 */
Q_MUST_USE q_code q_replay(q_app *app, const q_bot_ready *old, const q_bot_ready *ready,
                           const q_chat_request *who, const q_chat_entry *entries, size_t count,
                           q_arena *a, q_replayed *out, q_err *err);

/* Give `to` (bot, alias, user) a session as it stood before the entry. Q_EXISTS
 * when it has one, Q_NOTFOUND without that bot or alias.
 */
Q_MUST_USE q_code q_replay_fork(q_app *app, const q_chat_entry *entry, const q_chat_request *to,
                                int64_t now_ms, q_arena *a, q_err *err);

#endif
