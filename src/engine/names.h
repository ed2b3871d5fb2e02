/* engine/names.h - a table from names to numbers.
 *
 * Its hash is keyed at random, so a file cannot be made whose names collide.
 */
#ifndef ENGINE_NAMES_H
#define ENGINE_NAMES_H

#include "base/str.h"

typedef struct names_slot {
    q_str name;
    uint32_t value;
    bool used;
} names_slot;

typedef struct names {
    q_arena *arena;
    uint64_t key[2];
    names_slot *slots;
    size_t count, cap; /* cap is a power of two */
} names;

/* A table in the arena; `key` from names__key, shared by tables. */
names names__init(q_arena *a, const uint64_t key[2]);
Q_MUST_USE q_code names__key(uint64_t key[2], q_err *err);

/* NULL when there is none; valid until the next put. */
uint32_t *names__find(const names *t, q_str name);
/* `name` is borrowed and not in the table yet. */
Q_MUST_USE q_code names__put(names *t, q_str name, uint32_t value, q_err *err);

#endif
