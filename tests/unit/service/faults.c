/* Fault sweeps: one request of every operation, from its head to its reply,
 * with ever less memory taken away until it succeeds.
 *
 *     arena   the request's arena has 0 bytes, a few, ... as many as it needs
 *     heap    the 1st, 2nd, ... allocation of the program, of SQLite and of
 *             libxml2 fails
 *
 * Each run ends in the whole reply or in an error that blames the server, and
 * leaves the store whole. The sanitizers see to the leaks.
 */
#include "faults.h"

#include "../document/sample.h"
#include "base/encode.h"
#include "base/log.h"
#include "service/lex_archive.h"
#include "service/lex_bots.h"
#include "service/picture.h"
#include "service/reader.h"
#include "service/searchable.h"
#include "service/services.h"
#include "serving/host.h"
#include "store/record.h"
#include "store/search.h"

#include <stdio.h>
#include <string.h>

enum { MOST_ARENA = 64 << 20, MOST_ALLOCATIONS = 20000 };

static const char BOT[] =
    "{\"resource\":{\"name\":\"Tea\",\"clarificationPrompt\":{\"messages\":[{\"contentType\":"
    "\"PlainText\",\"content\":\"What?\"}],\"maxAttempts\":2},\"intents\":[{\"name\":\"Order\","
    "\"sampleUtterances\":[\"I want tea\",\"{Cups} cups of tea\"],\"fulfillmentActivity\":"
    "{\"type\":\"ReturnIntent\"},\"slots\":[{\"name\":\"Cups\",\"slotType\":\"AMAZON.NUMBER\","
    "\"slotConstraint\":\"Required\",\"valueElicitationPrompt\":{\"messages\":[{\"contentType\":"
    "\"PlainText\",\"content\":\"How many cups?\"}],\"maxAttempts\":2}}]}]}}";

/* ---- the requests ---- */

#define ASK(m, t, name, value, body)                                                               \
    {                                                                                              \
        "s3", m, t, {name, value}, body                                                            \
    }
#define S3(m, t) ASK(m, t, NULL, NULL, Q_STR_INIT(""))
#define S3_WITH(m, t, name, value) ASK(m, t, name, value, Q_STR_INIT(""))
#define S3_BODY(m, t, body) ASK(m, t, NULL, NULL, Q_STR_INIT(body))
#define S3_BODY_WITH(m, t, body, name, value) ASK(m, t, name, value, Q_STR_INIT(body))
#define SAY(text) Q_STR_INIT("{\"inputText\":\"" text "\"}")
#define JSON_11 "Content-Type", "application/x-amz-json-1.1", "X-Amz-Target"

