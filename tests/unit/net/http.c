#include "net/http.h"
#include "test.h"

TEST(request_header_is_found_by_any_case)
{
    q_header headers[] = {{Q_STR("Host"), Q_STR("a")}, {Q_STR("X-Two"), Q_STR("b")}};
    q_request r = {.headers = headers, .header_count = 2};

    CHECK_STREQ(q_request_header(&r, "x-two"), "b");
    CHECK(q_request_header(&r, "x-three").p == NULL);
}

TEST(reply_header_is_copied)
{
    q_reply r;
    char value[] = "one";

    q_reply_init(&r, q_test_arena());
    CHECK_EQ(q_reply_header(&r, "ETag", q_str_of(value)), Q_OK);
    value[0] = 'X';
    CHECK_EQ(r.header_count, 1);
    CHECK_STREQ(r.headers[0].value, "one");
    CHECK_EQ(r.file, -1);
}

TEST(reply_header_refuses_a_second_line)
{
    q_reply r;

    q_reply_init(&r, q_test_arena());
    CHECK_EQ(q_reply_header(&r, "ETag", Q_STR("a\r\nSet-Cookie: b")), Q_INVALID);
    CHECK_EQ(r.header_count, 0);
}

TEST_MAIN("net/http")
