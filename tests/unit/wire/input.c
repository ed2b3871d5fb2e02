#include "asking.h"

#define DETECT .api = "textract", .operation = "DetectDocumentText"
#define POST_TEXT .api = "lex-runtime", .operation = "PostText"
#define S3(name) .api = "s3", .operation = name
#define XML_SENTENCE                                                                               \
    "The XML you provided was not well-formed or did not validate against our published schema"

TEST(input_reads_json)
{
    CHECK_ASK("{\"Document\":{\"S3Object\":{\"Bucket\":\"abc\",\"Name\":\"k\"}}}", DETECT,
              .body = "{\"Document\":{\"S3Object\":{\"Name\":\"k\",\"Bucket\":\"abc\","
                      "\"Version\":null}},\"Unknown\":[1,{}]}");
    CHECK_ASK("{\"Document\":{\"Bytes\":\"aGk=\"}}", DETECT,
              .body = "{\"Document\":{\"Bytes\":\"aGk=\"}}");
    CHECK_EQ(q_value_at(read_input((ask){DETECT, .body = "{\"Document\":{\"Bytes\":\"aGk=\"}}"}),
                        "Document", "Bytes", NULL)
                 ->kind,
             Q_VALUE_BLOB);
}

TEST(input_takes_the_last_of_two_json_keys)
{
    CHECK_ASK("{\"Document\":{\"Bytes\":\"aGk=\"}}", DETECT,
              .body = "{\"Document\":{\"Bytes\":\"eHg=\"},\"Document\":{\"Bytes\":\"aGk=\"}}");
    CHECK_ASK("{\"botName\":\"B\",\"botAlias\":\"A\",\"userId\":\"me\",\"sessionAttributes\":"
              "{\"b\":\"2\",\"a\":\"3\"},\"inputText\":\"hi\"}",
              POST_TEXT, .path = "/bot/B/alias/A/user/me/text",
              .body = "{\"inputText\":\"hi\",\"sessionAttributes\":{\"a\":\"1\",\"b\":\"2\","
                      "\"a\":\"3\"}}");
}

TEST(input_refuses_json_of_another_type)
{
    CHECK_ASK("SerializationException: NUMBER_VALUE cannot be converted to String at "
              "'document.s3Object.bucket'",
              DETECT, .body = "{\"Document\":{\"S3Object\":{\"Bucket\":5}}}");
    CHECK_ASK("SerializationException: START_ARRAY cannot be converted to a structure at "
              "'document'",
              DETECT, .body = "{\"Document\":[]}");
    CHECK_ASK("SerializationException: STRING_VALUE cannot be converted to Integer at 'maxResults'",
              .api = "textract", .operation = "GetDocumentTextDetection",
              .body = "{\"JobId\":\"a\",\"MaxResults\":\"5\"}");
    CHECK_ASK("SerializationException: NUMBER_VALUE cannot be converted to Integer at 'maxResults'",
              .api = "textract", .operation = "GetDocumentTextDetection",
              .body = "{\"JobId\":\"a\",\"MaxResults\":1.5}");
    CHECK_ASK("SerializationException: NUMBER_VALUE cannot be converted to Integer at 'maxResults'",
              .api = "textract", .operation = "GetDocumentTextDetection",
              .body = "{\"JobId\":\"a\",\"MaxResults\":4294967296}");
    CHECK_ASK("SerializationException: TRUE_VALUE cannot be converted to Blob at 'document.bytes'",
              DETECT, .body = "{\"Document\":{\"Bytes\":true}}");
    CHECK(read_input((ask){DETECT, .body = "{\"Document\":{\"Bytes\":\"a\"}}"}) == NULL);
    CHECK_STR(fault.error, "SerializationException");
}

TEST(input_refuses_what_is_no_json)
{
    static const char *const bad[] = {
        "{", "[]", "\"x\"", "{\"a\":1e400}", "{}{}", "{\"a\":\"\xff\"}", "<a/>"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(read_input((ask){DETECT, .body = bad[i]}) == NULL);
        CHECK_STR(fault.error, "SerializationException");
    }
}

TEST(input_refuses_deep_json)
{
    char deep[300];

    memcpy(deep, "{\"x\":", 5);
    memset(deep + 5, '[', 100);
    memset(deep + 105, ']', 100);
    memcpy(deep + 205, "}", 2);
    CHECK(read_input((ask){DETECT, .body = deep}) == NULL);
    CHECK_STR(fault.error, "SerializationException");
}

TEST(input_takes_an_empty_json_body_for_an_empty_structure)
{
    CHECK_ASK("InvalidParameterException: 1 validation error detected: Value null at 'document' "
              "failed to satisfy constraint: Member must not be null",
              DETECT, .body = "");
}

