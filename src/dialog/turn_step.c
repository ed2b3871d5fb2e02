#include "dialog/turn_parts.h"

#include "dialog/message.h"

#include <string.h>

q_code turn__say(turn *t, const q_messages *own, int attempt, const q_directive *d)
{
    const message_places places = {t->intent, t->s};
    q_code rc = Q_OK;

    if (d && d->message_count) {
        t->reply->messages = d->messages;
        t->reply->message_count = d->message_count;
    } else {
        rc = message__choose(own, attempt > 0 ? (size_t)attempt - 1 : 0, t->in->accepts, &places,
                             t->arena, &t->reply->messages, &t->reply->message_count, t->err);
    }
    if (rc)
        return rc;
    if (d && d->card.n)
        t->reply->card = d->card;
    else
        rc = message__card(&own->card, &places, t->arena, &t->reply->card, t->err);
    return rc;
}

q_code turn__intent_set(turn *t, const q_intent *intent)
{
    q_session *s = t->s;

    t->intent = intent;
    t->asked_slot = (q_str){0};
    s->intent = intent ? intent->name : (q_str){0};
    s->slot_to_elicit = (q_str){0};
    s->confirmation = Q_CONFIRM_NONE;
    s->slot_count = intent ? intent->slot_count : 0;
    s->slots = q_arena_array(t->arena, s->slot_count, sizeof *s->slots);
    return s->slots ? Q_OK : q_err_nomem(t->err);
}

void turn__state_set(turn *t, q_dialog_state state, int attempts)
{
    t->s->state = state;
    t->s->attempts = attempts;
    if (state != Q_DIALOG_ELICIT_SLOT)
        t->s->slot_to_elicit = (q_str){0};
}

static const q_intent *fallback(const turn *t)
{
    for (size_t i = 0; i < t->bot->intent_count; i++)
        if (t->bot->intents[i].kind == Q_INTENT_FALLBACK)
            return &t->bot->intents[i];
    return NULL;
}

/* The attempts are over: the fallback takes over, or the bot hangs up. */
static q_code give_up(turn *t)
{
    const q_intent *f = fallback(t);

    if (f && f != t->intent)
        return turn__start(t, f, NULL);
    turn__state_set(t, Q_DIALOG_FAILED, 0);
    return turn__say(t, &t->bot->abort, 1, NULL);
}

q_code turn__ask_slot(turn *t, const q_slot *slot, const q_directive *d)
{
    int attempt = q_str_eq(slot->name, t->asked_slot) ? t->asked + 1 : 1;

    if (attempt > 1 && attempt > slot->prompt.max_attempts)
        return give_up(t);
    turn__state_set(t, Q_DIALOG_ELICIT_SLOT, attempt);
    t->s->slot_to_elicit = slot->name;
    return turn__say(t, &slot->prompt.messages, attempt, d);
}

q_code turn__ask_confirmation(turn *t, int attempt, const q_directive *d)
{
    if (attempt > 1 && attempt > t->intent->confirmation.max_attempts)
        return give_up(t);
    turn__state_set(t, Q_DIALOG_CONFIRM_INTENT, attempt);
    t->s->confirmation = Q_CONFIRM_NONE;
    return turn__say(t, &t->intent->confirmation.messages, attempt, d);
}

q_code turn__elicit_intent(turn *t, const q_directive *d)
{
    q_code rc = turn__say(t, &t->bot->clarification.messages, 1, d);

    if (rc)
        return rc;
    turn__state_set(t, Q_DIALOG_ELICIT_INTENT, 0);
    return turn__intent_set(t, NULL);
}

/* ---- the end of an intent ---------------------------------------------- */

/* What the slots hold, for the contexts that the fulfilment turns on. */
static q_code parameters(const turn *t, q_attributes *out)
{
    enum { PARAMETERS_MAX = 10 };

    *out = (q_attributes){.v = q_arena_array(t->arena, t->s->slot_count, sizeof *out->v)};
    if (!out->v)
        return q_err_nomem(t->err);
    for (size_t i = 0; i < t->s->slot_count && out->n < PARAMETERS_MAX; i++)
        if (t->s->slots[i].value.p)
            out->v[out->n++] = (q_attribute){t->intent->slots[i].name, t->s->slots[i].value};
    return Q_OK;
}

/* Turn on the intent's output contexts; one that a hook set in this turn stays as it says. */
static q_code contexts_output(turn *t)
{
    const q_contexts *old = &t->s->contexts;
    q_contexts all = {0};
    q_attributes of_slots;
    q_code rc;

    if (!t->intent->output_context_count)
        return Q_OK;
    rc = parameters(t, &of_slots);
    all.v = q_arena_array(t->arena, old->n + t->intent->output_context_count, sizeof *all.v);
    if (rc || !all.v)
        return rc ? rc : q_err_nomem(t->err);
    memcpy(all.v, old->v, old->n * sizeof *all.v);
    all.n = old->n;
    for (size_t i = 0; i < t->intent->output_context_count; i++) {
        const q_output_context *o = &t->intent->output_contexts[i];
        const q_context *found = q_contexts_find(&all, o->name);
        size_t at = found ? (size_t)(found - all.v) : all.n;

        if (found && found->fresh)
            continue;
        all.n += !found;
        all.v[at] = (q_context){.name = o->name,
                                .turns = o->turns,
                                .expires_ms = t->in->now_ms + (int64_t)o->seconds * 1000,
                                .parameters = of_slots,
                                .fresh = true};
    }
    if (all.n > Q_CONTEXTS_MAX) { /* the oldest go */
        all.v += all.n - Q_CONTEXTS_MAX;
        all.n = Q_CONTEXTS_MAX;
    }
    t->s->contexts = all;
    return Q_OK;
}

