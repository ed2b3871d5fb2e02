#include "service/lex_bots.h"

#include "base/json.h"
#include "service/lex_build.h"
#include "service/lex_import.h"
#include "service/lex_load.h"
#include "store/record.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEPT_MAX = 32, BOT_BYTES = 256 << 20, ALIAS_MAX = 100, LISTED = 100, ALIASES_MAX = 1000 };

struct q_bot_ready {
    int refs; /* atomic */
    q_arena *arena;
    q_str key; /* of its record: NAME or NAME:VERSION */
    int64_t record_version;
    q_str version;
    q_bot *bot;
    q_model *model;
};

struct q_bots {
    pthread_mutex_t mu;
    q_bot_ready *v[KEPT_MAX]; /* under mu; the latest asked for first */
    size_t n;
};

q_code q_bots_new(q_bots **out, q_err *err)
{
    q_bots *b = calloc(1, sizeof *b);

    if (!b)
        return q_err_nomem(err);
    pthread_mutex_init(&b->mu, NULL);
    *out = b;
    return Q_OK;
}

void q_bots_free(q_bots *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->n; i++)
        q_bot_ready_unref(b->v[i]);
    pthread_mutex_destroy(&b->mu);
    free(b);
}

const q_bot *q_bot_ready_bot(const q_bot_ready *r)
{
    return r->bot;
}

const q_model *q_bot_ready_model(const q_bot_ready *r)
{
    return r->model;
}

q_str q_bot_ready_version(const q_bot_ready *r)
{
    return r->version;
}

void q_bot_ready_unref(q_bot_ready *r)
{
    if (!r || __atomic_sub_fetch(&r->refs, 1, __ATOMIC_ACQ_REL))
        return;
    q_model_free(r->model);
    q_arena_free(r->arena); /* r too */
}

static q_bot_ready *ref(q_bot_ready *r)
{
    __atomic_add_fetch(&r->refs, 1, __ATOMIC_RELAXED);
    return r;
}

/* One reference, moved to the front; NULL when it is not kept. */
static q_bot_ready *kept(q_bots *b, q_str key, int64_t record_version)
{
    q_bot_ready *found = NULL;

    pthread_mutex_lock(&b->mu);
    for (size_t i = 0; i < b->n && !found; i++) {
        q_bot_ready *r = b->v[i];

        if (r->record_version != record_version || !q_str_eq(r->key, key))
            continue;
        for (; i > 0; i--)
            b->v[i] = b->v[i - 1];
        b->v[0] = r;
        found = ref(r);
    }
    pthread_mutex_unlock(&b->mu);
    return found;
}

/* An older one of the same key goes, or the one not asked for the longest. */
static void keep(q_bots *b, q_bot_ready *r)
{
    q_bot_ready *gone = NULL;
    size_t at;

    pthread_mutex_lock(&b->mu);
    for (at = 0; at < b->n && !q_str_eq(b->v[at]->key, r->key); at++)
        continue;
    if (at == b->n && b->n < KEPT_MAX) {
        b->n++;
    } else {
        at = at == b->n ? b->n - 1 : at;
        gone = b->v[at];
    }
    for (; at > 0; at--)
        b->v[at] = b->v[at - 1];
    b->v[0] = ref(r);
    pthread_mutex_unlock(&b->mu);
    q_bot_ready_unref(gone);
}

static q_code learn(q_arena *a, q_str json, q_str key, q_str version, q_bot_ready **out, q_err *err)
{
    q_bot_ready *r = q_arena_alloc(a, sizeof *r);
    q_code rc;

    if (!r)
        return q_err_nomem(err);
    *r = (q_bot_ready){.refs = 1, .arena = a};
    r->key = q_str_copy(a, key);
    r->version = q_str_copy(a, version);
    if (!r->key.p || !r->version.p)
        return q_err_nomem(err);
    rc = q_lex_import(json, a, &r->bot, err);
    if (!rc)
        rc = q_model_learn(r->bot, &r->model, err);
    if (!rc)
        *out = r;
    return rc;
}

q_code q_bot_ready_new(q_str json, q_definition_ref bot, q_bot_ready **out, q_err *err)
{
    q_arena *a = q_arena_new(BOT_BYTES);
    q_str text = a ? q_str_copy(a, json) : (q_str){NULL, 0};
    q_str key = a ? lex__built_key(a, bot.name, bot.version) : (q_str){NULL, 0};
    q_code rc;

    if (!text.p || !key.p)
        rc = q_err_nomem(err);
    else
        rc = learn(a, text, key, lex__version_name(a, bot.version), out, err);
    if (rc)
        q_arena_free(a);
    return rc;
}

void q_bots_keep(q_bots *b, q_bot_ready *r, int64_t record_version)
{
    r->record_version = record_version;
    if (b)
        keep(b, r);
}

