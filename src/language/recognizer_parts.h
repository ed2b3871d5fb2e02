/* language/recognizer_parts.h - what a recognizer holds. */
#ifndef LANGUAGE_RECOGNIZER_PARTS_H
#define LANGUAGE_RECOGNIZER_PARTS_H

#include "language/recognizer.h"
#include "learn/sequence.h"

struct q_recognizer {
    q_arena *arena; /* of the types' names */
    q_str *types;
    size_t type_count;
    q_sequence_model *model; /* label 0 none, 1 + 2 t starts type t, 2 + 2 t goes on */
};

/* Copies the names. */
q_code recognizer__new(const q_str *types, size_t count, q_recognizer **out, q_err *err);

#endif
