/* The kinds of asynchronous jobs. */
#include "service/comprehend.h"

#include "wire/api.h"

const comprehend_kind comprehend__kinds[] = {
    {"EntitiesDetection", "entities-detection-job", "comprehend-job-entities", "NER",
     &comprehend__entities, "output"},
    {"KeyPhrasesDetection", "key-phrases-detection-job", "comprehend-job-key-phrases", "KP",
     &comprehend__key_phrases, "output"},
};
const size_t comprehend__kind_count = sizeof comprehend__kinds / sizeof *comprehend__kinds;

const comprehend_kind *comprehend__kind_of(q_str space)
{
    for (size_t i = 0; i < comprehend__kind_count; i++)
        if (q_str_is(space, comprehend__kinds[i].space))
            return &comprehend__kinds[i];
    return NULL;
}

const char *comprehend__space_of(q_str noun)
{
    for (size_t i = 0; i < comprehend__kind_count; i++)
        if (q_str_is(noun, comprehend__kinds[i].noun))
            return comprehend__kinds[i].space;
    return NULL;
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
