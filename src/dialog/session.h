/* dialog/session.h - where a conversation stands between two turns. */
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

/* "ElicitIntent", ...; the reverse is false for a name that is none. */
const char *q_dialog_state_name(q_dialog_state s);
bool q_dialog_state_of(q_str name, q_dialog_state *out);

typedef struct q_attribute {
    q_str name, value;
} q_attribute;

typedef struct q_attributes {
    q_attribute *v;
    size_t n;
} q_attributes;

/* Texts are borrowed or in the arena of the turn. */
typedef struct q_session {
    q_str id;
    q_dialog_state state;
    q_str intent; /* empty: none */
    q_str *slots; /* of the intent, by its slots' order; .p NULL: none */
    size_t slot_count;
    q_str slot_to_elicit; /* with Q_DIALOG_ELICIT_SLOT */
    int attempts;         /* how often the present question was put */
    bool following_up;    /* the follow-up prompt waits for yes or no */
    q_attributes attributes;
} q_session;

#endif
