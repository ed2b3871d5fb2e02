/* dialog/message.h - what is said: one message of each group, places filled. */
#ifndef Q_DIALOG_MESSAGE_H
#define Q_DIALOG_MESSAGE_H

#include "dialog/session.h"

/* What {Slot} and [attribute] places are filled from. */
typedef struct message_places {
    const q_intent *intent; /* of the session; NULL: none */
    const q_session *session;
} message_places;

/* Of each group the message number `variant` (counted around), so that a
 * repeated prompt takes another wording when there is one. Only kinds in
 * `accepts` (1 << q_message_kind; 0: all). In the arena or borrowed.
 */
Q_MUST_USE q_code message__choose(const q_messages *all, size_t variant, unsigned accepts,
                                  const message_places *places, q_arena *a, q_message **out,
                                  size_t *count, q_err *err);

/* The card with its places filled, in the arena. */
Q_MUST_USE q_code message__card(const q_card *card, const message_places *places, q_arena *a,
                                q_card *out, q_err *err);

#endif
