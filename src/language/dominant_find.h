/* language/dominant_find.h - the languages of a text, by a model. */
#ifndef LANGUAGE_DOMINANT_FIND_H
#define LANGUAGE_DOMINANT_FIND_H

#include "language/dominant.h"
#include "language/dominant_model.h"

/* As q_dominant_languages. */
Q_MUST_USE q_code dominant__find(const dominant_model *m, q_str text, q_arena *a, q_dominant **out,
                                 size_t *count, q_err *err);

/* As q_dominant_known. */
Q_MUST_USE q_code dominant__known(const dominant_model *m, q_arena *a, const char ***out,
                                  size_t *count, q_err *err);

#endif
