#include "service/lex_chat.h"

#include "base/buf.h"
#include "service/lex_form.h"
#include "service/lex_hook.h"
#include "service/lex_session.h"

#define ACCEPTED_KINDS Q_STR("x-amz-lex:accept-content-types")

enum { TRIES = 4, MESSAGE_BYTES = 1 << 20 };

typedef struct chat {
    q_app *app;
    const q_chat_request *request;
    const q_bot_ready *ready;
    bool put; /* a directive; else a turn */
    int64_t now_ms;
    q_arena *arena;
    q_chat_failure *failure;
    bool hooked; /* a function ran */
    bool missed; /* nothing was understood */
    q_err *err;
} chat;

/* Several groups go as one Composite message. */
static q_code message_write(chat *c, q_chat_reply *out)
{
    q_buf b = q_buf_init(c->arena, MESSAGE_BYTES);

    if (!out->message_count)
        return Q_OK;
    if (out->message_count == 1) {
        out->message = out->messages[0].text;
        out->format = lex__message_kind_name(out->messages[0].kind);
        return Q_OK;
    }
    out->format = "Composite";
    q_buf_puts(&b, "{\"messages\":[");
    for (size_t i = 0; i < out->message_count; i++) {
        const q_message *m = &out->messages[i];

        q_buf_printf(&b, "%s{\"type\":\"%s\",\"group\":%zu,\"value\":", i ? "," : "",
                     lex__message_kind_name(m->kind), i);
        q_buf_json(&b, m->text);
        q_buf_char(&b, '}');
    }
    q_buf_puts(&b, "]}");
    return q_buf_finish(&b, &out->message, c->err);
}

/* The kinds of messages that the client takes: "PlainText,SSML"; 0: all. */
static unsigned accepted(const q_attributes *request)
{
    q_str rest = request ? q_attributes_get(request, ACCEPTED_KINDS) : (q_str){0}, head;
    unsigned kinds = 0;
    q_message_kind kind;

    while (rest.n) {
        q_str_cut(rest, ',', &head, &rest);
        if (lex__message_kind_of(q_str_trim(head), &kind))
            kinds |= 1U << kind;
    }
    return kinds;
}

/* Whose fault it is that the turn failed. */
static q_chat_failure failure_of(q_code rc, const lex_hook *hook, const q_turn_reply *turn)
{
    if (hook->failed || (turn->hooked && rc == Q_INVALID))
        return rc == Q_IO || rc == Q_NOMEM || rc == Q_INTERNAL ? Q_CHAT_UNREACHABLE
                                                               : Q_CHAT_FUNCTION;
    return rc == Q_INVALID ? Q_CHAT_REQUEST : Q_CHAT_OURS;
}

/* How the user speaks, where the bot asks for it. */
static q_code sentiment(chat *c, const q_bot *bot, bool *has, q_sentiment_scores *out)
{
    q_tokens tokens;
    q_code rc;

    *has = !c->put && bot->detect_sentiment && c->app->language;
    if (!*has)
        return Q_OK;
    rc = q_tokens_of(c->request->text, c->arena, &tokens, c->err);
    return rc ? rc : q_sentiment_of(c->app->language, &tokens, c->arena, out, c->err);
}