#define MAKE S3("PUT", "/bucket")
#define PUT S3_BODY_WITH("PUT", "/bucket/key", "hello", "Content-Type", "text/plain")
#define PUT_OTHER S3_BODY("PUT", "/bucket/other", "hello")
#define BEGIN S3_WITH("POST", "/bucket/key?uploads", "x-amz-meta-a", "b")
#define PART S3_BODY("PUT", "/bucket/key?partNumber=1&uploadId={upload}", "hello")
#define END S3("DELETE", "/bucket/key?uploadId={upload}")
#define COMPLETE                                                                                   \
    S3_BODY("POST", "/bucket/key?uploadId={upload}",                                               \
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"                      \
            "5d41402abc4b2a76b9719d911017c592</ETag></Part></CompleteMultipartUpload>")

static const fault_case s3_cases[] = {
    {"ListBuckets", S3("GET", "/")},
    {"CreateBucket", S3("PUT", "/made"), {S3("PUT", "/made"), S3("DELETE", "/made")}},
    {"HeadBucket", S3("HEAD", "/bucket")},
    {"GetBucketLocation", S3("GET", "/bucket?location")},
    {"DeleteBucket", S3("DELETE", "/made"), {S3("PUT", "/made")}},
    {"PutObject", PUT},
    {"GetObject", S3("GET", "/bucket/key"), {PUT}},
    {"HeadObject", S3("HEAD", "/bucket/key"), {PUT}},
    {"GetObjectTagging", S3("GET", "/bucket/key?tagging"), {PUT}},
    {"CopyObject", S3_WITH("PUT", "/bucket/copy", "x-amz-copy-source", "/bucket/key"), {PUT}},
    {"DeleteObject", S3("DELETE", "/bucket/key"), {PUT}},
    {"DeleteObjects",
     S3_BODY_WITH(
         "POST", "/bucket?delete",
         "<Delete><Object><Key>key</Key></Object><Object><Key>other</Key></Object></Delete>",
         "x-amz-checksum-crc32", "hR4ooA=="),
     {PUT, PUT_OTHER}},
    {"ListObjects", S3("GET", "/bucket"), {PUT, PUT_OTHER}},
    {"ListObjectsV2", S3("GET", "/bucket?list-type=2&delimiter=t"), {PUT, PUT_OTHER}},
    {"CreateMultipartUpload", BEGIN, {BEGIN, END}},
    {"ListMultipartUploads", S3("GET", "/bucket?uploads")},
    {"UploadPart", PART, {BEGIN}},
    {"UploadPartCopy",
     S3_WITH("PUT", "/bucket/key?partNumber=1&uploadId={upload}", "x-amz-copy-source",
             "/bucket/other"),
     {PUT_OTHER, BEGIN}},
    {"CompleteMultipartUpload", COMPLETE, {BEGIN, PART}},
    {"AbortMultipartUpload", END, {BEGIN, PART}},
    {"ListParts", S3("GET", "/bucket/key?uploadId={upload}"), {BEGIN, PART}},
};

/* A document that was read, for a search to find. */
static void indexed(bench *b)
{
    q_search_box box = {0.5F, 0.5F, 0.25F, 0.25F};
    q_search_page page = {Q_STR("needle"), &box, 1};
    q_search_field field = {.type = Q_STR("TOTAL"),
                            .label = Q_STR("Total"),
                            .value = Q_STR("$9"),
                            .page = 1,
                            .has_number = true,
                            .number = 9,
                            .day = {"", 0}};
    q_search_document d = {Q_STR("s3://a/b"), Q_STR("1"), &page, 1, &field, 1};

    CHECK_EQ(q_search_put(bench_app(b)->catalog, &d, 1, NULL), Q_OK);
}

#define TEA_ASKED                                                                                  \
    {                                                                                              \
        "lex", "POST", "/bot/Tea/alias/%24LATEST/user/ada/session",                                \
            {"Content-Type", "application/json"},                                                  \
            Q_STR_INIT(                                                                            \
                "{\"dialogAction\":{\"type\":\"ElicitSlot\",\"intentName\":\"Order\","             \
                "\"slotToElicit\":\"Cups\"},\"activeContexts\":[{\"name\":\"a\",\"timeToLive\":{"  \
                "\"turnsToLive\":2},\"parameters\":{\"b\":\"c\"}}]}")                              \
    }

static const fault_case other_cases[] = {
    {"SearchDocuments",
     {"quern", "GET", "/_quern/search?q=needle%20total%3E5", {NULL, NULL}, Q_STR_INIT("")},
     .set = indexed},
    {"GetCallerIdentity",
     {"sts",
      "POST",
      "/",
      {"Content-Type", "application/x-www-form-urlencoded"},
      Q_STR_INIT("Action=GetCallerIdentity&Version=2011-06-15")}},
    {"GetId",
     {"cognito-identity",
      "POST",
      "/",
      {JSON_11, "AWSCognitoIdentityService.GetId"},
      Q_STR_INIT("{\"IdentityPoolId\":\"us-east-1:00\"}")}},
    {"GetCredentialsForIdentity",
     {"cognito-identity",
      "POST",
      "/",
      {JSON_11, "AWSCognitoIdentityService.GetCredentialsForIdentity"},
      Q_STR_INIT("{\"IdentityId\":\"{identity}\"}")},
     {{"cognito-identity",
       "POST",
       "/",
       {JSON_11, "AWSCognitoIdentityService.GetId"},
       Q_STR_INIT("{\"IdentityPoolId\":\"us-east-1:00\"}")}}},
    {"PostText",
     {"lex",
      "POST",
      "/bot/Tea/alias/%24LATEST/user/ada/text",
      {"Content-Type", "application/json"},
      SAY("I want tea")},
     {{"lex",
       "POST",
       "/bot/Tea/alias/%24LATEST/user/ada/text",
       {"Content-Type", "application/json"},
       SAY("2 cups of tea")}}},
    {"PostContent",
     {"lex",
      "POST",
      "/bot/Tea/alias/%24LATEST/user/ada/content",
      {"Content-Type", "text/plain; charset=utf-8", "x-amz-lex-session-attributes", "eyJhIjoiYiJ9"},
      Q_STR_INIT("I want tea")}},
    {"GetSession",
     {"lex", "GET", "/bot/Tea/alias/%24LATEST/user/ada/session/", {NULL, NULL}, Q_STR_INIT("")},
     {TEA_ASKED}},
    {"PutSession", TEA_ASKED, {TEA_ASKED}},
    {"DeleteSession",
     {"lex", "DELETE", "/bot/Tea/alias/%24LATEST/user/ada/session", {NULL, NULL}, Q_STR_INIT("")},
     {TEA_ASKED}},
};

/* ---- the sweeps ---- */

static void prepare(bench *b, const fault_case *c)
{
    if (c->set)
        c->set(b);
    for (size_t i = 0; i < PREPARING && c->before[i].service; i++)
        bench_do(b, &c->before[i]);
}

/* Says what is wrong with a run that is neither whole nor an error of ours. */
static bool complain(const fault_case *c, const char *sweep, size_t at, const told *got)
{
    if (got->replied && got->status >= 500)
        return false;
    printf("# %s, %s %zu: %s %d, %zu bytes: %.*s\n", c->operation, sweep, at,
           got->replied ? "status" : "no reply,", got->status, got->body.n, Q_ARG(got->body));
    return true;
}

/* A moment has up to four characters fewer where its thousandths end in zeros. */
static bool as_long(q_str want, q_str got)
{
    return got.n <= want.n + 4 && want.n <= got.n + 4;
}

static bool as_good(const told *want, const told *got)
{
    return got->replied && got->status == want->status && as_long(want->body, got->body) &&
           got->file_length == want->file_length;
}

/* Both return how many runs were wrong. */
static size_t sweep_arena(bench *b, const fault_case *c, const told *want)
{
    size_t limit = 0, count, wrong = 0;
    bool done = false;

    while (!done && limit < MOST_ARENA) {
        told got;

        prepare(b, c);
        got = bench_ask(b, &c->ask, limit, 0, &count);
        done = as_good(want, &got);
        wrong += !done && complain(c, "arena of", limit, &got);
        bench_check(b);
        limit += c->slow ? 64 + limit / 2 : 16 + limit / 32;
    }
    CHECK(done);
    return wrong;
}

static size_t sweep_heap(bench *b, const fault_case *c, const told *want)
{
    size_t nth = 0, count, wrong = 0;

    do { /* until there are fewer than that */
        told got;

        nth += c->slow ? 1 + nth / 4 : 1 + nth / 64;
        prepare(b, c);
        got = bench_ask(b, &c->ask, MOST_ARENA, nth, &count);
        wrong += !as_good(want, &got) && complain(c, "allocation", nth, &got);
        bench_check(b);
    } while (count >= nth && nth < MOST_ALLOCATIONS);
    CHECK(count < nth);
    return wrong;
}

static size_t sweep(bench *b, const fault_case *c)
{
    size_t wrong;
    told want;

    prepare(b, c);
    want = bench_do(b, &c->ask);
    wrong = sweep_arena(b, c, &want) + sweep_heap(b, c, &want);
    prepare(b, c);
    bench_do(b, &c->ask);
    return wrong;
}

static bench *opened(void)
{
    static const ask make = MAKE, put = PUT;
    bench *b = bench_open();
    q_bot_stored stored;

    q_log_set_level(Q_LOG_OFF);
    CHECK_EQ(q_bot_store(bench_app(b)->catalog, q_str_of(BOT), Q_STR(""), 1, &stored, NULL), Q_OK);
    bench_do(b, &make);
    bench_do(b, &put);
    return b;
}

static void sweep_all(const fault_case *cases, size_t n)
{
    bench *b = opened();
    size_t wrong = 0;

    for (size_t i = 0; i < n; i++)
        wrong += sweep(b, &cases[i]);
    CHECK_EQ(wrong, 0);
}

TEST(buckets_and_objects_survive_a_lack_of_memory)
{
    sweep_all(s3_cases, sizeof s3_cases / sizeof *s3_cases);
}

TEST(texts_and_bots_survive_a_lack_of_memory)
{
    sweep_all(other_cases, sizeof other_cases / sizeof *other_cases);
    sweep_all(faults_lex_v2, faults_lex_v2_count);
}

static ask textract(const char *target, const char *body)
{
    return (ask){"textract", "POST", "/", {JSON_11, target}, q_str_of(body)};
}

/* A request's JSON around the Bytes of a page with such content. */
static const char *bytes_in(const char *head, const char *content, const char *tail)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_str out;

    q_buf_puts(&b, head);
    q_buf_base64(&b, sample_text_pdf(content, 1, ""));
    q_buf_puts(&b, tail);
    q_buf_char(&b, 0);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out.p;
}

