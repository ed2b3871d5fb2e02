/* Small handlers under real API tables, behind a real socket, asked by signed
 * requests.
 */
#include "wire/gateway.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/log.h"
#include "peer.h"
#include "test.h"
#include "wire/sign.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static const int64_t NOW = 1369353600000; /* 2013-05-24T00:00:00Z */

/* ---- the handlers ---- */

typedef struct seen {
    atomic_int opened, ran;
    _Atomic uint64_t bytes;
    char text[256]; /* what a handler noted */
} seen;

static void note(q_call *c, q_str text)
{
    seen *s = c->app;

    snprintf(s->text, sizeof s->text, "%.*s", Q_ARG(text));
}

/* As a function would that calls us back: until a put was run. */
static q_code put_await(q_call *c)
{
    for (int i = 0; i < 5000 && !atomic_load(&((seen *)c->app)->ran); i++)
        usleep(1000);
    return atomic_load(&((seen *)c->app)->ran) ? Q_OK : q_err_set(&c->err, Q_TIMEOUT, "no put");
}

static q_code phrases_run(q_call *c)
{
    q_str text = q_value_str(c->in, Q_STR("Text"), Q_STR(""));
    q_value *phrase = q_list_map(q_map_list(c->out, Q_STR("KeyPhrases")));

    if (q_str_is(text, "too long"))
        return q_call_fail(c, "TextSizeLimitExceededException", "it has %d bytes", 8);
    if (q_str_is(text, "break"))
        return q_err_set(&c->err, Q_IO, "the disk of the secret path is full");
    if (q_str_is(text, "wait") && put_await(c))
        return Q_TIMEOUT;
    q_map_str(phrase, Q_STR("Text"), text);
    return Q_OK;
}

/* Visitors may ask for the phrases of any text but one. */
static q_code phrases_visitor(q_call *c)
{
    CHECK_STREQ(c->visitor, "ada");
    if (q_str_is(q_value_str(c->in, Q_STR("Text"), Q_STR("")), "private"))
        return q_call_fail(c, "AccessDeniedException", "not that text");
    return Q_OK;
}

static q_code put_open(q_call *c)
{
    atomic_fetch_add(&((seen *)c->app)->opened, 1);
    if (q_str_is(q_value_str(c->in, Q_STR("Bucket"), Q_STR("")), "missing"))
        return q_call_fail(c, "NoSuchBucket", "The specified bucket does not exist");
    return Q_OK;
}

static q_code put_write(q_call *c, q_str bytes)
{
    atomic_fetch_add(&((seen *)c->app)->bytes, bytes.n);
    return Q_OK;
}

static q_code put_run(q_call *c)
{
    q_str encoding = q_value_str(c->in, Q_STR("ContentEncoding"), Q_STR("none"));

    atomic_fetch_add(&((seen *)c->app)->ran, 1);
    note(c, q_str_printf(c->arena, "%.*s|%.*s|%llu|%lld|%.*s",
                         Q_ARG(q_value_str(c->in, Q_STR("Bucket"), Q_STR(""))),
                         Q_ARG(q_value_str(c->in, Q_STR("Key"), Q_STR(""))),
                         (unsigned long long)c->body_length, (long long)c->body_expected,
                         Q_ARG(encoding)));
    q_map_str(c->out, Q_STR("ETag"), Q_STR("\"x\""));
    return Q_OK;
}

static q_code identity_run(q_call *c)
{
    q_map_str(c->out, Q_STR("Account"), c->account);
    q_map_str(c->out, Q_STR("UserId"), c->access_key);
    return Q_OK;
}

static q_code nothing_run(q_call *c)
{
    atomic_fetch_add(&((seen *)c->app)->ran, 1);
    return Q_OK;
}

static const q_handler comprehend_handlers[] = {{.operation = "DetectKeyPhrases",
                                                 .run = phrases_run,
                                                 .visitor = phrases_visitor,
                                                 .waits = Q_WAITS_FUNCTION}};
static const q_handler s3_handlers[] = {
    {.operation = "PutObject", .run = put_run, .open = put_open, .write = put_write},
    {.operation = "ListBuckets", .run = nothing_run, .quick = true},
    {.operation = "DeleteObjects", .run = nothing_run, .quick = true}};
static const q_handler sts_handlers[] = {
    {.operation = "GetCallerIdentity", .run = identity_run, .quick = true}};
