#include "service/lex_bots.h"

#include "service/lex_import.h"
#include "store/record.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEPT_MAX = 32, BOT_BYTES = 256 << 20, ALIAS_MAX = 100, LISTED_MAX = 10000 };

#define BOTS Q_STR("bot")
#define ALIASES Q_STR("bot-alias")

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

static q_code learn(q_arena *a, const q_record *record, q_str version, q_bot_ready **out,
                    q_err *err)
{
    q_bot_ready *r = q_arena_alloc(a, sizeof *r);
    q_code rc;

    if (!r)
        return q_err_nomem(err);
    *r = (q_bot_ready){.refs = 1, .arena = a, .record_version = record->version};
    r->key = q_str_copy(a, record->key);
    r->version = q_str_copy(a, version);
    if (!r->key.p || !r->version.p)
        return q_err_nomem(err);
    rc = q_lex_import(record->value, a, &r->bot, err);
    if (!rc)
        rc = q_model_learn(r->bot, &r->model, err);
    if (!rc)
        *out = r;
    return rc;
}

/* "NAME" or "NAME:VERSION" of an alias, in the arena. */
static q_code resolve(q_catalog *c, q_str name, q_str alias, int64_t now_ms, q_arena *a, q_str *key,
                      q_str *version, q_err *err)
{
    q_record found;
    q_code rc;

    *key = name;
    *version = Q_STR("$LATEST");
    if (q_str_is(alias, "$LATEST"))
        return Q_OK;
    *key = q_str_printf(a, "%.*s:%.*s", Q_ARG(name), Q_ARG(alias));
    if (!key->p)
        return q_err_nomem(err);
    rc = q_record_get(c, ALIASES, *key, now_ms, a, &found, err);
    if (rc == Q_NOTFOUND)
        return q_err_set(err, Q_NOTFOUND, "bot %.*s has no alias %.*s", Q_ARG(name), Q_ARG(alias));
    if (rc)
        return rc;
    *version = found.value;
    *key = q_str_printf(a, "%.*s:%.*s", Q_ARG(name), Q_ARG(*version));
    return key->p ? Q_OK : q_err_nomem(err);
}

q_code q_bots_get(q_bots *cache, q_catalog *c, q_str name, q_str alias, int64_t now_ms,
                  q_bot_ready **out, q_err *err)
{
    q_arena *a = q_arena_new(BOT_BYTES);
    q_str key, version;
    q_record record;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = resolve(c, name, alias, now_ms, a, &key, &version, err);
    if (rc)
        goto done;
    rc = q_record_get(c, BOTS, key, now_ms, a, &record, err);
    if (rc == Q_NOTFOUND)
        rc = q_err_set(err, Q_NOTFOUND, "there is no bot %.*s", Q_ARG(name));
    if (rc)
        goto done;
    *out = cache ? kept(cache, key, record.version) : NULL;
    if (*out)
        goto done;
    rc = learn(a, &record, version, out, err);
    if (rc)
        goto done;
    a = NULL; /* the bot's now */
    if (cache)
        keep(cache, *out);
done:
    q_arena_free(a);
    return rc;
}

q_code q_bot_read(q_str json, q_bot_ready **out, q_err *err)
{
    q_arena *a = q_arena_new(BOT_BYTES);
    q_record record = {.value = json};
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    record.value = q_str_copy(a, json);
    rc = record.value.p ? learn(a, &record, Q_STR("$LATEST"), out, err) : q_err_nomem(err);
    if (rc)
        q_arena_free(a);
    return rc;
}

q_code q_bot_export(q_catalog *c, q_str name, q_str alias, int64_t now_ms, q_arena *a, q_str *json,
                    q_str *version, q_err *err)
{
    uint64_t number;
    q_record record;
    q_str key;
    q_code rc = resolve(c, name, alias, now_ms, a, &key, version, err);

    if (rc == Q_NOTFOUND && q_str_u64(alias, &number)) {
        *version = alias;
        key = q_str_printf(a, "%.*s:%.*s", Q_ARG(name), Q_ARG(alias));
        rc = key.p ? Q_OK : q_err_nomem(err);
    }
    if (!rc)
        rc = q_record_get(c, BOTS, key, now_ms, a, &record, err);
    if (rc == Q_NOTFOUND)
        return q_err_set(err, Q_NOTFOUND, "there is no bot %.*s with alias or version %.*s",
                         Q_ARG(name), Q_ARG(alias));
    if (!rc)
        *json = record.value;
    return rc;
}

