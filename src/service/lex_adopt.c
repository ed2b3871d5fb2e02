/* Bots of data folders from before they had parts: an export file each, under NAME and
 * NAME:VERSION, and aliases that named a version.
 */
#include "service/lex_bots.h"

#include "base/log.h"
#include "service/lex_build.h"
#include "service/lex_load.h"
#include "store/record.h"

#include <stdlib.h>

enum { MEMORY = 256 << 20, MOST = 10000 };

#define FILES Q_STR("bot-file")
#define ALIASES Q_STR("bot-file-alias")

typedef struct old_file {
    q_str key, name;
    int64_t version; /* Q_LATEST last, as it was the newest */
    q_str json;
} old_file;

static int by_version(const void *a, const void *b)
{
    const old_file *x = a, *y = b;
    int order = q_str_cmp(x->name, y->name);

    if (order || x->version == y->version)
        return order;
    if (x->version == Q_LATEST || y->version == Q_LATEST)
        return x->version == Q_LATEST ? 1 : -1;
    return x->version < y->version ? -1 : 1;
}

typedef struct adopting {
    const old_file *file;
    int64_t now_ms;
    q_arena *arena;
} adopting;

/* The file becomes $LATEST; one of a version is published under its number. */
static q_code adopt(q_catalog *c, void *arg, q_err *err)
{
    adopting *d = arg;
    const old_file *f = d->file;
    lex_loading how = {
        .kind = LEX_BOT, .overwrite = true, .status = "BUILDING", .now_ms = d->now_ms};
    lex_part bot = {.body = NULL}, made = {.body = NULL};
    bool fresh = false;
    q_code rc = lex__load(c, f->json, &how, d->arena, &bot, err);

    if (!rc)
        rc = lex__build_now(c, &bot.d, d->now_ms, d->arena, err);
    if (!rc && f->version != Q_LATEST) {
        rc = lex__get(c, bot.d.ref, false, d->arena, &bot, err);
        bot.d.published = f->version - 1;
        if (!rc)
            rc = lex__publish_all(c, &bot, d->now_ms, d->arena, &made, &fresh, err);
        if (!rc && fresh)
            rc = lex__build_now(c, &made.d, d->now_ms, d->arena, err);
    }
    return rc ? rc : q_record_delete(c, FILES, f->key, NULL, err);
}

static q_code adopt_alias(q_catalog *c, const q_record *r, int64_t now_ms, q_arena *a, q_err *err)
{
    q_value *members = q_value_map(a);
    lex_put put = {
        .kind = LEX_ALIAS, .name = r->key, .members = members, .whatever = true, .now_ms = now_ms};
    lex_part alias;
    q_str bot, name;
    q_code rc;

    q_str_cut(r->key, ':', &bot, &name);
    q_map_str(members, Q_STR("botName"), bot);
    q_map_str(members, Q_STR("botVersion"), r->value);
    rc = q_value_ok(members, err);
    if (!rc)
        rc = lex__put(c, &put, a, &alias, err);
    return rc ? rc : q_record_delete(c, ALIASES, r->key, NULL, err);
}

static q_code files_list(q_catalog *c, int64_t now_ms, q_arena *a, old_file **out, size_t *n,
                         q_err *err)
{
    q_record *r;
    q_code rc = q_record_list(c, FILES, Q_STR(""), MOST, now_ms, a, &r, n, err);

    if (rc || !*n)
        return rc;
    *out = q_arena_array(a, *n, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < *n; i++) {
        old_file *f = &(*out)[i];
        q_str version;

        *f = (old_file){.key = r[i].key, .json = r[i].value};
        if (q_str_cut(r[i].key, ':', &f->name, &version) && !q_str_i64(version, &f->version))
            f->version = Q_LATEST;
    }
    qsort(*out, *n, sizeof **out, by_version);
    return Q_OK;
}

q_code q_bots_adopt(q_catalog *c, int64_t now_ms, q_err *err)
{
    q_arena *a = q_arena_new(MEMORY);
    old_file *files = NULL;
    q_record *aliases = NULL;
    size_t n = 0, alias_count = 0;
    q_code rc = a ? files_list(c, now_ms, a, &files, &n, err) : q_err_nomem(err);

    for (size_t i = 0; i < n && !rc; i++) {
        adopting d = {&files[i], now_ms, a};

        rc = q_catalog_transact(c, adopt, &d, err);
        if (rc == Q_INVALID || rc == Q_UNSUPPORTED || rc == Q_LIMIT) {
            q_log(Q_LOG_WARN, "lex", "bot %.*s of before stays as it is: %s", Q_ARG(files[i].key),
                  err->msg);
            rc = Q_OK;
        }
    }
    if (!rc)
        rc = q_record_list(c, ALIASES, Q_STR(""), MOST, now_ms, a, &aliases, &alias_count, err);
    for (size_t i = 0; i < alias_count && !rc; i++)
        rc = adopt_alias(c, &aliases[i], now_ms, a, err);
    q_arena_free(a);
    return rc;
}
