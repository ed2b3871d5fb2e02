/* The fault sweeps of Comprehend (faults.c). */
#include "faults.h"

#include "language/classifier.h"
#include "service/comprehend_model.h"

#include <string.h>

#define CO(operation, body)                                                                        \
    {                                                                                              \
        "comprehend", "POST", "/",                                                                 \
            {"Content-Type", "application/x-amz-json-1.1", "X-Amz-Target",                         \
             "Comprehend_20171127." operation},                                                    \
            Q_STR_INIT(body)                                                                       \
    }
#define TEXT(operation)                                                                            \
    {                                                                                              \
        operation, CO(operation, "{\"Text\":\"Ada paid $5\",\"LanguageCode\":\"en\"}")             \
    }
#define TEXTS(operation)                                                                           \
    {                                                                                              \
        operation, CO(operation, "{\"TextList\":[\"Ada paid $5\",\" \"],\"LanguageCode\":\"en\"}") \
    }
#define INPUT "\"InputDataConfig\":{\"S3Uri\":\"s3://bucket/key\"}"
#define TO "\"OutputDataConfig\":{\"S3Uri\":\"s3://bucket/out\"}"
#define AS "\"DataAccessRoleArn\":\"arn:aws:iam::000000000000:role/any\""
#define TAGGED "\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]"
#define ARN(resource) "\"arn:aws:comprehend:us-east-1:000000000000:" resource "\""

/* ---- jobs ---- */

#define START(name, more)                                                                          \
    CO("Start" name "Job", "{" INPUT "," TO "," AS ",\"LanguageCode\":\"en\"," TAGGED more "}")
#define JOB_MORE(name, more)                                                                       \
    {"Start" name "Job", START(name, more)},                                                       \
        {"Describe" name "Job",                                                                    \
         CO("Describe" name "Job", "{\"JobId\":\"{job}\"}"),                                       \
         {START(name, more)}},                                                                     \
        {"List" name "Jobs",                                                                       \
         CO("List" name "Jobs", "{\"MaxResults\":2}"),                                             \
         {START(name, more), START(name, more)}},                                                  \
    {                                                                                              \
        "Stop" name "Job", CO("Stop" name "Job", "{\"JobId\":\"{job}\"}"),                         \
        {                                                                                          \
            START(name, more)                                                                      \
        }                                                                                          \
    }
#define JOB(name) JOB_MORE(name, "")
#define RESOURCE "\"ResourceArn\":" ARN("entities-detection-job/{job}")

/* ---- models ---- */

#define CLASSIFIER "\"DocumentClassifierArn\":" ARN("document-classifier/m")
#define RECOGNIZER "\"EntityRecognizerArn\":" ARN("entity-recognizer/m")
#define ENDPOINT "\"EndpointArn\":" ARN("document-classifier-endpoint/e")
#define CREATE_ENDPOINT                                                                            \
    CO("CreateEndpoint",                                                                           \
       "{\"EndpointName\":\"new\",\"DesiredInferenceUnits\":1,\"ModelArn\":" ARN(                  \
           "document-classifier/m") "}")
#define CLASSIFY_LATER                                                                             \
    CO("StartDocumentClassificationJob", "{" INPUT "," TO "," AS "," CLASSIFIER "}")

static void put(bench *b, const char *space, const char *key, const char *text)
{
    CHECK_EQ(q_record_put(bench_app(b)->catalog, q_str_of(space), q_str_of(key), q_str_of(text), 1,
                          0, NULL),
             Q_OK);
}

static void forget(bench *b, const char *space, const char *key)
{
    bool existed;

    CHECK_EQ(q_record_delete(bench_app(b)->catalog, q_str_of(space), q_str_of(key), &existed, NULL),
             Q_OK);
}

static q_code keep(q_catalog *c, void *arg, q_err *err)
{
    static const comprehend_model_kind *const kind = &comprehend__model_kinds[0];
    q_value *doc = q_value_map(q_test_arena());
    q_str model = *(q_str *)arg;
    q_code rc;

    q_map_str(doc, Q_STR("DocumentClassifierName"), Q_STR("m"));
    q_map_str(doc, Q_STR("Mode"), Q_STR("MULTI_CLASS"));
    q_map_str(doc, Q_STR("Status"), Q_STR("TRAINED"));
    q_map_int(doc, Q_STR("SubmitMs"), 1);
    rc = comprehend__model_put(c, kind, Q_STR("m"), model, q_map_map(doc, Q_STR("Model")), err);
    return rc ? rc : comprehend__save(c, kind->space, Q_STR("m"), doc, 0, q_test_arena(), err);
}

/* A classifier m that is trained, its endpoint e, a recognizer m that is being trained. */
static void with_models(bench *b)
{
    static const uint32_t zero[] = {0}, one[] = {1};
    static const q_labelled texts[] = {{Q_STR_INIT("oven and dough"), zero, 1},
                                       {Q_STR_INIT("ball and goal"), one, 1}};
    static const q_str classes[] = {Q_STR_INIT("FOOD"), Q_STR_INIT("SPORT")};
    q_classifier *c = NULL;
    q_buf bytes = q_buf_init(q_test_arena(), 256 << 20);
    q_str model;

    forget(b, "comprehend-classifier", "m");
    forget(b, "comprehend-classifier", "new");
    forget(b, "comprehend-recognizer", "new");
    forget(b, COMPREHEND_ENDPOINTS, "document-classifier-endpoint/new");
    put(b, COMPREHEND_ENDPOINTS, "document-classifier-endpoint/e",
        "{\"Status\":\"IN_SERVICE\",\"SubmitMs\":1,\"ModelArn\":" ARN("document-classifier/m") "}");
    put(b, "comprehend-recognizer", "m",
        "{\"Status\":\"TRAINING\",\"RecognizerName\":\"m\",\"SubmitMs\":1,\"Arn\":" ARN(
            "entity-recognizer/m") "}");
    CHECK_EQ(q_classifier_train(texts, 2, classes, 2, false, &c, NULL), Q_OK);
    CHECK_EQ(q_classifier_save(c, &bytes), Q_OK);
    q_classifier_free(c);
    CHECK_EQ(q_buf_finish(&bytes, &model, NULL), Q_OK);
    CHECK_EQ(q_catalog_transact(bench_app(b)->catalog, keep, &model, NULL), Q_OK);
}

