#include "dialog/turn_parts.h"

q_code turn__hook(turn *t, bool fulfillment, q_directive *reply)
{
    q_hook_call call = {
        .uri = fulfillment ? t->intent->fulfillment_uri : t->intent->dialog_uri,
        .fulfillment = fulfillment,
        .intent = t->intent,
        .session = t->s,
        .confirmation = t->s->confirmation,
        .score = t->reply->score,
        .understood = &t->reply->understood,
        .text = t->in->text,
    };

    *reply = (q_directive){0};
    if (!t->in->hook)
        return q_err_set(t->err, Q_UNSUPPORTED,
                         "intent %.*s calls a function; none can be called here",
                         Q_ARG(t->intent->name));
    t->reply->hooked = true;
    t->speaker = "the function";
    return t->in->hook(t->in->hook_ctx, &call, t->arena, reply, t->err);
}

/* What it repeats as it was told is not set anew and goes on ending as before. */
static bool is_echo(const q_context *old, const q_context *c)
{
    int64_t apart = old->expires_ms - c->expires_ms;

    return old->turns == c->turns && !old->expires_ms == !c->expires_ms && apart > -1000 &&
           apart < 1000;
}

static q_code contexts_take(turn *t, const q_contexts *given)
{
    q_contexts all = {.v = q_arena_array(t->arena, given->n, sizeof *all.v)};

    if (!all.v)
        return q_err_nomem(t->err);
    if (given->n > Q_CONTEXTS_MAX)
        return q_err_set(t->err, Q_INVALID, "%s sets %zu active contexts; at most %d", t->speaker,
                         given->n, (int)Q_CONTEXTS_MAX);
    for (size_t i = 0; i < given->n; i++) {
        const q_context *old = q_contexts_find(&t->s->contexts, given->v[i].name);
        q_context *c = &all.v[all.n++];

        *c = given->v[i];
        c->fresh = true;
        if (old && is_echo(old, c)) {
            c->expires_ms = old->expires_ms;
            c->fresh = old->fresh;
        }
    }
    t->s->contexts = all;
    return Q_OK;
}

static q_code slot_known(turn *t, const q_intent *intent, q_str name, const char *does)
{
    if (q_intent_slot_index(intent, name) != SIZE_MAX)
        return Q_OK;
    return q_err_set(t->err, Q_INVALID, "%s %s slot %.*s; intent %.*s has none of that name",
                     t->speaker, does, Q_ARG(name), Q_ARG(intent->name));
}

static q_code intent_known(turn *t, q_str name, const q_intent **out)
{
    *out = q_bot_intent(t->bot, name);
    if (*out)
        return Q_OK;
    return q_err_set(t->err, Q_INVALID, "%s names intent %.*s; the bot has none of that name",
                     t->speaker, Q_ARG(name));
}

/* The recent intents as given; the present one's slots follow its summary when
 * no step sets them.
 */
static q_code recent_take(turn *t, const q_directive *d)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < d->recent_count && !rc; i++) {
        const q_summary *r = &d->recent[i];
        const q_intent *intent;

        rc = intent_known(t, r->intent, &intent);
        for (size_t k = 0; k < r->slots.n && !rc; k++)
            rc = slot_known(t, intent, r->slots.v[k].name, "sets");
        if (!rc && r->slot_to_elicit.n)
            rc = slot_known(t, intent, r->slot_to_elicit, "asks for");
        if (!rc)
            t->s->recent[i] = *r;
    }
    t->s->recent_count = d->recent_count;
    return rc;
}

static const q_attribute *named(const q_attributes *a, q_str name)
{
    for (size_t i = 0; i < a->n; i++)
        if (q_str_eq(a->v[i].name, name))
            return &a->v[i];
    return NULL;
}

/* The slots are as given: one that is not named has no value. One that stays
 * keeps the user's words for it.
 */
static q_code slots_take(turn *t, const q_attributes *slots)
{
    for (size_t i = 0; i < slots->n; i++)
        if (q_intent_slot_index(t->intent, slots->v[i].name) == SIZE_MAX)
            return slot_known(t, t->intent, slots->v[i].name, "sets");
    for (size_t i = 0; i < t->s->slot_count; i++) {
        const q_attribute *given = named(slots, t->intent->slots[i].name);
        q_filled *held = &t->s->slots[i];

        if (!given || !given->value.p || !held->value.p || !q_str_eq(held->value, given->value))
            *held = (q_filled){given ? given->value : (q_str){0}, (q_str){0}};
    }
    return Q_OK;
}

