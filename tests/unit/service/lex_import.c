#include "service/lex_import.h"

#include "test.h"

static q_err err;

/* What is wrong with {"resource": RESOURCE}. */
static const char *problem(const char *resource)
{
    q_str json = q_str_printf(q_test_arena(), "{\"resource\":%s}", resource);
    q_bot *bot = NULL;
    q_code rc = q_lex_import(json, q_test_arena(), &bot, &err);

    CHECK(rc != Q_OK);
    CHECK(bot == NULL);
    return err.msg;
}

static q_bot *imported(const char *resource)
{
    q_str json = q_str_printf(q_test_arena(), "{\"metadata\":{},\"resource\":%s}", resource);
    q_bot *bot = NULL;

    err.msg[0] = 0;
    if (q_lex_import(json, q_test_arena(), &bot, &err))
        CHECK_STR(err.msg, "no problem");
    return bot;
}

TEST(a_bot_is_read_whole)
{
    q_bot *b = imported(
        "{\"name\":\"Tea\",\"version\":\"3\",\"locale\":\"en-GB\",\"idleSessionTTLInSeconds\":120,"
        "\"clarificationPrompt\":{\"messages\":[{\"contentType\":\"PlainText\",\"content\":\"What?"
        "\"}],"
        "\"maxAttempts\":5},\"abortStatement\":{\"messages\":[{\"contentType\":\"SSML\","
        "\"content\":"
        "\"<speak>Bye</speak>\"}]},"
        "\"slotTypes\":[{\"name\":\"Sort\",\"valueSelectionStrategy\":\"TOP_RESOLUTION\","
        "\"enumerationValues\":[{\"value\":\"black\",\"synonyms\":[\"dark\"]}]}],"
        "\"intents\":[{\"name\":\"Order\",\"sampleUtterances\":[\"tea\",\"{Cups} cups of {Sort}\"],"
        "\"fulfillmentActivity\":{\"type\":\"CodeHook\",\"codeHook\":{\"uri\":\"arn:x\"}},"
        "\"slots\":["
        "{\"name\":\"Sort\",\"slotType\":\"Sort\",\"slotConstraint\":\"Required\",\"priority\":2,"
        "\"valueElicitationPrompt\":{\"messages\":[{\"contentType\":\"PlainText\",\"content\":"
        "\"Which?\"}],"
        "\"maxAttempts\":3}},"
        "{\"name\":\"Cups\",\"slotType\":\"AMAZON.NUMBER\",\"slotConstraint\":\"Optional\","
        "\"priority\":1}"
        "]},{\"name\":\"Other\",\"parentIntentSignature\":\"AMAZON.FallbackIntent\"}]}");
    const q_intent *order = q_bot_intent(b, Q_STR("Order"));

    CHECK_STREQ(b->name, "Tea");
    CHECK_EQ(b->idle_ttl_seconds, 120);
    CHECK_NEAR(b->confidence, 0.4, 0);
    CHECK_EQ(b->clarification.max_attempts, 5);
    CHECK_EQ(b->abort.v[0].kind, Q_MESSAGE_SSML);
    CHECK_EQ(order->slot_count, 2);
    CHECK_STREQ(order->slots[0].name, "Cups"); /* by priority */
    CHECK_EQ(order->slots[0].kind, Q_SLOT_NUMBER);
    CHECK(order->slots[1].required);
    CHECK(order->slots[1].type->top_resolution);
    CHECK_STREQ(order->slots[1].type->values[0].synonyms[0], "dark");
    CHECK(order->fulfillment_hook);
    CHECK_STREQ(order->fulfillment_uri, "arn:x");
    CHECK_EQ(b->intents[1].kind, Q_INTENT_FALLBACK);
}

#define SAY                                                                                        \
    "{\"messages\":[{\"contentType\":\"PlainText\",\"content\":\"Which?\"}],\"maxAttempts\":2"
#define CARD                                                                                       \
    "{\\\"version\\\":1,\\\"contentType\\\":\\\"application/vnd.amazonaws.card.generic\\\","       \
    "\\\"genericAttachments\\\":[{\\\"title\\\":\\\"Sorts\\\",\\\"subTitle\\\":\\\"of tea\\\","    \
    "\\\"buttons\\\":[{\\\"text\\\":\\\"Black\\\",\\\"value\\\":\\\"black tea\\\"}]}]}"

