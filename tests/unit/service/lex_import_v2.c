#include "service/lex_import_v2.h"

#include "service/lex_import.h"
#include "test.h"

TEST_MAIN("service/lex_import_v2")

static q_err err;

#define SAYS(text)                                                                                 \
    "{\"messageGroupsList\":[{\"message\":{\"plainTextMessage\":{\"value\":\"" text "\"}}}]"
#define EN "Tea/BotLocales/en_US/"

static const q_archive_file
    tea
        [] =
            {
                {Q_STR_INIT("Manifest.json"),
                 Q_STR_INIT("{\"metadata\":{\"fileFormat\":\"LexJson\"}}")},
                {Q_STR_INIT("Tea/Bot.json"),
                 Q_STR_INIT("{\"name\":\"Tea\",\"dataPrivacy\":{\"childDirected\":true},"
                            "\"idleSessionTTLInSeconds\":600}")},
                {Q_STR_INIT("Tea/BotLocales/de_DE/BotLocale.json"), Q_STR_INIT("{}")},
                {Q_STR_INIT(EN "BotLocale.json"), Q_STR_INIT("{\"nluConfidenceThreshold\":0.6}")},
                {Q_STR_INIT(EN "SlotTypes/Sort/SlotType.json"),
                 Q_STR_INIT("{\"name\":\"Sort\",\"slotTypeValues\":[{\"sampleValue\":{\"value\":"
                            "\"black\"},"
                            "\"synonyms\":[{\"value\":\"dark\"}]}],\"valueSelectionSetting\":"
                            "{\"resolutionStrategy\":\"TOP_RESOLUTION\"}}")},
                {Q_STR_INIT(EN "SlotTypes/Code/SlotType.json"),
                 Q_STR_INIT("{\"name\":\"Code\",\"valueSelectionSetting\":{\"resolutionStrategy\":"
                            "\"OriginalValue\",\"regexFilter\":{\"pattern\":\"[A-Z]+\"}}}")},
                {Q_STR_INIT(EN "Intents/Order/Intent.json"),
                 Q_STR_INIT("{\"name\":\"Order\",\"sampleUtterances\":[{\"utterance\":\"a {Sort} "
                            "tea\"}],"
                            "\"intentConfirmationSetting\":{\"promptSpecification\":" SAYS("Sure?") ",\"maxRetries\":3},\"declinationResponse\":" SAYS(
                                "Then not.") "}},\"intentClosingSetting\":{\"isActive\":false,"
                                             "\"closingResponse\":" SAYS("Bye.") "}},"
                                                                                 "\"fulfillmentCode"
                                                                                 "Hook\":{"
                                                                                 "\"enabled\":true}"
                                                                                 ",\"outputContexts"
                                                                                 "\":[{\"name\":"
                                                                                 "\"ordered\","
                                                                                 "\"timeToLiveInSec"
                                                                                 "onds\":90,"
                                                                                 "\"turnsToLive\":"
                                                                                 "5}],"
                                                                                 "\"initialResponse"
                                                                                 "Setting\":{"
                                                                                 "\"initialResponse"
                                                                                 "\":" SAYS(
                                                                                     "Hm.") "}},"
                                                                                            "\"slot"
                                                                                            "Priori"
                                                                                            "ties\""
                                                                                            ":[{"
                                                                                            "\"slot"
                                                                                            "Name\""
                                                                                            ":\"Cup"
                                                                                            "s\","
                                                                                            "\"prio"
                                                                                            "rity\""
                                                                                            ":2},"
                                                                                            "{\"slo"
                                                                                            "tName"
                                                                                            "\":"
                                                                                            "\"Sort"
                                                                                            "\","
                                                                                            "\"prio"
                                                                                            "rity\""
                                                                                            ":1}]"
                                                                                            "}")},
                {Q_STR_INIT(EN "Intents/Order/Slots/Cups/Slot.json"),
                 Q_STR_INIT(
                     "{\"name\":\"Cups\",\"slotTypeName\":\"AMAZON.Number\",\"slotConstraint\":"
                     "\"Required\",\"obfuscationSetting\":{\"obfuscationSettingType\":"
                     "\"DefaultObfuscation\"},\"defaultValueSpec\":{\"defaultValueList\":["
                     "{\"defaultValue\":\"1\"}]},\"slotValueElicitationSetting\":{"
                     "\"promptSpecification\":{\"maxRetries\":9,\"messageGroupsList\":["
                     "{\"message\":{\"plainTextMessage\":{\"value\":\"How many?\"},"
                     "\"imageResponseCard\":{\"title\":\"Cups\",\"buttons\":[{\"text\":\"One\","
                     "\"value\":\"1\"}]}},\"variations\":[{\"ssmlMessage\":{\"value\":"
                     "\"<speak>How many?</speak>\"}}]},{\"message\":{\"customPayload\":{\"value\":"
                     "\"{}\"}}}]},\"sampleUtterances\":[{\"utterance\":\"{Cups} cups\"}]}}")},
                {Q_STR_INIT(EN "Intents/Order/Slots/Sort/Slot.json"),
                 Q_STR_INIT(
                     "{\"name\":\"Sort\",\"slotTypeName\":\"Sort\",\"valueElicitationSetting\":"
                     "{\"slotConstraint\":\"Optional\",\"promptSpecification\":" SAYS(
                         "Which?") "}}}")},
                {Q_STR_INIT(EN "Intents/FallbackIntent/Intent.json"),
                 Q_STR_INIT("{\"name\":\"FallbackIntent\",\"parentIntentSignature\":"
                            "\"AMAZON.FallbackIntent\",\"sampleUtterances\":null}")},
};
enum { TEA_FILES = sizeof tea / sizeof *tea };

