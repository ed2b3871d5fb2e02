#include "wire/route.h"

#include "test.h"

typedef struct ask {
    const char *method, *path, *query, *signing, *form;
    const char *header, *value;
} ask;

static const q_api *api;

static const char *routed(ask a)
{
    static char name[64];
    q_header header = {q_str_of(a.header), q_str_of(a.value)};
    q_request req = {.method = q_str_of(a.method),
                     .path = q_str_of(a.path),
                     .query = q_str_of(a.query),
                     .headers = &header,
                     .header_count = a.header ? 1 : 0};
    const q_api_operation *op =
        q_route(&req, q_str_of(a.signing), q_str_of(a.form), q_str_of(a.path), &api);

    if (!op)
        return "none";
    CHECK(op->api == api);
    CHECK(op->name.n < sizeof name);
    for (size_t i = 0; i <= op->name.n; i++)
        name[i] = i < op->name.n ? op->name.p[i] : 0;
    return name;
}

static const char *s3(const char *method, const char *path, const char *query)
{
    return routed((ask){.method = method, .path = path, .query = query, .signing = "s3"});
}

TEST(route_finds_json_operations_by_target)
{
    CHECK_STR(
        routed((ask){"POST", "/", "", "textract", "", "x-amz-target", "Textract.AnalyzeExpense"}),
        "AnalyzeExpense");
    CHECK_STR(routed((ask){"POST", "/", "", "", "", "X-Amz-Target",
                           "Comprehend_20171127.DetectEntities"}),
              "DetectEntities");
}

TEST(route_names_the_api_of_an_unknown_operation)
{
    CHECK_STR(routed((ask){"POST", "/", "", "textract", "", "X-Amz-Target", "Textract.Nonsense"}),
              "none");
    CHECK_STREQ(api->name, "textract");
    CHECK_STR(routed((ask){"POST", "/", "", "textract", "", NULL, NULL}), "none");
    CHECK_STREQ(api->name, "textract");
    CHECK_STR(routed((ask){"POST", "/", "", "dynamodb", "", "X-Amz-Target", "DynamoDB.GetItem"}),
              "none");
    CHECK(api == NULL);
    CHECK_STR(routed((ask){"POST", "/", "", "comprehend", "", "X-Amz-Target", "Textract.X"}),
              "none");
    CHECK_STREQ(api->name, "comprehend");
    CHECK_STR(routed((ask){"POST", "/", "", "", "", "X-Amz-Target", "nodot"}), "none");
}

TEST(route_finds_query_operations_by_action)
{
    const char *form = "Action=GetCallerIdentity&Version=2011-06-15";

    CHECK_STR(routed((ask){"POST", "/", "", "sts", form, NULL, NULL}), "GetCallerIdentity");
    CHECK_STR(routed((ask){"POST", "/", "", "", form, NULL, NULL}), "GetCallerIdentity");
    CHECK_STR(routed((ask){"GET", "/", form, "sts", "", NULL, NULL}), "GetCallerIdentity");
    CHECK_STR(routed((ask){"POST", "/", "", "sts", "Version=2011-06-15&Action=Nope", NULL, NULL}),
              "none");
    CHECK_STREQ(api->name, "sts");
    CHECK_STR(routed((ask){"POST", "/", "", "sts", "", NULL, NULL}), "none");
    CHECK_STREQ(api->name, "sts");
}

TEST(route_finds_rest_operations_by_path)
{
    CHECK_STR(
        routed((ask){"POST", "/bot/Invoices/alias/prod/user/me/text", "", "lex", "", NULL, NULL}),
        "PostText");
    CHECK_STR(
        routed((ask){"POST", "/bot/Invoices/alias/prod/user/me/text/", "", "lex", "", NULL, NULL}),
        "PostText");
    CHECK_STR(
        routed((ask){"POST", "/bot/Invoices/alias/prod/user/me/text", "", "", "", NULL, NULL}),
        "PostText");
    CHECK_STR(
        routed((ask){"GET", "/bot/Invoices/alias/prod/user/me/text", "", "lex", "", NULL, NULL}),
        "none");
    CHECK(q_str_starts(api->name, Q_STR("lex-"))); /* several APIs sign as lex */
    CHECK_STR(routed((ask){"POST", "/bot//alias/prod/user/me/text", "", "lex", "", NULL, NULL}),
              "none");
}

