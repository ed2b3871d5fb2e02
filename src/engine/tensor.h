/* engine/tensor.h - numbers in a box: an element type, a shape, the elements.
 *
 * Elements are dense and row-major (the last dimension runs fastest). A tensor
 * is passed by pointer and borrows its data unless q_tensor_new made it. What
 * ONNX calls sequences, optionals and maps are tensors too, whose elements are
 * tensors; so a graph's values have one type.
 *
 *     Q_SEQUENCE   [n], data is q_tensor[n]; each element owns its data
 *     Q_MAP        [2], data is q_tensor[2]: the keys [n] and the values [n]
 *     Q_NONE       an optional without content; no data
 *     Q_STRING     data is q_str[]; the bytes lie behind the array, in the same block
 *     Q_I4, Q_U4   two elements a byte, the first in the low half
 */
#ifndef Q_ENGINE_TENSOR_H
#define Q_ENGINE_TENSOR_H

#include "base/str.h"

#define Q_MAX_RANK 8
#define Q_TENSOR_ALIGN 64

/* ONNX's numbers (TensorProto.DataType), and ours from 100. */
typedef enum q_dtype {
    Q_NONE = 0,
    Q_F32 = 1,
    Q_U8 = 2,
    Q_I8 = 3,
    Q_U16 = 4,
    Q_I16 = 5,
    Q_I32 = 6,
    Q_I64 = 7,
    Q_STRING = 8,
    Q_BOOL = 9, /* a byte, 0 or 1 */
    Q_F16 = 10,
    Q_F64 = 11,
    Q_U32 = 12,
    Q_U64 = 13,
    Q_C64 = 14,
    Q_C128 = 15,
    Q_BF16 = 16,
    Q_F8E4M3FN = 17,
    Q_F8E4M3FNUZ = 18,
    Q_F8E5M2 = 19,
    Q_F8E5M2FNUZ = 20,
    Q_U4 = 21,
    Q_I4 = 22,
    Q_SEQUENCE = 100,
    Q_MAP = 101
} q_dtype;

typedef struct q_shape {
    size_t rank; /* at most Q_MAX_RANK; 0 is a scalar, one element */
    size_t dims[Q_MAX_RANK];
} q_shape;

typedef struct q_tensor {
    q_dtype dtype;
    q_shape shape;
    void *data; /* NULL: no elements, or a tensor of which only the shape is known */
} q_tensor;

/* What one run may allocate, in bytes; counts what it has. */
typedef struct q_budget {
    size_t used, limit;
} q_budget;

const char *q_dtype_name(q_dtype d); /* "float32", "bfloat16", "sequence", ... */
q_dtype q_dtype_of(q_str name);      /* Q_NONE when there is none of that name */
/* Bits of an element: 4 for the 4-bit ones; 0 for Q_NONE. */
size_t q_dtype_bits(q_dtype d);
bool q_dtype_is_float(q_dtype d);   /* f16, bf16, f32, f64 */
bool q_dtype_is_integer(q_dtype d); /* signed and unsigned, 8 to 64 bits; not bool */

/* Elements of a shape; false when they overflow. q_shape_count is for shapes
 * that were checked: of tensors that exist.
 */
Q_MUST_USE bool q_shape_measure(const q_shape *s, size_t *count);
size_t q_shape_count(const q_shape *s);
bool q_shape_eq(const q_shape *a, const q_shape *b);
/* Product of dims[from, to). */
size_t q_shape_span(const q_shape *s, size_t from, size_t to);
/* "[1, 3, 48, 320]" into `out`, which is NUL-terminated and cut to fit. */
char *q_shape_text(const q_shape *s, char out[160]);
/* Bytes of a tensor's data, Q_LIMIT when they overflow or pass `limit`. */
Q_MUST_USE q_code q_tensor_measure(q_dtype d, const q_shape *s, size_t limit, size_t *bytes,
                                   q_err *err);
size_t q_tensor_bytes(const q_tensor *t); /* of a tensor that exists */

/* Heap memory for a tensor of this type and shape, aligned to Q_TENSOR_ALIGN,
 * zeroed; *out owns it. `budget` may be NULL. Fails with Q_NOMEM, Q_LIMIT (the
 * budget).
 */
Q_MUST_USE q_code q_tensor_new(q_dtype d, const q_shape *s, q_budget *budget, q_tensor *out,
                               q_err *err);
/* Free what q_tensor_new made, elements of sequences and maps included; leaves
 * an empty Q_NONE. The budget it was made with, or NULL.
 */
void q_tensor_clear(q_tensor *t, q_budget *budget);
/* A deep copy that owns its data. */
Q_MUST_USE q_code q_tensor_copy(const q_tensor *from, q_budget *budget, q_tensor *out, q_err *err);
/* A string tensor; the texts are copied. */
Q_MUST_USE q_code q_tensor_of_strings(const q_str *texts, const q_shape *s, q_budget *budget,
                                      q_tensor *out, q_err *err);

#endif
