#include "peer.h"

#include "base/file.h"
#include "test.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1 << 20 };

int q_peer_dial(unsigned port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

void q_peer_say_bytes(int fd, q_str bytes)
{
    CHECK_EQ(q_fd_write(fd, bytes, NULL), Q_OK);
}

void q_peer_say(int fd, const char *text)
{
    q_peer_say_bytes(fd, q_str_of(text));
}

/* More of it behind what there is; false when the peer closed. */
static bool more(int fd, q_str *got)
{
    struct pollfd wait = {fd, POLLIN, 0};
    ssize_t n;

    if (poll(&wait, 1, 10000) != 1)
        q_test_fail(__FILE__, __LINE__, "nothing comes; so far \"%.*s\"", Q_ARG(*got));
    if (got->n == MOST)
        return false;
    n = recv(fd, (char *)got->p + got->n, MOST - got->n, 0);
    got->n += n > 0 ? (size_t)n : 0;
    return n > 0;
}

q_str q_peer_hear(int fd, const char *until)
{
    q_str got = {q_arena_alloc(q_test_arena(), MOST), 0};

    while (more(fd, &got))
        if (until && q_str_ends(got, q_str_of(until)))
            break;
    return got;
}

static uint64_t length_of(q_str head)
{
    static const q_str name = Q_STR_INIT("\r\nContent-Length: ");
    size_t at = q_str_find(head, name);
    q_str text;
    uint64_t n = 0;

    if (at == SIZE_MAX || q_str_starts(head, Q_STR("HTTP/1.1 204")) ||
        q_str_starts(head, Q_STR("HTTP/1.1 304")))
        return 0;
    q_str_cut(q_str_sub(head, at + name.n, head.n), '\r', &text, &head);
    CHECK(q_str_u64(text, &n));
    return n;
}

q_str q_peer_reply(int fd)
{
    static const q_str interim = Q_STR_INIT("HTTP/1.1 100 Continue\r\n\r\n");
    q_str got = {q_arena_alloc(q_test_arena(), MOST), 0};

    while (more(fd, &got)) {
        q_str rest = got;
        size_t head;

        while (q_str_starts(rest, interim))
            rest = q_str_sub(rest, interim.n, rest.n);
        head = q_str_find(rest, Q_STR("\r\n\r\n"));
        if (head != SIZE_MAX && rest.n >= head + 4 + length_of(q_str_sub(rest, 0, head + 4)))
            return rest;
    }
    return got;
}

q_str q_peer_ask(unsigned port, const char *request)
{
    int fd = q_peer_dial(port);
    q_str got;

    q_peer_say(fd, request);
    got = q_peer_hear(fd, NULL);
    close(fd);
    return got;
}

bool q_peer_has(q_str text, const char *part)
{
    return q_str_find(text, q_str_of(part)) != SIZE_MAX;
}
