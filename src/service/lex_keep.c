/* Sessions and their logs as records. */
#include "service/lex_session.h"

#include "base/digest.h"
#include "base/json.h"
#include "service/lex_form.h"
#include "service/lex_utterances.h"
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>

#define SESSIONS Q_STR("lex-session")
#define TURNS Q_STR("lex-turn")

static const int64_t log_life_ms = 86400000;

enum { ENTRY_BYTES = 1 << 18 };

static q_code key_of(q_str bot, q_str alias, q_str user, q_arena *a, q_str *out, q_err *err)
{
    *out = q_str_printf(a, "%.*s/%.*s/%.*s", Q_ARG(bot), Q_ARG(alias), Q_ARG(user));
    return out->p ? Q_OK : q_err_nomem(err);
}

static q_code entry_key(q_str session_key, int64_t number, q_arena *a, q_str *out, q_err *err)
{
    *out = q_str_printf(a, "%.*s/%02d", Q_ARG(session_key), (int)(number % Q_CHAT_LOG_MAX));
    return out->p ? Q_OK : q_err_nomem(err);
}

static q_code fresh_id(q_arena *a, q_str *out, q_err *err)
{
    char id[37];

    if (!q_uuid(id))
        return q_err_set(err, Q_IO, "no random numbers to be had");
    *out = q_str_copy(a, q_str_of(id));
    return out->p ? Q_OK : q_err_nomem(err);
}

q_code lex__session_load(q_catalog *c, const q_bot *bot, q_str alias, q_str user, int64_t now_ms,
                         q_arena *a, lex_session *out, q_err *err)
{
    q_record record;
    q_code rc;

    *out = (lex_session){.user = user};
    rc = key_of(bot->name, alias, user, a, &out->key, err);
    if (rc)
        return rc;
    rc = q_record_get(c, SESSIONS, out->key, now_ms, a, &record, err);
    if (rc == Q_NOTFOUND)
        return fresh_id(a, &out->s.id, err);
    if (rc)
        return rc;
    out->version = record.version;
    out->json = record.value;
    rc = lex__session_decode(bot, record.value, a, &out->s, &out->turns, err);
    if (!rc)
        q_contexts_expire(&out->s.contexts, now_ms);
    return rc == Q_INVALID ? q_err_add(err, Q_INTERNAL, "the session's record") : rc;
}

/* ---- the log ----------------------------------------------------------- */

static q_code entry_encode(const lex_session *s, const q_chat_entry *e, q_arena *a, q_str *out,
                           q_err *err)
{
    q_buf b = q_buf_init(a, ENTRY_BYTES);
    q_value *v = q_value_map(a);
    q_code rc;

    q_map_str(v, Q_STR("session"), s->s.id);
    q_map_int(v, Q_STR("number"), e->number);
    q_map_int(v, Q_STR("at"), e->at_ms);
    q_map_bool(v, Q_STR("put"), e->put);
    q_map_str(v, Q_STR("text"), e->text);
    q_map_bool(v, Q_STR("missed"), e->missed);
    if (e->has_given)
        lex__attributes_write(q_map_map(v, Q_STR("given")), &e->given);
    lex__attributes_write(q_map_map(v, Q_STR("requests")), &e->requests);
    q_map_str(v, Q_STR("message"), e->message);
    q_map_str(v, Q_STR("version"), e->bot_version);
    q_map_str(v, Q_STR("before"), e->before);
    q_map_str(v, Q_STR("after"), e->after);
    rc = q_value_ok(v, err);
    if (rc)
        return rc;
    q_json_write(&b, v);
    return q_buf_finish(&b, out, err);
}

static q_code entry_decode(q_str json, q_arena *a, q_chat_entry *out, q_str *session, q_err *err)
{
    const q_value *given;
    q_value *v;
    q_code rc = q_json_parse(a, json, &v, err);

    if (rc)
        return rc;
    given = q_value_get(v, Q_STR("given"));
    *session = q_value_str(v, Q_STR("session"), Q_STR(""));
    *out = (q_chat_entry){.number = q_value_int(v, Q_STR("number"), 0),
                          .at_ms = q_value_int(v, Q_STR("at"), 0),
                          .put = q_value_bool(v, Q_STR("put"), false),
                          .text = q_value_str(v, Q_STR("text"), Q_STR("")),
                          .missed = q_value_bool(v, Q_STR("missed"), false),
                          .before = q_value_str(v, Q_STR("before"), Q_STR("")),
                          .after = q_value_str(v, Q_STR("after"), Q_STR("")),
                          .has_given = given != NULL,
                          .message = q_value_str(v, Q_STR("message"), Q_STR("")),
                          .bot_version = q_value_str(v, Q_STR("version"), Q_STR(""))};
    rc = lex__attributes_read(given, "given", false, a, &out->given, err);
    return rc ? rc
              : lex__attributes_read(q_value_get(v, Q_STR("requests")), "requests", false, a,
                                     &out->requests, err);
}

/* ---- keeping ----------------------------------------------------------- */

