#include "dialog/turn.h"

#include "dialog/message.h"

#include <string.h>

/* An utterance in the middle of a question changes the subject only when it is
 * understood this well.
 */
static const double CHANGE_SCORE = 0.75;

enum { CHANGE_WORDS = 3 };

typedef struct turn {
    const q_model *model;
    const q_bot *bot;
    q_session *s;
    const q_turn_input *in;
    q_arena *arena;
    q_turn_reply *reply;
    const q_intent *intent; /* of the session; NULL: none */
    q_str asked_slot;       /* the slot that this turn answers; empty: none */
    int asked;              /* how often the question had been put */
    q_err *err;
} turn;

static q_code say(turn *t, const q_messages *messages, int attempt)
{
    return message__choose(messages, attempt > 0 ? (size_t)attempt - 1 : 0, t->intent, t->s,
                           t->arena, &t->reply->messages, &t->reply->message_count, t->err);
}

static q_code say_one(turn *t, const q_message *m)
{
    return say(t, &(q_messages){(q_message *)m, 1}, 1);
}

static q_code intent_set(turn *t, const q_intent *intent)
{
    q_session *s = t->s;

    t->intent = intent;
    s->intent = intent ? intent->name : (q_str){0};
    s->slot_to_elicit = (q_str){0};
    s->slot_count = intent ? intent->slot_count : 0;
    s->slots = q_arena_array(t->arena, s->slot_count, sizeof *s->slots);
    return s->slots ? Q_OK : q_err_nomem(t->err);
}

static void state_set(turn *t, q_dialog_state state, int attempts)
{
    t->s->state = state;
    t->s->attempts = attempts;
    if (state != Q_DIALOG_ELICIT_SLOT)
        t->s->slot_to_elicit = (q_str){0};
}

static q_code give_up(turn *t)
{
    state_set(t, Q_DIALOG_FAILED, 0);
    return say(t, &t->bot->abort, 1);
}

static q_code ask_slot(turn *t, const q_slot *slot, const q_message *instead)
{
    int attempt = q_str_eq(slot->name, t->asked_slot) ? t->asked + 1 : 1;

    if (attempt > slot->prompt.max_attempts)
        return give_up(t);
    state_set(t, Q_DIALOG_ELICIT_SLOT, attempt);
    t->s->slot_to_elicit = slot->name;
    return instead ? say_one(t, instead) : say(t, &slot->prompt.messages, attempt);
}

static q_code ask_confirmation(turn *t, int attempt, const q_message *instead)
{
    if (attempt > 1 && attempt > t->intent->confirmation.max_attempts)
        return give_up(t);
    state_set(t, Q_DIALOG_CONFIRM_INTENT, attempt);
    return instead ? say_one(t, instead) : say(t, &t->intent->confirmation.messages, attempt);
}

static q_code hook_run(turn *t, bool fulfillment, q_confirmation confirmation, q_hook_reply *reply)
{
    q_hook_call call = {
        .uri = fulfillment ? t->intent->fulfillment_uri : t->intent->dialog_uri,
        .fulfillment = fulfillment,
        .intent = t->intent,
        .slots = t->s->slots,
        .confirmation = confirmation,
        .score = t->reply->score,
        .text = t->in->text,
        .attributes = &t->s->attributes,
    };

    *reply = (q_hook_reply){0};
    if (!t->in->hook)
        return q_err_set(t->err, Q_UNSUPPORTED,
                         "intent %.*s calls a function; none can be called here",
                         Q_ARG(t->intent->name));
    t->reply->hooked = true;
    return t->in->hook(t->in->hook_ctx, &call, t->arena, reply, t->err);
}

static q_code reply_slots(turn *t, const q_attributes *slots)
{
    for (size_t i = 0; i < slots->n; i++) {
        size_t at = q_intent_slot_index(t->intent, slots->v[i].name);

        if (at == SIZE_MAX)
            return q_err_set(t->err, Q_INVALID,
                             "the function set slot %.*s; intent %.*s has none of that name",
                             Q_ARG(slots->v[i].name), Q_ARG(t->intent->name));
        t->s->slots[at] = slots->v[i].value;
    }
    return Q_OK;
}

static q_code reply_intent(turn *t, q_str name)
{
    const q_intent *intent;

    if (!name.n || q_str_eq(name, t->intent->name))
        return Q_OK;
    intent = q_bot_intent(t->bot, name);
    if (!intent)
        return q_err_set(t->err, Q_INVALID,
                         "the function named intent %.*s; the bot has none of that name",
                         Q_ARG(name));
    t->asked_slot = (q_str){0};
    return intent_set(t, intent);
}

static q_code elicit_intent(turn *t, const q_message *instead)
{
    q_code rc = instead ? say_one(t, instead) : say(t, &t->bot->clarification.messages, 1);

    if (rc)
        return rc;
    state_set(t, Q_DIALOG_ELICIT_INTENT, 0);
    return intent_set(t, NULL);
}