static q_code intent_take(turn *t, const q_directive *d)
{
    const q_intent *intent;
    q_code rc;

    if (!d->intent.n || (t->intent && q_str_eq(d->intent, t->intent->name)))
        return Q_OK;
    rc = intent_known(t, d->intent, &intent);
    return rc ? rc : turn__intent_set(t, intent);
}

static bool needs_intent(const q_directive *d)
{
    return d->has_action && d->action != Q_ACTION_ELICIT_INTENT && d->action != Q_ACTION_CLOSE;
}

q_code turn__take(turn *t, const q_directive *d)
{
    q_code rc = Q_OK;

    if (d->has_attributes)
        t->s->attributes = d->attributes;
    if (d->has_contexts)
        rc = contexts_take(t, &d->contexts);
    if (!rc && d->has_recent)
        rc = recent_take(t, d);
    if (!rc && d->has_action && d->action != Q_ACTION_ELICIT_INTENT)
        rc = intent_take(t, d);
    if (rc)
        return rc;
    if (!t->intent && needs_intent(d))
        return q_err_set(t->err, Q_INVALID,
                         "%s is %s without an intent, and the session has none; name one",
                         t->speaker, q_action_name(d->action));
    if (t->intent && d->has_slots && d->action != Q_ACTION_ELICIT_INTENT)
        rc = slots_take(t, &d->slots);
    return rc;
}

static q_code slot_asked(turn *t, const q_directive *d, const q_slot **out)
{
    *out = q_intent_slot(t->intent, d->slot_to_elicit);
    return *out ? Q_OK : slot_known(t, t->intent, d->slot_to_elicit, "asks for");
}

static q_code close(turn *t, const q_directive *d)
{
    if (d->fulfillment == Q_FULFILL_FAILED) {
        turn__state_set(t, Q_DIALOG_FAILED, 0);
        return turn__say(t, &(q_messages){0}, 1, d);
    }
    if (!t->intent) {
        turn__state_set(t, d->fulfillment == Q_FULFILL_READY ? Q_DIALOG_READY : Q_DIALOG_FULFILLED,
                        0);
        return turn__say(t, &(q_messages){0}, 1, d);
    }
    return d->fulfillment == Q_FULFILL_READY ? turn__ready(t, d) : turn__conclude(t, d);
}

q_code turn__apply(turn *t, const q_directive *d)
{
    const q_slot *slot;
    q_code rc;

    switch (d->action) {
    case Q_ACTION_ELICIT_INTENT:
        return turn__elicit_intent(t, d);
    case Q_ACTION_ELICIT_SLOT:
        rc = slot_asked(t, d, &slot);
        return rc ? rc : turn__ask_slot(t, slot, d);
    case Q_ACTION_CONFIRM_INTENT:
        return turn__ask_confirmation(t, 1, d);
    case Q_ACTION_CLOSE:
    case Q_ACTION_DELEGATE: /* its callers' */
        break;
    }
    return close(t, d);
}

q_code turn__place(turn *t, const q_directive *d)
{
    static const q_dialog_state CLOSED[] = {Q_DIALOG_FULFILLED, Q_DIALOG_FULFILLED, Q_DIALOG_FAILED,
                                            Q_DIALOG_READY};
    const q_slot *slot;
    q_code rc;

    if (!d->has_action)
        return Q_OK;
    t->s->following_up = false;
    t->s->confirmation = d->confirmation;
    switch (d->action) {
    case Q_ACTION_ELICIT_SLOT:
        rc = slot_asked(t, d, &slot);
        if (rc)
            return rc;
        turn__state_set(t, Q_DIALOG_ELICIT_SLOT, 1);
        t->s->slot_to_elicit = slot->name;
        return Q_OK;
    case Q_ACTION_CONFIRM_INTENT:
        turn__state_set(t, Q_DIALOG_CONFIRM_INTENT, 1);
        return Q_OK;
    case Q_ACTION_CLOSE:
        turn__state_set(t, CLOSED[d->fulfillment], 0);
        return Q_OK;
    case Q_ACTION_ELICIT_INTENT:
    case Q_ACTION_DELEGATE:
        break;
    }
    turn__state_set(t, Q_DIALOG_ELICIT_INTENT, 0);
    return turn__intent_set(t, NULL);
}
