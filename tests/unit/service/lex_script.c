#include "service/lex_script.h"

#include "base/json.h"
#include "service/lex_ids.h"
#include "service/lex_replay.h"
#include "test.h"

#define NOW 1795336200000

/* Two versions: the second asks otherwise and knows sizes by another name. */
#define BOT(question, function)                                                                    \
    "{\"resource\":{\"name\":\"Tea\",\"idleSessionTTLInSeconds\":60,\"intents\":["                 \
    "{\"name\":\"Order\",\"sampleUtterances\":[\"I want tea\",\"{Cups} cups of tea\"],"            \
    "\"fulfillmentActivity\":{\"type\":\"ReturnIntent\"},\"slots\":[{\"name\":\"Cups\","           \
    "\"slotType\":\"AMAZON.NUMBER\",\"slotConstraint\":\"Required\",\"valueElicitationPrompt\":"   \
    "{\"messages\":[{\"contentType\":\"PlainText\",\"content\":\"" question "\"}],"                \
    "\"maxAttempts\":2}}]},"                                                                       \
    "{\"name\":\"Call\",\"sampleUtterances\":[\"call my function\"],\"fulfillmentActivity\":"      \
    "{\"type\":\"CodeHook\",\"codeHook\":{\"uri\":\"" function "\"}}}]}}"

static const char OLD[] = BOT("How many cups?", "nobody");
static const char NEW[] = BOT("How many do you want?", "nobody");

static void unref(void *ready)
{
    q_bot_ready_unref(ready);
}

static q_bot_ready *read_bot(const char *json)
{
    q_bot_ready *ready;

    CHECK_EQ(q_bot_read(q_str_of(json), &ready, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), unref, ready), Q_OK);
    return ready;
}

/* What each turn came to: "State said | ..." */
static q_str held(const char *script)
{
    q_app app = {0};
    q_script s;
    q_outcome *out;
    q_str all = Q_STR("");
    q_err err;

    CHECK_EQ(q_script_parse(q_str_of(script), q_test_arena(), &s, &err), Q_OK);
    out = q_arena_array(q_test_arena(), s.v[0].turn_count, sizeof *out);
    CHECK_EQ(q_script_hold(&app, read_bot(OLD), Q_STR("$LATEST"), &s.v[0], NOW, q_test_arena(), out,
                           &err),
             Q_OK);
    for (size_t i = 0; i < s.v[0].turn_count; i++)
        all = q_str_printf(q_test_arena(), "%.*s%.*s%.*s %.*s | ", Q_ARG(all), Q_ARG(out[i].error),
                           Q_ARG(out[i].state),
                           Q_ARG(out[i].said_count ? out[i].said[0] : Q_STR("-")));
    return all;
}

TEST(a_conversation_is_held)
{
    CHECK_STREQ(held("> I want tea\n> 3\n"),
                "ElicitSlot How many cups? | ReadyForFulfillment - | ");
}

TEST(a_session_ends_when_time_passes)
{
    CHECK_STREQ(held("> I want tea\n> 3\n wait 59\n"),
                "ElicitSlot How many cups? | ReadyForFulfillment - | ");
    CHECK_STREQ(q_str_sub(held("> I want tea\n> 3\n wait 60\n"), 0, 34),
                "ElicitSlot How many cups? | Failed");
}

TEST(functions_are_answered_by_the_script)
{
    CHECK_STREQ(held("> call my function\n hook Close Fulfilled Done.\n"), "Fulfilled Done. | ");
    CHECK_STREQ(held("== x\n hook Close Failed No.\n> call my function\n> call my function\n"),
                "Failed No. | Failed No. | ");
    CHECK_STREQ(held("> call my function\n hook ElicitSlot Cups\n"),
                "the function asks for slot Cups; intent Call has none of that name -"
                " | ");
    CHECK_STREQ(held("> call my function\n hook {\"dialogAction\":{\"type\":\"Close\","
                     "\"fulfillmentState\":\"Fulfilled\",\"message\":{\"contentType\":"
                     "\"PlainText\",\"content\":\"Hi\"}}}\n"),
                "Fulfilled Hi | ");
    CHECK_STREQ(held("> call my function\n hook {\"dialogAction\":7}\n"),
                "line 2: the function's reply: no dialogAction - | ");
    CHECK_STREQ(held("> call my function\n hook fails out of tea\n> I want tea\n"),
                "function nobody: out of tea - | ElicitSlot How many cups? | ");
    CHECK_STREQ(held("> call my function\n"),
                "function nobody is not there; \"hook ...\" in the script answers for it - | ");
}

/* ---- replay ---- */

static void close_catalog(void *c)
{
    q_catalog_close(c);
}

static q_err err;

static q_app opened(void)
{
    q_app app = {.data_dir = q_test_dir()};
    q_bot_stored stored;

    CHECK_EQ(q_catalog_open(app.data_dir, &app.catalog, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), close_catalog, app.catalog), Q_OK);
    CHECK_EQ(q_bot_store(app.catalog, Q_STR(OLD), Q_STR("prod"), NOW, &stored, NULL), Q_OK);
    return app;
}

static q_chat_request who(const char *user)
{
    return (q_chat_request){.bot = Q_STR("Tea"), .alias = Q_STR("prod"), .user = q_str_of(user)};
}

