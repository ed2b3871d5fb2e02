/* learn/metrics.h - how right a classifier is.
 *
 * A confusion table counts, for each true class, what was answered. From it
 * come precision, recall and F1 of a class, accuracy, and the means over
 * classes. A ratio whose denominator is 0 is 0.
 */
#ifndef Q_LEARN_METRICS_H
#define Q_LEARN_METRICS_H

#include "base/str.h"

typedef struct q_confusion {
    size_t classes;
    size_t *counts; /* [classes, classes]: true class, answered class */
} q_confusion;

typedef struct q_scores {
    double precision, recall, f1; /* 0..1 */
    size_t support;               /* examples that are truly of the class */
} q_scores;

/* In the arena, all counts 0. Fails with Q_LIMIT (classes * classes overflows), Q_NOMEM. */
Q_MUST_USE q_code q_confusion_init(q_confusion *c, size_t classes, q_arena *a, q_err *err);
void q_confusion_add(q_confusion *c, size_t truth, size_t answer);

double q_confusion_accuracy(const q_confusion *c);
q_scores q_confusion_class(const q_confusion *c, size_t class);
/* Each class counts the same, but those without any example. */
q_scores q_confusion_macro(const q_confusion *c);

/* From counts: of what was found, what was right; of what is there, what was found. */
q_scores q_scores_of(size_t right, size_t found, size_t there);

#endif
