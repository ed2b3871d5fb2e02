/* language/entity_name.h - names found by the trained model. */
#ifndef LANGUAGE_ENTITY_NAME_H
#define LANGUAGE_ENTITY_NAME_H

#include "language/entity.h"
#include "language/feature.h"

/* Label 0 is no name; then for each type one that starts a name and one that goes on. */
enum { ENTITY_NAME_TYPES = 7, ENTITY_LABELS = 1 + 2 * ENTITY_NAME_TYPES, ENTITY_BITS = 22 };

extern const q_entity_type entity_name_types[ENTITY_NAME_TYPES];

/* [ENTITY_LABELS + 1, ENTITY_LABELS], as q_sequence_options wants it. */
void entity__allowed(uint8_t *allowed);

typedef struct entity_found {
    size_t begin, end; /* tokens */
    q_entity_type type;
    float score;
} entity_found;

/* In order of the text, in the arena. */
q_code entity__names(const q_sequence_model *m, const q_tokens *t, const word *w, q_arena *a,
                     entity_found **out, size_t *count, q_err *err);

#endif
