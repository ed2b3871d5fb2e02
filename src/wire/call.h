/* wire/call.h - one API call, as a handler sees it.
 *
 * The gateway has found the operation, verified the signature and checked the
 * input against api/ before a handler runs. The handler reads `in`, fills
 * `out`, and returns Q_OK; or returns q_call_fail(...) with an error's name
 * from the operation's list in api/. Any other non-zero code answers the
 * service's internal error, with the sentence in the log only.
 *
 * A call and all it points to belong to one thread at a time and go with its
 * arena; what a handler must release it registers with q_arena_defer.
 */
#ifndef Q_WIRE_CALL_H
#define Q_WIRE_CALL_H

#include "base/value.h"

typedef struct q_api_operation q_api_operation;

typedef struct q_call {
    const q_api_operation *op;
    q_arena *arena;
    void *app;         /* what the server's owner handed to the gateway (service/app.h) */
    const q_value *in; /* a map, checked; never NULL */
    q_value *out;      /* a map to fill; member names as in api/ */

    q_str request_id;
    q_str access_key; /* who signed; empty for an anonymous call */
    /* The identity of somebody who has no key of this account and came by a
     * temporary one ("us-east-1:uuid"); empty for all others. Such a call gets
     * to `run` only past q_handler.visitor.
     */
    q_str visitor;
    q_str account; /* twelve digits */
    q_str region;  /* of the signature's scope */
    q_str host;    /* as the client addressed us, "127.0.0.1:8470" */
    bool tls;
    int64_t now_ms;

    /* An operation whose input payload streams (api/: `streaming`) gets its
     * bytes through q_handler.write; when run is called all have come and
     * their checksums and signatures agree.
     */
    uint64_t body_length;  /* decoded bytes received so far; at run, all */
    int64_t body_expected; /* decoded length that was declared, or -1 */
    void *state;           /* the handler's own, between open, write and run */

    /* A reply payload that is not in `out`: either bytes or a file range.
     * The descriptor is owned by the call.
     */
    q_str payload;
    int file; /* -1: none */
    uint64_t file_offset, file_length;
    int status; /* 0: the operation's own */

    const char *error;      /* set by q_call_fail */
    int error_status;       /* 0: as in api/ */
    q_value *error_members; /* further members of the error, or NULL */
    q_err err;              /* the sentence */
} q_call;

/* What a handler waits for. One that waits for a function must not hold up what
 * that function asks of us meanwhile, nor one that waits for a worker the rest:
 * each kind has threads of its own.
 */
typedef enum q_waits { Q_WAITS_DISK, Q_WAITS_WORKER, Q_WAITS_FUNCTION, Q_WAITS_MODEL } q_waits;
enum { Q_WAITS_KINDS = 4 };

/* How an operation is run. open and write are for streamed input only. */
typedef struct q_handler {
    const char *operation; /* "PutObject" */
    q_code (*run)(q_call *call);
    q_code (*open)(q_call *call);
    q_code (*write)(q_call *call, q_str bytes);
    /* May this visitor do that? Fails with q_call_fail. NULL: no visitor may. */
    q_code (*visitor)(q_call *call);
    bool quick; /* run never waits: it may stay on the loop thread */
    q_waits waits;
} q_handler;

/* The handlers of one service ("s3", as api/s3.api names it). */
typedef struct q_service {
    const char *name;
    const q_handler *handlers;
    size_t count;
} q_service;

/* Fail with an AWS error: its name and the sentence the client reads. Returns
 * a code that is not Q_OK, to be returned by the handler.
 */
q_code q_call_fail(q_call *call, const char *error, const char *fmt, ...) Q_PRINTF(3, 4);

#ifdef __clang_analyzer__ /* as in base/err.h */
#define q_call_fail(call, error, ...)                                                              \
    q_err_failure(q_call_fail(call, error, __VA_ARGS__), Q_INVALID)
#endif

#endif
