#include "service/lex_hook.h"

#include "test.h"

static q_err err;

TEST(an_event_says_what_lex_says)
{
    static q_slot slots[] = {{.name = Q_STR_INIT("Number")}, {.name = Q_STR_INIT("Day")}};
    q_intent intent = {.name = Q_STR("Details"), .slots = slots, .slot_count = 2};
    q_bot bot = {.name = Q_STR("InvoiceBot")};
    q_attribute who = {Q_STR("who"), Q_STR("Ada")};
    q_attribute held = {Q_STR("Number"), Q_STR("7")};
    q_attribute size = {Q_STR("Size"), Q_STR("large")};
    q_context order = {
        .name = Q_STR("order"), .turns = 3, .expires_ms = 61500, .parameters = {&size, 1}};
    q_filled values[2] = {{.value = Q_STR("35678-9"), .original = Q_STR("35678-9")}};
    q_str other_values[] = {Q_STR("35678-9"), {0}};
    q_intent other = {.name = Q_STR("Notes"), .slots = slots, .slot_count = 2};
    q_understood understood = {
        .guesses = {{.intent = &intent, .score = 0.5},
                    {.intent = &other, .score = 0.25, .slots = other_values, .said = other_values}},
        .count = 2};
    q_session session = {.slots = values,
                         .slot_count = 2,
                         .attributes = {&who, 1},
                         .contexts = {&order, 1},
                         .recent = {{.intent = Q_STR("Details"),
                                     .label = Q_STR("here"),
                                     .slots = {&held, 1},
                                     .action = Q_ACTION_ELICIT_SLOT,
                                     .slot_to_elicit = Q_STR("Number")}},
                         .recent_count = 1};
    lex_hook h = {.bot = &bot,
                  .alias = Q_STR("Latest"),
                  .version = Q_STR("1"),
                  .user = Q_STR("u1"),
                  .now_ms = 1000};
    q_hook_call call = {.fulfillment = true,
                        .intent = &intent,
                        .session = &session,
                        .score = 0.5,
                        .understood = &understood,
                        .text = Q_STR("35678-9")};
    q_str json;

    CHECK_EQ(lex__hook_event(&h, &call, q_test_arena(), &json, NULL), Q_OK);
    CHECK_STREQ(
        json,
        "{\"messageVersion\":\"1.0\",\"invocationSource\":\"FulfillmentCodeHook\","
        "\"userId\":\"u1\",\"sessionAttributes\":{\"who\":\"Ada\"},\"requestAttributes\":null,"
        "\"bot\":{\"name\":\"InvoiceBot\",\"alias\":\"Latest\",\"version\":\"1\"},"
        "\"outputDialogMode\":\"Text\",\"currentIntent\":{\"name\":\"Details\","
        "\"nluIntentConfidenceScore\":0.5,\"slots\":{\"Number\":\"35678-9\",\"Day\":null},"
        "\"slotDetails\":{\"Number\":{\"resolutions\":[{\"value\":\"35678-9\"}],"
        "\"originalValue\":\"35678-9\"},\"Day\":null},"
        "\"confirmationStatus\":\"None\"},\"alternativeIntents\":[{\"name\":\"Notes\","
        "\"nluIntentConfidenceScore\":0.25,\"slots\":{\"Number\":\"35678-9\",\"Day\":null},"
        "\"slotDetails\":{\"Number\":{\"resolutions\":[{\"value\":\"35678-9\"}],"
        "\"originalValue\":\"35678-9\"},\"Day\":null},\"confirmationStatus\":\"None\"}],"
        "\"inputTranscript\":\"35678-9\",\"recentIntentSummaryView\":[{\"intentName\":\"Details\","
        "\"checkpointLabel\":\"here\",\"slots\":{\"Number\":\"7\"},\"confirmationStatus\":\"None\","
        "\"dialogActionType\":\"ElicitSlot\",\"slotToElicit\":\"Number\"}],"
        "\"activeContexts\":[{\"name\":\"order\",\"timeToLive\":{\"timeToLiveInSeconds\":61,"
        "\"turnsToLive\":3},\"parameters\":{\"Size\":\"large\"}}]}");
}

static q_directive reply(const char *json)
{
    q_directive r;

    CHECK_EQ(lex__hook_reply(q_str_of(json), 1000, q_test_arena(), &r, &err), Q_OK);
    return r;
}

