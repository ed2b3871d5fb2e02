#include "language/date.h"

#include "test.h"

/* Sunday, 22 November 2026, 08:30 UTC */
#define NOW 1795336200000

static q_date first(const char *text)
{
    q_tokens t;

    CHECK_EQ(q_tokens_of(q_str_of(text), q_test_arena(), &t, NULL), Q_OK);
    return q_date_at(&t, 0);
}

static const char *iso(const char *text)
{
    char *out = q_arena_alloc(q_test_arena(), 11);
    q_date d = first(text);

    CHECK(d.tokens > 0);
    q_date_iso(&d, NOW, out);
    return out;
}

TEST(dates_of_the_calendar)
{
    CHECK_STR(iso("5/12/2019"), "2019-05-12");
    CHECK_STR(iso("5/10/1019"), "1019-05-10");
    CHECK_STR(iso("25/12/19"), "2019-12-25");
    CHECK_STR(iso("2019-05-12"), "2019-05-12");
    CHECK_STR(iso("12.05.2019"), "2019-05-12");
    CHECK_STR(iso("May 12, 2019"), "2019-05-12");
    CHECK_STR(iso("12th of May 2019"), "2019-05-12");
    CHECK_STR(iso("12-May-2019"), "2019-05-12");
    CHECK_STR(iso("Jan. 3"), "2027-01-03");
    CHECK_STR(iso("December 2026"), "2026-12");
    CHECK_STR(iso("2019"), "2019");
}

TEST(dates_from_today)
{
    CHECK_STR(iso("today"), "2026-11-22");
    CHECK_STR(iso("tomorrow"), "2026-11-23");
    CHECK_STR(iso("3 weeks ago"), "2026-11-01");
    CHECK_STR(iso("Friday"), "2026-11-27");
    CHECK_STR(iso("last Friday"), "2026-11-20");
    CHECK_STR(iso("next year"), "2027");
    CHECK_STR(iso("Friday, November 27"), "2026-11-27");
    CHECK_STR(iso("christmas"), "");
}

TEST(times_of_day)
{
    q_date d = first("5:30 pm");

    CHECK_EQ(d.kind, Q_DATE_TIME);
    CHECK_EQ(d.hour * 60 + d.minute, 17 * 60 + 30);
    CHECK_EQ(d.tokens, 4);
    CHECK_EQ(first("12am").hour, 0);
    CHECK_EQ(first("5 apples").tokens, 0);
}

TEST(what_is_no_date)
{
    CHECK_EQ(first("35678-9").tokens, 0);
    CHECK_EQ(first("13/13/2019").tokens, 0);
    CHECK_EQ(first("1500.00").tokens, 0);
    CHECK_EQ(first("may we go").tokens, 0);
    CHECK_EQ(first("5 - 6 - 7").tokens, 0);
}

TEST_MAIN("language/date")
