/* engine/binary.h - functions of two numbers, as loops for each element type. */
#ifndef ENGINE_BINARY_H
#define ENGINE_BINARY_H

#include "engine/tensor.h"

typedef enum binary_code {
    BINARY_ADD,
    BINARY_SUB,
    BINARY_MUL,
    BINARY_DIV, /* integers: towards zero; by 0: 0 */
    BINARY_MIN, /* floats: a NaN wins */
    BINARY_MAX,
    BINARY_MOD,  /* has the divisor's sign; integers by 0: 0 */
    BINARY_FMOD, /* has the dividend's sign */
    BINARY_POW,
    BINARY_PRELU, /* x < 0 ? x y : x */
    BINARY_BIT_AND,
    BINARY_BIT_OR,
    BINARY_BIT_XOR,
    BINARY_SHIFT_LEFT,  /* by the width and more, or by less than 0: all bits go out */
    BINARY_SHIFT_RIGHT, /* signed integers keep their sign */
    BINARY_EQUAL,       /* from here on the result is a bool */
    BINARY_LESS,
    BINARY_GREATER,
    BINARY_LESS_EQUAL,
    BINARY_GREATER_EQUAL,
    BINARY_AND, /* of bools */
    BINARY_OR,
    BINARY_XOR,
    BINARY_CODE_COUNT
} binary_code;

/* Steps of x and y: 1, or 0 for one element that meets all of the other. z may
 * be x or y where these go by steps of 1 and the result has their type's size.
 */
typedef void binary_loop(const void *x, size_t x_step, const void *y, size_t y_step, void *z,
                         size_t n);

/* NULL when the function is not defined for the type. */
binary_loop *binary__loop(binary_code code, q_dtype dtype);
q_dtype binary__result(binary_code code, q_dtype dtype);

#endif
