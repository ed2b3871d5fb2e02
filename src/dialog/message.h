/* dialog/message.h - what is said: one message of each group, places filled. */
#ifndef Q_DIALOG_MESSAGE_H
#define Q_DIALOG_MESSAGE_H

#include "dialog/session.h"

/* Of each group the message number `variant` (counted around), so that a
 * repeated prompt takes another wording when there is one. In the arena.
 */
Q_MUST_USE q_code message__choose(const q_messages *all, size_t variant, const q_intent *intent,
                                  const q_session *s, q_arena *a, q_message **out, size_t *count,
                                  q_err *err);

#endif
