/* tests/wire_replay.c - real clients' requests, byte for byte, against the gateway.
 *
 * usage: wire_replay [FOLDER]     (else $QUERN_WIRE; skips without either)
 *
 * Each .http file in FOLDER, or in FOLDER/requests, is one HTTP/1.1 request as a
 * client sent it, signed on the day it names with the key of the AWS
 * documentation's examples. For each:
 *
 *     its signature holds, with the clock set to its day;
 *     an operation of api/ gets past routing, input checks and body checks to
 *     its handler, which here only says that it was reached;
 *     any other is refused with its protocol's error for unknown operations;
 *     with one digit of its signature changed it is refused.
 *
 * Prints TAP.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "peer.h"
#include "test.h"
#include "wire/gateway.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ACCESS_KEY "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

typedef struct replay {
    q_server *server;
    q_gateway *gateway;
    _Atomic int64_t now_ms;
} replay;

static q_code reached(q_call *call)
{
    (void)call;
    return Q_OK;
}

static q_code taken(q_call *call, q_str bytes)
{
    (void)call, (void)bytes;
    return Q_OK;
}

/* A table with a handler for every operation there is. */
static const q_service *const *all_services(q_arena *a)
{
    size_t n = 0;
    const q_service **out;

    while (q_apis[n])
        n++;
    out = q_arena_array(a, n + 1, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        q_service *s = q_arena_alloc(a, sizeof *s);
        q_handler *h = q_arena_array(a, q_apis[i]->operation_count, sizeof *h);

        for (size_t k = 0; k < q_apis[i]->operation_count; k++)
            h[k] = (q_handler){.operation = q_apis[i]->operations[k].name.p,
                               .run = reached,
                               .write = taken,
                               .quick = true};
        *s = (q_service){q_apis[i]->name.p, h, q_apis[i]->operation_count};
        out[i] = s;
    }
    return out;
}

static bool secret_of(void *ctx, q_str access_key, q_arena *a, q_str *secret)
{
    (void)ctx, (void)a;
    *secret = Q_STR(SECRET);
    return q_str_is(access_key, ACCESS_KEY);
}

static int64_t now(void *ctx)
{
    return atomic_load(&((replay *)ctx)->now_ms);
}

static q_code start(replay *r, q_arena *a, q_err *err)
{
    q_gateway_config g = {.services = all_services(a),
                          .account = "000000000000",
                          .secret = secret_of,
                          .now_ms = now,
                          .now_ctx = r};
    q_server_config s = {.address = "127.0.0.1", .port = "0", .threads = 1};
    q_code rc = q_gateway_new(&g, &r->gateway, err);

    if (rc)
        return rc;
    s.handler = q_gateway_handler(r->gateway);
    return q_server_new(&s, &r->server, err);
}

/* ---- one request ---- */

typedef enum kind { SIGNED, UNSIGNED, UNKNOWN } kind;

/* Where the signature's digits begin; 0 without one. */
static size_t signature_at(q_str head)
{
    size_t at = q_str_find(head, Q_STR("X-Amz-Signature="));
    size_t header = q_str_find(head, Q_STR("Signature="));

    if (at != SIZE_MAX)
        return at + 16;
    return header != SIZE_MAX ? header + 10 : 0;
}

/* "20261122T083000Z" in "X-Amz-Date: ..." or "X-Amz-Date=..."; the name also
 * stands in the list of signed headers.
 */
static bool signed_when(q_str head, int64_t *ms)
{
    for (size_t i = 0; i + 30 < head.n; i++)
        if (q_str_eq_nocase(q_str_sub(head, i, 10), Q_STR("x-amz-date")) &&
            (head.p[i + 10] == ':' || head.p[i + 10] == '='))
            return q_time_parse(q_str_sub(head, i + 11 + (head.p[i + 11] == ' '), 16), ms);
    return false;
}

