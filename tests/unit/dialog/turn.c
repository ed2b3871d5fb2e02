#include "dialog/turn.h"

#include "sample_bot.h"
#include "test.h"

#include <string.h>

typedef struct talk {
    q_model *model;
    q_session session;
    q_turn_reply reply;
    q_directive answer; /* of the fulfilment hook */
    q_code hook_rc;
    int hooks;
    q_str heard; /* what the hooks saw last: "fulfil Details 35678-9" */
} talk;

static q_code hook(void *ctx, const q_hook_call *call, q_arena *a, q_directive *reply, q_err *err)
{
    talk *t = ctx;

    t->hooks++;
    t->heard = q_str_printf(a, "%s %.*s %.*s", call->fulfillment ? "fulfil" : "dialog",
                            Q_ARG(call->intent->name),
                            Q_ARG(call->intent->slot_count && call->session->slots[0].value.p
                                      ? call->session->slots[0].value
                                      : Q_STR("-")));
    if (t->hook_rc)
        return q_err_set(err, t->hook_rc, "the hook fails");
    *reply = call->fulfillment ? t->answer
                               : (q_directive){.has_action = true, .action = Q_ACTION_DELEGATE};
    return Q_OK;
}

static void forget(void *model)
{
    q_model_free(model);
}

static q_message here_it_is = {.text = Q_STR_INIT("Here it is.")};
static q_message what_next = {.text = Q_STR_INIT("What next?")};

/* A hook's Close. */
static q_directive closing(q_fulfillment f, q_message *m)
{
    return (q_directive){.has_action = true,
                         .action = Q_ACTION_CLOSE,
                         .fulfillment = f,
                         .messages = m,
                         .message_count = m != NULL};
}

static talk begin(void)
{
    talk t = {.answer = closing(Q_FULFILL_FULFILLED, &here_it_is)};

    CHECK_EQ(q_model_learn(sample_bot(), &t.model, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), forget, t.model), Q_OK);
    return t;
}

/* One turn: "State message". */
static q_str say(talk *t, const char *text)
{
    q_turn_input in = {.text = q_str_of(text), .hook = hook, .hook_ctx = t};
    q_err err;
    q_code rc = q_turn(t->model, sample_bot(), &t->session, &in, q_test_arena(), &t->reply, &err);

    if (rc)
        return q_str_printf(q_test_arena(), "error %s", err.msg);
    return q_str_printf(q_test_arena(), "%s%s%.*s", q_dialog_state_name(t->session.state),
                        t->reply.message_count ? " " : "",
                        Q_ARG(t->reply.message_count ? t->reply.messages[0].text : Q_STR("")));
}

TEST(a_conversation_about_an_invoice)
{
    talk t = begin();

    CHECK_STREQ(say(&t, "Show me the invoice summary"), "Fulfilled Here it is.");
    CHECK_STREQ(t.heard, "fulfil Summary -");
    CHECK_STREQ(say(&t, "Get me the invoice details"),
                "ElicitSlot Please enter the invoice number");
    CHECK_STREQ(t.session.slot_to_elicit, "InvoiceNumber");
    CHECK_STREQ(say(&t, "35678-9"), "Fulfilled Here it is.");
    CHECK_STREQ(t.heard, "fulfil Details 35678-9");
    CHECK_STREQ(say(&t, "Can you show me the invoice notes for 35678-9"), "Fulfilled Here it is.");
    CHECK_STREQ(t.heard, "fulfil Notes 35678-9");
    CHECK_EQ(t.hooks, 4); /* Notes has a dialog hook too */
}

TEST(a_slot_is_asked_for_until_attempts_end)
{
    talk t = begin();

    CHECK_STREQ(say(&t, "get me the invoice details"),
                "ElicitSlot Please enter the invoice number");
    CHECK_STREQ(say(&t, "hm"), "ElicitSlot Please enter the invoice number");
    CHECK_STREQ(say(&t, "hm"), "Failed Sorry.");
    CHECK_STREQ(say(&t, "show me the invoice summary"), "Fulfilled Here it is.");
}

TEST(attempts_end_with_a_dialog_hook_too)
{
    talk t = begin();

    CHECK_STREQ(say(&t, "show me the notes"), "ElicitSlot Please enter the invoice number");
    CHECK_STREQ(say(&t, "hm"), "ElicitSlot Please enter the invoice number");
    CHECK_STREQ(say(&t, "hm"), "Failed Sorry.");
}

static q_code refuse(void *ctx, const q_hook_call *call, q_arena *a, q_directive *reply, q_err *err)
{
    (void)ctx;
    (void)call;
    (void)a;
    (void)err;
    *reply = (q_directive){.has_action = true,
                           .action = Q_ACTION_ELICIT_SLOT,
                           .slot_to_elicit = Q_STR("InvoiceNumber"),
                           .messages = &what_next,
                           .message_count = 1};
    return Q_OK;
}

TEST(a_hook_may_refuse_values_as_often_as_it_likes)
{
    talk t = begin();
    q_turn_input in = {.text = Q_STR("show me the notes"), .hook = refuse};

    for (int i = 0; i < 6; i++) {
        CHECK_EQ(q_turn(t.model, sample_bot(), &t.session, &in, q_test_arena(), &t.reply, NULL),
                 Q_OK);
        CHECK_EQ(t.session.state, Q_DIALOG_ELICIT_SLOT);
        in.text = Q_STR("35678-9");
    }
}

