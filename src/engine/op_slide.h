/* engine/op_slide.h - the window that convolutions and pools move over an image.
 *
 * The attributes kernel_shape, strides, pads, dilations and auto_pad, read once,
 * and resolved for an image's size: everything in size_t, checked.
 */
#ifndef ENGINE_OP_SLIDE_H
#define ENGINE_OP_SLIDE_H

#include "engine/graph.h"

#define WINDOW_MAX (Q_MAX_RANK - 2) /* spatial dimensions */

typedef enum window_auto {
    WINDOW_GIVEN, /* pads as given (NOTSET) */
    WINDOW_VALID, /* none */
    WINDOW_SAME_UPPER,
    WINDOW_SAME_LOWER
} window_auto;

typedef struct window_attrs {
    window_auto auto_pad;
    size_t kernel_count, stride_count, dilation_count, pad_count; /* 0: not given */
    size_t kernel[WINDOW_MAX], stride[WINDOW_MAX], dilation[WINDOW_MAX], pads[2 * WINDOW_MAX];
} window_attrs;

typedef struct window {
    size_t rank;
    size_t in[WINDOW_MAX], out[WINDOW_MAX];
    size_t kernel[WINDOW_MAX], stride[WINDOW_MAX], dilation[WINDOW_MAX];
    size_t pad[WINDOW_MAX], pad_end[WINDOW_MAX];
} window;

Q_MUST_USE q_code slide__load(const q_node *n, window_attrs *a, q_err *err);
/* For an image in[rank]; `kernel` NULL takes kernel_shape. `ceil`: windows that
 * begin inside the image or its padding count though they end outside.
 */
Q_MUST_USE q_code slide__resolve(const window_attrs *a, const size_t *kernel, const size_t *in,
                                 size_t rank, bool ceil, window *w, q_err *err);
/* Fill kernel, stride and dilation, and check their counts; the rest is left. */
Q_MUST_USE q_code slide__shape(const window_attrs *a, const size_t *kernel, size_t rank, window *w,
                               q_err *err);
/* dilation * (kernel - 1) + 1 */
size_t slide__extent(const window *w, size_t axis);
/* Those taps [*from, *to) of the kernel that lie in the image when the window
 * begins at out position `at`.
 */
void slide__clip(const window *w, size_t axis, size_t at, size_t *from, size_t *to);

#endif
