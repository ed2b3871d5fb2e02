#include "wire/output.h"

#include "base/json.h"
#include "wire/route.h"

#include "test.h"

static q_call call;
static q_reply reply;

static q_str header(const char *name)
{
    for (size_t i = 0; i < reply.header_count; i++)
        if (q_str_is_nocase(reply.headers[i].name, name))
            return reply.headers[i].value;
    return (q_str){NULL, 0};
}

static void begin(const char *api, const char *name)
{
    call = (q_call){.op = q_api_operation_find(q_api_find(q_str_of(api)), q_str_of(name)),
                    .arena = q_test_arena(),
                    .out = q_value_map(q_test_arena()),
                    .request_id = Q_STR("REQ"),
                    .file = -1};
    reply = (q_reply){.arena = q_test_arena(), .file = -1};
    CHECK(call.op != NULL);
}

static q_code end(void)
{
    q_err err;

    return q_output_write(&call, &reply, &err);
}

TEST(output_in_json)
{
    q_value *block;

    begin("textract", "DetectDocumentText");
    q_map_int(q_map_map(call.out, Q_STR("DocumentMetadata")), Q_STR("Pages"), 1);
    block = q_list_map(q_map_list(call.out, Q_STR("Blocks")));
    q_map_str(block, Q_STR("BlockType"), Q_STR("WORD"));
    q_map_double(block, Q_STR("Confidence"), 97.06335449);
    q_map_str(block, Q_STR("Text"), Q_STR("\"a\""));
    q_map_str(block, Q_STR("NoSuchMember"), Q_STR("x"));
    q_map_null(block, Q_STR("TextType"));
    q_map_int(block, Q_STR("Page"), 1);
    CHECK_EQ(end(), Q_OK);
    CHECK_EQ(reply.status, 200);
    CHECK_STREQ(reply.body,
                "{\"DocumentMetadata\":{\"Pages\":1},\"Blocks\":[{\"BlockType\":\"WORD\","
                "\"Confidence\":97.0633544921875,\"Text\":\"\\\"a\\\"\",\"Page\":1}]}");
    CHECK_STREQ(header("content-type"), "application/x-amz-json-1.1");
    CHECK_STREQ(header("x-amzn-requestid"), "REQ");
}

TEST(output_of_whole_numbers_as_floats)
{
    begin("comprehend", "DetectEntities");
    q_map_int(q_list_map(q_map_list(call.out, Q_STR("Entities"))), Q_STR("Score"), 81);
    CHECK_EQ(end(), Q_OK);
    CHECK_STREQ(reply.body, "{\"Entities\":[{\"Score\":81.0}]}");
}

TEST(output_keeps_null_values_of_maps)
{
    q_value *slots;

    begin("lex-runtime", "PostText");
    slots = q_map_map(call.out, Q_STR("slots"));
    q_map_str(slots, Q_STR("a"), Q_STR("1"));
    q_map_null(slots, Q_STR("InvoiceNumber"));
    q_map_null(call.out, Q_STR("message"));
    q_map_double(q_map_map(call.out, Q_STR("nluIntentConfidence")), Q_STR("score"), 0.1);
    CHECK_EQ(end(), Q_OK);
    CHECK_STREQ(reply.body, "{\"slots\":{\"a\":\"1\",\"InvoiceNumber\":null},"
                            "\"nluIntentConfidence\":{\"score\":0.1}}");
    CHECK_STREQ(header("content-type"), "application/json");
}

TEST(output_that_does_not_fit_its_shape_is_an_internal_error)
{
    q_err err;

    begin("textract", "StartDocumentTextDetection");
    q_map_int(call.out, Q_STR("JobId"), 5);
    CHECK_EQ(q_output_write(&call, &reply, &err), Q_INTERNAL);
    CHECK(q_str_has(q_str_of(err.msg), 'S'));
    begin("s3", "PutObject");
    q_map_int(call.out, Q_STR("ETag"), 5);
    CHECK_EQ(end(), Q_INTERNAL);
    begin("s3", "ListBuckets");
    q_map_str(call.out, Q_STR("Owner"), Q_STR("me"));
    CHECK_EQ(end(), Q_INTERNAL);
}

TEST(output_in_query)
{
    begin("sts", "GetCallerIdentity");
    q_map_str(call.out, Q_STR("Account"), Q_STR("000000000000"));
    q_map_str(call.out, Q_STR("UserId"), Q_STR("A&B"));
    CHECK_EQ(end(), Q_OK);
    CHECK_STREQ(reply.body,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<GetCallerIdentityResponse "
                "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                "<GetCallerIdentityResult><UserId>A&amp;B</UserId>"
                "<Account>000000000000</Account></GetCallerIdentityResult>"
                "<ResponseMetadata><RequestId>REQ</RequestId></ResponseMetadata>"
                "</GetCallerIdentityResponse>");
    CHECK_STREQ(header("content-type"), "text/xml");
}

