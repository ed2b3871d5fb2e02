#include "engine/reduce.h"

#include "engine/vector.h"

#include <math.h>
#include <string.h>

/* -- float32 -- */

#define BLOCK 4096 /* what is summed in float; the blocks' sums are added in double */
#define SOME 512
#define SHORT 32 /* numbers of a row that are summed on the spot */

static double fold(vector_fold f, const float *x, size_t n)
{
    const vector_table *t = vector__table();
    double sum = 0;

    for (size_t i = 0; i < n; i += BLOCK)
        sum += (double)t->fold[f](x + i, n - i < BLOCK ? n - i : BLOCK);
    return sum;
}

/* ln sum e^x, the largest taken out first so that nothing overflows. */
static float log_sum_exp(const float *x, size_t n)
{
    const vector_table *t = vector__table();
    float largest = t->fold[VECTOR_GREATEST](x, n), e[SOME];
    double sum = 0;

    if (!isfinite(largest))
        return largest;
    for (size_t i = 0; i < n; i += SOME) {
        size_t some = n - i < SOME ? n - i : SOME;

        t->unary[VECTOR_EXP_MINUS](x + i, e, some, largest, 0);
        sum += (double)t->fold[VECTOR_SUM](e, some);
    }
    return (float)((double)largest + log(sum));
}

static float f32_row(reduce_kind kind, const float *x, size_t n)
{
    switch (kind) {
    case REDUCE_SUM:
        return (float)fold(VECTOR_SUM, x, n);
    case REDUCE_MEAN:
        return (float)(fold(VECTOR_SUM, x, n) / (double)n);
    case REDUCE_MAX:
        return vector__table()->fold[VECTOR_GREATEST](x, n);
    case REDUCE_MIN:
        return vector__table()->fold[VECTOR_LEAST](x, n);
    case REDUCE_PROD:
        return vector__table()->fold[VECTOR_PRODUCT](x, n);
    case REDUCE_L1:
        return (float)fold(VECTOR_SUM_ABS, x, n);
    case REDUCE_L2:
        return (float)sqrt(fold(VECTOR_SUM_SQUARES, x, n));
    case REDUCE_LOG_SUM:
        return (float)log(fold(VECTOR_SUM, x, n));
    case REDUCE_LOG_SUM_EXP:
        return log_sum_exp(x, n);
    default:
        return (float)fold(VECTOR_SUM_SQUARES, x, n);
    }
}

