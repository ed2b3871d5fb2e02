/* The kinds of asynchronous jobs. */
#include "service/comprehend_model.h"

#include "wire/api.h"

const comprehend_kind comprehend__kinds[] = {
    {"DominantLanguageDetection", "dominant-language-detection-job", "comprehend-job-language",
     "LANGUAGE", &comprehend__dominant_language, "output"},
    {"EntitiesDetection", "entities-detection-job", "comprehend-job-entities", "NER",
     &comprehend__entities, "output", "EntityRecognizerArn", &comprehend__custom_entities, false},
    {"KeyPhrasesDetection", "key-phrases-detection-job", "comprehend-job-key-phrases", "KP",
     &comprehend__key_phrases, "output"},
    {"PiiEntitiesDetection", "pii-entities-detection-job", "comprehend-job-pii", "PII",
     &comprehend__pii},
    {"SentimentDetection", "sentiment-detection-job", "comprehend-job-sentiment", "SENTIMENT",
     &comprehend__sentiment, "output"},
    {"TargetedSentimentDetection", "targeted-sentiment-detection-job",
     "comprehend-job-targeted-sentiment", "TS", &comprehend__targeted_sentiment, "output"},
    {"DocumentClassification", "document-classification-job", "comprehend-job-classification",
     "CLN", &comprehend__classes, "predictions.jsonl", "DocumentClassifierArn",
     &comprehend__classes, true},
};
const size_t comprehend__kind_count = sizeof comprehend__kinds / sizeof *comprehend__kinds;

const comprehend_kind *comprehend__kind_of(q_str space)
{
    for (size_t i = 0; i < comprehend__kind_count; i++)
        if (q_str_is(space, comprehend__kinds[i].space))
            return &comprehend__kinds[i];
    return NULL;
}

bool comprehend__arn_record(q_str arn, const char **space, q_str *key)
{
    q_str noun = {NULL, 0};
    const comprehend_model_kind *model;

    if (!comprehend__arn_parts(arn, &noun, key))
        return false;
    model = comprehend__model_kind_of(noun);
    if (model) {
        *space = model->space;
        return true;
    }
    if (comprehend__endpoint_kind_of(noun)) {
        *space = COMPREHEND_ENDPOINTS;
        *key = (q_str){noun.p, noun.n + 1 + key->n}; /* as they stand in the ARN */
        return true;
    }
    for (size_t i = 0; i < comprehend__kind_count; i++)
        if (q_str_is(noun, comprehend__kinds[i].noun)) {
            *space = comprehend__kinds[i].space;
            return true;
        }
    return false;
}

/* "StartEntitiesDetectionJob", "ListEntitiesDetectionJobs": the verb ends at the second capital. */
const comprehend_kind *comprehend__kind_for(const q_call *call)
{
    q_str name = q_str_sub(call->op->name, 1, SIZE_MAX);
    size_t i = 0;

    while (name.n && (name.p[0] < 'A' || name.p[0] > 'Z'))
        name = q_str_sub(name, 1, SIZE_MAX);
    while (!q_str_starts(name, q_str_of(comprehend__kinds[i].name)))
        i++; /* the table has all that handlers name */
    return &comprehend__kinds[i];
}