TEST(input_reads_rest_json_bindings)
{
    CHECK_ASK("{\"botName\":\"My Bot\",\"botAlias\":\"$LATEST\",\"userId\":\"u-1\","
              "\"inputText\":\"hi\"}",
              POST_TEXT, .path = "/bot/My%20Bot/alias/%24LATEST/user/u-1/text",
              .body = "{\"inputText\":\"hi\",\"botName\":\"other\"}");
    CHECK_ASK("BadRequestException: 2 validation errors detected: Value 'u' at 'userId' failed to "
              "satisfy constraint: Member must have length greater than or equal to 2; Value null "
              "at 'inputText' failed to satisfy constraint: Member must not be null",
              POST_TEXT, .path = "/bot/B/alias/A/user/u/text", .body = "{}");
    CHECK_ASK("SerializationException: botName: text that is no UTF-8", POST_TEXT,
              .path = "/bot/%ff/alias/A/user/me/text", .body = "{}");
}

TEST(input_reads_query_forms)
{
    CHECK_ASK("{}", .api = "sts", .operation = "GetCallerIdentity",
              .body = "Action=GetCallerIdentity&Version=2011-06-15&Extra.member.1=x");
    CHECK_ASK("{}", .api = "sts", .operation = "GetCallerIdentity",
              .query = "Action=GetCallerIdentity&Version=2011-06-15");
}

TEST(input_reads_s3_headers_query_and_path)
{
    CHECK_ASK("{\"Bucket\":\"b\",\"ContentLength\":3,\"ContentType\":\"text/plain\","
              "\"Key\":\"a/b +%.txt\",\"Metadata\":{\"one\":\"1\",\"two\":\"zwei\"}}",
              S3("PutObject"), .path = "/b/a/b%20+%25.txt",
              .headers = {"Content-Length", "3", "content-type", "text/plain", "X-Amz-Meta-One",
                          "1", "x-amz-meta-two", "zwei"});
    CHECK_ASK("{\"Bucket\":\"b\",\"EncodingType\":\"url\",\"MaxKeys\":5,\"Prefix\":\"a b/\"}",
              S3("ListObjectsV2"), .path = "/b/",
              .query =
                  "list-type=2&encoding-type=url&max-keys=5&prefix=a+b%2F&x-id=y&fetch-owner=");
    CHECK_ASK("{\"Bucket\":\"b\",\"IfModifiedSince\":784111777.0,\"Key\":\"k\"}", S3("GetObject"),
              .path = "/b/k", .headers = {"if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"});
}

TEST(input_ignores_a_condition_whose_date_is_none)
{
    CHECK_ASK("{\"Bucket\":\"b\",\"Key\":\"k\"}", S3("GetObject"), .path = "/b/k",
              .headers = {"If-Modified-Since", "yesterday"});
}

TEST(input_takes_amz_headers_from_a_presigned_query)
{
    CHECK_ASK("{\"ACL\":\"private\",\"Bucket\":\"b\",\"Key\":\"k\",\"Metadata\":{\"a\":\"1 2\"}}",
              S3("PutObject"), .path = "/b/k",
              .query = "X-Amz-Acl=private&x-amz-meta-A=1%202&X-Amz-Signature=00");
}

TEST(input_leaves_aws_chunked_out_of_the_encoding)
{
    CHECK_ASK("{\"Bucket\":\"b\",\"ContentEncoding\":\"gzip,br\",\"Key\":\"k\"}", S3("PutObject"),
              .path = "/b/k", .headers = {"Content-Encoding", "aws-chunked, gzip ,br"});
    CHECK_ASK("{\"Bucket\":\"b\",\"Key\":\"k\"}", S3("PutObject"), .path = "/b/k",
              .headers = {"Content-Encoding", "AWS-Chunked"});
}

TEST(input_joins_repeated_metadata)
{
    CHECK_ASK("{\"Bucket\":\"b\",\"Key\":\"k\",\"Metadata\":{\"a\":\"1,2\"}}", S3("PutObject"),
              .path = "/b/k", .headers = {"x-amz-meta-a", "1", "X-Amz-Meta-A", "2"});
    CHECK(read_input((ask){S3("PutObject"), .path = "/b/k", .query = "x-amz-meta-a%0d%0a=1"}) ==
          NULL);
    CHECK_STR(fault.error, "InvalidArgument");
}

TEST(input_names_the_bad_argument_in_s3)
{
    CHECK_ASK("InvalidArgument: max-keys: 'abc' is not an integer", S3("ListObjects"), .path = "/b",
              .query = "max-keys=abc");
    CHECK_STREQ(q_value_str(fault.members, Q_STR("ArgumentName"), Q_STR("")), "max-keys");
    CHECK_ASK("InvalidArgument: 1 validation error detected: Value 'x' at 'encodingType' failed to "
              "satisfy constraint: Member must satisfy enum value set: [url]",
              S3("ListObjects"), .path = "/b", .query = "encoding-type=x");
    CHECK_STREQ(q_value_str(fault.members, Q_STR("ArgumentValue"), Q_STR("")), "x");
    CHECK_ASK("InvalidArgument: max-keys: '3000000000' is not an integer within integer range",
              S3("ListObjects"), .path = "/b", .query = "max-keys=3000000000");
}

