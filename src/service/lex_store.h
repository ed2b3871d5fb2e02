/* service/lex_store.h - the parts of bots as they are kept: what a bot uses, what it may be, what
 * its versions are. Beneath the API (lex_models.h), the import of files and the command line.
 *
 * A part is a definition (store/definition.h) whose body is the JSON of its members, in a fixed
 * order, name first; so the same content has the same checksum.
 *
 * What is wrong comes as a code: Q_INVALID, Q_UNSUPPORTED (a bad request), Q_NOTFOUND, Q_DENIED (a
 * checksum is not that of $LATEST), Q_EXISTS (a conflict), Q_LIMIT.
 */
#ifndef SERVICE_LEX_STORE_H
#define SERVICE_LEX_STORE_H

#include "base/value.h"
#include "store/definition.h"

enum { LEX_SLOT_TYPE = 1, LEX_INTENT, LEX_BOT, LEX_ALIAS };
enum { LEX_HIDDEN = 1 }; /* a flag of bots: what users say is not kept */
enum { LEX_BODY = 16 << 20, LEX_INTENTS_MAX = 1000 };

typedef struct lex_kind {
    int kind;
    const char *noun;           /* "slot type" */
    const char *resource;       /* "SLOT_TYPE" */
    const char *const *members; /* of a body behind the name, NULL-terminated */
} lex_kind;

const lex_kind *lex__kind(int kind);
int lex__kind_of(q_str resource); /* "BOT", ...; 0 for another */

/* "$LATEST" or digits, in the arena; the reverse is false for what no version can be. */
q_str lex__version_name(q_arena *a, int64_t version);
bool lex__version_of(q_str text, int64_t *out);

typedef struct lex_part {
    q_definition d;
    const q_value *body;
} lex_part;

/* Q_NOTFOUND names it. The name is matched without case; `exactly` asks for its case too. */
Q_MUST_USE q_code lex__get(q_catalog *c, q_definition_ref ref, bool exactly, q_arena *a,
                           lex_part *out, q_err *err);

/* What a body uses, each once: its intents, its own slot types, an alias' bot. In the arena. */
Q_MUST_USE q_code lex__uses(int kind, const q_value *body, q_arena *a, q_definition_ref **out,
                            size_t *count, q_err *err);

typedef struct lex_put {
    int kind;
    q_str name;
    const q_value *members; /* a map that holds those of the body, and may hold others */
    q_str checksum;         /* of the revision that it replaces; .p NULL: none is given */
    bool whatever;          /* replace any revision */
    int64_t now_ms;
    const char *status; /* of a bot */
    const char *reason;
} lex_put;

/* Write $LATEST (an alias' only version). In a transaction. *out is what is there now. */
Q_MUST_USE q_code lex__put(q_catalog *c, const lex_put *p, q_arena *a, lex_part *out, q_err *err);

/* A version of $LATEST, which is given; the newest when that has the same body. It may use only
 * numbered versions. *fresh: it was made now. In a transaction.
 */
Q_MUST_USE q_code lex__publish(q_catalog *c, const lex_part *latest, int64_t now_ms, q_arena *a,
                               lex_part *out, bool *fresh, q_err *err);
/* The same, but what it uses as $LATEST is published first, and the version uses that. */
Q_MUST_USE q_code lex__publish_all(q_catalog *c, const lex_part *latest, int64_t now_ms, q_arena *a,
                                   lex_part *out, bool *fresh, q_err *err);

/* "NAME", "NAME:VERSION" of a bot: the key of the record that is run (lex_bots.h). */
q_str lex__built_key(q_arena *a, q_str name, int64_t version);
/* "BOT:ALIAS", the name of an alias' definition. */
q_str lex__alias_name(q_arena *a, q_str bot, q_str alias);

#endif
