#include "base/clock.h"
#include "test.h"

TEST(times_are_written_in_three_forms)
{
    char iso[25], basic[17], http[30];
    int64_t ms = 1795336200123; /* 2026-11-22T08:30:00.123Z, a Sunday */

    q_time_iso8601(ms, iso);
    q_time_basic(ms, basic);
    q_time_http(ms, http);
    CHECK_STR(iso, "2026-11-22T08:30:00.123Z");
    CHECK_STR(basic, "20261122T083000Z");
    CHECK_STR(http, "Sun, 22 Nov 2026 08:30:00 GMT");
}

TEST(every_form_reads_back)
{
    int64_t ms;

    CHECK(q_time_parse(Q_STR("2026-11-22T08:30:00.123Z"), &ms) && ms == 1795336200123);
    CHECK(q_time_parse(Q_STR("2026-11-22T08:30:00Z"), &ms) && ms == 1795336200000);
    CHECK(q_time_parse(Q_STR("20261122T083000Z"), &ms) && ms == 1795336200000);
    CHECK(q_time_parse(Q_STR("Sun, 22 Nov 2026 08:30:00 GMT"), &ms) && ms == 1795336200000);
}

TEST(what_is_no_time_is_refused)
{
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-11-22",
                                      "2026-13-22T08:30:00Z",
                                      "2026-11-22T25:30:00Z",
                                      "2026-11-22T08:30:00",
                                      "20261122T083000Zx",
                                      "Sun, 22 Now 2026 08:30:00 GMT",
                                      "Sun, 22 Nov 2026 08:30:00 CET",
                                      "-026-11-22T08:30:00Z"};
    int64_t ms;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!q_time_parse(q_str_of(bad[i]), &ms));
}

TEST(times_beyond_four_digit_years_do_not_overflow)
{
    char iso[25];

    q_time_iso8601(INT64_MAX, iso);
    CHECK_EQ(q_str_of(iso).n, 24);
    q_time_iso8601(-1, iso);
    CHECK_STR(iso, "1969-12-31T23:59:59.999Z");
}

TEST_MAIN("base/clock")
