/* GetBots, GetIntents, GetSlotTypes, Get*Versions, GetUtterancesView: a page at a time. A token is
 * the place to go on behind: a name, or a version.
 */
#include "service/lex_models.h"

#include "base/encode.h"
#include "base/json.h"
#include "service/lex_utterances.h"

q_code lex__page(q_call *call, lex_page *out)
{
    q_str token = lex__in(call, "nextToken");
    q_str text = Q_STR("");

    out->limit = (size_t)q_value_int(call->in, Q_STR("maxResults"), LEX_RESULTS);
    out->after = Q_STR("");
    if (!token.n)
        return Q_OK;
    if (q_base64_decode(call->arena, token, &text, &call->err) || !text.n || text.p[0] != '>')
        return q_call_fail(call, "BadRequestException",
                           "nextToken is not one of a listing; give it as it was returned");
    out->after = q_str_sub(text, 1, text.n);
    return Q_OK;
}

q_code lex__page_end(q_call *call, q_str last)
{
    q_buf b = q_buf_init(call->arena, 1024);
    q_str token;
    q_code rc;

    q_buf_base64(&b, q_str_printf(call->arena, ">%.*s", Q_ARG(last)));
    rc = q_buf_finish(&b, &token, &call->err);
    if (!rc)
        q_map_str(call->out, Q_STR("nextToken"), token);
    return rc ? rc : q_value_ok(call->out, &call->err);
}

static q_code summarize(q_call *call, q_value *list, const q_definition *d)
{
    q_value *map = q_list_map(list);
    q_value *body;
    q_code rc = q_json_parse(call->arena, d->body, &body, &call->err);

    if (rc)
        return rc == Q_NOMEM ? rc : Q_INTERNAL;
    q_map_str(map, Q_STR("name"), d->ref.name);
    q_map_copy(map, Q_STR("description"), q_value_get(body, Q_STR("description")));
    if (d->status.n)
        q_map_str(map, Q_STR("status"), d->status);
    q_map_time(map, Q_STR("lastUpdatedDate"), (double)d->updated_ms / 1000);
    q_map_time(map, Q_STR("createdDate"), (double)d->created_ms / 1000);
    q_map_str(map, Q_STR("version"), lex__version_name(call->arena, d->ref.version));
    return Q_OK;
}

static q_code page_write(q_call *call, const char *member, const q_definition *v, size_t count,
                         size_t limit, bool versions)
{
    q_value *list = q_map_list(call->out, q_str_of(member));
    q_code rc = Q_OK;

    for (size_t i = 0; i < count && i < limit && !rc; i++)
        rc = summarize(call, list, &v[i]);
    if (rc)
        return rc;
    if (count <= limit)
        return q_value_ok(call->out, &call->err);
    return lex__page_end(
        call, versions ? q_str_printf(call->arena, "%lld", (long long)v[limit - 1].ref.version)
                       : v[limit - 1].ref.name);
}

static q_code list(q_call *call, int kind, const char *member)
{
    q_app *app = call->app;
    lex_page page;
    q_definition *v;
    size_t count;
    q_code rc = lex__page(call, &page);

    if (!rc)
        rc = q_definition_list(app->catalog,
                               &(q_definition_wanted){.kind = kind,
                                                      .part = lex__in(call, "nameContains"),
                                                      .after = page.after,
                                                      .limit = page.limit + 1},
                               call->arena, &v, &count, &call->err);
    return rc ? rc : page_write(call, member, v, count, page.limit, false);
}

static q_code versions(q_call *call, int kind, const char *member)
{
    q_app *app = call->app;
    q_definition_ref ref = {kind, lex__in(call, "name"), Q_LATEST};
    int64_t after = -1;
    lex_page page;
    lex_part latest = {.body = NULL};
    q_definition *v;
    size_t count;
    q_code rc = lex__page(call, &page);

    if (rc)
        return rc;
    if (page.after.n && !q_str_i64(page.after, &after))
        return q_call_fail(call, "BadRequestException", "nextToken is not one of this listing");
    rc = lex__get(app->catalog, ref, true, call->arena, &latest, &call->err);
    if (rc)
        return lex__fail(call, rc);
    rc = q_definition_versions(app->catalog, ref, after, page.limit + 1, call->arena, &v, &count,
                               &call->err);
    return rc ? rc : page_write(call, member, v, count, page.limit, true);
}

q_code lex__get_slot_types(q_call *call)
{
    return list(call, LEX_SLOT_TYPE, "slotTypes");
}

q_code lex__get_intents(q_call *call)
{
    return list(call, LEX_INTENT, "intents");
}

q_code lex__get_slot_type_versions(q_call *call)
{
    return versions(call, LEX_SLOT_TYPE, "slotTypes");
}

q_code lex__get_intent_versions(q_call *call)
{
    return versions(call, LEX_INTENT, "intents");
}

q_code lex__get_bots(q_call *call)
{
    return list(call, LEX_BOT, "bots");
}

q_code lex__get_bot_versions(q_call *call)
{
    return versions(call, LEX_BOT, "bots");
}

/* ---- what users said ---------------------------------------------------- */

static q_code seen_write(q_call *call, q_value *list, q_str version)
{
    q_app *app = call->app;
    bool missed = q_str_is(lex__in(call, "statusType"), "Missed");
    q_value *map = q_list_map(list), *utterances;
    q_utterance_seen *v;
    size_t count;
    q_code rc = q_utterances_seen(app->catalog, lex__in(call, "botName"), version, missed,
                                  call->now_ms, call->arena, &v, &count, &call->err);

    if (rc)
        return rc;
    q_map_str(map, Q_STR("botVersion"), version);
    utterances = q_map_list(map, Q_STR("utterances"));
    for (size_t i = 0; i < count; i++) {
        q_value *u = q_list_map(utterances);

        q_map_str(u, Q_STR("utteranceString"), v[i].text);
        q_map_int(u, Q_STR("count"), v[i].count);
        q_map_int(u, Q_STR("distinctUsers"), v[i].users);
        q_map_time(u, Q_STR("firstUtteredDate"), (double)v[i].first_ms / 1000);
        q_map_time(u, Q_STR("lastUtteredDate"), (double)v[i].last_ms / 1000);
    }
    return Q_OK;
}

q_code lex__get_utterances_view(q_call *call)
{
    const q_value *versions = q_value_get(call->in, Q_STR("botVersions"));
    q_value *list;
    q_code rc = Q_OK;

    q_map_str(call->out, Q_STR("botName"), lex__in(call, "botName"));
    list = q_map_list(call->out, Q_STR("utterances"));
    for (const q_value *v = q_value_first(versions); v && !rc; v = v->next)
        rc = seen_write(call, list, v->s);
    return rc ? rc : q_value_ok(call->out, &call->err);
}

q_code lex__delete_utterances(q_call *call)
{
    q_app *app = call->app;
    q_definition_ref ref = {LEX_BOT, lex__in(call, "botName"), Q_LATEST};
    lex_part bot = {.body = NULL};
    q_code rc = lex__get(app->catalog, ref, true, call->arena, &bot, &call->err);

    if (rc)
        return lex__fail(call, rc);
    return q_utterances_forget(app->catalog, ref.name, lex__in(call, "userId"), &call->err);
}
