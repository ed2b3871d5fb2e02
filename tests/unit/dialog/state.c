/* What a session holds beyond slots: contexts, recent intents, cards, defaults,
 * what was said, and what a client puts.
 */
#include "dialog/turn.h"

#include "test.h"

#define LIST(array) (array), sizeof(array) / sizeof((array)[0])
#define SAY(words)                                                                                 \
    {                                                                                              \
        .v = (q_message[]){{.text = Q_STR_INIT(words)}}, .n = 1                                    \
    }
#define NOW 1000000

static q_str order_words[] = {Q_STR_INIT("order curtains"), Q_STR_INIT("order {Size} curtains")};
static q_str track_words[] = {Q_STR_INIT("where is my parcel"), Q_STR_INIT("track my parcel")};
static q_str again_words[] = {Q_STR_INIT("say that again"), Q_STR_INIT("repeat please")};
static q_str yes_words[] = {Q_STR_INIT("yes"), Q_STR_INIT("yes indeed")};
static q_str hours_words[] = {Q_STR_INIT("when are you open"), Q_STR_INIT("your opening hours")};
static q_str huge[] = {Q_STR_INIT("huge")};
static q_slot_value sizes[] = {{Q_STR_INIT("small"), NULL, 0}, {Q_STR_INIT("large"), LIST(huge)}};
static q_slot_type size = {
    .name = Q_STR_INIT("Size"), .values = sizes, .value_count = 2, .top_resolution = true};
static q_button buttons[] = {{Q_STR_INIT("Large"), Q_STR_INIT("large")}};
static q_attachment attachments[] = {
    {.title = Q_STR_INIT("For [who]"), .buttons = buttons, .button_count = 1}};
static q_message two_groups[] = {
    {.text = Q_STR_INIT("Good choice."), .group = 1},
    {.text = Q_STR_INIT("<speak>Size?</speak>"), .kind = Q_MESSAGE_SSML, .group = 2},
    {.text = Q_STR_INIT("What size?"), .group = 2}};
static q_str attribute_default[] = {Q_STR_INIT("#nothing.Size"), Q_STR_INIT("[colour]"),
                                    Q_STR_INIT("white")};
static q_slot order_slots[] = {{.name = Q_STR_INIT("Size"),
                                .type = &size,
                                .required = true,
                                .prompt = {{two_groups, 3, {attachments, 1}}, 2}},
                               {.name = Q_STR_INIT("Colour"),
                                .kind = Q_SLOT_SEARCH_QUERY,
                                .defaults = attribute_default,
                                .default_count = 3}};
static q_str context_default[] = {Q_STR_INIT("#ordered.Size")};
static q_slot track_slots[] = {{.name = Q_STR_INIT("What"),
                                .kind = Q_SLOT_SEARCH_QUERY,
                                .defaults = context_default,
                                .default_count = 1}};
static q_output_context ordered[] = {{Q_STR_INIT("ordered"), 2, 60}};
static q_str ordered_name[] = {Q_STR_INIT("ordered")};

static q_intent intents[] = {
    {.name = Q_STR_INIT("Order"),
     .utterances = order_words,
     .utterance_count = 2,
     .slots = order_slots,
     .slot_count = 2,
     .confirms = true,
     .confirmation = {SAY("A {Size} one?"), 2},
     .rejection = SAY("Not then."),
     .conclusion = SAY("Ordered."),
     .output_contexts = ordered,
     .output_context_count = 1},
    {.name = Q_STR_INIT("Track"),
     .utterances = track_words,
     .utterance_count = 2,
     .slots = track_slots,
     .slot_count = 1,
     .conclusion = SAY("Your {What} parcel is here."),
     .input_contexts = ordered_name,
     .input_context_count = 1},
    {.name = Q_STR_INIT("Again"),
     .kind = Q_INTENT_REPEAT,
     .utterances = again_words,
     .utterance_count = 2},
    {.name = Q_STR_INIT("Yes"),
     .kind = Q_INTENT_YES,
     .utterances = yes_words,
     .utterance_count = 2,
     .conclusion = SAY("Yes what?")},
    {.name = Q_STR_INIT("Hours"),
     .utterances = hours_words,
     .utterance_count = 2,
     .conclusion = SAY("Always.")},
    {.name = Q_STR_INIT("Rescue"), .kind = Q_INTENT_FALLBACK, .conclusion = SAY("Rescued.")},
};

