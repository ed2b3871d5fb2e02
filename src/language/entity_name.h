/* language/entity_name.h - names, dates and amounts found by trained models. */
#ifndef LANGUAGE_ENTITY_NAME_H
#define LANGUAGE_ENTITY_NAME_H

#include "language/entity.h"
#include "language/feature.h"

/* Label 0 is no name; then for each type one that starts a name and one that goes on. */
enum { ENTITY_NAME_TYPES = 7, ENTITY_LABELS = 1 + 2 * ENTITY_NAME_TYPES, ENTITY_BITS = 20 };

extern const q_entity_type entity_name_types[ENTITY_NAME_TYPES];
extern const q_entity_type entity_amount_types[2];

/* [labels + 1, labels], as q_sequence_options wants it. */
void entity__allowed(uint8_t *allowed, size_t labels);

typedef struct entity_found {
    size_t begin, end; /* tokens */
    q_entity_type type;
    float score;
} entity_found;

/* Names, or dates and amounts: which model labels tokens, by which features, for which types. */
typedef struct entity_kind {
    /* of the next stretch of a sequence, as features__amounts_next */
    bool (*next)(features *f, const q_tokens *t, const word *w, size_t begin, size_t end,
                 size_t *first, size_t *last);
    const q_entity_type *types;
    float slope,
        shift; /* of the log odds: so scores are as often right as they say, on development parts */
} entity_kind;

extern const entity_kind entity_names, entity_amounts;

/* In order of the text, in the arena. */
q_code entity__label(const entity_kind *kind, const q_sequence_model *m, const q_tokens *t,
                     const word *w, q_arena *a, entity_found **out, size_t *count, q_err *err);

#endif
