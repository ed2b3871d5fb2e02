#include "base/buf.h"
#include "test.h"

#include <string.h>

#include <math.h>

static q_str f64(double v)
{
    q_buf b = q_buf_init(q_test_arena(), 100);

    q_buf_f64(&b, v);
    return q_buf_str(&b);
}

TEST(doubles_are_the_shortest_that_read_back)
{
    CHECK_STREQ(f64(81), "81.0");
    CHECK_STREQ(f64(0), "0.0");
    CHECK_STREQ(f64(-0.5), "-0.5");
    CHECK_STREQ(f64(0.1), "0.1");
    CHECK_STREQ(f64((double)97.0633544921875f), "97.0633544921875");
    CHECK_STREQ(f64(0.123456789), "0.123456789");
    CHECK_STREQ(f64(1e300), "1e+300");
    CHECK_STREQ(f64(1.0 / 3), "0.3333333333333333");
    CHECK_STREQ(f64(123456789012.5), "123456789012.5");
    CHECK_STREQ(f64(NAN), "NaN");
    CHECK_STREQ(f64(-INFINITY), "-Infinity");
    for (double v = 1e-12; v < 1e12; v *= 3.7) {
        double back;

        CHECK(q_str_f64(f64(v), &back) && back == v);
        CHECK(q_str_f64(f64(-v), &back) && back == -v);
    }
}

TEST(json_strings_are_escaped)
{
    q_buf b = q_buf_init(q_test_arena(), 1000);

    q_buf_json(&b, Q_STR("a\"\\\n\x01\xC3\xA9\xFFz"));
    CHECK_STREQ(q_buf_str(&b), "\"a\\\"\\\\\\n\\u0001\xC3\xA9\xEF\xBF\xBDz\"");
}

TEST(xml_text_is_escaped)
{
    q_buf b = q_buf_init(q_test_arena(), 1000);

    q_buf_xml(&b, Q_STR("<a b=\"c\">&\r\x02\xC3\xA9"));
    CHECK_STREQ(q_buf_str(&b), "&lt;a b=&quot;c&quot;&gt;&amp;&#13;\xEF\xBF\xBD\xC3\xA9");
}

TEST(the_first_error_is_kept)
{
    q_buf b = q_buf_init(q_test_arena(), 4);
    q_str out;
    q_err err;

    q_buf_puts(&b, "abc");
    q_buf_puts(&b, "de");
    q_buf_puts(&b, "f");
    CHECK_EQ(q_buf_finish(&b, &out, &err), Q_LIMIT);
    CHECK_STR(err.msg, "text longer than its limit of 4 bytes");
    q_buf_clear(&b);
    q_buf_puts(&b, "abcd");
    CHECK_EQ(q_buf_finish(&b, &out, &err), Q_OK);
    CHECK_STREQ(out, "abcd");
}

TEST(heap_buffers_grow_and_clear)
{
    q_buf b = q_buf_init(NULL, 1 << 20);
    q_str out;

    for (int i = 0; i < 1000; i++)
        q_buf_printf(&b, "%d,", i);
    q_buf_i64(&b, INT64_MIN);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    CHECK(q_str_starts(out, Q_STR("0,1,2,")));
    CHECK(q_str_ends(out, Q_STR("999,-9223372036854775808")));
    q_buf_clear(&b);
}

static void check_f32(float v)
{
    q_buf one = q_buf_init(q_test_arena(), 64), two = one;

    q_buf_f32(&one, v);
    q_buf_f64(&two, (double)v);
    if (!q_str_eq(q_buf_str(&one), q_buf_str(&two)))
        q_test_fail(__FILE__, __LINE__, "%a is \"%.*s\", not \"%.*s\"", (double)v,
                    Q_ARG(q_buf_str(&one)), Q_ARG(q_buf_str(&two)));
}

TEST(buf_writes_floats_as_widened_doubles)
{
    static const float edges[] = {0,      -0.0f,         1,          0.5f,        97.06335449f,
                                  0.1f,   -0.17f,        1e-3f,      999.9f,      1000,
                                  1e-4f,  0.0009765625f, 9.999999f,  99.99999f,   3e38f,
                                  1e-45f, 123456.7f,     0.3333333f, 1.0f / 1024, 100};
    uint32_t bits = 12345;
    float v;

    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        check_f32(edges[i]);
    for (int i = 0; i < 20000; i++) {
        bits = bits * 1664525u + 1013904223u;
        check_f32((float)(bits >> 8) / 16777216.0f);
        check_f32((float)(bits >> 8) / 167772.16f);
        memcpy(&v, &bits, sizeof v);
        check_f32(v);
    }
}

TEST_MAIN("base/buf")