typedef struct saving {
    const lex_session *s;
    q_str json, entry_key, entry; /* entry empty: too long to be kept */
    const q_utterance *said;      /* NULL: nothing was */
    int64_t now_ms, expires_ms;
} saving;

static q_code save(q_catalog *c, void *arg, q_err *err)
{
    const saving *v = arg;
    q_code rc = q_record_swap(c, SESSIONS, v->s->key, v->s->version, v->json, v->now_ms,
                              v->expires_ms, err);

    if (!rc && v->entry.n)
        rc =
            q_record_put(c, TURNS, v->entry_key, v->entry, v->now_ms, v->now_ms + log_life_ms, err);
    return rc || !v->said ? rc : q_utterance_note(c, v->said, err);
}

q_code lex__session_save(q_catalog *c, const q_bot *bot, lex_session *s, q_chat_entry *entry,
                         int64_t now_ms, q_arena *a, q_err *err)
{
    q_utterance said = {.bot = bot->name,
                        .version = entry->bot_version,
                        .user = s->user,
                        .text = entry->text,
                        .missed = entry->missed,
                        .now_ms = now_ms};
    saving v = {.s = s,
                .said = entry->put ? NULL : &said,
                .now_ms = now_ms,
                .expires_ms = now_ms + (int64_t)bot->idle_ttl_seconds * 1000};
    q_code rc = lex__session_encode(bot, &s->s, ++s->turns, a, &v.json, err);

    if (rc)
        return rc;
    entry->number = s->turns;
    entry->at_ms = now_ms;
    entry->before = s->json;
    entry->after = v.json;
    if (bot->child_directed) /* nothing that a child said is logged */
        return q_catalog_transact(c, save, &v, err);
    rc = entry_key(s->key, entry->number, a, &v.entry_key, err);
    if (!rc)
        rc = entry_encode(s, entry, a, &v.entry, err);
    if (rc == Q_LIMIT)
        v.entry = (q_str){0};
    else if (rc)
        return rc;
    return q_catalog_transact(c, save, &v, err);
}

static q_code remove_all(q_catalog *c, void *arg, q_err *err)
{
    const saving *v = arg;
    q_code rc = q_record_swap(c, SESSIONS, v->s->key, v->s->version, Q_STR("{}"), v->now_ms,
                              v->now_ms, err);

    for (int64_t i = 0; i < Q_CHAT_LOG_MAX && i < v->s->turns + 1 && !rc; i++) {
        char key[512];
        q_str text = {key,
                      (size_t)snprintf(key, sizeof key, "%.*s/%02d", Q_ARG(v->s->key), (int)i)};

        rc = q_record_delete(c, TURNS, text, NULL, err);
    }
    return rc;
}

q_code lex__session_delete(q_catalog *c, const lex_session *s, int64_t now_ms, q_err *err)
{
    saving v = {.s = s, .now_ms = now_ms};

    if (!s->version)
        return q_err_set(err, Q_NOTFOUND, "the user has no session");
    return q_catalog_transact(c, remove_all, &v, err);
}

static int by_number(const void *x, const void *y)
{
    const q_chat_entry *a = x, *b = y;

    return a->number < b->number ? -1 : a->number > b->number;
}

/* The entries of the session that was last used; `sessions` are their ids. */
static size_t latest_only(q_chat_entry *v, const q_str *sessions, size_t n)
{
    size_t latest = 0, kept = 0;

    for (size_t i = 1; i < n; i++)
        if (v[i].at_ms > v[latest].at_ms)
            latest = i;
    for (size_t i = 0; i < n; i++)
        if (q_str_eq(sessions[i], sessions[latest]))
            v[kept++] = v[i];
    return kept;
}

q_code lex__session_log(q_catalog *c, q_str bot, q_str alias, q_str user, int64_t now_ms,
                        q_arena *a, q_chat_entry **out, size_t *count, q_err *err)
{
    q_str key, *sessions;
    q_record *records;
    size_t n = 0, mine = 0;
    q_code rc = key_of(bot, alias, user, a, &key, err);

    if (!rc)
        key = q_str_printf(a, "%.*s/", Q_ARG(key));
    if (!rc && !key.p)
        rc = q_err_nomem(err);
    if (!rc)
        rc = q_record_list(c, TURNS, key, Q_CHAT_LOG_MAX, now_ms, a, &records, &n, err);
    if (rc)
        return rc;
    *out = q_arena_array(a, n, sizeof **out);
    sessions = q_arena_array(a, n, sizeof *sessions);
    if (!*out || !sessions)
        return q_err_nomem(err);
    for (; mine < n && q_str_starts(records[mine].key, key) && !rc; mine += !rc)
        rc = entry_decode(records[mine].value, a, &(*out)[mine], &sessions[mine], err);
    if (rc)
        return q_err_add(err, rc, "the log of a session");
    if (!mine)
        return q_err_set(err, Q_NOTFOUND, "user %.*s has no session with bot %.*s, alias %.*s",
                         Q_ARG(user), Q_ARG(bot), Q_ARG(alias));
    *count = latest_only(*out, sessions, mine);
    qsort(*out, *count, sizeof **out, by_number);
    return Q_OK;
}
