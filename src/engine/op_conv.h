/* engine/op_conv.h - what the plain convolutions share: an image of three
 * spatial dimensions (those it lacks are 1), whose rows are added up.
 */
#ifndef ENGINE_OP_CONV_H
#define ENGINE_OP_CONV_H

#include "engine/op.h"
#include "engine/op_slide.h"

typedef struct conv_params {
    window_attrs attrs;
    size_t group;
    size_t out_pad_count, out_shape_count; /* of ConvTranspose */
    size_t out_pad[WINDOW_MAX], out_shape[Q_MAX_RANK];
} conv_params;

Q_MUST_USE q_code conv__load(q_arena *a, const q_node *n, void *params, q_err *err);
/* x [N, C, spatial...] against weights whose channels (dimension `channel_axis`) must
 * be C / group (0 for ConvTranspose, whose weights are [C, M / group, ...]: C).
 */
Q_MUST_USE q_code conv__check(const q_op_call *c, size_t x, size_t w, size_t group,
                              size_t channel_axis, q_err *err);
/* in[i], when there, is [count]. */
Q_MUST_USE q_code conv__check_vector(const q_op_call *c, size_t i, const char *name, size_t count,
                                     q_err *err);
/* The window with ones put in front up to three dimensions; rank 1 to 3 or Q_UNSUPPORTED. */
Q_MUST_USE q_code conv__cube(const window *w, window *cube, q_err *err);

#endif
