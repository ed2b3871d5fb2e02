/* service/lex_utterances.h - what users said to a bot, for GetUtterancesView. */
#ifndef Q_SERVICE_LEX_UTTERANCES_H
#define Q_SERVICE_LEX_UTTERANCES_H

#include "store/catalog.h"

enum {
    Q_UTTERANCE_DAYS = 15,  /* for which they are kept */
    Q_UTTERANCES_SEEN = 100 /* of a version, at most */
};

typedef struct q_utterance {
    q_str bot, version, user, text;
    bool missed; /* no intent was understood */
    int64_t now_ms;
} q_utterance;

/* Once a turn: one row a day for the same words of the same user. Nothing is kept of a bot that is
 * directed at children or obfuscates a slot. Costs no sync of its own inside a transaction.
 */
Q_MUST_USE q_code q_utterance_note(q_catalog *c, const q_utterance *u, q_err *err);

typedef struct q_utterance_seen {
    q_str text;
    int64_t count, users;
    int64_t first_ms, last_ms;
} q_utterance_seen;

/* The most frequent ones of a version, in the arena. */
Q_MUST_USE q_code q_utterances_seen(q_catalog *c, q_str bot, q_str version, bool missed,
                                    int64_t now_ms, q_arena *a, q_utterance_seen **out,
                                    size_t *count, q_err *err);

/* All that a user said to a bot. */
Q_MUST_USE q_code q_utterances_forget(q_catalog *c, q_str bot, q_str user, q_err *err);

#endif
