#include "dialog/turn.h"

#include "dialog/turn_parts.h"

#include <string.h>

/* A context set before this turn has lived through it. */
static void contexts_age(q_contexts *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++) {
        q_context *v = &c->v[i];

        if (!v->fresh && v->turns && --v->turns == 0)
            continue;
        c->v[n] = *v;
        c->v[n++].fresh = false;
    }
    c->n = n;
}

/* Contexts are changed in place, so they must be the turn's own. */
static q_code contexts_own(turn *t)
{
    q_contexts *c = &t->s->contexts;
    q_context *own = q_arena_array(t->arena, c->n, sizeof *own);

    if (!own)
        return q_err_nomem(t->err);
    if (c->n)
        memcpy(own, c->v, c->n * sizeof *own);
    c->v = own;
    q_contexts_expire(c, t->in->now_ms);
    return Q_OK;
}

static q_code summary_of(const turn *t, q_str label, q_summary *out)
{
    const q_session *s = t->s;

    *out = (q_summary){
        .intent = s->intent,
        .label = label,
        .confirmation = s->confirmation,
        .action = q_dialog_state_action(s->state),
        .fulfillment = q_dialog_state_fulfillment(s->state),
        .slot_to_elicit = s->slot_to_elicit,
    };
    out->slots.v = q_arena_array(t->arena, s->slot_count, sizeof *out->slots.v);
    if (!out->slots.v)
        return q_err_nomem(t->err);
    for (size_t i = 0; i < s->slot_count; i++)
        out->slots.v[out->slots.n++] = (q_attribute){t->intent->slots[i].name, s->slots[i].value};
    return Q_OK;
}

/* The present intent is the latest; its summary keeps its checkpoint's label. */
static q_code recent_update(turn *t)
{
    q_session *s = t->s;
    q_summary fresh;
    size_t at = 0;
    q_code rc;

    if (!t->intent)
        return Q_OK;
    while (at < s->recent_count && !q_str_eq(s->recent[at].intent, s->intent))
        at++;
    rc = summary_of(t, at < s->recent_count ? s->recent[at].label : (q_str){0}, &fresh);
    if (rc)
        return rc;
    if (at == s->recent_count && at < Q_RECENT_MAX)
        s->recent_count++;
    else if (at == Q_RECENT_MAX)
        at--;
    memmove(s->recent + 1, s->recent, at * sizeof *s->recent);
    s->recent[0] = fresh;
    return Q_OK;
}

static bool can_repeat(const q_bot *b)
{
    for (size_t i = 0; i < b->intent_count; i++)
        if (b->intents[i].kind == Q_INTENT_REPEAT)
            return true;
    return false;
}

static q_code end(turn *t)
{
    t->reply->intent = t->intent;
    if (t->reply->message_count && can_repeat(t->bot)) {
        t->s->said = t->reply->messages;
        t->s->said_count = t->reply->message_count;
    }
    return recent_update(t);
}

static q_code begin(turn *t)
{
    *t->reply = (q_turn_reply){.score = -1};
    t->intent = t->s->intent.n ? q_bot_intent(t->bot, t->s->intent) : NULL;
    if (t->intent && t->s->slot_count != t->intent->slot_count)
        t->intent = NULL; /* the bot has changed under the session */
    return contexts_own(t);
}

q_code q_turn(const q_model *m, const q_bot *b, q_session *s, const q_turn_input *in, q_arena *a,
              q_turn_reply *reply, q_err *err)
{
    turn t = {.model = m, .bot = b, .s = s, .in = in, .arena = a, .reply = reply, .err = err};
    q_code rc = begin(&t);

    if (!rc && in->before) {
        t.speaker = "the request";
        rc = turn__take(&t, in->before);
        for (size_t i = 0; i < s->contexts.n; i++)
            s->contexts.v[i].fresh = false; /* this turn is their first */
        if (!rc)
            rc = turn__place(&t, in->before);
    }
    if (!rc)
        rc = turn__answer(&t);
    if (rc)
        return rc;
    contexts_age(&s->contexts);
    return end(&t);
}

/* The present intent goes on as its summary was put. */
static void follow_summary(turn *t, const q_directive *d)
{
    for (size_t i = 0; t->intent && i < d->recent_count; i++) {
        const q_summary *r = &d->recent[i];

        if (!q_str_eq(r->intent, t->intent->name))
            continue;
        for (size_t k = 0; k < r->slots.n; k++)
            t->s->slots[q_intent_slot_index(t->intent, r->slots.v[k].name)] =
                (q_filled){r->slots.v[k].value, (q_str){0}};
        t->s->confirmation = r->confirmation;
        return;
    }
}

static q_code put_step(turn *t, const q_directive *d)
{
    t->s->following_up = false;
    if (t->intent)
        t->s->confirmation = d->confirmation;
    if (d->action != Q_ACTION_DELEGATE)
        return turn__apply(t, d);
    turn__defaults(t);
    return turn__advance(t);
}

q_code q_turn_put(const q_bot *b, q_session *s, const q_directive *d, const q_turn_input *in,
                  q_arena *a, q_turn_reply *reply, q_err *err)
{
    turn t = {.bot = b, .s = s, .in = in, .arena = a, .reply = reply, .err = err};
    q_code rc = begin(&t);

    t.speaker = "the request";
    if (!rc)
        rc = turn__take(&t, d);
    if (rc)
        return rc;
    if (!d->has_action) {
        follow_summary(&t, d);
        reply->intent = t.intent;
        return Q_OK;
    }
    rc = put_step(&t, d);
    for (size_t i = 0; i < s->contexts.n; i++)
        s->contexts.v[i].fresh = false;
    return rc ? rc : end(&t);
}