/* Nothing serves it, and both can be deleted. */
static void unserved(bench *b)
{
    with_models(b);
    forget(b, COMPREHEND_ENDPOINTS, "document-classifier-endpoint/e");
    put(b, "comprehend-recognizer", "m",
        "{\"Status\":\"IN_ERROR\",\"RecognizerName\":\"m\",\"SubmitMs\":1}");
}

static void training(bench *b)
{
    with_models(b);
    put(b, "comprehend-classifier", "m",
        "{\"Status\":\"TRAINING\",\"DocumentClassifierName\":\"m\",\"SubmitMs\":1}");
}

/* clang-format off */
#define MODEL(kind, arn)                                                                           \
    {"Describe" kind, CO("Describe" kind, "{" arn "}"), .set = with_models},                       \
    {"List" kind "s", CO("List" kind "s", "{}"), .set = with_models},                              \
    {"List" kind "Summaries", CO("List" kind "Summaries", "{}"), .set = with_models},              \
    {"StopTraining" kind, CO("StopTraining" kind, "{" arn "}"), .set = training},                  \
    {"Delete" kind, CO("Delete" kind, "{" arn "}"), .set = unserved}

const fault_case faults_texts[] = {
    TEXT("DetectDominantLanguage"), TEXT("DetectEntities"), TEXT("DetectKeyPhrases"),
    TEXT("DetectPiiEntities"), TEXT("ContainsPiiEntities"), TEXT("DetectSentiment"),
    TEXT("DetectSyntax"), TEXT("DetectTargetedSentiment"),
    TEXTS("BatchDetectDominantLanguage"), TEXTS("BatchDetectEntities"),
    TEXTS("BatchDetectKeyPhrases"), TEXTS("BatchDetectSentiment"), TEXTS("BatchDetectSyntax"),
    TEXTS("BatchDetectTargetedSentiment"),
    JOB("DominantLanguageDetection"), JOB("EntitiesDetection"), JOB("KeyPhrasesDetection"),
    JOB("SentimentDetection"), JOB("TargetedSentimentDetection"),
    JOB_MORE("PiiEntitiesDetection", ",\"Mode\":\"ONLY_OFFSETS\""),
    {"TagResource", CO("TagResource", "{" RESOURCE "," TAGGED "}"), {START("EntitiesDetection", "")}},
    {"UntagResource", CO("UntagResource", "{" RESOURCE ",\"TagKeys\":[\"a\"]}"),
     {START("EntitiesDetection", "")}},
    {"ListTagsForResource", CO("ListTagsForResource", "{" RESOURCE "}"),
     {START("EntitiesDetection", "")}},
    {"CreateDocumentClassifier",
     CO("CreateDocumentClassifier", "{\"DocumentClassifierName\":\"new\",\"LanguageCode\":\"en\"," INPUT "," TO "," AS "}"),
     .set = with_models},
    {"CreateEntityRecognizer",
     CO("CreateEntityRecognizer", "{\"RecognizerName\":\"new\",\"LanguageCode\":\"en\"," AS ","
        "\"InputDataConfig\":{\"EntityTypes\":[{\"Type\":\"A\"}],\"Documents\":{\"S3Uri\":\"s3://bucket/key\"},"
        "\"EntityList\":{\"S3Uri\":\"s3://bucket/key\"}}}"),
     .set = with_models},
    MODEL("DocumentClassifier", CLASSIFIER), MODEL("EntityRecognizer", RECOGNIZER),
    {"CreateEndpoint", CREATE_ENDPOINT, .set = with_models},
    {"DescribeEndpoint", CO("DescribeEndpoint", "{" ENDPOINT "}"), .set = with_models},
    {"ListEndpoints", CO("ListEndpoints", "{}"), .set = with_models},
    {"UpdateEndpoint", CO("UpdateEndpoint", "{" ENDPOINT ",\"DesiredInferenceUnits\":2}"), .set = with_models},
    {"DeleteEndpoint", CO("DeleteEndpoint", "{" ENDPOINT "}"), .set = with_models},
    {"ClassifyDocument", CO("ClassifyDocument", "{" ENDPOINT ",\"Text\":\"a ball\"}"), .set = with_models},
    {"StartDocumentClassificationJob", CLASSIFY_LATER, .set = with_models},
    {"DescribeDocumentClassificationJob",
     CO("DescribeDocumentClassificationJob", "{\"JobId\":\"{job}\"}"), {CLASSIFY_LATER}, .set = with_models},
    {"ListDocumentClassificationJobs", CO("ListDocumentClassificationJobs", "{\"MaxResults\":1}"),
     {CLASSIFY_LATER}, .set = with_models},
};
/* clang-format on */
const size_t faults_texts_count = sizeof faults_texts / sizeof *faults_texts;
