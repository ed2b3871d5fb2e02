/* engine/ml.h - what the operators of domain ai.onnx.ml share: class labels,
 * scores made probabilities, rows of features as float.
 */
#ifndef ENGINE_ML_H
#define ENGINE_ML_H

#include "engine/op.h"

typedef enum ml_post { ML_NONE, ML_SOFTMAX, ML_LOGISTIC, ML_SOFTMAX_ZERO, ML_PROBIT } ml_post;

/* The labels of classes: `texts` or `numbers`, one of them NULL. */
typedef struct ml_labels {
    const q_str *texts;
    const int64_t *numbers;
    size_t count;
} ml_labels;

Q_MUST_USE q_code ml__post_load(const q_node *n, ml_post *out, q_err *err);
/* The attributes of these names; at least `least` labels. */
Q_MUST_USE q_code ml__labels_load(const q_node *n, const char *texts, const char *numbers,
                                  size_t least, ml_labels *out, q_err *err);
/* An attribute of strings; *count 0 when it is not given. */
Q_MUST_USE q_code ml__strings(const q_node *n, const char *name, const q_str **out, size_t *count,
                              q_err *err);

/* In place over n scores of a row. */
void ml__post_run(ml_post post, float *scores, size_t n);
/* A binary classifier's one score, as two. */
typedef enum ml_binary {
    ML_COMPLEMENT, /* s is the second's probability: 1 - s, s */
    ML_MARGIN      /* s decides by its sign: -s, s, or the logistic function of them */
} ml_binary;
void ml__binary(ml_post post, ml_binary kind, float score, float out[2]);

/* Input 0: [n, features], or [features] as one row, of f32, f64, i32, i64. */
Q_MUST_USE q_code ml__rows(const q_op_call *c, size_t *rows, size_t *features, q_err *err);

/* infer of classifiers: out[0] labels [rows], out[1] scores [rows, classes]. */
Q_MUST_USE q_code ml__classes_infer(q_op_call *c, const ml_labels *l, size_t rows, size_t classes,
                                    q_err *err);
/* Write out[0] by the numbers of the winning classes, [rows]. */
Q_MUST_USE q_code ml__classes_write(q_op_call *c, const ml_labels *l, const uint32_t *winner,
                                    size_t rows, q_err *err);

#endif
