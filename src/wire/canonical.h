/* wire/canonical.h - inside wire/: a request in the one form that both sides
 * of a signature compute.
 */
#ifndef Q_WIRE_CANONICAL_H
#define Q_WIRE_CANONICAL_H

#include "base/buf.h"
#include "net/http.h"

enum {
    CANONICAL_LIMIT = 256 << 10, /* bytes of a canonical request */
    CANONICAL_PARAMETERS = 1024,
    CANONICAL_HEADERS = 256
};

/* A key or value of a query or form, still encoded as it was sent. */
typedef struct query_parameter {
    q_str key, value;
} query_parameter;

/* The parameters of "a=b&c" in order. Fails with Q_LIMIT, Q_NOMEM. */
Q_MUST_USE q_code canonical__parameters(q_str query, q_arena *a, query_parameter **out,
                                        size_t *count, q_err *err);

/* The decoded value of a parameter; .p is NULL without it. */
q_str canonical__parameter(q_str query, const char *key, q_arena *a);

/* S3's paths are encoded once and kept as they are; of all other services dot
 * segments and empty ones go, and what the client encoded is encoded again.
 */
void canonical__path(q_buf *b, q_str path, bool s3, q_arena *a);

/* Sorted, encoded afresh, without the parameter `drop` (may be NULL). */
Q_MUST_USE q_code canonical__query(q_buf *b, q_str query, const char *drop, q_arena *a, q_err *err);

/* "name:value\n" for each of `names` ("host;x-amz-date"). */
Q_MUST_USE q_code canonical__headers(q_buf *b, const q_request *req, q_str names, q_err *err);

/* Is `name` (any case) in "host;x-amz-date"? */
bool canonical__signed(q_str names, q_str name);

#endif
