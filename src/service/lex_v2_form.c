#include "service/lex_v2_form.h"

#include "service/lex_form.h"

enum {
    INTERPRETATIONS = 5,
    TURNS_MAX = 20,
    SECONDS_MIN = 5,
    SECONDS_MAX = 86400,
    NAME_BYTES = 100
};

/* ---- slots and intents ---- */

static q_code slot_write(q_value *map, const q_slot *slot, const q_filled *filled, q_arena *a,
                         q_err *err)
{
    q_value *of_slot, *value, *resolved;
    size_t count = 0;
    q_str *values;
    q_code rc;

    if (!filled->value.p) {
        q_map_null(map, slot->name);
        return Q_OK;
    }
    rc = q_slot_resolutions(slot, filled, a, &values, &count, err);
    if (rc)
        return rc;
    of_slot = q_map_map(map, slot->name);
    q_map_str(of_slot, Q_STR("shape"), Q_STR("Scalar"));
    value = q_map_map(of_slot, Q_STR("value"));
    q_map_str(value, Q_STR("originalValue"), filled->original.n ? filled->original : filled->value);
    q_map_str(value, Q_STR("interpretedValue"), filled->value);
    resolved = q_map_list(value, Q_STR("resolvedValues"));
    if (!count)
        q_list_str(resolved, filled->value);
    for (size_t i = 0; i < count; i++)
        q_list_str(resolved, values[i]);
    return Q_OK;
}

static q_str intent_state(const q_session *s)
{
    q_fulfillment f = q_dialog_state_fulfillment(s->state);

    return f ? q_str_of(q_fulfillment_name(f)) : Q_STR("InProgress");
}

/* The session's intent. */
static q_code intent_write(q_value *map, const q_chat_reply *r, q_arena *a, q_err *err)
{
    const q_session *s = &r->session;
    q_value *slots;
    q_code rc = Q_OK;

    q_map_str(map, Q_STR("name"), r->intent->name);
    slots = q_map_map(map, Q_STR("slots"));
    for (size_t i = 0; !rc && i < r->intent->slot_count && i < s->slot_count; i++)
        rc = slot_write(slots, &r->intent->slots[i], &s->slots[i], a, err);
    q_map_str(map, Q_STR("state"), intent_state(s));
    q_map_str(map, Q_STR("confirmationState"), q_str_of(q_confirmation_name(s->confirmation)));
    return rc;
}

/* ---- sessionState ---- */

/* The API requires both bounds: one that is not set is as wide as it may be. */
static void contexts_write(q_value *list, const q_contexts *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->n; i++) {
        const q_context *v = &c->v[i];
        q_value *map = q_list_map(list), *life;

        q_map_str(map, Q_STR("name"), v->name);
        life = q_map_map(map, Q_STR("timeToLive"));
        q_map_int(life, Q_STR("timeToLiveInSeconds"),
                  v->expires_ms ? (v->expires_ms - now_ms + 999) / 1000 : SECONDS_MAX);
        q_map_int(life, Q_STR("turnsToLive"), v->turns ? v->turns : TURNS_MAX);
        lex__attributes_write(q_map_map(map, Q_STR("contextAttributes")), &v->parameters);
    }
}

q_code lex__v2_session_write(q_value *map, const q_chat_reply *r, int64_t now_ms, q_arena *a,
                             q_err *err)
{
    q_code rc = Q_OK;

    if (r->intent)
        rc = intent_write(q_map_map(map, Q_STR("intent")), r, a, err);
    contexts_write(q_map_list(map, Q_STR("activeContexts")), &r->session.contexts, now_ms);
    lex__attributes_write(q_map_map(map, Q_STR("sessionAttributes")), &r->session.attributes);
    return rc;
}

