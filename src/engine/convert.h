/* engine/convert.h - numbers of one element type as numbers of another.
 *
 * Integers to integers keep the low bits; floats to integers are cut towards
 * zero, what is past the type's ends becomes the end (of 4-bit ones: the low
 * bits), and NaN 0; anything to bool is "not 0". To narrower floats: nearest, ties to even.
 */
#ifndef ENGINE_CONVERT_H
#define ENGINE_CONVERT_H

#include "engine/tensor.h"

/* Elements [first, first + n) of the dense arrays `from` and `to`, which may be
 * the same memory when the types have the same size. All types but strings,
 * complex numbers and containers; `first` is even (of 4-bit types two share a
 * byte). `saturate`: float8 beyond the largest becomes the largest.
 */
void convert__range(const void *from, q_dtype from_type, void *to, q_dtype to_type, size_t first,
                    size_t n, bool saturate);
bool convert__knows(q_dtype d);

/* One element. */
double convert__f64_at(const q_tensor *t, size_t i);
int64_t convert__i64_at(const q_tensor *t, size_t i);

#endif
