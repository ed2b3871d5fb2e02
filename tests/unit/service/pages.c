#include "service/pages.h"
#include "test.h"

static const q_header browser = {Q_STR_INIT("Accept"),
                                 Q_STR_INIT("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")};

static q_request request(const char *method, const char *path, const q_header *headers, size_t n)
{
    return (q_request){.method = q_str_of(method),
                       .path = q_str_of(path),
                       .headers = headers,
                       .header_count = n,
                       .content_length = -1};
}

static q_str reply_header(const q_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (q_str_is_nocase(reply->headers[i].name, name))
            return reply->headers[i].value;
    }
    return (q_str){0};
}

TEST(every_file_is_found_by_its_path)
{
    CHECK(q_page_file_count > 1);
    for (size_t i = 0; i < q_page_file_count; i++) {
        const q_page_file *file = &q_page_files[i];
        CHECK(q_page_find(file->path) == file);
        CHECK(file->bytes.n > 0);
        CHECK_EQ(file->etag.n, 34);
        CHECK(q_str_is(file->path, "/") || q_str_starts(file->path, Q_STR("/_quern/")));
    }
    CHECK(q_page_find(Q_STR("/_quern/")) == NULL);
    CHECK(q_page_find(Q_STR("/_quern/../main.js")) == NULL);
    CHECK(q_page_find((q_str){0}) == NULL);
}

TEST(the_root_is_the_page_for_browsers_only)
{
    q_request req = request("GET", "/", &browser, 1);

    CHECK(q_page_wanted(&req) != NULL);
    req.method = Q_STR("HEAD");
    CHECK(q_page_wanted(&req) != NULL);
    req.method = Q_STR("POST");
    CHECK(q_page_wanted(&req) == NULL);
    req = request("GET", "/", NULL, 0);
    CHECK(q_page_wanted(&req) == NULL);
}

TEST(a_signed_request_is_never_for_the_page)
{
    q_header headers[] = {browser, {Q_STR("authorization"), Q_STR("AWS4-HMAC-SHA256 ...")}};
    q_request req = request("GET", "/", headers, 2);

    CHECK(q_page_wanted(&req) == NULL);
    req.header_count = 1;
    req.query = Q_STR("a=b&X-Amz-Signature=00");
    CHECK(q_page_wanted(&req) == NULL);
    req.query = Q_STR("AWSAccessKeyId=a&Signature=b");
    CHECK(q_page_wanted(&req) == NULL);
    req.query = Q_STR("from=mail");
    CHECK(q_page_wanted(&req) != NULL);
}

TEST(modules_go_to_whoever_asks)
{
    q_request req = request("GET", "/_quern/main.js", NULL, 0);

    CHECK(q_page_wanted(&req) != NULL);
    req.path = Q_STR("/_quern/none.js");
    CHECK(q_page_wanted(&req) == NULL);
    req.path = Q_STR("/bucket/main.js");
    CHECK(q_page_wanted(&req) == NULL);
}

TEST(a_reply_carries_bytes_type_and_policy)
{
    q_request req = request("GET", "/_quern/chat.css", NULL, 0);
    q_reply reply = {.arena = q_test_arena(), .file = -1};
    const q_page_file *file = q_page_wanted(&req);

    CHECK(file != NULL);
    CHECK_EQ(q_page_reply(file, &req, &reply), Q_OK);
    CHECK_EQ(reply.status, 200);
    CHECK(q_str_eq(reply.body, file->bytes));
    CHECK_STREQ(reply_header(&reply, "Content-Type"), "text/css; charset=utf-8");
    CHECK_STREQ(reply_header(&reply, "X-Content-Type-Options"), "nosniff");
    q_str policy = reply_header(&reply, "Content-Security-Policy");
    CHECK(q_str_starts(policy, Q_STR("default-src 'none';")));
    CHECK(q_str_find(policy, Q_STR("frame-ancestors 'none'")) != SIZE_MAX);
    CHECK(q_str_find(policy, Q_STR("unsafe")) == SIZE_MAX);
}

TEST(a_head_reply_states_the_length_without_bytes)
{
    q_request req = request("HEAD", "/_quern/chat.css", NULL, 0);
    q_reply reply = {.arena = q_test_arena(), .file = -1};
    const q_page_file *file = q_page_wanted(&req);

    CHECK_EQ(q_page_reply(file, &req, &reply), Q_OK);
    CHECK(reply.head_only);
    CHECK_EQ(reply.head_length, file->bytes.n);
    CHECK_EQ(reply.body.n, 0);
}

TEST(a_browser_that_has_the_bytes_gets_304)
{
    const q_page_file *file = q_page_find(Q_STR("/_quern/chat.css"));
    q_str tags = q_str_printf(q_test_arena(), "\"other\", W/%.*s", Q_ARG(file->etag));
    q_header header = {Q_STR("If-None-Match"), tags};
    q_request req = request("GET", "/_quern/chat.css", &header, 1);
    q_reply reply = {.arena = q_test_arena(), .file = -1};

    CHECK_EQ(q_page_reply(file, &req, &reply), Q_OK);
    CHECK_EQ(reply.status, 304);
    CHECK_EQ(reply.body.n, 0);
    CHECK(q_str_eq(reply_header(&reply, "ETag"), file->etag));

    header.value = Q_STR("\"other\"");
    reply = (q_reply){.arena = q_test_arena(), .file = -1};
    CHECK_EQ(q_page_reply(file, &req, &reply), Q_OK);
    CHECK_EQ(reply.status, 200);
}

TEST_MAIN("service/pages")
