#include "service/lex_load.h"

#include "base/json.h"
#include "service/lex_import.h"
#include "service/lex_parts.h"
#include "wire/api.h"

#include <stdio.h>
#include <string.h>

/* ---- members as the API has them ---------------------------------------- */

static const q_api_shape *input_of(const char *operation)
{
    for (const q_api *const *api = q_apis; *api; api++)
        for (size_t i = 0; q_str_is((*api)->name, "lex-models") && i < (*api)->operation_count; i++)
            if (q_str_is((*api)->operations[i].name, operation))
                return (*api)->operations[i].input;
    return NULL;
}

static bool fits(const q_api_shape *s, const q_value *v)
{
    double d;

    switch (s->kind) {
    case Q_SHAPE_STRUCTURE:
    case Q_SHAPE_MAP:
        return v->kind == Q_VALUE_MAP;
    case Q_SHAPE_LIST:
        return v->kind == Q_VALUE_LIST;
    case Q_SHAPE_STRING:
        return v->kind == Q_VALUE_STRING;
    case Q_SHAPE_BOOLEAN:
        return v->kind == Q_VALUE_BOOL;
    default:
        return q_value_as_double(v, &d);
    }
}

static const q_member *member_of(const q_api_shape *s, q_str name)
{
    for (size_t i = 0; i < s->member_count; i++)
        if (q_str_eq(s->members[i].name, name))
            return &s->members[i];
    return NULL;
}

/* What the shape has of v, into *to, which is of v's kind. */
static void take(lex_reader *r, const q_api_shape *s, const q_value *v, const char *at, q_value *to)
{
    size_t i = 0;

    if (!to)
        return;
    if (s->kind != Q_SHAPE_STRUCTURE && s->kind != Q_SHAPE_LIST) {
        if (v->kind == Q_VALUE_BOOL)
            to->b = v->b;
        else
            to->s = v->s; /* a text, or a number's */
        return;
    }
    for (const q_value *m = q_value_first(v); m; m = m->next, i++) {
        const q_member *of = s->kind == Q_SHAPE_LIST ? s->members : member_of(s, m->key);
        const char *here;

        if (!of || m->kind == Q_VALUE_NULL)
            continue;
        here = s->kind == Q_SHAPE_LIST ? lex__path(r, "%s[%zu]", at, i)
                                       : lex__path(r, "%s.%.*s", at, Q_ARG(m->key));
        if (!fits(of->shape, m))
            lex__problem(r, false, "%s: is not of the kind that the API has here", here);
        else if (s->kind == Q_SHAPE_LIST)
            take(r, of->shape, m, here, q_list_add(to, m->kind));
        else
            take(r, of->shape, m, here, q_map_add(to, m->key, m->kind));
    }
}

static q_value *members(lex_reader *r, int kind, const q_value *v, const char *at)
{
    static const char *const operations[] = {"PutSlotType", "PutIntent", "PutBot"};
    q_value *out = q_value_map(r->arena);

    take(r, input_of(operations[kind - LEX_SLOT_TYPE]), v, at, out);
    return out;
}

/* ---- parts --------------------------------------------------------------- */

typedef struct load {
    q_catalog *catalog;
    const lex_loading *how;
    lex_reader reader;
    q_err *err;
} load;

static q_code put(load *l, int kind, q_str name, const q_value *body, const char *status,
                  lex_part *out)
{
    q_definition_ref ref = {kind, name, Q_LATEST};
    lex_put p = {.kind = kind,
                 .name = name,
                 .members = body,
                 .whatever = true,
                 .now_ms = l->how->now_ms,
                 .status = status};
    q_definition old;
    q_code rc = Q_OK;

    if (!l->how->overwrite) {
        rc = q_definition_get(l->catalog, ref, l->reader.arena, &old, l->err);
        if (!rc)
            return q_err_set(l->err, Q_EXISTS,
                             "%s %.*s is there already; import with OVERWRITE_LATEST to replace it",
                             lex__kind(kind)->noun, Q_ARG(name));
        rc = rc == Q_NOTFOUND ? Q_OK : rc;
    }
    if (!rc)
        rc = lex__result(&l->reader, l->err);
    return rc ? rc : lex__put(l->catalog, &p, l->reader.arena, out, l->err);
}

static q_code types_load(load *l, const q_value *resource)
{
    const q_value *list = q_value_get(resource, Q_STR("slotTypes"));
    q_code rc = Q_OK;
    size_t i = 0;

    for (const q_value *v = q_value_first(list); v && !rc; v = v->next, i++) {
        lex_part part = {.body = NULL};
        q_value *body = members(&l->reader, LEX_SLOT_TYPE, v,
                                lex__path(&l->reader, "resource.slotTypes[%zu]", i));

        rc = put(l, LEX_SLOT_TYPE, q_value_str(v, Q_STR("name"), Q_STR("")), body, NULL, &part);
    }
    return rc;
}

/* Its own types are those of this file. */
static void use_latest(q_value *body)
{
    for (q_value *m = body ? body->first : NULL; m; m = m->next)
        for (q_value *slot = q_str_is(m->key, "slots") ? m->first : NULL; slot; slot = slot->next) {
            q_str type = q_value_str(slot, Q_STR("slotType"), Q_STR(""));
            q_value *version = slot->first;

            while (version && !q_str_is(version->key, "slotTypeVersion"))
                version = version->next;
            if (!type.n || q_str_starts(type, Q_STR("AMAZON.")))
                continue;
            if (version)
                version->s = Q_STR("$LATEST");
            else
                q_map_str(slot, Q_STR("slotTypeVersion"), Q_STR("$LATEST"));
        }
}

