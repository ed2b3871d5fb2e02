#include "dialog/understand.h"

#include "sample_bot.h"
#include "test.h"

#include <string.h>

static q_model *learn(void)
{
    q_model *m = NULL;

    CHECK_EQ(q_model_learn(sample_bot(), &m, NULL), Q_OK);
    return m;
}

static q_understood understood(const char *text)
{
    q_model *m = learn();
    q_understood u;
    q_code rc = q_understand(m, q_str_of(text), NULL, 0, 0, q_test_arena(), &u, NULL);

    q_model_free(m);
    CHECK_EQ(rc, Q_OK);
    return u;
}

static void means(const char *text, const char *intent, const char *slot, const char *value)
{
    q_understood u = understood(text);
    size_t at;

    CHECK(u.count > 0);
    CHECK_STREQ(u.guesses[0].intent->name, intent);
    CHECK(u.guesses[0].score >= sample_bot()->confidence);
    if (!slot)
        return;
    at = q_intent_slot_index(u.guesses[0].intent, q_str_of(slot));
    CHECK(u.guesses[0].slots[at].p != NULL);
    CHECK_STREQ(u.guesses[0].slots[at], value);
}

TEST(samples_are_understood_as_they_stand)
{
    means("Show me the invoice summary", "Summary", NULL, NULL);
    means("Can you show me the invoice notes for 35678-9?", "Notes", "InvoiceNumber", "35678-9");
    means("order two large pizzas for tomorrow", "Pizza", "Day", "1970-01-02");
    CHECK(understood("get me the invoice details!").guesses[0].exact);
    CHECK(understood("3").guesses[0].bare);
}

TEST(other_words_and_misspellings_are_understood)
{
    means("please sumarise my invoices", "Summary", NULL, NULL);
    means("show me the invoce sumary", "Summary", NULL, NULL);
    means("details for invoice 77 please", "Details", "InvoiceNumber", "77");
    means("can you show me the invoce notes for 35678-9", "Notes", "InvoiceNumber", "35678-9");
    means("I'd like to order 2 grand pizzas", "Pizza", "Size", "large");
}

TEST(what_no_sample_is_like_scores_low)
{
    CHECK(understood("tell me a joke about elephants").guesses[0].score < 0.4);
    CHECK(understood("qwertyuiop").guesses[0].score < 0.4);
    CHECK(understood("\xE6\x97\xA5\xE6\x9C\xAC").guesses[0].score < 0.4);
    CHECK_EQ(understood("").count, 0);
}

TEST(learning_gives_the_same_model_each_time)
{
    q_understood a = understood("show my invoices"), b = understood("show my invoices");

    CHECK_EQ(a.count, b.count);
    for (size_t i = 0; i < a.count; i++)
        CHECK(memcmp(&a.guesses[i].score, &b.guesses[i].score, sizeof(double)) == 0);
}

TEST(long_texts_are_bounded)
{
    char text[20000];
    q_model *m = learn();
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_understood u;

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "{3 large pizzas "[i % 16];
    CHECK_EQ(q_understand(m, (q_str){text, sizeof text}, NULL, 0, 0, a, &u, NULL), Q_OK);
    q_arena_free(a);
    q_model_free(m);
}

TEST(understanding_fails_cleanly_when_the_arena_is_full)
{
    q_model *m = learn();
    bool done = false;

    for (size_t limit = 64; !done && limit < 1 << 20; limit += 256) {
        q_arena *a = q_arena_new(limit);
        q_understood u;
        q_code rc =
            q_understand(m, Q_STR("show the details of invoice 7"), NULL, 0, 0, a, &u, NULL);

        CHECK(rc == Q_OK || rc == Q_NOMEM);
        done = rc == Q_OK;
        q_arena_free(a);
    }
    q_model_free(m);
    CHECK(done);
}

TEST_MAIN("dialog/understand")
