/* dialog/slot_parts.h - what a value of a built-in type looks like.
 *
 *   slot.c         which type it is, lists, and what takes any words
 *   slot_amount.c  numbers and what is counted in them
 *   slot_time.c    dates, times of day, spans of time
 *   slot_shape.c   addresses, telephone numbers, codes, names
 */
#ifndef DIALOG_SLOT_PARTS_H
#define DIALOG_SLOT_PARTS_H

#include "dialog/slot.h"

/* Where to look: from token i on, before `end`. */
typedef struct slot_place {
    const q_tokens *t;
    size_t i, end;
    int64_t now_ms;
    q_arena *arena;
    q_err *err;
} slot_place;

/* Each leaves *out when nothing fits. Fails with Q_NOMEM. */
typedef q_code slot_rule(const slot_place *p, slot_match *out);

slot_rule slot__number, slot__percentage, slot__currency, slot__speed, slot__weight;
slot_rule slot__date, slot__time, slot__duration;
slot_rule slot__alphanumeric, slot__email, slot__phone;
slot_rule slot__first_name, slot__person, slot__place_name, slot__state;

/* As slot__alphanumeric, what the regular expression matches as a whole. One that
 * is wrong or takes too long matches nothing.
 */
Q_MUST_USE q_code slot__pattern(const slot_place *p, q_str pattern, slot_match *out);

/* The tokens as far as a value may reach. */
q_tokens slot__tokens(const slot_place *p);
/* tokens and text, copied into the arena, as the match. */
Q_MUST_USE q_code slot__match(const slot_place *p, size_t tokens, q_str text, slot_match *out);

#endif
