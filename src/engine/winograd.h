/* engine/winograd.h - 3 x 3 convolutions with a quarter of the multiplications.
 *
 * F(4 x 4, 3 x 3): patches of 6 x 6 pixels are transformed (B'dB), multiplied with
 * transformed weights (GgG'), a product of matrices for each of the 36 points,
 * and transformed back (A'mA) to 4 x 4 pixels. In float32 the error is some ten
 * times the direct sum's, about 1e-5 of the largest value.
 *
 *   image NHWC --B'dB--> [36][tiles][in] --products--> [36][tiles][out] --A'mA--> NHWC
 *
 * A few dozen tiles go through all three steps while they lie in the cache.
 * Source: Lavin and Gray 2015, arXiv:1509.09308.
 */
#ifndef ENGINE_WINOGRAD_H
#define ENGINE_WINOGRAD_H

#include "engine/kernel.h"

/* Whether the convolution has the form: 3 x 3, stride 1, no dilation, f32 in and out, and
 * channels enough that the transforms weigh less than what they save. Sides do
 * not matter: a 1 x 4 image takes no more multiplications than the direct sum.
 */
bool winograd__suits(const kernel_conv *c);

/* Transformed weights: 36 packed matrices, one behind the other. */
q_shape winograd__packed_shape(size_t in_channels, size_t out_channels);
/* From weights [9][in][out] given by strides in elements. Fails with Q_NOMEM. */
Q_MUST_USE q_code winograd__pack(const float *weights, size_t tap_stride, size_t in_stride,
                                 size_t out_stride, size_t in_channels, size_t out_channels,
                                 float *packed, q_err *err);

size_t winograd__scratch(const kernel_conv *c);
/* As kernel__conv; c->b->data is what winograd__pack made. */
void winograd__conv(q_team *team, const kernel_conv *c, void *scratch);

#endif
