/* learn/linear.h - logistic regression over sparse features.
 *
 * Two kinds: one class of several (softmax), or any number of labels
 * (independent sigmoids). Training is deterministic. A model is read-only: any
 * thread may use it.
 *
 * A rare feature has weights only for the classes that it was seen with, so
 * memory and time grow with the examples and not with features times classes:
 * thousands of classes are fine. A common one, and all where there are few
 * classes, has a weight for each class.
 *
 * Values of about length 1 an example (tf-idf, normalized) suit the defaults.
 */
#ifndef Q_LEARN_LINEAR_H
#define Q_LEARN_LINEAR_H

#include "base/buf.h"

enum { Q_LINEAR_BITS_MAX = 24, Q_LINEAR_CLASSES_MAX = 65535 };

typedef struct q_feature {
    uint32_t id; /* below 2^bits */
    float value;
} q_feature;

typedef struct q_features {
    q_feature *v; /* by id, each once */
    size_t n;
} q_features;

typedef struct q_example {
    q_features x;
    const uint32_t *classes; /* one, or with `independent` any number, ascending */
    size_t class_count;
} q_example;

typedef struct q_linear_options {
    unsigned bits;    /* of feature ids, at most Q_LINEAR_BITS_MAX */
    size_t classes;   /* at most Q_LINEAR_CLASSES_MAX */
    bool independent; /* several labels may hold at once */
    bool unbiased;    /* no class is likelier by itself, however many examples it has */
    unsigned epochs;  /* passes over the examples; 0: more for few examples */
    double rate;      /* of the first steps; 0: 0.7 */
    double l2;        /* weight decay a step; 0: 1e-5; negative: none */
} q_linear_options;

typedef struct q_linear q_linear;

/* Everything is copied. Fails with Q_NOMEM, and with Q_LIMIT for too many bits,
 * classes or features. That ids and classes are in range is asserted.
 */
Q_MUST_USE q_code q_linear_train(const q_example *examples, size_t count,
                                 const q_linear_options *options, q_linear **out, q_err *err);

/* Probabilities, [classes]; a feature that was never seen counts nothing. */
void q_linear_predict(const q_linear *m, const q_features *x, float *p);
/* The sums before softmax or sigmoid, [classes]. */
void q_linear_scores(const q_linear *m, const q_features *x, float *scores);
/* Scores to probabilities, in place. */
void q_softmax(float *scores, size_t n);

size_t q_linear_classes(const q_linear *m);
unsigned q_linear_bits(const q_linear *m);
/* Whether some example had the feature. */
bool q_linear_knows(const q_linear *m, uint32_t id);
/* Bytes of memory. */
size_t q_linear_size(const q_linear *m);

/* As bytes with a checksum, and back; `name` is for messages. Loading fails
 * with Q_INVALID (the name is in the message) and Q_NOMEM.
 */
Q_MUST_USE q_code q_linear_save(const q_linear *m, q_buf *out);
Q_MUST_USE q_code q_linear_load(q_str bytes, q_str name, q_linear **out, q_err *err);
void q_linear_free(q_linear *m); /* NULL is fine */

#endif