static q_str exchange(const replay *r, q_str raw)
{
    int fd = q_peer_dial(q_server_port(r->server));
    q_str got;

    q_peer_say_bytes(fd, raw);
    got = q_peer_reply(fd);
    close(fd);
    return got;
}

static unsigned status_of(q_str reply)
{
    uint64_t status = 0;

    return q_str_u64(q_str_sub(reply, 9, 3), &status) ? (unsigned)status : 0;
}

static bool names_unknown(q_str reply)
{
    return q_peer_has(reply, "UnknownOperationException") || q_peer_has(reply, "NotImplemented") ||
           q_peer_has(reply, "InvalidAction");
}

static void check_refused(const replay *r, q_str raw, size_t at)
{
    q_str bad = q_str_copy(q_test_arena(), raw), reply;

    ((char *)bad.p)[at] = bad.p[at] == '0' ? '1' : '0';
    reply = exchange(r, bad);
    if (status_of(reply) < 400 ||
        (!q_peer_has(reply, "SignatureDoesNotMatch") &&
         !q_peer_has(reply, "InvalidSignatureException") && !q_str_starts(raw, Q_STR("HEAD "))))
        q_test_fail(__FILE__, __LINE__, "a changed signature: %.*s", Q_ARG(reply));
}

static kind check(replay *r, q_str raw)
{
    q_str head = q_str_sub(raw, 0, q_str_find(raw, Q_STR("\r\n\r\n"))), reply;
    size_t at = signature_at(head);
    int64_t when = 0;
    unsigned status;

    CHECK(at == 0 || signed_when(head, &when));
    atomic_store(&r->now_ms, when + 1000);
    reply = exchange(r, raw);
    status = status_of(reply);
    if (at)
        check_refused(r, raw, at);
    if (at == 0 && status >= 400)
        return UNSIGNED;
    if (names_unknown(reply))
        return UNKNOWN;
    if (status < 200 || status > 299)
        q_test_fail(__FILE__, __LINE__, "%.*s", Q_ARG(reply));
    return SIGNED;
}

/* ---- the folder ---- */

static int is_http(const struct dirent *d)
{
    return q_str_ends(q_str_of(d->d_name), Q_STR(".http"));
}

static replay *running;
static const char *folder, *file;

static void replay_one(void)
{
    static const char *const said[] = {"reached its handler", "refused: not signed",
                                       "refused: unknown operation"};
    q_str path = q_str_printf(q_test_arena(), "%s/%s", folder, file), raw;
    q_err err;

    if (q_file_read(q_test_arena(), path.p, 1 << 20, &raw, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    printf("# %s: %s\n", file, said[check(running, raw)]);
}

static const char *requests_folder(const char *given, q_arena *a)
{
    const char *inner = q_str_printf(a, "%s/requests", given).p;

    return access(inner, R_OK) == 0 ? inner : given;
}

int main(int argc, char **argv)
{
    const char *given = argc > 1 ? argv[1] : getenv("QUERN_WIRE");
    q_arena *a = q_arena_new(1 << 22);
    struct dirent **names = NULL;
    replay r = {0};
    q_err err;
    int n, failed;

    if (!given) {
        printf("ok 1 - replay # SKIP no folder of requests is given\n1..1\n");
        q_arena_free(a);
        return 0;
    }
    q_log_set_level(Q_LOG_OFF);
    folder = requests_folder(given, a);
    n = scandir(folder, &names, is_http, alphasort);
    if (n <= 0 || start(&r, a, &err)) {
        printf("not ok 1 - replay: %s\n1..1\n", n <= 0 ? "no .http files there" : err.msg);
        return 1;
    }
    running = &r;
    failed = 0;
    for (int i = 0; i < n; i++) {
        file = names[i]->d_name;
        failed += !q_test_run("replay", file, i + 1, replay_one);
        free(names[i]);
    }
    free(names);
    printf("1..%d\n", n);
    q_server_free(r.server, 1000);
    q_gateway_free(r.gateway);
    q_arena_free(a);
    return failed != 0;
}
