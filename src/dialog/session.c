#include "dialog/session.h"

static const char *const STATES[] = {"ElicitIntent", "ConfirmIntent",       "ElicitSlot",
                                     "Fulfilled",    "ReadyForFulfillment", "Failed"};
static const char *const ACTIONS[] = {"Close", "ElicitIntent", "ElicitSlot", "ConfirmIntent",
                                      "Delegate"};
static const char *const FULFILLMENTS[] = {"", "Fulfilled", "Failed", "ReadyForFulfillment"};
static const char *const CONFIRMATIONS[] = {"None", "Confirmed", "Denied"};

/* The place of the name, or `n`. */
static size_t find(const char *const *names, size_t n, q_str name)
{
    size_t i = 0;

    while (i < n && !q_str_is(name, names[i]))
        i++;
    return i;
}

const char *q_dialog_state_name(q_dialog_state s)
{
    return STATES[s];
}

bool q_dialog_state_of(q_str name, q_dialog_state *out)
{
    size_t i = find(STATES, sizeof STATES / sizeof *STATES, name);

    *out = (q_dialog_state)i;
    return i < sizeof STATES / sizeof *STATES;
}

const char *q_action_name(q_action a)
{
    return ACTIONS[a];
}

bool q_action_of(q_str name, q_action *out)
{
    size_t i = find(ACTIONS, sizeof ACTIONS / sizeof *ACTIONS, name);

    *out = (q_action)i;
    return i < sizeof ACTIONS / sizeof *ACTIONS;
}

const char *q_fulfillment_name(q_fulfillment f)
{
    return FULFILLMENTS[f];
}

bool q_fulfillment_of(q_str name, q_fulfillment *out)
{
    size_t i = find(FULFILLMENTS, sizeof FULFILLMENTS / sizeof *FULFILLMENTS, name);

    *out = (q_fulfillment)i;
    return i < sizeof FULFILLMENTS / sizeof *FULFILLMENTS;
}

const char *q_confirmation_name(q_confirmation c)
{
    return CONFIRMATIONS[c];
}

bool q_confirmation_of(q_str name, q_confirmation *out)
{
    size_t i = find(CONFIRMATIONS, sizeof CONFIRMATIONS / sizeof *CONFIRMATIONS, name);

    *out = (q_confirmation)i;
    return i < sizeof CONFIRMATIONS / sizeof *CONFIRMATIONS;
}

q_action q_dialog_state_action(q_dialog_state s)
{
    switch (s) {
    case Q_DIALOG_ELICIT_INTENT:
        return Q_ACTION_ELICIT_INTENT;
    case Q_DIALOG_CONFIRM_INTENT:
        return Q_ACTION_CONFIRM_INTENT;
    case Q_DIALOG_ELICIT_SLOT:
        return Q_ACTION_ELICIT_SLOT;
    default:
        return Q_ACTION_CLOSE;
    }
}

q_fulfillment q_dialog_state_fulfillment(q_dialog_state s)
{
    switch (s) {
    case Q_DIALOG_FULFILLED:
        return Q_FULFILL_FULFILLED;
    case Q_DIALOG_READY:
        return Q_FULFILL_READY;
    case Q_DIALOG_FAILED:
        return Q_FULFILL_FAILED;
    default:
        return Q_FULFILL_NONE;
    }
}

q_str q_attributes_get(const q_attributes *a, q_str name)
{
    for (size_t i = 0; i < a->n; i++)
        if (q_str_eq(a->v[i].name, name))
            return a->v[i].value;
    return (q_str){0};
}

void q_contexts_expire(q_contexts *c, int64_t now_ms)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++)
        if (!c->v[i].expires_ms || c->v[i].expires_ms > now_ms)
            c->v[n++] = c->v[i];
    c->n = n;
}

const q_context *q_contexts_find(const q_contexts *c, q_str name)
{
    for (size_t i = 0; i < c->n; i++)
        if (q_str_eq(c->v[i].name, name))
            return &c->v[i];
    return NULL;
}

const q_summary *q_session_checkpoint(const q_session *s, q_str label)
{
    for (size_t i = 0; i < s->recent_count; i++)
        if (q_str_eq(s->recent[i].label, label))
            return &s->recent[i];
    return NULL;
}
