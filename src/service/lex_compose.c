/* The export file of a bot, an intent or a slot type: its body, with those of the parts that it
 * uses in place of their names.
 */
#include "service/lex_build.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

enum { FILE_BYTES = 64 << 20 };

typedef struct composing {
    q_catalog *catalog;
    q_arena *arena;
    q_definition_ref *types; /* already in the file */
    size_t type_count, type_cap;
    char missing[400]; /* what is not there */
    size_t n;
} composing;

static void missing(composing *c, q_definition_ref ref)
{
    int n = snprintf(c->missing + c->n, sizeof c->missing - c->n,
                     "%s%s %.*s of version %.*s is not there", c->n ? "; " : "",
                     lex__kind(ref.kind)->noun, Q_ARG(ref.name),
                     Q_ARG(lex__version_name(c->arena, ref.version)));

    if (n > 0)
        c->n += (size_t)n < sizeof c->missing - c->n ? (size_t)n : sizeof c->missing - c->n - 1;
}

/* NULL (and noted) when it is not there. */
static q_code fetch(composing *c, q_definition_ref ref, lex_part *out, bool *there, q_err *err)
{
    q_code rc = lex__get(c->catalog, ref, false, c->arena, out, err);

    *there = !rc;
    if (rc == Q_NOTFOUND) {
        missing(c, ref);
        rc = Q_OK;
    }
    return rc;
}

static void head(composing *c, q_value *map, const lex_part *p)
{
    q_map_str(map, Q_STR("name"), p->d.ref.name);
    q_map_str(map, Q_STR("version"), lex__version_name(c->arena, p->d.ref.version));
}

static void members(q_value *map, const lex_part *p)
{
    for (const char *const *m = lex__kind(p->d.ref.kind)->members; *m; m++)
        if (p->d.ref.kind != LEX_BOT || strcmp(*m, "intents") != 0)
            q_map_copy(map, q_str_of(*m), q_value_get(p->body, q_str_of(*m)));
}

/* Each type once, whatever its version: an intent has the one that came first. */
static q_code types_add(composing *c, const lex_part *intent, q_value *list, q_err *err)
{
    q_definition_ref *used = NULL;
    size_t count = 0;
    q_code rc = lex__uses(LEX_INTENT, intent->body, c->arena, &used, &count, err);

    for (size_t i = 0; i < count && !rc; i++) {
        lex_part type = {.body = NULL};
        q_value *map;
        size_t k = 0;
        bool there;

        while (k < c->type_count && !q_str_eq_nocase(c->types[k].name, used[i].name))
            k++;
        if (k < c->type_count) {
            if (c->types[k].version != used[i].version)
                rc = q_err_set(err, Q_INVALID,
                               "slot type %.*s is used in version %.*s and in version %.*s; a bot "
                               "may use one of them",
                               Q_ARG(used[i].name),
                               Q_ARG(lex__version_name(c->arena, c->types[k].version)),
                               Q_ARG(lex__version_name(c->arena, used[i].version)));
            continue;
        }
        if (q_arena_grow(c->arena, &c->types, &c->type_cap, c->type_count + 1, sizeof *c->types))
            return q_err_nomem(err);
        c->types[c->type_count++] = used[i];
        rc = fetch(c, used[i], &type, &there, err);
        if (rc || !there)
            continue;
        map = q_list_map(list);
        head(c, map, &type);
        members(map, &type);
    }
    return rc;
}

static q_code intents_add(composing *c, const lex_part *bot, q_value *intents, q_value *types,
                          q_err *err)
{
    q_definition_ref *used = NULL;
    size_t count = 0;
    q_code rc = lex__uses(LEX_BOT, bot->body, c->arena, &used, &count, err);

    for (size_t i = 0; i < count && !rc; i++) {
        lex_part intent = {.body = NULL};
        q_value *map;
        bool there;

        rc = fetch(c, used[i], &intent, &there, err);
        if (rc || !there)
            continue;
        map = q_list_map(intents);
        head(c, map, &intent);
        members(map, &intent);
        rc = types_add(c, &intent, types, err);
    }
    return rc;
}

static q_value *begin(q_arena *a, q_value **resource)
{
    q_value *root = q_value_map(a), *metadata = q_map_map(root, Q_STR("metadata"));

    q_map_str(metadata, Q_STR("schemaVersion"), Q_STR("1.0"));
    q_map_str(metadata, Q_STR("importType"), Q_STR("LEX"));
    q_map_str(metadata, Q_STR("importFormat"), Q_STR("JSON"));
    *resource = q_map_map(root, Q_STR("resource"));
    return root;
}

q_code lex__compose(q_catalog *catalog, q_definition_ref ref, q_arena *a, q_str *json, q_err *err)
{
    composing c = {.catalog = catalog, .arena = a};
    q_buf b = q_buf_init(a, FILE_BYTES);
    q_value *resource = NULL, *root, *intents;
    lex_part part = {.body = NULL};
    q_code rc = lex__get(catalog, ref, false, a, &part, err);

    if (rc)
        return rc;
    root = begin(a, &resource);
    head(&c, resource, &part);
    members(resource, &part);
    if (ref.kind == LEX_BOT) {
        intents = q_map_list(resource, Q_STR("intents"));
        rc = intents_add(&c, &part, intents, q_map_list(resource, Q_STR("slotTypes")), err);
    } else if (ref.kind == LEX_INTENT) {
        rc = types_add(&c, &part, q_map_list(resource, Q_STR("slotTypes")), err);
    }
    if (!rc && c.n)
        rc = q_err_set(err, Q_INVALID, "%s", c.missing);
    if (!rc)
        rc = q_value_ok(root, err);
    if (rc)
        return rc;
    q_json_write(&b, root);
    return q_buf_finish(&b, json, err);
}
