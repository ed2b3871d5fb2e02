/* service/lex_bots.h - the bots that are run, and what was learnt from them.
 *
 * What is run is a record that a build left (lex_build.h): the bot's export file, under its name
 * for $LATEST and under NAME:VERSION for each version that was published. A bot's model is learnt
 * when it is built or first asked for, and kept until its record changes.
 */
#ifndef Q_SERVICE_LEX_BOTS_H
#define Q_SERVICE_LEX_BOTS_H

#include "dialog/understand.h"
#include "store/definition.h"

#define LEX_BUILT Q_STR("bot") /* the space of the records */

typedef struct q_bots q_bots; /* the models; any thread may use it */

Q_MUST_USE q_code q_bots_new(q_bots **out, q_err *err);
void q_bots_free(q_bots *b); /* NULL is fine */

/* A bot to talk with: counted, read-only. */
typedef struct q_bot_ready q_bot_ready;

const q_bot *q_bot_ready_bot(const q_bot_ready *r);
const q_model *q_bot_ready_model(const q_bot_ready *r);
q_str q_bot_ready_version(const q_bot_ready *r); /* "$LATEST" or digits */
void q_bot_ready_unref(q_bot_ready *r);          /* NULL is fine */

/* One reference for the caller. `cache` may be NULL: then it is learnt anew.
 * Q_NOTFOUND when the bot or the alias is not there, Q_INVALID when it is not built.
 */
Q_MUST_USE q_code q_bots_get(q_bots *cache, q_catalog *c, q_str name, q_str alias, int64_t now_ms,
                             q_bot_ready **out, q_err *err);

/* A bot from its export file alone, as the version "$LATEST"; one reference for the
 * caller. Fails as q_lex_import.
 */
Q_MUST_USE q_code q_bot_read(q_str json, q_bot_ready **out, q_err *err);

/* The export file of a bot as it was stored, in the arena. `alias` may be an
 * alias, "$LATEST", or a version's number. Q_NOTFOUND as q_bots_get.
 */
Q_MUST_USE q_code q_bot_export(q_catalog *c, q_str name, q_str alias, int64_t now_ms, q_arena *a,
                               q_str *json, q_str *version, q_err *err);

/* Check and learn what a build composed of `bot`. One reference for the caller. */
Q_MUST_USE q_code q_bot_ready_new(q_str json, q_definition_ref bot, q_bot_ready **out, q_err *err);
/* Keep it as that version of its record. */
void q_bots_keep(q_bots *b, q_bot_ready *r, int64_t record_version);

typedef struct q_bot_stored {
    char name[104];
    char version[24]; /* "$LATEST", or of the published one */
    size_t intents;
} q_bot_stored;

/* Check an export file and keep it as $LATEST of the bot and of all its parts, built; with an alias
 * (else empty), publish versions of them and put it under that.
 */
Q_MUST_USE q_code q_bot_store(q_catalog *c, q_str json, q_str alias, int64_t now_ms,
                              q_bot_stored *out, q_err *err);

/* Take up the bots of data folders from before bots had parts: nothing to do in others. What cannot
 * be taken up stays, and is logged.
 */
Q_MUST_USE q_code q_bots_adopt(q_catalog *c, int64_t now_ms, q_err *err);

/* Every version of every bot, by name, in the arena. */
Q_MUST_USE q_code q_bot_list(q_catalog *c, q_arena *a, q_bot_stored **out, size_t *count,
                             q_err *err);

typedef struct q_bot_alias {
    q_str name, version;
} q_bot_alias;

/* The aliases of a bot, by name, in the arena. */
Q_MUST_USE q_code q_bot_aliases(q_catalog *c, q_str bot, q_arena *a, q_bot_alias **out,
                                size_t *count, q_err *err);

#endif
