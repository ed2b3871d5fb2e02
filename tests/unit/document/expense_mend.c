#include "document/expense_mend.h"

#include "test.h"

static q_str mend(const char *word, const char *before, const char *after)
{
    return expense__mend(q_test_arena(), q_str_of(word), q_str_of(before), q_str_of(after));
}

TEST(one_wrong_letter_in_a_known_word_is_put_right)
{
    CHECK_STREQ(mend("SCLANGOR,", "", ""), "SELANGOR,");
    CHECK_STREQ(mend("Selengor", "", ""), "Selengor"); /* another vowel is how people write */
    CHECK_STREQ(mend("PUCH0NG,SE_ANGOR", "", ""), "PUCHONG,SELANGOR");
    CHECK_STREQ(mend("Enterpnse", "", ""), "Enterpnse"); /* two letters */
    CHECK_STREQ(mend("Perindustrlan", "", ""), "Perindustrian");
}

TEST(words_that_are_known_or_only_alike_stay)
{
    CHECK_STREQ(mend("RESTAURANTS", "", ""), "RESTAURANTS"); /* a letter more at the end */
    CHECK_STREQ(mend("LAMAN", "", ""), "LAMAN");
    CHECK_STREQ(mend("Taman", "", ""), "Taman");
    CHECK_STREQ(mend("55100", "", ""), "55100");
    CHECK_STREQ(mend("", "", ""), "");
    CHECK_STREQ(mend("Hardwar", "", "e"), "Hardwar"); /* the letter stands by itself */
}

TEST(short_words_are_told_by_their_place)
{
    CHECK_STREQ(mend("JIn", "", "Puteri"), "Jln");
    CHECK_STREQ(mend("JIn", "", ""), "JIn");
    CHECK_STREQ(mend("SON", "HARDWARE", "BHD"), "SDN");
    CHECK_STREQ(mend("SON", "FATHER", "AND"), "SON");
    CHECK_STREQ(mend("5/8", "MART", ""), "S/B");
    CHECK_STREQ(mend("5/8", "", ""), "5/8");
}

TEST_MAIN("document/expense_mend")