typedef struct storing {
    q_str json, name, alias;
    int64_t now_ms;
    q_arena *arena;
    q_str version; /* of the published one */
} storing;

static q_code latest_put(q_catalog *c, const storing *s, q_record *out, q_err *err)
{
    q_code rc = q_record_get(c, BOTS, s->name, s->now_ms, s->arena, out, err);

    if (rc && rc != Q_NOTFOUND)
        return rc;
    if (!rc && q_str_eq(out->value, s->json))
        return Q_OK; /* the same again is no new version */
    rc = q_record_put(c, BOTS, s->name, s->json, s->now_ms, 0, err);
    return rc ? rc : q_record_get(c, BOTS, s->name, s->now_ms, s->arena, out, err);
}

static q_code store(q_catalog *c, void *arg, q_err *err)
{
    storing *s = arg;
    q_record latest, old;
    q_str key, alias;
    q_code rc = latest_put(c, s, &latest, err);

    if (rc || !s->alias.n)
        return rc;
    s->version = q_str_printf(s->arena, "%lld", (long long)latest.version);
    key = q_str_printf(s->arena, "%.*s:%.*s", Q_ARG(s->name), Q_ARG(s->version));
    alias = q_str_printf(s->arena, "%.*s:%.*s", Q_ARG(s->name), Q_ARG(s->alias));
    if (!s->version.p || !key.p || !alias.p)
        return q_err_nomem(err);
    rc = q_record_get(c, BOTS, key, s->now_ms, s->arena, &old, err);
    if (rc == Q_NOTFOUND)
        rc = q_record_put(c, BOTS, key, s->json, s->now_ms, 0, err);
    return rc ? rc : q_record_put(c, ALIASES, alias, s->version, s->now_ms, 0, err);
}

static bool alias_good(q_str alias)
{
    for (size_t i = 0; i < alias.n; i++)
        if (!q_is_alnum(alias.p[i]) && alias.p[i] != '_' && alias.p[i] != '-')
            return false;
    return alias.n <= ALIAS_MAX;
}

q_code q_bot_store(q_catalog *c, q_str json, q_str alias, int64_t now_ms, q_bot_stored *out,
                   q_err *err)
{
    q_arena *a = q_arena_new(BOT_BYTES);
    storing s = {.json = json, .alias = alias, .now_ms = now_ms, .arena = a};
    q_bot *bot;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    if (!alias_good(alias)) {
        rc =
            q_err_set(err, Q_INVALID, "alias %.*s; letters, digits, _ and - are wanted, at most %d",
                      (int)(alias.n < 120 ? alias.n : 120), alias.p, (int)ALIAS_MAX);
        goto done;
    }
    rc = q_lex_import(json, a, &bot, err);
    if (rc)
        goto done;
    s.name = bot->name;
    rc = q_catalog_transact(c, store, &s, err);
    if (rc)
        goto done;
    snprintf(out->name, sizeof out->name, "%.*s", Q_ARG(bot->name));
    snprintf(out->version, sizeof out->version, "%.*s",
             Q_ARG(s.version.n ? s.version : Q_STR("$LATEST")));
    out->intents = bot->intent_count;
done:
    q_arena_free(a);
    return rc;
}

/* "NAME" or "NAME:VERSION" and the file it holds, as a list entry. */
static q_code stored_of(const q_record *record, q_bot_stored *out, q_err *err)
{
    q_arena *a = q_arena_new(BOT_BYTES);
    q_str name, version;
    q_bot *bot;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    if (!q_str_cut(record->key, ':', &name, &version))
        version = Q_STR("$LATEST");
    rc = q_lex_import(record->value, a, &bot, err);
    if (!rc) {
        snprintf(out->name, sizeof out->name, "%.*s", Q_ARG(name));
        snprintf(out->version, sizeof out->version, "%.*s", Q_ARG(version));
        out->intents = bot->intent_count;
    } else {
        rc = q_err_add(err, rc, "bot %.*s", Q_ARG(record->key));
    }
    q_arena_free(a);
    return rc;
}

q_code q_bot_list(q_catalog *c, int64_t now_ms, q_arena *a, q_bot_stored **out, size_t *count,
                  q_err *err)
{
    q_record *records;
    q_code rc = q_record_list(c, BOTS, Q_STR(""), LISTED_MAX, now_ms, a, &records, count, err);

    if (rc)
        return rc;
    *out = q_arena_array(a, *count, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; !rc && i < *count; i++)
        rc = stored_of(&records[i], &(*out)[i], err);
    return rc;
}
