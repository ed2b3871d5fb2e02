/* engine/order.h - which of two elements is the larger. */
#ifndef ENGINE_ORDER_H
#define ENGINE_ORDER_H

#include "engine/tensor.h"

/* Negative, 0, positive as element i is less than, equal to, greater than
 * element j. NaN is greater than all else and equal to itself. Numbers of 8
 * bits and more, bools and texts.
 */
typedef int order_fn(const void *elements, size_t i, size_t j);

order_fn *order__of(q_dtype d); /* NULL when there is none */

#endif