/* What a hook answered, but for Delegate. */
static q_code reply_apply(turn *t, const q_hook_reply *r)
{
    const q_message *message = r->has_message ? &r->message : NULL;
    const q_slot *slot;
    q_code rc = Q_OK;

    switch (r->action) {
    case Q_HOOK_CLOSE:
        state_set(t, r->failed ? Q_DIALOG_FAILED : Q_DIALOG_FULFILLED, 0);
        return message ? say_one(t, message) : Q_OK;
    case Q_HOOK_ELICIT_INTENT:
        return elicit_intent(t, message);
    case Q_HOOK_ELICIT_SLOT:
        slot = q_intent_slot(t->intent, r->slot_to_elicit);
        if (!slot)
            return q_err_set(t->err, Q_INVALID,
                             "the function asks for slot %.*s; intent %.*s has none of that name",
                             Q_ARG(r->slot_to_elicit), Q_ARG(t->intent->name));
        return ask_slot(t, slot, message);
    case Q_HOOK_CONFIRM_INTENT:
        rc = ask_confirmation(t, 1, message);
        break;
    case Q_HOOK_DELEGATE:
        break;
    }
    return rc;
}

static q_code reply_take(turn *t, const q_hook_reply *r)
{
    q_code rc = Q_OK;

    if (r->has_attributes)
        t->s->attributes = r->attributes;
    if (r->action == Q_HOOK_ELICIT_SLOT || r->action == Q_HOOK_CONFIRM_INTENT)
        rc = reply_intent(t, r->intent);
    if (!rc && r->has_slots)
        rc = reply_slots(t, &r->slots);
    return rc;
}

static q_code conclude(turn *t)
{
    state_set(t, Q_DIALOG_FULFILLED, 0);
    if (!t->intent->follows_up)
        return say(t, &t->intent->conclusion, 1);
    t->s->following_up = true;
    return say(t, &t->intent->follow_up.messages, 1);
}

static q_code fulfill(turn *t, q_confirmation confirmation)
{
    q_hook_reply reply;
    q_code rc;

    if (!t->intent->fulfillment_hook) {
        state_set(t, Q_DIALOG_READY, 0);
        return say(t, &t->intent->conclusion, 1);
    }
    rc = hook_run(t, true, confirmation, &reply);
    if (!rc)
        rc = reply_take(t, &reply);
    if (rc)
        return rc;
    return reply.action == Q_HOOK_DELEGATE ? conclude(t) : reply_apply(t, &reply);
}

/* What is next when no hook says otherwise. */
static q_code proceed(turn *t, q_confirmation confirmation)
{
    const q_intent *intent = t->intent;

    if (confirmation == Q_DENIED_BY_USER) {
        state_set(t, Q_DIALOG_FAILED, 0);
        return say(t, &intent->rejection, 1);
    }
    for (size_t i = 0; i < intent->slot_count; i++)
        if (intent->slots[i].required && !t->s->slots[i].p)
            return ask_slot(t, &intent->slots[i], NULL);
    if (intent->confirms && confirmation != Q_CONFIRMED)
        return ask_confirmation(t, 1, NULL);
    return fulfill(t, confirmation);
}

static q_code advance(turn *t, q_confirmation confirmation)
{
    q_hook_reply reply;
    q_code rc;

    if (!t->intent->dialog_hook)
        return proceed(t, confirmation);
    rc = hook_run(t, false, confirmation, &reply);
    if (!rc)
        rc = reply_take(t, &reply);
    if (rc)
        return rc;
    return reply.action == Q_HOOK_DELEGATE ? proceed(t, confirmation) : reply_apply(t, &reply);
}

static q_code start(turn *t, const q_intent *intent, double score, const q_str *slots)
{
    q_code rc = intent_set(t, intent);

    if (rc)
        return rc;
    t->asked_slot = (q_str){0};
    t->reply->score = score;
    if (slots)
        memcpy(t->s->slots, slots, intent->slot_count * sizeof *slots);
    return advance(t, Q_CONFIRM_NONE);
}

static q_code not_understood(turn *t)
{
    int attempt = t->asked + 1;
    q_code rc;

    for (size_t i = 0; i < t->bot->intent_count; i++)
        if (t->bot->intents[i].kind == Q_INTENT_FALLBACK)
            return start(t, &t->bot->intents[i], -1, NULL);
    rc = intent_set(t, NULL);
    if (rc)
        return rc;
    if (!t->bot->clarification.messages.n || attempt > t->bot->clarification.max_attempts)
        return give_up(t);
    state_set(t, Q_DIALOG_ELICIT_INTENT, attempt);
    return say(t, &t->bot->clarification.messages, attempt);
}

static q_code new_subject(turn *t)
{
    const q_guess *g = t->reply->understood.guesses;

    if (!t->reply->understood.count || g->score < t->bot->confidence)
        return not_understood(t);
    return start(t, g->intent, g->score, g->slots);
}