TEST(a_bot_of_v2_becomes_one_of_v1)
{
    q_lex_file file;
    q_bot *b = NULL;
    const q_intent *order;
    const q_slot *cups;

    CHECK_EQ(q_lex_definition(tea, TEA_FILES, q_test_arena(), &file, &err), Q_OK);
    if (q_lex_import(file.json, q_test_arena(), &b, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    CHECK_STREQ(b->name, "Tea");
    CHECK_STREQ(b->locale, "en-US");
    CHECK(b->child_directed);
    CHECK_EQ(b->idle_ttl_seconds, 600);
    CHECK_NEAR(b->confidence, 0.6, 0);
    order = q_bot_intent(b, Q_STR("Order"));
    CHECK_STREQ(order->utterances[0], "a {Sort} tea");
    CHECK_EQ(order->confirmation.max_attempts, 3);
    CHECK_STREQ(order->rejection.v[0].text, "Then not.");
    CHECK_EQ(order->conclusion.n, 0); /* not active */
    CHECK_STREQ(order->fulfillment_uri, "arn:aws:lambda:us-east-1:000000000000:function:Tea");
    CHECK_EQ(order->output_contexts[0].turns, 5);
    CHECK_STREQ(order->slots[0].name, "Sort"); /* by priority */
    CHECK(!order->slots[0].required);
    CHECK(order->slots[0].type->top_resolution);
    CHECK_STREQ(order->slots[0].type->values[0].synonyms[0], "dark");
    cups = &order->slots[1];
    CHECK_EQ(cups->kind, Q_SLOT_NUMBER);
    CHECK(cups->obfuscated);
    CHECK_STREQ(cups->defaults[0], "1");
    CHECK_STREQ(cups->utterances[0], "{Cups} cups");
    CHECK_EQ(cups->prompt.max_attempts, 5); /* at most */
    CHECK_EQ(cups->prompt.messages.n, 3);
    CHECK_EQ(cups->prompt.messages.v[1].kind, Q_MESSAGE_SSML);
    CHECK_EQ(cups->prompt.messages.v[2].kind, Q_MESSAGE_CUSTOM);
    CHECK_EQ(cups->prompt.messages.v[2].group, 2);
    CHECK_STREQ(cups->prompt.messages.card.v[0].buttons[0].value, "1");
    CHECK_EQ(q_bot_intent(b, Q_STR("FallbackIntent"))->kind, Q_INTENT_FALLBACK);
    CHECK_EQ(b->slot_types[1].parent, Q_SLOT_ALPHANUMERIC);
    CHECK_STREQ(b->slot_types[1].pattern, "[A-Z]+");
}

TEST(what_is_left_out_is_told)
{
    q_lex_file file;

    CHECK_EQ(q_lex_definition(tea, TEA_FILES, q_test_arena(), &file, &err), Q_OK);
    CHECK(q_str_find(file.warnings, Q_STR("Tea/BotLocales/de_DE/BotLocale.json: a bot has one")) !=
          SIZE_MAX);
    CHECK(q_str_find(file.warnings, Q_STR("Order/Intent.json: initialResponse is left out")) !=
          SIZE_MAX);
    CHECK(q_str_find(file.warnings,
                     Q_STR("Order/Intent.json: calls the function arn:aws:lambda")) != SIZE_MAX);
}

/* What is wrong when one more file is there. */
static const char *with(const char *name, const char *bytes)
{
    q_archive_file *files = q_arena_array(q_test_arena(), TEA_FILES + 1, sizeof *files);
    q_lex_file file;

    for (size_t i = 0; i < TEA_FILES; i++)
        files[i] = tea[i];
    files[TEA_FILES] = (q_archive_file){q_str_of(name), q_str_of(bytes)};
    CHECK(q_lex_definition(files, TEA_FILES + 1, q_test_arena(), &file, &err) != Q_OK);
    return err.msg;
}

TEST(what_cannot_be_said_in_v1_is_refused)
{
    CHECK_STR(with(EN "SlotTypes/C/SlotType.json",
                   "{\"name\":\"C\",\"compositeSlotTypeSetting\":{\"subSlots\":[]}}"),
              EN "SlotTypes/C/SlotType.json: composite slot types are not there");
    CHECK_EQ(err.code, Q_UNSUPPORTED);
    CHECK_STR(with(EN "Intents/Q/Intent.json", "{\"name\":\"Q\",\"qnAIntentConfiguration\":{}}"),
              EN "Intents/Q/Intent.json: intents that are answered by another service are not "
                 "there");
    CHECK_STR(with(EN "Intents/Q/Intent.json", "{\"name\":"),
              EN "Intents/Q/Intent.json: JSON: text ends where a value should be at byte 8");
    CHECK_EQ(err.code, Q_INVALID);
}

TEST(a_zip_of_v1_has_one_file)
{
    static const q_archive_file one[] = {{Q_STR_INIT("__MACOSX/._Tea.json"), Q_STR_INIT("x")},
                                         {Q_STR_INIT("readme.txt"), Q_STR_INIT("x")},
                                         {Q_STR_INIT("Tea.json"), Q_STR_INIT("{}")},
                                         {Q_STR_INIT("More.json"), Q_STR_INIT("{}")}};
    q_lex_file file;

    CHECK_EQ(q_lex_definition(one, 3, q_test_arena(), &file, &err), Q_OK);
    CHECK_STREQ(file.json, "{}");
    CHECK_EQ(q_lex_definition(one, 4, q_test_arena(), &file, &err), Q_INVALID);
    CHECK_EQ(q_lex_definition(one, 0, q_test_arena(), &file, &err), Q_INVALID);
    CHECK_STR(err.msg, "the zip holds 0 JSON files; an export of Lex V1 is one, and one of V2 has "
                       "NAME/Bot.json");
}
