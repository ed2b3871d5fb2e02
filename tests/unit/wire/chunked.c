/* The vectors are the worked examples of the Amazon S3 API Reference: 66,560
 * letters 'a' in chunks of 65,536, with and without a trailer.
 */
#include "wire/chunked.h"
#include "base/buf.h"
#include "test.h"

#include <string.h>

#define SECRET Q_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

static q_signature seed_of(const char *signature)
{
    q_signature s = {.form = Q_SIGN_HEADER,
                     .day = Q_STR("20130524"),
                     .region = Q_STR("us-east-1"),
                     .service = Q_STR("s3"),
                     .date = Q_STR("20130524T000000Z")};

    s.given = q_str_of(signature);
    CHECK(q_sign_key(SECRET, s.day, s.region, s.service, s.key));
    return s;
}

static q_str body_of(const char *const signatures[3], const char *trailers)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    char *a = q_arena_alloc(q_test_arena(), 65536);
    q_str out;

    memset(a, 'a', 65536);
    q_buf_printf(&b, "10000;chunk-signature=%s\r\n", signatures[0]);
    q_buf_put(&b, (q_str){a, 65536});
    q_buf_printf(&b, "\r\n400;chunk-signature=%s\r\n", signatures[1]);
    q_buf_put(&b, (q_str){a, 1024});
    q_buf_printf(&b, "\r\n0;chunk-signature=%s\r\n%s\r\n", signatures[2], trailers);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