static const q_bot shop = {.name = Q_STR_INIT("Shop"),
                           .intents = intents,
                           .intent_count = sizeof intents / sizeof *intents,
                           .slot_types = &size,
                           .slot_type_count = 1,
                           .clarification = {SAY("Pardon?"), 1},
                           .abort = SAY("Goodbye."),
                           .confidence = 0.4};

typedef struct talk {
    q_model *model;
    q_session session;
    q_turn_reply reply;
    unsigned accepts;
    int64_t now_ms;
} talk;

static void forget(void *model)
{
    q_model_free(model);
}

static talk begin(void)
{
    talk t = {.now_ms = NOW};

    CHECK_EQ(q_model_learn(&shop, &t.model, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), forget, t.model), Q_OK);
    return t;
}

/* "State message | message" */
static q_str told(const talk *t)
{
    q_str all = q_str_of(q_dialog_state_name(t->session.state));

    for (size_t i = 0; i < t->reply.message_count; i++)
        all = q_str_printf(q_test_arena(), "%.*s%s%.*s", Q_ARG(all), i ? " | " : " ",
                           Q_ARG(t->reply.messages[i].text));
    return all;
}

static q_str say(talk *t, const char *text)
{
    q_turn_input in = {.text = q_str_of(text), .now_ms = t->now_ms, .accepts = t->accepts};
    q_err err;

    if (q_turn(t->model, &shop, &t->session, &in, q_test_arena(), &t->reply, &err))
        return q_str_printf(q_test_arena(), "error %s", err.msg);
    return told(t);
}

static q_str put(talk *t, const q_directive *d)
{
    q_turn_input in = {.now_ms = t->now_ms};
    q_err err;

    if (q_turn_put(&shop, &t->session, d, &in, q_test_arena(), &t->reply, &err))
        return q_str_printf(q_test_arena(), "error %s", err.msg);
    return told(t);
}

TEST(one_message_of_each_group_and_a_card)
{
    talk t = begin();
    q_attribute who = {Q_STR("who"), Q_STR("Ada")};

    t.session.attributes = (q_attributes){&who, 1};
    CHECK_STREQ(say(&t, "order curtains"), "ElicitSlot Good choice. | <speak>Size?</speak>");
    CHECK_EQ(t.reply.card.n, 1);
    CHECK_STREQ(t.reply.card.v[0].title, "For Ada");
    CHECK_STREQ(t.reply.card.v[0].buttons[0].value, "large");
    CHECK_STREQ(say(&t, "hm"), "ElicitSlot Good choice. | What size?"); /* the other wording */
    t = begin();
    t.accepts = 1U << Q_MESSAGE_PLAIN;
    CHECK_STREQ(say(&t, "order curtains"), "ElicitSlot Good choice. | What size?");
}

TEST(slots_begin_with_their_defaults)
{
    talk t = begin();
    q_attribute colour = {Q_STR("colour"), Q_STR("red")};

    say(&t, "order curtains");
    CHECK_STREQ(t.session.slots[1].value, "white");
    CHECK(!t.session.slots[1].original.p);
    t = begin();
    t.session.attributes = (q_attributes){&colour, 1};
    say(&t, "order curtains");
    CHECK_STREQ(t.session.slots[1].value, "red");
}

TEST(words_and_what_they_resolve_to_are_kept)
{
    talk t = begin();
    q_str *values;
    size_t n;

    CHECK_STREQ(say(&t, "order huge curtains"), "ConfirmIntent A large one?");
    CHECK_STREQ(t.session.slots[0].value, "large");
    CHECK_STREQ(t.session.slots[0].original, "huge");
    CHECK_EQ(
        q_slot_resolutions(&order_slots[0], &t.session.slots[0], q_test_arena(), &values, &n, NULL),
        Q_OK);
    CHECK_EQ(n, 1);
    CHECK_STREQ(values[0], "large");
}

TEST(fulfilment_turns_contexts_on_and_they_end)
{
    talk t = begin();

    CHECK_STREQ(say(&t, "where is my parcel"), "ElicitIntent Pardon?");
    say(&t, "order large curtains");
    CHECK_STREQ(say(&t, "yes"), "ReadyForFulfillment Ordered.");
    CHECK_EQ(t.session.contexts.n, 1);
    CHECK_STREQ(t.session.contexts.v[0].name, "ordered");
    CHECK_EQ(t.session.contexts.v[0].turns, 2);
    CHECK_EQ(t.session.contexts.v[0].expires_ms, NOW + 60000);
    CHECK_STREQ(q_attributes_get(&t.session.contexts.v[0].parameters, Q_STR("Size")), "large");
    CHECK_STREQ(say(&t, "where is my parcel"), "ReadyForFulfillment Your large parcel is here.");
    CHECK_EQ(t.session.contexts.v[0].turns, 1);
    say(&t, "where is my parcel");
    CHECK_EQ(t.session.contexts.n, 0);
    CHECK_STREQ(say(&t, "where is my parcel"), "ElicitIntent Pardon?");
}

