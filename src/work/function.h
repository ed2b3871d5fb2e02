/* work/function.h - user code, called with an event and answering a result.
 *
 * A function is a folder with an executable `bootstrap` that speaks the public
 * Lambda custom-runtime API (GET /2018-06-01/runtime/invocation/next, POST
 * .../response or .../error on AWS_LAMBDA_RUNTIME_API). Its process is started
 * on first use and kept warm; it inherits AWS_ENDPOINT_URL, keys and region so
 * that its SDK finds this server. A second kind runs in this process: a C
 * function registered by name.
 */
#ifndef Q_WORK_FUNCTION_H
#define Q_WORK_FUNCTION_H

#include "store/record.h"

typedef struct q_functions q_functions;

typedef struct q_functions_config {
    q_catalog *catalog;       /* where definitions are kept (record space "function") */
    const char *endpoint_url; /* of this server */
    const char *access_key, *secret_key, *region;
} q_functions_config;

/* A definition as it is stored. */
typedef struct q_function_spec {
    q_str name;   /* [A-Za-z0-9-_]{1,64} */
    q_str folder; /* absolute path with an executable `bootstrap` */
    q_str bucket; /* object-created events of this bucket invoke it; may be empty */
    q_str prefix; /* only keys that start so */
    q_str topic;  /* notifications of this topic (its ARN or its name) invoke it; may be empty */
    int timeout_ms;
} q_function_spec;

typedef q_code (*q_function_fn)(void *ctx, q_str event, q_arena *a, q_str *result, q_err *err);

Q_MUST_USE q_code q_functions_new(const q_functions_config *config, q_functions **out, q_err *err);
/* Let what runs end for at most `ms`; then end the processes. What they work on
 * and every later call fails with Q_CANCELLED. NULL is fine.
 */
void q_functions_stop(q_functions *f, unsigned ms);
void q_functions_free(q_functions *f); /* ends the processes */

Q_MUST_USE q_code q_function_put(q_catalog *c, const q_function_spec *spec, int64_t now_ms,
                                 q_err *err);
Q_MUST_USE q_code q_function_list(q_catalog *c, q_arena *a, q_function_spec **out, size_t *count,
                                  q_err *err);
Q_MUST_USE q_code q_function_register(q_functions *f, const char *name, q_function_fn fn, void *ctx,
                                      q_err *err);

/* Call by name or ARN (arn:aws:lambda:REGION:ACCOUNT:function:NAME[:ALIAS]);
 * event and result are JSON. Fails with Q_NOTFOUND, Q_TIMEOUT, Q_CRASHED, and
 * Q_INVALID with the function's own errorType and errorMessage.
 */
Q_MUST_USE q_code q_function_invoke(q_functions *f, q_str name, q_str event, q_arena *a,
                                    q_str *result, q_err *err);

/* The same for a caller that waits no longer than `limit_ms` for a process to
 * work on it, whatever its definition allows. 0: as the definition says.
 */
Q_MUST_USE q_code q_function_invoke_within(q_functions *f, q_str name, q_str event, int limit_ms,
                                           q_arena *a, q_str *result, q_err *err);

#endif
