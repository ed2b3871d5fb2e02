#include "language/classifier.h"

#include "test.h"

#include <string.h>

enum { TEXTS = 6 };

static const q_str names[] = {Q_STR_INIT("cooking"), Q_STR_INIT("money"), Q_STR_INIT("weather")};
static const uint32_t ids[] = {0, 1, 2};
static const uint32_t both[] = {0, 1};

static const q_labelled texts[TEXTS] = {
    {Q_STR_INIT("knead the dough and bake the bread"), &ids[0], 1},
    {Q_STR_INIT("stir the soup and add salt"), &ids[0], 1},
    {Q_STR_INIT("pay the invoice into the bank account"), &ids[1], 1},
    {Q_STR_INIT("the loan and its interest are due"), &ids[1], 1},
    {Q_STR_INIT("rain and wind from the west"), &ids[2], 1},
    {Q_STR_INIT("snow falls and the sun is gone"), &ids[2], 1},
};

static void free_classifier(void *c)
{
    q_classifier_free(c);
}

static const q_classifier *learnt(const q_labelled *v, size_t n, bool multi)
{
    q_classifier *c = NULL;

    CHECK_EQ(q_classifier_train(v, n, names, 3, multi, &c, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), free_classifier, c), Q_OK);
    return c;
}

static size_t best(const q_classifier *c, const char *text)
{
    float p[3];
    size_t k = 0;

    CHECK_EQ(q_classifier_run(c, q_str_of(text), q_test_arena(), p, NULL), Q_OK);
    for (size_t i = 1; i < 3; i++)
        if (p[i] > p[k])
            k = i;
    if (!q_classifier_multi_label(c))
        CHECK_NEAR((double)(p[0] + p[1] + p[2]), 1, 1e-4);
    return k;
}

TEST(classifier_learns)
{
    const q_classifier *c = learnt(texts, TEXTS, false);

    CHECK_EQ(q_classifier_classes(c), 3);
    CHECK_STREQ(q_classifier_class(c, 1), "money");
    CHECK(!q_classifier_multi_label(c));
    CHECK_EQ(best(c, "bake a bread"), 0);
    CHECK_EQ(best(c, "an invoice of the bank"), 1);
    CHECK_EQ(best(c, "wind and rain"), 2);
    best(c, "");
    best(c, "\xFF\xFE");
}

TEST(classifier_of_several_labels)
{
    q_labelled v[TEXTS + 1];
    const q_classifier *c;
    float p[3];

    memcpy(v, texts, sizeof texts);
    v[TEXTS] = (q_labelled){Q_STR_INIT("pay for the bread and the soup"), both, 2};
    c = learnt(v, TEXTS + 1, true);
    CHECK(q_classifier_multi_label(c));
    CHECK_EQ(q_classifier_run(c, Q_STR("pay for the bread and the soup"), q_test_arena(), p, NULL),
             Q_OK);
    CHECK(p[0] > p[2] && p[1] > p[2]);
}

TEST(classifier_is_kept_in_bytes)
{
    const q_classifier *c = learnt(texts, TEXTS, false);
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_buf b = q_buf_init(a, 1 << 24);
    q_classifier *again = NULL;
    float p[3], q[3];
    q_str copy;
    q_err err;

    CHECK_EQ(q_classifier_save(c, &b), Q_OK);
    CHECK_EQ(q_classifier_load(q_buf_str(&b), Q_STR("topics"), &again, NULL), Q_OK);
    CHECK_STREQ(q_classifier_class(again, 2), "weather");
    CHECK_EQ(q_classifier_run(c, Q_STR("bread"), a, p, NULL), Q_OK);
    CHECK_EQ(q_classifier_run(again, Q_STR("bread"), a, q, NULL), Q_OK);
    CHECK(memcmp(p, q, sizeof p) == 0);
    q_classifier_free(again);
    again = NULL;
    copy = q_str_copy(a, q_buf_str(&b));
    CHECK(copy.p);
    for (size_t at = 0; at < copy.n; at += copy.n / 50) {
        ((char *)copy.p)[at] ^= 4;
        CHECK_EQ(q_classifier_load(copy, Q_STR("topics"), &again, &err), Q_INVALID);
        CHECK(strncmp(err.msg, "topics", 6) == 0);
        ((char *)copy.p)[at] ^= 4;
        CHECK_EQ(q_classifier_load(q_str_sub(copy, 0, at), Q_STR("topics"), &again, &err),
                 Q_INVALID);
        CHECK(strncmp(err.msg, "topics", 6) == 0);
    }
    CHECK(again == NULL);
    q_arena_free(a);
}

TEST(classifier_names_what_it_cannot_learn_from)
{
    enum { MANY = 100000 };
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_str *many = q_arena_array(a, MANY, sizeof *many);
    q_classifier *c = NULL;
    q_err err;

    CHECK_EQ(q_classifier_train(texts, 2, names, 1, false, &c, &err), Q_INVALID);
    CHECK_STR(err.msg, "all texts are labelled cooking; two classes or more are needed");
    CHECK_EQ(q_classifier_train(NULL, 0, NULL, 0, false, &c, &err), Q_INVALID);
    CHECK_STR(err.msg, "no text has a label; two classes or more are needed");
    CHECK_EQ(q_classifier_train(texts, 4, names, 3, false, &c, &err), Q_INVALID);
    CHECK_STR(err.msg, "no text is labelled weather");
    CHECK_EQ(q_classifier_train(texts, TEXTS, many, MANY, false, &c, &err), Q_LIMIT);
    CHECK_STR(err.msg, "there are 100000 classes; at most 65535");
    CHECK(c == NULL);
    q_arena_free(a);
}

TEST(classifier_of_many_classes)
{
    enum { CLASSES = 2000 };
    q_arena *a = q_arena_new((size_t)1 << 28);
    q_str *many = q_arena_array(a, CLASSES, sizeof *many);
    uint32_t *truth = q_arena_array(a, CLASSES, sizeof *truth);
    q_labelled *v = q_arena_array(a, CLASSES, sizeof *v);
    float *p = q_arena_array(a, CLASSES, sizeof *p);
    q_classifier *c = NULL;
    size_t right = 0;

    for (uint32_t i = 0; i < CLASSES; i++) {
        char word[9] = {0};

        for (uint32_t k = 0, rest = i * 2654435761u; k < 8; k++, rest /= 26)
            word[k] = (char)('a' + rest % 26);
        many[i] = q_str_printf(a, "class %u", i);
        truth[i] = i;
        v[i] = (q_labelled){q_str_printf(a, "the %s is here", word), &truth[i], 1};
    }
    CHECK_EQ(q_classifier_train(v, CLASSES, many, CLASSES, false, &c, NULL), Q_OK);
    for (uint32_t i = 0; i < CLASSES; i += 40) {
        size_t k = 0;

        CHECK_EQ(q_classifier_run(c, v[i].text, a, p, NULL), Q_OK);
        for (size_t n = 1; n < CLASSES; n++)
            k = p[n] > p[k] ? n : k;
        right += k == i;
    }
    CHECK(right >= 45);
    q_classifier_free(c);
    q_arena_free(a);
}

TEST_MAIN("language/classifier")
