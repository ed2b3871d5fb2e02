/* A small handler behind a real socket: what it does depends on the path. */
#include "net/server.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/pool.h"
#include "peer.h"
#include "test.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct fixture {
    q_server *server;
    q_pool *pool;
    atomic_int asked, gone, sent;
    _Atomic uint64_t body;
} fixture;

static void answer(q_exchange *x, int status, q_str body)
{
    q_reply r;

    q_reply_init(&r, q_exchange_arena(x));
    r.status = status;
    r.body = body;
    if (q_reply_header(&r, "X-Test", Q_STR("yes")))
        r.status = 500;
    q_exchange_reply(x, &r);
}

static void on_begin(void *ctx, q_exchange *x)
{
    (void)ctx;
    if (q_str_is(q_exchange_request(x)->path, "/refuse"))
        answer(x, 403, Q_STR("no"));
}

static void on_body(void *ctx, q_exchange *x, q_str bytes)
{
    fixture *f = ctx;

    atomic_fetch_add(&f->body, bytes.n);
    if (q_str_is(q_exchange_request(x)->path, "/refuse-in-body"))
        answer(x, 400, Q_STR("bad"));
}

static void answer_later(void *arg)
{
    usleep(20000);
    answer(arg, 200, Q_STR("later"));
}

static void answer_file(q_exchange *x)
{
    q_reply r;

    q_reply_init(&r, q_exchange_arena(x));
    if (q_fd_of_bytes("test", Q_STR("0123456789"), &r.file, NULL))
        abort();
    r.file_offset = 3;
    r.file_length = 4;
    q_exchange_reply(x, &r);
}

static void answer_large_file(q_exchange *x, size_t size)
{
    char *bytes = q_arena_alloc(q_exchange_arena(x), size);
    q_reply r;

    memset(bytes, 'z', size);
    q_reply_init(&r, q_exchange_arena(x));
    if (q_fd_of_bytes("test", (q_str){bytes, size}, &r.file, NULL))
        abort();
    r.file_offset = 1;
    r.file_length = size - 1;
    q_exchange_reply(x, &r);
}

static void answer_head(q_exchange *x)
{
    q_reply r;

    q_reply_init(&r, q_exchange_arena(x));
    r.head_only = true;
    r.head_length = 5000000000;
    q_exchange_reply(x, &r);
}

static void on_end(void *ctx, q_exchange *x)
{
    fixture *f = ctx;
    const q_request *r = q_exchange_request(x);

    atomic_fetch_add(&f->asked, 1);
    if (q_str_is(r->path, "/later")) {
        q_exchange_later(x);
        if (q_pool_run(f->pool, answer_later, x))
            abort();
    } else if (q_str_is(r->path, "/file")) {
        answer_file(x);
    } else if (q_str_is(r->path, "/large-file")) {
        answer_large_file(x, 500000);
    } else if (q_str_is(r->path, "/huge-file")) {
        answer_large_file(x, 50000000);
    } else if (q_str_is(r->path, "/head")) {
        answer_head(x);
    } else if (q_str_is(r->path, "/none")) {
        answer(x, 204, Q_STR(""));
    } else if (q_str_is(r->path, "/silent")) {
        return;
    } else {
        answer(x, 200,
               q_str_printf(q_exchange_arena(x), "%.*s|%.*s|%.*s|%lld|%llu", Q_ARG(r->method),
                            Q_ARG(r->path), Q_ARG(r->query), (long long)r->content_length,
                            (unsigned long long)q_exchange_received(x)));
    }
}

static void on_gone(void *ctx, q_exchange *x, bool sent)
{
    fixture *f = ctx;

    (void)x;
    atomic_fetch_add(&f->gone, 1);
    atomic_fetch_add(&f->sent, sent);
}

