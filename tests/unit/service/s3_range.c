#include "service/s3_range.c"

#include "test.h"

TEST_MAIN("service/s3_range")

/* "offset+length", "whole" or "none". */
static const char *range(const char *header, uint64_t size)
{
    s3_range r;

    if (s3__range(q_str_of(header), size, &r))
        return "none";
    if (!r.given)
        return r.length == size && r.offset == 0 ? "whole" : "broken";
    return q_str_printf(q_test_arena(), "%llu+%llu", (unsigned long long)r.offset,
                        (unsigned long long)r.length)
        .p;
}

TEST(ranges_of_ten_bytes)
{
    CHECK_STR(range("bytes=0-3", 10), "0+4");
    CHECK_STR(range("bytes=5-", 10), "5+5");
    CHECK_STR(range("bytes=-3", 10), "7+3");
    CHECK_STR(range("bytes=-30", 10), "0+10");
    CHECK_STR(range("bytes=9-9", 10), "9+1");
    CHECK_STR(range("bytes=4-99999999999999999", 10), "4+6");
    CHECK_STR(range("bytes=10-", 10), "none");
    CHECK_STR(range("bytes=10-12", 10), "none");
    CHECK_STR(range("bytes=-0", 10), "none");
}

TEST(nothing_of_nothing)
{
    CHECK_STR(range("bytes=0-", 0), "none");
    CHECK_STR(range("bytes=-1", 0), "none");
    CHECK_STR(range("", 0), "whole");
}

TEST(what_is_no_single_range_is_absent)
{
    const char *const cases[] = {
        "",          "bytes=",        "bytes=a-b", "bytes=3-2",  "bytes=1",
        "items=0-1", "bytes=0-1,3-4", "bytes=--1", "bytes=+1-2", "bytes=99999999999999999999-"};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_STR(range(cases[i], 10), "whole");
}