/* Sums of a few numbers, for which a call takes longer than the sum. */
static void short_sums(const float *x, size_t rows, size_t n, bool square, float *y)
{
    for (size_t i = 0; i < rows; i++, x += n) {
        float sums[4] = {0};
        size_t k = 0;

        for (; k + 4 <= n; k += 4)
            for (size_t j = 0; j < 4; j++)
                sums[j] += square ? x[k + j] * x[k + j] : x[k + j];
        for (; k < n; k++)
            sums[0] += square ? x[k] * x[k] : x[k];
        y[i] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
}

static void f32_rows(reduce_kind kind, const void *x, size_t rows, size_t n, void *y)
{
    if (n <= SHORT && kind == REDUCE_SUM_SQUARE) {
        short_sums(x, rows, n, true, y);
        return;
    }
    if (n <= SHORT && kind == REDUCE_SUM) {
        short_sums(x, rows, n, false, y);
        return;
    }
    for (size_t i = 0; i < rows; i++)
        ((float *)y)[i] = f32_row(kind, (const float *)x + i * n, n);
}

void reduce__columns_f32(reduce_kind kind, const float *x, size_t stride, size_t n, size_t columns,
                         float *y)
{
    const vector_table *t = vector__table();
    int before = kind == REDUCE_L1                                ? VECTOR_ABS
                 : kind == REDUCE_L2 || kind == REDUCE_SUM_SQUARE ? VECTOR_SQUARE
                                                                  : -1;
    vector_binary join = kind == REDUCE_MAX    ? VECTOR_MAX
                         : kind == REDUCE_MIN  ? VECTOR_MIN
                         : kind == REDUCE_PROD ? VECTOR_MUL
                                               : VECTOR_ADD;

    for (size_t j = 0; j < columns; j += SOME) {
        size_t some = columns - j < SOME ? columns - j : SOME;
        float changed[SOME];

        for (size_t i = 0; i < n; i++) {
            const float *row = x + i * stride + j;

            if (before >= 0) {
                t->unary[before](row, changed, some, 0, 0);
                row = changed;
            }
            if (i == 0)
                memcpy(y + j, row, some * sizeof *y);
            else
                t->binary[join](y + j, 1, row, 1, y + j, some);
        }
        if (kind == REDUCE_MEAN)
            t->unary[VECTOR_AFFINE](y + j, y + j, some, 1.0F / (float)n, 0);
        else if (kind == REDUCE_L2)
            t->unary[VECTOR_SQRT](y + j, y + j, some, 0, 0);
        else if (kind == REDUCE_LOG_SUM)
            t->unary[VECTOR_LOG](y + j, y + j, some, 0, 0);
    }
}

/* -- The other types -- */

static double f64_row(reduce_kind kind, const double *x, size_t n)
{
    double sum = 0, product = 1, low = (double)INFINITY, high = -(double)INFINITY, squares = 0;
    double absolute = 0;
    bool nan = false;

    for (size_t i = 0; i < n; i++) {
        sum += x[i];
        product *= x[i];
        absolute += fabs(x[i]);
        squares += x[i] * x[i];
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
        nan = nan || isnan(x[i]);
    }
    switch (kind) {
    case REDUCE_SUM:
        return sum;
    case REDUCE_MEAN:
        return sum / (double)n;
    case REDUCE_MAX:
        return nan ? (double)NAN : high;
    case REDUCE_MIN:
        return nan ? (double)NAN : low;
    case REDUCE_PROD:
        return product;
    case REDUCE_L1:
        return absolute;
    case REDUCE_L2:
        return sqrt(squares);
    case REDUCE_LOG_SUM:
        return log(sum);
    case REDUCE_LOG_SUM_EXP:
        sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += exp(x[i] - high);
        return nan || isinf(high) ? sum * 0 + high : high + log(sum);
    default:
        return squares;
    }
}

static void f64_rows(reduce_kind kind, const void *x, size_t rows, size_t n, void *y)
{
    for (size_t i = 0; i < rows; i++)
        ((double *)y)[i] = f64_row(kind, (const double *)x + i * n, n);
}

/* Functions of integers that are no integers are cut towards zero. */
#define INTEGER_ROWS(name, type, whole, least, most)                                               \
    static type name##_row(reduce_kind kind, const type *x, size_t n)                              \
    {                                                                                              \
        uint64_t sum = 0, product = 1, absolute = 0, squares = 0;                                  \
        double exponentials = 0;                                                                   \
        type low = (most), high = (least);                                                         \
        for (size_t i = 0; i < n; i++) {                                                           \
            uint64_t v = (uint64_t)x[i];                                                           \
            sum += v;                                                                              \
            product *= v;                                                                          \
            absolute += x[i] > 0 ? v : 0 - v;                                                      \
            squares += v * v;                                                                      \
            low = x[i] < low ? x[i] : low;                                                         \
            high = x[i] > high ? x[i] : high;                                                      \
        }                                                                                          \
        switch (kind) {                                                                            \
        case REDUCE_SUM:                                                                           \
            return (type)sum;                                                                      \
        case REDUCE_MEAN:                                                                          \
            return n ? (type)((whole)sum / (whole)n) : 0;                                          \
        case REDUCE_MAX:                                                                           \
            return high;                                                                           \
        case REDUCE_MIN:                                                                           \
            return low;                                                                            \
        case REDUCE_PROD:                                                                          \
            return (type)product;                                                                  \
        case REDUCE_L1:                                                                            \
            return (type)absolute;                                                                 \
        case REDUCE_L2:                                                                            \
            return (type)(int64_t)sqrt((double)squares);                                           \
        case REDUCE_LOG_SUM:                                                                       \
            return (type)(int64_t)((whole)sum > 0 ? log((double)(whole)sum) : 0);                  \
        case REDUCE_LOG_SUM_EXP:                                                                   \
            for (size_t i = 0; i < n; i++)                                                         \
                exponentials += exp((double)x[i] - (double)high);                                  \
            return n ? (type)(int64_t)((double)high + log(exponentials)) : 0;                      \
        default:                                                                                   \
            return (type)squares;                                                                  \
        }                                                                                          \
    }                                                                                              \
    static void name##_rows(reduce_kind kind, const void *x, size_t rows, size_t n, void *y)       \
    {                                                                                              \
        for (size_t i = 0; i < rows; i++)                                                          \
            ((type *)y)[i] = name##_row(kind, (const type *)x + i * n, n);                         \
    }
INTEGER_ROWS(i32, int32_t, int64_t, INT32_MIN, INT32_MAX)
INTEGER_ROWS(i64, int64_t, int64_t, INT64_MIN, INT64_MAX)
INTEGER_ROWS(u32, uint32_t, uint64_t, 0, UINT32_MAX)
INTEGER_ROWS(u64, uint64_t, uint64_t, 0, UINT64_MAX)
INTEGER_ROWS(i8, int8_t, int64_t, INT8_MIN, INT8_MAX)
INTEGER_ROWS(u8, uint8_t, uint64_t, 0, UINT8_MAX)

/* Of no bools the largest is false, the least true. */
static void bool_rows(reduce_kind kind, const void *x, size_t rows, size_t n, void *y)
{
    const uint8_t *b = x;

    for (size_t i = 0; i < rows; i++) {
        bool any = n && memchr(b + i * n, 1, n);
        bool every = !(n && memchr(b + i * n, 0, n));

        ((uint8_t *)y)[i] = kind == REDUCE_MAX ? any : every;
    }
}

reduce_rows *reduce__rows(q_dtype d)
{
    switch (d) {
    case Q_F32:
        return f32_rows;
    case Q_F64:
        return f64_rows;
    case Q_I32:
        return i32_rows;
    case Q_I64:
        return i64_rows;
    case Q_U32:
        return u32_rows;
    case Q_U64:
        return u64_rows;
    case Q_I8:
        return i8_rows;
    case Q_U8:
        return u8_rows;
    case Q_BOOL:
        return bool_rows;
    default:
        return NULL;
    }
}
