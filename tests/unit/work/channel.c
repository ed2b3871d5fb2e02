#include "work/channel.h"

#include "base/clock.h"
#include "base/file.h"
#include "test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int64_t in_ms(int ms)
{
    return q_monotonic_ns() + ms * 1000000LL;
}

TEST(channel_carries_bytes_and_descriptors)
{
    int pair[2], pipes[2], got[2] = {-1, -1};
    size_t n = 0;
    char text[5], c;

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CHECK_EQ(pipe(pipes), 0);
    CHECK_EQ(channel__send(pair[0], Q_STR("hello"), pipes, 2, in_ms(1000), NULL), Q_OK);
    CHECK_EQ(channel__recv(pair[1], text, 5, got, 2, &n, in_ms(1000), NULL), Q_OK);
    CHECK_EQ(n, 2);
    CHECK_STREQ(((q_str){text, 5}), "hello");
    CHECK_EQ(fcntl(got[0], F_GETFD), FD_CLOEXEC);
    CHECK_EQ(write(got[1], "x", 1), 1);
    CHECK_EQ(read(pipes[0], &c, 1), 1);
    for (int i = 0; i < 2; i++) {
        close(pair[i]);
        close(pipes[i]);
        close(got[i]);
    }
}

TEST(channel_accepts_no_descriptor_it_has_no_room_for)
{
    int pair[2], before = dup(0), after;
    size_t n = 9;
    char text[5];

    close(before);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CHECK_EQ(channel__send(pair[0], Q_STR("hello"), pair, 2, in_ms(1000), NULL), Q_OK);
    CHECK_EQ(channel__recv(pair[1], text, 5, NULL, 0, &n, in_ms(1000), NULL), Q_OK);
    CHECK_EQ(n, 0);
    close(pair[0]);
    close(pair[1]);
    after = dup(0);
    close(after);
    CHECK_EQ(after, before);
}

TEST(channel_gives_up_in_time_and_tells_a_closed_end)
{
    int pair[2];
    q_err err;
    char c;
    int64_t start = q_monotonic_ns();

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CHECK_EQ(channel__recv(pair[0], &c, 1, NULL, 0, NULL, in_ms(20), &err), Q_TIMEOUT);
    CHECK(q_monotonic_ns() - start >= 20000000);
    close(pair[1]);
    CHECK_EQ(channel__recv(pair[0], &c, 1, NULL, 0, NULL, in_ms(1000), &err), Q_CRASHED);
    CHECK_EQ(channel__send(pair[0], Q_STR("x"), NULL, 0, in_ms(1000), &err), Q_CRASHED);
    close(pair[0]);
}

TEST_MAIN("work/channel")