TEST(input_reads_xml_payloads)
{
    CHECK_ASK("{\"Bucket\":\"b\",\"Delete\":{\"Objects\":[{\"Key\":\"a&b\"},{\"Key\":\" c \","
              "\"VersionId\":\"null\"}],\"Quiet\":true}}",
              S3("DeleteObjects"), .path = "/b", .query = "delete",
              .body = "<?xml version=\"1.0\"?>\n<Delete xmlns=\"http://x/\"><Object><Key>a&amp;b"
                      "</Key><Odd/></Object><Quiet> true </Quiet><!-- --><Object><Key> c </Key>"
                      "<VersionId>null</VersionId></Object></Delete>");
    CHECK_ASK("{\"Bucket\":\"b\",\"Key\":\"k\",\"UploadId\":\"u\",\"MultipartUpload\":{\"Parts\":[{"
              "\"ETag\":\"\\\"e\\\"\",\"PartNumber\":1}]}}",
              S3("CompleteMultipartUpload"), .path = "/b/k", .query = "uploadId=u",
              .body = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;e&#34;"
                      "</ETag></Part></CompleteMultipartUpload>");
    CHECK_ASK(
        "{\"Bucket\":\"b\",\"CreateBucketConfiguration\":{\"LocationConstraint\":\"us-east-1\"}}",
        S3("CreateBucket"), .path = "/b",
        .body = "<CreateBucketConfiguration><LocationConstraint><![CDATA[us-east-1]]>"
                "</LocationConstraint></CreateBucketConfiguration>");
    CHECK_ASK("{\"Bucket\":\"b\"}", S3("CreateBucket"), .path = "/b", .body = "");
}

TEST(input_refuses_xml_that_is_wrong)
{
    static const char *const bad[] = {
        "<Delete><Object><Key>a</Key></Object>",
        "<Remove><Object><Key>a</Key></Object></Remove>",
        "<Delete><Object><Key>a</Key></Object><Quiet>maybe</Quiet></Delete>",
        "<Delete><Object><Key><b/></Key></Object></Delete>",
        "<Delete><Object><VersionId>1</VersionId></Object></Delete>",
        "<Delete><Object><Key></Key></Object></Delete>",
        "<Delete/>",
        "not xml",
        "<Delete><Object><Key>&#0;</Key></Object></Delete>",
        "<Delete><Object><Key>\xff</Key></Object></Delete>",
        ""};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(read_input((ask){S3("DeleteObjects"), .path = "/b", .query = "delete",
                               .body = bad[i]}) == NULL);
        CHECK_STR(fault.error, "MalformedXML");
        CHECK(q_str_starts(said(), Q_STR(XML_SENTENCE)));
    }
}

TEST(input_refuses_a_billion_laughs)
{
    CHECK(
        read_input((ask){
            S3("DeleteObjects"), .path = "/b", .query = "delete",
            .body = "<?xml version=\"1.0\"?><!DOCTYPE Delete [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
                    "\"&a;&a;&a;&a;&a;&a;&a;&a;\">]><Delete><Object><Key>&b;</Key></Object>"
                    "</Delete>"}) == NULL);
    CHECK_STR(fault.error, "MalformedXML");
    CHECK(q_str_ends(said(), Q_STR("XML with a document type")));
    CHECK(read_input((ask){S3("DeleteObjects"), .path = "/b", .query = "delete",
                           .body = "<!DOCTYPE Delete SYSTEM \"file:///etc/passwd\"><Delete/>"}) ==
          NULL);
}

TEST(input_leaves_a_streaming_payload_alone)
{
    const q_value *in = read_input((ask){S3("PutObject"), .path = "/b/k"});

    CHECK(q_value_get(in, Q_STR("Body")) == NULL);
    CHECK(q_input_streams(operation("s3", "PutObject")));
    CHECK(q_input_streams(operation("s3", "UploadPart")));
    CHECK(!q_input_streams(operation("s3", "DeleteObjects")));
    CHECK(!q_input_streams(operation("textract", "DetectDocumentText")));
}

TEST(input_that_does_not_fit_the_arena_is_no_fault_of_the_client)
{
    q_arena *small = q_arena_new(2048);
    q_request req = {.method = Q_STR("POST")};
    q_value *in = NULL;
    q_code rc =
        q_input_read(operation("textract", "DetectDocumentText"), &req, Q_STR("/"),
                     Q_STR("{\"Document\":{\"S3Object\":{\"Bucket\":\"abc\",\"Name\":\"k\"}},"
                           "\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}"),
                     small, &in, &fault);

    CHECK_EQ(rc, Q_NOMEM);
    CHECK(fault.error == NULL);
    q_arena_free(small);
}

TEST_MAIN("wire/input")
