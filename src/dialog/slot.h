/* dialog/slot.h - what counts as a value of a slot. */
#ifndef Q_DIALOG_SLOT_H
#define Q_DIALOG_SLOT_H

#include "dialog/bot.h"
#include "language/token.h"

typedef struct slot_match {
    size_t tokens; /* 0: no value here */
    q_str value;   /* resolved; in the arena or borrowed */
    bool listed;   /* a value of the type's own list, or of a strict built-in */
} slot_match;

/* The longest value of the slot's type that starts at token i and ends before
 * token `end`. A custom type that takes any value matches only its list here.
 * Fails with Q_NOMEM.
 */
Q_MUST_USE q_code slot__at(const q_slot *s, const q_tokens *t, size_t i, size_t end, int64_t now_ms,
                           q_arena *a, slot_match *out, q_err *err);

/* The tokens [i, end) as a whole: as slot__at when it covers them all, or any
 * words where the type takes any value. tokens is 0 when they will not do.
 */
Q_MUST_USE q_code slot__whole(const q_slot *s, const q_tokens *t, size_t i, size_t end,
                              int64_t now_ms, q_arena *a, slot_match *out, q_err *err);

/* Whether the type takes words that no list or grammar knows. */
bool slot__is_open(const q_slot *s);

#endif