static const char *document(void)
{
    return bytes_in("{\"Document\":{\"Bytes\":\"",
                    "BT /F1 16 Tf 20 170 Td (Invoice 7731) Tj 0 -30 Td (Total: $12.00) Tj ET",
                    "\"}}");
}

static const char *card(void)
{
    return bytes_in("{\"DocumentPages\":[{\"Bytes\":\"",
                    "BT /F1 9 Tf 20 170 Td (I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<) Tj 0 -30 Td "
                    "(D231458907UTO7408122F1204159<<<<<<<6) Tj ET",
                    "\"}]}");
}

TEST(documents_survive_a_lack_of_memory)
{
    static const char where[] =
        "{\"DocumentLocation\":{\"S3Object\":{\"Bucket\":\"bucket\",\"Name\":\"key\"}}}";
    static const char where_layout[] =
        "{\"DocumentLocation\":{\"S3Object\":{\"Bucket\":\"bucket\",\"Name\":\"key\"}},"
        "\"FeatureTypes\":[\"LAYOUT\"],\"OutputConfig\":{\"S3Bucket\":\"bucket\"}}";
    ask start = textract("Textract.StartDocumentTextDetection", where);
    ask analyse = textract("Textract.StartDocumentAnalysis", where_layout);
    ask spend = textract("Textract.StartExpenseAnalysis", where);
    q_str plain = q_str_of(document());
    q_str layout =
        q_str_printf(q_test_arena(), "%.*s,\"FeatureTypes\":[\"TABLES\",\"FORMS\",\"LAYOUT\"]}",
                     (int)plain.n - 1, plain.p);
    ask put = {"s3", "PUT", "/bucket/page", {NULL}, sample_text_pdf(SAMPLE_INVOICE, 1, "")};
    const fault_case cases[] = {
        {"DetectDocumentText", textract("Textract.DetectDocumentText", document()), .slow = true},
        {"AnalyzeDocument", textract("Textract.AnalyzeDocument", layout.p), .slow = true},
        {"AnalyzeExpense", textract("Textract.AnalyzeExpense", document()), .slow = true},
        {"AnalyzeID", textract("Textract.AnalyzeID", card()), .slow = true},
        {"StartDocumentTextDetection", start},
        {"GetDocumentTextDetection",
         textract("Textract.GetDocumentTextDetection", "{\"JobId\":\"{job}\"}"),
         {start}},
        {"StartDocumentAnalysis", analyse},
        {"GetDocumentAnalysis",
         textract("Textract.GetDocumentAnalysis", "{\"JobId\":\"{job}\"}"),
         {analyse}},
        {"StartExpenseAnalysis", spend},
        {"GetExpenseAnalysis",
         textract("Textract.GetExpenseAnalysis", "{\"JobId\":\"{job}\"}"),
         {spend}},
        {"GetPagePicture",
         {"quern", "GET", "/_quern/picture/bucket/page?width=90", {NULL}, Q_STR_INIT("")},
         {put},
         .slow = true},
        {"GetSearchablePdf",
         {"quern", "GET", "/_quern/pdf/bucket/page", {NULL}, Q_STR_INIT("")},
         {put},
         .slow = true},
    };

    sweep_all(cases, sizeof cases / sizeof *cases);
}

