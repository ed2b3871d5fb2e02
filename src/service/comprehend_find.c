/* What is found in one text, as the API says it. */
#include "service/comprehend.h"

#include "language/dominant.h"
#include "language/entity.h"
#include "language/keyphrase.h"
#include "language/sentiment.h"
#include "language/syntax.h"
#include "language/target.h"

enum {
    TEXT = 100000,      /* bytes of a text that is sent, as documented */
    SHORT = 5000,       /* where the documents say 5 KB */
    DOCUMENT = 1 << 20, /* and of a document in a bucket */
    SHORT_DOCUMENT = 5120,
    MIDDLE_DOCUMENT = 10240
};

void comprehend__put_place(q_value *map, float score, uint32_t point, uint32_t points)
{
    q_map_int(map, Q_STR("BeginOffset"), point);
    q_map_int(map, Q_STR("EndOffset"), (int64_t)point + points);
    q_map_double(map, Q_STR("Score"), (double)score);
}

static q_code find_dominant(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    q_value *list = q_map_list(out, Q_STR("Languages"));
    q_dominant *v;
    size_t count;
    q_code rc = q_dominant_languages(ask->app->language, text, out->arena, &v, &count, err);

    for (size_t i = 0; !rc && i < count; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("LanguageCode"), q_str_of(v[i].code));
        q_map_double(map, Q_STR("Score"), (double)v[i].score);
    }
    return rc ? rc : q_value_ok(out, err);
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

        comprehend__put_place(map, v[i].score, v[i].point, v[i].points);
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

        comprehend__put_place(map, v[i].score, v[i].point, v[i].points);
        q_map_str(map, Q_STR("Text"), v[i].text);
    }
    return rc ? rc : q_value_ok(out, err);
}

static void put_sentiment(q_value *map, const q_sentiment_scores *s)
{
    static const struct {
        const char *name;
        q_sentiment sentiment;
    } names[] = {{"Mixed", Q_SENTIMENT_MIXED},
                 {"Negative", Q_SENTIMENT_NEGATIVE},
                 {"Neutral", Q_SENTIMENT_NEUTRAL},
                 {"Positive", Q_SENTIMENT_POSITIVE}};
    q_value *scores;

    q_map_str(map, Q_STR("Sentiment"), q_str_of(q_sentiment_name(s->sentiment)));
    scores = q_map_map(map, Q_STR("SentimentScore"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        q_map_double(scores, q_str_of(names[i].name), (double)s->score[names[i].sentiment]);
}

static q_code find_sentiment(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    q_tokens tokens;
    q_sentiment_scores s;
    q_code rc = q_tokens_of(text, out->arena, &tokens, err);

    if (!rc)
        rc = q_sentiment_of(ask->app->language, &tokens, out->arena, &s, err);
    if (rc)
        return rc;
    put_sentiment(out, &s);
    return q_value_ok(out, err);
}

static void put_mention(q_value *map, const q_mention *m)
{
    q_map_int(map, Q_STR("BeginOffset"), m->point);
    q_map_int(map, Q_STR("EndOffset"), (int64_t)m->point + m->points);
    q_map_double(map, Q_STR("GroupScore"), (double)m->group_score);
    put_sentiment(q_map_map(map, Q_STR("MentionSentiment")), &m->sentiment);
    q_map_double(map, Q_STR("Score"), (double)m->score);
    q_map_str(map, Q_STR("Text"), m->text);
    q_map_str(map, Q_STR("Type"), q_str_of(q_target_type_name(m->type)));
}

static q_code find_targets(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    q_value *list = q_map_list(out, Q_STR("Entities"));
    q_tokens tokens;
    q_target *v;
    size_t count;
    q_code rc = q_tokens_of(text, out->arena, &tokens, err);

    if (!rc)
        rc = q_targets_find(ask->app->language, &tokens, out->arena, &v, &count, err);
    for (size_t i = 0; !rc && i < count; i++) {
        q_value *map = q_list_map(list), *mentions;

        q_list_int(q_map_list(map, Q_STR("DescriptiveMentionIndex")), (int64_t)v[i].descriptive);
        mentions = q_map_list(map, Q_STR("Mentions"));
        for (size_t k = 0; k < v[i].mention_count; k++)
            put_mention(q_list_map(mentions), &v[i].mentions[k]);
    }
    return rc ? rc : q_value_ok(out, err);
}

static q_code find_syntax(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    q_value *list = q_map_list(out, Q_STR("SyntaxTokens"));
    q_tokens tokens;
    q_syntax_token *v;
    size_t count;
    q_code rc = q_tokens_of(text, out->arena, &tokens, err);

    if (!rc)
        rc = q_syntax_tag_all(ask->app->language, &tokens, out->arena, &v, &count, err);
    for (size_t i = 0; !rc && i < count; i++) {
        q_value *map = q_list_map(list), *part;

        q_map_int(map, Q_STR("BeginOffset"), v[i].point);
        q_map_int(map, Q_STR("EndOffset"), (int64_t)v[i].point + v[i].points);
        part = q_map_map(map, Q_STR("PartOfSpeech"));
        q_map_double(part, Q_STR("Score"), (double)v[i].score);
        q_map_str(part, Q_STR("Tag"), q_str_of(q_syntax_tag_name(v[i].tag)));
        q_map_str(map, Q_STR("Text"), v[i].text);
        q_map_int(map, Q_STR("TokenId"), (int64_t)i + 1);
    }
    return rc ? rc : q_value_ok(out, err);
}

const comprehend_feature comprehend__dominant_language = {"languages", NULL, TEXT, DOCUMENT,
                                                          find_dominant};
const comprehend_feature comprehend__entities = {"entities", "en", TEXT, DOCUMENT, find_entities};
const comprehend_feature comprehend__key_phrases = {"key phrases", "en", TEXT, DOCUMENT,
                                                    find_key_phrases};
const comprehend_feature comprehend__sentiment = {"sentiments", "en", SHORT, SHORT_DOCUMENT,
                                                  find_sentiment};
const comprehend_feature comprehend__syntax = {"parts of speech", "en", SHORT, SHORT_DOCUMENT,
                                               find_syntax};
const comprehend_feature comprehend__targeted_sentiment = {"sentiments", "en", SHORT,
                                                           MIDDLE_DOCUMENT, find_targets};
