#include "wire/validate.h"

#include "base/json.h"
#include "wire/route.h"

#include "test.h"

#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static const q_api *api_of(const char *name)
{
    return q_api_find(q_str_of(name));
}

static const q_api_shape *shape_of(const char *api, const char *op)
{
    return q_api_operation_find(api_of(api), q_str_of(op))->input;
}

static q_str verdict(const q_api_shape *shape, const char *json)
{
    violations broken;
    q_value *in = NULL;
    q_err err;

    CHECK_EQ(q_json_parse(q_test_arena(), q_str_of(json), &in, NULL), Q_OK);
    CHECK_EQ(validate__input(shape, in, q_test_arena(), &broken, &err), Q_OK);
    CHECK_EQ(broken.count == 0, broken.text.n == 0);
    return broken.text;
}

#define FORM "\"botName\":\"b\",\"botAlias\":\"a\",\"userId\":\"me\","
#define DETECTED "1 validation error detected: "
#define FAILED "failed to satisfy constraint: "

TEST(validate_lengths_in_code_points)
{
    const q_api_shape *post = shape_of("lex-runtime", "PostText");
    char text[1025 * 4 + 1] = "", json[8192];

    for (size_t i = 0; i < 1024; i++)
        memcpy(text + 4 * i, "\xF0\x9F\x91\x8D", 5);
    snprintf(json, sizeof json, "{" FORM "\"inputText\":\"%s\"}", text);
    CHECK_STREQ(verdict(post, json), "");
    memcpy(text + sizeof text - 5, "\xF0\x9F\x91\x8D", 5);
    snprintf(json, sizeof json, "{" FORM "\"inputText\":\"%s\"}", text);
    /* What people type is not repeated. */
    CHECK_STREQ(verdict(post, json), DETECTED "Value at 'inputText' " FAILED
                                              "Member must have length less than or equal to 1024");
}

TEST(validate_counts_and_joins)
{
    CHECK_STREQ(verdict(shape_of("textract", "DetectDocumentText"),
                        "{\"Document\":{\"S3Object\":{\"Bucket\":\"a b\",\"Name\":\"\"}}}"),
                "3 validation errors detected: Value 'a b' at 'document.s3Object.bucket' " FAILED
                "Member must satisfy regular expression pattern: [0-9A-Za-z\\.\\-_]*; Value '' at "
                "'document.s3Object.name' " FAILED
                "Member must have length greater than or equal to 1; Value '' at "
                "'document.s3Object.name' " FAILED
                "Member must satisfy regular expression pattern: .*\\S.*");
}

TEST(validate_ranges)
{
    CHECK_STREQ(verdict(shape_of("textract", "GetDocumentTextDetection"),
                        "{\"JobId\":\"j\",\"MaxResults\":0}"),
                DETECTED "Value '0' at 'maxResults' " FAILED
                         "Member must have value greater than or equal to 1");
}

TEST(validate_enums)
{
    CHECK_STREQ(verdict(shape_of("comprehend", "DetectKeyPhrases"),
                        "{\"Text\":\"t\",\"LanguageCode\":\"xx\"}"),
                DETECTED "Value 'xx' at 'languageCode' " FAILED
                         "Member must satisfy enum value set: [en, es, fr, de, it, pt, ar, hi, ja, "
                         "ko, zh, zh-TW]");
}

TEST(validate_items_of_lists_and_maps)
{
    const q_api_shape *detect = shape_of("comprehend", "DetectEntities");
    const char *json =
        "{" FORM "\"inputText\":\"t\",\"activeContexts\":[{\"name\":\"A1\",\"timeToLive\":"
        "{\"turnsToLive\":21},\"parameters\":{\"\":\"x\"}},{}]}";

    CHECK_STREQ(verdict(detect,
                        "{\"DocumentReaderConfig\":{\"DocumentReadAction\":"
                        "\"TEXTRACT_DETECT_DOCUMENT_TEXT\",\"FeatureTypes\":[\"A\",\"B\"]}}"),
                DETECTED "Value '[A, B]' at 'documentReaderConfig.featureTypes' " FAILED
                         "Member must satisfy constraint: [Member must satisfy enum value set: "
                         "[TABLES, FORMS]]");
    CHECK_STREQ(
        verdict(shape_of("lex-runtime", "PostText"), json),
        "6 validation errors detected: Value 'A1' at 'activeContexts.1.member.name' " FAILED
        "Member must satisfy regular expression pattern: ^([A-Za-z]_?)+$; Value '21' at "
        "'activeContexts.1.member.timeToLive.turnsToLive' " FAILED
        "Member must have value less than or equal to 20; Value '{=x}' at "
        "'activeContexts.1.member.parameters' " FAILED
        "Map keys must satisfy constraint: [Member must have length less than or equal to 100, "
        "Member must have length greater than or equal to 1]; Value null at "
        "'activeContexts.2.member.name' " FAILED "Member must not be null; Value null at "
        "'activeContexts.2.member.timeToLive' " FAILED "Member must not be null; Value null at "
        "'activeContexts.2.member.parameters' " FAILED "Member must not be null");
}

TEST(validate_writes_a_bounded_sentence)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_str json, text;

    q_buf_puts(&b, "{\"botName\":\"b\",\"botAlias\":\"a\",\"userId\":\"me\",\"inputText\":\"t\","
                   "\"activeContexts\":[{}");
    for (size_t i = 0; i < 5000; i++)
        q_buf_puts(&b, ",{}");
    q_buf_puts(&b, "]}");
    CHECK_EQ(q_buf_finish(&b, &json, NULL), Q_OK);
    text = verdict(shape_of("lex-runtime", "PostText"), json.p);
    CHECK(q_str_starts(text, Q_STR("15004 validation errors detected: ")));
    CHECK(text.n < 10000);
}

/* Every pattern of every API compiles. */
TEST(validate_compiles_all_patterns)
{
    size_t patterns = 0;

    for (const q_api *const *api = q_apis; *api; api++) {
        for (size_t i = 0; i < (*api)->shape_count; i++) {
            q_pattern *p = (*api)->shapes[i].pattern;
            bool matches;
            q_err err = {0};

            if (!p)
                continue;
            patterns++;
            if (pattern__match(p, Q_STR("x"), &matches, &err))
                q_test_fail(__FILE__, __LINE__, "%s", err.msg);
        }
    }
    CHECK(patterns > 10);
}

static bool matches(const char *pcre, const char *value)
{
    q_pattern p = {.text = pcre, .pcre = pcre};
    bool is = false;
    void *code;

    CHECK_EQ(pattern__match(&p, q_str_of(value), &is, NULL), Q_OK);
    code = p.compiled;
    pcre2_code_free_8(code);
    return is;
}

TEST(pattern_matches_the_whole_value)
{
    CHECK(matches("[a-z]+", "abc"));
    CHECK(!matches("[a-z]+", "abc1"));
    CHECK(!matches("[a-z]+", "1abc"));
    CHECK(!matches("^[a-z]+$", "abc\n"));
    CHECK(matches("a|ab", "ab"));
    CHECK(matches(".", "\xC3\xA9"));
    CHECK(matches("", ""));
}

TEST(pattern_gives_up_on_what_is_exponential)
{
    CHECK(!matches("^(([a-z])+.)+[A-Z]([a-z])+$",
                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

TEST_MAIN("wire/validate")
