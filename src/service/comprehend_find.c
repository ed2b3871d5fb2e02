/* What is found in one text, as the API says it. */
#include "service/comprehend.h"

#include "language/entity.h"
#include "language/keyphrase.h"

enum {
    TEXT = 100000,     /* bytes of a text that is sent, as documented */
    DOCUMENT = 1 << 20 /* and of a document in a bucket */
};

static void put_place(q_value *map, float score, uint32_t point, uint32_t points)
{
    q_map_int(map, Q_STR("BeginOffset"), point);
    q_map_int(map, Q_STR("EndOffset"), (int64_t)point + points);
    q_map_double(map, Q_STR("Score"), (double)score);
}

static q_code find_entities(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    q_value *list = q_map_list(out, Q_STR("Entities"));
    q_tokens tokens;
    q_entity *v;
    size_t count;
    q_code rc = q_tokens_of(text, out->arena, &tokens, err);

    if (!rc)
        rc = q_entities_find(ask->app->language, &tokens, out->arena, &v, &count, err);
    for (size_t i = 0; !rc && i < count; i++) {
        q_value *map = q_list_map(list);

        put_place(map, v[i].score, v[i].point, v[i].points);
        q_map_str(map, Q_STR("Text"), v[i].text);
        q_map_str(map, Q_STR("Type"), q_str_of(q_entity_type_name(v[i].type)));
    }
    return rc ? rc : q_value_ok(out, err);
}

static q_code find_key_phrases(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    q_value *list = q_map_list(out, Q_STR("KeyPhrases"));
    q_tokens tokens;
    q_keyphrase *v;
    size_t count;
    q_code rc = q_tokens_of(text, out->arena, &tokens, err);

    if (!rc)
        rc = q_keyphrases_find(ask->app->language, &tokens, out->arena, &v, &count, err);
    for (size_t i = 0; !rc && i < count; i++) {
        q_value *map = q_list_map(list);

        put_place(map, v[i].score, v[i].point, v[i].points);
        q_map_str(map, Q_STR("Text"), v[i].text);
    }
    return rc ? rc : q_value_ok(out, err);
}

const comprehend_feature comprehend__entities = {"entities", "en", TEXT, DOCUMENT, find_entities};
const comprehend_feature comprehend__key_phrases = {"key phrases", "en", TEXT, DOCUMENT,
                                                    find_key_phrases};
