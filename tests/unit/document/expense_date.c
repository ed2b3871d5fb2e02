#include "document/expense_date.h"

#include "document/expense.h"

#include "test.h"

TEST(dates_are_read_as_people_write_them)
{
    static const struct {
        const char *text;
        int year, month, day;
    } cases[] = {
        {"25/12/2018", 2018, 12, 25},   {"12-01-19", 2019, 1, 12},
        {"05.03.2013", 2013, 3, 5},     {"2018-03-05", 2018, 3, 5},
        {"2018/02/22", 2018, 2, 22},    {"20180304", 2018, 3, 4},
        {"04/26/2020", 2020, 4, 26},    {"19 april 2014", 2014, 4, 19},
        {"05 MAR 2018", 2018, 3, 5},    {"28 Mar 18", 2018, 3, 28},
        {"05-AUG-2017", 2017, 8, 5},    {"OCT 3, 2016", 2016, 10, 3},
        {"11. März 2014", 2014, 3, 11}, {"3 février 2019", 2019, 2, 3},
        {"9/3/2018", 2018, 3, 9},       {"March 1st, 2020", 2020, 3, 1},
        {"1st May 2020", 2020, 5, 1},   {"29.02.2020", 2020, 2, 29},
        {"31 août 2021", 2021, 8, 31},  {"12 / 03 / 2018", 2018, 3, 12},
    };
    expense_date d;
    size_t used;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        CHECK(expense__date_parse(q_str_of(cases[i].text), &d, &used));
        CHECK_EQ(used, q_str_of(cases[i].text).n);
        CHECK_EQ(d.year, cases[i].year);
        CHECK_EQ(d.month, cases[i].month);
        CHECK_EQ(d.day, cases[i].day);
        CHECK(d.plausible);
    }
}

TEST(what_is_no_date_is_refused)
{
    static const char *const cases[] = {"",           "12/13",       "31/02/2018", "1.2.3",
                                        "12.50",      "2018",        "99/99/2018", "12345678901",
                                        "29.02.2019", "12/03/20189", "May",        "10-20-30-40"};
    expense_date d;
    size_t used;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        CHECK(!expense__date_parse(q_str_of(cases[i]), &d, &used));
}

TEST(a_far_year_is_a_date_but_not_plausible)
{
    expense_date d;
    size_t used;

    CHECK(expense__date_parse(Q_STR("5/10/1019"), &d, &used));
    CHECK(!d.plausible);
    CHECK(d.ambiguous);
}

TEST(the_day_of_a_text_is_told_in_one_form)
{
    char day[11];

    CHECK(q_day_parse(Q_STR("Date: 13.06.2018"), day));
    CHECK_STR(day, "2018-06-13");
    CHECK(q_day_parse(Q_STR("due \xc3\xbc 2 March 2019, at noon"), day));
    CHECK_STR(day, "2019-03-02");
    CHECK(!q_day_parse(Q_STR("35678-9"), day));
    CHECK(!q_day_parse(Q_STR("5/10/1019"), day));
    CHECK(!q_day_parse(Q_STR(""), day));
}

TEST_MAIN("document/expense_date")