TEST(what_a_client_shows_and_what_a_conversation_remembers_is_read)
{
    q_bot *b = imported(
        "{\"name\":\"Tea\",\"childDirected\":true,\"detectSentiment\":true,"
        "\"nluIntentConfidenceThreshold\":0.7,"
        "\"slotTypes\":[{\"name\":\"Code\",\"parentSlotTypeSignature\":\"AMAZON.AlphaNumeric\","
        "\"slotTypeConfigurations\":[{\"regexConfiguration\":{\"pattern\":\"[A-Z]{2}[0-9]+\"}}]}],"
        "\"intents\":[{\"name\":\"Order\",\"sampleUtterances\":[\"order {Sort}\"],"
        "\"inputContexts\":[{\"name\":\"greeted\"}],\"outputContexts\":[{\"name\":\"ordered\","
        "\"turnsToLive\":3,\"timeToLiveInSeconds\":90}],"
        "\"slots\":[{\"name\":\"Sort\",\"slotType\":\"Code\",\"slotConstraint\":\"Required\","
        "\"obfuscationSetting\":\"DEFAULT_OBFUSCATION\",\"sampleUtterances\":[\"make it {Sort}\"],"
        "\"defaultValueSpec\":{\"defaultValueList\":[{\"defaultValue\":\"#ordered.Sort\"},"
        "{\"defaultValue\":\"[sort]\"}]},"
        "\"valueElicitationPrompt\":" SAY ",\"responseCard\":\"" CARD "\"}}]},"
        "{\"name\":\"Again\",\"parentIntentSignature\":\"AMAZON.RepeatIntent\"},"
        "{\"name\":\"Over\",\"parentIntentSignature\":\"AMAZON.StartOverIntent\"}]}");
    const q_intent *order = &b->intents[0];
    const q_slot *sort = &order->slots[0];
    const q_card *card = &sort->prompt.messages.card;

    CHECK(b->child_directed);
    CHECK(b->detect_sentiment);
    CHECK_NEAR(b->confidence, 0.7, 0);
    CHECK_EQ(sort->type->parent, Q_SLOT_ALPHANUMERIC);
    CHECK_STREQ(sort->type->pattern, "[A-Z]{2}[0-9]+");
    CHECK(sort->obfuscated);
    CHECK_EQ(sort->utterance_count, 1);
    CHECK_STREQ(sort->defaults[1], "[sort]");
    CHECK_EQ(card->n, 1);
    CHECK_STREQ(card->v[0].subtitle, "of tea");
    CHECK_STREQ(card->v[0].buttons[0].value, "black tea");
    CHECK_STREQ(order->input_contexts[0], "greeted");
    CHECK_EQ(order->output_contexts[0].turns, 3);
    CHECK_EQ(order->output_contexts[0].seconds, 90);
    CHECK_EQ(b->intents[1].kind, Q_INTENT_REPEAT);
    CHECK_EQ(b->intents[2].kind, Q_INTENT_OWN);
    CHECK_STREQ(b->intents[2].utterances[1], "restart");
}

TEST(problems_of_cards_contexts_and_patterns_are_named)
{
    CHECK_STR(problem("{\"name\":\"B\",\"abortStatement\":" SAY
                      ",\"responseCard\":\"{]\"},\"intents\":[{\"name\":\"I\","
                      "\"outputContexts\":[{\"name\":\"c\",\"turnsToLive\":21}]}]}"),
              "resource.abortStatement.responseCard: JSON: expected a string at byte 1; "
              "resource.intents[0].outputContexts[0].turnsToLive: 21; 1 to 20 is wanted");
    CHECK_STR(
        problem("{\"name\":\"B\",\"slotTypes\":[{\"name\":\"T\",\"parentSlotTypeSignature\":"
                "\"AMAZON.AlphaNumeric\",\"slotTypeConfigurations\":[{\"regexConfiguration\":"
                "{\"pattern\":\"[a\"}}]}],\"intents\":[{\"name\":\"I\"}]}"),
        "resource.slotTypes[0].slotTypeConfigurations: pattern [a, at 2: missing terminating ] "
        "for character class");
    CHECK_STR(problem("{\"name\":\"B\",\"intents\":[{\"name\":\"I\",\"fulfillmentActivity\":{"
                      "\"type\":\"CodeHook\",\"codeHook\":{\"uri\":\"f\","
                      "\"messageVersion\":\"3.0\"}}}]}"),
              "resource.intents[0].fulfillmentActivity.codeHook.messageVersion: 3.0 is not there; "
              "1.0 is, and 2.0 for V2's form");
    CHECK_STR(problem("{\"name\":\"B\",\"intents\":[{\"name\":\"I\",\"parentIntentSignature\":"
                      "\"AMAZON.KendraSearchIntent\"}]}"),
              "resource.intents[0].parentIntentSignature: the built-in intent "
              "AMAZON.KendraSearchIntent is not there yet");
    CHECK_EQ(err.code, Q_UNSUPPORTED);
}