TEST(another_request_changes_the_subject)
{
    talk t = begin();

    say(&t, "get me the invoice details");
    CHECK_STREQ(say(&t, "Can you show me the invoice notes for 12"), "Fulfilled Here it is.");
    CHECK_STREQ(t.heard, "fulfil Notes 12");
    say(&t, "I want to order a pizza");
    CHECK_STREQ(say(&t, "show me the invoice summary"), "Fulfilled Here it is.");
    CHECK_STREQ(t.heard, "fulfil Summary -");
}

TEST(an_order_is_confirmed)
{
    talk t = begin();

    CHECK_STREQ(say(&t, "I want to order a pizza"), "ElicitSlot How many?");
    CHECK_STREQ(say(&t, "two"), "ElicitSlot What size?");
    CHECK_STREQ(say(&t, "huge"), "ConfirmIntent 2 large, right?");
    CHECK_STREQ(say(&t, "what?"), "ConfirmIntent 2 large, right?");
    CHECK_STREQ(say(&t, "yes"), "ReadyForFulfillment");
    CHECK_STREQ(t.session.slots[1].value, "large");
    CHECK_STREQ(say(&t, "3 small pizzas please"), "ConfirmIntent 3 small, right?");
    CHECK_STREQ(say(&t, "no"), "Failed Then not.");
    CHECK_EQ(t.hooks, 0);
}

TEST(a_correction_is_confirmed_again)
{
    talk t = begin();

    say(&t, "3 small pizzas please");
    CHECK_STREQ(say(&t, "no, make it 4"), "ConfirmIntent 4 small, right?");
    CHECK_STREQ(say(&t, "yes, but make it 5"), "ConfirmIntent 5 small, right?");
    CHECK_STREQ(say(&t, "yes"), "ReadyForFulfillment");
}

TEST(what_is_not_understood_is_clarified_then_given_up)
{
    talk t = begin();

    CHECK_STREQ(say(&t, "blah blah"), "ElicitIntent I did not get that.");
    CHECK(t.reply.intent == NULL);
    CHECK_STREQ(say(&t, "blah blah"), "ElicitIntent I did not get that.");
    CHECK_STREQ(say(&t, "blah blah"), "Failed Sorry.");
    CHECK_STREQ(say(&t, "blah blah"), "ElicitIntent I did not get that.");
}

TEST(a_hook_that_says_nothing_is_concluded)
{
    talk t = begin();
    q_attribute who = {Q_STR("who"), Q_STR("Ada")};

    t.answer = closing(Q_FULFILL_FULFILLED, NULL);
    t.answer.has_attributes = true;
    t.answer.attributes = (q_attributes){&who, 1};
    CHECK_STREQ(say(&t, "invoice notes for 9"), "Fulfilled Those were the notes of 9, Ada.");
}

TEST(a_fulfilment_that_delegates_must_remove_a_slot)
{
    talk t = begin();
    q_attribute number = {Q_STR("InvoiceNumber"), {0}};

    t.answer = (q_directive){.has_action = true, .action = Q_ACTION_DELEGATE};
    CHECK_STREQ(say(&t, "show the details of invoice 9"),
                "error the function delegates the fulfilment of intent Details and removes no "
                "required slot; it must close the intent or ask on");
    t = begin();
    t.answer = (q_directive){
        .has_action = true, .action = Q_ACTION_DELEGATE, .has_slots = true, .slots = {&number, 1}};
    CHECK_STREQ(say(&t, "show the details of invoice 9"),
                "ElicitSlot Please enter the invoice number");
}

TEST(a_follow_up_is_answered)
{
    talk t = begin();

    t.answer = closing(Q_FULFILL_FULFILLED, NULL);
    CHECK_STREQ(say(&t, "help"), "Fulfilled Anything else?");
    CHECK_STREQ(say(&t, "no"), "Fulfilled Goodbye.");
    say(&t, "help");
    CHECK_STREQ(say(&t, "yes"), "ElicitIntent I did not get that.");
    say(&t, "help");
    CHECK_STREQ(say(&t, "show me the invoice summary"), "Fulfilled");
    say(&t, "help");
    CHECK_STREQ(say(&t, "hm"), "ElicitIntent I did not get that."); /* one attempt was all */
}

TEST(a_hook_leads_the_conversation)
{
    talk t = begin();

    t.answer = (q_directive){.has_action = true,
                             .action = Q_ACTION_ELICIT_SLOT,
                             .intent = Q_STR("Details"),
                             .slot_to_elicit = Q_STR("InvoiceNumber")};
    CHECK_STREQ(say(&t, "show me the invoice summary"),
                "ElicitSlot Please enter the invoice number");
    CHECK_STREQ(t.session.intent, "Details");
    t.answer = (q_directive){.has_action = true,
                             .action = Q_ACTION_ELICIT_INTENT,
                             .messages = &what_next,
                             .message_count = 1};
    CHECK_STREQ(say(&t, "12"), "ElicitIntent What next?");
    CHECK_STREQ(t.session.intent, "");
    t.answer = closing(Q_FULFILL_FAILED, NULL);
    CHECK_STREQ(say(&t, "show me the invoice summary"), "Failed");
}

TEST(a_hook_that_errs_ends_the_turn)
{
    talk t = begin();

    t.hook_rc = Q_TIMEOUT;
    CHECK_STREQ(say(&t, "show me the invoice summary"), "error the hook fails");
    t.hook_rc = Q_OK;
    t.answer = (q_directive){
        .has_action = true, .action = Q_ACTION_ELICIT_SLOT, .slot_to_elicit = Q_STR("Nope")};
    CHECK_STREQ(say(&t, "show me the invoice summary"),
                "error the function asks for slot Nope; intent Summary has none of that name");
}

TEST_MAIN("dialog/turn")