TEST(output_in_s3_lists)
{
    q_value *object, *buckets;

    begin("s3", "ListObjectsV2");
    q_map_str(call.out, Q_STR("Name"), Q_STR("b"));
    object = q_list_map(q_map_list(call.out, Q_STR("Contents")));
    q_map_str(object, Q_STR("Key"), Q_STR("a<b"));
    q_map_time(object, Q_STR("LastModified"), 1500000000.25);
    q_map_int(object, Q_STR("Size"), 7);
    q_map_str(q_list_map(q_map_list(call.out, Q_STR("CommonPrefixes"))), Q_STR("Prefix"),
              Q_STR("p/"));
    q_map_bool(call.out, Q_STR("IsTruncated"), false);
    CHECK_EQ(end(), Q_OK);
    CHECK_STREQ(reply.body,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
                "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated>"
                "<Contents><Key>a&lt;b</Key><LastModified>2017-07-14T02:40:00.250Z</LastModified>"
                "<Size>7</Size></Contents><Name>b</Name><CommonPrefixes><Prefix>p/</Prefix>"
                "</CommonPrefixes></ListBucketResult>");
    CHECK_STREQ(header("content-type"), "application/xml");
    CHECK_STREQ(header("x-amz-request-id"), "REQ");

    begin("s3", "ListBuckets");
    buckets = q_map_list(call.out, Q_STR("Buckets"));
    q_map_str(q_list_map(buckets), Q_STR("Name"), Q_STR("one"));
    q_map_str(q_list_map(buckets), Q_STR("Name"), Q_STR("two"));
    CHECK_EQ(end(), Q_OK);
    CHECK_STREQ(reply.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult "
                            "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets><Bucket>"
                            "<Name>one</Name></Bucket><Bucket><Name>two</Name></Bucket></Buckets>"
                            "</ListAllMyBucketsResult>");
}

TEST(output_of_a_bucket_location_is_unwrapped)
{
    begin("s3", "GetBucketLocation");
    CHECK_EQ(end(), Q_OK);
    CHECK_STREQ(reply.body,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint "
                "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>");
    begin("s3", "GetBucketLocation");
    q_map_str(call.out, Q_STR("LocationConstraint"), Q_STR("eu-west-1"));
    CHECK_EQ(end(), Q_OK);
    CHECK(q_str_ends(reply.body, Q_STR(">eu-west-1</LocationConstraint>")));
}

TEST(output_payload_structure_is_the_root)
{
    begin("s3", "CopyObject");
    q_map_str(q_map_map(call.out, Q_STR("CopyObjectResult")), Q_STR("ETag"), Q_STR("\"e\""));
    q_map_str(call.out, Q_STR("ServerSideEncryption"), Q_STR("AES256"));
    CHECK_EQ(end(), Q_OK);
    CHECK_STREQ(reply.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CopyObjectResult "
                            "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ETag>&quot;e&quot;"
                            "</ETag></CopyObjectResult>");
    CHECK_STREQ(header("x-amz-server-side-encryption"), "AES256");
}

static void fill_object(void)
{
    q_value *meta = q_map_map(call.out, Q_STR("Metadata"));

    q_map_str(meta, Q_STR("one"), Q_STR("1"));
    q_map_str(meta, Q_STR("bad name"), Q_STR("2"));
    q_map_str(meta, Q_STR("two"), Q_STR("x\r\nSet-Cookie: y"));
    q_map_str(call.out, Q_STR("ETag"), Q_STR("\"e\""));
    q_map_str(call.out, Q_STR("ContentType"), Q_STR("image/png"));
    q_map_int(call.out, Q_STR("ContentLength"), 77);
    q_map_time(call.out, Q_STR("LastModified"), 784111777.9);
}

TEST(output_of_an_object_is_headers_and_bytes)
{
    begin("s3", "GetObject");
    fill_object();
    call.payload = Q_STR("bytes");
    call.status = 206;
    CHECK_EQ(end(), Q_OK);
    CHECK_EQ(reply.status, 206);
    CHECK_STREQ(reply.body, "bytes");
    CHECK_STREQ(header("x-amz-meta-one"), "1");
    CHECK_STREQ(header("x-amz-meta-two"), "x  Set-Cookie: y");
    CHECK(header("x-amz-meta-bad name").p == NULL);
    CHECK(header("content-length").p == NULL);
    CHECK_STREQ(header("content-type"), "image/png");
    CHECK_STREQ(header("last-modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK_EQ(reply.file, -1);
}

TEST(output_of_a_file_hands_its_descriptor_on)
{
    begin("s3", "GetObject");
    call.file = 7;
    call.file_offset = 3;
    call.file_length = 9;
    CHECK_EQ(end(), Q_OK);
    CHECK_EQ(reply.file, 7);
    CHECK_EQ(reply.file_offset, 3);
    CHECK_EQ(reply.file_length, 9);
    CHECK_STREQ(header("content-type"), "application/octet-stream");
}

TEST(output_of_head_has_a_length_and_no_body)
{
    begin("s3", "HeadObject");
    fill_object();
    CHECK_EQ(end(), Q_OK);
    CHECK(reply.head_only);
    CHECK_EQ(reply.head_length, 77);
    CHECK_EQ(reply.body.n, 0);
    CHECK_STREQ(header("etag"), "\"e\"");
    CHECK_STREQ(header("content-type"), "image/png");
}

TEST(output_without_content_has_no_body)
{
    begin("s3", "DeleteObject");
    CHECK_EQ(end(), Q_OK);
    CHECK_EQ(reply.status, 204);
    CHECK_EQ(reply.body.n, 0);
    CHECK(header("content-type").p == NULL);
    begin("s3", "CreateBucket");
    q_map_str(call.out, Q_STR("Location"), Q_STR("/b"));
    CHECK_EQ(end(), Q_OK);
    CHECK_EQ(reply.status, 200);
    CHECK_EQ(reply.body.n, 0);
    CHECK_STREQ(header("location"), "/b");
}

TEST(output_that_could_not_be_filled_says_so)
{
    q_arena *small = q_arena_new(600);

    begin("textract", "DetectDocumentText");
    call.out = q_value_map(small);
    for (int i = 0; i < 20; i++)
        q_map_int(call.out, Q_STR("Blocks"), i);
    CHECK_EQ(end(), Q_NOMEM);
    q_arena_free(small);
}

TEST_MAIN("wire/output")
