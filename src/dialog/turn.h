/* dialog/turn.h - one turn of a conversation.
 *
 *                 +-- clarification -- ElicitIntent <---------------+
 *                 v                        | intent understood      |
 *     utterance --+--> dialog hook? --> slots missing --> ElicitSlot
 *                                          | all there    ^ retry, until attempts end
 *                                          v              |          -> Failed
 *                                     ConfirmIntent --no--+--> Failed
 *                                          | yes, or none asked
 *                                          v
 *                              fulfilment hook --> Fulfilled | Failed | ask on
 *                              no hook         --> ReadyForFulfillment
 *
 * A hook's answer may send the conversation anywhere. Hooks are the caller's:
 * this room only says what to call and takes what came back.
 */
#ifndef Q_DIALOG_TURN_H
#define Q_DIALOG_TURN_H

#include "dialog/session.h"
#include "dialog/understand.h"

typedef enum q_confirmation { Q_CONFIRM_NONE, Q_CONFIRMED, Q_DENIED_BY_USER } q_confirmation;

typedef struct q_hook_call {
    q_str uri;        /* as the bot names it: a function's ARN */
    bool fulfillment; /* else: dialog */
    const q_intent *intent;
    const q_str *slots; /* intent->slot_count, as in q_session */
    q_confirmation confirmation;
    double score; /* of the intent in this turn; negative: not classified now */
    q_str text;   /* what the user said */
    const q_attributes *attributes;
} q_hook_call;

typedef enum q_hook_action {
    Q_HOOK_CLOSE,
    Q_HOOK_ELICIT_INTENT,
    Q_HOOK_ELICIT_SLOT,
    Q_HOOK_CONFIRM_INTENT,
    Q_HOOK_DELEGATE
} q_hook_action;

typedef struct q_hook_reply {
    q_hook_action action;
    bool failed;          /* with Q_HOOK_CLOSE: Failed rather than Fulfilled */
    q_str intent;         /* ELICIT_SLOT, CONFIRM_INTENT; empty: the present one */
    q_str slot_to_elicit; /* ELICIT_SLOT */
    bool has_slots;
    q_attributes slots; /* .value.p NULL clears a slot */
    bool has_message;
    q_message message;
    bool has_attributes;
    q_attributes attributes; /* instead of the session's */
} q_hook_reply;

/* All that it puts into *reply lives as long as `a`. Its error ends the turn. */
typedef q_code (*q_hook_fn)(void *ctx, const q_hook_call *call, q_arena *a, q_hook_reply *reply,
                            q_err *err);

typedef struct q_turn_input {
    q_str text;
    int64_t now_ms;
    q_hook_fn hook; /* NULL: a bot with hooks fails with Q_UNSUPPORTED */
    void *hook_ctx;
} q_turn_input;

/* What the client is told, beside the session. */
typedef struct q_turn_reply {
    const q_intent *intent; /* NULL: none */
    double score;           /* negative: none */
    q_understood understood;
    q_message *messages; /* filled in, one a group; none: nothing is said */
    size_t message_count;
    bool hooked; /* a hook ran, so the turn must not be repeated */
} q_turn_reply;

/* Changes *s, whose texts are in `a` afterwards or borrowed from what it held.
 * Fails with Q_NOMEM, Q_UNSUPPORTED, Q_INVALID (a hook named an intent or slot
 * that is not there), or a hook's error.
 */
Q_MUST_USE q_code q_turn(const q_model *m, const q_bot *b, q_session *s, const q_turn_input *in,
                         q_arena *a, q_turn_reply *reply, q_err *err);

#endif