TEST(contexts_end_by_the_clock)
{
    talk t = begin();

    say(&t, "order large curtains");
    say(&t, "yes");
    t.now_ms += 60000;
    CHECK_STREQ(say(&t, "where is my parcel"), "ElicitIntent Pardon?");
    CHECK_EQ(t.session.contexts.n, 0);
}

TEST(fallback_comes_after_the_clarification)
{
    talk t = begin();

    CHECK_STREQ(say(&t, "purple elephants"), "ElicitIntent Pardon?");
    CHECK(t.reply.missed);
    CHECK_STREQ(say(&t, "purple elephants"), "ReadyForFulfillment Rescued.");
    CHECK_STREQ(t.session.intent, "Rescue");
    CHECK_STREQ(say(&t, "purple elephants"), "ElicitIntent Pardon?");
    t = begin();
    say(&t, "order curtains");
    say(&t, "hm");
    CHECK_STREQ(say(&t, "hm"), "ReadyForFulfillment Rescued.");
    CHECK_STREQ(t.session.recent[1].intent, "Order");
}

TEST(recent_intents_are_three_and_keep_their_label)
{
    talk t = begin();

    say(&t, "order large curtains");
    CHECK_EQ(t.session.recent_count, 1);
    CHECK_EQ(t.session.recent[0].action, Q_ACTION_CONFIRM_INTENT);
    t.session.recent[0].label = Q_STR("here");
    say(&t, "yes");
    CHECK_EQ(t.session.recent[0].action, Q_ACTION_CLOSE);
    CHECK_EQ(t.session.recent[0].fulfillment, Q_FULFILL_READY);
    CHECK_EQ(t.session.recent[0].confirmation, Q_CONFIRMED);
    say(&t, "where is my parcel");
    say(&t, "when are you open");
    CHECK_EQ(t.session.recent_count, 3);
    CHECK_STREQ(t.session.recent[2].label, "here");
    CHECK(q_session_checkpoint(&t.session, Q_STR("here")) == &t.session.recent[2]);
    say(&t, "order small curtains");
    CHECK_EQ(t.session.recent_count, 3);
    CHECK_STREQ(t.session.recent[0].intent, "Order");
    CHECK_STREQ(t.session.recent[0].label, "here");
    CHECK_STREQ(t.session.recent[1].intent, "Hours");
    say(&t, "purple elephants");
    say(&t, "purple elephants");
    CHECK_STREQ(t.session.recent[0].intent, "Rescue");
    CHECK_STREQ(t.session.recent[2].intent, "Hours"); /* Track was the oldest */
}

TEST(a_refusal_is_recorded)
{
    talk t = begin();

    say(&t, "order large curtains");
    CHECK_STREQ(say(&t, "no"), "Failed Not then.");
    CHECK_EQ(t.session.recent[0].confirmation, Q_DENIED_BY_USER);
    CHECK_EQ(t.session.recent[0].fulfillment, Q_FULFILL_FAILED);
    CHECK_EQ(t.session.contexts.n, 0);
}

TEST(a_client_puts_the_next_step)
{
    talk t = begin();
    q_attribute large = {Q_STR("Size"), Q_STR("large")};
    q_message well = {.text = Q_STR("Well?")};
    q_directive d = {.has_action = true,
                     .action = Q_ACTION_CONFIRM_INTENT,
                     .intent = Q_STR("Order"),
                     .has_slots = true,
                     .slots = {&large, 1}};

    CHECK_STREQ(put(&t, &d), "ConfirmIntent A large one?");
    CHECK_STREQ(say(&t, "yes"), "ReadyForFulfillment Ordered.");
    d.action = Q_ACTION_DELEGATE;
    CHECK_STREQ(put(&t, &d), "ConfirmIntent A large one?");
    d = (q_directive){.has_action = true,
                      .action = Q_ACTION_ELICIT_SLOT,
                      .intent = Q_STR("Order"),
                      .slot_to_elicit = Q_STR("Colour"),
                      .messages = &well,
                      .message_count = 1};
    CHECK_STREQ(put(&t, &d), "ElicitSlot Well?");
    CHECK_STREQ(t.session.slots[0].value, "large");
    d = (q_directive){
        .has_action = true, .action = Q_ACTION_CLOSE, .fulfillment = Q_FULFILL_FULFILLED};
    CHECK_STREQ(put(&t, &d), "Fulfilled Ordered.");
    d = (q_directive){.has_action = true, .action = Q_ACTION_ELICIT_INTENT};
    CHECK_STREQ(put(&t, &d), "ElicitIntent Pardon?");
    CHECK_STREQ(t.session.intent, "");
}