q_code turn__conclude(turn *t, const q_directive *d)
{
    bool ask = t->intent->follows_up && !(d && d->message_count);
    q_code rc = contexts_output(t);

    if (rc)
        return rc;
    turn__state_set(t, Q_DIALOG_FULFILLED, ask);
    t->s->following_up = ask;
    return turn__say(t, ask ? &t->intent->follow_up.messages : &t->intent->conclusion, 1, d);
}

q_code turn__ready(turn *t, const q_directive *d)
{
    q_code rc = contexts_output(t);

    if (rc)
        return rc;
    turn__state_set(t, Q_DIALOG_READY, 0);
    return turn__say(t, &t->intent->conclusion, 1, d);
}

static q_code fulfill(turn *t)
{
    q_directive reply;
    q_code rc;

    if (!t->intent->fulfillment_hook)
        return turn__ready(t, NULL);
    rc = turn__hook(t, true, &reply);
    if (!rc)
        rc = turn__take(t, &reply);
    if (rc)
        return rc;
    if (reply.action != Q_ACTION_DELEGATE)
        return turn__apply(t, &reply);
    if (!turn__missing(t))
        return q_err_set(t->err, Q_INVALID,
                         "the function delegates the fulfilment of intent %.*s and removes no "
                         "required slot; it must close the intent or ask on",
                         Q_ARG(t->intent->name));
    return turn__proceed(t);
}

/* ---- what is next ------------------------------------------------------ */

const q_slot *turn__missing(const turn *t)
{
    for (size_t i = 0; i < t->intent->slot_count; i++)
        if (t->intent->slots[i].required && !t->s->slots[i].value.p)
            return &t->intent->slots[i];
    return NULL;
}

q_code turn__proceed(turn *t)
{
    const q_intent *intent = t->intent;
    const q_slot *missing;

    if (t->s->confirmation == Q_DENIED_BY_USER) {
        turn__state_set(t, Q_DIALOG_FAILED, 0);
        return turn__say(t, &intent->rejection, 1, NULL);
    }
    missing = turn__missing(t);
    if (missing)
        return turn__ask_slot(t, missing, NULL);
    if (intent->confirms && t->s->confirmation == Q_CONFIRM_NONE)
        return turn__ask_confirmation(t, 1, NULL);
    return fulfill(t);
}

q_code turn__advance(turn *t)
{
    q_directive reply;
    q_code rc;

    if (!t->intent->dialog_hook)
        return turn__proceed(t);
    rc = turn__hook(t, false, &reply);
    if (!rc)
        rc = turn__take(t, &reply);
    if (rc)
        return rc;
    return reply.action == Q_ACTION_DELEGATE ? turn__proceed(t) : turn__apply(t, &reply);
}

/* "#context.parameter", "[attribute]" or the value itself; .p NULL: there is none now. */
static q_str default_value(const turn *t, q_str spec)
{
    const q_context *c;
    q_str name, parameter;

    if (spec.n > 2 && spec.p[0] == '[' && spec.p[spec.n - 1] == ']')
        return q_attributes_get(&t->s->attributes, q_str_sub(spec, 1, spec.n - 2));
    if (spec.n < 2 || spec.p[0] != '#' ||
        !q_str_cut(q_str_sub(spec, 1, spec.n), '.', &name, &parameter))
        return spec;
    c = q_contexts_find(&t->s->contexts, name);
    return c ? q_attributes_get(&c->parameters, parameter) : (q_str){0};
}

void turn__defaults(turn *t)
{
    for (size_t i = 0; i < t->s->slot_count; i++) {
        const q_slot *slot = &t->intent->slots[i];

        for (size_t d = 0; d < slot->default_count && !t->s->slots[i].value.p; d++)
            t->s->slots[i].value = default_value(t, slot->defaults[d]);
    }
}

q_code turn__start(turn *t, const q_intent *intent, const q_guess *said)
{
    q_code rc = turn__intent_set(t, intent);

    if (rc)
        return rc;
    t->reply->score = said ? said->score : -1;
    for (size_t i = 0; said && i < intent->slot_count; i++)
        if (said->slots[i].p)
            t->s->slots[i] = (q_filled){said->slots[i], said->said[i]};
    turn__defaults(t);
    return turn__advance(t);
}

q_code turn__not_understood(turn *t)
{
    const q_prompt *clarification = &t->bot->clarification;
    int attempt = t->asked + 1;
    q_code rc;

    t->reply->missed = true;
    rc = turn__intent_set(t, NULL);
    if (rc)
        return rc;
    if (!clarification->messages.n || attempt > clarification->max_attempts)
        return give_up(t);
    turn__state_set(t, Q_DIALOG_ELICIT_INTENT, attempt);
    return turn__say(t, &clarification->messages, attempt, NULL);
}
