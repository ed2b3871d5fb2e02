/* service/lex_models.h - what the files of Lex's model building API share.
 *
 *     lex_models.c           the handlers' table, errors, replies
 *     lex_models_put.c       PutSlotType, PutIntent and what they may hold
 *     lex_models_bot.c       PutBot
 *     lex_models_version.c   Create*Version
 *     lex_models_list.c      lists, page by page
 *     lex_models_delete.c    Delete*, and who uses what
 *     lex_models_alias.c     aliases; channels and migrations, of which there are none
 *     lex_models_tag.c       tags
 *     lex_models_import.c    StartImport, GetImport
 *     lex_models_export.c    GetExport
 *     lex_models_builtin.c   what is built in
 */
#ifndef SERVICE_LEX_MODELS_H
#define SERVICE_LEX_MODELS_H

#include "service/app.h"
#include "service/lex_store.h"

/* The API's error for a code of lex_store.h, with the sentence in call->err; another code is ours
 * and stays. What a handler returns.
 */
q_code lex__fail(q_call *call, q_code rc);

/* A text member of the request; empty when it is not there. */
q_str lex__in(const q_call *call, const char *name);

/* A part into a map of the reply: its members, dates, version, checksum, status. */
void lex__describe(q_call *call, q_value *map, const lex_part *p);
/* Where a listing goes on, and how many it may give. */
typedef struct lex_page {
    q_str after; /* empty: from the beginning */
    size_t limit;
} lex_page;
enum { LEX_RESULTS = 10 }; /* without maxResults */

/* By nextToken and maxResults of the request. Fails as a handler does. */
Q_MUST_USE q_code lex__page(q_call *call, lex_page *out);
/* There is more behind `last`. What a handler returns. */
q_code lex__page_end(q_call *call, q_str last);

/* A Put* on its way. */
typedef struct lex_writing lex_writing;
struct lex_writing {
    q_call *call;
    int kind;
    q_str name;             /* empty: that of the request */
    const q_value *members; /* NULL: those of the request */
    const char *status, *reason;
    /* In the transaction, before and after it is written; may be NULL. */
    q_code (*before)(q_catalog *c, lex_writing *w, q_err *err);
    q_code (*after)(q_catalog *c, lex_writing *w, q_err *err);
    lex_part written;
};

/* Write it by the request's checksum and createVersion. Both are what a handler returns; the second
 * replies, too.
 */
q_code lex__write_quietly(lex_writing *w);
q_code lex__write(lex_writing *w);

/* For lex_writing.before: what it uses has to be there. */
q_code lex__used_check(q_catalog *c, lex_writing *w, q_err *err);
/* For lex_writing.before: the request's tags, which only a new one may have. */
q_code lex__tags_first(q_catalog *c, lex_writing *w, q_err *err);
/* Add them to what is there, in a transaction. */
q_code lex__tags_put(q_catalog *c, q_str name, const q_value *tags, int64_t now_ms, q_arena *a,
                     q_err *err);
q_code lex__tags_forget(q_catalog *c, q_str name, q_err *err);

/* A version of $LATEST; a bot's is built too. In a transaction. */
Q_MUST_USE q_code lex__version_make(q_catalog *c, q_call *call, const lex_part *latest,
                                    lex_part *out, q_err *err);

/* Is it the name of something that is built in, with or without its "AMAZON."? By any case. */
bool lex__builtin_intent(q_str name);
bool lex__builtin_slot_type(q_str name);

/* -- The handlers -- */

q_code lex__put_slot_type(q_call *call);
q_code lex__put_intent(q_call *call);
q_code lex__create_slot_type_version(q_call *call);
q_code lex__create_intent_version(q_call *call);
q_code lex__get_slot_types(q_call *call);
q_code lex__get_intents(q_call *call);
q_code lex__get_slot_type_versions(q_call *call);
q_code lex__get_intent_versions(q_call *call);
q_code lex__get_builtin_intent(q_call *call);
q_code lex__get_builtin_intents(q_call *call);
q_code lex__get_builtin_slot_types(q_call *call);
q_code lex__put_bot(q_call *call);
q_code lex__get_bot(q_call *call);
q_code lex__get_bots(q_call *call);
q_code lex__get_bot_versions(q_call *call);
q_code lex__create_bot_version(q_call *call);
q_code lex__put_bot_alias(q_call *call);
q_code lex__get_bot_alias(q_call *call);
q_code lex__get_bot_aliases(q_call *call);
q_code lex__get_channel(q_call *call);
q_code lex__get_channels(q_call *call);
q_code lex__start_migration(q_call *call);
q_code lex__get_migration(q_call *call);
q_code lex__get_migrations(q_call *call);
q_code lex__delete_bot(q_call *call);
q_code lex__delete_bot_version(q_call *call);
q_code lex__delete_bot_alias(q_call *call);
q_code lex__delete_intent(q_call *call);
q_code lex__delete_intent_version(q_call *call);
q_code lex__delete_slot_type(q_call *call);
q_code lex__delete_slot_type_version(q_call *call);
q_code lex__tag_resource(q_call *call);
q_code lex__untag_resource(q_call *call);
q_code lex__list_tags(q_call *call);
q_code lex__start_import(q_call *call);
q_code lex__get_import(q_call *call);
q_code lex__get_export(q_call *call);
q_code lex__get_bot_export(q_call *call); /* of Quern's own API: what GetExport points to */
q_code lex__get_utterances_view(q_call *call);
q_code lex__delete_utterances(q_call *call);

#endif