TEST(two_intents_with_the_same_words_clash)
{
    CHECK_STR(
        problem("{\"name\":\"B\",\"intents\":[{\"name\":\"I\",\"sampleUtterances\":[\"a b\",\"c\"]}"
                ",{\"name\":\"J\",\"sampleUtterances\":[\"d\",\" A B\"]}]}"),
        "intents I and J have the same utterance: A B");
    imported(
        "{\"name\":\"B\",\"intents\":[{\"name\":\"I\",\"sampleUtterances\":[\"a\"],"
        "\"inputContexts\":[{\"name\":\"x\"}]},{\"name\":\"J\",\"sampleUtterances\":[\"a\"]}]}");
}

TEST(problems_are_named_by_path)
{
    CHECK_STR(problem("{\"name\":\"B\",\"intents\":[{\"name\":\"I\",\"slots\":[{\"name\":\"S\","
                      "\"slotType\":\"X\",\"slotConstraint\":\"Optional\"}]}]}"),
              "resource.intents[0].slots[0].slotType: unknown type X");
    CHECK_EQ(err.code, Q_INVALID);
    CHECK_STR(problem("{\"name\":\"B\",\"intents\":[{\"name\":\"I\",\"sampleUtterances\":[\"a {b\","
                      "\"{c}\"]}]}"),
              "resource.intents[0].sampleUtterances[0]: a { without its }; "
              "resource.intents[0].sampleUtterances[1]: {c} is no slot of the intent");
    CHECK_STR(problem("{\"name\":7,\"intents\":\"x\"}"),
              "resource.name: text is wanted, this is a number; "
              "resource.intents: a list is wanted, this is text");
    CHECK_STR(problem("{\"name\":\"B\"}"), "resource.intents: missing");
    CHECK_STR(problem("{\"name\":\"B 2\",\"intents\":[]}"),
              "resource.name: B 2; letters with single _ between are wanted, at most 100; "
              "resource.intents: empty");
    CHECK_STR(
        problem("{\"name\":\"B\",\"intents\":[{\"name\":\"I\",\"slots\":[{\"name\":\"S\","
                "\"slotType\":\"AMAZON.NUMBER\",\"slotConstraint\":\"Required\"}]}]}"),
        "resource.intents[0].slots[0].valueElicitationPrompt: missing; a required slot needs one");
    CHECK_STR(problem("{\"name\":\"B\",\"intents\":[3]}"),
              "resource.intents[0]: an object is wanted, this is a number");
    CHECK_STR(problem("[]"), "resource: an object is wanted");
}

TEST(what_is_not_there_yet_is_named)
{
    CHECK_STR(
        problem("{\"name\":\"B\",\"intents\":[{\"name\":\"I\",\"slots\":[{\"name\":\"S\","
                "\"slotType\":\"AMAZON.Nothing\",\"slotConstraint\":\"Optional\"}]}]}"),
        "resource.intents[0].slots[0].slotType: the built-in type AMAZON.Nothing is not there yet");
    CHECK_EQ(err.code, Q_UNSUPPORTED);
    CHECK_STR(problem("{\"name\":\"B\",\"locale\":\"de-DE\",\"intents\":[{\"name\":\"I\"}]}"),
              "resource.locale: de-DE is not there yet; en-US, en-GB, en-AU and en-IN are");
}

TEST(what_is_no_bot_is_refused)
{
    q_bot *bot;

    CHECK_EQ(q_lex_import(Q_STR(""), q_test_arena(), &bot, &err), Q_INVALID);
    CHECK_EQ(q_lex_import(Q_STR("[1]"), q_test_arena(), &bot, &err), Q_INVALID);
    CHECK_EQ(q_lex_import(Q_STR("{\"metadata\":{}}"), q_test_arena(), &bot, &err), Q_INVALID);
    CHECK_STR(err.msg, "resource: missing");
}

TEST(reading_fails_cleanly_when_the_arena_is_full)
{
    static const char JSON[] =
        "{\"resource\":{\"name\":\"B\",\"intents\":[{\"name\":\"I\","
        "\"sampleUtterances\":[\"go\",\"run {S}\"],\"slots\":[{\"name\":\"S\","
        "\"slotType\":\"AMAZON.DATE\",\"slotConstraint\":\"Optional\"}]}]}}";
    bool done = false;

    for (size_t limit = 0; !done && limit < 65536; limit += 64) {
        q_arena *a = q_arena_new(limit);
        q_bot *bot;
        q_code rc = q_lex_import(Q_STR(JSON), a, &bot, &err);

        CHECK(rc == Q_OK || rc == Q_NOMEM);
        done = rc == Q_OK;
        q_arena_free(a);
    }
    CHECK(done);
}

TEST_MAIN("service/lex_import")