static size_t word_count(q_str text)
{
    size_t n = 0;
    bool in_word = false;

    for (size_t i = 0; i < text.n; i++) {
        bool blank = q_is_space(text.p[i]);

        n += !blank && !in_word;
        in_word = !blank;
    }
    return n;
}

/* Whether the utterance, in the middle of a question, is a request of its own. */
static const q_guess *request(const turn *t)
{
    const q_guess *g = t->reply->understood.guesses;

    if (!t->reply->understood.count)
        return NULL;
    if (g->exact)
        return g->bare ? NULL : g;
    return g->score >= CHANGE_SCORE && g->score >= t->bot->confidence &&
                   word_count(t->in->text) >= CHANGE_WORDS
               ? g
               : NULL;
}

/* Take what a guess for the present intent found; `only_empty` keeps the rest. */
static bool merge(turn *t, const q_str *found, bool only_empty, q_str except)
{
    bool any = false;

    for (size_t i = 0; i < t->s->slot_count; i++) {
        if (!found[i].p || (only_empty && t->s->slots[i].p) ||
            (except.p && q_str_eq(found[i], except)))
            continue;
        t->s->slots[i] = found[i];
        any = true;
    }
    return any;
}

static const q_guess *guess_of(const turn *t, const q_intent *intent)
{
    for (size_t i = 0; i < t->reply->understood.count; i++)
        if (t->reply->understood.guesses[i].intent == intent)
            return &t->reply->understood.guesses[i];
    return NULL;
}

static q_code answer_slot(turn *t)
{
    const q_guess *asked = request(t), *own = guess_of(t, t->intent);
    size_t at = q_intent_slot_index(t->intent, t->s->slot_to_elicit);
    q_str value;
    q_code rc;

    if (at == SIZE_MAX) /* the bot has changed under the session */
        return new_subject(t);
    if (asked && asked->intent != t->intent)
        return start(t, asked->intent, asked->score, asked->slots);
    if (asked) {
        t->reply->score = asked->score;
        merge(t, asked->slots, false, (q_str){0});
        return advance(t, Q_CONFIRM_NONE);
    }
    rc = q_understand_slot(&t->intent->slots[at], t->in->text, t->in->now_ms, t->arena, &value,
                           t->err);
    if (rc)
        return rc;
    if (value.p) {
        t->s->slots[at] = value;
        if (own)
            merge(t, own->slots, true, value);
    }
    return advance(t, Q_CONFIRM_NONE);
}

static q_code answer_confirmation(turn *t)
{
    char answer = q_understand_yes_no(t->in->text, t->arena);
    const q_guess *asked = request(t), *own = guess_of(t, t->intent);

    if (asked && asked->intent != t->intent)
        return start(t, asked->intent, asked->score, asked->slots);
    if (answer == 'y')
        return advance(t, Q_CONFIRMED);
    if (own && merge(t, own->slots, false, (q_str){0}))
        return advance(t, Q_CONFIRM_NONE); /* "no, make it two": asked again with two */
    if (answer == 'n')
        return advance(t, Q_DENIED_BY_USER);
    return ask_confirmation(t, t->asked + 1, NULL);
}

/* The answer to a follow-up; *done when it was a refusal. */
static q_code answer_follow_up(turn *t, bool *done)
{
    t->s->following_up = false;
    *done = q_understand_yes_no(t->in->text, t->arena) == 'n';
    if (!*done)
        return Q_OK;
    state_set(t, Q_DIALOG_FULFILLED, 0);
    return say(t, &t->intent->follow_up_rejection, 1);
}

static q_code turn_run(turn *t)
{
    bool done = false;
    q_code rc = Q_OK;

    if (t->intent && t->s->following_up)
        rc = answer_follow_up(t, &done);
    if (rc || done)
        return rc;
    rc =
        q_understand(t->model, t->in->text, t->in->now_ms, t->arena, &t->reply->understood, t->err);
    if (rc)
        return rc;
    t->asked = t->s->attempts;
    if (t->intent && t->s->state == Q_DIALOG_ELICIT_SLOT) {
        t->asked_slot = t->s->slot_to_elicit;
        return answer_slot(t);
    }
    if (t->intent && t->s->state == Q_DIALOG_CONFIRM_INTENT)
        return answer_confirmation(t);
    return new_subject(t);
}

q_code q_turn(const q_model *m, const q_bot *b, q_session *s, const q_turn_input *in, q_arena *a,
              q_turn_reply *reply, q_err *err)
{
    turn t = {.model = m, .bot = b, .s = s, .in = in, .arena = a, .reply = reply, .err = err};
    q_code rc;

    *reply = (q_turn_reply){.score = -1};
    t.intent = s->intent.n ? q_bot_intent(b, s->intent) : NULL;
    if (t.intent && s->slot_count != t.intent->slot_count)
        t.intent = NULL; /* the bot has changed under the session */
    rc = turn_run(&t);
    reply->intent = t.intent;
    return rc;
}
