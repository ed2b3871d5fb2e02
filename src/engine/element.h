/* engine/element.h - one number of a tensor, whatever its type.
 *
 * For those who read and write tensors element by element (formats, listings);
 * computation has its loops.
 */
#ifndef Q_ENGINE_ELEMENT_H
#define Q_ENGINE_ELEMENT_H

#include "engine/tensor.h"

/* Element i of a tensor of numbers or bools, as a double; 0 for other types.
 * Integers past 2^53 are rounded.
 */
double q_element_get(const q_tensor *t, size_t i);
/* The same exactly; false unless the type is an integer or bool and the value
 * fits.
 */
Q_MUST_USE bool q_element_get_int(const q_tensor *t, size_t i, int64_t *out);

/* Write element i, rounded to the type; false when the type is no number, or
 * an integer to which `v` is not equal. A bool is v != 0.
 */
Q_MUST_USE bool q_element_set(q_tensor *t, size_t i, double v);
Q_MUST_USE bool q_element_set_int(q_tensor *t, size_t i, int64_t v);

#endif
