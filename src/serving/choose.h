/* serving/choose.h - which variant answers a request, by weights. */
#ifndef Q_SERVING_CHOOSE_H
#define Q_SERVING_CHOOSE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* An index, in proportion to its weight over many calls; SIZE_MAX when no
 * weight is above 0. Weights are finite and not negative. Any thread may call;
 * the sequence follows from the first value of *state, one step a call.
 */
size_t q_choose(const double *weights, size_t n, _Atomic uint64_t *state);

#endif
