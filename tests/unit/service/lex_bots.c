#include "service/lex_bots.h"

#include "service/lex_store.h"
#include "store/record.h"
#include "test.h"

TEST_MAIN("service/lex_bots")

static q_err err;

static q_catalog *opened(const char *dir)
{
    q_catalog *c = NULL;

    CHECK_EQ(q_catalog_open(dir, &c, &err), Q_OK);
    return c;
}

/* A bot whose only intent understands `word`, with a slot type that knows it. */
static q_str file(const char *word)
{
    return q_str_printf(
        q_test_arena(),
        "{\"resource\":{\"name\":\"Tea\",\"clarificationPrompt\":{\"messages\":[{\"contentType\":"
        "\"PlainText\",\"content\":\"What?\"}],\"maxAttempts\":2},\"slotTypes\":[{\"name\":"
        "\"Sort\","
        "\"enumerationValues\":[{\"value\":\"%s\"}]}],\"intents\":[{\"name\":\"Order\","
        "\"sampleUtterances\":[\"%s\",\"a {Sort}\"],\"slots\":[{\"name\":\"Sort\",\"slotType\":"
        "\"Sort\",\"slotTypeVersion\":\"7\",\"slotConstraint\":\"Optional\"}]}]}}",
        word, word);
}

/* What the bot that is run under `alias` knows. */
static void knows(q_catalog *c, const char *alias, const char *version, const char *word)
{
    q_bot_ready *ready = NULL;

    if (q_bots_get(NULL, c, Q_STR("Tea"), q_str_of(alias), 1, &ready, &err))
        q_test_fail(__FILE__, __LINE__, "%s: %s", alias, err.msg);
    CHECK_STREQ(q_bot_ready_version(ready), version);
    CHECK_STREQ(q_bot_ready_bot(ready)->intents[0].utterances[0], word);
    CHECK_STREQ(q_bot_ready_bot(ready)->slot_types[0].values[0].value, word);
    q_bot_ready_unref(ready);
}

static void store(q_catalog *c, const char *word, const char *alias, const char *version)
{
    q_bot_stored stored;

    if (q_bot_store(c, file(word), q_str_of(alias), 1, &stored, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    CHECK_STR(stored.version, version);
    CHECK_STR(stored.name, "Tea");
    CHECK_EQ(stored.intents, 1);
}

TEST(a_file_is_kept_as_parts_and_published_with_them)
{
    q_catalog *c = opened(q_test_dir());
    q_bot_stored *v;
    lex_part intent = {.body = NULL};
    const q_value *slot;
    size_t n;

    store(c, "black", "", "$LATEST");
    knows(c, "$LATEST", "$LATEST", "black");
    store(c, "black", "prod", "1");
    store(c, "green", "", "$LATEST");
    knows(c, "prod", "1", "black");
    knows(c, "$LATEST", "$LATEST", "green");
    store(c, "green", "test", "2");
    store(c, "green", "prod", "2"); /* the same again is no new version */
    knows(c, "prod", "2", "green");
    CHECK_EQ(lex__get(c, (q_definition_ref){LEX_INTENT, Q_STR("Order"), 2}, true, q_test_arena(),
                      &intent, &err),
             Q_OK);
    slot = q_value_first(q_value_get(intent.body, Q_STR("slots")));
    CHECK_STREQ(q_value_str(slot, Q_STR("slotTypeVersion"), Q_STR("")), "2");
    CHECK_EQ(q_bot_list(c, q_test_arena(), &v, &n, &err), Q_OK);
    CHECK_EQ(n, 3);
    CHECK_STR(v[0].version, "$LATEST");
    CHECK_STR(v[2].version, "2");
    q_catalog_close(c);
}

TEST(a_file_with_a_problem_changes_nothing)
{
    q_catalog *c = opened(q_test_dir());
    q_bot_stored stored;

    store(c, "black", "", "$LATEST");
    CHECK_EQ(q_bot_store(c,
                         Q_STR("{\"resource\":{\"name\":\"Tea\",\"intents\":[{\"name\":\"Order\","
                               "\"description\":5,\"sampleUtterances\":[\"x\"]}]}}"),
                         Q_STR(""), 1, &stored, &err),
             Q_INVALID);
    CHECK_STR(err.msg, "resource.intents[0].description: is not of the kind that the API has here");
    CHECK_EQ(q_bot_store(c, file("black"), Q_STR("no alias!"), 1, &stored, &err), Q_INVALID);
    knows(c, "$LATEST", "$LATEST", "black");
    q_catalog_close(c);
}

TEST(why_there_is_nothing_to_run)
{
    q_catalog *c = opened(q_test_dir());
    q_bot_ready *ready = NULL;

    CHECK_EQ(q_bots_get(NULL, c, Q_STR("Tea"), Q_STR("$LATEST"), 1, &ready, &err), Q_NOTFOUND);
    CHECK_STR(err.msg, "there is no bot Tea");
    store(c, "black", "", "$LATEST");
    CHECK_EQ(q_bots_get(NULL, c, Q_STR("Tea"), Q_STR("prod"), 1, &ready, &err), Q_NOTFOUND);
    CHECK_STR(err.msg, "bot Tea has no alias prod");
    q_catalog_close(c);
}

static void before(q_catalog *c, const char *space, const char *key, q_str value)
{
    CHECK_EQ(q_record_put(c, q_str_of(space), q_str_of(key), value, 1, 0, &err), Q_OK);
}

TEST(bots_of_before_are_taken_up_with_their_numbers)
{
    q_catalog *c = opened(q_test_dir());
    q_definition d;

    before(c, "bot-file", "Tea", file("white"));
    before(c, "bot-file", "Tea:10", file("green"));
    before(c, "bot-file", "Tea:2", file("black"));
    before(c, "bot-file", "Broken", Q_STR("{}"));
    before(c, "bot-file-alias", "Tea:old", Q_STR("2"));
    before(c, "bot-file-alias", "Tea:new", Q_STR("10"));
    CHECK_EQ(
        q_catalog_run(c, "DELETE FROM migration WHERE name = 'bot files'", Q_NO_PARAMS, NULL, &err),
        Q_OK);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(q_bots_adopt(c, 1, &err), Q_OK);
    knows(c, "old", "2", "black");
    knows(c, "new", "10", "green");
    knows(c, "$LATEST", "$LATEST", "white");
    store(c, "blue", "old", "11");
    CHECK_EQ(q_definition_get(c, (q_definition_ref){LEX_BOT, Q_STR("Broken"), 0}, q_test_arena(),
                              &d, &err),
             Q_NOTFOUND);
    q_catalog_close(c);
}
