/* Delete*: only what nothing uses. */
#include "service/lex_models.h"

#include "service/lex_bots.h"
#include "store/record.h"

typedef struct deleting {
    q_call *call;
    q_definition_ref ref; /* with Q_ALL_VERSIONS: the whole */
} deleting;

/* An alias is named without its bot, with the version that it stands for. */
static q_code user_show(q_catalog *c, const q_definition_ref *by, q_arena *a, q_str *name,
                        q_str *version, q_err *err)
{
    q_str bot;
    lex_part alias = {.body = NULL};
    q_code rc;

    *name = by->name;
    *version = lex__version_name(a, by->version);
    if (by->kind != LEX_ALIAS)
        return Q_OK;
    rc = lex__get(c, *by, false, a, &alias, err);
    if (rc)
        return rc;
    *version = q_value_str(alias.body, Q_STR("botVersion"), Q_STR(""));
    q_str_cut(by->name, ':', &bot, name);
    return Q_OK;
}

static q_code in_use(q_catalog *c, deleting *d, q_err *err)
{
    q_call *call = d->call;
    q_definition_ref *by = NULL;
    size_t count = 0;
    q_str name, version;
    q_value *reference;
    q_code rc = q_definition_users(c, d->ref, call->arena, &by, &count, err);

    if (rc || !count)
        return rc;
    rc = user_show(c, &by[0], call->arena, &name, &version, err);
    if (rc)
        return rc;
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("referenceType"),
              q_str_of(lex__kind(by[0].kind)->resource));
    reference = q_map_map(call->error_members, Q_STR("exampleReference"));
    q_map_str(reference, Q_STR("name"), name);
    q_map_str(reference, Q_STR("version"), version);
    rc = q_value_ok(call->error_members, err);
    return rc ? rc
              : q_call_fail(call, "ResourceInUseException",
                            "%s %.*s is used by %s %.*s, version %.*s; remove that first",
                            lex__kind(d->ref.kind)->noun, Q_ARG(d->ref.name),
                            lex__kind(by[0].kind)->noun, Q_ARG(name), Q_ARG(version));
}

/* What of a bot is run. */
static q_code unbuild(q_catalog *c, const deleting *d, q_err *err)
{
    q_arena *a = d->call->arena;
    int64_t after = d->ref.version == Q_ALL_VERSIONS ? -1 : d->ref.version - 1;
    size_t count = 1, most = d->ref.version == Q_ALL_VERSIONS ? 100 : 1;
    q_code rc = Q_OK;

    while (!rc && count) {
        q_definition *v;

        rc = q_definition_versions(c, d->ref, after, most, a, &v, &count, err);
        for (size_t i = 0; i < count && !rc; i++) {
            q_str key = lex__built_key(a, v[i].ref.name, v[i].ref.version);

            after = v[i].ref.version;
            rc = key.p ? q_record_delete(c, LEX_BUILT, key, NULL, err) : q_err_nomem(err);
        }
        if (d->ref.version != Q_ALL_VERSIONS)
            break;
    }
    return rc;
}

static q_code run(q_catalog *c, void *arg, q_err *err)
{
    deleting *d = arg;
    q_definition_ref first = d->ref;
    lex_part part = {.body = NULL};
    bool existed;
    q_code rc;

    if (first.version == Q_ALL_VERSIONS)
        first.version = Q_LATEST;
    rc = lex__get(c, first, true, d->call->arena, &part, err);
    if (!rc)
        rc = in_use(c, d, err);
    if (!rc && d->ref.kind == LEX_BOT)
        rc = unbuild(c, d, err);
    if (!rc && d->ref.version == Q_ALL_VERSIONS)
        rc = lex__tags_forget(c, d->ref.name, err);
    return rc ? rc : q_definition_delete(c, d->ref, &existed, err);
}

static q_code delete (q_call *call, int kind, q_str name, int64_t version)
{
    q_app *app = call->app;
    deleting d = {call, {kind, name, version}};
    q_code rc =
        name.p ? q_catalog_transact(app->catalog, run, &d, &call->err) : q_err_nomem(&call->err);

    return rc ? lex__fail(call, rc) : Q_OK;
}

static q_code delete_version(q_call *call, int kind)
{
    int64_t version;

    if (!lex__version_of(lex__in(call, "version"), &version) || version == Q_LATEST)
        return q_call_fail(call, "NotFoundException", "%s %.*s has no version %.*s",
                           lex__kind(kind)->noun, Q_ARG(lex__in(call, "name")),
                           Q_ARG(lex__in(call, "version")));
    return delete (call, kind, lex__in(call, "name"), version);
}

q_code lex__delete_bot(q_call *call)
{
    return delete (call, LEX_BOT, lex__in(call, "name"), Q_ALL_VERSIONS);
}

q_code lex__delete_intent(q_call *call)
{
    return delete (call, LEX_INTENT, lex__in(call, "name"), Q_ALL_VERSIONS);
}

q_code lex__delete_slot_type(q_call *call)
{
    return delete (call, LEX_SLOT_TYPE, lex__in(call, "name"), Q_ALL_VERSIONS);
}

q_code lex__delete_bot_version(q_call *call)
{
    return delete_version(call, LEX_BOT);
}

q_code lex__delete_intent_version(q_call *call)
{
    return delete_version(call, LEX_INTENT);
}

q_code lex__delete_slot_type_version(q_call *call)
{
    return delete_version(call, LEX_SLOT_TYPE);
}

q_code lex__delete_bot_alias(q_call *call)
{
    return delete (call, LEX_ALIAS,
                   lex__alias_name(call->arena, lex__in(call, "botName"), lex__in(call, "name")),
                   Q_ALL_VERSIONS);
}
