#include "service/lex_chat.h"

#include "base/clock.h"
#include "store/record.h"
#include "test.h"

#include <stdlib.h>

#define NOW 1795336200000

static const char BOT[] =
    "{\"resource\":{\"name\":\"Tea\",\"idleSessionTTLInSeconds\":60,\"clarificationPrompt\":"
    "{\"messages\":[{\"contentType\":\"PlainText\",\"content\":\"What?\"}],\"maxAttempts\":2},"
    "\"intents\":[{\"name\":\"Order\",\"sampleUtterances\":[\"I want tea\",\"{Cups} cups of tea\"],"
    "\"fulfillmentActivity\":{\"type\":\"ReturnIntent\"},"
    "\"slots\":[{\"name\":\"Cups\",\"slotType\":\"AMAZON.NUMBER\",\"slotConstraint\":\"Required\","
    "\"valueElicitationPrompt\":{\"messages\":[{\"contentType\":\"PlainText\",\"content\":"
    "\"How many cups?\"}],\"maxAttempts\":2}}]},"
    "{\"name\":\"Call\",\"sampleUtterances\":[\"call my function\"],\"fulfillmentActivity\":"
    "{\"type\":\"CodeHook\",\"codeHook\":{\"uri\":\"nobody\"}}}]}}";

static void close_catalog(void *c)
{
    q_catalog_close(c);
}

static void free_bots(void *b)
{
    q_bots_free(b);
}

static q_app opened(void)
{
    q_app app = {.data_dir = q_test_dir()};
    q_bot_stored stored;

    CHECK_EQ(q_catalog_open(app.data_dir, &app.catalog, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), close_catalog, app.catalog), Q_OK);
    CHECK_EQ(q_bots_new(&app.bots, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), free_bots, app.bots), Q_OK);
    CHECK_EQ(q_bot_store(app.catalog, Q_STR(BOT), Q_STR("prod"), NOW, &stored, NULL), Q_OK);
    CHECK_STR(stored.name, "Tea");
    CHECK_STR(stored.version, "1");
    CHECK_EQ(stored.intents, 2);
    return app;
}

static q_err err;
static q_chat_failure failure;

/* "State message" of one turn. */
static q_str say_at(q_app *app, const char *alias, const char *user, const char *text, int64_t now)
{
    q_chat_request r = {.bot = Q_STR("Tea"),
                        .alias = q_str_of(alias),
                        .user = q_str_of(user),
                        .text = q_str_of(text)};
    q_chat_reply reply;
    q_code rc = q_bot_chat(app, &r, now, q_test_arena(), &reply, &failure, &err);

    if (rc)
        return q_str_printf(q_test_arena(), "error %s: %s", q_code_name(rc), err.msg);
    return q_str_printf(q_test_arena(), "%s%s%.*s", q_dialog_state_name(reply.session.state),
                        reply.message.n ? " " : "", Q_ARG(reply.message));
}

static q_str say(q_app *app, const char *user, const char *text)
{
    return say_at(app, "prod", user, text, NOW);
}

TEST(sessions_are_each_users_own)
{
    q_app app = opened();

    CHECK_STREQ(say(&app, "ada", "I want tea"), "ElicitSlot How many cups?");
    CHECK_STREQ(say(&app, "bob", "3"), "ElicitIntent What?");
    CHECK_STREQ(say(&app, "ada", "3"), "ReadyForFulfillment");
    CHECK_STREQ(say_at(&app, "$LATEST", "ada", "I want tea", NOW), "ElicitSlot How many cups?");
}

TEST(sessions_end_when_idle)
{
    q_app app = opened();

    say(&app, "ada", "I want tea");
    CHECK_STREQ(say_at(&app, "prod", "ada", "3", NOW + 59000), "ReadyForFulfillment");
    say_at(&app, "prod", "ada", "I want tea", NOW + 60000);
    CHECK_STREQ(say_at(&app, "prod", "ada", "3", NOW + 121000), "ElicitIntent What?");
}