/* ---- models ---- */

/* y = Relu(x), [N, 2], as ONNX. */
static const char MODEL[] =
    "\010\010:\077\012\016\012\001x\022\001y\042\004Relu:\000\022\001gZ\024\012\001x\022\017"
    "\012\015\010\001\022\011\012\003\022\001N\012\002\010\002b\024\012\001y\022\017\012\015"
    "\010\001\022\011\012\003\022\001N\012\002\010\002B\004\012\000\020\015";

#define SM(operation, body)                                                                        \
    {                                                                                              \
        "sagemaker", "POST", "/", {JSON_11, "SageMaker." operation}, Q_STR_INIT(body)              \
    }
#define ROLE "\"ExecutionRoleArn\":\"arn:aws:iam::000000000000:role/any\""
#define MAKE_MODEL                                                                                 \
    SM("CreateModel", "{\"ModelName\":\"m\"," ROLE                                                 \
                      ",\"PrimaryContainer\":{\"ModelDataUrl\":\"s3://bucket/key\"}}")
#define MAKE_CONFIG                                                                                \
    SM("CreateEndpointConfig", "{\"EndpointConfigName\":\"c\",\"ProductionVariants\":[{"           \
                               "\"VariantName\":\"v\",\"ModelName\":"                              \
                               "\"m\",\"InitialInstanceCount\":1}]}")

