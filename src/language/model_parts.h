/* language/model_parts.h - how the room reaches its trained models.
 *
 * A model that ships is a file in models/ and an entry of the table in
 * models.c: what its bytes are called, how it is made of them, how it goes.
 */
#ifndef LANGUAGE_MODEL_PARTS_H
#define LANGUAGE_MODEL_PARTS_H

#include "language/models.h"

typedef enum language_model {
    LANGUAGE_NAMES,     /* names */
    LANGUAGE_WORDS,     /* names: of words as they stand, their clusters */
    LANGUAGE_ENTITIES,  /* q_sequence_model */
    LANGUAGE_AMOUNTS,   /* q_sequence_model */
    LANGUAGE_SYNTAX,    /* q_sequence_model */
    LANGUAGE_DOMINANT,  /* dominant_model */
    LANGUAGE_SENTIMENT, /* sentiment_model */
    LANGUAGE_MODELS
} language_model;

/* The model, made ready if it is not; borrowed. Fails with Q_INVALID, Q_NOMEM. */
q_code language__model(const q_language *l, language_model which, const void **out, q_err *err);

/* For those who train: these bytes, borrowed, in the place of those that ship.
 * Before the model's first use.
 */
q_str language__bytes(const q_language *l, language_model which); /* borrowed */
void language__replace(q_language *l, language_model which, q_str bytes);

#endif
