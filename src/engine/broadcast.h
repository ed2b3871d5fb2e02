/* engine/broadcast.h - several tensors that broadcast to one, walked together.
 *
 * Neighbouring dimensions in which all go on alike are merged, so that most
 * walks are a few long rows. In a row each operand either stands still (step 0) or
 * goes on element by element (step 1).
 */
#ifndef ENGINE_BROADCAST_H
#define ENGINE_BROADCAST_H

#include "engine/op.h"

#define BROADCAST_MAX 3

typedef struct broadcast {
    size_t rank; /* after merging, at least 1 */
    size_t dims[Q_MAX_RANK];
    size_t operands;
    size_t strides[BROADCAST_MAX][Q_MAX_RANK]; /* in elements; 0: the same ones again */
    size_t count;                              /* of all elements */
} broadcast;

/* The shapes broadcast to `out`, which exists. */
void broadcast__plan(broadcast *b, const q_shape *out, const q_shape *const *shapes,
                     size_t operands);

/* Output elements [out, out + n) of one row, made of operand k's from at[k] on. */
typedef void broadcast_row(void *ctx, size_t out, const size_t *at, size_t n);
static inline size_t broadcast__step(const broadcast *b, size_t operand)
{
    return b->strides[operand][b->rank - 1];
}

/* All rows; long ones are cut. */
void broadcast__run(const broadcast *b, q_team *team, broadcast_row *row, void *ctx);

#endif