/* Which version is meant. */
static q_code resolve(q_catalog *c, q_str name, q_str alias, q_arena *a, int64_t *version,
                      q_err *err)
{
    q_definition_ref ref = {LEX_ALIAS, lex__alias_name(a, name, alias), Q_LATEST};
    lex_part found = {.body = NULL};
    q_code rc;

    *version = Q_LATEST;
    if (q_str_is(alias, "$LATEST"))
        return Q_OK;
    if (!ref.name.p)
        return q_err_nomem(err);
    rc = lex__get(c, ref, false, a, &found, err);
    if (rc)
        return rc;
    if (!lex__version_of(q_value_str(found.body, Q_STR("botVersion"), Q_STR("")), version))
        return q_err_set(err, Q_INTERNAL, "alias %.*s has no version", Q_ARG(ref.name));
    return Q_OK;
}

/* Why there is nothing to run. */
static q_code not_built(q_catalog *c, q_definition_ref ref, q_arena *a, q_err *err)
{
    lex_part bot = {.body = NULL};
    q_code rc = lex__get(c, ref, true, a, &bot, err);

    if (rc == Q_NOTFOUND && ref.version == Q_LATEST)
        return q_err_set(err, Q_NOTFOUND, "there is no bot %.*s", Q_ARG(ref.name));
    if (rc)
        return rc;
    return q_err_set(err, Q_INVALID, "bot %.*s is %.*s%s%.*s; build it first", Q_ARG(ref.name),
                     Q_ARG(bot.d.status), bot.d.reason.n ? ": " : "", Q_ARG(bot.d.reason));
}

q_code q_bots_get(q_bots *cache, q_catalog *c, q_str name, q_str alias, int64_t now_ms,
                  q_bot_ready **out, q_err *err)
{
    q_arena *a = q_arena_new(BOT_BYTES);
    q_definition_ref ref = {LEX_BOT, name, Q_LATEST};
    q_record record;
    q_str key;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = resolve(c, name, alias, a, &ref.version, err);
    if (rc)
        goto done;
    key = lex__built_key(a, name, ref.version);
    rc = key.p ? q_record_version(c, LEX_BUILT, key, now_ms, &record.version, err)
               : q_err_nomem(err);
    if (rc == Q_NOTFOUND)
        rc = not_built(c, ref, a, err);
    if (rc)
        goto done;
    *out = cache ? kept(cache, key, record.version) : NULL;
    if (*out)
        goto done;
    rc = q_record_get(c, LEX_BUILT, key, now_ms, a, &record, err);
    if (rc)
        goto done;
    rc = learn(a, record.value, key, lex__version_name(a, ref.version), out, err);
    if (rc)
        goto done;
    a = NULL; /* the bot's now */
    q_bots_keep(cache, *out, record.version);
done:
    q_arena_free(a);
    return rc;
}

q_code q_bot_read(q_str json, q_bot_ready **out, q_err *err)
{
    return q_bot_ready_new(json, (q_definition_ref){LEX_BOT, Q_STR(""), Q_LATEST}, out, err);
}

q_code q_bot_export(q_catalog *c, q_str name, q_str alias, int64_t now_ms, q_arena *a, q_str *json,
                    q_str *version, q_err *err)
{
    q_definition_ref ref = {LEX_BOT, name, Q_LATEST};
    q_record record;
    q_str key;
    q_code rc = Q_OK;

    if (!lex__version_of(alias, &ref.version))
        rc = resolve(c, name, alias, a, &ref.version, err);
    if (rc)
        return rc;
    key = lex__built_key(a, name, ref.version);
    *version = lex__version_name(a, ref.version);
    if (!key.p || !version->p)
        return q_err_nomem(err);
    rc = q_record_get(c, LEX_BUILT, key, now_ms, a, &record, err);
    if (rc == Q_NOTFOUND)
        rc = not_built(c, ref, a, err);
    if (!rc)
        *json = record.value;
    return rc;
}

/* ---- from files ---------------------------------------------------------- */

typedef struct storing {
    q_str json, alias;
    int64_t now_ms;
    q_arena *arena;
    lex_part bot; /* what is there in the end */
} storing;

static q_code publish(q_catalog *c, storing *s, q_err *err)
{
    lex_part latest = {.body = NULL}, made = {.body = NULL}, alias = {.body = NULL};
    q_value *members = q_value_map(s->arena);
    lex_put put = {.kind = LEX_ALIAS, .members = members, .whatever = true, .now_ms = s->now_ms};
    bool fresh;
    q_code rc = lex__get(c, s->bot.d.ref, false, s->arena, &latest, err);

    if (!rc)
        rc = lex__publish_all(c, &latest, s->now_ms, s->arena, &made, &fresh, err);
    if (!rc && fresh)
        rc = lex__build_now(c, &made.d, s->now_ms, s->arena, err);
    if (rc)
        return rc;
    q_map_str(members, Q_STR("botName"), made.d.ref.name);
    q_map_str(members, Q_STR("botVersion"), lex__version_name(s->arena, made.d.ref.version));
    put.name = lex__alias_name(s->arena, made.d.ref.name, s->alias);
    rc = put.name.p ? q_value_ok(members, err) : q_err_nomem(err);
    if (!rc)
        rc = lex__put(c, &put, s->arena, &alias, err);
    s->bot = made;
    return rc;
}

