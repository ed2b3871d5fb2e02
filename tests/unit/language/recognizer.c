#include "language/recognizer.h"

#include "test.h"

#include <string.h>

static void free_models(void *l)
{
    q_language_free(l);
}

static void free_recognizer(void *r)
{
    q_recognizer_free(r);
}

/* Those of the running test. */
static const q_language *models(void)
{
    q_language *l;

    CHECK_EQ(q_language_open(&l, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), free_models, l), Q_OK);
    return l;
}

static const q_str TYPES[] = {Q_STR_INIT("DISH"), Q_STR_INIT("TABLE")};

/* "I want the X at table N", the dish and the table marked. */
static q_annotated *orders(size_t n, size_t from)
{
    static const char *const DISHES[] = {"lentil soup", "roast duck", "apple pie", "green salad",
                                         "fish stew",   "plum cake",  "rye bread"};
    q_annotated *v = q_arena_array(q_test_arena(), n, sizeof *v);

    for (size_t i = 0; i < n; i++) {
        const char *dish = DISHES[(i + from) % 7];
        q_span *s = q_arena_array(q_test_arena(), 2, sizeof *s);

        v[i].text = q_str_printf(q_test_arena(),
                                 i % 2 ? "I want the %s at table %zu, please."
                                       : "Bring the %s to table %zu now.",
                                 dish, (i + from) % 9);
        s[0] = (q_span){i % 2 ? 11 : 10, (uint32_t)strlen(dish), 0};
        s[1] = (q_span){s[0].point + s[0].points + (i % 2 ? 4 : 4), 7, 1};
        v[i].spans = s;
        v[i].span_count = 2;
    }
    return v;
}

static q_recognizer *trained(const q_language *l)
{
    q_recognizer *r = NULL;

    CHECK_EQ(q_recognizer_train(l, orders(60, 0), 60, TYPES, 2, &r, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), free_recognizer, r), Q_OK);
    return r;
}

TEST(recognizer_learns_from_annotated_texts)
{
    const q_language *l = models();
    q_recognizer *r = trained(l);
    q_tokens t;
    q_found *v;
    size_t n;

    CHECK_EQ(q_tokens_of(Q_STR("\xC3\x9C: Bring the pear tart to table 4 now."), q_test_arena(), &t,
                         NULL),
             Q_OK);
    CHECK_EQ(q_recognizer_find(r, l, &t, q_test_arena(), &v, &n, NULL), Q_OK);
    CHECK_EQ(n, 2);
    CHECK_STREQ(v[0].text, "pear tart");
    CHECK_STREQ(q_recognizer_type(r, v[0].type), "DISH");
    CHECK_EQ(v[0].point, 13);
    CHECK_EQ(v[0].points, 9);
    CHECK_STREQ(v[1].text, "table 4");
    CHECK_EQ(v[1].type, 1);
    CHECK(v[0].score > 0.3f && v[0].score <= 1);
}

TEST(recognizer_is_measured)
{
    const q_language *l = models();
    q_recognizer *r = trained(l);
    q_scores by[2], all;

    CHECK_EQ(q_recognizer_test(r, l, orders(20, 3), 20, by, &all, NULL), Q_OK);
    CHECK_EQ(all.support, 40);
    CHECK_EQ(by[0].support, 20);
    CHECK(all.f1 > 0.9);
}

TEST(recognizer_marks_what_a_list_names)
{
    static const q_listed LIST[] = {
        {Q_STR_INIT("Roast Duck"), 0}, {Q_STR_INIT("duck"), 1}, {Q_STR_INIT(""), 1}};
    static const q_str TEXTS[] = {Q_STR_INIT("\xC3\x9C, roast duck and a duck"), Q_STR_INIT("")};
    q_annotated *v;

    CHECK_EQ(q_recognizer_mark(LIST, 3, TEXTS, 2, q_test_arena(), &v, NULL), Q_OK);
    CHECK_EQ(v[0].span_count, 2);
    CHECK(v[0].spans[0].point == 3 && v[0].spans[0].points == 10 && v[0].spans[0].type == 0);
    CHECK(v[0].spans[1].point == 20 && v[0].spans[1].points == 4 && v[0].spans[1].type == 1);
    CHECK_EQ(v[1].span_count, 0);
}

static q_str saved(const q_recognizer *r)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 24);
    q_str out;

    CHECK_EQ(q_recognizer_save(r, &b), Q_OK);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(recognizer_is_the_same_after_loading_and_refused_when_altered)
{
    const q_language *l = models();
    q_recognizer *r = trained(l), *again = NULL, *none = NULL;
    q_str bytes = saved(r);
    char *copy = q_str_cstr(q_test_arena(), bytes);
    q_err err;

    CHECK(q_str_eq(bytes, saved(trained(l))));
    CHECK_EQ(q_recognizer_load(bytes, Q_STR("orders"), &again, NULL), Q_OK);
    CHECK(q_str_eq(bytes, saved(again)));
    CHECK_EQ(q_recognizer_types(again), 2);
    q_recognizer_free(again);
    for (size_t n = 0; n < bytes.n; n += 1 + n / 20) {
        CHECK_EQ(q_recognizer_load((q_str){copy, n}, Q_STR("orders"), &none, &err), Q_INVALID);
        CHECK(strstr(err.msg, "orders"));
        copy[n] ^= 4;
        CHECK(q_recognizer_load((q_str){copy, bytes.n}, Q_STR("orders"), &none, &err));
        CHECK(strstr(err.msg, "orders"));
        copy[n] ^= 4;
    }
}

TEST(recognizer_refuses_what_teaches_nothing)
{
    const q_language *l = models();
    q_annotated *v = orders(3, 0);
    q_span wrong = {500, 3, 0};
    q_recognizer *r = NULL;
    q_err err;

    CHECK_EQ(q_recognizer_train(l, v, 0, TYPES, 2, &r, &err), Q_INVALID);
    CHECK_EQ(q_recognizer_train(l, v, 3, TYPES, 0, &r, &err), Q_INVALID);
    CHECK_EQ(q_recognizer_train(l, v, 3, TYPES, 100000, &r, &err), Q_INVALID);
    CHECK_EQ(q_recognizer_train(l, v, 3, TYPES, 1, &r, &err), Q_INVALID);
    CHECK(strstr(err.msg, "text 0"));
    v[2].spans = &wrong;
    v[2].span_count = 1;
    CHECK_EQ(q_recognizer_train(l, v, 3, TYPES, 2, &r, &err), Q_INVALID);
    CHECK(strstr(err.msg, "text 2") && strstr(err.msg, "500"));
    CHECK(r == NULL);
}

TEST_MAIN("language/recognizer")