TEST(what_is_put_must_be_there)
{
    talk t = begin();
    q_attribute width = {Q_STR("Width"), Q_STR("1")};
    q_directive d = {.has_action = true, .action = Q_ACTION_CONFIRM_INTENT};

    CHECK_STREQ(put(&t, &d),
                "error the request is ConfirmIntent without an intent, and the session "
                "has none; name one");
    d.intent = Q_STR("Nope");
    CHECK_STREQ(put(&t, &d), "error the request names intent Nope; the bot has none of that name");
    d.intent = Q_STR("Order");
    d.has_slots = true;
    d.slots = (q_attributes){&width, 1};
    CHECK_STREQ(put(&t, &d),
                "error the request sets slot Width; intent Order has none of that name");
    d = (q_directive){.has_recent = true, .recent = {{.intent = Q_STR("Nope")}}, .recent_count = 1};
    CHECK_STREQ(put(&t, &d), "error the request names intent Nope; the bot has none of that name");
}

TEST(the_present_intent_follows_its_summary)
{
    talk t = begin();
    q_attribute small = {Q_STR("Size"), Q_STR("small")};
    q_directive d = {.has_recent = true,
                     .recent = {{.intent = Q_STR("Order"),
                                 .label = Q_STR("here"),
                                 .slots = {&small, 1},
                                 .action = Q_ACTION_ELICIT_SLOT,
                                 .slot_to_elicit = Q_STR("Size")}},
                     .recent_count = 1};

    say(&t, "order curtains");
    CHECK_STREQ(put(&t, &d), "ElicitSlot");
    CHECK_STREQ(t.session.slots[0].value, "small");
    CHECK_STREQ(t.session.recent[0].label, "here");
}

TEST(a_state_comes_before_the_words)
{
    talk t = begin();
    q_directive d = {.has_action = true,
                     .action = Q_ACTION_ELICIT_SLOT,
                     .intent = Q_STR("Order"),
                     .slot_to_elicit = Q_STR("Size")};
    q_turn_input in = {.text = Q_STR("huge"), .now_ms = NOW, .before = &d};

    CHECK_EQ(q_turn(t.model, &shop, &t.session, &in, q_test_arena(), &t.reply, NULL), Q_OK);
    CHECK_STREQ(told(&t), "ConfirmIntent A large one?");
}

TEST(any_words_answer_a_question_for_words)
{
    talk t = begin();
    q_attribute large = {Q_STR("Size"), Q_STR("large")};
    q_directive d = {.has_action = true,
                     .action = Q_ACTION_ELICIT_SLOT,
                     .intent = Q_STR("Order"),
                     .slot_to_elicit = Q_STR("Colour"),
                     .has_slots = true,
                     .slots = {&large, 1}};

    put(&t, &d);
    CHECK_STREQ(say(&t, "red like your opening hours sign"), "ConfirmIntent A large one?");
    CHECK_STREQ(t.session.slots[1].value, "red like your opening hours sign");
    put(&t, &d);
    CHECK_STREQ(say(&t, "when are you open"), "ReadyForFulfillment Always.");
}

TEST(what_was_said_is_said_again)
{
    talk t = begin();

    CHECK_STREQ(say(&t, "order curtains"), "ElicitSlot Good choice. | <speak>Size?</speak>");
    CHECK_STREQ(say(&t, "say that again"), "ElicitSlot Good choice. | <speak>Size?</speak>");
    CHECK_EQ(t.reply.card.n, 1);
    CHECK_STREQ(t.session.intent, "Order");
    CHECK_EQ(t.session.attempts, 1); /* it was no answer, and no attempt */
    CHECK_STREQ(say(&t, "huge"), "ConfirmIntent A large one?");
    CHECK_STREQ(say(&t, "say that again"), "ConfirmIntent A large one?");
    CHECK_STREQ(say(&t, "yes"), "ReadyForFulfillment Ordered.");
    CHECK_STREQ(say(&t, "yes"), "ReadyForFulfillment Yes what?"); /* nothing was asked */
}

TEST_MAIN("dialog/state")
