/* wire/fault.h - an error as a client of its protocol expects it.
 *
 *     JSON       {"__type": "InvalidParameterException", "message": "..."}
 *     rest-json  the same, and the header x-amzn-ErrorType
 *     query      <ErrorResponse><Error><Type>, <Code>, <Message> ...
 *     S3         <Error><Code>, <Message>, <Resource>, <RequestId>, <HostId>
 *
 * The name is one of api/NAME.api (an operation's own or a common one), which
 * gives the status; a name that stands in no table goes out as it is.
 */
#ifndef Q_WIRE_FAULT_H
#define Q_WIRE_FAULT_H

#include "wire/api.h"

typedef struct q_fault {
    const char *error; /* "InvalidParameterException"; NULL: the API's internal error */
    int status;        /* 0: as in api/, else 400 (500 for the internal error) */
    q_err err;         /* the sentence the client reads */
    q_str text;        /* the same where it is longer than err holds; may be empty */
    q_value *members;  /* further members of the error, a map; or NULL */
} q_fault;

/* Name the fault and its sentence. Returns a code that is not Q_OK, to be
 * returned by the caller. `error` is a literal, or lives as long as the fault.
 */
q_code q_fault_set(q_fault *f, const char *error, const char *fmt, ...) Q_PRINTF(3, 4);

/* The status the fault goes out with. */
int q_fault_status(const q_api *api, const q_fault *fault);

/* Fill `reply` with the fault: status, headers with the request id, body.
 * `api` NULL means that no service could be told: JSON form.
 * `resource` is the path that S3 names; may be empty.
 * `head`: the request was a HEAD, whose reply has no body.
 * Fails with Q_NOMEM only.
 */
Q_MUST_USE q_code q_fault_write(const q_api *api, const q_fault *fault, q_str request_id,
                                q_str resource, bool head, q_reply *reply);

#endif
