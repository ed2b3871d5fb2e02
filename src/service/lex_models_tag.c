/* Tags of bots and aliases: a record each, {key: value}, under "BOT" or "BOT:ALIAS". */
#include "service/lex_models.h"

#include "base/json.h"
#include "store/record.h"

#define SPACE Q_STR("lex-tag")

enum { TAGS_MAX = 200, TAGS_BYTES = 1 << 20 };

static q_code read(q_catalog *c, q_str name, int64_t now_ms, q_arena *a, q_value **out, q_err *err)
{
    q_record r;
    q_code rc = q_record_get(c, SPACE, name, now_ms, a, &r, err);

    if (!rc)
        return q_json_parse(a, r.value, out, err);
    *out = q_value_map(a);
    return rc == Q_NOTFOUND && *out ? Q_OK : rc == Q_NOTFOUND ? q_err_nomem(err) : rc;
}

static q_code write(q_catalog *c, q_str name, const q_value *tags, int64_t now_ms, q_arena *a,
                    q_err *err)
{
    q_buf b = q_buf_init(a, TAGS_BYTES);
    q_str text;
    q_code rc = q_value_ok(tags, err);

    if (rc)
        return rc;
    if (q_value_count(tags) > TAGS_MAX)
        return q_err_set(err, Q_LIMIT, "%.*s would have %zu tags; at most %d", Q_ARG(name),
                         q_value_count(tags), (int)TAGS_MAX);
    q_json_write(&b, tags);
    rc = q_buf_finish(&b, &text, err);
    return rc ? rc : q_record_put(c, SPACE, name, text, now_ms, 0, err);
}

static bool listed(const q_value *list, q_str key, const char *member)
{
    for (const q_value *v = q_value_first(list); v; v = v->next)
        if (q_str_eq(member ? q_value_str(v, q_str_of(member), Q_STR("")) : v->s, key))
            return true;
    return false;
}

/* Those of `old` that `without` does not name, and what `with` adds: both may be NULL. */
static q_value *merged(q_arena *a, const q_value *old, const q_value *without, const q_value *with)
{
    q_value *out = q_value_map(a);

    for (const q_value *v = q_value_first(old); v; v = v->next)
        if (!listed(with, v->key, "key") && !listed(without, v->key, NULL))
            q_map_copy(out, v->key, v);
    for (const q_value *v = q_value_first(with); v; v = v->next)
        if (!listed(v->next ? &(q_value){.kind = Q_VALUE_LIST, .first = v->next} : NULL,
                    q_value_str(v, Q_STR("key"), Q_STR("")), "key"))
            q_map_str(out, q_value_str(v, Q_STR("key"), Q_STR("")),
                      q_value_str(v, Q_STR("value"), Q_STR("")));
    return out;
}

q_code lex__tags_first(q_catalog *c, lex_writing *w, q_err *err)
{
    q_call *call = w->call;
    const q_value *tags = q_value_get(call->in, Q_STR("tags"));
    q_definition old;
    q_code rc;

    if (!q_value_count(tags))
        return Q_OK;
    rc =
        q_definition_get(c, (q_definition_ref){w->kind, w->name, Q_LATEST}, call->arena, &old, err);
    if (!rc)
        return q_err_set(err, Q_INVALID,
                         "tags are for a new %s; %.*s is there already: use TagResource",
                         lex__kind(w->kind)->noun, Q_ARG(w->name));
    if (rc != Q_NOTFOUND)
        return rc;
    return write(c, w->name, merged(call->arena, NULL, NULL, tags), call->now_ms, call->arena, err);
}

q_code lex__tags_put(q_catalog *c, q_str name, const q_value *tags, int64_t now_ms, q_arena *a,
                     q_err *err)
{
    q_value *old;
    q_code rc = read(c, name, now_ms, a, &old, err);

    return rc ? rc : write(c, name, merged(a, old, NULL, tags), now_ms, a, err);
}

q_code lex__tags_forget(q_catalog *c, q_str name, q_err *err)
{
    return q_record_delete(c, SPACE, name, NULL, err);
}

/* ---- by ARN -------------------------------------------------------------- */

/* arn:aws:lex:REGION:ACCOUNT:bot:NAME or ...:bot:NAME:ALIAS, which must be there. */
static q_code resource(q_call *call, q_catalog *c, q_str *name, q_err *err)
{
    q_str arn = lex__in(call, "resourceArn"), rest = arn, part[6], bot, alias;
    q_definition_ref ref = {LEX_BOT, {NULL, 0}, Q_LATEST};
    lex_part found = {.body = NULL};

    for (size_t i = 0; i < 6; i++)
        q_str_cut(rest, ':', &part[i], &rest);
    if (!q_str_is(part[0], "arn") || !q_str_is(part[2], "lex") || !rest.n ||
        (!q_str_is(part[5], "bot") && !q_str_is(part[5], "bot-channel")))
        return q_err_set(err, Q_INVALID,
                         "resourceArn is %.*s; arn:aws:lex:REGION:ACCOUNT:bot:NAME is wanted, and "
                         ":ALIAS behind it for an alias",
                         Q_ARG(q_str_sub(arn, 0, 200)));
    if (q_str_is(part[5], "bot-channel"))
        return q_err_set(err, Q_NOTFOUND, "there is no channel %.*s",
                         Q_ARG(q_str_sub(rest, 0, 200)));
    ref.name = rest;
    if (q_str_cut(rest, ':', &bot, &alias))
        ref.kind = LEX_ALIAS;
    *name = rest;
    return lex__get(c, ref, true, call->arena, &found, err);
}

static q_code change(q_catalog *c, void *arg, q_err *err)
{
    q_call *call = arg;
    q_value *old;
    q_str name;
    q_code rc = resource(call, c, &name, err);

    if (!rc)
        rc = read(c, name, call->now_ms, call->arena, &old, err);
    if (rc)
        return rc;
    return write(c, name,
                 merged(call->arena, old, q_value_get(call->in, Q_STR("tagKeys")),
                        q_value_get(call->in, Q_STR("tags"))),
                 call->now_ms, call->arena, err);
}

static q_code change_all(q_call *call)
{
    q_app *app = call->app;
    q_code rc = q_catalog_transact(app->catalog, change, call, &call->err);

    return rc ? lex__fail(call, rc) : Q_OK;
}

q_code lex__tag_resource(q_call *call)
{
    return change_all(call);
}

q_code lex__untag_resource(q_call *call)
{
    return change_all(call);
}

q_code lex__list_tags(q_call *call)
{
    q_app *app = call->app;
    q_value *tags = NULL, *list;
    q_str name;
    q_code rc = resource(call, app->catalog, &name, &call->err);

    if (!rc)
        rc = read(app->catalog, name, call->now_ms, call->arena, &tags, &call->err);
    if (rc)
        return lex__fail(call, rc);
    list = q_map_list(call->out, Q_STR("tags"));
    for (const q_value *v = q_value_first(tags); v; v = v->next) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("key"), v->key);
        q_map_str(map, Q_STR("value"), v->s);
    }
    return q_value_ok(call->out, &call->err);
}
