#include "document/expense_amount.h"

#include "document/expense.h"
#include "test.h"

TEST(amounts_are_read_as_people_write_them)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"1,500.00", 1500},
        {"$2100.0", 2100},
        {"1.234,56 EUR", 1234.56},
        {"(45.00)", -45},
        {"-218,48 €", -218.48},
        {"1 234,56", 1234.56},
        {"1\xC2\xA0"
         "234,56 €",
         1234.56},
        {"RM 9.00", 9},
        {"RM9.00", 9},
        {"Rs 1939", 1939},
        {"$-700.00", -700},
        {"-$246.00", -246},
        {"45.00-", -45},
        {"0,79 €", 0.79},
        {"1.000", 1000},
        {"0.0205", 0.0205},
        {"12'345.60 CHF", 12345.6},
        {"5,-", 5},
        {"1,234,567.89", 1234567.89},
        {"1.234.567", 1234567},
        {"\xE2\x88\x92"
         "3.50",
         -3.5},
        {"Total: $5.25", 5.25},
        {"10 Liter(s)", 10},
        {"19 %", 19},
        {"US$ 12.10", 12.1},
        {"50.000,00", 50000},
    };
    double v;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        CHECK(q_amount_parse(q_str_of(cases[i].text), &v));
        CHECK_NEAR(v, cases[i].value, 1e-9);
    }
}

TEST(what_is_no_amount_is_refused)
{
    static const char *const cases[] = {"", " ", "free", "n/a", "-", "$", "(", "A12B", "..", ","};
    double v = 7;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        CHECK(!q_amount_parse(q_str_of(cases[i]), &v));
    CHECK_NEAR(v, 7, 0);
}

TEST(a_whole_text_is_an_amount_or_not)
{
    expense_amount a;

    CHECK(expense__amount_parse(Q_STR("€ 399,00"), &a));
    CHECK_STREQ(a.currency, "EUR");
    CHECK(a.marked);
    CHECK_EQ(a.decimals, 2);
    CHECK(expense__amount_parse(Q_STR("7%"), &a));
    CHECK(a.percent);
    CHECK(!expense__amount_parse(Q_STR("12/03/2018"), &a));
    CHECK(!expense__amount_parse(Q_STR("12:30"), &a));
    CHECK(!expense__amount_parse(Q_STR("4kg"), &a));
    CHECK(!expense__amount_parse(Q_STR("12,34,567"), &a));
    CHECK(!expense__amount_parse(Q_STR("11111111111111111111111111"), &a));
}

TEST(currencies_have_codes)
{
    CHECK_STREQ(expense__currency(Q_STR("€")), "EUR");
    CHECK_STREQ(expense__currency(Q_STR("rm")), "MYR");
    CHECK_STREQ(expense__currency(Q_STR("£")), "GBP");
    CHECK_STREQ(expense__currency(Q_STR("pounds")), "");
}

/* Words on one line, each as wide as its characters. */
static expense_sheet sheet_of(const char *line)
{
    q_word words[16];
    q_page page = {.words = words, .width_pt = 600, .height_pt = 800};
    q_str rest = q_str_of(line), word;
    expense_sheet s;
    double x = 0.05;

    while (rest.n) {
        (void)q_str_cut(rest, ' ', &word, &rest);
        words[page.word_count++] = (q_word){word, {x, 0.1, 0.008 * (double)word.n, 0.012}, 90};
        x += 0.008 * (double)word.n + 0.004;
    }
    CHECK_EQ(expense__sheet_read(&page, 1, q_test_arena(), &s, NULL), Q_OK);
    return s;
}

TEST(a_number_split_by_recognition_is_joined)
{
    expense_sheet s = sheet_of("TOTAL RM 64. 15 1 234,50 € 12");
    expense_amount a[8];

    CHECK_EQ(s.row_count, 1);
    CHECK_EQ(expense__amounts_in(&s, s.rows[0].tokens, a, 8), 3);
    CHECK_NEAR(a[0].value, 64.15, 1e-9);
    CHECK_STREQ(a[0].currency, "MYR");
    CHECK_NEAR(a[1].value, 1234.5, 1e-9);
    CHECK_STREQ(a[1].currency, "EUR");
    CHECK_NEAR(a[2].value, 12, 1e-9);
    CHECK_EQ(a[0].tokens.first, 1);
    CHECK_EQ(a[0].tokens.count, 3);
}

TEST_MAIN("document/expense_amount")