TEST(bots_and_aliases_that_are_not_there)
{
    q_app app = opened();
    q_chat_request r = {
        .bot = Q_STR("Nope"), .alias = Q_STR("prod"), .user = Q_STR("ada"), .text = Q_STR("x")};
    q_chat_reply reply;

    CHECK_STREQ(say_at(&app, "dev", "ada", "x", NOW), "error not found: bot Tea has no alias dev");
    CHECK_EQ(q_bot_chat(&app, &r, NOW, q_test_arena(), &reply, &failure, &err), Q_NOTFOUND);
    r.alias = Q_STR("$LATEST");
    CHECK_EQ(q_bot_chat(&app, &r, NOW, q_test_arena(), &reply, &failure, &err), Q_NOTFOUND);
}

TEST(a_new_import_is_the_latest_and_leaves_what_is_published)
{
    static const char OTHER[] =
        "{\"resource\":{\"name\":\"Tea\",\"intents\":[{\"name\":\"Other\",\"sampleUtterances\":"
        "[\"I want tea\"],\"conclusionStatement\":{\"messages\":[{\"contentType\":\"PlainText\","
        "\"content\":\"No tea.\"}]}}]}}";
    q_app app = opened();
    q_bot_stored stored;

    CHECK_STREQ(say_at(&app, "$LATEST", "u1", "I want tea", NOW), "ElicitSlot How many cups?");
    CHECK_EQ(q_bot_store(app.catalog, Q_STR(OTHER), Q_STR(""), NOW, &stored, NULL), Q_OK);
    CHECK_STR(stored.version, "$LATEST");
    CHECK_STREQ(say_at(&app, "$LATEST", "u2", "I want tea", NOW), "ReadyForFulfillment No tea.");
    CHECK_STREQ(say_at(&app, "prod", "u2", "I want tea", NOW), "ElicitSlot How many cups?");
    CHECK_EQ(q_bot_store(app.catalog, Q_STR(OTHER), Q_STR("prod"), NOW, &stored, NULL), Q_OK);
    CHECK_STR(stored.version, "2");
    CHECK_STREQ(say_at(&app, "prod", "u3", "I want tea", NOW), "ReadyForFulfillment No tea.");
    /* a session begun with the bot before starts afresh */
    CHECK_STREQ(say_at(&app, "prod", "u2", "I want tea", NOW), "ReadyForFulfillment No tea.");
}

TEST(a_function_that_cannot_be_called_is_its_own_failure)
{
    q_app app = opened();

    CHECK_STREQ(say(&app, "ada", "call my function"),
                "error unsupported: function nobody cannot be called from here");
    CHECK_EQ(failure, Q_CHAT_FUNCTION);
}

TEST(attributes_are_kept_and_replaced)
{
    q_app app = opened();
    q_attribute who = {Q_STR("who"), Q_STR("Ada")};
    q_attributes given = {&who, 1};
    q_chat_request r = {.bot = Q_STR("Tea"),
                        .alias = Q_STR("prod"),
                        .user = Q_STR("ada"),
                        .text = Q_STR("I want tea"),
                        .session_attributes = &given};
    q_chat_reply reply;
    q_str id;

    CHECK_EQ(q_bot_chat(&app, &r, NOW, q_test_arena(), &reply, &failure, &err), Q_OK);
    id = reply.session.id;
    r.session_attributes = NULL;
    r.text = Q_STR("two");
    CHECK_EQ(q_bot_chat(&app, &r, NOW, q_test_arena(), &reply, &failure, &err), Q_OK);
    CHECK_EQ(reply.session.attributes.n, 1);
    CHECK_STREQ(reply.session.attributes.v[0].value, "Ada");
    CHECK(q_str_eq(reply.session.id, id));
    CHECK_EQ(id.n, 36);
}

/* A ceiling, no benchmark. */
TEST(a_turn_takes_little_time)
{
    q_app app = opened();
    int64_t start, longest = 0;

    say(&app, "ada", "I want tea");
    for (int i = 0; i < 50; i++) {
        start = q_monotonic_ns();
        say(&app, "ada", i % 2 ? "I want tea" : "4");
        longest = q_monotonic_ns() - start > longest ? q_monotonic_ns() - start : longest;
    }
    CHECK(longest < 2000000000);
}

TEST_MAIN("service/lex_chat")
