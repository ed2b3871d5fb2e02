/* serving/served.h - a model that answers many callers.
 *
 * One or more hosts run it; requests that come while all are busy are joined
 * along the first dimension and answered by one run (batch.h). Whether that
 * is allowed shows in three steps: the model's inputs and outputs have a free
 * first dimension; two requests agree in all others; and the first batch that
 * comes about is run both ways, and joining ends for this model when the
 * answers differ by more than rounding (a model may well look at its whole
 * batch). A host that dies costs the request that it died of: those joined
 * with it are run again, each alone, in a fresh host.
 */
#ifndef Q_SERVING_SERVED_H
#define Q_SERVING_SERVED_H

#include "serving/host.h"

typedef struct q_served q_served;

enum { Q_SERVED_HOSTS = 16, Q_SERVED_ROWS = 1024 };

typedef struct q_served_config {
    size_t hosts;         /* 1 to Q_SERVED_HOSTS */
    size_t threads;       /* of each; 0: one a processor */
    size_t max_batch;     /* rows of a joined run, 1 to Q_SERVED_ROWS; 1: never join */
    unsigned max_wait_ms; /* for a batch to fill */
    int open_timeout_ms, run_timeout_ms;
} q_served_config;

/* Open the model behind `fd`, of which a duplicate is kept, in all hosts.
 * `hosts` is borrowed and must outlive it. Fails as host__open.
 */
Q_MUST_USE q_code q_served_open(q_workers *hosts, int fd, const q_served_config *config,
                                q_served **out, q_err *err);
q_served *q_served_ref(q_served *s);
void q_served_unref(q_served *s); /* the last one ends the hosts; NULL is fine */

const q_ports *q_served_ports(const q_served *s);

/* Wait for the answer to these inputs, in the model's order; *out is in the
 * arena. Fails with what the engine says, Q_CRASHED, Q_TIMEOUT.
 */
Q_MUST_USE q_code q_served_run(q_served *s, const q_tensor *in, size_t in_count, q_arena *a,
                               q_tensor **out, size_t *out_count, q_err *err);

/* Have so many hosts from now on. On failure there are as many as before. */
Q_MUST_USE q_code q_served_resize(q_served *s, size_t hosts, q_err *err);

typedef enum q_joining { Q_JOINING_UNTRIED, Q_JOINING_ON, Q_JOINING_OFF } q_joining;

typedef struct q_served_stats {
    uint64_t requests, batches, restarts;
    q_joining joining;
    size_t hosts;
} q_served_stats;
q_served_stats q_served_stats_of(q_served *s);

#endif