TEST(route_tells_s3_operations_apart)
{
    CHECK_STR(s3("GET", "/", ""), "ListBuckets");
    CHECK_STR(s3("GET", "/", "x-id=ListBuckets"), "ListBuckets");
    CHECK_STR(s3("PUT", "/b", ""), "CreateBucket");
    CHECK_STR(s3("PUT", "/b/", ""), "CreateBucket");
    CHECK_STR(s3("HEAD", "/b", ""), "HeadBucket");
    CHECK_STR(s3("DELETE", "/b/", ""), "DeleteBucket");
    CHECK_STR(s3("GET", "/b", "encoding-type=url&prefix="), "ListObjects");
    CHECK_STR(s3("GET", "/b/", "list-type=2&encoding-type=url"), "ListObjectsV2");
    CHECK_STR(s3("GET", "/b", "location"), "GetBucketLocation");
    CHECK_STR(s3("GET", "/b/", "location="), "GetBucketLocation");
    CHECK_STR(s3("POST", "/b", "delete"), "DeleteObjects");
    CHECK_STR(s3("POST", "/b/", "delete=&x-id=DeleteObjects"), "DeleteObjects");
    CHECK_STR(s3("GET", "/b", "uploads"), "ListMultipartUploads");
    CHECK_STR(s3("PUT", "/b/k", "x-id=PutObject"), "PutObject");
    CHECK_STR(s3("PUT", "/b/k/", ""), "PutObject");
    CHECK_STR(s3("GET", "/b/a/b/c", ""), "GetObject");
    CHECK_STR(s3("GET", "/b//", ""), "GetObject");
    CHECK_STR(s3("GET", "/b/k", "partNumber=2"), "GetObject");
    CHECK_STR(s3("HEAD", "/b/k", ""), "HeadObject");
    CHECK_STR(s3("DELETE", "/b/k", ""), "DeleteObject");
    CHECK_STR(s3("POST", "/b/k", "uploads"), "CreateMultipartUpload");
    CHECK_STR(s3("PUT", "/b/k", "partNumber=1&uploadId=u"), "UploadPart");
    CHECK_STR(s3("POST", "/b/k", "uploadId=u"), "CompleteMultipartUpload");
    CHECK_STR(s3("DELETE", "/b/k", "uploadId=u"), "AbortMultipartUpload");
    CHECK_STR(s3("GET", "/b/k", "uploadId=u"), "ListParts");
}

TEST(route_tells_copies_by_their_header)
{
    ask copy = {"PUT", "/b/k", "", "s3", "", "x-amz-copy-source", "/a/k"};

    CHECK_STR(routed(copy), "CopyObject");
    copy.query = "uploadId=u&partNumber=3";
    CHECK_STR(routed(copy), "UploadPartCopy");
}

TEST(route_does_not_mistake_a_sub_resource_for_the_resource)
{
    const char *absent[] = {"acl", "versioning", "tagging=", "policy", "%61cl"};

    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        CHECK_STR(s3("GET", "/b", absent[i]), "none");
        CHECK_STREQ(api->name, "s3");
        CHECK_STR(s3("PUT", "/b", absent[i]), "none");
        CHECK_STR(s3("PUT", "/b/k", absent[i]), "none");
    }
    CHECK_STR(s3("PUT", "/b/k", "uploadId=u"), "none");
    CHECK_STR(s3("POST", "/b", ""), "none");
    CHECK_STR(s3("POST", "/b/k", ""), "none");
    CHECK_STR(s3("PATCH", "/b/k", ""), "none");
    CHECK_STREQ(api->name, "s3");
}

TEST(route_takes_unsigned_paths_for_s3)
{
    CHECK_STR(routed((ask){"POST", "/api/2.0/runs/search", "", "", "", NULL, NULL}), "none");
    CHECK_STR(routed((ask){"GET", "/b/k", "AWSAccessKeyId=A", "", "", NULL, NULL}), "GetObject");
    CHECK_STR(routed((ask){"PUT", "/b/k", "acl&AWSAccessKeyId=A", "", "", NULL, NULL}), "none");
    CHECK_STREQ(api->name, "s3");
}

TEST(route_finds_apis_operations_and_errors_by_name)
{
    const q_api *found = q_api_find(Q_STR("s3"));

    CHECK(found != NULL);
    CHECK(q_api_find(Q_STR("s4")) == NULL);
    CHECK(q_api_operation_find(found, Q_STR("PutObject")) != NULL);
    CHECK(q_api_operation_find(found, Q_STR("putobject")) == NULL);
    CHECK_EQ(q_api_error_find(found, Q_STR("NoSuchKey"))->status, 404);
    CHECK(q_api_error_find(NULL, Q_STR("NoSuchKey")) == NULL);
}

TEST_MAIN("wire/route")
