#include "dialog/spelling.h"

#include "sample_bot.h"
#include "test.h"

TEST(a_slip_is_one_letter_or_two_exchanged)
{
    CHECK(spelling__nearly(Q_STR("sumary"), Q_STR("summary")));
    CHECK(spelling__nearly(Q_STR("summmary"), Q_STR("summary")));
    CHECK(spelling__nearly(Q_STR("Sammary"), Q_STR("summary")));
    CHECK(spelling__nearly(Q_STR("sumamry"), Q_STR("summary")));
    CHECK(!spelling__nearly(Q_STR("samnary"), Q_STR("summary")));
    CHECK(!spelling__nearly(Q_STR("summ"), Q_STR("summary")));
    CHECK(!spelling__nearly(Q_STR("yrammus"), Q_STR("summary")));
}

static void mends(const char *text, size_t token, const char *word)
{
    const q_intent *summary = q_bot_intent(sample_bot(), Q_STR("Summary"));
    q_arena *a = q_test_arena();
    samples s;
    spelling words;
    q_tokens t, mended;

    CHECK_EQ(samples__make(&summary, 1, a, &s, NULL), Q_OK);
    CHECK_EQ(spelling__make(&s, a, &words, NULL), Q_OK);
    CHECK_EQ(q_tokens_of(q_str_of(text), a, &t, NULL), Q_OK);
    CHECK_EQ(spelling__mend(&words, &t, a, &mended, NULL), Q_OK);
    CHECK_STREQ(mended.v[token].lower, word);
}

TEST(only_words_that_nobody_knows_are_mended)
{
    mends("show the invoce sumary", 2, "invoice");
    mends("show the invoce sumary", 3, "summary");
    mends("show the invoice summary", 3, "summary");
    mends("shaw the invoices", 0, "shaw"); /* too short to tell */
    mends("an elephant", 1, "elephant");
}

TEST_MAIN("dialog/spelling")
