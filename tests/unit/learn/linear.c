#include "learn/linear.h"

#include "memory.h"
#include "test.h"

#include <string.h>

enum { BITS = 12, WORDS = 6 };

/* Examples whose features are a few of those of their class, and a common one. */
typedef struct set {
    q_example v[600];
    q_feature features[600][WORDS];
    uint32_t classes[600];
    size_t n;
} set;

static set *made(size_t n, size_t classes)
{
    set *s = q_arena_alloc(q_test_arena(), sizeof *s);
    uint32_t seed = 7;

    s->n = n;
    for (size_t e = 0; e < n; e++) {
        uint32_t class = (uint32_t)(e % classes);

        s->classes[e] = class;
        for (uint32_t i = 0; i < WORDS; i++) {
            seed = seed * 1664525 + 1013904223;
            s->features[e][i] = (q_feature){10 + class * 40 + i * 6 + (seed >> 16) % 6, 0.4f};
        }
        s->features[e][0] = (q_feature){1, 0.4f};
        s->v[e] = (q_example){{s->features[e], WORDS}, &s->classes[e], 1};
    }
    return s;
}

static q_linear *learn(const set *s, size_t classes, bool independent)
{
    q_linear_options o = {.bits = BITS, .classes = classes, .independent = independent};
    q_linear *m = NULL;

    CHECK_EQ(q_linear_train(s->v, s->n, &o, &m, NULL), Q_OK);
    return m;
}

static size_t best(const float *p, size_t n)
{
    size_t top = 0;

    for (size_t c = 1; c < n; c++)
        if (p[c] > p[top])
            top = c;
    return top;
}

/* Few classes have all weights, many only those of features that they are seen with. */
TEST(classes_are_told_apart)
{
    static const size_t CLASSES[] = {3, 60};

    for (size_t k = 0; k < 2; k++) {
        set *s = made(600, CLASSES[k]);
        q_linear *m = learn(s, CLASSES[k], false);

        CHECK_EQ(q_linear_classes(m), CLASSES[k]);
        for (size_t e = 0; e < s->n; e++) {
            float p[60], sum = 0;

            q_linear_predict(m, &s->v[e].x, p);
            CHECK_EQ(best(p, CLASSES[k]), s->classes[e]);
            CHECK(p[s->classes[e]] > 0.9f);
            for (size_t c = 0; c < CLASSES[k]; c++)
                sum += p[c];
            CHECK_NEAR(sum, 1, 1e-5);
        }
        q_linear_free(m);
    }
}

/* Where classes overlap, probabilities are the shares: three of four "x" are class 0. */
TEST(probabilities_are_shares)
{
    static const uint32_t TRUTH[] = {0, 0, 0, 1};
    q_feature x = {5, 1};
    q_example v[400];
    q_linear_options o = {.bits = BITS, .classes = 2};
    q_linear *m = NULL;
    float p[2];

    for (size_t e = 0; e < 400; e++)
        v[e] = (q_example){{&x, 1}, &TRUTH[e % 4], 1};
    CHECK_EQ(q_linear_train(v, 400, &o, &m, NULL), Q_OK);
    q_linear_predict(m, &v[0].x, p);
    CHECK_NEAR(p[0], 0.75, 0.05);
    q_linear_free(m);
}

TEST(several_labels_hold_at_once)
{
    static const uint32_t BOTH[] = {0, 1};
    q_feature f[3] = {{3, 1}, {4, 1}, {9, 1}};
    q_example v[300];
    q_linear_options o = {.bits = BITS, .classes = 2, .independent = true};
    q_linear *m = NULL;
    float p[2];

    for (size_t e = 0; e < 300; e++) /* 3: label 0; 3 and 4: both; 9: none */
        v[e] = e % 3 == 0   ? (q_example){{f, 1}, BOTH, 1}
               : e % 3 == 1 ? (q_example){{f, 2}, BOTH, 2}
                            : (q_example){{f + 2, 1}, NULL, 0};
    CHECK_EQ(q_linear_train(v, 300, &o, &m, NULL), Q_OK);
    q_linear_predict(m, &v[0].x, p);
    CHECK(p[0] > 0.9f && p[1] < 0.1f);
    q_linear_predict(m, &v[1].x, p);
    CHECK(p[0] > 0.9f && p[1] > 0.9f);
    q_linear_predict(m, &v[2].x, p);
    CHECK(p[0] < 0.1f && p[1] < 0.1f);
    q_linear_free(m);
}

