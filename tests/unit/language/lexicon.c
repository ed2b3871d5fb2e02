#include "language/lexicon.h"

#include "language/gazetteer.h"
#include "language/gazetteer_names.h"
#include "language/lexicon_words.h"
#include "test.h"

TEST(words_are_sorted)
{
    for (size_t i = 1; i < sizeof LEXICON / sizeof LEXICON[0]; i++)
        CHECK(q_str_cmp(q_str_of(LEXICON[i - 1].word), q_str_of(LEXICON[i].word)) < 0);
    for (size_t i = 1; i < sizeof NAMES / sizeof NAMES[0]; i++)
        CHECK(q_str_cmp(q_str_of(NAMES[i - 1].name), q_str_of(NAMES[i].name)) < 0);
}

TEST(words_are_found_by_their_forms)
{
    CHECK(q_word_listed(Q_STR("the")) == Q_WORD_DETERMINER);
    CHECK(q_word_listed(Q_STR("companies")) & Q_WORD_NOUN);
    CHECK(q_word_listed(Q_STR("stopped")) & Q_WORD_VERB);
    CHECK(q_word_listed(Q_STR("biggest")) == 0);
    CHECK(q_word_listed(Q_STR("larger")) & Q_WORD_ADJECTIVE);
    CHECK(q_word_listed(Q_STR("quickly")) & Q_WORD_ADVERB);
    CHECK_EQ(q_word_listed(Q_STR("zorblax")), Q_WORD_UNKNOWN);
    CHECK(q_word_classes(Q_STR("zorblaxical")) & Q_WORD_ADJECTIVE);
    CHECK(q_word_classes(Q_STR("zorblax")) & Q_WORD_NOUN);
    CHECK(q_word_classes(Q_STR("")) != 0);
}

TEST(names_are_found_longest_first)
{
    q_tokens t;
    size_t n;

    CHECK_EQ(q_tokens_of(Q_STR("New York City hall"), q_test_arena(), &t, NULL), Q_OK);
    CHECK_STR(q_gazetteer_at(&t, 0, &n), "L");
    CHECK_EQ(n, 3);
    CHECK_STR(q_gazetteer_at(&t, 3, &n), "");
    CHECK_EQ(n, 0);
}

TEST_MAIN("language/lexicon")
