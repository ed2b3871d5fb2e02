/* dialog/turn_parts.h - a turn under way; private to turn*.c.
 *
 *   turn.c            begins and ends it: contexts, recent intents
 *   turn_answer.c     what the user's words are: an answer or a request
 *   turn_step.c       what is next: ask, confirm, fulfil, give up
 *   turn_directive.c  what hooks and clients say is next
 */
#ifndef Q_DIALOG_TURN_PARTS_H
#define Q_DIALOG_TURN_PARTS_H

#include "dialog/turn.h"

typedef struct turn {
    const q_model *model; /* NULL: nothing was said */
    const q_bot *bot;
    q_session *s;
    const q_turn_input *in;
    q_arena *arena;
    q_turn_reply *reply;
    const q_intent *intent; /* of the session; NULL: none */
    q_str asked_slot;       /* the slot that this turn answers; empty: none */
    int asked;              /* how often the question had been put */
    const char *speaker;    /* whose directive it is: "the function" */
    q_err *err;
} turn;

/* ---- turn_step.c */

/* The bot's own words, or the directive's where it has some. */
Q_MUST_USE q_code turn__say(turn *t, const q_messages *own, int attempt, const q_directive *d);
Q_MUST_USE q_code turn__intent_set(turn *t, const q_intent *intent);
void turn__state_set(turn *t, q_dialog_state state, int attempts);
Q_MUST_USE q_code turn__ask_slot(turn *t, const q_slot *slot, const q_directive *d);
Q_MUST_USE q_code turn__ask_confirmation(turn *t, int attempt, const q_directive *d);
Q_MUST_USE q_code turn__elicit_intent(turn *t, const q_directive *d);
/* Fulfilled, as the bot words it or the directive. */
Q_MUST_USE q_code turn__conclude(turn *t, const q_directive *d);
Q_MUST_USE q_code turn__ready(turn *t, const q_directive *d);
/* The first required slot without a value; NULL: none is missing. */
const q_slot *turn__missing(const turn *t);
/* What is next when no hook says otherwise. */
Q_MUST_USE q_code turn__proceed(turn *t);
/* The dialog hook, if there is one, then what it says or what is next. */
Q_MUST_USE q_code turn__advance(turn *t);
/* A new subject: the intent with what was said of it (NULL: nothing). */
Q_MUST_USE q_code turn__start(turn *t, const q_intent *intent, const q_guess *said);
Q_MUST_USE q_code turn__not_understood(turn *t);
/* Give slots without a value their default, where there is one. */
void turn__defaults(turn *t);

/* ---- turn_directive.c */

Q_MUST_USE q_code turn__hook(turn *t, bool fulfillment, q_directive *reply);
/* What of the session it sets, its step aside. */
Q_MUST_USE q_code turn__take(turn *t, const q_directive *d);
/* Its step, but for Delegate. */
Q_MUST_USE q_code turn__apply(turn *t, const q_directive *d);
/* Its step without a word, as the state that the user answers to. */
Q_MUST_USE q_code turn__place(turn *t, const q_directive *d);

/* ---- turn_answer.c */

Q_MUST_USE q_code turn__answer(turn *t);

#endif
