#include "dialog/confusion.h"

#include "test.h"

#define NOW 1795336200000

static q_str coffee[] = {Q_STR_INIT("bring me a cup of {Drink}"),
                         Q_STR_INIT("coffee please"),
                         Q_STR_INIT("I want {Drink}"),
                         Q_STR_INIT("a hot coffee"),
                         Q_STR_INIT("coffee for me please"),
                         Q_STR_INIT("I want a coffee")};
static q_str weather[] = {Q_STR_INIT("will it rain tomorrow"), Q_STR_INIT("is it going to rain"),
                          Q_STR_INIT("will it rain today"),    Q_STR_INIT("rain tomorrow"),
                          Q_STR_INIT("will there be rain"),    Q_STR_INIT("is rain coming")};
/* The same again, in another order: what one part leaves out here is learnt there. */
static q_str again[] = {Q_STR_INIT("is it going to rain"), Q_STR_INIT("will it rain today"),
                        Q_STR_INIT("rain tomorrow"),       Q_STR_INIT("will there be rain"),
                        Q_STR_INIT("is rain coming"),      Q_STR_INIT("will it rain tomorrow")};
static q_str once[] = {Q_STR_INIT("goodbye")};
static q_slot_value drinks[] = {{Q_STR_INIT("coffee"), NULL, 0}, {Q_STR_INIT("espresso"), NULL, 0}};
static q_slot_type drink = {Q_STR_INIT("Drink"), drinks, 2, false, Q_SLOT_CUSTOM, {NULL, 0}};
static q_slot slots[] = {{.name = Q_STR_INIT("Drink"), .kind = Q_SLOT_CUSTOM, .type = &drink}};

static q_bot bot(q_intent *intents, size_t n)
{
    return (q_bot){.name = Q_STR("Cafe"), .intents = intents, .intent_count = n, .confidence = 0.4};
}

TEST(intents_that_differ_are_kept_apart)
{
    q_intent intents[] = {
        {.name = Q_STR("Coffee"),
         .utterances = coffee,
         .utterance_count = 6,
         .slots = slots,
         .slot_count = 1},
        {.name = Q_STR("Weather"), .utterances = weather, .utterance_count = 6},
        {.name = Q_STR("Bye"), .utterances = once, .utterance_count = 1},
    };
    q_bot b = bot(intents, 3);
    q_bot_confusion c, same;

    CHECK_EQ(q_bot_confuse(&b, NOW, NULL, NULL, q_test_arena(), &c, NULL), Q_OK);
    CHECK_EQ(c.asked, 12); /* the single utterance is only learnt from */
    CHECK_EQ(c.table.classes, 4);
    CHECK(q_confusion_accuracy(&c.table) > 0.7);
    CHECK_EQ(c.table.counts[0 * 4 + 1], 0);
    CHECK_EQ(c.table.counts[1 * 4 + 0], 0);
    CHECK_EQ(q_bot_confuse(&b, NOW, NULL, NULL, q_test_arena(), &same, NULL), Q_OK);
    CHECK_EQ(same.mistake_count, c.mistake_count);
}

TEST(intents_that_collide_are_named)
{
    q_intent intents[] = {
        {.name = Q_STR("Weather"), .utterances = weather, .utterance_count = 6},
        {.name = Q_STR("Again"), .utterances = again, .utterance_count = 6},
        {.name = Q_STR("Coffee"),
         .utterances = coffee,
         .utterance_count = 6,
         .slots = slots,
         .slot_count = 1},
    };
    q_bot b = bot(intents, 3);
    q_bot_confusion c;
    size_t between;

    CHECK_EQ(q_bot_confuse(&b, NOW, NULL, NULL, q_test_arena(), &c, NULL), Q_OK);
    between = c.table.counts[0 * 4 + 1] + c.table.counts[1 * 4 + 0];
    CHECK(between > 0);
    CHECK(c.mistake_count >= between);
    CHECK(c.mistakes[0].text.n > 0);
    for (size_t i = 0; i < c.mistake_count; i++)
        CHECK(c.mistakes[i].answer != c.mistakes[i].truth);
}

TEST(places_are_filled)
{
    static q_str lines[] = {Q_STR_INIT("give {Drink} now"), Q_STR_INIT("zzz")};
    static q_str others[] = {Q_STR_INIT("qqq"), Q_STR_INIT("www")};
    q_intent intents[] = {
        {.name = Q_STR("A"),
         .utterances = lines,
         .utterance_count = 2,
         .slots = slots,
         .slot_count = 1},
        {.name = Q_STR("B"), .utterances = others, .utterance_count = 2},
    };
    q_bot b = bot(intents, 2);
    q_bot_confusion c;
    bool seen = false;

    b.confidence = 1.1; /* nothing is understood well enough */
    CHECK_EQ(q_bot_confuse(&b, NOW, NULL, NULL, q_test_arena(), &c, NULL), Q_OK);
    CHECK_EQ(c.mistake_count, 4);
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ(c.mistakes[i].answer, 2);
        seen = seen || q_str_is(c.mistakes[i].text, "give coffee now");
    }
    CHECK(seen);
}

TEST(a_bot_without_two_utterances_is_refused)
{
    q_intent intents[] = {{.name = Q_STR("Bye"), .utterances = once, .utterance_count = 1}};
    q_bot b = bot(intents, 1);
    q_bot_confusion c;

    CHECK_EQ(q_bot_confuse(&b, NOW, NULL, NULL, q_test_arena(), &c, NULL), Q_INVALID);
}

TEST_MAIN("dialog/confusion")
