#include "service/lex_script.h"

#include "base/digest.h"
#include "service/lex_hook.h"

static const int64_t turn_ms = 1000; /* that a turn takes, by the script's clock */

/* ---- outcomes ---- */

static size_t line_count(q_str text)
{
    size_t n = 1;

    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

static q_code said_write(const q_chat_reply *r, q_arena *a, q_outcome *out, q_err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < r->message_count; i++)
        n += line_count(r->messages[i].text);
    out->said = q_arena_array(a, n, sizeof *out->said);
    if (!out->said)
        return q_err_nomem(err);
    for (size_t i = 0; i < r->message_count; i++) {
        q_str left = r->messages[i].text;

        for (bool more = true; more;)
            more = q_str_cut(left, '\n', &out->said[out->said_count++], &left);
    }
    return Q_OK;
}

static q_code slots_write(const q_chat_reply *r, q_arena *a, q_outcome *out, q_err *err)
{
    size_t n = r->intent ? r->session.slot_count : 0;

    out->slots.v = q_arena_array(a, n, sizeof *out->slots.v);
    if (!out->slots.v)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        out->slots.v[out->slots.n++] =
            (q_attribute){r->intent->slots[i].name, r->session.slots[i].value};
    return Q_OK;
}

static q_code contexts_write(const q_session *s, q_arena *a, q_outcome *out, q_err *err)
{
    out->contexts = q_arena_array(a, s->contexts.n, sizeof *out->contexts);
    if (!out->contexts)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->contexts.n; i++)
        out->contexts[out->context_count++] = s->contexts.v[i].name;
    return Q_OK;
}

q_code q_chat_outcome(const q_chat_reply *r, q_arena *a, q_outcome *out, q_err *err)
{
    q_code rc;

    *out = (q_outcome){.intent = r->intent ? r->intent->name : (q_str){0},
                       .score = r->score,
                       .state = q_str_of(q_dialog_state_name(r->session.state)),
                       .asks = r->session.slot_to_elicit,
                       .session = r->session.attributes};
    rc = said_write(r, a, out, err);
    if (!rc)
        rc = slots_write(r, a, out, err);
    return rc ? rc : contexts_write(&r->session, a, out, err);
}

q_code q_chat_outcome_failed(const q_err *why, q_arena *a, q_outcome *out, q_err *err)
{
    *out = (q_outcome){.score = -1, .error = q_str_copy(a, q_str_of(why->msg))};
    return out->error.p ? Q_OK : q_err_nomem(err);
}

/* ---- a conversation ---- */

typedef struct rehearsal {
    const q_conversation *conversation;
    const q_script_turn *turn;
    size_t asked; /* how many hooks of the turn have been answered */
    lex_hook function;
} rehearsal;

/* The script's answer to the next call; NULL: it has none. */
static const q_script_hook *answer_of(rehearsal *r)
{
    if (r->asked < r->turn->hook_count)
        return &r->turn->hooks[r->asked++];
    return r->conversation->has_hook ? &r->conversation->hook : NULL;
}

static q_code hook(void *ctx, const q_hook_call *call, q_arena *a, q_directive *reply, q_err *err)
{
    rehearsal *r = ctx;
    const q_script_hook *answer = answer_of(r);
    q_code rc = Q_OK;

    if (!answer && !r->function.functions)
        return q_err_set(err, Q_NOTFOUND,
                         "function %.*s is not there; \"hook ...\" in the script answers for it",
                         Q_ARG(call->uri));
    if (!answer)
        return lex__hook_run(&r->function, call, a, reply, err);
    if (answer->fails.n)
        return q_err_set(err, Q_INVALID, "function %.*s: %.*s", Q_ARG(call->uri),
                         Q_ARG(answer->fails));
    if (answer->json.n)
        rc = lex__hook_reply(answer->json, r->function.now_ms, a, reply, err);
    else
        *reply = answer->reply;
    return rc ? q_err_add(err, rc, "line %zu", answer->line) : Q_OK;
}

q_code q_session_copy(const q_session *s, q_arena *a, q_session *out, q_err *err)
{
    *out = *s;
    out->slots = q_arena_array(a, s->slot_count, sizeof *s->slots);
    out->contexts.v = q_arena_array(a, s->contexts.n, sizeof *s->contexts.v);
    if (!out->slots || !out->contexts.v)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->slot_count; i++)
        out->slots[i] = s->slots[i];
    for (size_t i = 0; i < s->contexts.n; i++)
        out->contexts.v[i] = s->contexts.v[i];
    return Q_OK;
}

/* Fails only with what is not the bot's doing. */
static q_code turn_hold(q_app *app, const q_bot_ready *ready, rehearsal *r, q_chat_request *request,
                        q_session *s, q_arena *a, q_outcome *out, q_err *err)
{
    int64_t now_ms = r->function.now_ms;
    q_chat_failure failure;
    q_chat_reply reply;
    q_session after;
    q_err why = {.code = Q_OK};
    q_code rc = q_session_copy(s, a, &after, err);

    if (rc)
        return rc;
    q_contexts_expire(&after.contexts, now_ms);
    request->text = r->turn->user;
    rc = q_chat_step(app, ready, request, &after, now_ms, a, &reply, &failure, &why);
    if (rc == Q_NOMEM)
        return q_err_nomem(err);
    if (rc)
        return q_chat_outcome_failed(&why, a, out, err);
    *s = after;
    return q_chat_outcome(&reply, a, out, err);
}

q_code q_script_hold(q_app *app, const q_bot_ready *ready, q_str alias, const q_conversation *c,
                     int64_t now_ms, q_arena *a, q_outcome *out, q_err *err)
{
    char id[37];
    rehearsal r = {.conversation = c};
    q_chat_request request = {.alias = alias, .hook = hook, .hook_ctx = &r};
    q_session s = {.attributes = c->session};
    q_code rc = Q_OK;

    if (!q_uuid(id))
        return q_err_set(err, Q_IO, "no random numbers to be had");
    s.id = request.user = q_str_copy(a, q_str_of(id));
    if (!s.id.p)
        return q_err_nomem(err);
    if (c->request.n)
        request.request_attributes = &c->request;
    r.function = (lex_hook){.functions = app->functions,
                            .bot = q_bot_ready_bot(ready),
                            .alias = alias,
                            .version = q_bot_ready_version(ready),
                            .user = request.user,
                            .request_attributes = request.request_attributes,
                            .now_ms = c->has_now ? c->now_ms : now_ms};
    for (size_t i = 0; !rc && i < c->turn_count; i++) {
        r.turn = &c->turns[i];
        r.asked = 0;
        if (r.turn->wait_ms >= (int64_t)r.function.bot->idle_ttl_seconds * 1000)
            s = (q_session){.id = s.id}; /* the old one has ended */
        r.function.now_ms += r.turn->wait_ms;
        rc = turn_hold(app, ready, &r, &request, &s, a, &out[i], err);
        r.function.now_ms += turn_ms;
    }
    return rc;
}