static void forget(bench *b, const char *space, const char *key)
{
    bool existed;

    CHECK_EQ(q_record_delete(bench_app(b)->catalog, q_str_of(space), q_str_of(key), &existed, NULL),
             Q_OK);
}

static void without_records(bench *b)
{
    forget(b, "sagemaker-model", "m");
    forget(b, "sagemaker-config", "c");
    forget(b, "sagemaker-endpoint", "e");
}

/* The endpoint e as its job leaves it. */
static void in_service(bench *b)
{
    static const char doc[] =
        "{\"CreatedMs\":1,\"ModifiedMs\":1,\"Status\":\"InService\",\"ConfigName\":\"c\","
        "\"Deployment\":"
        "\"d\",\"Variants\":[{\"VariantName\":\"v\",\"ModelName\":\"m\",\"Bucket\":\"bucket\","
        "\"Key\":"
        "\"model\",\"Weight\":1.0,\"Instances\":1,\"Threads\":1,\"MaxBatch\":16,\"MaxWaitMs\":0,"
        "\"OpenTimeoutMs\":60000,\"RunTimeoutMs\":60000}]}";

    without_records(b);
    CHECK_EQ(q_record_put(bench_app(b)->catalog, Q_STR("sagemaker-endpoint"), Q_STR("e"),
                          q_str_of(doc), 1, 0, NULL),
             Q_OK);
}

static const fault_case model_cases[] = {
    {"CreateModel", MAKE_MODEL, .set = without_records},
    {"DescribeModel",
     SM("DescribeModel", "{\"ModelName\":\"m\"}"),
     {MAKE_MODEL},
     .set = without_records},
    {"ListModels", SM("ListModels", "{}"), {MAKE_MODEL}, .set = without_records},
    {"DeleteModel",
     SM("DeleteModel", "{\"ModelName\":\"m\"}"),
     {MAKE_MODEL},
     .set = without_records},
    {"CreateEndpointConfig", MAKE_CONFIG, {MAKE_MODEL}, .set = without_records},
    {"DescribeEndpointConfig",
     SM("DescribeEndpointConfig", "{\"EndpointConfigName\":\"c\"}"),
     {MAKE_MODEL, MAKE_CONFIG},
     .set = without_records},
    {"ListEndpointConfigs",
     SM("ListEndpointConfigs", "{}"),
     {MAKE_MODEL, MAKE_CONFIG},
     .set = without_records},
    {"DeleteEndpointConfig",
     SM("DeleteEndpointConfig", "{\"EndpointConfigName\":\"c\"}"),
     {MAKE_MODEL, MAKE_CONFIG},
     .set = without_records},
    {"CreateEndpoint",
     SM("CreateEndpoint", "{\"EndpointName\":\"e\",\"EndpointConfigName\":\"c\"}"),
     {MAKE_MODEL, MAKE_CONFIG},
     .set = without_records},
    {"DescribeEndpoint", SM("DescribeEndpoint", "{\"EndpointName\":\"e\"}"), .set = in_service},
    {"ListEndpoints", SM("ListEndpoints", "{}"), .set = in_service},
    {"UpdateEndpoint",
     SM("UpdateEndpoint", "{\"EndpointName\":\"e\",\"EndpointConfigName\":\"c\"}"),
     {MAKE_MODEL, MAKE_CONFIG},
     .set = in_service},
    {"UpdateEndpointWeightsAndCapacities",
     SM("UpdateEndpointWeightsAndCapacities",
        "{\"EndpointName\":\"e\",\"DesiredWeightsAndCapacities\":[{\"VariantName\":\"v\","
        "\"DesiredWeight\":2}]}"),
     .set = in_service, .slow = true},
    {"DeleteEndpoint", SM("DeleteEndpoint", "{\"EndpointName\":\"e\"}"), .set = in_service},
    {"InvokeEndpoint",
     {"sagemaker",
      "POST",
      "/endpoints/e/invocations",
      {"Content-Type", "application/json"},
      Q_STR_INIT("[[1, -2], [3.5, 4]]")},
     .set = in_service,
     .slow = true},
};