static q_code store(q_catalog *c, void *arg, q_err *err)
{
    storing *s = arg;
    lex_loading how = {
        .kind = LEX_BOT, .overwrite = true, .status = "BUILDING", .now_ms = s->now_ms};
    q_code rc = lex__load(c, s->json, &how, s->arena, &s->bot, err);

    if (!rc)
        rc = lex__build_now(c, &s->bot.d, s->now_ms, s->arena, err);
    return rc || !s->alias.n ? rc : publish(c, s, err);
}

static bool alias_good(q_str alias)
{
    for (size_t i = 0; i < alias.n; i++)
        if (!q_is_alnum(alias.p[i]) && alias.p[i] != '_' && alias.p[i] != '-')
            return false;
    return alias.n <= ALIAS_MAX;
}

static void told(const lex_part *p, q_arena *a, q_bot_stored *out)
{
    snprintf(out->name, sizeof out->name, "%.*s", Q_ARG(p->d.ref.name));
    snprintf(out->version, sizeof out->version, "%.*s",
             Q_ARG(lex__version_name(a, p->d.ref.version)));
    out->intents = q_value_count(q_value_get(p->body, Q_STR("intents")));
}

q_code q_bot_store(q_catalog *c, q_str json, q_str alias, int64_t now_ms, q_bot_stored *out,
                   q_err *err)
{
    q_arena *a = q_arena_new(BOT_BYTES);
    storing s = {.json = json, .alias = alias, .now_ms = now_ms, .arena = a};
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    if (!alias_good(alias))
        rc =
            q_err_set(err, Q_INVALID, "alias %.*s; letters, digits, _ and - are wanted, at most %d",
                      (int)(alias.n < 120 ? alias.n : 120), alias.p, (int)ALIAS_MAX);
    else
        rc = q_catalog_transact(c, store, &s, err);
    if (!rc)
        told(&s.bot, a, out);
    q_arena_free(a);
    return rc;
}

/* ---- lists --------------------------------------------------------------- */

typedef struct listing {
    q_arena *arena;
    q_bot_stored *v;
    size_t n, cap;
} listing;

static q_code versions_add(q_catalog *c, const q_definition *bot, listing *l, q_err *err)
{
    int64_t after = -1;
    size_t count = LISTED;
    q_code rc = Q_OK;

    while (!rc && count == LISTED) {
        q_definition *v;

        rc = q_definition_versions(c, bot->ref, after, LISTED, l->arena, &v, &count, err);
        for (size_t i = 0; i < count && !rc; i++) {
            lex_part p = {v[i], NULL};
            q_value *body;

            rc = q_json_parse(l->arena, v[i].body, &body, err);
            if (!rc && q_arena_grow(l->arena, &l->v, &l->cap, l->n + 1, sizeof *l->v))
                rc = q_err_nomem(err);
            if (rc)
                return rc;
            p.body = body;
            told(&p, l->arena, &l->v[l->n++]);
            after = v[i].ref.version;
        }
    }
    return rc;
}

q_code q_bot_list(q_catalog *c, q_arena *a, q_bot_stored **out, size_t *count, q_err *err)
{
    listing l = {.arena = a};
    q_definition_wanted wanted = {.kind = LEX_BOT, .limit = LISTED};
    size_t n = LISTED;
    q_code rc = Q_OK;

    while (!rc && n == LISTED) {
        q_definition *v;

        rc = q_definition_list(c, &wanted, a, &v, &n, err);
        for (size_t i = 0; i < n && !rc; i++) {
            rc = versions_add(c, &v[i], &l, err);
            wanted.after = v[i].ref.name;
        }
    }
    *out = l.v;
    *count = l.n;
    return rc;
}

q_code q_bot_aliases(q_catalog *c, q_str bot, q_arena *a, q_bot_alias **out, size_t *count,
                     q_err *err)
{
    q_definition_wanted wanted = {
        .kind = LEX_ALIAS, .prefix = lex__alias_name(a, bot, Q_STR("")), .limit = ALIASES_MAX};
    q_definition *v;
    q_code rc;

    *count = 0;
    if (!wanted.prefix.p)
        return q_err_nomem(err);
    rc = q_definition_list(c, &wanted, a, &v, count, err);
    if (rc)
        return rc;
    *out = q_arena_array(a, *count, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; !rc && i < *count; i++) {
        q_value *body;

        rc = q_json_parse(a, v[i].body, &body, err);
        if (!rc)
            (*out)[i] = (q_bot_alias){q_str_sub(v[i].ref.name, wanted.prefix.n, v[i].ref.name.n),
                                      q_value_str(body, Q_STR("botVersion"), Q_STR(""))};
    }
    return rc;
}