static const char *const plain_signatures[] = {
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"};
static const char plain_seed[] = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

static const char *const trailer_signatures[] = {
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"};
static const char trailer_seed[] =
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
#define TRAILERS                                                                                   \
    "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:"                                   \
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"

static q_code collect(void *ctx, q_str bytes)
{
    q_buf_put(ctx, bytes);
    return ((q_buf *)ctx)->rc;
}

/* Decodes in pieces of `step` bytes. */
static q_code decode(q_chunked *c, q_str in, size_t step, q_buf *out, q_fault *fault)
{
    q_sink sink = {collect, out};

    *fault = (q_fault){0};
    for (size_t i = 0; i < in.n; i += step) {
        q_code rc = q_chunked_write(c, q_str_sub(in, i, step), &sink, fault);

        if (rc)
            return rc;
    }
    return q_chunked_end(c, fault);
}

static const char *decode_as(q_chunked_kind kind, const char *seed, q_str in, size_t step,
                             q_buf *out)
{
    q_signature s = seed_of(seed);
    q_chunked *c = q_chunked_new(kind, &s, q_test_arena());
    q_fault fault;

    CHECK(c);
    *out = q_buf_init(q_test_arena(), 1 << 20);
    return decode(c, in, step, out, &fault) ? fault.error : "";
}

TEST(signed_chunks_of_the_documentation_split_anywhere)
{
    static const size_t steps[] = {1, 7, 85, 65536, 1 << 20};
    q_str in = body_of(plain_signatures, "");
    q_buf out;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        CHECK_STR(decode_as(Q_CHUNKED_SIGNED, plain_seed, in, steps[i], &out), "");
        CHECK_EQ(out.n, 66560);
        CHECK(!q_str_has(q_buf_str(&out), 'b') && out.p[0] == 'a' && out.p[66559] == 'a');
    }
}

TEST(signed_trailers_of_the_documentation)
{
    q_str in = body_of(trailer_signatures, TRAILERS);
    q_signature s = seed_of(trailer_seed);
    q_chunked *c = q_chunked_new(Q_CHUNKED_SIGNED_TRAILER, &s, q_test_arena());
    q_buf out = q_buf_init(q_test_arena(), 1 << 20);
    q_fault fault;

    if (decode(c, in, 100, &out, &fault))
        q_test_fail(__FILE__, __LINE__, "%s", fault.err.msg);
    CHECK_EQ(out.n, 66560);
    CHECK_STREQ(q_chunked_trailer(c, Q_STR("X-Amz-Checksum-Crc32c")), "sOO8/Q==");
    CHECK(q_chunked_trailer(c, Q_STR("x-amz-checksum-sha1")).p == NULL);
}

TEST(one_changed_byte_breaks_the_chain)
{
    q_str in = body_of(plain_signatures, "");
    static const size_t where[] = {30, 200, 66000, 0};
    q_buf out;

    for (size_t i = 0; i < sizeof where / sizeof *where; i++) {
        q_str copy = q_str_copy(q_test_arena(), in);
        size_t at = where[i] ? where[i] : in.n - 10;

        ((char *)copy.p)[at] = copy.p[at] == 'a' ? 'b' : 'a';
        CHECK_STR(decode_as(Q_CHUNKED_SIGNED, plain_seed, copy, 1000, &out),
                  "SignatureDoesNotMatch");
    }
    CHECK_STR(decode_as(Q_CHUNKED_SIGNED, trailer_seed, in, 1000, &out), "SignatureDoesNotMatch");
}

TEST(a_changed_trailer_breaks_its_signature)
{
    q_str in = body_of(trailer_signatures, TRAILERS);
    size_t at = q_str_find(in, Q_STR("sOO8"));
    q_buf out;

    ((char *)in.p)[at] = 'S';
    CHECK_STR(decode_as(Q_CHUNKED_SIGNED_TRAILER, trailer_seed, in, 1000, &out),
              "SignatureDoesNotMatch");
}

TEST(a_signed_body_without_its_trailers_signature_is_malformed)
{
    q_str in = body_of(trailer_signatures, "x-amz-checksum-crc32c:sOO8/Q==\r\n");
    q_buf out;

    CHECK_STR(decode_as(Q_CHUNKED_SIGNED_TRAILER, trailer_seed, in, 1000, &out),
              "MalformedTrailerError");
}

static const char *unsigned_result(const char *in, size_t step, q_buf *out)
{
    return decode_as(Q_CHUNKED_TRAILER, plain_seed, q_str_of(in), step, out);
}

TEST(unsigned_chunks_with_a_trailer)
{
    q_buf out;

    for (size_t step = 1; step < 60; step++) {
        CHECK_STR(unsigned_result("5\r\nhello\r\nA\r\n, my\r\n you\r\n0\r\n"
                                  "x-amz-checksum-crc32: AAAAAA==\r\n\r\n",
                                  step, &out),
                  "");
        CHECK_STREQ(q_buf_str(&out), "hello, my\r\n you");
    }
}

TEST(the_last_empty_line_may_be_missing)
{
    q_buf out;

    CHECK_STR(unsigned_result("5\r\nhello\r\n0\r\na:b\r\n", 100, &out), "");
    CHECK_STR(unsigned_result("5\r\nhello\r\n0\r\n", 100, &out), "");
}

TEST(bodies_that_end_early_are_incomplete)
{
    const char *whole = "5\r\nhello\r\n0\r\na:b\r\n\r\n";
    q_buf out;

    for (size_t n = 1; n < 13; n++)
        CHECK_STR(unsigned_result(q_str_cstr(q_test_arena(), (q_str){whole, n}), 100, &out),
                  "IncompleteBody");
    CHECK_STR(unsigned_result("5\r\nhello\r\n0\r\na:", 100, &out), "IncompleteBody");
}

TEST(malformed_chunks_are_named)
{
    q_buf out;
    q_str text;
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);

    CHECK_STR(unsigned_result("x\r\nhello", 100, &out), "InvalidChunkSizeError");
    CHECK_STR(unsigned_result("-1\r\nhello", 100, &out), "InvalidChunkSizeError");
    CHECK_STR(unsigned_result("\r\n", 100, &out), "InvalidChunkSizeError");
    CHECK_STR(unsigned_result("fffffffffffffffff\r\n", 100, &out), "InvalidChunkSizeError");
    CHECK_STR(unsigned_result("3\r\nhello\r\n", 100, &out), "InvalidChunkSizeError");
    CHECK_STR(unsigned_result("0\r\nno colon\r\n", 100, &out), "MalformedTrailerError");
    CHECK_STR(unsigned_result("0\r\n\r\nmore", 100, &out), "InvalidRequest");
    CHECK_STR(decode_as(Q_CHUNKED_SIGNED, plain_seed, Q_STR("5\r\nhello"), 100, &out),
              "InvalidChunkSizeError");
    for (int i = 0; i < 2000; i++)
        q_buf_char(&b, '1');
    CHECK_EQ(q_buf_finish(&b, &text, NULL), Q_OK);
    CHECK_STR(unsigned_result(text.p, 100, &out), "InvalidRequest");
}

TEST(trailers_are_bounded_in_number)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20), out;
    q_str text;

    q_buf_puts(&b, "0\r\n");
    for (int i = 0; i < 40; i++)
        q_buf_printf(&b, "a%d:b\r\n", i);
    CHECK_EQ(q_buf_finish(&b, &text, NULL), Q_OK);
    CHECK_STR(unsigned_result(text.p, 100, &out), "MalformedTrailerError");
}

static q_code refuse(void *ctx, q_str bytes)
{
    (void)ctx, (void)bytes;
    return Q_IO;
}

TEST(what_the_sink_says_ends_it)
{
    q_chunked *c = q_chunked_new(Q_CHUNKED_TRAILER, NULL, q_test_arena());
    q_sink sink = {refuse, NULL};
    q_fault fault = {0};

    CHECK_EQ(q_chunked_write(c, Q_STR("5\r\nhello\r\n"), &sink, &fault), Q_IO);
    CHECK(fault.error == NULL);
}

TEST(kinds_have_their_names)
{
    q_chunked_kind kind;

    CHECK(q_chunked_kind_of(Q_STR("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), &kind));
    CHECK_EQ(kind, Q_CHUNKED_TRAILER);
    CHECK(!q_chunked_kind_of(Q_STR("UNSIGNED-PAYLOAD"), &kind));
}

TEST_MAIN("wire/chunked")