q_code lex__v2_state_write(q_value *map, const q_chat_reply *r, q_str request_id, int64_t now_ms,
                           q_arena *a, q_err *err)
{
    const q_session *s = &r->session;
    q_value *action = q_map_map(map, Q_STR("dialogAction"));

    q_map_str(action, Q_STR("type"), q_str_of(q_action_name(q_dialog_state_action(s->state))));
    if (s->slot_to_elicit.n)
        q_map_str(action, Q_STR("slotToElicit"), s->slot_to_elicit);
    q_map_str(map, Q_STR("originatingRequestId"), request_id);
    return lex__v2_session_write(map, r, now_ms, a, err);
}

/* ---- interpretations ---- */

static q_code guess_write(q_value *map, const q_intent *intent, const q_str *slots, q_arena *a,
                          q_err *err)
{
    q_value *of_intent = q_map_map(map, Q_STR("intent")), *all;
    q_code rc = Q_OK;

    q_map_str(of_intent, Q_STR("name"), intent->name);
    all = q_map_map(of_intent, Q_STR("slots"));
    for (size_t i = 0; !rc && slots && i < intent->slot_count; i++) {
        q_filled filled = {.value = slots[i]};

        rc = slot_write(all, &intent->slots[i], &filled, a, err);
    }
    return rc;
}

static const q_intent *fallback_of(const q_bot *bot)
{
    for (size_t i = 0; bot && i < bot->intent_count; i++)
        if (bot->intents[i].kind == Q_INTENT_FALLBACK)
            return &bot->intents[i];
    return NULL;
}

q_code lex__v2_interpretations_write(q_value *list, const q_chat_reply *r, q_arena *a, q_err *err)
{
    const q_intent *fallback = fallback_of(r->bot);
    q_code rc = Q_OK;

    if (r->intent) {
        q_value *first = q_list_map(list);

        if (r->score >= 0)
            q_map_double(q_map_map(first, Q_STR("nluConfidence")), Q_STR("score"), r->score);
        rc = intent_write(q_map_map(first, Q_STR("intent")), r, a, err);
    }
    for (size_t i = 0; !rc && i < r->understood.count; i++) {
        const q_guess *g = &r->understood.guesses[i];
        q_value *map;

        if (g->intent == r->intent || q_value_count(list) == INTERPRETATIONS)
            continue;
        map = q_list_map(list);
        q_map_double(q_map_map(map, Q_STR("nluConfidence")), Q_STR("score"), g->score);
        rc = guess_write(map, g->intent, g->slots, a, err);
    }
    if (!rc && fallback && fallback != r->intent && q_value_count(list) < INTERPRETATIONS)
        rc = guess_write(q_list_map(list), fallback, NULL, a, err);
    if (!rc && !q_value_count(list)) /* clients of V2 count on one: its bots always have it */
        rc = guess_write(q_list_map(list), &(q_intent){.name = Q_STR("FallbackIntent")}, NULL, a,
                         err);
    return rc;
}

/* ---- messages ---- */

static void put_some(q_value *map, q_str name, q_str value)
{
    if (value.n)
        q_map_str(map, name, value);
}

/* V2 demands a title; one without stands under the words that it came with. */
static void card_write(q_value *list, const q_attachment *t, q_str words)
{
    q_value *message = q_list_map(list), *card, *buttons;

    q_map_str(message, Q_STR("contentType"), Q_STR("ImageResponseCard"));
    card = q_map_map(message, Q_STR("imageResponseCard"));
    put_some(card, Q_STR("title"), t->title.n ? t->title : words);
    put_some(card, Q_STR("subtitle"), t->subtitle);
    put_some(card, Q_STR("imageUrl"), t->image_url);
    buttons = t->button_count ? q_map_list(card, Q_STR("buttons")) : NULL;
    for (size_t i = 0; i < t->button_count; i++) {
        q_value *button = q_list_map(buttons);

        q_map_str(button, Q_STR("text"), t->buttons[i].text);
        q_map_str(button, Q_STR("value"), t->buttons[i].value);
    }
}

void lex__v2_messages_write(q_value *list, const q_message *messages, size_t count,
                            const q_card *card)
{
    for (size_t i = 0; i < count; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("content"), messages[i].text);
        q_map_str(map, Q_STR("contentType"), q_str_of(lex__message_kind_name(messages[i].kind)));
    }
    for (size_t i = 0; i < card->n; i++)
        card_write(list, &card->v[i], count ? messages[0].text : (q_str){0});
}

