/* service/lex_import.h - a bot from its Lex V1 export file. */
#ifndef Q_SERVICE_LEX_IMPORT_H
#define Q_SERVICE_LEX_IMPORT_H

#include "dialog/bot.h"

/* Parse and check {"metadata": ..., "resource": ...}. On success *out is in the
 * arena; its texts may be borrowed from `json`. Fails with Q_INVALID (the
 * sentence names every problem by its path, as far as it holds them:
 * "resource.intents[1].slots[0].slotType: unknown type X"), Q_UNSUPPORTED when
 * each problem is something that is not there yet, Q_LIMIT, Q_NOMEM.
 */
Q_MUST_USE q_code q_lex_import(q_str json, q_arena *a, q_bot **out, q_err *err);

#endif
