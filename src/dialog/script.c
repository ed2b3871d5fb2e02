#include "dialog/script.h"

#include "base/clock.h"
#include "base/utf8.h"

typedef struct parser {
    q_arena *arena;
    q_script *script;
    size_t line; /* from 1 */
    q_err *err;
} parser;

static q_code bad(parser *p, const char *what, q_str got)
{
    return q_err_set(p->err, Q_INVALID, "line %zu: %s: %.*s", p->line, what,
                     (int)(got.n < 120 ? got.n : 120), got.p);
}

static q_conversation *conversation_of(parser *p)
{
    return p->script->n ? &p->script->v[p->script->n - 1] : NULL;
}

/* The turn that a line belongs to; NULL ahead of the first. */
static q_script_turn *turn_of(parser *p)
{
    q_conversation *c = conversation_of(p);

    return c && c->turn_count ? &c->turns[c->turn_count - 1] : NULL;
}

/* "NAME = VALUE" */
static q_code pair(parser *p, q_str rest, q_str *name, q_str *value)
{
    if (!q_str_cut(rest, '=', name, value))
        return bad(p, "NAME = VALUE is wanted", rest);
    *name = q_str_trim(*name);
    *value = q_str_trim(*value);
    return name->n ? Q_OK : bad(p, "a name is wanted before =", rest);
}

/* The first word of *rest, which loses it. */
static q_str word(q_str *rest)
{
    q_str s = *rest, w;
    size_t n = 0;

    while (n < s.n && !q_is_space(s.p[n]))
        n++;
    w = q_str_sub(s, 0, n);
    *rest = q_str_trim(q_str_sub(s, n, s.n));
    return w;
}

static q_code title_line(parser *p, q_str s)
{
    q_script *script = p->script;

    while (s.n && s.p[0] == '=')
        s = q_str_sub(s, 1, s.n);
    while (s.n && s.p[s.n - 1] == '=')
        s = q_str_sub(s, 0, s.n - 1);
    if (q_arena_grow(p->arena, &script->v, &script->cap, script->n + 1, sizeof *script->v))
        return q_err_nomem(p->err);
    script->v[script->n++] = (q_conversation){.title = q_str_trim(s), .line = p->line};
    return Q_OK;
}

static q_code user_line(parser *p, q_str text)
{
    q_conversation *c = conversation_of(p);
    q_code rc = Q_OK;

    if (!text.n)
        return bad(p, "what the user says is wanted behind >", text);
    if (!c) { /* a file may hold one conversation without a title */
        rc = title_line(p, Q_STR(""));
        c = conversation_of(p);
    }
    if (rc || !c)
        return rc;
    if (q_arena_grow(p->arena, &c->turns, &c->turn_cap, c->turn_count + 1, sizeof *c->turns))
        return q_err_nomem(p->err);
    c->turns[c->turn_count++] = (q_script_turn){.user = text, .line = p->line};
    return Q_OK;
}

static q_code bot_line(parser *p, q_str text)
{
    q_script_turn *t = turn_of(p);

    if (!t)
        return bad(p, "a bot's line comes behind a user's", text);
    if (q_arena_grow(p->arena, &t->said, &t->said_cap, t->said_count + 1, sizeof *t->said))
        return q_err_nomem(p->err);
    t->said[t->said_count++] = (q_script_line){text, p->line};
    return Q_OK;
}

/* What an action needs before its message: "Fulfilled", a slot. */
static q_code hook_detail(parser *p, q_str rest, q_str *left, q_directive *out)
{
    if (out->action == Q_ACTION_ELICIT_SLOT) {
        out->slot_to_elicit = word(left);
        if (!out->slot_to_elicit.n)
            return bad(p, "a slot is wanted behind ElicitSlot", rest);
    }
    if (out->action == Q_ACTION_CLOSE &&
        (!q_fulfillment_of(word(left), &out->fulfillment) || out->fulfillment == Q_FULFILL_READY))
        return bad(p, "Fulfilled or Failed is wanted behind Close", rest);
    return Q_OK;
}

/* "Close Fulfilled Ordered.", "ElicitSlot Size Which size?", "Delegate" */
static q_code hook_action(parser *p, q_str rest, q_directive *out)
{
    q_str left = rest;
    q_code rc;

    if (!q_action_of(word(&left), &out->action))
        return bad(p,
                   "Close, ElicitIntent, ElicitSlot, ConfirmIntent, Delegate, fails or a JSON "
                   "object is wanted behind hook",
                   rest);
    out->has_action = true;
    rc = hook_detail(p, rest, &left, out);
    if (rc || !left.n)
        return rc;
    out->messages = q_arena_array(p->arena, 1, sizeof *out->messages);
    if (!out->messages)
        return q_err_nomem(p->err);
    out->messages[0].text = left;
    out->message_count = 1;
    return Q_OK;
}

static q_code hook_read(parser *p, q_str rest, q_script_hook *out)
{
    q_str left = rest;

    *out = (q_script_hook){.line = p->line};
    if (rest.n && rest.p[0] == '{') {
        out->json = rest;
        return Q_OK;
    }
    if (q_str_is(word(&left), "fails")) {
        out->fails = left.n ? left : Q_STR("the function failed");
        return Q_OK;
    }
    return hook_action(p, rest, &out->reply);
}

