/* engine/resize_map.h - where along one axis the pixels of a resized image come from.
 *
 * Each output position has `taps` source positions (clamped to the axis) and
 * their weights; resizing an image is one such sum after the other, axis by
 * axis. The rules are ONNX's Resize, its reference implementation included.
 */
#ifndef ENGINE_RESIZE_MAP_H
#define ENGINE_RESIZE_MAP_H

#include <stdbool.h>
#include <stddef.h>

typedef enum resize_mode { RESIZE_NEAREST, RESIZE_LINEAR, RESIZE_CUBIC } resize_mode;

typedef enum resize_transform {
    RESIZE_HALF_PIXEL,
    RESIZE_HALF_PIXEL_SYMMETRIC,
    RESIZE_PYTORCH_HALF_PIXEL,
    RESIZE_ALIGN_CORNERS,
    RESIZE_ASYMMETRIC,
    RESIZE_TF_HALF_PIXEL_FOR_NN,
    RESIZE_TF_CROP,
    RESIZE_TRANSFORMS
} resize_transform;

typedef enum resize_round {
    RESIZE_PREFER_FLOOR,
    RESIZE_PREFER_CEIL,
    RESIZE_FLOOR,
    RESIZE_CEIL,
    RESIZE_ROUNDS
} resize_round;

typedef struct resize_rule {
    resize_mode mode;
    resize_transform transform;
    resize_round round; /* of nearest */
    double cubic_a;
    bool antialias, exclude_outside;
} resize_rule;

typedef struct resize_axis {
    size_t in, out;
    double scale;              /* > 0 */
    double roi_start, roi_end; /* of RESIZE_TF_CROP, parts of the axis */
} resize_axis;

typedef struct resize_taps {
    size_t taps;
    size_t *index; /* [out * taps] */
    float *weight; /* [out * taps]; not filled for nearest */
    bool *outside; /* [out]: the crop reaches beyond the image there */
} resize_taps;

/* Source positions to each output position. */
size_t resize__tap_count(const resize_rule *r, const resize_axis *a);
/* Fill t, whose taps is set and whose arrays are there. in and out are at least 1. */
void resize__map(const resize_rule *r, const resize_axis *a, resize_taps *t);

#endif