/* One step of the session, nothing stored. */
static q_code step(chat *c, q_session *s, q_chat_reply *out)
{
    const q_chat_request *r = c->request;
    const q_bot *bot = q_bot_ready_bot(c->ready);
    lex_hook hook = {.functions = c->app->functions,
                     .bot = bot,
                     .alias = r->alias,
                     .version = q_bot_ready_version(c->ready),
                     .user = r->user,
                     .request_attributes = r->request_attributes,
                     .now_ms = c->now_ms};
    q_turn_input in = {.text = r->text,
                       .now_ms = c->now_ms,
                       .accepts = accepted(r->request_attributes),
                       .hook = r->hook ? r->hook : lex__hook_run,
                       .hook_ctx = r->hook ? r->hook_ctx : &hook,
                       .before = r->directive};
    q_turn_reply turn = {0};
    q_sentiment_scores scores;
    bool has_sentiment;
    q_code rc = sentiment(c, bot, &has_sentiment, &scores);

    if (rc)
        return rc;
    hook.sentiment = has_sentiment ? &scores : NULL;
    if (r->session_attributes)
        s->attributes = *r->session_attributes;
    if (r->contexts)
        s->contexts = *r->contexts;
    rc = c->put ? q_turn_put(bot, s, r->directive, &in, c->arena, &turn, c->err)
                : q_turn(q_bot_ready_model(c->ready), bot, s, &in, c->arena, &turn, c->err);
    c->hooked = turn.hooked;
    c->missed = turn.missed;
    if (rc) {
        *c->failure = failure_of(rc, &hook, &turn);
        return rc;
    }
    *out = (q_chat_reply){.bot = bot,
                          .intent = turn.intent,
                          .score = turn.score,
                          .understood = turn.understood,
                          .session = *s,
                          .bot_version = q_bot_ready_version(c->ready),
                          .messages = turn.messages,
                          .message_count = turn.message_count,
                          .card = turn.card,
                          .has_sentiment = has_sentiment};
    if (has_sentiment)
        out->sentiment = scores;
    return message_write(c, out);
}

/* Load, take the step, save. *again when another turn came between and nothing
 * outside has seen this one.
 */
static q_code attempt(chat *c, q_chat_reply *out, bool *again)
{
    const q_bot *bot = q_bot_ready_bot(c->ready);
    const q_chat_request *r = c->request;
    q_chat_entry entry = {.put = c->put, .text = r->text};
    lex_session session;
    q_code rc = lex__session_load(c->app->catalog, bot, r->alias, r->user, c->now_ms, c->arena,
                                  &session, c->err);

    if (!rc)
        rc = step(c, &session.s, out);
    if (rc)
        return rc;
    entry.missed = c->missed;
    entry.has_given = r->session_attributes != NULL;
    if (r->session_attributes)
        entry.given = *r->session_attributes;
    if (r->request_attributes)
        entry.requests = *r->request_attributes;
    entry.message = out->message;
    entry.bot_version = out->bot_version;
    rc = lex__session_save(c->app->catalog, bot, &session, &entry, c->now_ms, c->arena, c->err);
    if (rc == Q_BUSY) {
        *again = !c->hooked;
        *c->failure = Q_CHAT_CONFLICT;
    } else if (rc == Q_LIMIT) {
        *c->failure = Q_CHAT_REQUEST;
    }
    return rc;
}

static void unref(void *ready)
{
    q_bot_ready_unref(ready);
}

/* V1 writes en-US, V2 en_US. A bot that names none speaks US English. */
static bool speaks(const q_bot *bot, q_str locale)
{
    q_str own = bot->locale.n ? bot->locale : Q_STR("en-US");
    bool same = own.n == locale.n;

    for (size_t i = 0; i < own.n && same; i++)
        same = own.p[i] == locale.p[i] || (own.p[i] == '-' && locale.p[i] == '_');
    return same || !locale.n;
}

/* The bot, for as long as the arena lives: replies point into it. */
static q_code bot_get(q_app *app, const q_chat_request *r, int64_t now_ms, q_arena *a,
                      const q_bot_ready **out, q_err *err)
{
    q_bot_ready *ready = NULL;
    q_code rc = q_bots_get(app->bots, app->catalog, r->bot, r->alias, now_ms, &ready, err);

    if (rc)
        return rc;
    *out = ready;
    if (q_arena_defer(a, unref, ready))
        return q_err_nomem(err);
    return speaks(q_bot_ready_bot(ready), r->locale)
               ? Q_OK
               : q_err_set(err, Q_NOTFOUND, "bot %.*s does not speak %.*s", Q_ARG(r->bot),
                           Q_ARG(r->locale));
}

