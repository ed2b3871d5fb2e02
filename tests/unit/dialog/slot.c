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
    CHECK_STREQ(built_in("PhoneNumber", "+1 (555) 123-4567"), "+15551234567");
    CHECK(!built_in("PhoneNumber", "12").p);
    CHECK_STREQ(built_in("Percentage", "about 7.5 %"), "7.5%");
    CHECK_STREQ(built_in("FirstName", "my name is Ada"), "Ada");
    CHECK_STREQ(built_in("City", "to New York please"), "New York");
}

/* Sunday, 22 November 2026: the forms that the API documents. */
TEST(dates_are_days)
{
    CHECK_STREQ(built_in("DATE", "today"), "2026-11-22");
    CHECK_STREQ(built_in("DATE", "now"), "2026-11-22");
    CHECK_STREQ(built_in("DATE", "next week"), "2026-11-23");
    CHECK_STREQ(built_in("DATE", "this week"), "2026-11-16");
    CHECK_STREQ(built_in("DATE", "in 2 weeks"), "2026-12-06");
    CHECK_STREQ(built_in("DATE", "next month"), "2026-12-31");
    CHECK_STREQ(built_in("DATE", "February 2028"), "2028-02-29");
    CHECK_STREQ(built_in("DATE", "next year"), "2027-12-31");
    CHECK_STREQ(built_in("DATE", "next Friday"), "2026-11-27");
}

TEST(times_are_hours_and_minutes_or_parts_of_the_day)
{
    CHECK_STREQ(built_in("TIME", "seven o'clock"), "07:00");
    CHECK_STREQ(built_in("TIME", "half past five in the evening"), "17:30");
    CHECK_STREQ(built_in("TIME", "quarter to nine"), "08:45");
    CHECK_STREQ(built_in("TIME", "ten minutes past 3 pm"), "15:10");
    CHECK_STREQ(built_in("TIME", "ten thirty am"), "10:30");
    CHECK_STREQ(built_in("TIME", "12 am"), "00:00");
    CHECK_STREQ(built_in("TIME", "5"), "05:00");
    CHECK_STREQ(built_in("TIME", "at noon"), "12:00");
    CHECK_STREQ(built_in("TIME", "in the morning"), "MO");
    CHECK_STREQ(built_in("TIME", "this afternoon"), "AF");
    CHECK_STREQ(built_in("TIME", "this evening"), "EV");
    CHECK_STREQ(built_in("TIME", "tonight"), "NI");
    CHECK(!built_in("TIME", "for 25 people").p);
}

TEST(spans_of_time_are_iso_8601)
{
    CHECK_STREQ(built_in("DURATION", "ten minutes"), "PT10M");
    CHECK_STREQ(built_in("DURATION", "five hours"), "PT5H");
    CHECK_STREQ(built_in("DURATION", "three days"), "P3D");
    CHECK_STREQ(built_in("DURATION", "forty five seconds"), "PT45S");
    CHECK_STREQ(built_in("DURATION", "eight weeks"), "P8W");
    CHECK_STREQ(built_in("DURATION", "seven years"), "P7Y");
    CHECK_STREQ(built_in("DURATION", "five hours ten minutes"), "PT5H10M");
    CHECK_STREQ(built_in("DURATION", "two years, three hours and ten minutes"), "P2YT3H10M");
    CHECK_STREQ(built_in("DURATION", "an hour and a half"), "PT1H30M");
    CHECK_STREQ(built_in("DURATION", "half an hour"), "PT30M");
    CHECK(!built_in("DURATION", "ten people").p);
}

TEST(amounts_and_units)
{
    CHECK_STREQ(built_in("Percentage", "twenty five percent"), "25%");
    CHECK_STREQ(built_in("Percentage", "12"), "12");
    CHECK_STREQ(built_in("Currency", "it costs $1,200.50"), "1200.5 USD");
    CHECK_STREQ(built_in("Currency", "fifty euros"), "50 EUR");
    CHECK(!built_in("Currency", "50 people").p);
    CHECK_STREQ(built_in("SpeedUnit", "kilometers per hour"), "kmph");
    CHECK_STREQ(built_in("WeightUnit", "kilos"), "kg");
    CHECK_STREQ(built_in("PhoneNumber", "1 (509) 555-1212"), "15095551212");
}

TEST(names_and_places)
{
    CHECK_STREQ(built_in("US_STATE", "somewhere in North Carolina"), "North Carolina");
    CHECK_STREQ(built_in("Person", "I am John Smithers, hello"), "John Smithers");
    CHECK_STREQ(built_in("US_FIRST_NAME", "call me John"), "John");
    CHECK_STREQ(built_in("Country", "to France"), "France");
    CHECK_STREQ(built_in("Food", "I want spaghetti with clams"), "spaghetti with clams");
}

TEST(codes_follow_a_regular_expression)
{
    q_slot_type type = {.name = Q_STR("Serial"),
                        .parent = Q_SLOT_ALPHANUMERIC,
                        .pattern = Q_STR("[A-Z]{3}[0-9]{2}")};
    q_slot slot = {.name = Q_STR("S"), .type = &type};

    CHECK_STREQ(answer(&slot, "it is ABC12."), "ABC12");
    CHECK_STREQ(answer(&slot, "abc12"), "abc12");
    CHECK(!answer(&slot, "ABC123").p);
    type.pattern = Q_STR("(");
    CHECK(!answer(&slot, "ABC12").p);
    type.pattern = Q_STR("(a+)+b"); /* takes for ever */
    CHECK(!answer(&slot, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac").p);
}

TEST(answers_as_the_slot_says_them)
{
    static q_str said[] = {Q_STR_INIT("my friends call me {Name}"), Q_STR_INIT("{Name} it is")};
    q_slot slot = {
        .name = Q_STR("Name"), .kind = Q_SLOT_LAST_NAME, .utterances = said, .utterance_count = 2};

    CHECK_STREQ(answer(&slot, "My friends call me Zoltan."), "Zoltan");
    CHECK_STREQ(answer(&slot, "Van Helsing it is"), "Van Helsing");
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

    CHECK(!q_slot_kind_of(Q_STR("NoSuchType"), &kind));
    CHECK(!q_slot_kind_of(Q_STR(""), &kind));
    CHECK(q_slot_kind_of(Q_STR("Airport"), &kind));
    CHECK_EQ(kind, Q_SLOT_OPEN);
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
