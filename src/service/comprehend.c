/* Amazon Comprehend: DetectEntities, DetectKeyPhrases. */
#include "language/entity.h"
#include "language/keyphrase.h"
#include "service/services.h"

enum { TEXT_MAX = 100000 }; /* bytes, the documented limit of one document */

static q_code text_read(q_call *call, q_tokens *out)
{
    q_str text = q_value_str(call->in, Q_STR("Text"), Q_STR(""));
    q_str language = q_value_str(call->in, Q_STR("LanguageCode"), Q_STR(""));

    if (!q_str_trim(text).n)
        return q_call_fail(call, "InvalidRequestException", "Text is empty");
    if (text.n > TEXT_MAX)
        return q_call_fail(call, "TextSizeLimitExceededException", "Text has %zu bytes; at most %d",
                           text.n, (int)TEXT_MAX);
    if (!language.n)
        return q_call_fail(call, "InvalidRequestException", "LanguageCode is missing");
    if (!q_str_is(language, "en"))
        return q_call_fail(call, "UnsupportedLanguageException",
                           "LanguageCode is %.*s; en is there so far", Q_ARG(language));
    return q_tokens_of(text, call->arena, out, &call->err);
}

static void place_write(q_value *map, float score, q_str text, uint32_t point, uint32_t points)
{
    q_map_double(map, Q_STR("Score"), (double)score);
    q_map_str(map, Q_STR("Text"), text);
    q_map_int(map, Q_STR("BeginOffset"), point);
    q_map_int(map, Q_STR("EndOffset"), (int64_t)point + points);
}

static q_code detect_entities(q_call *call)
{
    static const char *const OTHERS[] = {"EndpointArn", "Bytes", "DocumentReaderConfig"};
    q_tokens tokens;
    q_entity *v;
    q_value *list;
    size_t count;
    q_code rc;

    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (q_value_get(call->in, q_str_of(OTHERS[i])))
            return q_call_fail(call, "InvalidRequestException",
                               "%s is not there yet; give Text and LanguageCode", OTHERS[i]);
    rc = text_read(call, &tokens);
    if (!rc)
        rc = q_entities_find(&tokens, call->arena, &v, &count, &call->err);
    if (rc)
        return rc;
    list = q_map_list(call->out, Q_STR("Entities"));
    for (size_t i = 0; i < count; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("Type"), q_str_of(q_entity_type_name(v[i].type)));
        place_write(map, v[i].score, v[i].text, v[i].point, v[i].points);
    }
    return q_value_ok(call->out, &call->err);
}

static q_code detect_key_phrases(q_call *call)
{
    q_tokens tokens;
    q_keyphrase *v;
    q_value *list;
    size_t count;
    q_code rc = text_read(call, &tokens);

    if (!rc)
        rc = q_keyphrases_find(&tokens, call->arena, &v, &count, &call->err);
    if (rc)
        return rc;
    list = q_map_list(call->out, Q_STR("KeyPhrases"));
    for (size_t i = 0; i < count; i++)
        place_write(q_list_map(list), v[i].score, v[i].text, v[i].point, v[i].points);
    return q_value_ok(call->out, &call->err);
}

static const q_handler handlers[] = {
    {.operation = "DetectEntities", .run = detect_entities},
    {.operation = "DetectKeyPhrases", .run = detect_key_phrases},
};

const q_service q_service_comprehend = {"comprehend", handlers, sizeof handlers / sizeof *handlers};
