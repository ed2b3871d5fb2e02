/* Aliases of bots. Channels and migrations, which this server has not: there are none. */
#include "service/lex_models.h"

#include "base/json.h"

static q_str alias_name(const q_call *call)
{
    return lex__alias_name(call->arena, lex__in(call, "botName"), lex__in(call, "name"));
}

/* As lex__describe, under its own name. */
static void describe(q_call *call, q_value *map, const lex_part *p)
{
    q_str bot, name;

    q_str_cut(p->d.ref.name, ':', &bot, &name);
    q_map_str(map, Q_STR("name"), name);
    q_map_str(map, Q_STR("botName"), bot);
    q_map_copy(map, Q_STR("botVersion"), q_value_get(p->body, Q_STR("botVersion")));
    q_map_copy(map, Q_STR("description"), q_value_get(p->body, Q_STR("description")));
    q_map_time(map, Q_STR("lastUpdatedDate"), (double)p->d.updated_ms / 1000);
    q_map_time(map, Q_STR("createdDate"), (double)p->d.created_ms / 1000);
    q_map_str(map, Q_STR("checksum"), p->d.checksum);
    (void)call;
}

static q_code before(q_catalog *c, lex_writing *w, q_err *err)
{
    q_code rc = lex__used_check(c, w, err);

    return rc ? rc : lex__tags_first(c, w, err);
}

q_code lex__put_bot_alias(q_call *call)
{
    lex_writing w = {.call = call, .kind = LEX_ALIAS, .name = alias_name(call), .before = before};
    q_code rc;

    if (q_value_get(call->in, Q_STR("conversationLogs")))
        return q_call_fail(call, "BadRequestException",
                           "conversationLogs are not written by this server; leave them out");
    rc = w.name.p ? lex__write_quietly(&w) : q_err_nomem(&call->err);
    if (rc)
        return rc;
    describe(call, call->out, &w.written);
    q_map_copy(call->out, Q_STR("tags"), q_value_get(call->in, Q_STR("tags")));
    return q_value_ok(call->out, &call->err);
}

q_code lex__get_bot_alias(q_call *call)
{
    q_app *app = call->app;
    q_definition_ref ref = {LEX_ALIAS, alias_name(call), Q_LATEST};
    lex_part alias = {.body = NULL};
    q_code rc = ref.name.p ? lex__get(app->catalog, ref, false, call->arena, &alias, &call->err)
                           : q_err_nomem(&call->err);

    if (rc)
        return lex__fail(call, rc);
    describe(call, call->out, &alias);
    return q_value_ok(call->out, &call->err);
}

q_code lex__get_bot_aliases(q_call *call)
{
    q_app *app = call->app;
    q_definition_wanted wanted = {
        .kind = LEX_ALIAS,
        .prefix = lex__alias_name(call->arena, lex__in(call, "botName"), Q_STR("")),
        .part = lex__in(call, "nameContains")};
    q_value *list = q_map_list(call->out, Q_STR("BotAliases"));
    q_definition *v;
    lex_page page;
    size_t count;
    q_code rc = lex__page(call, &page);

    if (rc)
        return rc;
    wanted.after = page.after;
    wanted.limit = page.limit + 1;
    if (!wanted.prefix.p)
        return q_err_nomem(&call->err);
    rc = q_definition_list(app->catalog, &wanted, call->arena, &v, &count, &call->err);
    for (size_t i = 0; !rc && i < count && i < page.limit; i++) {
        lex_part alias = {v[i], NULL};
        q_value *body;

        rc = q_json_parse(call->arena, v[i].body, &body, &call->err);
        if (rc)
            return rc;
        alias.body = body;
        describe(call, q_list_map(list), &alias);
    }
    if (rc)
        return rc;
    return count > page.limit ? lex__page_end(call, v[page.limit - 1].ref.name)
                              : q_value_ok(call->out, &call->err);
}

/* ---- what there is none of ---------------------------------------------- */

q_code lex__get_channel(q_call *call)
{
    return q_call_fail(call, "NotFoundException",
                       "bot %.*s has no channel %.*s; this server keeps no channels to messaging "
                       "platforms",
                       Q_ARG(lex__in(call, "botName")), Q_ARG(lex__in(call, "name")));
}

q_code lex__get_channels(q_call *call)
{
    q_map_list(call->out, Q_STR("botChannelAssociations"));
    return q_value_ok(call->out, &call->err);
}

q_code lex__start_migration(q_call *call)
{
    return q_call_fail(call, "BadRequestException",
                       "StartMigration is not done by this server: bots stay as they are, and are "
                       "exported with GetExport");
}

q_code lex__get_migration(q_call *call)
{
    return q_call_fail(call, "NotFoundException",
                       "there is no migration %.*s; this server does none",
                       Q_ARG(lex__in(call, "migrationId")));
}

q_code lex__get_migrations(q_call *call)
{
    q_map_list(call->out, Q_STR("migrationSummaries"));
    return q_value_ok(call->out, &call->err);
}
