#include "language/models.h"

#include "language/entity.h"
#include "language/model_parts.h"
#include "language/names.h"
#include "language/word.h"
#include "test.h"

#include <pthread.h>
#include <string.h>

static const word *words(const q_language *l, const char *text, q_tokens *t)
{
    word *w = NULL;

    CHECK_EQ(q_tokens_of(q_str_of(text), q_test_arena(), t, NULL), Q_OK);
    CHECK_EQ(language__words(l, t, q_test_arena(), &w, NULL), Q_OK);
    return w;
}

TEST(models_know_names_and_words)
{
    q_language *l;
    q_tokens t;
    const word *w;

    CHECK_EQ(q_language_open(&l, NULL), Q_OK);
    w = words(l, "Maria lives in New York, the city", &t);
    CHECK(w[0].kinds & NAMES_GIVEN);
    CHECK(w[3].name_place == 1 && w[4].name_place == 3);
    CHECK(w[3].name_kinds & NAMES_CITY);
    CHECK(w[7].kinds & NAMES_PLACE);
    CHECK(w[0].cluster && w[0].capitals > w[1].capitals);
    q_language_free(l);
}

TEST(models_that_are_altered_are_refused_by_name)
{
    static const char *const NAMES[LANGUAGE_MODELS] = {
        [LANGUAGE_NAMES] = "names",       [LANGUAGE_WORDS] = "words",
        [LANGUAGE_ENTITIES] = "entities", [LANGUAGE_SYNTAX] = "syntax",
        [LANGUAGE_DOMINANT] = "dominant",
    };

    for (int m = 0; m < LANGUAGE_MODELS; m++) {
        q_language *l;
        const void *model = NULL;
        q_err err;
        q_str bytes;
        char *copy;

        if (!NAMES[m])
            continue;
        CHECK_EQ(q_language_open(&l, NULL), Q_OK);
        bytes = language__bytes(l, (language_model)m);
        copy = q_str_cstr(q_test_arena(), bytes);
        copy[bytes.n / 2] ^= 1;
        language__replace(l, (language_model)m, (q_str){copy, bytes.n});
        CHECK_EQ(language__model(l, (language_model)m, &model, &err), Q_INVALID);
        CHECK(strstr(err.msg, NAMES[m]));
        copy[bytes.n / 2] ^= 1;
        language__replace(l, (language_model)m, (q_str){copy, bytes.n - 1});
        CHECK_EQ(language__model(l, (language_model)m, &model, &err), Q_INVALID);
        language__replace(l, (language_model)m, (q_str){copy, 3});
        CHECK_EQ(language__model(l, (language_model)m, &model, &err), Q_INVALID);
        language__replace(l, (language_model)m, (q_str){copy, bytes.n});
        CHECK_EQ(language__model(l, (language_model)m, &model, &err), Q_OK);
        q_language_free(l);
    }
}

static void *use(void *arg)
{
    q_arena *a = q_arena_new(1 << 24);
    q_tokens t;
    q_entity *v;
    size_t n = 0;

    if (!q_tokens_of(Q_STR("Mary Johnson flew to Paris."), a, &t, NULL) &&
        q_entities_find(arg, &t, a, &v, &n, NULL))
        n = 0;
    q_arena_free(a);
    return (void *)n;
}

TEST(models_serve_all_threads_from_the_first_use_on)
{
    q_language *l;
    pthread_t threads[4];

    CHECK_EQ(q_language_open(&l, NULL), Q_OK);
    for (size_t i = 0; i < 4; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, use, l), 0);
    for (size_t i = 0; i < 4; i++) {
        void *n;

        CHECK_EQ(pthread_join(threads[i], &n), 0);
        CHECK_EQ((size_t)n, 2);
    }
    q_language_free(l);
}

TEST_MAIN("language/models")
