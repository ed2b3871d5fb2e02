/* Amazon Lex V1's model building: bots, intents, slot types. */
#include "service/lex_models.h"

#include "base/json.h"
#include "service/services.h"

q_code lex__fail(q_call *call, q_code rc)
{
    const char *name = NULL;

    switch (rc) {
    case Q_INVALID:
    case Q_UNSUPPORTED:
        name = "BadRequestException";
        break;
    case Q_NOTFOUND:
        name = "NotFoundException";
        break;
    case Q_DENIED:
        name = "PreconditionFailedException";
        break;
    case Q_EXISTS:
        name = "ConflictException";
        break;
    case Q_LIMIT:
        name = "LimitExceededException";
        break;
    default:
        break;
    }
    if (name && !call->error)
        call->error = name;
    return rc;
}

q_str lex__in(const q_call *call, const char *name)
{
    return q_value_str(call->in, q_str_of(name), Q_STR(""));
}

static void dates(q_value *map, const q_definition *d)
{
    q_map_time(map, Q_STR("lastUpdatedDate"), (double)d->updated_ms / 1000);
    q_map_time(map, Q_STR("createdDate"), (double)d->created_ms / 1000);
}

static void status(q_value *map, const q_definition *d)
{
    if (d->status.n)
        q_map_str(map, Q_STR("status"), d->status);
}

void lex__describe(q_call *call, q_value *map, const lex_part *p)
{
    for (const q_value *v = q_value_first(p->body); v; v = v->next)
        q_map_copy(map, v->key, v);
    dates(map, &p->d);
    q_map_str(map, Q_STR("version"), lex__version_name(call->arena, p->d.ref.version));
    q_map_str(map, Q_STR("checksum"), p->d.checksum);
    status(map, &p->d);
    if (p->d.reason.n)
        q_map_str(map, Q_STR("failureReason"), p->d.reason);
}

static q_code get(q_call *call, int kind)
{
    q_app *app = call->app;
    q_definition_ref ref = {kind, lex__in(call, "name"), Q_LATEST};
    lex_part part = {.body = NULL};
    q_code rc;

    if (!lex__version_of(lex__in(call, "version"), &ref.version))
        rc = q_err_set(&call->err, Q_NOTFOUND, "%s %.*s has no version %.*s", lex__kind(kind)->noun,
                       Q_ARG(ref.name), Q_ARG(lex__in(call, "version")));
    else
        rc = lex__get(app->catalog, ref, true, call->arena, &part, &call->err);
    if (rc)
        return lex__fail(call, rc);
    lex__describe(call, call->out, &part);
    return q_value_ok(call->out, &call->err);
}

static q_code get_slot_type(q_call *call)
{
    return get(call, LEX_SLOT_TYPE);
}

static q_code get_intent(q_call *call)
{
    return get(call, LEX_INTENT);
}

static const q_handler handlers[] = {
    {.operation = "PutSlotType", .run = lex__put_slot_type},
    {.operation = "PutIntent", .run = lex__put_intent},
    {.operation = "GetSlotType", .run = get_slot_type},
    {.operation = "GetIntent", .run = get_intent},
    {.operation = "CreateSlotTypeVersion", .run = lex__create_slot_type_version},
    {.operation = "CreateIntentVersion", .run = lex__create_intent_version},
    {.operation = "GetSlotTypes", .run = lex__get_slot_types},
    {.operation = "GetIntents", .run = lex__get_intents},
    {.operation = "GetSlotTypeVersions", .run = lex__get_slot_type_versions},
    {.operation = "GetIntentVersions", .run = lex__get_intent_versions},
    {.operation = "GetBuiltinIntent", .run = lex__get_builtin_intent},
    {.operation = "GetBuiltinIntents", .run = lex__get_builtin_intents},
    {.operation = "GetBuiltinSlotTypes", .run = lex__get_builtin_slot_types},
    {.operation = "PutBot", .run = lex__put_bot},
    {.operation = "GetBot", .run = lex__get_bot},
    {.operation = "GetBots", .run = lex__get_bots},
    {.operation = "GetBotVersions", .run = lex__get_bot_versions},
    {.operation = "CreateBotVersion", .run = lex__create_bot_version},
    {.operation = "PutBotAlias", .run = lex__put_bot_alias},
    {.operation = "GetBotAlias", .run = lex__get_bot_alias},
    {.operation = "GetBotAliases", .run = lex__get_bot_aliases},
    {.operation = "DeleteBot", .run = lex__delete_bot},
    {.operation = "DeleteBotVersion", .run = lex__delete_bot_version},
    {.operation = "DeleteBotAlias", .run = lex__delete_bot_alias},
    {.operation = "DeleteIntent", .run = lex__delete_intent},
    {.operation = "DeleteIntentVersion", .run = lex__delete_intent_version},
    {.operation = "DeleteSlotType", .run = lex__delete_slot_type},
    {.operation = "DeleteSlotTypeVersion", .run = lex__delete_slot_type_version},
    {.operation = "GetBotChannelAssociation", .run = lex__get_channel},
    {.operation = "GetBotChannelAssociations", .run = lex__get_channels},
    {.operation = "DeleteBotChannelAssociation", .run = lex__get_channel},
    {.operation = "StartMigration", .run = lex__start_migration},
    {.operation = "GetMigration", .run = lex__get_migration},
    {.operation = "GetMigrations", .run = lex__get_migrations},
    {.operation = "StartImport", .run = lex__start_import, .waits = Q_WAITS_WORKER},
    {.operation = "GetImport", .run = lex__get_import},
    {.operation = "GetExport", .run = lex__get_export},
    {.operation = "TagResource", .run = lex__tag_resource},
    {.operation = "UntagResource", .run = lex__untag_resource},
    {.operation = "ListTagsForResource", .run = lex__list_tags},
    {.operation = "GetUtterancesView", .run = lex__get_utterances_view},
    {.operation = "DeleteUtterances", .run = lex__delete_utterances},
};

const q_service q_service_lex_models = {"lex-models", handlers, sizeof handlers / sizeof *handlers};
