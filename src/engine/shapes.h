/* engine/shapes.h - the shapes of all values, where the inputs' are partly free.
 *
 * Operators infer shapes from numbers, not from symbols. So a graph is planned
 * at a few sizes of each free dimension, and how the others follow is read off:
 * a dimension that is a straight line or a product of powers in all of them is
 * written so, another as "?".
 */
#ifndef ENGINE_SHAPES_H
#define ENGINE_SHAPES_H

#include "engine/model.h"

typedef struct shapes_value {
    bool known; /* whether it has a shape without looking at values */
    q_dtype dtype;
    size_t rank;
    q_str dims[Q_MAX_RANK]; /* "3", "H/4", "2*N+1", "?"; in the arena */
} shapes_value;

typedef struct shapes {
    shapes_value *values; /* by number; of the top graph */
    size_t count;
    q_str *symbols; /* the free dimensions' names */
    size_t symbol_count;
} shapes;

/* `in`: the inputs' shapes, [graph->input_count], Q_DIM_UNKNOWN where free (graph.h).
 * Fails with Q_INVALID and what a node found wrong when the graph fits no size
 * that was tried; Q_LIMIT past 8 free dimensions; Q_NOMEM.
 */
Q_MUST_USE q_code shapes__infer(const q_model *m, const q_shape *in, q_arena *a, shapes *out,
                                q_err *err);

#endif
