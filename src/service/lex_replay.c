#include "service/lex_replay.h"

#include "base/digest.h"
#include "base/json.h"
#include "service/lex_script.h"
#include "service/lex_session.h"

/* ---- where to begin ---- */

static q_code holds_label(const q_chat_entry *e, q_str label, q_arena *a, bool *out, q_err *err)
{
    q_value *v = NULL;
    q_code rc = e->before.n ? q_json_parse(a, e->before, &v, err) : Q_OK;

    *out = false;
    if (rc)
        return q_err_add(err, rc, "the log of turn %lld", (long long)e->number);
    for (const q_value *s = q_value_first(q_value_get(v, Q_STR("recent"))); s; s = s->next)
        *out = *out || q_str_eq(q_value_str(s, Q_STR("checkpointLabel"), Q_STR("")), label);
    return Q_OK;
}

q_code q_replay_log(q_app *app, const q_chat_request *who, const q_replay_from *from,
                    int64_t now_ms, q_arena *a, q_chat_entry **out, size_t *count, q_err *err)
{
    bool here = !from->label.n && !from->number;
    size_t i = 0;
    q_code rc = q_chat_log(app, who, now_ms, a, out, count, err);

    for (; !rc && !here && i < *count; i += !here) {
        here = from->number && (*out)[i].number == from->number;
        if (!here && from->label.n)
            rc = holds_label(&(*out)[i], from->label, a, &here, err);
    }
    if (rc)
        return rc;
    if (!here && from->number)
        return q_err_set(err, Q_NOTFOUND, "turn %lld is not kept; the log holds turns %lld to %lld",
                         (long long)from->number, (long long)(*count ? (*out)[0].number : 0),
                         (long long)(*count ? (*out)[*count - 1].number : 0));
    if (!here)
        return q_err_set(err, Q_NOTFOUND, "no turn of the session began with checkpoint %.*s",
                         Q_ARG(from->label));
    *out += i;
    *count -= i;
    return Q_OK;
}

/* ---- replaying ---- */

static q_code fresh(q_arena *a, q_session *out, q_err *err)
{
    char id[37];

    if (!q_uuid(id))
        return q_err_set(err, Q_IO, "no random numbers to be had");
    *out = (q_session){.id = q_str_copy(a, q_str_of(id))};
    return out->id.p ? Q_OK : q_err_nomem(err);
}

static q_code session_of(const q_bot *bot, q_str json, q_arena *a, q_session *out, q_err *err)
{
    return json.n ? q_chat_import(bot, json, a, out, err) : fresh(a, out, err);
}

/* The messages of a log entry: a Composite is split again. */
static q_code messages_of(const q_chat_entry *e, q_arena *a, q_chat_reply *out, q_err *err)
{
    const q_value *list;
    q_value *v = NULL;
    q_err why;

    if (e->message.n && e->message.p[0] == '{' && q_json_parse(a, e->message, &v, &why) == Q_NOMEM)
        return q_err_nomem(err);
    list = q_value_get(v, Q_STR("messages"));
    out->messages = q_arena_array(a, q_value_count(list) + 1, sizeof *out->messages);
    if (!out->messages)
        return q_err_nomem(err);
    for (const q_value *m = q_value_first(list); m; m = m->next)
        out->messages[out->message_count++].text = q_value_str(m, Q_STR("value"), Q_STR(""));
    if (!out->message_count && e->message.n)
        out->messages[out->message_count++].text = e->message;
    return Q_OK;
}

/* What the entry came to when it was said. */
static q_code outcome_of(const q_chat_entry *e, const q_bot *bot, q_arena *a, q_outcome *out,
                         q_err *err)
{
    q_chat_reply reply = {.bot = bot, .score = -1};
    q_code rc = session_of(bot, e->after, a, &reply.session, err);

    if (rc)
        return q_err_add(err, rc, "the log of turn %lld", (long long)e->number);
    reply.intent = q_bot_intent(bot, reply.session.intent);
    rc = messages_of(e, a, &reply, err);
    return rc ? rc : q_chat_outcome(&reply, a, out, err);
}

static q_code say_again(q_app *app, const q_bot_ready *ready, const q_chat_request *who,
                        const q_chat_entry *e, q_session *s, q_arena *a, q_outcome *out, q_err *err)
{
    q_chat_request request = *who;
    q_chat_failure failure;
    q_chat_reply reply;
    q_session after;
    q_err why = {.code = Q_OK};
    q_code rc = q_session_copy(s, a, &after, err);

    if (rc)
        return rc;
    request.text = e->text;
    if (e->has_given)
        request.session_attributes = &e->given;
    if (e->requests.n)
        request.request_attributes = &e->requests;
    q_contexts_expire(&after.contexts, e->at_ms);
    rc = q_chat_step(app, ready, &request, &after, e->at_ms, a, &reply, &failure, &why);
    if (rc == Q_NOMEM)
        return q_err_nomem(err);
    if (rc)
        return q_chat_outcome_failed(&why, a, out, err);
    *s = after;
    return q_chat_outcome(&reply, a, out, err);
}

q_code q_replay(q_app *app, const q_bot_ready *old, const q_bot_ready *ready,
                const q_chat_request *who, const q_chat_entry *entries, size_t count, q_arena *a,
                q_replayed *out, q_err *err)
{
    const q_bot *bot = q_bot_ready_bot(ready), *before = q_bot_ready_bot(old);
    q_session s = {0};
    q_code rc = count ? session_of(bot, entries[0].before, a, &s, err) : Q_OK;

    for (size_t i = 0; !rc && i < count; i++) {
        const q_chat_entry *e = &entries[i];

        out[i] = (q_replayed){.put = e->put, .number = e->number, .text = e->text};
        if (e->put) { /* what the client set holds for this bot too */
            rc = session_of(bot, e->after, a, &s, err);
            continue;
        }
        rc = outcome_of(e, before, a, &out[i].was, err);
        if (!rc)
            rc = say_again(app, ready, who, e, &s, a, &out[i].is, err);
        if (!rc)
            rc = q_outcome_compare(&out[i].was, &out[i].is, a, &out[i].differences, err);
    }
    return rc;
}

/* ---- forking ---- */

q_code q_replay_fork(q_app *app, const q_chat_entry *entry, const q_chat_request *to,
                     int64_t now_ms, q_arena *a, q_err *err)
{
    q_chat_entry put = {.put = true};
    q_bot_ready *ready = NULL;
    lex_session s;
    q_str id;
    q_code rc = q_bots_get(app->bots, app->catalog, to->bot, to->alias, now_ms, &ready, err);

    if (!rc)
        rc = lex__session_load(app->catalog, q_bot_ready_bot(ready), to->alias, to->user, now_ms, a,
                               &s, err);
    if (!rc && s.version && s.json.n)
        rc = q_err_set(err, Q_EXISTS, "user %.*s has a session already; name another",
                       Q_ARG(to->user));
    if (rc)
        goto done;
    id = s.s.id;
    rc = session_of(q_bot_ready_bot(ready), entry->before, a, &s.s, err);
    s.s.id = id;
    put.bot_version = q_bot_ready_version(ready);
    if (!rc)
        rc = lex__session_save(app->catalog, q_bot_ready_bot(ready), &s, &put, now_ms, a, err);
done:
    q_bot_ready_unref(ready);
    return rc;
}
