/* net/http.h - an HTTP request's head and a reply, as values. */
#ifndef Q_NET_HTTP_H
#define Q_NET_HTTP_H

#include "base/str.h"

typedef struct q_header {
    q_str name, value; /* the name as it was sent; the value without outer blanks */
} q_header;

typedef struct q_request {
    q_str method;            /* "GET" */
    q_str target;            /* as sent: path and query, not decoded */
    q_str path;              /* of target, before '?', not decoded */
    q_str query;             /* of target, behind '?', not decoded */
    const q_header *headers; /* in the order sent; repeated ones stay apart */
    size_t header_count;
    q_str remote; /* the peer's address, for the log */
    bool tls;
    int64_t content_length; /* -1: none declared (chunked, or no body) */
} q_request;

typedef struct q_reply {
    q_arena *arena;
    int status;
    q_header *headers; /* each with a NUL behind name and value */
    size_t header_count, header_cap;
    q_str body; /* in the arena, or static */
    int file;   /* -1, or the body is this file's range; owned by the reply */
    uint64_t file_offset, file_length;
    bool head_only; /* a HEAD reply: the length is stated, the body stays here */
    uint64_t head_length;
} q_reply;

/* The first header of that name (any case); .p is NULL without one. */
q_str q_request_header(const q_request *r, const char *name);

/* An empty reply: status 200, no headers, no body, no file. */
void q_reply_init(q_reply *r, q_arena *arena);

/* Name and value are copied into the reply's arena. Fails with Q_NOMEM, and
 * with Q_INVALID for a value with a line end or NUL in it.
 */
Q_MUST_USE q_code q_reply_header(q_reply *r, const char *name, q_str value);

#endif