static q_code hook_line(parser *p, q_str rest)
{
    q_script_turn *t = turn_of(p);
    q_conversation *c = conversation_of(p);

    if (!t && !c)
        return bad(p, "a hook belongs to a conversation; == TITLE begins one", rest);
    if (!t) {
        c->has_hook = true;
        return hook_read(p, rest, &c->hook);
    }
    if (q_arena_grow(p->arena, &t->hooks, &t->hook_cap, t->hook_count + 1, sizeof *t->hooks))
        return q_err_nomem(p->err);
    return hook_read(p, rest, &t->hooks[t->hook_count++]);
}

static q_code start_add(parser *p, q_str rest, q_attributes *all, size_t *cap)
{
    q_str name, value;
    q_code rc = pair(p, rest, &name, &value);

    if (rc)
        return rc;
    if (q_arena_grow(p->arena, &all->v, cap, all->n + 1, sizeof *all->v))
        return q_err_nomem(p->err);
    all->v[all->n++] = (q_attribute){name, value};
    return Q_OK;
}

/* A line ahead of a conversation's first turn. */
static q_code start_line(parser *p, q_str key, q_str rest)
{
    q_conversation *c = conversation_of(p);

    if (q_str_is(key, "bot") && !c) {
        p->script->bot = rest;
        return rest.n ? Q_OK : bad(p, "a file or a name is wanted behind bot", rest);
    }
    if (!c)
        return bad(p, "== TITLE, > USER, # COMMENT or bot FILE is wanted here", key);
    if (q_str_is(key, "session"))
        return start_add(p, rest, &c->session, &c->session_cap);
    if (q_str_is(key, "request"))
        return start_add(p, rest, &c->request, &c->request_cap);
    if (!q_str_is(key, "now"))
        return bad(p, "session, request, now, hook or > USER is wanted at a conversation's start",
                   key);
    c->has_now = q_time_parse(rest, &c->now_ms);
    return c->has_now ? Q_OK : bad(p, "a time such as 2026-11-30T09:00:00Z is wanted", rest);
}

static q_code wait_line(parser *p, q_script_turn *t, q_str rest)
{
    double seconds;

    if (!q_str_f64(word(&rest), &seconds) || seconds < 0 || seconds > 1e9 ||
        (rest.n && !q_str_is(rest, "s")))
        return bad(p, "seconds are wanted behind wait", rest);
    t->wait_ms += (int64_t)(seconds * 1000);
    return Q_OK;
}

/* A line of a turn: what is expected of it. */
static q_code expect_line(parser *p, q_script_turn *t, q_str key, q_str rest)
{
    static const char *const KEYS[] = {"intent",  "state",    "asks",       "slot",
                                       "session", "contexts", "confidence", "error"};
    q_expect e = {.line = p->line, .value = rest};
    double least;
    size_t i = 0;

    while (i < 8 && !q_str_is(key, KEYS[i]))
        i++;
    if (i == 8)
        return bad(p,
                   "intent, state, asks, slot, session, contexts, confidence, error, hook or wait "
                   "is wanted",
                   key);
    e.kind = (q_expect_kind)i;
    if (e.kind == Q_EXPECT_SLOT || e.kind == Q_EXPECT_SESSION) {
        q_code rc = pair(p, rest, &e.name, &e.value);

        if (rc)
            return rc;
    }
    if (e.kind == Q_EXPECT_CONFIDENCE && (!q_str_f64(e.value, &least) || least < 0 || least > 1))
        return bad(p, "a number from 0 to 1 is wanted behind confidence", rest);
    if (q_arena_grow(p->arena, &t->expects, &t->expect_cap, t->expect_count + 1,
                     sizeof *t->expects))
        return q_err_nomem(p->err);
    t->expects[t->expect_count++] = e;
    return Q_OK;
}

static q_code line_read(parser *p, q_str s)
{
    q_str rest = s, key;
    q_script_turn *t = turn_of(p);

    if (!s.n || s.p[0] == '#')
        return Q_OK;
    if (q_str_starts(s, Q_STR("==")))
        return title_line(p, s);
    if (s.p[0] == '>')
        return user_line(p, q_str_trim(q_str_sub(s, 1, s.n)));
    if (s.p[0] == '<')
        return bot_line(p, q_str_trim(q_str_sub(s, 1, s.n)));
    key = word(&rest);
    if (q_str_is(key, "hook"))
        return hook_line(p, rest);
    if (!t)
        return start_line(p, key, rest);
    return q_str_is(key, "wait") ? wait_line(p, t, rest) : expect_line(p, t, key, rest);
}

/* Text of one line: UTF-8 without control characters, but for tabs and the like. */
static bool is_text(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && !q_is_space(s.p[i])) || s.p[i] == 0x7F)
            return false;
    return q_utf8_valid(s);
}

static size_t count_lines(q_str text)
{
    size_t n = text.n && text.p[text.n - 1] != '\n' ? 1 : 0;

    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

q_code q_script_parse(q_str text, q_arena *a, q_script *out, q_err *err)
{
    parser p = {.arena = a, .script = out, .err = err};
    q_code rc = Q_OK;

    *out = (q_script){.line_count = count_lines(text)};
    out->lines = q_arena_array(a, out->line_count, sizeof *out->lines);
    if (!out->lines)
        return q_err_nomem(err);
    for (size_t i = 0; !rc && i < out->line_count; i++) {
        q_str_cut(text, '\n', &out->lines[i], &text);
        p.line = i + 1;
        rc = is_text(out->lines[i])
                 ? line_read(&p, q_str_trim(out->lines[i]))
                 : q_err_set(err, Q_INVALID, "line %zu is no text in UTF-8", p.line);
    }
    if (!rc && !out->n)
        rc = q_err_set(err, Q_INVALID, "no conversation: no line begins with >");
    return rc;
}
