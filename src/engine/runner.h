/* engine/runner.h - runs a model: one caller at a time, as often as one likes.
 *
 * The first run with new input shapes makes a plan: shapes of all values, what
 * is constant at these shapes, and where each value lies in one block of
 * memory whose size is the peak (q_runner_stats). Later runs of the same
 * shapes allocate nothing, unless shapes depend on values. Plans of the last
 * few shapes are kept; they share the block, which is as large as the largest.
 */
#ifndef Q_ENGINE_RUNNER_H
#define Q_ENGINE_RUNNER_H

#include "engine/model.h"
#include "engine/team.h"

typedef struct q_runner q_runner;

typedef struct q_runner_options {
    q_team *team;        /* borrowed; NULL: the caller's thread alone */
    size_t memory_limit; /* bytes of activations; 0: 4 GiB */
    size_t plans;        /* shapes whose plans are kept; 0: 8 */
    bool keep;           /* keep every value until the next run, for q_runner_value */
} q_runner_options;

/* Holds a reference to the model. `options` may be NULL. */
Q_MUST_USE q_code q_runner_new(q_model *m, const q_runner_options *options, q_runner **out,
                               q_err *err);
void q_runner_free(q_runner *r); /* NULL is fine */

/* Inputs and outputs in the model's order. Outputs borrow from the runner
 * until its next run or end. Fails with Q_INVALID (type or shape of an input, or what
 * a node found wrong, by the node's name), Q_LIMIT (memory_limit), Q_NOMEM, Q_UNSUPPORTED.
 */
Q_MUST_USE q_code q_runner_run(q_runner *r, const q_tensor *in, size_t in_count, q_tensor *out,
                               size_t out_count, q_err *err);

/* Make the plan without running: the shapes decide, data may be NULL. */
Q_MUST_USE q_code q_runner_plan(q_runner *r, const q_tensor *in, size_t in_count, q_err *err);

typedef struct q_runner_stats {
    size_t peak_bytes;    /* the block of the last plan */
    size_t dynamic_bytes; /* largest sum of what the last run allocated beside it */
    size_t steps;         /* nodes that are run; the others are constant at these shapes */
} q_runner_stats;
q_runner_stats q_runner_last(const q_runner *r);

/* One node of the last run. */
typedef struct q_step {
    const struct q_node *node;
    uint64_t nanoseconds; /* 0 unless q_runner_trace was on */
    size_t offset, bytes; /* of its outputs in the block */
} q_step;
void q_runner_trace(q_runner *r, bool on);
/* Borrowed until the next run; *count of them, in their order. */
const q_step *q_runner_steps(const q_runner *r, size_t *count);
/* A value of the last run by its number in the graph; NULL when it was not
 * kept (q_runner_options.keep). Borrowed until the next run.
 */
const q_tensor *q_runner_value(const q_runner *r, uint32_t id);

#endif