static fixture *start(q_server_limits limits)
{
    fixture *f = q_arena_alloc(q_test_arena(), sizeof *f);
    q_server_config c = {.address = "127.0.0.1",
                         .port = "0",
                         .threads = 2,
                         .limits = limits,
                         .handler = {on_begin, on_body, on_end, on_gone, f}};
    q_err err;

    CHECK_EQ(q_pool_new(1, &f->pool, &err), Q_OK);
    if (q_server_new(&c, &f->server, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return f;
}

static void stop(fixture *f)
{
    q_server_free(f->server, 2000);
    q_pool_free(f->pool);
}

static int dial(const fixture *f)
{
    return q_peer_dial(q_server_port(f->server));
}

static q_str ask(const fixture *f, const char *request)
{
    return q_peer_ask(q_server_port(f->server), request);
}

#define CLOSE "Host: h\r\nConnection: close\r\n"

TEST(the_target_comes_undecoded)
{
    fixture *f = start((q_server_limits){0});
    q_str got = ask(f, "GET /a%20b+c//d/../e?x=%2F&y HTTP/1.1\r\n" CLOSE "\r\n");

    CHECK(q_str_starts(got, Q_STR("HTTP/1.1 200 OK\r\n")));
    CHECK(q_peer_has(got, "\r\nDate: "));
    CHECK(q_peer_has(got, "\r\nX-Test: yes\r\n"));
    CHECK(q_str_ends(got, Q_STR("GET|/a%20b+c//d/../e|x=%2F&y|-1|0")));
    stop(f);
}

TEST(an_absolute_target_loses_its_host)
{
    fixture *f = start((q_server_limits){0});

    CHECK(q_str_ends(ask(f, "GET http://h/x?y HTTP/1.1\r\n" CLOSE "\r\n"), Q_STR("|/x|y|-1|0")));
    stop(f);
}

TEST(bodies_of_both_framings_are_counted)
{
    fixture *f = start((q_server_limits){0});

    CHECK(q_str_ends(ask(f, "PUT / HTTP/1.1\r\n" CLOSE "Content-Length: 5\r\n\r\nhello"),
                     Q_STR("|5|5")));
    CHECK(q_str_ends(ask(f, "PUT / HTTP/1.1\r\n" CLOSE "Transfer-Encoding: chunked\r\n\r\n"
                            "5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\n\r\n"),
                     Q_STR("|-1|8")));
    stop(f);
}

TEST(two_requests_in_one_write_get_two_replies)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);

    q_peer_say(fd, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(q_peer_has(q_peer_hear(fd, "GET|/2||-1|0"), "GET|/1||-1|0"));
    close(fd);
    stop(f);
    CHECK_EQ(f->gone, 2);
    CHECK_EQ(f->sent, 2);
}

TEST(another_thread_can_answer)
{
    fixture *f = start((q_server_limits){0});

    CHECK(q_str_ends(ask(f, "GET /later HTTP/1.1\r\n" CLOSE "\r\n"), Q_STR("later")));
    stop(f);
}

TEST(an_answer_under_way_is_waited_for)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);

    q_peer_say(fd, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    while (atomic_load(&f->asked) == 0)
        usleep(1000);
    stop(f);
    CHECK(q_peer_has(q_peer_hear(fd, NULL), "later"));
    close(fd);
    CHECK_EQ(f->sent, 1);
}

TEST(a_client_that_closes_its_half_is_let_go)
{
    fixture *f = start((q_server_limits){0});
    int fds[8];

    for (size_t i = 0; i < 8; i++) {
        fds[i] = dial(f);
        q_peer_say(fds[i], i % 2 ? "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n" : "GET /1 HTTP/1.1\r\nHo");
        CHECK_EQ(shutdown(fds[i], SHUT_WR), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        CHECK_EQ(q_peer_has(q_peer_hear(fds[i], NULL), "GET|/1||-1|0"), i % 2);
        close(fds[i]);
    }
    stop(f);
}

TEST(a_range_of_a_file_is_sent)
{
    fixture *f = start((q_server_limits){0});
    q_str got = ask(f, "GET /file HTTP/1.1\r\n" CLOSE "\r\n");

    CHECK(q_peer_has(got, "Content-Length: 4\r\n"));
    CHECK(q_str_ends(got, Q_STR("\r\n\r\n3456")));
    stop(f);
}

TEST(a_large_file_is_sent_whole)
{
    fixture *f = start((q_server_limits){0});
    q_str got = ask(f, "GET /large-file HTTP/1.1\r\n" CLOSE "\r\n");

    CHECK(q_peer_has(got, "Content-Length: 499999\r\n"));
    CHECK(q_str_ends(got, Q_STR("zzz")));
    CHECK(got.n > 499999);
    stop(f);
}

TEST(a_head_reply_states_the_length_and_sends_nothing)
{
    fixture *f = start((q_server_limits){0});
    q_str got = ask(f, "HEAD /head HTTP/1.1\r\n" CLOSE "\r\n");

    CHECK(q_peer_has(got, "Content-Length: 5000000000\r\n"));
    CHECK(q_str_ends(got, Q_STR("\r\n\r\n")));
    stop(f);
}

TEST(no_content_has_no_body)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);

    q_peer_say(fd, "GET /none HTTP/1.1\r\nHost: h\r\n\r\nGET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(q_peer_has(q_peer_hear(fd, "GET|/1||-1|0"), "204 No Content"));
    close(fd);
    stop(f);
}

