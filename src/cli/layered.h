/* cli/layered.h - where to put boxes and the lines between them: in layers, top down.
 *
 * A box lies below all that lead to it. Lines that pass layers go through points
 * of their own there, so that no line crosses a box; all lines from one box
 * to boxes far below share one trunk. Within a layer the order is chosen for few
 * crossings, and boxes move towards what they are joined with.
 *
 * Source: Sugiyama et al. 1981; the places in a layer are the least-squares
 * ones that keep order and gaps, by pooling adjacent violators.
 */
#ifndef CLI_LAYERED_H
#define CLI_LAYERED_H

#include "base/arena.h"

#include <stdint.h>

typedef struct layered_box {
    double width, height; /* given */
    double x, y;          /* found: its middle, its top */
    size_t layer;         /* found */
} layered_box;

/* From a box to a later one: from < to, in the order of boxes. */
typedef struct layered_line {
    uint32_t from, to;
    const double *bends; /* found: x of its points in the layers between, from the top */
    size_t bend_count;
} layered_line;

typedef struct layered {
    layered_box *boxes;
    size_t box_count;
    layered_line *lines;
    size_t line_count;
    double gap_x, gap_y;
    double width, height;           /* found */
    double *layer_y, *layer_height; /* found, [layer_count] */
    size_t layer_count;
} layered;

/* Fails with Q_NOMEM, Q_LIMIT (a picture nobody could read). */
Q_MUST_USE q_code layered__place(layered *g, q_arena *a, q_err *err);

#endif
