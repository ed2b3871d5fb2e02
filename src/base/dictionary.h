/* base/dictionary.h - texts, each with the number it came in by: 0, 1, 2, ...
 *
 * In an arena; texts are borrowed. One thread at a time.
 */
#ifndef Q_BASE_DICTIONARY_H
#define Q_BASE_DICTIONARY_H

#include "base/str.h"

typedef struct q_dictionary {
    q_arena *arena;
    q_str *texts; /* by number */
    size_t count, cap;
    uint32_t *slots; /* number + 1; 0 is free */
    size_t slot_count;
    uint64_t seed; /* nobody outside can choose texts that collide */
} q_dictionary;

void q_dictionary_init(q_dictionary *d, q_arena *a);
/* The number of `text`, a new one if it is not there yet. Q_NOMEM, Q_LIMIT. */
Q_MUST_USE q_code q_dictionary_add(q_dictionary *d, q_str text, size_t *number, q_err *err);
/* SIZE_MAX when it is not there. */
size_t q_dictionary_find(const q_dictionary *d, q_str text);

#endif