TEST(a_handler_that_forgets_to_reply_answers_500)
{
    fixture *f = start((q_server_limits){0});

    CHECK(q_peer_has(ask(f, "GET /silent HTTP/1.1\r\n" CLOSE "\r\n"), "HTTP/1.1 500"));
    stop(f);
}

TEST(a_client_that_expects_100_gets_it)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);

    q_peer_say(fd,
               "PUT /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK_STREQ(q_peer_hear(fd, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    q_peer_say(fd, "hi");
    CHECK(q_peer_has(q_peer_hear(fd, "PUT|/x||2|2"), "200 OK"));
    close(fd);
    stop(f);
}

TEST(a_refusal_comes_instead_of_100)
{
    fixture *f = start((q_server_limits){0});
    q_str got = ask(f, "PUT /refuse HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                       "Content-Length: 2000000000\r\n\r\n");

    CHECK(q_str_starts(got, Q_STR("HTTP/1.1 403")));
    CHECK(q_str_ends(got, Q_STR("no")));
    stop(f);
}

TEST(a_refusal_without_a_body_keeps_the_connection)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);

    q_peer_say(fd, "GET /refuse HTTP/1.1\r\nHost: h\r\n\r\nGET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(q_peer_has(q_peer_hear(fd, "GET|/1||-1|0"), "HTTP/1.1 403"));
    close(fd);
    stop(f);
}

TEST(a_refused_short_body_keeps_the_connection)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);

    q_peer_say(fd, "PUT /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
                   "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(q_peer_has(q_peer_hear(fd, "GET|/1||-1|0"), "HTTP/1.1 403"));
    CHECK_EQ(f->body, 0);
    close(fd);
    stop(f);
}

/* The sender is still sending when the refusal comes, and reads it even so. */
TEST(a_refused_long_body_does_not_destroy_the_reply)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);
    char *waste = q_arena_alloc(q_test_arena(), 1 << 20);

    q_peer_say(fd, "PUT /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000000\r\n\r\n");
    for (int i = 0; i < 8; i++)
        CHECK_EQ(q_fd_write(fd, (q_str){waste, 1 << 20}, NULL), Q_OK);
    CHECK(q_peer_has(q_peer_hear(fd, NULL), "HTTP/1.1 403"));
    close(fd);
    stop(f);
}

TEST(a_refusal_in_the_body_discards_the_rest)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);
    char *waste = q_arena_alloc(q_test_arena(), 200000);

    q_peer_say(fd, "PUT /refuse-in-body HTTP/1.1\r\n" CLOSE "Content-Length: 200000\r\n\r\n");
    CHECK_EQ(q_fd_write(fd, (q_str){waste, 200000}, NULL), Q_OK);
    CHECK(q_peer_has(q_peer_hear(fd, NULL), "HTTP/1.1 400"));
    CHECK(f->body < 200000);
    close(fd);
    stop(f);
}

