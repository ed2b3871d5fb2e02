#include "base/dictionary.h"

#include "../test.h"

TEST(texts_keep_their_numbers)
{
    q_dictionary d;
    size_t number;

    q_dictionary_init(&d, q_test_arena());
    CHECK_EQ(q_dictionary_find(&d, Q_STR("a")), SIZE_MAX);
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < 5000; i++) {
            CHECK_EQ(
                q_dictionary_add(&d, q_str_printf(q_test_arena(), "text %zu", i), &number, NULL),
                Q_OK);
            CHECK_EQ(number, i);
        }
    CHECK_EQ(d.count, 5000);
    CHECK_EQ(q_dictionary_find(&d, Q_STR("text 4711")), 4711);
    CHECK_EQ(q_dictionary_find(&d, Q_STR("text 5000")), SIZE_MAX);
    CHECK_STR(d.texts[17].p, "text 17");
}

TEST(a_full_arena_is_told)
{
    q_arena *a = q_arena_new(600);
    q_dictionary d;
    q_code rc = Q_OK;
    size_t number;

    q_dictionary_init(&d, a);
    for (size_t i = 0; i < 100 && !rc; i++)
        rc = q_dictionary_add(&d, q_str_printf(q_test_arena(), "%zu", i), &number, NULL);
    CHECK_EQ(rc, Q_NOMEM);
    q_arena_free(a);
}

TEST_MAIN("base/dictionary")
