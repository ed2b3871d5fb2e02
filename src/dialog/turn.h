/* dialog/turn.h - one turn of a conversation.
 *
 *                 +-- clarification -- ElicitIntent <---------------+
 *                 v                        | intent understood      |
 *     utterance --+--> dialog hook? --> slots missing --> ElicitSlot
 *                                          | all there    ^ retry, until attempts end
 *                                          v              |          -> fallback, or Failed
 *                                     ConfirmIntent --no--+--> Failed
 *                                          | yes, or none asked
 *                                          v
 *                              fulfilment hook --> Fulfilled | Failed | ask on
 *                              no hook         --> ReadyForFulfillment
 *
 * A directive, which a hook answers or a client puts, may send the
 * conversation anywhere. Hooks are the caller's: this room only says what to
 * call and takes what came back.
 */
#ifndef Q_DIALOG_TURN_H
#define Q_DIALOG_TURN_H

#include "dialog/session.h"
#include "dialog/understand.h"

/* What a hook answers, and what a client puts: the next step, and what of the
 * session is set before it.
 */
typedef struct q_directive {
    bool has_action; /* of a hook always */
    q_action action;
    q_fulfillment fulfillment; /* with Q_ACTION_CLOSE */
    q_str intent;              /* empty: the present one */
    q_str slot_to_elicit;      /* with Q_ACTION_ELICIT_SLOT */
    bool has_slots;
    q_attributes slots;          /* all of the intent's that have a value; .value.p NULL: none */
    q_confirmation confirmation; /* of a put's intent; of a hook's it is not used */
    q_message *messages;         /* instead of the bot's own; none: the bot's */
    size_t message_count;
    q_card card; /* instead of the bot's own */
    bool has_attributes;
    q_attributes attributes; /* instead of the session's */
    bool has_contexts;
    q_contexts contexts; /* likewise */
    bool has_recent;
    q_summary recent[Q_RECENT_MAX]; /* likewise */
    size_t recent_count;
} q_directive;

typedef struct q_hook_call {
    q_str uri;        /* as the bot names it: a function's ARN */
    bool fulfillment; /* else: dialog */
    const q_intent *intent;
    const q_session *session; /* as it is now: slots, attributes, contexts, recent intents */
    q_confirmation confirmation;
    double score;                   /* of the intent in this turn; negative: not classified now */
    const q_understood *understood; /* what else the utterance may mean */
    q_str text;                     /* what the user said; empty when a client put this */
} q_hook_call;

/* All that it puts into *reply lives as long as `a`. Its error ends the turn. */
typedef q_code (*q_hook_fn)(void *ctx, const q_hook_call *call, q_arena *a, q_directive *reply,
                            q_err *err);

typedef struct q_turn_input {
    q_str text;
    int64_t now_ms;
    unsigned accepts; /* kinds of messages the client takes, 1 << q_message_kind; 0: all */
    q_hook_fn hook;   /* NULL: a bot with hooks fails with Q_UNSUPPORTED */
    void *hook_ctx;
    const q_directive *before; /* set before the words are taken, its step unsaid and no hook
                                  run; NULL: nothing */
} q_turn_input;

/* What the client is told, beside the session. */
typedef struct q_turn_reply {
    const q_intent *intent; /* NULL: none */
    double score;           /* negative: none */
    q_understood understood;
    q_message *messages; /* filled in, one a group; none: nothing is said */
    size_t message_count;
    q_card card; /* filled in */
    bool missed; /* no intent was understood, nor an answer to the question */
    bool hooked; /* a hook ran, so the turn must not be repeated */
} q_turn_reply;

/* Take what the user said. Changes *s, whose texts are in `a` afterwards or
 * borrowed from what it held, from the bot or from the input.
 * Fails with Q_NOMEM, Q_UNSUPPORTED, Q_INVALID (a hook named an intent or slot
 * that is not there), or a hook's error.
 */
Q_MUST_USE q_code q_turn(const q_model *m, const q_bot *b, q_session *s, const q_turn_input *in,
                         q_arena *a, q_turn_reply *reply, q_err *err);

/* Take what a client puts; in->text is not used. Q_INVALID too when the
 * directive names an intent or slot that is not there.
 */
Q_MUST_USE q_code q_turn_put(const q_bot *b, q_session *s, const q_directive *d,
                             const q_turn_input *in, q_arena *a, q_turn_reply *reply, q_err *err);

/* The values of the slot's type, best first, that a value and the words for it
 * may mean: at most five; none when the type takes any words. In the arena.
 */
Q_MUST_USE q_code q_slot_resolutions(const q_slot *slot, const q_filled *filled, q_arena *a,
                                     q_str **out, size_t *count, q_err *err);

/* The words of the utterance that a value came from: `value` itself where it
 * stands there, a synonym of it, or .p NULL.
 */
q_str q_slot_said(const q_slot *slot, q_str value, q_str text);

#endif