/* ---- what a request says ---- */

static q_code context_read(const q_value *v, int64_t now_ms, q_arena *a, q_context *out, q_err *err)
{
    const q_value *life = q_value_get(v, Q_STR("timeToLive"));
    int64_t turns = q_value_int(life, Q_STR("turnsToLive"), TURNS_MAX);
    int64_t seconds = q_value_int(life, Q_STR("timeToLiveInSeconds"), SECONDS_MAX);

    out->name = q_value_str(v, Q_STR("name"), Q_STR(""));
    if (out->name.n < 1 || out->name.n > NAME_BYTES)
        return q_err_set(err, Q_INVALID,
                         "an active context's name has %zu bytes; 1 to %d are wanted", out->name.n,
                         (int)NAME_BYTES);
    if (turns < 1 || turns > TURNS_MAX || seconds < SECONDS_MIN || seconds > SECONDS_MAX)
        return q_err_set(err, Q_INVALID,
                         "active context %.*s: 1 to %d turns and %d to %d seconds are wanted",
                         Q_ARG(out->name), (int)TURNS_MAX, (int)SECONDS_MIN, (int)SECONDS_MAX);
    out->turns = (int)turns;
    out->expires_ms = now_ms + 1000 * seconds;
    return lex__attributes_read(q_value_get(v, Q_STR("contextAttributes")), "contextAttributes",
                                false, a, &out->parameters, err);
}

static q_code contexts_read(const q_value *list, int64_t now_ms, q_arena *a, q_contexts *out,
                            q_err *err)
{
    size_t n = q_value_count(list);
    q_code rc = Q_OK;

    if (n > Q_CONTEXTS_MAX)
        return q_err_set(err, Q_INVALID, "%zu active contexts; at most %d", n, (int)Q_CONTEXTS_MAX);
    out->v = q_arena_array(a, n, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(list); v && !rc; v = v->next)
        rc = context_read(v, now_ms, a, &out->v[out->n++], err);
    return rc;
}

static q_code slots_read(const q_value *map, q_arena *a, q_attributes *out, q_err *err)
{
    out->v = q_arena_array(a, q_value_count(map), sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(map); v; v = v->next) {
        q_str shape = q_value_str(v, Q_STR("shape"), Q_STR("Scalar"));
        const q_value *value = q_value_get(v, Q_STR("value"));
        q_attribute *one = &out->v[out->n++];

        if (!q_str_is(shape, "Scalar"))
            return q_err_set(err, Q_INVALID,
                             "slot %.*s has shape %.*s; slots hold one value here: Scalar",
                             Q_ARG(v->key), Q_ARG(shape));
        one->name = v->key;
        one->value = q_value_str(value, Q_STR("interpretedValue"), (q_str){0});
    }
    return Q_OK;
}

static q_code intent_read(const q_value *intent, q_arena *a, q_directive *d, q_err *err)
{
    const q_value *slots = q_value_get(intent, Q_STR("slots"));
    q_str confirmation = q_value_str(intent, Q_STR("confirmationState"), Q_STR("None"));

    d->intent = q_value_str(intent, Q_STR("name"), Q_STR(""));
    if (!q_confirmation_of(confirmation, &d->confirmation))
        return q_err_set(err, Q_INVALID,
                         "confirmationState is %.*s; Confirmed, Denied or None is wanted",
                         Q_ARG(confirmation));
    d->has_slots = slots != NULL;
    return slots ? slots_read(slots, a, &d->slots, err) : Q_OK;
}

