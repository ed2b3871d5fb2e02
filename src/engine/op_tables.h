/* engine/op_tables.h - the operators' tables, one a family: op__NAME is in op_NAME.c, and op.c
 * lists them.
 */
#ifndef ENGINE_OP_TABLES_H
#define ENGINE_OP_TABLES_H

#include "engine/op.h"

extern const q_op_table op__attention;
extern const q_op_table op__binary;
extern const q_op_table op__cast;
extern const q_op_table op__contrib_act;
extern const q_op_table op__contrib_attention;
extern const q_op_table op__contrib_matmul;
extern const q_op_table op__contrib_norm;
extern const q_op_table op__control;
extern const q_op_table op__conv;
extern const q_op_table op__conv_transpose;
extern const q_op_table op__core;
extern const q_op_table op__deform;
extern const q_op_table op__det;
extern const q_op_table op__detect;
extern const q_op_table op__dropout;
extern const q_op_table op__einsum;
extern const q_op_table op__gather;
extern const q_op_table op__loss;
extern const q_op_table op__matmul;
extern const q_op_table op__matmul_integer;
extern const q_op_table op__ml_encode;
extern const q_op_table op__ml_linear;
extern const q_op_table op__ml_map;
extern const q_op_table op__ml_scale;
extern const q_op_table op__ml_svm;
extern const q_op_table op__ml_tree;
extern const q_op_table op__move;
extern const q_op_table op__ngram;
extern const q_op_table op__norm;
extern const q_op_table op__norm_channel;
extern const q_op_table op__order;
extern const q_op_table op__pad;
extern const q_op_table op__pool;
extern const q_op_table op__pool_roi;
extern const q_op_table op__quant;
extern const q_op_table op__quern_attention;
extern const q_op_table op__quern_chain;
extern const q_op_table op__quern_conv;
extern const q_op_table op__quern_image;
extern const q_op_table op__quern_matmul;
extern const q_op_table op__random;
extern const q_op_table op__reduce;
extern const q_op_table op__resize;
extern const q_op_table op__rnn;
extern const q_op_table op__rotary;
extern const q_op_table op__running;
extern const q_op_table op__sample;
extern const q_op_table op__scan;
extern const q_op_table op__scatter;
extern const q_op_table op__select;
extern const q_op_table op__sequence;
extern const q_op_table op__shape;
extern const q_op_table op__signal;
extern const q_op_table op__slice;
extern const q_op_table op__softmax;
extern const q_op_table op__string;
extern const q_op_table op__train;
extern const q_op_table op__unary;
extern const q_op_table op__unique;
extern const q_op_table op__window;

#endif