static q_chat_reply say(q_app *app, const char *user, const char *text)
{
    q_chat_request r = who(user);
    q_chat_failure failure;
    q_chat_reply reply;

    r.text = q_str_of(text);
    if (q_bot_chat(app, &r, NOW, q_test_arena(), &reply, &failure, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return reply;
}

TEST(a_session_is_said_again_to_another_version)
{
    q_app app = opened();
    q_chat_request ada = who("ada");
    q_replay_from from = {0};
    q_chat_entry *entries;
    q_replayed turns[2];
    size_t count;

    say(&app, "ada", "I want tea");
    say(&app, "ada", "3");
    CHECK_EQ(q_replay_log(&app, &ada, &from, NOW, q_test_arena(), &entries, &count, &err), Q_OK);
    CHECK_EQ(count, 2);
    CHECK_EQ(q_replay(&app, read_bot(OLD), read_bot(OLD), &ada, entries, count, q_test_arena(),
                      turns, &err),
             Q_OK);
    CHECK_EQ(turns[0].differences.n, 0);
    CHECK_EQ(turns[1].differences.n, 0);
    CHECK_EQ(q_replay(&app, read_bot(OLD), read_bot(NEW), &ada, entries, count, q_test_arena(),
                      turns, &err),
             Q_OK);
    CHECK_EQ(turns[0].differences.n, 1);
    CHECK_STREQ(turns[0].differences.v[0].what, "said");
    CHECK_STREQ(turns[0].differences.v[0].want, "How many cups?");
    CHECK_STREQ(turns[0].differences.v[0].got, "How many do you want?");
    CHECK_EQ(turns[1].differences.n, 0);
    CHECK_STREQ(turns[1].text, "3");

    from.number = 2;
    CHECK_EQ(q_replay_log(&app, &ada, &from, NOW, q_test_arena(), &entries, &count, &err), Q_OK);
    CHECK_EQ(count, 1);
    CHECK_STREQ(entries[0].text, "3");
    from.number = 7;
    CHECK_EQ(q_replay_log(&app, &ada, &from, NOW, q_test_arena(), &entries, &count, &err),
             Q_NOTFOUND);
    CHECK_STR(err.msg, "turn 7 is not kept; the log holds turns 1 to 2");
}

TEST(a_session_is_forked_at_a_checkpoint)
{
    q_app app = opened();
    q_chat_request ada = who("ada"), bob = who("bob");
    q_directive label = {.has_recent = true, .recent_count = 1};
    q_replay_from from = {.label = Q_STR("cups")};
    q_chat_failure failure;
    q_chat_entry *entries;
    q_chat_reply reply;
    size_t count;

    say(&app, "ada", "I want tea");
    label.recent[0] = (q_summary){.intent = Q_STR("Order"),
                                  .label = Q_STR("cups"),
                                  .action = Q_ACTION_ELICIT_SLOT,
                                  .slot_to_elicit = Q_STR("Cups")};
    ada.directive = &label;
    CHECK_EQ(q_chat_put(&app, &ada, NOW, q_test_arena(), &reply, &failure, &err), Q_OK);
    say(&app, "ada", "3");
    CHECK_EQ(q_replay_log(&app, &ada, &from, NOW, q_test_arena(), &entries, &count, &err), Q_OK);
    CHECK_EQ(count, 1);
    CHECK_STREQ(entries[0].text, "3");
    CHECK_EQ(q_replay_fork(&app, &entries[0], &bob, NOW, q_test_arena(), &err), Q_OK);
    reply = say(&app, "bob", "4");
    CHECK_EQ(reply.session.state, Q_DIALOG_READY);
    CHECK_STREQ(reply.session.slots[0].value, "4");
    CHECK(!q_str_eq(reply.session.id, say(&app, "ada", "I want tea").session.id));
    CHECK_EQ(q_replay_fork(&app, &entries[0], &bob, NOW, q_test_arena(), &err), Q_EXISTS);
    from.label = Q_STR("nope");
    CHECK_EQ(q_replay_log(&app, &ada, &from, NOW, q_test_arena(), &entries, &count, &err),
             Q_NOTFOUND);
    CHECK_STR(err.msg, "no turn of the session began with checkpoint nope");
}

/* ---- ids ---- */

TEST(a_bot_is_found_by_its_id_and_by_its_name)
{
    q_app app = opened();
    char id[Q_BOT_ID + 1], again[Q_BOT_ID + 1];
    q_str name;

    CHECK(q_bot_id(Q_STR("Tea"), id));
    CHECK(q_bot_id(Q_STR("Tea"), again));
    CHECK_STR(id, again);
    for (size_t i = 0; i < Q_BOT_ID; i++)
        CHECK((id[i] >= 'A' && id[i] <= 'Z') || q_is_digit(id[i]));
    for (int i = 0; i < 2; i++) { /* found, and found as it was kept */
        CHECK_EQ(q_bot_of_id(app.catalog, q_str_of(id), NOW, q_test_arena(), &name, &err), Q_OK);
        CHECK_STREQ(name, "Tea");
    }
    CHECK_EQ(q_bot_of_id(app.catalog, Q_STR("Tea"), NOW, q_test_arena(), &name, &err), Q_OK);
    CHECK_STREQ(name, "Tea");
    CHECK_EQ(q_bot_of_id(app.catalog, Q_STR("ABCDEFGHIJ"), NOW, q_test_arena(), &name, &err),
             Q_NOTFOUND);
    CHECK_STR(err.msg, "no bot has the id ABCDEFGHIJ; quern bot list tells them");
}

TEST_MAIN("service/lex_script")
