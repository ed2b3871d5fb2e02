/* service/lex_build.h - from the parts of a bot to what is run.
 *
 *     PutBot --> BUILDING --job--> composed, checked, learnt --> READY: the record that is run
 *                                                           \--> FAILED, with the reason
 *
 * What is run is the bot's export file, with all its parts, as a record (lex_bots.h). A build whose
 * bot has changed since leaves nothing behind. It survives a restart, as jobs do.
 */
#ifndef SERVICE_LEX_BUILD_H
#define SERVICE_LEX_BUILD_H

#include "service/app.h"
#include "service/lex_store.h"

/* The export file of a part and all that it uses: {"metadata", "resource"}. In the arena. Fails
 * with Q_NOTFOUND for a part that is not there, Q_INVALID naming each that it uses and is not
 * there.
 */
Q_MUST_USE q_code lex__compose(q_catalog *c, q_definition_ref ref, q_arena *a, q_str *json,
                               q_err *err);

/* Make builds a kind of job. Before the jobs start. */
Q_MUST_USE q_code lex__build_register(q_app *app, q_err *err);
/* And imports (lex_models_import.c). */
Q_MUST_USE q_code lex__import_register(q_app *app, q_err *err);
/* Begin one, in the transaction that wrote the bot as BUILDING. */
Q_MUST_USE q_code lex__build_begin(q_jobs *jobs, const q_definition *bot, q_arena *a, q_err *err);
/* Build it here and now, without learning; in a transaction. Fails with what is wrong with it. */
Q_MUST_USE q_code lex__build_now(q_catalog *c, const q_definition *bot, int64_t now_ms, q_arena *a,
                                 q_err *err);

#endif
