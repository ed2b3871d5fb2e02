/* The vectors are the worked examples of the Amazon S3 API Reference,
 * "Authenticating Requests (AWS Signature Version 4)".
 */
#include "wire/sign.h"
#include "base/clock.h"
#include "base/digest.h"
#include "test.h"
#include "wire/canonical.h"

#include <string.h>

#define KEY "AKIAIOSFODNN7EXAMPLE"
#define SECRET Q_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SCOPE KEY "/20130524/us-east-1/s3/aws4_request"

static const int64_t MAY_24 = 1369353600000; /* 2013-05-24T00:00:00Z */

static q_request request(const char *method, const char *target, const q_header *headers, size_t n)
{
    q_request r = {.method = q_str_of(method),
                   .target = q_str_of(target),
                   .headers = headers,
                   .header_count = n,
                   .content_length = -1};

    q_str_cut(r.target, '?', &r.path, &r.query);
    return r;
}

static q_sign_fault verify_as(const q_request *r, q_str path, q_str payload, q_sign_keys *keys)
{
    q_signature s;
    q_err err;
    q_sign_fault fault = q_signature_read(r, q_test_arena(), &s, &err);

    return fault ? fault
                 : q_signature_check(&s, r, path, SECRET, payload, keys, q_test_arena(), &err);
}

