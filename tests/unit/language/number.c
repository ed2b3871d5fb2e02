#include "language/number.h"

#include "test.h"

static q_number first(const char *text)
{
    q_tokens t;

    CHECK_EQ(q_tokens_of(q_str_of(text), q_test_arena(), &t, NULL), Q_OK);
    return q_number_at(&t, 0);
}

TEST(numbers_in_digits)
{
    CHECK_NEAR(q_number_value(Q_STR("2,100.00")), 2100, 0);
    CHECK_NEAR(q_number_value(Q_STR("1.500,25")), 1500.25, 1e-9);
    CHECK_NEAR(q_number_value(Q_STR("1,000")), 1000, 0);
    CHECK_NEAR(q_number_value(Q_STR("1,5")), 1.5, 1e-9);
    CHECK_NEAR(q_number_value(Q_STR("1.000.000")), 1e6, 0);
    CHECK_NEAR(q_number_value(Q_STR("007")), 7, 0);
    CHECK_NEAR(q_number_value(Q_STR("\xD9\xA3\xD9\xA4")), 34, 0);         /* Arabic-Indic */
    CHECK_NEAR(q_number_value(Q_STR("\xE0\xA5\xA7\xE0\xA5\xA8")), 12, 0); /* Devanagari */
    CHECK_NEAR(first("3.5 million people").value, 3.5e6, 0);
    CHECK_EQ(first("3.5 million people").tokens, 2);
}

TEST(numbers_in_words)
{
    CHECK_NEAR(first("twenty-five").value, 25, 0);
    CHECK_NEAR(first("two hundred and six days").value, 206, 0);
    CHECK_EQ(first("two hundred and six days").tokens, 4);
    CHECK_NEAR(first("three thousand four hundred").value, 3400, 0);
    CHECK_EQ(first("five and six").tokens, 1);
    CHECK_EQ(first("two three").tokens, 1);
    CHECK(first("third").ordinal);
    CHECK_NEAR(first("21st").value, 21, 0);
    CHECK(first("21st").ordinal);
    CHECK_EQ(first("A4").tokens, 0);
    CHECK_EQ(first("table").tokens, 0);
}

TEST_MAIN("language/number")
