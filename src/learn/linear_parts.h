/* learn/linear_parts.h - how a linear model lies in memory. */
#ifndef Q_LEARN_LINEAR_PARTS_H
#define Q_LEARN_LINEAR_PARTS_H

#include "learn/linear.h"

/* Feature ids[r] has the links starts[r] up to starts[r + 1]: a class and its
 * weight each, classes ascending. A row with a link for every class is full.
 */
struct q_linear {
    unsigned bits;
    bool independent;
    size_t classes, rows, links;
    uint32_t *ids;     /* [rows], ascending */
    uint32_t *starts;  /* [rows + 1] */
    uint16_t *targets; /* [links] */
    float *weights;    /* [links] */
    float *biases;     /* [classes] */
};

/* Zeroed arrays of these sizes. Fails with Q_NOMEM. */
Q_MUST_USE q_code linear__new(const q_linear *sizes, q_linear **out, q_err *err);

/* The row of a feature, or SIZE_MAX. */
size_t linear__row(const q_linear *m, uint32_t id);

/* scores += value * weights of the row. */
void linear__add(const q_linear *m, size_t row, float value, float *scores);

#endif