static q_code intent_load(load *l, const q_value *v, const char *at, lex_part *out)
{
    q_value *body = members(&l->reader, LEX_INTENT, v, at);

    use_latest(body);
    return put(l, LEX_INTENT, q_value_str(v, Q_STR("name"), Q_STR("")), body, NULL, out);
}

static q_code bot_load(load *l, const q_value *resource, lex_part *out)
{
    const q_value *list = q_value_get(resource, Q_STR("intents"));
    q_value *trimmed = q_value_map(l->reader.arena), *body, *intents;
    q_code rc = Q_OK;
    size_t i = 0;

    for (const q_value *v = q_value_first(resource); v; v = v->next)
        if (!q_str_is(v->key, "intents")) /* whole ones, where the API has names */
            q_map_copy(trimmed, v->key, v);
    body = members(&l->reader, LEX_BOT, trimmed, "resource");
    intents = q_map_list(body, Q_STR("intents"));
    for (const q_value *v = q_value_first(list); v && !rc; v = v->next, i++) {
        lex_part intent = {.body = NULL};
        q_value *named = q_list_map(intents);

        rc = intent_load(l, v, lex__path(&l->reader, "resource.intents[%zu]", i), &intent);
        if (rc)
            break;
        q_map_str(named, Q_STR("intentName"), intent.d.ref.name);
        q_map_str(named, Q_STR("intentVersion"), Q_STR("$LATEST"));
    }
    if (!q_value_get(body, Q_STR("locale")))
        q_map_str(body, Q_STR("locale"), Q_STR("en-US"));
    if (!q_value_get(body, Q_STR("childDirected")))
        q_map_bool(body, Q_STR("childDirected"), false);
    if (!rc)
        rc = q_value_ok(trimmed, l->err);
    if (!rc)
        rc = q_value_ok(body, l->err);
    return rc ? rc
              : put(l, LEX_BOT, q_value_str(resource, Q_STR("name"), Q_STR("")), body,
                    l->how->status, out);
}

/* ---- files --------------------------------------------------------------- */

/* An intent, or a slot type, as a bot that has nothing else, so that one reader judges all. */
static q_code as_bot(int kind, const q_value *resource, q_arena *a, q_str *json, q_err *err)
{
    q_buf b = q_buf_init(a, LEX_BODY * 2);
    q_value *root = q_value_map(a), *bot = q_map_map(root, Q_STR("resource")), *list, *intent;

    q_map_str(bot, Q_STR("name"), Q_STR("Bot"));
    list = q_map_list(bot, Q_STR("intents"));
    intent = q_list_map(list);
    for (const q_value *v = q_value_first(resource); v; v = v->next)
        if (kind == LEX_INTENT && !q_str_is(v->key, "slotTypes"))
            q_map_copy(intent, v->key, v);
    if (kind == LEX_INTENT) {
        q_map_copy(bot, Q_STR("slotTypes"), q_value_get(resource, Q_STR("slotTypes")));
    } else {
        q_map_str(intent, Q_STR("name"), Q_STR("Intent"));
        list = q_map_list(bot, Q_STR("slotTypes"));
        intent = q_list_map(list);
        for (const q_value *v = q_value_first(resource); v; v = v->next)
            q_map_copy(intent, v->key, v);
    }
    if (q_value_ok(root, err))
        return Q_NOMEM;
    q_json_write(&b, root);
    return q_buf_finish(&b, json, err);
}

/* A file tells its kind only by what it holds. */
static bool is_of(int kind, const q_value *resource)
{
    bool bot = q_value_get(resource, Q_STR("intents")) != NULL;
    bool type = q_value_get(resource, Q_STR("enumerationValues")) ||
                q_value_get(resource, Q_STR("valueSelectionStrategy")) ||
                q_value_get(resource, Q_STR("parentSlotTypeSignature"));

    return kind == LEX_BOT ? bot : kind == LEX_SLOT_TYPE ? type && !bot : !bot && !type;
}

q_code lex__load(q_catalog *c, q_str json, const lex_loading *how, q_arena *a, lex_part *out,
                 q_err *err)
{
    load l = {.catalog = c, .how = how, .reader = {.arena = a}, .err = err};
    const q_value *resource;
    q_value *file;
    q_bot *bot;
    q_str checked = json;
    q_code rc = q_json_parse(a, json, &file, err);

    if (rc)
        return rc;
    resource = q_value_get(file, Q_STR("resource"));
    if (!resource || resource->kind != Q_VALUE_MAP)
        return q_err_set(err, Q_INVALID, "resource: %s",
                         resource ? "an object is wanted" : "missing");
    if (how->kind != LEX_BOT || !is_of(LEX_BOT, resource)) {
        if (!is_of(how->kind, resource))
            return q_err_set(err, Q_INVALID, "resource: this is no %s", lex__kind(how->kind)->noun);
        rc = as_bot(how->kind, resource, a, &checked, err);
    }
    if (!rc)
        rc = q_lex_import(checked, a, &bot, err);
    if (rc)
        return rc;
    if (how->kind == LEX_BOT)
        rc = types_load(&l, resource);
    else if (how->kind == LEX_INTENT)
        rc = types_load(&l, resource);
    if (rc)
        return rc;
    if (how->kind == LEX_BOT)
        return bot_load(&l, resource, out);
    if (how->kind == LEX_INTENT)
        return intent_load(&l, resource, "resource", out);
    return put(&l, LEX_SLOT_TYPE, q_value_str(resource, Q_STR("name"), Q_STR("")),
               members(&l.reader, LEX_SLOT_TYPE, resource, "resource"), NULL, out);
}
