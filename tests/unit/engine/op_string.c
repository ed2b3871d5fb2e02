#include "one.h"

TEST(texts_are_joined_with_broadcasting)
{
    one o = one_of("", "StringConcat", 20);
    q_err err;

    one_in(&o, one_shape(one_strings(2, TEXTS("a", "")), 2, DIMS(2, 1)));
    one_in(&o, one_strings(2, TEXTS("x", "yz")));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    CHECK_EQ(o.out[0].shape.rank, 2);
    ONE_TEXTS(&o, 0, 4, TEXTS("ax", "ayz", "x", "yz"));
    one_clear(&o);
}

TEST(texts_are_split_at_a_delimiter)
{
    one o = one_of("", "StringSplit", 20);
    q_err err;

    one_string(&o, "delimiter", ",");
    one_int(&o, "maxsplit", 2);
    one_in(&o, one_strings(3, TEXTS("a,b,c,d", ",x", "")));
    CHECK_EQ(one_run(&o, 2, &err), Q_OK);
    CHECK_EQ(o.out[0].shape.dims[1], 3);
    ONE_TEXTS(&o, 0, 9, TEXTS("a", "b", "c,d", "", "x", "", "", "", ""));
    ONE_I64(&o, 1, 3, I64(3, 2, 0));
    one_clear(&o);
}

TEST(texts_are_split_at_blanks)
{
    one o = one_of("", "StringSplit", 20);
    q_err err;

    one_in(&o, one_strings(2, TEXTS("  hello \t world ", "one")));
    CHECK_EQ(one_run(&o, 2, &err), Q_OK);
    ONE_TEXTS(&o, 0, 4, TEXTS("hello", "world", "one", ""));
    one_clear(&o);
}

TEST(words_are_normalised_beyond_ascii)
{
    one o = one_of("", "StringNormalizer", 10);
    q_err err;

    one_string(&o, "case_change_action", "UPPER");
    one_attr_strings(&o, "stopwords", 1, TEXTS("NON"));
    one_in(&o, one_strings(3, TEXTS("été", "non", "straße")));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_TEXTS(&o, 0, 2, TEXTS("ÉTÉ", "STRAßE"));
    one_clear(&o);
}

TEST(no_word_left_is_one_empty_word)
{
    one o = one_of("", "StringNormalizer", 10);
    q_err err;

    one_attr_strings(&o, "stopwords", 1, TEXTS("monday"));
    one_in(&o, one_shape(one_strings(2, TEXTS("Monday", "MONDAY")), 2, DIMS(1, 2)));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    CHECK_EQ(o.out[0].shape.rank, 2);
    ONE_TEXTS(&o, 0, 1, TEXTS(""));
    one_clear(&o);
}

TEST(whole_texts_match_a_pattern)
{
    one o = one_of("", "RegexFullMatch", 20);
    q_err err;

    one_string(&o, "pattern", "www\\.[\\w.-]+\\.\\bcom\\b");
    one_in(&o, one_strings(3, TEXTS("www.google.com", "www.bbc.co.uk", "x www.a.com")));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    CHECK_EQ(((uint8_t *)o.out[0].data)[0], 1);
    CHECK_EQ(((uint8_t *)o.out[0].data)[1], 0);
    CHECK_EQ(((uint8_t *)o.out[0].data)[2], 0);
    one_clear(&o);
}

TEST(an_exponential_match_ends_with_a_limit)
{
    one o = one_of("", "RegexFullMatch", 20);
    q_err err;

    one_string(&o, "pattern", "(a|aa)+");
    one_in(&o, one_strings(1, TEXTS("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")));
    CHECK_EQ(one_run(&o, 1, &err), Q_LIMIT);
    one_clear(&o);
}

TEST(a_bad_pattern_is_refused_when_loaded)
{
    one o = one_of("", "RegexFullMatch", 20);
    q_err err;

    one_string(&o, "pattern", "a(b");
    one_in(&o, one_strings(1, TEXTS("a")));
    CHECK_EQ(one_run(&o, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "pattern \"a(b\": missing closing parenthesis at 3");
}

TEST(n_grams_of_words_are_counted)
{
    one o = one_of("", "TfIdfVectorizer", 9);
    q_err err;

    one_string(&o, "mode", "TFIDF");
    one_int(&o, "min_gram_length", 1);
    one_int(&o, "max_gram_length", 2);
    one_int(&o, "max_skip_count", 1);
    one_ints(&o, "ngram_counts", 2, I64(0, 2));
    one_ints(&o, "ngram_indexes", 3, I64(0, 2, 1));
    one_floats(&o, "weights", 3, F64(2, 3, 0.5));
    one_attr_strings(&o, "pool_strings", 4, TEXTS("b", "z", "a", "b"));
    one_in(&o, one_shape(one_strings(6, TEXTS("a", "b", "b", "z", "a", "q")), 2, DIMS(2, 3)));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_NEAR(&o, 0, 6, F32(4, 1, 0, 0, 0, 3), 0);
    one_clear(&o);
}

TEST_MAIN("engine/op_string")
