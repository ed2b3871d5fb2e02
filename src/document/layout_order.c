/* Reading order without knowing of columns.
 *
 * A box comes before one that is below it in the same column, and before all that is to its
 * right unless something that spans both stands between them. These relations are sorted
 * topologically. Source: Breuel 2003, High Performance Document Layout Analysis.
 */
#include "document/layout_parts.h"

#include <math.h>
#include <string.h>

enum { MOST = 300 };

static const double touching = 0.15; /* of the narrower: boxes that share less are side by side */

static bool share_columns(q_box a, q_box b)
{
    double shared = fmin(q_box_right(a), q_box_right(b)) - fmax(a.left, b.left);

    return shared > touching * fmin(a.width, b.width);
}

static bool is_above(q_box a, q_box b)
{
    return a.top + a.height / 2 < b.top + b.height / 2;
}

/* Something between the two, that spans both: they are no neighbours in a row. */
static bool parted(const q_box *boxes, size_t count, size_t a, size_t b)
{
    double top = fmin(boxes[a].top, boxes[b].top);
    double bottom = fmax(q_box_bottom(boxes[a]), q_box_bottom(boxes[b]));

    for (size_t c = 0; c < count; c++) {
        double middle = boxes[c].top + boxes[c].height / 2;

        if (c == a || c == b || middle < top || middle > bottom)
            continue;
        if (share_columns(boxes[a], boxes[c]) && share_columns(boxes[b], boxes[c]) &&
            is_above(boxes[a], boxes[c]) != is_above(boxes[b], boxes[c]))
            return true;
    }
    return false;
}

static bool comes_before(const q_box *boxes, size_t count, size_t a, size_t b)
{
    if (share_columns(boxes[a], boxes[b]))
        return is_above(boxes[a], boxes[b]);
    return boxes[a].left < boxes[b].left && !parted(boxes, count, a, b);
}

/* The highest of those that nothing left comes before; any that is left where they go round. */
static size_t next_box(const q_box *boxes, size_t count, const bool *before, const bool *done)
{
    size_t best = SIZE_MAX, highest = SIZE_MAX;

    for (size_t i = 0; i < count; i++) {
        bool free = true;

        if (done[i])
            continue;
        for (size_t k = 0; k < count && free; k++)
            free = done[k] || k == i || !before[k * count + i];
        if (free && (best == SIZE_MAX || boxes[i].top < boxes[best].top))
            best = i;
        if (highest == SIZE_MAX || boxes[i].top < boxes[highest].top)
            highest = i;
    }
    return best == SIZE_MAX ? highest : best;
}

q_code layout__order(const q_box *boxes, size_t count, q_arena *a, size_t *out, q_err *err)
{
    bool *before, *done;

    for (size_t i = 0; i < count; i++)
        out[i] = i;
    if (count > MOST || count < 2)
        return Q_OK;
    before = q_arena_array(a, count * count, sizeof *before);
    done = q_arena_array(a, count, sizeof *done);
    if (!before || !done)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            before[i * count + k] = i != k && comes_before(boxes, count, i, k);
    for (size_t i = 0; i < count; i++) {
        out[i] = next_box(boxes, count, before, done);
        done[out[i]] = true;
    }
    return Q_OK;
}