static q_code run(chat *c, q_chat_reply *out)
{
    bool again = true;
    q_code rc;

    *c->failure = Q_CHAT_OURS;
    rc = bot_get(c->app, c->request, c->now_ms, c->arena, &c->ready, c->err);
    if (rc == Q_INVALID)
        *c->failure = Q_CHAT_REQUEST;
    if (rc)
        return rc;
    rc = Q_BUSY;
    for (int i = 0; i < TRIES && again; i++) {
        again = false;
        *c->failure = Q_CHAT_OURS;
        rc = attempt(c, out, &again);
    }
    return rc;
}

q_code q_bot_chat(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                  q_chat_reply *out, q_chat_failure *failure, q_err *err)
{
    chat c = {.app = app,
              .request = request,
              .now_ms = now_ms,
              .arena = a,
              .failure = failure,
              .err = err};

    return run(&c, out);
}

q_code q_chat_put(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                  q_chat_reply *out, q_chat_failure *failure, q_err *err)
{
    chat c = {.app = app,
              .request = request,
              .put = true,
              .now_ms = now_ms,
              .arena = a,
              .failure = failure,
              .err = err};

    return run(&c, out);
}

q_code q_chat_step(q_app *app, const q_bot_ready *ready, const q_chat_request *request,
                   q_session *s, int64_t now_ms, q_arena *a, q_chat_reply *out,
                   q_chat_failure *failure, q_err *err)
{
    chat c = {.app = app,
              .request = request,
              .ready = ready,
              .now_ms = now_ms,
              .arena = a,
              .failure = failure,
              .err = err};

    *failure = Q_CHAT_OURS;
    return step(&c, s, out);
}

/* The bot and the session that is there; Q_NOTFOUND without one. */
static q_code find(q_app *app, const q_chat_request *r, int64_t now_ms, q_arena *a,
                   const q_bot_ready **ready, lex_session *s, q_err *err)
{
    q_code rc = bot_get(app, r, now_ms, a, ready, err);

    if (!rc)
        rc = lex__session_load(app->catalog, q_bot_ready_bot(*ready), r->alias, r->user, now_ms, a,
                               s, err);
    if (!rc && !s->version)
        rc = q_err_set(err, Q_NOTFOUND, "user %.*s has no session with bot %.*s, alias %.*s",
                       Q_ARG(r->user), Q_ARG(r->bot), Q_ARG(r->alias));
    return rc;
}

q_code q_chat_get(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                  q_chat_reply *out, q_err *err)
{
    const q_bot_ready *ready;
    lex_session s;
    q_code rc = find(app, request, now_ms, a, &ready, &s, err);

    if (rc)
        return rc;
    *out = (q_chat_reply){.bot = q_bot_ready_bot(ready),
                          .intent = q_bot_intent(q_bot_ready_bot(ready), s.s.intent),
                          .score = -1,
                          .session = s.s,
                          .bot_version = q_bot_ready_version(ready)};
    return Q_OK;
}

q_code q_chat_delete(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                     q_str *id, q_err *err)
{
    const q_bot_ready *ready;
    lex_session s;
    q_code rc = Q_BUSY;

    for (int i = 0; i < TRIES && rc == Q_BUSY; i++) {
        rc = find(app, request, now_ms, a, &ready, &s, err);
        if (rc)
            return rc;
        *id = s.s.id;
        rc = lex__session_delete(app->catalog, &s, now_ms, err);
    }
    return rc;
}

q_code q_chat_export(const q_bot *bot, const q_session *s, q_arena *a, q_str *out, q_err *err)
{
    return lex__session_encode(bot, s, 0, a, out, err);
}

q_code q_chat_import(const q_bot *bot, q_str json, q_arena *a, q_session *out, q_err *err)
{
    int64_t turns;

    return lex__session_decode(bot, json, a, out, &turns, err);
}

q_code q_chat_log(q_app *app, const q_chat_request *who, int64_t now_ms, q_arena *a,
                  q_chat_entry **out, size_t *count, q_err *err)
{
    return lex__session_log(app->catalog, who->bot, who->alias, who->user, now_ms, a, out, count,
                            err);
}
