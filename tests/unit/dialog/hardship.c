/* What users should not say, and memory that runs out. */
#include "dialog/understand.h"

#include "memory.h"
#include "sample_bot.h"
#include "test.h"

#include <string.h>
#include <time.h>

enum { ARENA = 1 << 28, LONG = 100000 };

static q_slot_value sizes[] = {{.value = Q_STR_INIT("small")}, {.value = Q_STR_INIT("large")}};
static q_slot_type type = {.name = Q_STR_INIT("Size"), .values = sizes, .value_count = 2};
static q_slot slots[] = {{.name = Q_STR_INIT("Size"), .type = &type}};
static q_str order[] = {Q_STR_INIT("a {Size} pizza")};
static q_str call[] = {Q_STR_INIT("call me")};
static q_intent intents[] = {
    {.name = Q_STR_INIT("Order"),
     .utterances = order,
     .utterance_count = 1,
     .slots = slots,
     .slot_count = 1},
    {.name = Q_STR_INIT("Call"), .utterances = call, .utterance_count = 1}};
static const q_bot small = {
    .intents = intents, .intent_count = 2, .slot_types = &type, .slot_type_count = 1};

/* Milliseconds of processor time that it takes. */
static double understood(q_str text, q_understood *out)
{
    q_arena *a = q_arena_new(ARENA);
    q_model *m = NULL;
    clock_t start;
    q_code rc;

    CHECK_EQ(q_model_learn(sample_bot(), &m, NULL), Q_OK);
    start = clock();
    rc = q_understand(m, text, NULL, 0, 0, a, out, NULL);
    start = clock() - start;
    q_model_free(m);
    q_arena_free(a);
    CHECK_EQ(rc, Q_OK);
    return (double)start * 1000 / CLOCKS_PER_SEC;
}

/* A thousand pizzas, flags, and what joins them. */
TEST(emoji_are_out_of_scope)
{
    static const char *const EMOJI[] = {"\xF0\x9F\x8D\x95", "\xF0\x9F\x87\xA9", "\xE2\x80\x8D"};
    char text[1024 * 4 + 1];
    q_understood u;

    for (size_t k = 0; k < 3; k++) {
        size_t n = strlen(EMOJI[k]);

        for (size_t i = 0; i < 1024; i++)
            memcpy(text + i * n, EMOJI[k], n);
        understood((q_str){text, 1024 * n}, &u);
        CHECK(u.out_of_scope >= 0.5);
    }
}

TEST(control_characters_are_out_of_scope)
{
    char text[1024];
    q_understood u;

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i % 32);
    understood((q_str){text, sizeof text}, &u);
    CHECK(u.out_of_scope >= 0.5);
}

TEST(long_texts_take_no_long_time)
{
    static const char *const WORDS[] = {"order two large pizzas for tomorrow and ",
                                        "show me the notes for 35678-9 {InvoiceNumber} ",
                                        "aaaaaaaa", "( \"5", "\xF0\x9F\x8D\x95"};
    char *text = q_arena_alloc(q_test_arena(), LONG);
    q_understood u;

    for (size_t k = 0; k < sizeof WORDS / sizeof WORDS[0]; k++) {
        size_t n = strlen(WORDS[k]);

        for (size_t i = 0; i < LONG; i++)
            text[i] = WORDS[k][i % n];
        CHECK(understood((q_str){text, LONG}, &u) < 3000);
    }
}

TEST(allocations_that_fail_leave_nothing_behind)
{
    size_t made = 1;
    q_str contexts[] = {Q_STR("c")};

    for (size_t nth = 1; made >= nth; nth++) {
        q_model *m = NULL;
        q_arena *a = q_arena_new(ARENA);
        q_understood u;
        q_code rc;

        faults_arm(nth);
        rc = q_model_learn(&small, &m, NULL);
        if (!rc)
            rc = q_understand(m, Q_STR("a small pizza with ham"), contexts, 1, 0, a, &u, NULL);
        made = faults_disarm();
        q_model_free(m);
        q_arena_free(a);
        CHECK_EQ(rc, made >= nth ? Q_NOMEM : Q_OK);
    }
}

TEST_MAIN("dialog/hardship")
