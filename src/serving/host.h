/* serving/host.h - a model in a process of its own.
 *
 *     server --model.open (its file), model.run (tensors)--> host --> engine
 *
 * The process is a worker (work/worker.h): it has the model's file and nothing
 * else. The file is mapped, so a .q model is ready at once and processes with
 * the same one share its memory.
 */
#ifndef Q_SERVING_HOST_H
#define Q_SERVING_HOST_H

#include "serving/ports.h"
#include "work/worker.h"

/* What the spawner of hosts hands to q_worker_main; no preparation is needed. */
extern const q_worker_task q_host_tasks[];
extern const size_t q_host_task_count;

/* The first argument with which our own program becomes a spawner of hosts. */
#define Q_HOST_COMMAND "--model-host"

enum { Q_HOSTS = 64 }; /* alive at once */

/* Hosts of this very program, which must take Q_HOST_COMMAND. */
Q_MUST_USE q_code q_hosts_new(q_workers **out, q_err *err);

typedef struct host_options {
    size_t threads; /* that compute */
    size_t plans;   /* input shapes whose plans are kept */
    int timeout_ms; /* to open the model */
} host_options;

/* A fresh process that has opened the model behind `fd` (lent): ONNX, .q, or a
 * .tar.gz with one of them. *ports are in the arena. Fails with what is wrong
 * with the model, Q_CRASHED, Q_TIMEOUT, or Q_BUSY when Q_HOSTS are alive.
 */
Q_MUST_USE q_code host__open(q_workers *w, int fd, const host_options *options, q_arena *a,
                             q_ports *ports, q_worker **out, q_err *err);

/* Run the model on `in` as tensors__put wrote it. *out is in the arena. Fails
 * with what the engine says, Q_CRASHED or Q_TIMEOUT; after these two the host
 * is dead and can only be released.
 */
Q_MUST_USE q_code host__run(q_worker *host, q_str in, int timeout_ms, q_arena *a, q_tensor **out,
                            size_t *count, q_err *err);

#endif
