#include "base/json.h"
#include "test.h"

#include <string.h>

static q_str rewritten(q_str text)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_value *v = NULL;
    q_err err;

    if (q_json_parse(q_test_arena(), text, &v, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    q_json_write(&b, v);
    return q_buf_str(&b);
}

TEST(documents_read_back)
{
    CHECK_STREQ(
        rewritten(Q_STR(" {\"a\" : [1, 2.50, -3e5, true, false, null], \"b\":{}, \"c\":[]} ")),
        "{\"a\":[1,2.50,-3e5,true,false,null],\"b\":{},\"c\":[]}");
    CHECK_STREQ(rewritten(Q_STR("\"\\u00e9\\ud83d\\ude00\\n\"")),
                "\"\xC3\xA9\xF0\x9F\x98\x80\\n\"");
    CHECK_STREQ(rewritten(Q_STR("0")), "0");
}

TEST(what_is_no_json_is_refused_with_its_place)
{
    static const char *const bad[] = {
        "",        " ",          "{",           "[1,]",        "{\"a\":}", "{\"a\" 1}", "{a:1}",
        "01",      "1.",         "+1",          ".5",          "1e",       "nul",       "\"a",
        "\"\\x\"", "\"\\u12\"",  "\"\\ud800\"", "\"\\udc00\"", "\"\xFF\"", "\"\n\"",    "1 2",
        "[1 2]",   "{\"a\":1,}", "NaN",         "Infinity",    "1e999",    "[",         "\"\\",
    };
    q_value *v;
    q_err err;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (q_json_parse(q_test_arena(), q_str_of(bad[i]), &v, &err) != Q_INVALID)
            q_test_fail(__FILE__, __LINE__, "accepted %s", bad[i]);
        CHECK(strstr(err.msg, " at byte ") != NULL);
    }
}

TEST(depth_is_bounded)
{
    char text[2 * 100 + 1];
    q_value *v;
    q_err err;

    memset(text, '[', 100);
    memset(text + 100, ']', 100);
    CHECK_EQ(q_json_parse(q_test_arena(), (q_str){text, 200}, &v, &err), Q_LIMIT);
    CHECK_STR(err.msg, "JSON nested deeper than 64 levels at byte 65");
    CHECK_EQ(q_json_parse(q_test_arena(), (q_str){text + 36, 128}, &v, &err), Q_OK);
}

TEST(every_failing_allocation_is_an_error)
{
    q_str text = Q_STR("{\"a\":[1,\"\\u0041bc\",{\"b\":null}]}");
    q_code rc = Q_NOMEM;

    for (size_t limit = 0; rc == Q_NOMEM; limit += 16) {
        q_arena *a = q_arena_new(limit);
        q_value *v;

        rc = q_json_parse(a, text, &v, NULL);
        CHECK(rc == Q_NOMEM || rc == Q_OK);
        q_arena_free(a);
    }
}

TEST(typed_values_are_written)
{
    q_value *v = q_value_map(q_test_arena());
    q_buf b = q_buf_init(q_test_arena(), 1000);

    q_map_double(v, Q_STR("d"), 81);
    q_map_time(v, Q_STR("t"), 1609459200.123);
    q_map_blob(v, Q_STR("b"), Q_STR("\x00\x01"));
    q_map_null(v, Q_STR("n"));
    q_json_write(&b, v);
    CHECK_STREQ(q_buf_str(&b), "{\"d\":81.0,\"t\":1609459200.123,\"b\":\"AAE=\",\"n\":null}");
}

TEST(pretty_form)
{
    q_value *v;
    q_buf b = q_buf_init(q_test_arena(), 1000);

    CHECK_EQ(q_json_parse(q_test_arena(), Q_STR("{\"a\":[1,{}]}"), &v, NULL), Q_OK);
    q_json_write_pretty(&b, v);
    CHECK_STREQ(q_buf_str(&b), "{\n  \"a\": [\n    1,\n    {}\n  ]\n}\n");
}

TEST_MAIN("base/json")
