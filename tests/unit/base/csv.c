#include "base/csv.h"

#include "../test.h"

/* All rows as "a|b/c|d/", or the error. */
static const char *rows_of(q_str text)
{
    q_csv c = q_csv_init(text);
    q_str fields[4], out = Q_STR("");
    size_t count;
    bool more = true;
    q_err err;

    while (more) {
        if (q_csv_next(&c, q_test_arena(), fields, 4, &count, &more, &err))
            return q_str_copy(q_test_arena(), q_str_of(err.msg)).p;
        for (size_t i = 0; i < count; i++)
            out = q_str_printf(q_test_arena(), "%.*s%s%.*s", Q_ARG(out), i ? "|" : "",
                               Q_ARG(fields[i]));
        if (more)
            out = q_str_printf(q_test_arena(), "%.*s/", Q_ARG(out));
    }
    return q_str_copy(q_test_arena(), out).p;
}

TEST(rows_and_fields)
{
    CHECK_STR(rows_of(Q_STR("")), "");
    CHECK_STR(rows_of(Q_STR("\n\r\n")), "");
    CHECK_STR(rows_of(Q_STR("a,b\nc,d")), "a|b/c|d/");
    CHECK_STR(rows_of(Q_STR("\xEF\xBB\xBFspam,win, now\r\n\r\nham,\n,\n")),
              "spam|win| now/ham|/|/");
    CHECK_STR(rows_of(Q_STR("a,\"b,\"\"c\"\"\r\nd\"\r\n\"\",e\n")), "a|b,\"c\"\r\nd/|e/");
    CHECK_STR(rows_of(Q_STR("a\rb,c\r")), "a\rb|c\r/");
}

TEST(what_is_wrong_is_said_with_its_line)
{
    CHECK_STR(rows_of(Q_STR("a,b\n\nc,\"d\ne\n")), "line 3: a quote is not closed");
    CHECK_STR(rows_of(Q_STR("a,\"b\nc\"d\n")),
              "line 2: behind a closing quote a comma or the line's end is wanted");
    CHECK_STR(rows_of(Q_STR("a,5\" pipe\n")),
              "line 1: a quote within a field; the whole field must stand in quotes, and quotes in "
              "it be doubled");
}

TEST(lines_are_counted_where_rows_begin)
{
    q_csv c = q_csv_init(Q_STR("a,\"x\ny\"\n\nb,c,d\n"));
    q_str fields[2];
    size_t count;
    bool more;

    CHECK_EQ(q_csv_next(&c, q_test_arena(), fields, 2, &count, &more, NULL), Q_OK);
    CHECK_EQ(c.line, 1);
    CHECK_EQ(q_csv_next(&c, q_test_arena(), fields, 2, &count, &more, NULL), Q_OK);
    CHECK_EQ(c.line, 4);
    CHECK_EQ(count, 3);
    CHECK_EQ(q_csv_next(&c, q_test_arena(), fields, 2, &count, &more, NULL), Q_OK);
    CHECK(!more);
}

TEST_MAIN("base/csv")
