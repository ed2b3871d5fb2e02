/* language/classifier_parts.h - what a classifier is made of. */
#ifndef LANGUAGE_CLASSIFIER_PARTS_H
#define LANGUAGE_CLASSIFIER_PARTS_H

#include "language/classifier.h"
#include "learn/linear.h"

enum { CLASSIFIER_BITS_MOST = 20 };

struct q_classifier {
    q_arena *arena; /* holds the names */
    q_str *names;
    size_t count;
    bool multi;
    unsigned bits;
    float *rarity; /* [1 << bits] */
    q_linear *linear;
};

/* Without names, all rarity 0, no linear model. On failure *out is to be freed as well. */
q_code classifier__new(size_t count, unsigned bits, bool multi, q_classifier **out, q_err *err);

#endif