static q_code action_read(const q_value *action, q_str state, q_directive *d, q_err *err)
{
    q_str type = q_value_str(action, Q_STR("type"), Q_STR("None"));

    d->has_action = q_action_of(type, &d->action);
    d->slot_to_elicit = q_value_str(action, Q_STR("slotToElicit"), Q_STR(""));
    if (!d->has_action && !q_str_is(type, "None"))
        return q_err_set(err, Q_INVALID,
                         "dialogAction.type is %.*s; Close, ConfirmIntent, Delegate, ElicitIntent, "
                         "ElicitSlot or None is wanted",
                         Q_ARG(type));
    if (!d->has_action)
        return Q_OK;
    if (d->action == Q_ACTION_ELICIT_SLOT && !d->slot_to_elicit.n)
        return q_err_set(err, Q_INVALID,
                         "dialogAction is ElicitSlot without slotToElicit; name a slot");
    if (d->action == Q_ACTION_CLOSE &&
        (!q_fulfillment_of(state, &d->fulfillment) || !d->fulfillment))
        return q_err_set(err, Q_INVALID,
                         "dialogAction is Close and intent.state is \"%.*s\"; give Fulfilled, "
                         "Failed or ReadyForFulfillment",
                         Q_ARG(state));
    return Q_OK;
}

q_code lex__v2_state_read(const q_value *state, int64_t now_ms, q_arena *a, lex_v2_state *out,
                          q_err *err)
{
    const q_value *attributes = q_value_get(state, Q_STR("sessionAttributes"));
    const q_value *contexts = q_value_get(state, Q_STR("activeContexts"));
    const q_value *intent = q_value_get(state, Q_STR("intent"));
    const q_value *action = q_value_get(state, Q_STR("dialogAction"));
    q_code rc;

    *out = (lex_v2_state){.has_attributes = attributes != NULL,
                          .has_contexts = contexts != NULL,
                          .has_directive = intent || action};
    rc = lex__attributes_read(attributes, "sessionAttributes", false, a, &out->attributes, err);
    if (!rc && contexts)
        rc = contexts_read(contexts, now_ms, a, &out->contexts, err);
    if (!rc && intent)
        rc = intent_read(intent, a, &out->directive, err);
    return rc ? rc
              : action_read(action, q_value_str(intent, Q_STR("state"), Q_STR("")), &out->directive,
                            err);
}

/* An ImageResponseCard is an attachment of the one card. */
static q_code card_read(const q_value *card, q_arena *a, q_attachment *out, q_err *err)
{
    const q_value *buttons = q_value_get(card, Q_STR("buttons"));

    if (!card)
        return q_err_set(err, Q_INVALID,
                         "a message is an ImageResponseCard without imageResponseCard");
    *out =
        (q_attachment){.title = q_value_str(card, Q_STR("title"), Q_STR("")),
                       .subtitle = q_value_str(card, Q_STR("subtitle"), Q_STR("")),
                       .image_url = q_value_str(card, Q_STR("imageUrl"), Q_STR("")),
                       .buttons = q_arena_array(a, q_value_count(buttons), sizeof *out->buttons)};
    if (!out->buttons)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(buttons); v; v = v->next)
        out->buttons[out->button_count++] = (q_button){q_value_str(v, Q_STR("text"), Q_STR("")),
                                                       q_value_str(v, Q_STR("value"), Q_STR(""))};
    return Q_OK;
}

q_code lex__v2_messages_read(const q_value *list, q_arena *a, q_directive *out, q_err *err)
{
    size_t n = q_value_count(list);
    q_code rc = Q_OK;

    out->messages = q_arena_array(a, n, sizeof *out->messages);
    out->card.v = q_arena_array(a, n, sizeof *out->card.v);
    if (!out->messages || !out->card.v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(list); v && !rc; v = v->next) {
        q_message *m = &out->messages[out->message_count];

        if (!lex__message_kind_of(q_value_str(v, Q_STR("contentType"), Q_STR("")), &m->kind)) {
            rc = card_read(q_value_get(v, Q_STR("imageResponseCard")), a,
                           &out->card.v[out->card.n++], err);
            continue;
        }
        m->text = q_value_str(v, Q_STR("content"), Q_STR(""));
        m->group = (int)out->message_count++;
        if (!m->text.n)
            rc = q_err_set(err, Q_INVALID, "a message has no content");
    }
    return rc;
}