static const q_service comprehend = {"comprehend", comprehend_handlers, 1};
static const q_service s3 = {"s3", s3_handlers, 3};
static const q_service sts = {"sts", sts_handlers, 1};
static const q_service *const services[] = {&comprehend, &s3, &sts, NULL};

/* ---- the server ---- */

typedef struct fixture {
    q_pool *pools[Q_WAITS_KINDS];
    q_gateway *gateway;
    q_server *server;
    seen seen;
} fixture;

static bool secret_of(void *ctx, q_str key, q_arena *a, q_str *secret)
{
    (void)ctx, (void)a;
    *secret = Q_STR(SECRET);
    return q_str_is(key, KEY);
}

#define TEMPORARY_KEY "ASIAIOSFODNN7EXAMPLE"

static q_sign_fault temporary_of(void *ctx, q_str key, q_str token, int64_t now_ms, q_arena *a,
                                 q_str *secret, q_str *visitor, q_err *err)
{
    (void)ctx, (void)a;
    CHECK_EQ(now_ms, NOW);
    *secret = Q_STR(SECRET);
    *visitor = Q_STR("ada");
    q_err_set(err, Q_DENIED, "%.*s is none", Q_ARG(token));
    return q_str_is(token, "old")                                   ? Q_SIGN_OLD_TOKEN
           : q_str_is(token, "new") && q_str_is(key, TEMPORARY_KEY) ? Q_SIGN_OK
                                                                    : Q_SIGN_BAD_TOKEN;
}

static int64_t may_24(void *ctx)
{
    (void)ctx;
    return NOW;
}

static bool page(void *ctx, const q_request *req, q_reply *reply)
{
    (void)ctx;
    if (!q_str_is(req->path, "/_quern/page"))
        return false;
    reply->body = Q_STR("a page");
    return true;
}

