/* work/runtime.h - one function's processes and the runtime API they speak.
 *
 *     invoke --queue--> instance: private HTTP endpoint <--poll-- process
 *
 * An instance is an endpoint on 127.0.0.1 with one process polling it
 * (GET .../invocation/next) and one thread that starts, watches and ends that
 * process. Invocations wait in one queue for the first process that asks;
 * when all are at work another instance is started, up to RUNTIME_INSTANCES,
 * so that a conversation does not wait behind a document. Processes are
 * started on demand and stay warm.
 *
 * Source: AWS Lambda, "Lambda runtime API", version 2018-06-01.
 */
#ifndef WORK_RUNTIME_H
#define WORK_RUNTIME_H

#include "base/str.h"

enum {
    RUNTIME_INSTANCES = 4,
    RUNTIME_INIT_MS = 10000,  /* from the start to the first poll */
    RUNTIME_PAYLOAD = 6291556 /* bytes of an event or a result, as Lambda has it */
};

typedef struct runtime runtime;

typedef struct runtime_config { /* texts are copied */
    q_str name, folder;
    int timeout_ms;
    const char *endpoint_url, *access_key, *secret_key, *region;
} runtime_config;

Q_MUST_USE q_code runtime__new(const runtime_config *config, runtime **out, q_err *err);
/* Ends the processes; what they work on, what waits, and every further
 * invocation fails with Q_CANCELLED. Does not wait for them.
 */
void runtime__stop(runtime *r);
/* Stops and waits. No invocation may be running. NULL is fine. */
void runtime__free(runtime *r);

/* As q_function_invoke. Any thread that may wait. */
Q_MUST_USE q_code runtime__invoke(runtime *r, q_str event, int limit_ms, q_arena *a, q_str *result,
                                  q_err *err);

#endif