TEST(models_and_endpoints_survive_a_lack_of_memory)
{
    bench *b = opened();
    const ask put = {"s3", "PUT", "/bucket/model", {NULL}, {MODEL, sizeof MODEL - 1}};
    size_t wrong = 0;

    bench_do(b, &put);
    for (size_t i = 0; i < sizeof model_cases / sizeof *model_cases; i++)
        wrong += sweep(b, &model_cases[i]);
    CHECK_EQ(wrong, 0);
}

TEST(texts_and_their_models_survive_a_lack_of_memory)
{
    sweep_all(faults_texts, faults_texts_count);
}

TEST(the_parts_of_bots_survive_a_lack_of_memory)
{
    sweep_all(faults_lex, faults_lex_count);
}

/* ---- no operation is forgotten ---- */

static bool swept(const char *operation)
{
    static const char *const documents[] = {"DetectDocumentText",
                                            "AnalyzeDocument",
                                            "AnalyzeExpense",
                                            "AnalyzeID",
                                            "StartDocumentTextDetection",
                                            "GetDocumentTextDetection",
                                            "StartDocumentAnalysis",
                                            "GetDocumentAnalysis",
                                            "StartExpenseAnalysis",
                                            "GetExpenseAnalysis",
                                            "StartDocumentAnalysis",
                                            "GetDocumentAnalysis",
                                            "StartExpenseAnalysis",
                                            "GetExpenseAnalysis",
                                            "GetPagePicture",
                                            "GetSearchablePdf"};

    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        if (strcmp(documents[i], operation) == 0)
            return true;
    for (size_t i = 0; i < sizeof model_cases / sizeof *model_cases; i++)
        if (strcmp(model_cases[i].operation, operation) == 0)
            return true;
    for (size_t i = 0; i < faults_texts_count; i++)
        if (strcmp(faults_texts[i].operation, operation) == 0)
            return true;
    for (const char *const *none = faults_lex_none; *none; none++)
        if (strcmp(*none, operation) == 0)
            return true;
    for (size_t i = 0; i < faults_lex_count; i++)
        if (strcmp(faults_lex[i].operation, operation) == 0)
            return true;
    for (size_t i = 0; i < sizeof s3_cases / sizeof *s3_cases; i++)
        if (strcmp(s3_cases[i].operation, operation) == 0)
            return true;
    for (size_t i = 0; i < sizeof other_cases / sizeof *other_cases; i++)
        if (strcmp(other_cases[i].operation, operation) == 0)
            return true;
    for (size_t i = 0; i < faults_lex_v2_count; i++)
        if (strcmp(faults_lex_v2[i].operation, operation) == 0)
            return true;
    return false;
}

TEST(every_operation_is_swept)
{
    static const q_service *const services[] = {&q_service_s3,
                                                &q_service_sts,
                                                &q_service_textract,
                                                &q_service_comprehend,
                                                &q_service_lex_models,
                                                &q_service_lex_runtime,
                                                &q_service_lexv2_runtime,
                                                &q_service_sagemaker,
                                                &q_service_sagemaker_runtime,
                                                &q_service_quern};

    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        for (size_t k = 0; k < services[i]->count; k++)
            if (!swept(services[i]->handlers[k].operation))
                q_test_fail(__FILE__, __LINE__, "no sweep of %s",
                            services[i]->handlers[k].operation);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], Q_WORKER_COMMAND) == 0)
        return q_worker_main(q_reader_tasks, q_reader_task_count, q_reader_prepare,
                             q_reader_release);
    if (argc == 2 && strcmp(argv[1], Q_PICTURE_COMMAND) == 0)
        return q_worker_main(q_reader_tasks, q_reader_task_count, q_picture_prepare,
                             q_reader_release);
    if (argc == 2 && strcmp(argv[1], Q_WRITER_COMMAND) == 0)
        return q_worker_main(q_searchable_tasks, q_searchable_task_count, NULL, NULL);
    if (argc == 2 && strcmp(argv[1], Q_ARCHIVE_COMMAND) == 0)
        return q_worker_main(q_archive_tasks, q_archive_task_count, NULL, NULL);
    if (argc == 2 && strcmp(argv[1], Q_HOST_COMMAND) == 0)
        return q_worker_main(q_host_tasks, q_host_task_count, NULL, NULL);
    faults_install();
    if (access("/dev/shm", W_OK) == 0) /* thousands of transactions: none waits for a disk */
        setenv("TMPDIR", "/dev/shm", 1);
    return q_test_main("service/faults", argc, argv);
}