static fixture *start(void)
{
    fixture *f = q_arena_alloc(q_test_arena(), sizeof *f);
    q_server_config s = {.address = "127.0.0.1", .port = "0", .threads = 2};
    q_gateway_config g = {.services = services,
                          .app = &f->seen,
                          .account = "123456789012",
                          .secret = secret_of,
                          .temporary = temporary_of,
                          .page = page,
                          .now_ms = may_24,
                          .body_limit = 100000,
                          .form_limit = 10000};
    q_err err;

    q_log_set_level(Q_LOG_OFF);
    for (size_t i = 0; i < Q_WAITS_KINDS; i++) {
        CHECK_EQ(q_pool_new(1, &f->pools[i], &err), Q_OK);
        g.compute[i] = f->pools[i];
    }
    if (q_gateway_new(&g, &f->gateway, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    s.handler = q_gateway_handler(f->gateway);
    if (q_server_new(&s, &f->server, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return f;
}

static void stop(fixture *f)
{
    q_server_free(f->server, 2000);
    for (size_t i = 0; i < Q_WAITS_KINDS; i++)
        q_pool_free(f->pools[i]);
    q_gateway_free(f->gateway);
}

/* ---- the client ---- */

typedef struct ask {
    const char *method, *target, *service;
    const char *headers[8]; /* name, value, ... */
    const char *body;
    const char *payload; /* x-amz-content-sha256 instead of the body's hash */
    const char *host;
    const char *key, *secret;
    int64_t when;
    bool hash_header; /* send x-amz-content-sha256 */
    uint64_t length;  /* declared instead of the body's */
} ask;

static q_str request_of(const ask *a)
{
    q_signer with = {q_str_of(a->key ? a->key : KEY), q_str_of(a->secret ? a->secret : SECRET),
                     Q_STR("us-east-1"), q_str_of(a->service), a->when ? a->when : NOW};
    q_header h[12] = {{Q_STR("Host"), q_str_of(a->host ? a->host : "127.0.0.1:1")}};
    q_request r = {.method = q_str_of(a->method), .headers = h, .header_count = 1};
    char date[17], hash[65];
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_str out, authorization, payload;

    q_str_cut(q_str_of(a->target), '?', &r.path, &r.query);
    q_time_basic(with.now_ms, date);
    h[r.header_count++] = (q_header){Q_STR("X-Amz-Date"), q_str_of(date)};
    CHECK(q_sha256_hex(q_str_of(a->body), hash));
    payload = q_str_of(a->payload ? a->payload : hash);
    if (a->hash_header || a->payload)
        h[r.header_count++] = (q_header){Q_STR("X-Amz-Content-Sha256"), payload};
    for (int i = 0; i < 8 && a->headers[i]; i += 2)
        h[r.header_count++] = (q_header){q_str_of(a->headers[i]), q_str_of(a->headers[i + 1])};
    CHECK_EQ(q_sign_request(&r, &with, payload, q_test_arena(), &authorization, NULL), Q_OK);
    q_buf_printf(&b, "%s %s HTTP/1.1\r\n", a->method, a->target);
    for (size_t i = 0; i < r.header_count; i++)
        q_buf_printf(&b, "%.*s: %.*s\r\n", Q_ARG(h[i].name), Q_ARG(h[i].value));
    if (a->service)
        q_buf_printf(&b, "Authorization: %.*s\r\n", Q_ARG(authorization));
    if (a->body || a->length)
        q_buf_printf(&b, "Content-Length: %llu\r\n",
                     a->length ? (unsigned long long)a->length
                               : (unsigned long long)strlen(a->body));
    q_buf_printf(&b, "Connection: close\r\n\r\n%s", a->body ? a->body : "");
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

static q_str tell(const fixture *f, ask a)
{
    return q_peer_ask(q_server_port(f->server), request_of(&a).p);
}

static void expect(q_str reply, unsigned status, const char *part)
{
    q_str line = q_str_printf(q_test_arena(), "HTTP/1.1 %u ", status);

    if (!q_str_starts(reply, line) || !q_peer_has(reply, part))
        q_test_fail(__FILE__, __LINE__, "no %u \"%s\": %.*s", status, part, Q_ARG(reply));
}

static ask key_phrases(const char *body)
{
    return (ask){.method = "POST",
                 .target = "/",
                 .service = "comprehend",
                 .headers = {"Content-Type", "application/x-amz-json-1.1", "X-Amz-Target",
                             "Comprehend_20171127.DetectKeyPhrases"},
                 .body = body};
}

static ask put(const char *target, const char *body)
{
    return (ask){
        .method = "PUT", .target = target, .service = "s3", .hash_header = true, .body = body};
}

/* ---- the tests ---- */

TEST(a_signed_json_call_is_answered)
{
    fixture *f = start();
    q_str got = tell(f, key_phrases("{\"Text\":\"good day\",\"LanguageCode\":\"en\"}"));

    expect(got, 200, "{\"KeyPhrases\":[{\"Text\":\"good day\"}]}");
    CHECK(q_peer_has(got, "Content-Type: application/x-amz-json-1.1\r\n"));
    CHECK(q_peer_has(got, "x-amzn-RequestId: "));
    stop(f);
}

TEST(a_handlers_error_has_its_name_and_sentence)
{
    fixture *f = start();

    expect(tell(f, key_phrases("{\"Text\":\"too long\",\"LanguageCode\":\"en\"}")), 400,
           "{\"__type\":\"TextSizeLimitExceededException\",\"message\":\"it has 8 bytes\"}");
    stop(f);
}

TEST(an_internal_error_tells_nothing_of_what_it_was)
{
    fixture *f = start();
    q_str got = tell(f, key_phrases("{\"Text\":\"break\",\"LanguageCode\":\"en\"}"));

    expect(got, 500, "InternalServerException");
    CHECK(!q_peer_has(got, "secret path"));
    stop(f);
}

TEST(input_that_breaks_its_constraints_is_refused)
{
    fixture *f = start();

    expect(tell(f, key_phrases("{\"LanguageCode\":\"en\"}")), 400, "InvalidRequestException");
    expect(tell(f, key_phrases("{\"LanguageCode\":")), 400, "SerializationException");
    stop(f);
}

TEST(requests_must_be_signed)
{
    fixture *f = start();
    ask json = key_phrases("{}"), s3_ask = put("/bucket/key", "hello");

    json.service = NULL;
    s3_ask.service = NULL;
    expect(tell(f, json), 400, "MissingAuthenticationTokenException");
    expect(tell(f, s3_ask), 403, "<Code>AccessDenied</Code>");
    CHECK_EQ(f->seen.opened, 0);
    stop(f);
}

TEST(what_waits_for_a_function_leaves_threads_to_what_the_function_asks)
{
    fixture *f = start();
    ask waiting = key_phrases("{\"Text\":\"wait\",\"LanguageCode\":\"en\"}");
    int fd = q_peer_dial(q_server_port(f->server));

    q_peer_say_bytes(fd, request_of(&waiting));
    usleep(50000); /* it may have its thread, or get it later */
    expect(tell(f, put("/bucket/key", "hello")), 200, "ETag");
    expect(q_peer_reply(fd), 200, "wait");
    close(fd);
    stop(f);
}

TEST(requests_must_be_signed_right)
{
    fixture *f = start();
    ask json = key_phrases("{}"), s3_ask = put("/bucket/key", "hello");

    json.secret = s3_ask.secret = "no one's";
    expect(tell(f, json), 400, "InvalidSignatureException");
    expect(tell(f, s3_ask), 403, "<Code>SignatureDoesNotMatch</Code>");
    json.key = s3_ask.key = "AKIAUNKNOWN";
    expect(tell(f, json), 400, "UnrecognizedClientException");
    expect(tell(f, s3_ask), 403, "<Code>InvalidAccessKeyId</Code>");
    json = key_phrases("{}");
    s3_ask = put("/bucket/key", "hello");
    json.when = s3_ask.when = NOW - 16 * 60 * 1000;
    expect(tell(f, json), 400, "InvalidSignatureException");
    expect(tell(f, s3_ask), 403, "<Code>RequestTimeTooSkewed</Code>");
    CHECK_EQ(f->seen.opened, 0);
    stop(f);
}

TEST(a_signature_is_good_for_its_service_only)
{
    fixture *f = start();
    ask a = {.method = "POST",
             .target = "/?Action=GetCallerIdentity&Version=2011-06-15",
             .service = "s3",
             .hash_header = true};

    CHECK(!q_str_starts(tell(f, a), Q_STR("HTTP/1.1 200")));
    stop(f);
}

TEST(unknown_operations_are_named_in_each_protocol)
{
    fixture *f = start();
    ask json = key_phrases("{}");
    ask form = {.method = "POST",
                .target = "/",
                .service = "sts",
                .headers = {"Content-Type", "application/x-www-form-urlencoded"},
                .body = "Action=Other&Version=2011-06-15"};
    ask bucket = {.method = "GET", .target = "/bucket?website", .service = "s3"};

    json.headers[3] = "Comprehend_20171127.Other";
    bucket.hash_header = true;
    expect(tell(f, json), 400, "UnknownOperationException");
    json.service = "rekognition";
    json.headers[3] = "RekognitionService.DetectFaces";
    expect(tell(f, json), 400, "UnknownOperationException");
    expect(tell(f, form), 400, "<Code>InvalidAction</Code>");
    form.service = "sns";
    form.body = "Action=Publish&Version=2010-03-31";
    expect(tell(f, form), 400, "<Code>InvalidAction</Code>");
    expect(tell(f, bucket), 501, "<Code>NotImplemented</Code>");
    bucket.target = "/bucket"; /* in api/, but without a handler here */
    expect(tell(f, bucket), 501, "<Code>NotImplemented</Code>");
    stop(f);
}

static ask visiting(ask a, const char *token)
{
    size_t i = 0;

    while (a.headers[i])
        i += 2;
    a.headers[i] = "X-Amz-Security-Token";
    a.headers[i + 1] = token;
    a.key = TEMPORARY_KEY;
    return a;
}

TEST(visitors_do_what_handlers_let_them)
{
    fixture *f = start();
    ask phrases = key_phrases("{\"Text\":\"good day\",\"LanguageCode\":\"en\"}");
    ask list = {.method = "GET", .target = "/", .service = "s3", .hash_header = true};
    ask form = {.method = "POST",
                .target = "/",
                .service = "sts",
                .headers = {"Content-Type", "application/x-www-form-urlencoded"},
                .body = "Action=GetCallerIdentity&Version=2011-06-15"};

    expect(tell(f, visiting(phrases, "new")), 200, "good day");
    phrases.body = "{\"Text\":\"private\",\"LanguageCode\":\"en\"}";
    expect(tell(f, visiting(phrases, "new")), 400, "AccessDeniedException");
    expect(tell(f, visiting(list, "new")), 403,
           "<Message>The visitor ada is not authorized to perform: s3:ListBuckets</Message>");
    expect(tell(f, visiting(put("/bucket/key", "hello"), "new")), 403, "<Code>AccessDenied</Code>");
    expect(tell(f, visiting(form, "new")), 403, "<Code>AccessDenied</Code>");
    form.hash_header = true;
    expect(tell(f, visiting(form, "new")), 403, "<Code>AccessDenied</Code>");
    /* What is signed for one service is of no use at another. */
    phrases.service = "s3";
    phrases.hash_header = true;
    expect(tell(f, visiting(phrases, "new")), 501, "<Code>NotImplemented</Code>");
    CHECK_EQ(f->seen.opened + f->seen.ran, 0);
    stop(f);
}

TEST(temporary_keys_come_with_their_token)
{
    fixture *f = start();
    ask json = key_phrases("{\"Text\":\"good day\",\"LanguageCode\":\"en\"}"), stolen, bare = json;
    ask list = {.method = "GET", .target = "/", .service = "s3", .hash_header = true};
    ask form = {.method = "POST",
                .target = "/",
                .service = "sts",
                .headers = {"Content-Type", "application/x-www-form-urlencoded"},
                .body = "Action=GetCallerIdentity&Version=2011-06-15"};

    expect(tell(f, visiting(json, "old")), 400, "ExpiredTokenException");
    expect(tell(f, visiting(list, "old")), 400, "<Code>ExpiredToken</Code>");
    expect(tell(f, visiting(json, "forged")), 400, "UnrecognizedClientException");
    expect(tell(f, visiting(list, "forged")), 400, "<Code>InvalidToken</Code>");
    expect(tell(f, visiting(form, "old")), 403, "<Code>ExpiredToken</Code>");
    expect(tell(f, visiting(form, "forged")), 403, "<Code>InvalidClientTokenId</Code>");
    stolen = visiting(json, "new");
    stolen.secret = "no one's";
    expect(tell(f, stolen), 400, "InvalidSignatureException");
    bare.key = TEMPORARY_KEY;
    expect(tell(f, bare), 400, "UnrecognizedClientException");
    stop(f);
}

TEST(a_form_finds_its_operation)
{
    fixture *f = start();
    ask a = {.method = "POST",
             .target = "/",
             .service = "sts",
             .headers = {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
             .body = "Action=GetCallerIdentity&Version=2011-06-15"};

    expect(tell(f, a), 200, "<Account>123456789012</Account>");
    a.service = NULL;
    expect(tell(f, a), 403, "<Code>MissingAuthenticationToken</Code>");
    a.service = "sts";
    a.secret = "no one's";
    expect(tell(f, a), 403, "<Code>SignatureDoesNotMatch</Code>");
    stop(f);
}

TEST(a_body_that_streams_reaches_the_handler)
{
    fixture *f = start();

    expect(tell(f, put("/bucket/a%20key/of%2Fparts", "hello")), 200, "ETag: \"x\"");
    CHECK_STR(f->seen.text, "bucket|a key/of/parts|5|5|none");
    CHECK_EQ(f->seen.bytes, 5);
    stop(f);
}

TEST(a_body_that_is_not_what_was_signed_never_runs)
{
    fixture *f = start();
    ask a = put("/bucket/key", "hello");

    a.payload = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9825";
    expect(tell(f, a), 400, "<Code>XAmzContentSHA256Mismatch</Code>");
    a = put("/bucket/key", "hello");
    a.headers[0] = "Content-MD5";
    a.headers[1] = "XUFAKrxLKna5cZ2REBfFkA==";
    expect(tell(f, a), 400, "<Code>BadDigest</Code>");
    a = put("/bucket/empty", NULL);
    a.payload = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    expect(tell(f, a), 400, "<Code>XAmzContentSHA256Mismatch</Code>");
    CHECK_EQ(f->seen.opened, 3);
    CHECK_EQ(f->seen.ran, 0);
    stop(f);
}

TEST(the_chunked_coding_is_undone_and_hidden)
{
    fixture *f = start();
    ask a = put("/bucket/key", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n");

    a.payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    memcpy(a.headers,
           (const char *[]){"Content-Encoding", "aws-chunked", "x-amz-decoded-content-length", "5",
                            "x-amz-trailer", "x-amz-checksum-crc32"},
           6 * sizeof *a.headers);
    expect(tell(f, a), 200, "");
    CHECK_STR(f->seen.text, "bucket|key|5|5|none");
    a.headers[1] = "aws-chunked, gzip";
    expect(tell(f, a), 200, "");
    CHECK_STR(f->seen.text, "bucket|key|5|5|gzip");
    stop(f);
}

TEST(open_refuses_before_the_body)
{
    fixture *f = start();
    ask a = put("/missing/key", NULL);

    a.payload = "UNSIGNED-PAYLOAD";
    a.length = 2000000000;
    expect(tell(f, a), 404, "<Code>NoSuchBucket</Code>");
    CHECK_EQ(f->seen.bytes, 0);
    stop(f);
}

TEST(a_declared_body_past_the_limit_is_refused_at_once)
{
    fixture *f = start();
    ask a = key_phrases(NULL);

    a.length = 2000000000;
    expect(tell(f, a), 413, "RequestEntityTooLargeException");
    stop(f);
}

TEST(a_body_that_grows_past_the_limit_is_refused)
{
    fixture *f = start();
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    ask a = key_phrases("{}");
    q_str raw = request_of(&a), all;
    size_t at = q_str_find(raw, Q_STR("Content-Length"));

    q_buf_put(&b, q_str_sub(raw, 0, at));
    q_buf_puts(&b, "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n30D40\r\n");
    for (int i = 0; i < 200000; i++)
        q_buf_char(&b, ' ');
    q_buf_puts(&b, "\r\n0\r\n\r\n");
    CHECK_EQ(q_buf_finish(&b, &all, NULL), Q_OK);
    expect(q_peer_ask(q_server_port(f->server), all.p), 413, "RequestEntityTooLargeException");
    stop(f);
}

TEST(a_required_checksum_is_required)
{
    fixture *f = start();
    ask a = {.method = "POST",
             .target = "/bucket?delete",
             .service = "s3",
             .hash_header = true,
             .body = "<Delete><Object><Key>a</Key></Object></Delete>"};

    expect(tell(f, a), 400, "<Code>InvalidRequest</Code>");
    CHECK_EQ(f->seen.ran, 0);
    stop(f);
}

TEST(a_bucket_can_stand_in_the_host_name)
{
    fixture *f = start();
    ask a = put("/key", "hello");

    a.host = "bucket.localhost:8470";
    expect(tell(f, a), 200, "");
    CHECK_STR(f->seen.text, "bucket|key|5|5|none");
    stop(f);
}

TEST(pages_come_before_everything)
{
    fixture *f = start();

    expect(tell(f, (ask){.method = "GET", .target = "/_quern/page"}), 200, "a page");
    stop(f);
}

TEST(other_origins_may_call)
{
    fixture *f = start();
    q_str got = tell(f, (ask){.method = "OPTIONS",
                              .target = "/bot/b/alias/a/user/u/text",
                              .headers = {"Origin", "http://a", "Access-Control-Request-Method",
                                          "POST", "Access-Control-Request-Headers",
                                          "authorization,x-amz-date,amz-sdk-request,cookie"}});
    ask a = key_phrases("{\"Text\":\"x\",\"LanguageCode\":\"en\"}");

    expect(got, 200, "Access-Control-Allow-Origin: *\r\n");
    /* Browsers refuse a second one. */
    CHECK(q_str_find(q_str_sub(got, q_str_find(got, Q_STR("Allow-Origin")) + 1, SIZE_MAX),
                     Q_STR("Allow-Origin")) == SIZE_MAX);
    CHECK(q_peer_has(got, "Allow-Headers: authorization, x-amz-date, amz-sdk-request\r\n"));
    a.headers[4] = "Origin";
    a.headers[5] = "http://a";
    got = tell(f, a);
    expect(got, 200, "Access-Control-Allow-Origin: *\r\n");
    CHECK(q_peer_has(got, ", x-amzn-RequestId"));
    stop(f);
}

static q_code make(const q_service *s)
{
    const q_service *const list[] = {s, NULL};
    q_gateway_config g = {.services = list, .secret = secret_of};
    q_gateway *made = NULL;
    q_code rc = q_gateway_new(&g, &made, NULL);

    q_gateway_free(made);
    return rc;
}

TEST(services_must_be_in_the_tables)
{
    static const q_handler other[] = {{.operation = "Other", .run = nothing_run}};

    CHECK_EQ(make(&s3), Q_OK);
    CHECK_EQ(make(&(q_service){"nothing", other, 1}), Q_INVALID);
    CHECK_EQ(make(&(q_service){"s3", other, 1}), Q_INVALID);
}

TEST_MAIN("wire/gateway")