TEST(ambiguous_framing_is_refused)
{
    fixture *f = start((q_server_limits){0});

    CHECK(q_peer_has(
        ask(f, "PUT / HTTP/1.1\r\n" CLOSE "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        "HTTP/1.1 400"));
    CHECK(q_peer_has(ask(f, "PUT / HTTP/1.1\r\n" CLOSE
                            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                     "HTTP/1.1 400"));
    CHECK(q_peer_has(ask(f, "PUT / HTTP/1.1\r\n" CLOSE "Transfer-Encoding: gzip\r\n\r\n"),
                     "HTTP/1.1 400"));
    CHECK_EQ(f->gone, 0);
    stop(f);
}

TEST(heads_past_the_limits_are_refused)
{
    fixture *f = start((q_server_limits){.head_bytes = 8192, .headers = 20});
    char *big = q_arena_alloc(q_test_arena(), 40000);
    q_buf many = q_buf_init(q_test_arena(), 100000);
    q_str text;

    memset(big, 'a', 39999);
    CHECK(q_peer_has(
        ask(f, q_str_printf(q_test_arena(), "GET / HTTP/1.1\r\nHost: h\r\nX: %s", big).p),
        "HTTP/1.1 431"));
    q_buf_puts(&many, "GET / HTTP/1.1\r\n" CLOSE);
    for (int i = 0; i < 30; i++)
        q_buf_printf(&many, "X-%d: y\r\n", i);
    q_buf_puts(&many, "\r\n");
    CHECK_EQ(q_buf_finish(&many, &text, NULL), Q_OK);
    CHECK(q_peer_has(ask(f, text.p), "HTTP/1.1 431"));
    stop(f);
}

/* Sends a byte of a head or body now and then, until the server has enough.
 * Returns after how many milliseconds.
 */
static int64_t drip(const fixture *f, const char *start_with)
{
    int64_t from = q_monotonic_ns();
    int fd = dial(f);

    q_peer_say(fd, start_with);
    for (int i = 0; i < 200; i++) {
        struct pollfd wait = {fd, POLLIN, 0};
        char c;

        if (poll(&wait, 1, 50) == 1 && recv(fd, &c, 1, 0) <= 0)
            break;
        if (send(fd, "a", 1, MSG_NOSIGNAL) != 1)
            break;
    }
    close(fd);
    return (q_monotonic_ns() - from) / 1000000;
}

TEST(slow_heads_and_bodies_are_cut)
{
    fixture *f = start((q_server_limits){
        .head_ms = 300, .body_window_ms = 300, .body_window_bytes = 1000, .idle_s = 5});

    CHECK(drip(f, "GET / HTTP/1.1\r\nX: ") < 3000);
    CHECK(drip(f, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000000\r\n\r\n") < 3000);
    CHECK(q_peer_has(ask(f, "GET /1 HTTP/1.1\r\n" CLOSE "\r\n"), "200 OK"));
    stop(f);
    CHECK_EQ(f->gone, 2);
    CHECK_EQ(f->sent, 1);
}

TEST(a_slow_reader_is_cut)
{
    fixture *f =
        start((q_server_limits){.body_window_ms = 500, .body_window_bytes = 100000, .idle_s = 30});
    int fd = dial(f);
    int64_t from = q_monotonic_ns();
    size_t got = 0;

    q_peer_say(fd, "GET /huge-file HTTP/1.1\r\nHost: h\r\n\r\n");
    while (atomic_load(&f->gone) == 0 && (q_monotonic_ns() - from) / 1000000 < 20000) {
        char c;

        usleep(50000);
        got += recv(fd, &c, 1, MSG_DONTWAIT) == 1;
    }
    CHECK_EQ(f->gone, 1);
    CHECK_EQ(f->sent, 0);
    CHECK(got < 1000);
    close(fd);
    stop(f);
}

TEST(a_client_that_ends_its_input_hears_the_end)
{
    fixture *f = start((q_server_limits){0});

    for (int i = 0; i < 5; i++) {
        int fd = dial(f);

        q_peer_say(fd, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
        shutdown(fd, SHUT_WR);
        CHECK(q_peer_has(q_peer_hear(fd, NULL), "200 OK"));
        close(fd);
    }
    stop(f);
}

TEST(a_silent_client_is_dropped)
{
    fixture *f = start((q_server_limits){.idle_s = 1});
    int fd = dial(f);

    q_peer_say(fd, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(q_peer_has(q_peer_hear(fd, NULL), "200 OK"));
    close(fd);
    stop(f);
}

TEST(stopping_closes_idle_connections_at_once)
{
    fixture *f = start((q_server_limits){0});
    int fd = dial(f);
    int64_t from;

    q_peer_say(fd, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    q_peer_hear(fd, "|0");
    from = q_monotonic_ns();
    stop(f);
    CHECK((q_monotonic_ns() - from) / 1000000 < 1500);
    CHECK_EQ(q_peer_hear(fd, NULL).n, 0);
    close(fd);
}

TEST(an_address_in_use_is_an_error)
{
    fixture *f = start((q_server_limits){0});
    q_server_config c = {.address = "127.0.0.1", .handler = {on_begin, on_body, on_end, NULL, f}};
    q_server *second = NULL;
    q_err err;

    c.port = q_str_printf(q_test_arena(), "%u", q_server_port(f->server)).p;
    CHECK_EQ(q_server_new(&c, &second, &err), Q_IO);
    CHECK(q_peer_has(q_str_of(err.msg), "Address already in use"));
    CHECK(second == NULL);
    stop(f);
}

TEST(half_a_certificate_is_an_error)
{
    q_server_config c = {.address = "127.0.0.1", .port = "0", .tls_cert = "/nonexistent"};
    q_server *s = NULL;
    q_err err;

    CHECK_EQ(q_server_new(&c, &s, &err), Q_INVALID);
    c.tls_key = "/nonexistent";
    CHECK_EQ(q_server_new(&c, &s, &err), Q_NOTFOUND);
}

TEST_MAIN("net/server")
