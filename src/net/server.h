/* net/server.h - an HTTP/1.1 server.
 *
 * A few loop threads, one a processor, read requests and send replies; the
 * owner's handler runs on them and must not wait. For each request:
 *
 *     begin   the head is here. May set the exchange's state, or refuse the
 *             request by replying now, before its body is read.
 *     body    for every piece of the decoded body as it arrives. The next piece
 *             is not read before this returns, which holds the sender back. A
 *             reply given here answers the request; the rest is thrown away.
 *     end     the body is complete: reply, or say q_exchange_later and hand
 *             the exchange to another thread, which replies when it can.
 *     gone    the reply is sent, or the connection lost. Called once for each
 *             begin; the arena and all deferred in it go right after.
 *
 * begin, body, end and gone of one exchange never overlap. An exchange that is
 * answered later belongs to the thread it was handed to, until it replies.
 */
#ifndef Q_NET_SERVER_H
#define Q_NET_SERVER_H

#include "net/http.h"

typedef struct q_server q_server;
typedef struct q_exchange q_exchange;

typedef struct q_server_handler {
    void (*begin)(void *ctx, q_exchange *x);
    void (*body)(void *ctx, q_exchange *x, q_str bytes);
    void (*end)(void *ctx, q_exchange *x);
    void (*gone)(void *ctx, q_exchange *x, bool sent); /* may be NULL */
    void *ctx;
} q_server_handler;

/* What one client may cost. 0 means the default in brackets. */
typedef struct q_server_limits {
    size_t head_bytes;           /* request line and headers [32 KiB] */
    size_t headers;              /* their number [128] */
    unsigned connections;        /* in all [4096, fewer where descriptors are short] */
    unsigned connections_per_ip; /* [1024] */
    unsigned idle_s;             /* without any traffic, between requests too [60] */
    unsigned head_ms;            /* for a whole head, however it trickles in [20000] */
    unsigned body_window_ms;     /* in every such window of a body or reply ... [20000] */
    uint64_t body_window_bytes;  /* ... at least so much comes or goes [20480] */
    uint64_t discard_bytes;      /* of a refused body, read to keep the connection [1 MiB] */
    size_t arena_bytes;          /* a request's arena [256 MiB] */
} q_server_limits;

typedef struct q_server_config {
    const char *address;  /* "127.0.0.1", "::", "localhost" */
    const char *port;     /* "8470"; "0": the kernel picks one */
    const char *tls_cert; /* PEM files; both or neither */
    const char *tls_key;
    size_t threads; /* 0: one a processor */
    q_server_limits limits;
    q_server_handler handler; /* copied */
    /* The address is known, no request is taken yet; its error ends
     * q_server_new. May be NULL.
     */
    q_code (*listening)(void *ctx, const q_server *s, q_err *err);
    void *listening_ctx;
} q_server_config;

/* Listen and serve. Signals are delivered to any thread, so block those that
 * the program waits for before. Fails with Q_IO (the address is taken),
 * Q_INVALID (bad address or certificate), Q_NOMEM.
 */
Q_MUST_USE q_code q_server_new(const q_server_config *config, q_server **out, q_err *err);

/* "127.0.0.1:40123", "[::1]:8470": where it listens. Borrowed. */
const char *q_server_address(const q_server *s);
/* The port alone. */
unsigned q_server_port(const q_server *s);

/* Stop accepting, close idle connections, let requests finish for at most
 * `drain_ms`, then cut them. Before q_server_free, where requests wait for
 * what is to be stopped in between. NULL is fine.
 */
void q_server_drain(q_server *s, unsigned drain_ms);

/* Stop accepting, close idle connections, let requests finish for at most
 * `drain_ms`, then cut them. Exchanges that were handed to other threads are
 * waited for even so. NULL is fine. Not from a loop thread.
 */
void q_server_free(q_server *s, unsigned drain_ms);

const q_request *q_exchange_request(const q_exchange *x);
q_arena *q_exchange_arena(const q_exchange *x);
/* The owner's own, NULL until set. */
void *q_exchange_state(const q_exchange *x);
void q_exchange_set_state(q_exchange *x, void *state);
/* When its request line had come, by q_monotonic_ns. */
int64_t q_exchange_start_ns(const q_exchange *x);
/* Bytes of body received so far, transfer coding undone. */
uint64_t q_exchange_received(const q_exchange *x);
/* Has a body, or will have one? */
bool q_exchange_has_body(const q_exchange *x);

/* To be said in `end`, before the exchange is handed to another thread. */
void q_exchange_later(q_exchange *x);

/* Answer, once. The reply's file is taken over; header and body bytes must
 * live in the exchange's arena or be static. From the loop thread in begin,
 * body or end; after q_exchange_later from any thread, and x is not to be
 * touched any more then.
 */
void q_exchange_reply(q_exchange *x, const q_reply *reply);

#endif
