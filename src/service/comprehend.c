/* Amazon Comprehend: the table of operations, and those that take one text. */
#include "service/comprehend_model.h"

#include "service/services.h"

/* LanguageCode may be missing where a model of one's own brings its language. */
q_code comprehend__language(q_call *call, const comprehend_feature *f, const char *error)
{
    q_str language = q_value_str(call->in, Q_STR("LanguageCode"), Q_STR(""));

    if (!f->languages)
        return Q_OK;
    if (!language.n)
        return q_call_fail(call, "InvalidRequestException", "LanguageCode is missing");
    if (!q_str_is(language, f->languages))
        return q_call_fail(call, error, "LanguageCode is %.*s; %s are found in texts in %s",
                           Q_ARG(language), f->name, f->languages);
    return Q_OK;
}

q_code comprehend__detect(q_call *call, const comprehend_feature *f, const comprehend_model *model,
                          bool documents)
{
    comprehend_ask ask = {.app = call->app, .model = model};
    q_str text = {NULL, 0};
    q_code rc = comprehend__text(call, documents, &text);

    if (rc)
        return rc;
    if (!q_str_trim(text).n)
        return q_call_fail(call, "InvalidRequestException", "Text is empty");
    if (text.n > f->text_max)
        return q_call_fail(
            call, "TextSizeLimitExceededException",
            "Text has %zu bytes; at most %zu are taken here (a job over S3 takes %zu)", text.n,
            f->text_max, f->document_max);
    rc = comprehend__language(call, f, "UnsupportedLanguageException");
    return rc ? rc : f->find(&ask, text, call->out, &call->err);
}

static q_code detect(q_call *call, const comprehend_feature *f)
{
    return comprehend__detect(call, f, NULL, false);
}

/* With EndpointArn those of one's own kinds, in the language of the model. */
static q_code detect_entities(q_call *call)
{
    q_code rc = comprehend__refuse(call, call->in);

    if (rc)
        return rc;
    return q_value_get(call->in, Q_STR("EndpointArn")) ? comprehend__custom_detect(call)
                                                       : detect(call, &comprehend__entities);
}

static q_code detect_dominant_language(q_call *call)
{
    return detect(call, &comprehend__dominant_language);
}

static q_code detect_key_phrases(q_call *call)
{
    return detect(call, &comprehend__key_phrases);
}

static q_code detect_pii(q_call *call)
{
    return detect(call, &comprehend__pii);
}

static q_code detect_sentiment(q_call *call)
{
    return detect(call, &comprehend__sentiment);
}

static q_code detect_syntax(q_call *call)
{
    return detect(call, &comprehend__syntax);
}

static q_code detect_targeted_sentiment(q_call *call)
{
    return detect(call, &comprehend__targeted_sentiment);
}

static q_code contains_pii(q_call *call)
{
    return detect(call, &comprehend__pii_labels);
}

static q_code batch_dominant_language(q_call *call)
{
    return comprehend__batch(call, &comprehend__dominant_language);
}

static q_code batch_entities(q_call *call)
{
    return comprehend__batch(call, &comprehend__entities);
}

static q_code batch_key_phrases(q_call *call)
{
    return comprehend__batch(call, &comprehend__key_phrases);
}

static q_code batch_sentiment(q_call *call)
{
    return comprehend__batch(call, &comprehend__sentiment);
}

static q_code batch_targeted_sentiment(q_call *call)
{
    return comprehend__batch(call, &comprehend__targeted_sentiment);
}

static q_code batch_syntax(q_call *call)
{
    return comprehend__batch(call, &comprehend__syntax);
}

#define JOBS(name)                                                                                 \
    {.operation = "Start" name "Job", .run = comprehend__start_job},                               \
        {.operation = "Describe" name "Job", .run = comprehend__describe_job},                     \
        {.operation = "List" name "Jobs", .run = comprehend__list_jobs},                           \
    {                                                                                              \
        .operation = "Stop" name "Job", .run = comprehend__stop_job                                \
    }

static const q_handler handlers[] = {
    {.operation = "DetectDominantLanguage", .run = detect_dominant_language},
    {.operation = "DetectEntities", .run = detect_entities},
    {.operation = "DetectKeyPhrases", .run = detect_key_phrases},
    {.operation = "DetectPiiEntities", .run = detect_pii},
    {.operation = "ContainsPiiEntities", .run = contains_pii},
    {.operation = "DetectSentiment", .run = detect_sentiment},
    {.operation = "DetectSyntax", .run = detect_syntax},
    {.operation = "DetectTargetedSentiment", .run = detect_targeted_sentiment},
    {.operation = "BatchDetectDominantLanguage", .run = batch_dominant_language},
    {.operation = "BatchDetectEntities", .run = batch_entities},
    {.operation = "BatchDetectKeyPhrases", .run = batch_key_phrases},
    {.operation = "BatchDetectSentiment", .run = batch_sentiment},
    {.operation = "BatchDetectSyntax", .run = batch_syntax},
    {.operation = "BatchDetectTargetedSentiment", .run = batch_targeted_sentiment},
    JOBS("DominantLanguageDetection"),
    JOBS("EntitiesDetection"),
    JOBS("KeyPhrasesDetection"),
    JOBS("PiiEntitiesDetection"),
    JOBS("SentimentDetection"),
    JOBS("TargetedSentimentDetection"),
    {.operation = "StartDocumentClassificationJob", .run = comprehend__start_job},
    {.operation = "DescribeDocumentClassificationJob", .run = comprehend__describe_job},
    {.operation = "ListDocumentClassificationJobs", .run = comprehend__list_jobs},
    {.operation = "ClassifyDocument", .run = comprehend__classify, .waits = Q_WAITS_WORKER},
    {.operation = "CreateDocumentClassifier", .run = comprehend__create_model},
    {.operation = "DescribeDocumentClassifier", .run = comprehend__describe_model},
    {.operation = "ListDocumentClassifiers", .run = comprehend__list_models},
    {.operation = "ListDocumentClassifierSummaries", .run = comprehend__list_summaries},
    {.operation = "StopTrainingDocumentClassifier", .run = comprehend__stop_training},
    {.operation = "DeleteDocumentClassifier", .run = comprehend__delete_model},
    {.operation = "CreateEntityRecognizer", .run = comprehend__create_model},
    {.operation = "DescribeEntityRecognizer", .run = comprehend__describe_model},
    {.operation = "ListEntityRecognizers", .run = comprehend__list_models},
    {.operation = "ListEntityRecognizerSummaries", .run = comprehend__list_summaries},
    {.operation = "StopTrainingEntityRecognizer", .run = comprehend__stop_training},
    {.operation = "DeleteEntityRecognizer", .run = comprehend__delete_model},
    {.operation = "CreateEndpoint", .run = comprehend__create_endpoint},
    {.operation = "DescribeEndpoint", .run = comprehend__describe_endpoint},
    {.operation = "ListEndpoints", .run = comprehend__list_endpoints},
    {.operation = "UpdateEndpoint", .run = comprehend__update_endpoint},
    {.operation = "DeleteEndpoint", .run = comprehend__delete_endpoint},
    {.operation = "TagResource", .run = comprehend__tag},
    {.operation = "UntagResource", .run = comprehend__untag},
    {.operation = "ListTagsForResource", .run = comprehend__list_tags},
};

const q_service q_service_comprehend = {"comprehend", handlers, sizeof handlers / sizeof *handlers};
