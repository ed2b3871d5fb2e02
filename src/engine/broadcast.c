#include "engine/broadcast.h"

#include <string.h>

#define GRAIN 32768 /* elements of a task */

/* Dimension `to` of the walk goes on where dimension `from` ends, in all operands. */
static bool merges(const broadcast *b, size_t to)
{
    for (size_t k = 0; k < b->operands; k++)
        if (b->strides[k][to - 1] != b->strides[k][to] * b->dims[to])
            return false;
    return true;
}

static void drop(broadcast *b, size_t d)
{
    size_t behind = b->rank - d - 1;

    memmove(&b->dims[d], &b->dims[d + 1], behind * sizeof *b->dims);
    for (size_t k = 0; k < b->operands; k++)
        memmove(&b->strides[k][d], &b->strides[k][d + 1], behind * sizeof **b->strides);
    b->rank--;
}

void broadcast__plan(broadcast *b, const q_shape *out, const q_shape *const *shapes,
                     size_t operands)
{
    *b = (broadcast){.rank = out->rank, .operands = operands, .count = q_shape_count(out)};
    memcpy(b->dims, out->dims, sizeof b->dims);
    for (size_t k = 0; k < operands; k++) {
        const q_shape *s = shapes[k];
        size_t stride = 1;

        for (size_t d = s->rank; d-- > 0;) {
            size_t at = d + out->rank - s->rank;

            b->strides[k][at] = s->dims[d] == out->dims[at] && s->dims[d] != 1 ? stride : 0;
            stride *= s->dims[d];
        }
    }
    for (size_t d = b->rank; d-- > 0;)
        if (b->dims[d] == 1)
            drop(b, d);
    for (size_t d = b->rank; d-- > 1;)
        if (merges(b, d)) {
            b->dims[d - 1] *= b->dims[d];
            for (size_t k = 0; k < operands; k++)
                b->strides[k][d - 1] = b->strides[k][d];
            drop(b, d);
        }
    if (b->rank == 0) { /* one element */
        b->rank = 1;
        b->dims[0] = 1;
    }
}

typedef struct walk {
    const broadcast *b;
    broadcast_row *row;
    void *ctx;
} walk;

static void walk_range(void *ctx, size_t from, size_t to)
{
    const walk *w = ctx;
    const broadcast *b = w->b;
    size_t index[Q_MAX_RANK] = {0}, at[BROADCAST_MAX] = {0}, rest = from, last = b->rank - 1;

    for (size_t d = b->rank; d-- > 0;) {
        index[d] = rest % b->dims[d];
        rest /= b->dims[d];
        for (size_t k = 0; k < b->operands; k++)
            at[k] += index[d] * b->strides[k][d];
    }
    while (from < to) {
        size_t left = b->dims[last] - index[last];
        size_t n = to - from < left ? to - from : left;

        w->row(w->ctx, from, at, n);
        from += n;
        index[last] += n;
        for (size_t k = 0; k < b->operands; k++)
            at[k] += n * b->strides[k][last];
        for (size_t d = last; d > 0 && index[d] == b->dims[d]; d--) {
            index[d] = 0;
            index[d - 1]++;
            for (size_t k = 0; k < b->operands; k++)
                at[k] += b->strides[k][d - 1] - b->dims[d] * b->strides[k][d];
        }
    }
}

void broadcast__run(const broadcast *b, q_team *team, broadcast_row *row, void *ctx)
{
    walk w = {b, row, ctx};

    op__parallel(team, b->count, GRAIN, walk_range, &w);
}
