/* dialog/session.h - where a conversation stands between two turns.
 *
 * A session is a plain value: it can be kept, copied, and taken up again with
 * another version of its bot. Texts are borrowed or in the arena of the turn.
 */
#ifndef Q_DIALOG_SESSION_H
#define Q_DIALOG_SESSION_H

#include "dialog/bot.h"

typedef enum q_dialog_state {
    Q_DIALOG_ELICIT_INTENT,
    Q_DIALOG_CONFIRM_INTENT,
    Q_DIALOG_ELICIT_SLOT,
    Q_DIALOG_FULFILLED,
    Q_DIALOG_READY,
    Q_DIALOG_FAILED
} q_dialog_state;

/* What the bot does next, or has done: the type of a dialogAction. */
typedef enum q_action {
    Q_ACTION_CLOSE,
    Q_ACTION_ELICIT_INTENT,
    Q_ACTION_ELICIT_SLOT,
    Q_ACTION_CONFIRM_INTENT,
    Q_ACTION_DELEGATE /* the bot decides; never the state of a session */
} q_action;

typedef enum q_fulfillment {
    Q_FULFILL_NONE,
    Q_FULFILL_FULFILLED,
    Q_FULFILL_FAILED,
    Q_FULFILL_READY
} q_fulfillment;

typedef enum q_confirmation { Q_CONFIRM_NONE, Q_CONFIRMED, Q_DENIED_BY_USER } q_confirmation;

/* The API's names: "ElicitIntent", "Close", "ReadyForFulfillment", "Denied", ...; the
 * reverse is false for a name that is none. Q_FULFILL_NONE has no name: "".
 */
const char *q_dialog_state_name(q_dialog_state s);
bool q_dialog_state_of(q_str name, q_dialog_state *out);
const char *q_action_name(q_action a);
bool q_action_of(q_str name, q_action *out);
const char *q_fulfillment_name(q_fulfillment f);
bool q_fulfillment_of(q_str name, q_fulfillment *out);
const char *q_confirmation_name(q_confirmation c);
bool q_confirmation_of(q_str name, q_confirmation *out);

/* The dialogAction that a state stands for. */
q_action q_dialog_state_action(q_dialog_state s);
q_fulfillment q_dialog_state_fulfillment(q_dialog_state s);

typedef struct q_attribute {
    q_str name, value;
} q_attribute;

typedef struct q_attributes {
    q_attribute *v;
    size_t n;
} q_attributes;

/* .p NULL without one of that name. */
q_str q_attributes_get(const q_attributes *a, q_str name);

typedef struct q_filled {
    q_str value;    /* as the slot's type resolves it; .p NULL: no value */
    q_str original; /* the user's own words; .p NULL: it was not said by the user */
} q_filled;

/* An active context: it ends when its turns are over or its time is. */
typedef struct q_context {
    q_str name;
    int turns;          /* left; 0: not bounded */
    int64_t expires_ms; /* 0: not bounded */
    q_attributes parameters;
    bool fresh; /* set in this turn, which does not count */
} q_context;

typedef struct q_contexts {
    q_context *v;
    size_t n;
} q_contexts;

enum { Q_CONTEXTS_MAX = 20, Q_RECENT_MAX = 3 };

/* Where an intent of the session stands, or stood when another came. */
typedef struct q_summary {
    q_str intent;
    q_str label;        /* the checkpoint's; empty: none */
    q_attributes slots; /* .value.p NULL: no value */
    q_confirmation confirmation;
    q_action action;
    q_fulfillment fulfillment; /* with Q_ACTION_CLOSE */
    q_str slot_to_elicit;      /* with Q_ACTION_ELICIT_SLOT */
} q_summary;

typedef struct q_session {
    q_str id;
    q_dialog_state state;
    q_str intent;    /* empty: none */
    q_filled *slots; /* of the intent, by its slots' order */
    size_t slot_count;
    q_str slot_to_elicit; /* with Q_DIALOG_ELICIT_SLOT */
    q_confirmation confirmation;
    int attempts;      /* how often the present question was put */
    bool following_up; /* the follow-up prompt waits for yes or no */
    q_attributes attributes;
    q_contexts contexts;
    q_summary recent[Q_RECENT_MAX]; /* the latest intent first, the present one among them */
    size_t recent_count;
    q_message *said; /* last; kept where the bot can be asked to repeat it */
    size_t said_count;
} q_session;

/* The session's contexts without those whose time is over, in place. */
void q_contexts_expire(q_contexts *c, int64_t now_ms);
/* NULL when it is not active. */
const q_context *q_contexts_find(const q_contexts *c, q_str name);

/* The first summary with that label; NULL without one. */
const q_summary *q_session_checkpoint(const q_session *s, q_str label);

#endif
