/* engine/difference.h - how far one tensor is from another. */
#ifndef Q_ENGINE_DIFFERENCE_H
#define Q_ENGINE_DIFFERENCE_H

#include "engine/tensor.h"

/* Over all that was added. NaN and infinities that both have agree; where one
 * alone has one, the difference is infinite.
 */
typedef struct q_difference {
    size_t count;
    double absolute;       /* largest |a - b| */
    double relative;       /* largest |a - b| / the largest |a|, that is, of the scale of a */
    double largest;        /* |a| */
    double aa, bb, ab, dd; /* sums of squares, products, squared differences */
} q_difference;

/* Add the elements of `a` (what is right) and `b`. Fails with Q_INVALID when
 * their shapes differ or they are no tensors of numbers; types may differ.
 */
Q_MUST_USE q_code q_difference_add(q_difference *d, const q_tensor *a, const q_tensor *b,
                                   q_err *err);
/* The cosine of the angle between the two as vectors; 1 when both are 0. */
double q_difference_cosine(const q_difference *d);
/* Signal to noise in decibels: 10 log10(|a|^2 / |a - b|^2); infinite when equal. */
double q_difference_decibels(const q_difference *d);

#endif
