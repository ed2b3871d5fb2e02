#include "engine/protobuf.h"

#include "../test.h"

static q_str finish(q_buf *b)
{
    q_str s;

    CHECK_EQ(q_buf_finish(b, &s, NULL), Q_OK);
    return s;
}

TEST(fields_come_back_as_written)
{
    q_buf b = q_buf_init(q_test_arena(), 1000);
    const int64_t many[] = {0, 1, -1, 300, INT64_MIN};
    protobuf m;
    protobuf_field f;
    protobuf_numbers l;
    uint64_t v;
    size_t opened, i = 0;

    protobuf__put_int(&b, 1, -5);
    protobuf__put_float(&b, 2, 1.5F);
    opened = protobuf__open(&b, 3);
    protobuf__put_bytes(&b, 4, Q_STR("within"));
    protobuf__close(&b, opened);
    protobuf__put_ints(&b, 100, many, 5);
    m = protobuf__of(finish(&b));
    CHECK(protobuf__next(&m, &f));
    CHECK_EQ(f.number, 1);
    CHECK_EQ(protobuf__int(&m, &f), -5);
    CHECK(protobuf__next(&m, &f));
    CHECK_NEAR(protobuf__float(&m, &f), 1.5, 0);
    CHECK(protobuf__next(&m, &f));
    CHECK_STREQ(protobuf__bytes(&m, &f), "\x22\x06within");
    CHECK(protobuf__next(&m, &f));
    CHECK_EQ(f.number, 100);
    CHECK_EQ(protobuf__count(&m, &f, PROTOBUF_VARINT), 5);
    l = protobuf__numbers(&m, &f, PROTOBUF_VARINT);
    while (protobuf__number(&l, &m, PROTOBUF_VARINT, &v))
        CHECK_EQ(v, many[i++]);
    CHECK_EQ(i, 5);
    CHECK(!protobuf__next(&m, &f));
    CHECK(m.wrong == NULL);
}

TEST(a_long_message_within_gets_a_long_length)
{
    q_buf b = q_buf_init(q_test_arena(), 100000);
    protobuf m;
    protobuf_field f;
    size_t opened = protobuf__open(&b, 1);

    for (int i = 0; i < 20000; i++)
        q_buf_char(&b, 'x');
    protobuf__close(&b, opened);
    protobuf__put_int(&b, 2, 7);
    m = protobuf__of(finish(&b));
    CHECK(protobuf__next(&m, &f));
    CHECK_EQ(f.bytes.n, 20000);
    CHECK_EQ(f.bytes.p[19999], 'x');
    CHECK(protobuf__next(&m, &f));
    CHECK_EQ(protobuf__int(&m, &f), 7);
}

static const char *why(q_str bytes)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;

    while (protobuf__next(&m, &f))
        continue;
    return m.wrong ? m.wrong : "";
}

TEST(malformed_bytes_have_a_reason)
{
    CHECK_STR(why(Q_STR("")), "");
    CHECK_STR(why(Q_STR("\x08")), "a field passes the end");
    CHECK_STR(why(Q_STR("\x08\x80\x80")), "a field passes the end");
    CHECK_STR(why(Q_STR("\x0a\x05"
                        "ab")),
              "a field passes the end");
    CHECK_STR(why(Q_STR("\x0d\x01\x02")), "a field passes the end");
    CHECK_STR(why(Q_STR("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")), "a field passes the end");
    CHECK_STR(why(Q_STR("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")),
              "a number of more than ten bytes");
    CHECK_STR(why(Q_STR("\x00\x01")), "a field has no valid number");
    CHECK_STR(why(Q_STR("\x0b\x01")), "a field has no valid wire type");
    CHECK_STR(why(Q_STR("\x0f\x01")), "a field has no valid wire type");
}

TEST(another_wire_type_is_refused)
{
    protobuf m = protobuf__of(Q_STR("\x08\x07"));
    protobuf_field f;

    CHECK(protobuf__next(&m, &f));
    CHECK(protobuf__bytes(&m, &f).p == NULL);
    CHECK_STR(m.wrong, "a field is of another type than it should be");
    CHECK(!protobuf__next(&m, &f));
}

TEST(packed_numbers_cut_short_are_an_error)
{
    protobuf m = protobuf__of(Q_STR("\x0a\x02\x01\x80"));
    protobuf_field f;
    protobuf_numbers l;
    uint64_t v;

    CHECK(protobuf__next(&m, &f));
    l = protobuf__numbers(&m, &f, PROTOBUF_VARINT);
    CHECK(protobuf__number(&l, &m, PROTOBUF_VARINT, &v));
    CHECK(!protobuf__number(&l, &m, PROTOBUF_VARINT, &v));
    CHECK_STR(m.wrong, "a field passes the end");
}

TEST_MAIN("engine/protobuf")
