#include "dialog/script.h"

#include "test.h"

static const char TEXT[] = "# what a customer says\n"
                           "bot orders.json\n"
                           "\n"
                           "== Two windows ==\n"
                           "  session channel = web\n"
                           "  now 2026-11-30T09:00:00Z\n"
                           "> I want two windows\n"
                           "< Which *size*?\n"
                           "  intent OrderWindows\n"
                           "  slot Count = 2\n"
                           "  slot Size =\n"
                           "> large\n"
                           "  hook Close Fulfilled Ordered, thanks.\n"
                           "  wait 90\n"
                           "< Ordered,  thanks.\n"
                           "  session orders = 1\n"
                           "\n"
                           "== Nothing\n"
                           "  hook {\"dialogAction\":{\"type\":\"Delegate\"}}\n"
                           "> goodbye\n";

static q_script parsed(const char *text)
{
    q_script s;
    q_err err;

    if (q_script_parse(q_str_of(text), q_test_arena(), &s, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return s;
}

TEST(a_script_is_read)
{
    q_script s = parsed(TEXT);
    const q_script_turn *t;

    CHECK_STREQ(s.bot, "orders.json");
    CHECK_EQ(s.n, 2);
    CHECK_STREQ(s.v[0].title, "Two windows");
    CHECK_EQ(s.v[0].line, 4);
    CHECK_STREQ(q_attributes_get(&s.v[0].session, Q_STR("channel")), "web");
    CHECK(s.v[0].has_now);
    CHECK_EQ(s.v[0].now_ms, 1796029200000);
    CHECK_EQ(s.v[0].turn_count, 2);
    t = &s.v[0].turns[0];
    CHECK_STREQ(t->user, "I want two windows");
    CHECK_STREQ(t->said[0].text, "Which *size*?");
    CHECK_EQ(t->expect_count, 3);
    CHECK_STREQ(t->expects[1].name, "Count");
    CHECK_EQ(t->expects[2].value.n, 0);
    t = &s.v[0].turns[1];
    CHECK_EQ(t->wait_ms, 90000);
    CHECK_EQ(t->hooks[0].reply.action, Q_ACTION_CLOSE);
    CHECK_EQ(t->hooks[0].reply.fulfillment, Q_FULFILL_FULFILLED);
    CHECK_STREQ(t->hooks[0].reply.messages[0].text, "Ordered, thanks.");
    CHECK(s.v[1].has_hook);
    CHECK_STREQ(s.v[1].hook.json, "{\"dialogAction\":{\"type\":\"Delegate\"}}");
}

TEST(what_is_wrong_is_named_with_its_line)
{
    static const char *const cases[][2] = {
        {"", "no conversation: no line begins with >"},
        {"# only\n", "no conversation: no line begins with >"},
        {"hello\n", "line 1: == TITLE, > USER, # COMMENT or bot FILE is wanted here: hello"},
        {"< hi\n", "line 1: a bot's line comes behind a user's: hi"},
        {"> hi\n slot Size\n", "line 2: NAME = VALUE is wanted: Size"},
        {"> hi\n slot = x\n", "line 2: a name is wanted before =: = x"},
        {"> hi\nconfidence high\n",
         "line 2: a number from 0 to 1 is wanted behind confidence: high"},
        {"== a\nnow noon\n", "line 2: a time such as 2026-11-30T09:00:00Z is wanted: noon"},
        {"> hi\nwait long\n", "line 2: seconds are wanted behind wait: "},
        {"> hi\nhook Close Done\n",
         "line 2: Fulfilled or Failed is wanted behind Close: Close Done"},
        {"> hi\nintents x\n", "line 2: intent, state, asks, slot, session, contexts, confidence, "
                              "error, hook or wait is wanted: intents"},
        {"> a\n> \xff\n", "line 2 is no text in UTF-8"},
        {"> a\x01\n", "line 1 is no text in UTF-8"},
        {">\n", "line 1: what the user says is wanted behind >: "},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        q_script s;
        q_err err;

        CHECK_EQ(q_script_parse(q_str_of(cases[i][0]), q_test_arena(), &s, &err), Q_INVALID);
        CHECK_STR(err.msg, cases[i][1]);
    }
}

TEST(patterns)
{
    static const struct {
        const char *pattern, *text;
        bool match;
    } cases[] = {
        {"hello", "hello", true},
        {"hello", "Hello", false},
        {"hello", "hello!", false},
        {"*", "", true},
        {"*", "anything", true},
        {"h*o", "hello", true},
        {"h*o*", "hello world", true},
        {"*x*", "hello", false},
        {"a  b", "a b", true},
        {"a b", " a \t b ", true},
        {"2 \\* 3", "2 * 3", true},
        {"2 \\* 3", "2 x 3", false},
        {"*ab", "aab", true},
        {"a*b*c", "aXbYbZc", true},
        {"", "", true},
        {"", "x", false},
        {"a\\\\b", "a\\b", true},
        {"*?", "Which size?", true},
        {"* size?", "Which size?", true},
        {"a*", "", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (q_script_match(q_str_of(cases[i].pattern), q_str_of(cases[i].text)) != cases[i].match)
            q_test_fail(__FILE__, __LINE__, "%s and %s", cases[i].pattern, cases[i].text);
}

static q_outcome outcome(q_str *said, size_t n)
{
    static q_attribute slots[] = {{Q_STR_INIT("Count"), Q_STR_INIT("2")},
                                  {Q_STR_INIT("Size"), {NULL, 0}}};
    static q_str contexts[] = {Q_STR_INIT("b"), Q_STR_INIT("a")};

    return (q_outcome){.said = said,
                       .said_count = n,
                       .intent = Q_STR("OrderWindows"),
                       .score = 0.874,
                       .state = Q_STR("ElicitSlot"),
                       .asks = Q_STR("Size"),
                       .slots = {slots, 2},
                       .contexts = contexts,
                       .context_count = 2};
}

/* "what: want/got" of each difference. */
static q_str checked(const char *text, const q_outcome *got)
{
    q_script s = parsed(text);
    q_differences d = {0};
    q_str all = Q_STR("");

    CHECK_EQ(q_script_check(&s.v[0].turns[0], got, q_test_arena(), &d, NULL), Q_OK);
    for (size_t i = 0; i < d.n; i++)
        all = q_str_printf(q_test_arena(), "%.*s%.*s@%zu: %.*s/%.*s; ", Q_ARG(all),
                           Q_ARG(d.v[i].what), d.v[i].line, Q_ARG(d.v[i].want), Q_ARG(d.v[i].got));
    return all;
}

TEST(wants_are_compared)
{
    static q_str one[] = {Q_STR_INIT("Which size?")},
                 three[] = {Q_STR_INIT("a"), Q_STR_INIT("b"), Q_STR_INIT("c")};
    q_outcome got = outcome(one, 1), more = outcome(three, 3), silent = outcome(NULL, 0),
              failed = {.error = Q_STR("function x: no luck"), .score = -1};

    CHECK_STREQ(checked("> x\n", &got), "");
    CHECK_STREQ(checked("> x\n< Which *?\nintent Order*\nslot Count = 2\nslot Size =\n"
                        "state ElicitSlot\nasks Size\ncontexts a b\nconfidence 0.8\n",
                        &got),
                "");
    CHECK_STREQ(checked("> x\n< Which colour?\nintent Curtains\nslot Count = 3\n", &got),
                "said@2: Which colour?/Which size?; intent@3: Curtains/OrderWindows; "
                "slot Count@4: 3/2; ");
    CHECK_STREQ(checked("> x\n<\n", &silent), "");
    CHECK_STREQ(checked("> x\n<\n", &got), "said@2: /Which size?; ");
    CHECK_STREQ(checked("> x\n< *\n", &silent), "said@2: */; ");
    CHECK_STREQ(checked("> x\n< *\n", &more), "");
    CHECK_STREQ(checked("> x\n< a\n< *\n", &more), "");
    CHECK_STREQ(checked("> x\n< *\n< c\n", &more), "");
    CHECK_STREQ(checked("> x\n< a\n< c\n", &more), "said@2: a\nc/a\nb\nc; ");
    CHECK_STREQ(checked("> x\ncontexts a\nconfidence 0.9\n", &got),
                "contexts@2: a/b a; confidence@3: 0.9/0.87; ");
    CHECK_STREQ(checked("> x\n< hi\n", &failed), "error@1: /function x: no luck; ");
    CHECK_STREQ(checked("> x\nerror *no luck\n", &failed), "");
    CHECK_STREQ(checked("> x\nerror *\n", &got), "error@2: */; ");
    CHECK_STREQ(checked("> x\nslot Size = *\n", &got), "slot Size@2: */; ");
    CHECK_STREQ(checked("> x\nerror no luck\n", &got), "error@2: no luck/; ");
}

static q_str updated(const char *text, const q_outcome *got)
{
    q_script s = parsed(text);
    q_str out;

    CHECK_EQ(q_script_update(&s, got, q_test_arena(), &out, NULL), Q_OK);
    return out;
}

TEST(a_script_is_brought_up_to_date)
{
    static q_str said[] = {Q_STR_INIT("Which size?"), Q_STR_INIT("2 * 3")};
    q_outcome got[] = {outcome(said, 2), outcome(said, 1)};
    q_outcome failed = {.error = Q_STR("no luck"), .score = -1};

    CHECK_STREQ(updated("# keep\n== T\n> one\n\n> two\n  < Which *\n# this\n", got),
                "# keep\n== T\n> one\n< Which size?\n< 2 \\* 3\n\n> two\n  < Which *\n# this\n");
    CHECK_STREQ(updated("> x\n  < a\n   slot Count = 3\n  < b\n  slot Size = 9\n  asks Size\n"
                        "  confidence 0.99\n",
                        got),
                "> x\n  < Which size?\n  < 2 \\* 3\n   slot Count = 2\n  slot Size =\n  asks Size\n"
                "  confidence 0.87\n");
    CHECK_STREQ(updated("> x\n  error *\n", got), "> x\n< Which size?\n< 2 \\* 3\n");
    CHECK_STREQ(updated("> x\n< a\n", &failed), "> x\n  error no luck\n< a\n");
    /* What was written holds. */
    CHECK_STREQ(checked("> one\n< Which size?\n< 2 \\* 3\n", got), "");
}

TEST(outcomes_are_compared)
{
    static q_str one[] = {Q_STR_INIT("Which size?")}, two[] = {Q_STR_INIT("What size?")};
    q_outcome a = outcome(one, 1), b = outcome(two, 1);
    q_attribute slots[] = {{Q_STR("Size"), Q_STR("large")}, {Q_STR("Colour"), Q_STR("red")}};
    q_differences d = {0};

    CHECK_EQ(q_outcome_compare(&a, &a, q_test_arena(), &d, NULL), Q_OK);
    CHECK_EQ(d.n, 0);
    b.slots = (q_attributes){slots, 2};
    b.intent = Q_STR("");
    CHECK_EQ(q_outcome_compare(&a, &b, q_test_arena(), &d, NULL), Q_OK);
    CHECK_EQ(d.n, 5);
    CHECK_STREQ(d.v[0].what, "said");
    CHECK_STREQ(d.v[1].what, "intent");
    CHECK_STREQ(d.v[2].what, "slot Count");
    CHECK_EQ(d.v[2].got.n, 0);
    CHECK_STREQ(d.v[3].what, "slot Size");
    CHECK_STREQ(d.v[3].got, "large");
    CHECK_STREQ(d.v[4].what, "slot Colour");
}

TEST_MAIN("dialog/script")
