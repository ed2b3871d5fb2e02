/* engine/view.h - elements copied from one arrangement to another.
 *
 * A view names, for each dimension, how many steps there are and how far each
 * goes in the source and in the target; strides count elements and may be 0
 * (repeat) or negative (reverse). Transposing, slicing, tiling, padding and
 * concatenating are views.
 */
#ifndef ENGINE_VIEW_H
#define ENGINE_VIEW_H

#include "engine/op.h"

#define VIEW_MAX_RANK (2 * Q_MAX_RANK)

typedef struct view {
    size_t rank;
    size_t dims[VIEW_MAX_RANK]; /* outermost first */
    ptrdiff_t from[VIEW_MAX_RANK], to[VIEW_MAX_RANK];
} view;

/* Another dimension inside those there are. */
void view__add(view *v, size_t dim, ptrdiff_t from, ptrdiff_t to);
/* Row-major strides of a shape, in elements. */
void view__strides(const q_shape *s, ptrdiff_t out[Q_MAX_RANK]);

/* `from` and `to` point to the elements where all indices are 0; `size` is an element's bytes:
 * 1, 2, 4, 8 or 16. No two indices meet at one target.
 */
void view__copy(const view *v, const void *from, void *to, size_t size, q_team *team);

#endif
