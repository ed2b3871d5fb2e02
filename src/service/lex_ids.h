/* service/lex_ids.h - the ten characters by which Lex V2's clients name a bot. */
#ifndef Q_SERVICE_LEX_IDS_H
#define Q_SERVICE_LEX_IDS_H

#include "store/catalog.h"

enum { Q_BOT_ID = 10 };

/* The alias that V2's consoles give to every bot's draft: here $LATEST. */
#define Q_TEST_ALIAS "TSTALIASID"

/* The id of a bot's name: Q_BOT_ID capital letters and digits and a NUL, the
 * same on every machine. False only when memory is short.
 */
Q_MUST_USE bool q_bot_id(q_str name, char out[Q_BOT_ID + 1]);

/* The name of the bot with that id, in the arena; a name stands for itself.
 * Q_NOTFOUND when no bot has it.
 */
Q_MUST_USE q_code q_bot_of_id(q_catalog *c, q_str id, int64_t now_ms, q_arena *a, q_str *name,
                              q_err *err);

#endif
