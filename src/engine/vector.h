/* engine/vector.h - elementwise loops over float arrays, for the processor at hand.
 *
 * The same loops compiled for several instruction sets (vector_loops.h);
 * vector__table gives the best one's. Output may be the input. An element's result
 * depends on the element alone, not on its place or on the length.
 */
#ifndef ENGINE_VECTOR_H
#define ENGINE_VECTOR_H

#include <stddef.h>

/* y = f(x; a, b) */
typedef enum vector_unary {
    VECTOR_ABS,
    VECTOR_NEG,
    VECTOR_SIGN,
    VECTOR_FLOOR,
    VECTOR_CEIL,
    VECTOR_ROUND, /* halves to even */
    VECTOR_SQUARE,
    VECTOR_SQRT,
    VECTOR_RECIPROCAL,
    VECTOR_EXP,
    VECTOR_EXP_MINUS, /* e^(x - a) */
    VECTOR_LOG,
    VECTOR_ERF,
    VECTOR_TANH,
    VECTOR_SIGMOID,
    VECTOR_SILU, /* x * sigmoid(a x) */
    VECTOR_GELU, /* exact, with erf */
    VECTOR_GELU_TANH,
    VECTOR_RELU,
    VECTOR_CLIP,         /* min(max(x, a), b) */
    VECTOR_LEAKY,        /* x < 0 ? a x : x */
    VECTOR_ELU,          /* x < 0 ? a (e^x - 1) : x */
    VECTOR_SELU,         /* b times elu */
    VECTOR_CELU,         /* max(x, 0) + min(a (e^(x / a) - 1), 0) */
    VECTOR_SOFTPLUS,     /* ln(1 + e^x) */
    VECTOR_SOFTSIGN,     /* x / (1 + |x|) */
    VECTOR_HARD_SIGMOID, /* min(max(a x + b, 0), 1) */
    VECTOR_HARD_SWISH,   /* x * min(max(a x + b, 0), 1) */
    VECTOR_MISH,         /* x * tanh(softplus(x)) */
    VECTOR_THRESHOLD,    /* x > a ? x : 0 */
    VECTOR_SHRINK,       /* x < -a ? x + b : x > a ? x - b : 0 */
    VECTOR_AFFINE,       /* a x + b */
    VECTOR_UNARY_COUNT
} vector_unary;

/* z = f(x, y) */
typedef enum vector_binary {
    VECTOR_ADD,
    VECTOR_SUB,
    VECTOR_MUL,
    VECTOR_DIV,
    VECTOR_MIN, /* a NaN wins */
    VECTOR_MAX,
    VECTOR_PRELU, /* x < 0 ? x y : x */
    VECTOR_BINARY_COUNT
} vector_binary;

typedef enum vector_fold {
    VECTOR_SUM,
    VECTOR_SUM_ABS,
    VECTOR_SUM_SQUARES,
    VECTOR_PRODUCT,
    VECTOR_LEAST,
    VECTOR_GREATEST,
    VECTOR_FOLD_COUNT
} vector_fold;

typedef struct vector_table {
    void (*unary[VECTOR_UNARY_COUNT])(const float *x, float *y, size_t n, float a, float b);
    /* Steps of x and y: 1, or 0 for one element that meets all of the other. */
    void (*binary[VECTOR_BINARY_COUNT])(const float *x, size_t x_step, const float *y,
                                        size_t y_step, float *z, size_t n);
    /* All of x into one number, in an order that n decides. Of none: 0, 1 for the
     * product, the infinities for least and greatest. A NaN wins.
     */
    float (*fold[VECTOR_FOLD_COUNT])(const float *x, size_t n);
} vector_table;

const vector_table *vector__table(void);

/* One for each instruction set, for tests. */
extern const vector_table vector__plain, vector__avx2, vector__avx512;

#endif
