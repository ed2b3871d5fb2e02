/* engine/npy.h - NumPy's array files (.npy), format versions 1 to 3.
 *
 *     "\x93NUMPY" major minor  header length (2 bytes, from version 2 on 4)
 *     {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  padded  \n
 *     the elements
 *
 * Read: booleans, integers, floats of 16 to 64 bits and complex numbers, of
 * either byte order, row- or column-major; never pickled objects. Written:
 * little-endian and row-major; bfloat16 and float8 as float32, 4-bit integers as
 * 8-bit ones, for NumPy has no such types.
 * Source: NumPy Enhancement Proposal 1.
 */
#ifndef Q_ENGINE_NPY_H
#define Q_ENGINE_NPY_H

#include "base/buf.h"
#include "engine/tensor.h"

/* The array in `bytes`; *out owns its data (q_tensor_clear with the same
 * budget, which may be NULL). Fails with Q_INVALID (not such a file, or
 * shorter than its shape says), Q_UNSUPPORTED (the type, the rank), Q_LIMIT, Q_NOMEM.
 */
Q_MUST_USE q_code q_npy_read(q_str bytes, q_budget *budget, q_tensor *out, q_err *err);

/* Append the file; Q_UNSUPPORTED for strings, sequences, maps and nothing. The
 * buffer keeps its own errors.
 */
Q_MUST_USE q_code q_npy_write(const q_tensor *t, q_buf *out, q_err *err);

#endif
