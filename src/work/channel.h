/* work/channel.h - whole messages and descriptors over local sockets.
 *
 * The two ends are this program's own processes, so structs travel as they
 * are. Deadlines are q_monotonic_ns() values; 0 waits for ever.
 */
#ifndef WORK_CHANNEL_H
#define WORK_CHANNEL_H

#include "base/str.h"

enum { CHANNEL_FDS = 8 }; /* descriptors in one message, at most */

/* What the server asks the spawner for, with the worker's end of its socket
 * and the write end of its status pipe.
 */
typedef struct spawn_request {
    uint64_t memory_bytes;
    uint32_t cpu_seconds;
} spawn_request;

/* The spawner's answer, over the worker's socket, with a pidfd on Q_OK. */
typedef struct spawn_answer {
    int32_t code;
    char msg[256];
} spawn_answer;

/* How a worker and all its children ended, over the status pipe. */
typedef struct worker_status {
    int32_t code, status; /* si_code and si_status of waitid(2) */
} worker_status;

/* A request to a worker: then the task's name and the request's bytes. */
typedef struct call_head {
    uint32_t name_length, fd_count;
    uint64_t length;
} call_head;

/* Its reply: then the error's sentence and the reply's bytes. */
typedef struct reply_head {
    int32_t code;
    uint32_t msg_length;
    uint64_t length;
} reply_head;

/* Send all of `bytes`, the descriptors with the first of them. Fails with
 * Q_TIMEOUT, or Q_CRASHED when the other end is gone.
 */
Q_MUST_USE q_code channel__send(int sock, q_str bytes, const int *fds, size_t fd_count,
                                int64_t deadline_ns, q_err *err);

/* Receive exactly n bytes; up to `fd_cap` descriptors that came with them are
 * put in fds (close-on-exec, owned by the caller) and counted. With fd_cap 0
 * none is accepted. Fails as channel__send.
 */
Q_MUST_USE q_code channel__recv(int sock, void *out, size_t n, int *fds, size_t fd_cap,
                                size_t *fd_count, int64_t deadline_ns, q_err *err);

#endif