TEST(models_come_back_from_bytes)
{
    set *s = made(600, 60);
    q_linear *m = learn(s, 60, false), *back = NULL;
    q_buf saved = q_buf_init(q_test_arena(), 1 << 24), again = saved;

    CHECK_EQ(q_linear_save(m, &saved), Q_OK);
    CHECK_EQ(q_linear_load(q_buf_str(&saved), Q_STR("m"), &back, NULL), Q_OK);
    for (size_t e = 0; e < s->n; e++) {
        float p[60], q[60];

        q_linear_predict(m, &s->v[e].x, p);
        q_linear_predict(back, &s->v[e].x, q);
        CHECK(memcmp(p, q, sizeof p) == 0);
    }
    CHECK_EQ(q_linear_save(back, &again), Q_OK);
    CHECK(q_str_eq(q_buf_str(&saved), q_buf_str(&again)));
    CHECK(q_linear_knows(back, 1) && !q_linear_knows(back, 2));
    q_linear_free(m);
    q_linear_free(back);
}

TEST(broken_bytes_are_refused)
{
    set *s = made(60, 10);
    q_linear *m = learn(s, 10, false), *back = NULL;
    q_buf saved = q_buf_init(q_test_arena(), 1 << 24);
    q_err err;

    CHECK_EQ(q_linear_save(m, &saved), Q_OK);
    q_linear_free(m);
    for (size_t n = 0; n < saved.n; n++)
        CHECK_EQ(q_linear_load((q_str){saved.p, n}, Q_STR("m"), &back, &err), Q_INVALID);
    for (size_t i = 0; i < saved.n; i++) {
        saved.p[i] ^= 4;
        CHECK_EQ(q_linear_load(q_buf_str(&saved), Q_STR("m"), &back, &err), Q_INVALID);
        saved.p[i] ^= 4;
    }
    CHECK(back == NULL);
    saved.p[saved.n - 1] ^= 1;
    CHECK_EQ(q_linear_load(q_buf_str(&saved), Q_STR("spam.model"), &back, &err), Q_INVALID);
    CHECK_STR(err.msg, "spam.model: the linear model's checksum is wrong");
}

TEST(what_is_too_large_is_refused)
{
    set *s = made(10, 2);
    q_linear_options bits = {.bits = 40, .classes = 2}, classes = {.bits = 4, .classes = 70000};
    q_linear *m = NULL;
    q_err err;

    CHECK_EQ(q_linear_train(s->v, s->n, &bits, &m, &err), Q_LIMIT);
    CHECK_STR(err.msg, "feature ids have 40 bits; 1 to 24 are possible");
    CHECK_EQ(q_linear_train(s->v, s->n, &classes, &m, &err), Q_LIMIT);
    CHECK_STR(err.msg, "there are 70000 classes; 1 to 65535 are possible");
    CHECK(m == NULL);
}

TEST(training_is_the_same_each_time)
{
    set *s = made(600, 60);
    q_buf saved[2] = {q_buf_init(q_test_arena(), 1 << 24), q_buf_init(q_test_arena(), 1 << 24)};

    for (size_t i = 0; i < 2; i++) {
        q_linear *m = learn(s, 60, false);

        CHECK_EQ(q_linear_save(m, &saved[i]), Q_OK);
        q_linear_free(m);
    }
    CHECK(q_str_eq(q_buf_str(&saved[0]), q_buf_str(&saved[1])));
}

TEST(nothing_to_learn_from_is_no_error)
{
    q_linear_options o = {.bits = BITS, .classes = 4};
    q_feature f = {3, 1};
    q_linear *m = NULL;
    float p[4];

    CHECK_EQ(q_linear_train(NULL, 0, &o, &m, NULL), Q_OK);
    q_linear_predict(m, &(q_features){&f, 1}, p);
    CHECK_NEAR(p[3], 0.25, 1e-6);
    q_linear_free(m);
}

TEST(allocations_that_fail_leave_nothing_behind)
{
    set *s = made(40, 10);
    q_linear_options o = {.bits = BITS, .classes = 10};
    q_buf saved = q_buf_init(q_test_arena(), 1 << 24);
    q_linear *m = learn(s, 10, false);
    size_t made = 1;

    CHECK_EQ(q_linear_save(m, &saved), Q_OK);
    q_linear_free(m);
    for (size_t nth = 1; made >= nth; nth++) {
        q_linear *trained = NULL, *loaded = NULL;
        q_code rc;

        faults_arm(nth);
        rc = q_linear_train(s->v, s->n, &o, &trained, NULL);
        if (!rc)
            rc = q_linear_load(q_buf_str(&saved), Q_STR("m"), &loaded, NULL);
        made = faults_disarm();
        q_linear_free(trained);
        q_linear_free(loaded);
        CHECK_EQ(rc, made >= nth ? Q_NOMEM : Q_OK);
    }
}

TEST_MAIN("learn/linear")
