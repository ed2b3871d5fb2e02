#include "work/channel.h"

#include "base/clock.h"
#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* Room for the descriptors of one message, aligned as the kernel wants it. */
typedef union control {
    struct cmsghdr head;
    char room[CMSG_SPACE(CHANNEL_FDS * sizeof(int))];
} control;

static q_code wait_for(int sock, short events, int64_t deadline_ns, q_err *err)
{
    for (;;) {
        struct pollfd p = {.fd = sock, .events = events};
        int64_t left = -1;
        int n;

        if (deadline_ns) {
            left = (deadline_ns - q_monotonic_ns() + 999999) / 1000000;
            if (left < 0)
                left = 0;
            if (left > 3600000)
                left = 3600000;
        }
        n = poll(&p, 1, (int)left);
        if (n > 0)
            return Q_OK;
        if (n < 0 && errno != EINTR)
            return q_err_errno(err, "poll");
        if (n == 0 && deadline_ns <= q_monotonic_ns())
            return q_err_set(err, Q_TIMEOUT, "the time limit passed");
    }
}

static q_code gone(q_err *err)
{
    return q_err_set(err, Q_CRASHED, "the other process has ended");
}

q_code channel__send(int sock, q_str bytes, const int *fds, size_t fd_count, int64_t deadline_ns,
                     q_err *err)
{
    assert(fd_count <= CHANNEL_FDS && (bytes.n || !fd_count));
    while (bytes.n) {
        struct iovec v = {(void *)(uintptr_t)bytes.p, bytes.n};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
        control c = {.room = {0}};
        q_code rc;
        ssize_t n;

        if (fd_count) {
            m.msg_control = c.room;
            m.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
            c.head.cmsg_level = SOL_SOCKET;
            c.head.cmsg_type = SCM_RIGHTS;
            c.head.cmsg_len = CMSG_LEN(fd_count * sizeof(int));
            memcpy(CMSG_DATA(&c.head), fds, fd_count * sizeof(int));
        }
        n = sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            bytes = q_str_sub(bytes, (size_t)n, bytes.n);
            fd_count = 0;
        } else if (errno == EAGAIN) {
            rc = wait_for(sock, POLLOUT, deadline_ns, err);
            if (rc)
                return rc;
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return gone(err);
        } else if (errno != EINTR) {
            return q_err_errno(err, "send");
        }
    }
    return Q_OK;
}

static void fds_take(struct msghdr *m, int *fds, size_t cap, size_t *count)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < n; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (*count < cap)
                fds[(*count)++] = fd;
            else
                q_fd_close(fd);
        }
    }
}

q_code channel__recv(int sock, void *out, size_t n, int *fds, size_t fd_cap, size_t *fd_count,
                     int64_t deadline_ns, q_err *err)
{
    char *p = out;
    size_t none = 0;

    if (!fd_count)
        fd_count = &none;
    *fd_count = 0;
    while (n) {
        struct iovec v = {p, n};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
        control c;
        q_code rc;
        ssize_t got;

        if (fd_cap) { /* without room for them the kernel lets none in */
            m.msg_control = c.room;
            m.msg_controllen = sizeof c.room;
        }
        got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (got > 0) {
            if (fd_cap)
                fds_take(&m, fds, fd_cap, fd_count);
            p += got;
            n -= (size_t)got;
        } else if (got == 0 || errno == ECONNRESET) {
            return gone(err);
        } else if (errno == EAGAIN) {
            rc = wait_for(sock, POLLIN, deadline_ns, err);
            if (rc)
                return rc;
        } else if (errno != EINTR) {
            return q_err_errno(err, "receive");
        }
    }
    return Q_OK;
}
