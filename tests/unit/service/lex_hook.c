#include "service/lex_hook.h"

#include "test.h"

static q_err err;

TEST(an_event_says_what_lex_says)
{
    static q_slot slots[] = {{.name = Q_STR_INIT("Number")}, {.name = Q_STR_INIT("Day")}};
    q_intent intent = {.name = Q_STR("Details"), .slots = slots, .slot_count = 2};
    q_bot bot = {.name = Q_STR("InvoiceBot")};
    q_attribute who = {Q_STR("who"), Q_STR("Ada")};
    q_attributes attributes = {&who, 1};
    q_str values[] = {Q_STR("35678-9"), {0}};
    lex_hook h = {
        .bot = &bot, .alias = Q_STR("Latest"), .version = Q_STR("1"), .user = Q_STR("u1")};
    q_hook_call call = {.fulfillment = true,
                        .intent = &intent,
                        .slots = values,
                        .score = 0.5,
                        .text = Q_STR("35678-9"),
                        .attributes = &attributes};
    q_str json;

    CHECK_EQ(lex__hook_event(&h, &call, q_test_arena(), &json, NULL), Q_OK);
    CHECK_STREQ(
        json,
        "{\"messageVersion\":\"1.0\",\"invocationSource\":\"FulfillmentCodeHook\","
        "\"userId\":\"u1\",\"sessionAttributes\":{\"who\":\"Ada\"},\"requestAttributes\":null,"
        "\"bot\":{\"name\":\"InvoiceBot\",\"alias\":\"Latest\",\"version\":\"1\"},"
        "\"outputDialogMode\":\"Text\",\"currentIntent\":{\"name\":\"Details\","
        "\"nluIntentConfidenceScore\":0.5,\"slots\":{\"Number\":\"35678-9\",\"Day\":null},"
        "\"slotDetails\":{\"Number\":{\"resolutions\":[{\"value\":\"35678-9\"}]},\"Day\":null},"
        "\"confirmationStatus\":\"None\"},\"inputTranscript\":\"35678-9\"}");
}

static q_hook_reply reply(const char *json)
{
    q_hook_reply r;

    CHECK_EQ(lex__hook_reply(q_str_of(json), q_test_arena(), &r, &err), Q_OK);
    return r;
}

TEST(replies_are_read)
{
    q_hook_reply r =
        reply("{\"sessionAttributes\":{\"a\":\"b\"},\"dialogAction\":{\"type\":\"Close\","
              "\"fulfillmentState\":\"Fulfilled\",\"message\":{\"contentType\":"
              "\"PlainText\",\"content\":\"Done.\"}}}");

    CHECK_EQ(r.action, Q_HOOK_CLOSE);
    CHECK(!r.failed);
    CHECK_STREQ(r.message.text, "Done.");
    CHECK_STREQ(r.attributes.v[0].value, "b");
    r = reply(
        "{\"dialogAction\":{\"type\":\"ElicitSlot\",\"intentName\":\"I\",\"slotToElicit\":\"S\","
        "\"slots\":{\"S\":null,\"T\":\"x\"}}}");
    CHECK_EQ(r.action, Q_HOOK_ELICIT_SLOT);
    CHECK_EQ(r.slots.n, 2);
    CHECK(!r.slots.v[0].value.p);
    CHECK(!r.has_attributes);
    r = reply("{\"dialogAction\":{\"type\":\"Delegate\",\"slots\":{}}}");
    CHECK_EQ(r.action, Q_HOOK_DELEGATE);
}

static const char *refused(const char *json)
{
    q_hook_reply r;

    CHECK_EQ(lex__hook_reply(q_str_of(json), q_test_arena(), &r, &err), Q_INVALID);
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
              "the function's reply: sessionAttributes and slots are objects of texts");
    refused("{");
}

TEST_MAIN("service/lex_hook")
