/* language/classifier.h - a custom document classifier: what class, or which
 * labels, a text has, learnt from labelled texts.
 *
 * Words, pairs of words and groups of letters, weighed by how rare they are,
 * under a logistic regression (learn/linear.h). Any language; the same texts
 * give the same classifier. Read-only: any thread may use it.
 */
#ifndef Q_LANGUAGE_CLASSIFIER_H
#define Q_LANGUAGE_CLASSIFIER_H

#include "base/buf.h"

typedef struct q_labelled {
    q_str text;
    const uint32_t *classes; /* one; with several labels any number, ascending */
    size_t class_count;
} q_labelled;

typedef struct q_classifier q_classifier;

enum { Q_CLASSIFIER_CLASSES_MAX = 65535 };

/* Everything is copied.
 * Fails with Q_INVALID (no texts, fewer than two classes, a class without a text), Q_LIMIT (too
 * many classes, or too large a text) and Q_NOMEM. That classes are in range is asserted.
 */
Q_MUST_USE q_code q_classifier_train(const q_labelled *v, size_t count, const q_str *classes,
                                     size_t class_count, bool multi_label, q_classifier **out,
                                     q_err *err);

size_t q_classifier_classes(const q_classifier *c);
q_str q_classifier_class(const q_classifier *c, size_t i); /* its name */
bool q_classifier_multi_label(const q_classifier *c);

/* The probability of each class, p[classes]: together 1, or each by itself with several labels.
 * The arena is for work. Fails with Q_LIMIT, Q_NOMEM.
 */
Q_MUST_USE q_code q_classifier_run(const q_classifier *c, q_str text, q_arena *a, float *p,
                                   q_err *err);

/* As bytes with a checksum, and back; `name` is for messages. Loading fails with Q_INVALID, which
 * says the name, and Q_NOMEM.
 */
Q_MUST_USE q_code q_classifier_save(const q_classifier *c, q_buf *out);
Q_MUST_USE q_code q_classifier_load(q_str bytes, q_str name, q_classifier **out, q_err *err);
void q_classifier_free(q_classifier *c); /* NULL is fine */

#endif
