/* language/entity.h - names, dates, amounts and identifiers in a text.
 *
 * Names are found by a trained model, dates, amounts and identifiers by
 * grammar. A score is the probability that the entity is right: of a rule, how
 * often it is. Entities do not overlap.
 */
#ifndef Q_LANGUAGE_ENTITY_H
#define Q_LANGUAGE_ENTITY_H

#include "language/models.h"
#include "language/token.h"

typedef enum q_entity_type {
    Q_ENTITY_PERSON,
    Q_ENTITY_LOCATION,
    Q_ENTITY_ORGANIZATION,
    Q_ENTITY_COMMERCIAL_ITEM,
    Q_ENTITY_EVENT,
    Q_ENTITY_DATE,
    Q_ENTITY_QUANTITY, /* amounts, percentages, measures, counts, ordinals */
    Q_ENTITY_TITLE,
    Q_ENTITY_OTHER /* identifiers, addresses of the net, telephones, nationalities */
} q_entity_type;

typedef struct q_entity {
    q_entity_type type;
    float score;     /* 0..1 */
    q_str text;      /* borrowed from the text */
    uint32_t point;  /* first code point */
    uint32_t points; /* length in code points */
} q_entity;

/* In order of the text, in the arena. Fails with Q_NOMEM, Q_INVALID (a damaged model). */
Q_MUST_USE q_code q_entities_find(const q_language *l, const q_tokens *t, q_arena *a,
                                  q_entity **out, size_t *count, q_err *err);

/* "PERSON", ... */
const char *q_entity_type_name(q_entity_type type);

#endif
