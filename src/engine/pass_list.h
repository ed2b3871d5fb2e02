/* engine/pass_list.h - the passes, in the order of passes.c. Each has a file of its name. */
#ifndef ENGINE_PASS_LIST_H
#define ENGINE_PASS_LIST_H

#include "engine/pass.h"

/* Nodes that hand on what they get, branches whose condition is known, second copies of a
 * node.
 */
Q_MUST_USE q_code pass__clean(pass *p, q_err *err);
/* Nodes whose inputs are all constant. With `keep_quantised` weights in int8 keep their
 * DequantizeLinear, by which int8 kernels are found.
 */
Q_MUST_USE q_code pass__fold(pass *p, bool keep_quantised, q_err *err);
/* Nodes that do the same as one before them. */
Q_MUST_USE q_code pass__merge(pass *p, q_err *err);

/* Activations, also those written out by hand, become quern:Act. */
Q_MUST_USE q_code pass__activations(pass *p, q_err *err);
/* x - mean over sqrt(var + eps), written out, becomes LayerNormalization. */
Q_MUST_USE q_code pass__norms(pass *p, q_err *err);
/* softmax(q k') v, with its scale, mask and Transposes, becomes quern:Attention. */
Q_MUST_USE q_code pass__attention(pass *p, q_err *err);
/* BatchNormalization, Mul and Add by channel go into the weights before them. */
Q_MUST_USE q_code pass__weights(pass *p, q_err *err);
/* Images become NHWC; convolutions, pools and whole upscalings become those of our domain. */
Q_MUST_USE q_code pass__layout(pass *p, q_err *err);
/* Products with constant weights become quern:MatMul. */
Q_MUST_USE q_code pass__products(pass *p, q_err *err);
/* Bias, activation, scale and sum go into the product before them. */
Q_MUST_USE q_code pass__epilogue(pass *p, q_err *err);
/* What is elementwise and left becomes quern:Chain. */
Q_MUST_USE q_code pass__chains(pass *p, q_err *err);
/* Products of quantised images and weights, in bytes. */
Q_MUST_USE q_code pass__int8(pass *p, q_err *err);
/* Products in bfloat16, and what lies between them. */
Q_MUST_USE q_code pass__bf16(pass *p, q_err *err);
/* Weights as the kernels read them. */
Q_MUST_USE q_code pass__pack(pass *p, q_err *err);

#endif
