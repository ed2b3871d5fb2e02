/* net/watch.h - the server's connections, and how long each may take.
 *
 * libmicrohttpd drops a connection that is silent; one that sends a byte now
 * and then it keeps for ever. Here a thread looks at all connections twice a
 * second and shuts down those that are too slow:
 *
 *     HEAD   from the connection's start      head_ms in all
 *     BODY   from the head's end              window_bytes in every window_ms
 *     WORK   from the body's end              no limit: it is us who are slow
 *     SEND   from the reply's start           the peer takes window_bytes in
 *                                             every window_ms
 *     IDLE   from the reply's end             idle_ms and head_ms: the next head
 *
 * It also keeps, for a moment, the sockets of connections that were closed
 * with unread data: closing them at once would reset the connection and
 * destroy the reply before the client reads it.
 */
#ifndef Q_NET_WATCH_H
#define Q_NET_WATCH_H

#include "base/str.h"

typedef struct watch watch;
typedef struct watched watched;

typedef enum watch_phase { WATCH_HEAD, WATCH_BODY, WATCH_WORK, WATCH_SEND, WATCH_IDLE } watch_phase;

typedef struct watch_limits {
    int64_t idle_ms, head_ms, window_ms;
    uint64_t window_bytes;
} watch_limits;

Q_MUST_USE q_code watch__new(const watch_limits *limits, watch **out, q_err *err);
/* No connection may be left. NULL is fine. */
void watch__free(watch *w);

/* A connection began on `fd`, which stays open until watch__remove; `remote`
 * is copied, cut to fit. NULL when memory is short.
 */
watched *watch__add(watch *w, int fd, q_str remote);
/* Before the descriptor is closed. */
void watch__remove(watch *w, watched *c);

q_str watched__remote(const watched *c);
void watched__phase(watched *c, watch_phase phase);
/* n more bytes of the body came. */
void watched__bytes(watched *c, size_t n);
/* Unread data may be left when it closes: keep the socket a moment. */
void watched__linger(watched *c);

/* From now on cut connections without a request at once. */
void watch__drain(watch *w);
/* Cut all there are. */
void watch__cut(watch *w);
/* Until no connection is left, at most so long. True when none is. */
bool watch__wait(watch *w, unsigned ms);

#endif
