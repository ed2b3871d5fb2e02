#include "service/lex_chat.h"

#include "base/buf.h"
#include "base/json.h"
#include "service/lex_hook.h"
#include "service/lex_session.h"

enum { TRIES = 4, MESSAGE_BYTES = 1 << 20 };

static const char *format_of(q_message_kind kind)
{
    static const char *const FORMATS[] = {"PlainText", "CustomPayload", "SSML"};

    return FORMATS[kind];
}

/* Several groups go as one Composite message. */
static q_code message_write(const q_turn_reply *turn, q_arena *a, q_chat_reply *out, q_err *err)
{
    q_buf b = q_buf_init(a, MESSAGE_BYTES);

    if (!turn->message_count)
        return Q_OK;
    if (turn->message_count == 1) {
        out->message = turn->messages[0].text;
        out->format = format_of(turn->messages[0].kind);
        return Q_OK;
    }
    out->format = "Composite";
    q_buf_puts(&b, "{\"messages\":[");
    for (size_t i = 0; i < turn->message_count; i++) {
        const q_message *m = &turn->messages[i];

        q_buf_printf(&b, "%s{\"type\":\"%s\",\"group\":%zu,\"value\":", i ? "," : "",
                     format_of(m->kind), i);
        q_buf_json(&b, m->text);
        q_buf_char(&b, '}');
    }
    q_buf_puts(&b, "]}");
    return q_buf_finish(&b, &out->message, err);
}

static q_code attributes_replace(const q_value *map, q_arena *a, q_attributes *out, q_err *err)
{
    *out = (q_attributes){.v = q_arena_array(a, q_value_count(map), sizeof *out->v)};
    if (!out->v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(map); v; v = v->next)
        if (v->kind == Q_VALUE_STRING)
            out->v[out->n++] = (q_attribute){v->key, v->s};
    return Q_OK;
}

typedef struct chat {
    q_app *app;
    const q_chat_request *request;
    const q_bot_ready *ready;
    int64_t now_ms;
    q_arena *arena;
    q_chat_failure *failure;
    q_err *err;
} chat;

/* Load, take the turn, save. *again when another turn came between and nothing
 * outside has seen this one.
 */
static q_code try_turn(chat *c, q_chat_reply *out, bool *again)
{
    const q_bot *bot = q_bot_ready_bot(c->ready);
    lex_hook hook = {.functions = c->app->functions,
                     .bot = bot,
                     .alias = c->request->alias,
                     .version = q_bot_ready_version(c->ready),
                     .user = c->request->user,
                     .request_attributes = c->request->request_attributes};
    q_turn_input in = {
        .text = c->request->text, .now_ms = c->now_ms, .hook = lex__hook_run, .hook_ctx = &hook};
    lex_session session;
    q_turn_reply turn = {0};
    q_code rc = lex__session_load(c->app->catalog, bot, c->request->alias, c->request->user,
                                  c->now_ms, c->arena, &session, c->err);

    if (!rc && c->request->session_attributes)
        rc = attributes_replace(c->request->session_attributes, c->arena, &session.s.attributes,
                                c->err);
    if (rc)
        return rc;
    rc = q_turn(q_bot_ready_model(c->ready), bot, &session.s, &in, c->arena, &turn, c->err);
    if (rc) {
        if (hook.failed || (turn.hooked && rc == Q_INVALID))
            *c->failure = rc == Q_IO || rc == Q_NOMEM || rc == Q_INTERNAL ? Q_CHAT_UNREACHABLE
                                                                          : Q_CHAT_FUNCTION;
        return rc;
    }
    rc = lex__session_save(c->app->catalog, bot, &session, c->now_ms, c->arena, c->err);
    if (rc == Q_BUSY) {
        *again = !turn.hooked;
        *c->failure = Q_CHAT_CONFLICT;
    }
    if (rc)
        return rc;
    *out = (q_chat_reply){.intent = turn.intent,
                          .score = turn.score,
                          .understood = turn.understood,
                          .session = session.s,
                          .bot_version = q_bot_ready_version(c->ready)};
    return message_write(&turn, c->arena, out, c->err);
}

static void unref(void *ready)
{
    q_bot_ready_unref(ready);
}

q_code q_bot_chat(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                  q_chat_reply *out, q_chat_failure *failure, q_err *err)
{
    q_bot_ready *ready = NULL;
    chat c = {app, request, NULL, now_ms, a, failure, err};
    bool again = true;
    q_code rc;

    *failure = Q_CHAT_OURS;
    rc = q_bots_get(app->bots, app->catalog, request->bot, request->alias, now_ms, &ready, err);
    if (rc)
        return rc;
    rc = q_arena_defer(a, unref, ready); /* the reply points into the bot */
    if (rc)
        return q_err_nomem(err);
    c.ready = ready;
    rc = Q_BUSY;
    for (int i = 0; i < TRIES && again; i++) {
        again = false;
        *failure = Q_CHAT_OURS;
        rc = try_turn(&c, out, &again);
    }
    return rc;
}
