#include "wire/fault.h"

#include "wire/route.h"

#include "test.h"

static const q_api *api(const char *name)
{
    const q_api *found = q_api_find(q_str_of(name));

    CHECK(found != NULL);
    return found;
}

static q_str header(const q_reply *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (q_str_is_nocase(r->headers[i].name, name))
            return r->headers[i].value;
    return Q_STR("");
}

static q_reply write_fault(const q_api *a, const q_fault *f, bool head)
{
    q_reply r = {.arena = q_test_arena(), .file = -1};

    CHECK_EQ(q_fault_write(a, f, Q_STR("REQ"), Q_STR("/b/k<"), head, &r), Q_OK);
    return r;
}

TEST(fault_in_json)
{
    q_fault f = {0};
    q_reply r;

    CHECK_EQ(q_fault_set(&f, "InvalidParameterException", "bad \"%s\"", "x"), Q_INVALID);
    r = write_fault(api("textract"), &f, false);
    CHECK_EQ(r.status, 400);
    CHECK_STREQ(r.body, "{\"__type\":\"InvalidParameterException\",\"message\":\"bad \\\"x\\\"\"}");
    CHECK_STREQ(header(&r, "content-type"), "application/x-amz-json-1.1");
    CHECK_STREQ(header(&r, "x-amzn-requestid"), "REQ");
}

TEST(fault_in_rest_json)
{
    q_fault f = {.error = "NotFoundException"};
    q_reply r;

    q_err_set(&f.err, Q_NOTFOUND, "no bot");
    f.members = q_value_map(q_test_arena());
    q_map_str(f.members, Q_STR("retryAfterSeconds"), Q_STR("3"));
    r = write_fault(api("lex-runtime"), &f, false);
    CHECK_EQ(r.status, 404);
    CHECK_STREQ(header(&r, "x-amzn-errortype"), "NotFoundException");
    CHECK_STREQ(header(&r, "content-type"), "application/json");
    CHECK_STREQ(r.body, "{\"__type\":\"NotFoundException\",\"message\":\"no bot\","
                        "\"retryAfterSeconds\":\"3\"}");
}

TEST(fault_in_s3)
{
    q_fault f = {0};
    q_reply r;

    q_fault_set(&f, "NoSuchKey", "no %s & more", "key");
    f.members = q_value_map(q_test_arena());
    q_map_str(f.members, Q_STR("Key"), Q_STR("k<"));
    q_map_int(f.members, Q_STR("Size"), 7);
    r = write_fault(api("s3"), &f, false);
    CHECK_EQ(r.status, 404);
    CHECK_STREQ(r.body,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>"
                "<Message>no key &amp; more</Message><Key>k&lt;</Key><Size>7</Size>"
                "<Resource>/b/k&lt;</Resource><RequestId>REQ</RequestId><HostId>REQ</HostId>"
                "</Error>");
    CHECK_STREQ(header(&r, "content-type"), "application/xml");
    CHECK_STREQ(header(&r, "x-amz-request-id"), "REQ");
}

TEST(fault_of_a_head_request_has_no_body)
{
    q_fault f = {.error = "NoSuchKey"};
    q_reply r = write_fault(api("s3"), &f, true);

    CHECK_EQ(r.status, 404);
    CHECK_EQ(r.body.n, 0);
    CHECK_STREQ(header(&r, "content-type"), "");
    f.error = "NotModified";
    r = write_fault(api("s3"), &f, false);
    CHECK_EQ(r.status, 304);
    CHECK_EQ(r.body.n, 0);
}

TEST(fault_in_query)
{
    q_fault f = {0};
    q_reply r;

    q_fault_set(&f, "InvalidAction", "no such action");
    r = write_fault(api("sts"), &f, false);
    CHECK_EQ(r.status, 400);
    CHECK_STREQ(r.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse "
                        "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                        "<Type>Sender</Type><Code>InvalidAction</Code>"
                        "<Message>no such action</Message></Error><RequestId>REQ</RequestId>"
                        "</ErrorResponse>");
    CHECK_STREQ(header(&r, "content-type"), "text/xml");
}

TEST(fault_without_a_name_is_internal)
{
    q_fault f = {0};

    CHECK_EQ(q_fault_status(api("s3"), &f), 500);
    CHECK_EQ(write_fault(api("textract"), &f, false).status, 500);
    CHECK_STREQ(write_fault(api("textract"), &f, false).body,
                "{\"__type\":\"InternalServerError\",\"message\":\"\"}");
    CHECK_STREQ(write_fault(NULL, &f, false).body,
                "{\"__type\":\"InternalFailure\",\"message\":\"\"}");
}

TEST(fault_status_is_overridden_or_guessed)
{
    q_fault f = {.error = "SomethingElse"};

    CHECK_EQ(q_fault_status(api("s3"), &f), 400);
    f.status = 418;
    CHECK_EQ(q_fault_status(api("s3"), &f), 418);
}

TEST(fault_text_may_be_longer_than_an_err)
{
    q_fault f = {0};
    char *x = q_arena_alloc(q_test_arena(), 2000);
    q_reply r;

    for (size_t i = 0; i < 2000; i++)
        x[i] = 'x';
    q_fault_set(&f, "ValidationError", "short");
    f.text = (q_str){x, 2000};
    r = write_fault(api("sts"), &f, false);
    CHECK(r.body.n > 2000);
}

TEST_MAIN("wire/fault")
