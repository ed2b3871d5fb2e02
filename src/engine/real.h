/* engine/real.h - elements of any numeric type as double or float.
 *
 * For operators that take many element types and whose time goes elsewhere.
 * Types: the floats (f16, bf16, f32, f64), the integers of 8 to 64 bits, bool.
 */
#ifndef ENGINE_REAL_H
#define ENGINE_REAL_H

#include "engine/tensor.h"

bool real__is(q_dtype d); /* one of the types above */
/* Element i. 64-bit integers past 2^53 lose their low bits. */
double real__get(const q_tensor *t, size_t i);
/* Rounded to nearest even for floats; towards zero and saturated for integers (NaN is 0). */
void real__put(const q_tensor *t, size_t i, double v);
/* Element i of an integer or bool tensor (u64 wraps). */
int64_t real__int(const q_tensor *t, size_t i);

/* n elements from element `from` on. */
void real__read(const q_tensor *t, size_t from, size_t n, float *out);
void real__write(const q_tensor *t, size_t from, size_t n, const float *in);

#endif