TEST(replies_are_read)
{
    q_directive r =
        reply("{\"sessionAttributes\":{\"a\":\"b\"},\"dialogAction\":{\"type\":\"Close\","
              "\"fulfillmentState\":\"Fulfilled\",\"message\":{\"contentType\":"
              "\"PlainText\",\"content\":\"Done.\"}}}");

    CHECK_EQ(r.action, Q_ACTION_CLOSE);
    CHECK_EQ(r.fulfillment, Q_FULFILL_FULFILLED);
    CHECK_STREQ(r.messages[0].text, "Done.");
    CHECK_STREQ(r.attributes.v[0].value, "b");
    r = reply(
        "{\"dialogAction\":{\"type\":\"ElicitSlot\",\"intentName\":\"I\",\"slotToElicit\":\"S\","
        "\"slots\":{\"S\":null,\"T\":\"x\"}}}");
    CHECK_EQ(r.action, Q_ACTION_ELICIT_SLOT);
    CHECK_EQ(r.slots.n, 2);
    CHECK(!r.slots.v[0].value.p);
    CHECK(!r.has_attributes);
    r = reply(
        "{\"dialogAction\":{\"type\":\"Delegate\",\"slots\":{},\"responseCard\":{\"version\":1,"
        "\"contentType\":\"application/vnd.amazonaws.card.generic\",\"genericAttachments\":[{"
        "\"title\":\"T\",\"buttons\":[{\"text\":\"Yes\",\"value\":\"yes please\"}]}]}},"
        "\"activeContexts\":[{\"name\":\"order\",\"timeToLive\":{\"turnsToLive\":2,"
        "\"timeToLiveInSeconds\":90},\"parameters\":{\"a\":\"b\"}}],"
        "\"recentIntentSummaryView\":[{\"intentName\":\"I\",\"dialogActionType\":\"Close\","
        "\"fulfillmentState\":\"Failed\",\"slots\":{\"S\":null}}]}");
    CHECK_EQ(r.action, Q_ACTION_DELEGATE);
    CHECK_STREQ(r.card.v[0].buttons[0].value, "yes please");
    CHECK_EQ(r.contexts.v[0].expires_ms, 91000);
    CHECK_EQ(r.contexts.v[0].turns, 2);
    CHECK_EQ(r.recent[0].fulfillment, Q_FULFILL_FAILED);
}

static const char *refused(const char *json)
{
    q_directive r;

    CHECK_EQ(lex__hook_reply(q_str_of(json), 1000, q_test_arena(), &r, &err), Q_INVALID);
    return err.msg;
}

TEST(replies_of_another_form_are_refused)
{
    CHECK_STR(refused("null"), "the function's reply: no dialogAction");
    CHECK_STR(refused("{\"dialogAction\":{\"type\":\"Jump\"}}"),
              "the function's reply: dialogAction.type is not Close, ElicitIntent, ElicitSlot, "
              "ConfirmIntent or Delegate");
    CHECK_STR(refused("{\"dialogAction\":{\"type\":\"Close\"}}"),
              "the function's reply: dialogAction.fulfillmentState is not Fulfilled or Failed");
    CHECK_STR(refused("{\"dialogAction\":{\"type\":\"Delegate\",\"slots\":{\"a\":1}}}"),
              "the function's reply: dialogAction.slots.a: a text is wanted");
    CHECK_STR(
        refused("{\"dialogAction\":{\"type\":\"Delegate\"},\"activeContexts\":[{\"name\":\"a\","
                "\"timeToLive\":{\"turnsToLive\":21},\"parameters\":{}}]}"),
        "the function's reply: activeContexts[0].timeToLive.turnsToLive: a whole number from "
        "1 to 20 is wanted");
    CHECK_STR(refused("{\"dialogAction\":{\"type\":\"Delegate\",\"responseCard\":{"
                      "\"genericAttachments\":[{\"buttons\":[{\"text\":\"more than fifteen\","
                      "\"value\":\"v\"}]}]}}}"),
              "the function's reply: responseCard.genericAttachments[0].buttons[0].text: a text of "
              "at most 15 characters is wanted");
    CHECK_STR(refused("{\"dialogAction\":{\"type\":\"Delegate\"},\"recentIntentSummaryView\":[{"
                      "\"intentName\":\"I\",\"dialogActionType\":\"Delegate\","
                      "\"checkpointLabel\":\"a b\"}]}"),
              "the function's reply: recentIntentSummaryView[0].checkpointLabel: letters, digits "
              "and - are wanted, at most 255");
    refused("{");
}

TEST_MAIN("service/lex_hook")