static q_sign_fault verify(const q_request *r)
{
    return verify_as(r, r->path, Q_STR(""), NULL);
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

TEST(get_object_of_the_documentation)
{
    q_header h[] = {{Q_STR("Host"), Q_STR("examplebucket.s3.amazonaws.com")},
                    {Q_STR("Range"), Q_STR("bytes=0-9")},
                    {Q_STR("x-amz-content-sha256"), Q_STR(NOTHING)},
                    {Q_STR("x-amz-date"), Q_STR("20130524T000000Z")},
                    {Q_STR("Authorization"),
                     Q_STR("AWS4-HMAC-SHA256 Credential=" SCOPE ",SignedHeaders=host;range;"
                           "x-amz-content-sha256;x-amz-date,Signature="
                           "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")}};
    q_request r = request("GET", "/test.txt", h, COUNT(h));

    CHECK_EQ(verify(&r), Q_SIGN_OK);
    h[1].value = Q_STR("bytes=0-8");
    CHECK_EQ(verify(&r), Q_SIGN_MISMATCH);
}

TEST(put_object_of_the_documentation)
{
    q_header h[] = {{Q_STR("Host"), Q_STR("examplebucket.s3.amazonaws.com")},
                    {Q_STR("Date"), Q_STR("Fri, 24 May 2013 00:00:00 GMT")},
                    {Q_STR("x-amz-date"), Q_STR("20130524T000000Z")},
                    {Q_STR("x-amz-storage-class"), Q_STR("REDUCED_REDUNDANCY")},
                    {Q_STR("x-amz-content-sha256"),
                     Q_STR("44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")},
                    {Q_STR("Authorization"),
                     Q_STR("AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=date;host;"
                           "x-amz-content-sha256;x-amz-date;x-amz-storage-class, Signature="
                           "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")}};
    q_request r = request("PUT", "/test%24file.text", h, COUNT(h));

    CHECK_EQ(verify(&r), Q_SIGN_OK);
    r.path = Q_STR("/test$file.text"); /* spelled otherwise, the same path */
    CHECK_EQ(verify(&r), Q_SIGN_OK);
    h[3].name = Q_STR("x-amz-acl");
    CHECK_EQ(verify(&r), Q_SIGN_UNSIGNED);
}

static void check_list(const char *target, const char *authorization, q_sign_keys *keys)
{
    q_header h[] = {{Q_STR("Host"), Q_STR("examplebucket.s3.amazonaws.com")},
                    {Q_STR("x-amz-date"), Q_STR("20130524T000000Z")},
                    {Q_STR("x-amz-content-sha256"), Q_STR(NOTHING)},
                    {Q_STR("Authorization"), q_str_of(authorization)}};
    q_request r = request("GET", target, h, COUNT(h));

    CHECK_EQ(verify_as(&r, r.path, Q_STR(""), keys), Q_SIGN_OK);
}

#define LIST_AUTH                                                                                  \
    "AWS4-HMAC-SHA256 Credential=" SCOPE                                                           \
    ",SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature="

TEST(queries_of_the_documentation_with_and_without_a_cached_key)
{
    q_sign_keys *keys = q_sign_keys_new();

    CHECK(keys);
    for (int i = 0; i < 3; i++) {
        check_list("/?lifecycle",
                   LIST_AUTH "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
                   keys);
        check_list("/?prefix=J&max-keys=2",
                   LIST_AUTH "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
                   keys);
    }
    q_sign_keys_free(keys);
}

#define PRESIGNED                                                                                  \
    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524"  \
    "%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"             \
    "&X-Amz-SignedHeaders=host&X-Amz-Signature="                                                   \
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"

TEST(presigned_url_of_the_documentation)
{
    q_header h[] = {{Q_STR("Host"), Q_STR("examplebucket.s3.amazonaws.com")}};
    q_request r = request("GET", PRESIGNED, h, COUNT(h));
    q_signature s;

    CHECK_EQ(verify(&r), Q_SIGN_OK);
    CHECK_EQ(q_signature_read(&r, q_test_arena(), &s, NULL), Q_SIGN_OK);
    CHECK_STREQ(s.access_key, KEY);
    CHECK_STREQ(s.region, "us-east-1");
    CHECK_EQ(q_signature_current(&s, MAY_24 + 86399999, NULL), Q_SIGN_OK);
    CHECK_EQ(q_signature_current(&s, MAY_24 + 86400000, NULL), Q_SIGN_EXPIRED);
    CHECK_EQ(q_signature_current(&s, MAY_24 - Q_SIGN_SKEW_MS - 1, NULL), Q_SIGN_SKEWED);
    r.method = Q_STR("PUT");
    CHECK_EQ(verify(&r), Q_SIGN_MISMATCH);
}

TEST(presigned_urls_live_a_week_at_most)
{
    static const char *const bad[] = {"0", "-1", "604801", "x", ""};

    for (size_t i = 0; i < COUNT(bad); i++) {
        q_str target =
            q_str_printf(q_test_arena(),
                         "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/"
                         "20130524/r/s3/aws4_request&X-Amz-Date=20130524T000000Z"
                         "&X-Amz-SignedHeaders=host&X-Amz-Signature=" NOTHING "&X-Amz-Expires=%s",
                         bad[i]);
        q_request r = request("GET", target.p, NULL, 0);

        CHECK_EQ(verify(&r), Q_SIGN_MALFORMED);
    }
}

/* Amazon S3 Developer Guide, "Signing and authenticating REST requests":
 * query string request authentication.
 */
TEST(presigned_url_of_version_2)
{
    q_header h[] = {{Q_STR("Host"), Q_STR("johnsmith.s3.amazonaws.com")}};
    q_request r = request("GET",
                          "/photos/puppy.jpg?AWSAccessKeyId=" KEY "&Expires=1175139620"
                          "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D",
                          h, COUNT(h));
    q_signature s;

    CHECK_EQ(verify_as(&r, Q_STR("/johnsmith/photos/puppy.jpg"), Q_STR(""), NULL), Q_SIGN_OK);
    CHECK_EQ(verify_as(&r, Q_STR("/other/photos/puppy.jpg"), Q_STR(""), NULL), Q_SIGN_MISMATCH);
    CHECK_EQ(q_signature_read(&r, q_test_arena(), &s, NULL), Q_SIGN_OK);
    CHECK_EQ(q_signature_current(&s, 1175139619999, NULL), Q_SIGN_OK);
    CHECK_EQ(q_signature_current(&s, 1175139620000, NULL), Q_SIGN_EXPIRED);
}

/* Whoever reads parameters decodes their names; so does the signature. */
TEST(a_presigned_url_of_version_2_takes_no_parameter_in_disguise)
{
    static const char *const added[] = {
        "uploadId=u",           "upload%49d=u",      "%75ploadId=u", "%74agging",
        "response%2Dexpires=0", "x-amz-acl=private", "x%2damz-acl=", "%58-Amz-Meta-Name=value"};
    q_header h[] = {{Q_STR("Host"), Q_STR("johnsmith.s3.amazonaws.com")}};

    for (size_t i = 0; i < COUNT(added); i++) {
        q_str target = q_str_printf(q_test_arena(),
                                    "/photos/puppy.jpg?AWSAccessKeyId=" KEY "&Expires=1175139620"
                                    "&Signature=NpgCjnDzrM%%2BWFzoENXmpNDUsSn8%%3D&%s",
                                    added[i]);
        q_request r = request("GET", target.p, h, COUNT(h));

        CHECK_EQ(verify_as(&r, Q_STR("/johnsmith/photos/puppy.jpg"), Q_STR(""), NULL),
                 Q_SIGN_MISMATCH);
    }
}

static q_sign_fault read_authorization(const char *text)
{
    q_header h[] = {{Q_STR("Host"), Q_STR("h")},
                    {Q_STR("x-amz-date"), Q_STR("20130524T000000Z")},
                    {Q_STR("x-amz-content-sha256"), Q_STR(NOTHING)},
                    {Q_STR("Authorization"), q_str_of(text)}};
    q_request r = request("GET", "/", h, COUNT(h));
    q_signature s;

    return q_signature_read(&r, q_test_arena(), &s, NULL);
}

TEST(authorization_is_read_strictly)
{
    static const char *const bad[] = {
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential=" SCOPE,
        "AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=host, Signature=12",
        "AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=x-amz-date, Signature=" NOTHING,
        "AWS4-HMAC-SHA256 Credential=A/20130524/r/s3/aws5, SignedHeaders=host, Signature=" NOTHING,
        "AWS4-HMAC-SHA256 Credential=A/r/s3/aws4_request, SignedHeaders=host, Signature=" NOTHING,
        "AWS4-HMAC-SHA256 Credential=/20130524/r/s3/aws4_request, SignedHeaders=host, "
        "Signature=" NOTHING,
        "AWS4-HMAC-SHA256 Credential=A/20130525/r/s3/aws4_request, SignedHeaders=host, "
        "Signature=" NOTHING,
        "AWS4-HMAC-SHA256 Credential=" SCOPE ", Credential=" SCOPE
        ", SignedHeaders=host, Signature=" NOTHING,
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        if (read_authorization(bad[i]) != Q_SIGN_MALFORMED)
            q_test_fail(__FILE__, __LINE__, "taken: %s", bad[i]);
    CHECK_EQ(read_authorization("AWS4-HMAC-SHA256 Signature=" NOTHING
                                ",SignedHeaders=host,Credential=" SCOPE),
             Q_SIGN_OK);
    CHECK_EQ(read_authorization("AWS " KEY ":abc="), Q_SIGN_UNSUPPORTED);
    CHECK_EQ(read_authorization("Bearer x"), Q_SIGN_UNSUPPORTED);
}

TEST(an_unsigned_request_is_no_fault_here)
{
    q_request r = request("GET", "/?list-type=2&prefix=a", NULL, 0);
    q_signature s;

    CHECK_EQ(q_signature_read(&r, q_test_arena(), &s, NULL), Q_SIGN_OK);
    CHECK_EQ(s.form, Q_SIGN_NONE);
}

TEST(a_header_signature_holds_a_quarter_of_an_hour)
{
    q_signature s = {.form = Q_SIGN_HEADER, .signed_ms = MAY_24};
    q_err err;

    s.date = Q_STR("20130524T000000Z");
    CHECK_EQ(q_signature_current(&s, MAY_24 + Q_SIGN_SKEW_MS, &err), Q_SIGN_OK);
    CHECK_EQ(q_signature_current(&s, MAY_24 - Q_SIGN_SKEW_MS, &err), Q_SIGN_OK);
    CHECK_EQ(q_signature_current(&s, MAY_24 + Q_SIGN_SKEW_MS + 1, &err), Q_SIGN_SKEWED);
    CHECK_EQ(q_signature_current(&s, MAY_24 - Q_SIGN_SKEW_MS - 1, &err), Q_SIGN_SKEWED);
}

/* What one side signs the other accepts, whatever the spelling. */
TEST(our_own_signatures_verify)
{
    static const char *const targets[] = {"/", "/a//b/../c d/%7Ex/", "/model/x%2Fy?b=2&a=1&a=%20",
                                          "/x?flag&y=+"};
    static const char *const services[] = {"s3", "lex"};
    q_signer with = {Q_STR(KEY), SECRET, Q_STR("eu-west-1"), Q_STR(""), MAY_24};
    q_err err;

    for (size_t i = 0; i < COUNT(targets) * COUNT(services); i++) {
        q_header h[] = {{Q_STR("Host"), Q_STR("h:1")},
                        {Q_STR("Content-Type"), Q_STR(" a   b ")},
                        {Q_STR("X-Amz-Date"), Q_STR("20130524T000000Z")},
                        {Q_STR("X-Amz-Content-Sha256"), Q_STR(NOTHING)},
                        {Q_STR("Authorization"), Q_STR("")}};
        q_request r = request("POST", targets[i / COUNT(services)], h, COUNT(h));

        with.service = q_str_of(services[i % COUNT(services)]);
        CHECK_EQ(q_sign_request(&r, &with, Q_STR(NOTHING), q_test_arena(), &h[4].value, &err),
                 Q_OK);
        CHECK_EQ(verify(&r), Q_SIGN_OK);
        h[1].value = Q_STR("other");
        CHECK_EQ(verify(&r), Q_SIGN_MISMATCH);
    }
}

TEST(the_hash_of_the_body_stands_in_when_no_header_names_one)
{
    q_signer with = {Q_STR(KEY), SECRET, Q_STR("eu-west-1"), Q_STR("textract"), MAY_24};
    q_header h[] = {{Q_STR("Host"), Q_STR("h")},
                    {Q_STR("X-Amz-Date"), Q_STR("20130524T000000Z")},
                    {Q_STR("Authorization"), Q_STR("")}};
    q_request r = request("POST", "/", h, COUNT(h));
    char hash[65];

    CHECK(q_sha256_hex(Q_STR("{}"), hash));
    CHECK_EQ(q_sign_request(&r, &with, q_str_of(hash), q_test_arena(), &h[2].value, NULL), Q_OK);
    CHECK_EQ(verify_as(&r, r.path, q_str_of(hash), NULL), Q_SIGN_OK);
    CHECK_EQ(verify_as(&r, r.path, Q_STR(NOTHING), NULL), Q_SIGN_MISMATCH);
}

TEST(an_address_of_ours_is_signed)
{
    q_signer with = {Q_STR(KEY), SECRET, Q_STR("eu-west-1"), Q_STR("quern"), MAY_24};
    q_header h[] = {{Q_STR("Host"), Q_STR("h:1")}};
    q_request r = request("GET", "/_quern/export/BOT/Tea/1/Tea.zip", h, COUNT(h));

    CHECK_EQ(q_sign_get(Q_STR("h:1"), r.path, &with, 300, q_test_arena(), &r.query, NULL), Q_OK);
    CHECK_EQ(verify_as(&r, r.path, Q_STR(NOTHING), NULL), Q_SIGN_OK);
    r.path = Q_STR("/_quern/export/BOT/Tea/2/Tea.zip");
    CHECK_EQ(verify_as(&r, r.path, Q_STR(NOTHING), NULL), Q_SIGN_MISMATCH);
}

TEST(too_many_parts_are_refused)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_str query;
    q_err err;

    for (int i = 0; i <= CANONICAL_PARAMETERS; i++)
        q_buf_puts(&b, "a=b&");
    CHECK_EQ(q_buf_finish(&b, &query, &err), Q_OK);
    CHECK_EQ(canonical__query(&b, query, NULL, q_test_arena(), &err), Q_LIMIT);
}

TEST(faults_have_the_names_of_their_protocol)
{
    int status;

    CHECK_STR(q_sign_error(Q_REST_XML, Q_SIGN_HEADER, Q_SIGN_MISMATCH, &status),
              "SignatureDoesNotMatch");
    CHECK_EQ(status, 403);
    CHECK_STR(q_sign_error(Q_REST_XML, Q_SIGN_QUERY, Q_SIGN_EXPIRED, &status), "AccessDenied");
    CHECK_STR(q_sign_error(Q_JSON_1_1, Q_SIGN_HEADER, Q_SIGN_SKEWED, &status),
              "InvalidSignatureException");
    CHECK_EQ(status, 400);
    CHECK_STR(q_sign_error(Q_QUERY, Q_SIGN_HEADER, Q_SIGN_UNKNOWN_KEY, &status),
              "InvalidClientTokenId");
}

TEST_MAIN("wire/sign")
