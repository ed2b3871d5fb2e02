#include "wire/payload.h"
#include "base/buf.h"
#include "test.h"

#include <string.h>

#define HELLO_SHA256 "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static q_code collect(void *ctx, q_str bytes)
{
    q_buf_put(ctx, bytes);
    return ((q_buf *)ctx)->rc;
}

typedef struct result {
    const char *error; /* "" when all is well */
    q_str body, sha256;
} result;

static result receive_as(const q_header *headers, size_t n, q_str payload, q_str body,
                         int64_t length, bool of_body)
{
    q_request r = {.headers = headers, .header_count = n, .content_length = length};
    q_signature s = {.form = Q_SIGN_HEADER, .payload = payload, .given = Q_STR(HELLO_SHA256)};
    q_buf out = q_buf_init(q_test_arena(), 1 << 16);
    q_sink sink = {collect, &out};
    q_fault fault = {0};
    q_payload *p = NULL;
    q_code rc = q_payload_new(&r, &s, of_body, q_test_arena(), &p, &fault);

    for (size_t i = 0; !rc && i < body.n; i += 3)
        rc = q_payload_write(p, q_str_sub(body, i, 3), &sink, &fault);
    if (!rc)
        rc = q_payload_end(p, &fault);
    return (result){rc ? fault.error : "", q_buf_str(&out), p ? q_payload_sha256(p) : Q_STR("")};
}

static const char *receive(const char *name, const char *value, q_str body)
{
    q_header h = {q_str_of(name), q_str_of(value)};

    return receive_as(&h, 1, Q_STR("UNSIGNED-PAYLOAD"), body, (int64_t)body.n, true).error;
}

TEST(checksums_in_headers_are_verified)
{
    static const char *const good[][2] = {
        {"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="},
        {"x-amz-checksum-crc32", "NhCmhg=="},
        {"X-Amz-Checksum-Crc32c", "mnG7TA=="},
        {"x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="},
        {"x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK_STR(receive(good[i][0], good[i][1], Q_STR("hello")), "");
        CHECK_STR(receive(good[i][0], good[i][1], Q_STR("hellO")), "BadDigest");
    }
}

TEST(checksums_that_cannot_be_read_are_refused)
{
    CHECK_STR(receive("Content-MD5", "abc", Q_STR("hello")), "InvalidDigest");
    CHECK_STR(receive("Content-MD5", "NhCmhg==", Q_STR("hello")), "InvalidDigest");
    CHECK_STR(receive("x-amz-checksum-crc32", "XUFAKrxLKna5cZ2REBfFkg==", Q_STR("hello")),
              "InvalidRequest");
}

TEST(checksums_of_something_else_are_left_alone)
{
    q_header h = {Q_STR("x-amz-checksum-crc32"), Q_STR("AAAAAA==")};

    CHECK_STR(receive_as(&h, 1, Q_STR("UNSIGNED-PAYLOAD"), Q_STR("hello"), 5, false).error, "");
}

TEST(the_signed_hash_is_verified)
{
    CHECK_STR(receive_as(NULL, 0, Q_STR(HELLO_SHA256), Q_STR("hello"), 5, true).error, "");
    CHECK_STR(receive_as(NULL, 0, Q_STR(HELLO_SHA256), Q_STR("hellO"), 5, true).error,
              "XAmzContentSHA256Mismatch");
    CHECK_STR(receive_as(NULL, 0, Q_STR("nonsense"), Q_STR("hello"), 5, true).error,
              "InvalidArgument");
}

TEST(the_hash_is_computed_where_the_signature_needs_it)
{
    CHECK_STREQ(receive_as(NULL, 0, Q_STR(""), Q_STR("hello"), -1, true).sha256, HELLO_SHA256);
    CHECK_STREQ(receive_as(NULL, 0, Q_STR("UNSIGNED-PAYLOAD"), Q_STR("hello"), -1, true).sha256,
                "");
}

TEST(short_and_long_bodies_are_incomplete)
{
    CHECK_STR(receive_as(NULL, 0, Q_STR("UNSIGNED-PAYLOAD"), Q_STR("hello"), 6, true).error,
              "IncompleteBody");
    CHECK_STR(receive_as(NULL, 0, Q_STR("UNSIGNED-PAYLOAD"), Q_STR("hello"), 4, true).error,
              "IncompleteBody");
}

static result receive_chunked(const char *length, const char *trailer, const char *body)
{
    q_header h[] = {{Q_STR("x-amz-decoded-content-length"), q_str_of(length)},
                    {Q_STR("x-amz-trailer"), q_str_of(trailer)}};

    return receive_as(length ? h : h + 1, length ? 2 : 1,
                      Q_STR("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), q_str_of(body), 999, true);
}

TEST(trailers_are_verified)
{
    const char *name = "x-amz-checksum-crc32";
    result r =
        receive_chunked("5", name, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n");

    CHECK_STR(r.error, "");
    CHECK_STREQ(r.body, "hello");
    CHECK_STR(receive_chunked("5", name, "5\r\nhellO\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n")
                  .error,
              "BadDigest");
    CHECK_STR(receive_chunked("5", name, "5\r\nhello\r\n0\r\n\r\n").error, "MalformedTrailerError");
    CHECK_STR(receive_chunked("5", "x-amz-other", "").error, "InvalidRequest");
}

TEST(the_decoded_length_is_verified)
{
    const char *name = "x-amz-checksum-crc32",
               *body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";

    CHECK_STR(receive_chunked("6", name, body).error, "IncompleteBody");
    CHECK_STR(receive_chunked("4", name, body).error, "IncompleteBody");
    CHECK_STR(receive_chunked("-4", name, body).error, "InvalidRequest");
    CHECK_STR(receive_chunked(NULL, name, body).error, "MissingContentLength");
}

TEST_MAIN("wire/payload")
