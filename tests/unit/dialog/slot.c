#include "dialog/slot.h"

#include "dialog/understand.h"
#include "sample_bot.h"
#include "test.h"

/* Sunday, 22 November 2026 */
#define NOW 1795336200000

static q_str answer(const q_slot *slot, const char *text)
{
    q_str value;

    CHECK_EQ(q_understand_slot(slot, q_str_of(text), NOW, q_test_arena(), &value, NULL), Q_OK);
    return value;
}

static q_str built_in(const char *type, const char *text)
{
    q_slot slot = {.name = Q_STR("S")};

    CHECK(q_slot_kind_of(q_str_of(type), &slot.kind));
    return answer(&slot, text);
}

TEST(answers_of_built_in_types)
{
    CHECK_STREQ(built_in("AlphaNumeric", "35678-9"), "35678-9");
    CHECK_STREQ(built_in("AlphaNumeric", "it is INV/204."), "INV/204");
    CHECK(!built_in("AlphaNumeric", "no idea").p);
    CHECK_STREQ(built_in("NUMBER", "make it twenty-five please"), "25");
    CHECK_STREQ(built_in("NUMBER", "2,500"), "2500");
    CHECK(!built_in("NUMBER", "third").p);
    CHECK_STREQ(built_in("DATE", "on May 12th, 2019"), "2019-05-12");
    CHECK_STREQ(built_in("DATE", "tomorrow"), "2026-11-23");
    CHECK_STREQ(built_in("TIME", "at half past? no, 5:30 pm"), "17:30");
    CHECK_STREQ(built_in("EmailAddress", "mail me at ada@example.org!"), "ada@example.org");
    CHECK_STREQ(built_in("PhoneNumber", "+1 (555) 123-4567"), "15551234567");
    CHECK(!built_in("PhoneNumber", "12").p);
    CHECK_STREQ(built_in("Percentage", "about 7.5 %"), "7.5");
    CHECK_STREQ(built_in("FirstName", "my name is Ada"), "Ada");
    CHECK_STREQ(built_in("City", "to New York please"), "New York");
}

TEST(answers_of_listed_types)
{
    const q_slot *size = q_intent_slot(q_bot_intent(sample_bot(), Q_STR("Pizza")), Q_STR("Size"));
    q_slot_type any = *size->type;
    q_slot open = *size;

    CHECK_STREQ(answer(size, "a GRAND one"), "large");
    CHECK_STREQ(answer(size, "lage"), "large");
    CHECK(!answer(size, "medium").p);
    any.top_resolution = false;
    open.type = &any;
    CHECK_STREQ(answer(&open, "I want medium"), "medium");
    CHECK_STREQ(answer(&open, "the Grand one"), "Grand");
}

TEST(types_that_are_not_built_in)
{
    q_slot_kind kind;

    CHECK(!q_slot_kind_of(Q_STR("Airline"), &kind));
    CHECK(!q_slot_kind_of(Q_STR(""), &kind));
}

TEST(yes_and_no)
{
    q_arena *a = q_test_arena();

    CHECK_EQ(q_understand_yes_no(Q_STR("Yes, please"), a), 'y');
    CHECK_EQ(q_understand_yes_no(Q_STR("no thanks"), a), 'n');
    CHECK_EQ(q_understand_yes_no(Q_STR("go ahead"), a), 'y');
    CHECK_EQ(q_understand_yes_no(Q_STR("maybe"), a), 0);
    CHECK_EQ(q_understand_yes_no(Q_STR(""), a), 0);
}

TEST_MAIN("dialog/slot")
