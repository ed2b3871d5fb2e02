/* Amazon Comprehend: the table of operations, and those that take one text. */
#include "service/comprehend.h"

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

static q_code detect(q_call *call, const comprehend_feature *f)
{
    q_str text = q_value_str(call->in, Q_STR("Text"), Q_STR(""));
    comprehend_ask ask = {.app = call->app};
    q_code rc;

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

static q_code detect_entities(q_call *call)
{
    static const char *const OTHERS[] = {"EndpointArn", "Bytes", "DocumentReaderConfig"};

    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (q_value_get(call->in, q_str_of(OTHERS[i])))
            return q_call_fail(call, "InvalidRequestException",
                               "%s is not there yet; give Text and LanguageCode", OTHERS[i]);
    return detect(call, &comprehend__entities);
}

static q_code detect_key_phrases(q_call *call)
{
    return detect(call, &comprehend__key_phrases);
}

static q_code batch_entities(q_call *call)
{
    return comprehend__batch(call, &comprehend__entities);
}

static q_code batch_key_phrases(q_call *call)
{
    return comprehend__batch(call, &comprehend__key_phrases);
}

static const q_handler handlers[] = {
    {.operation = "DetectEntities", .run = detect_entities},
    {.operation = "DetectKeyPhrases", .run = detect_key_phrases},
    {.operation = "BatchDetectEntities", .run = batch_entities},
    {.operation = "BatchDetectKeyPhrases", .run = batch_key_phrases},
    {.operation = "StartEntitiesDetectionJob", .run = comprehend__start_job},
    {.operation = "DescribeEntitiesDetectionJob", .run = comprehend__describe_job},
    {.operation = "ListEntitiesDetectionJobs", .run = comprehend__list_jobs},
    {.operation = "StopEntitiesDetectionJob", .run = comprehend__stop_job},
    {.operation = "StartKeyPhrasesDetectionJob", .run = comprehend__start_job},
    {.operation = "DescribeKeyPhrasesDetectionJob", .run = comprehend__describe_job},
    {.operation = "ListKeyPhrasesDetectionJobs", .run = comprehend__list_jobs},
    {.operation = "StopKeyPhrasesDetectionJob", .run = comprehend__stop_job},
    {.operation = "TagResource", .run = comprehend__tag},
    {.operation = "UntagResource", .run = comprehend__untag},
    {.operation = "ListTagsForResource", .run = comprehend__list_tags},
};

const q_service q_service_comprehend = {"comprehend", handlers, sizeof handlers / sizeof *handlers};
