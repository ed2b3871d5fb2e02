#include "learn/sequence_train.c"

#include "test.h"

#include <math.h>
#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static _Thread_local struct {
    bool armed;
    size_t made, fails;
} memory;

static bool fails(void)
{
    return memory.armed && ++memory.made == memory.fails;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

enum { BITS = 12, ITEMS = 8, WORDS = 40 };

typedef struct sample {
    uint32_t features[3 * ITEMS], starts[ITEMS + 1];
    uint16_t labels[ITEMS];
    q_sequence s;
} sample;

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* Words below 10 start a name (label 1); the word behind it goes on (label 2)
 * when it is odd. All others are label 0.
 */
static void fill(sample *e, uint32_t seed)
{
    bool before = false;
    uint32_t last = WORDS;

    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t w = next(&seed) % WORDS;
        bool first = w < 10;

        e->labels[i] = first ? 1 : before && w % 2 ? 2 : 0;
        before = first;
        e->features[3 * i] = w;
        e->features[3 * i + 1] = 100 + w % 2;
        e->features[3 * i + 2] = 200 + last;
        e->starts[i] = 3 * i;
        last = w;
    }
    e->starts[ITEMS] = 3 * ITEMS;
    e->s = (q_sequence){e->features, e->starts, e->labels, ITEMS};
}

static const uint8_t ALLOWED[] = {1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0};

static q_sequence_options options(void)
{
    return (q_sequence_options){.bits = BITS, .labels = 3, .allowed = ALLOWED};
}

static q_sequence *samples(size_t n, uint32_t seed)
{
    sample *e = q_arena_array(q_test_arena(), n, sizeof *e);
    q_sequence *v = q_arena_array(q_test_arena(), n, sizeof *v);

    for (size_t i = 0; i < n; i++) {
        fill(&e[i], seed + (uint32_t)i * 7919);
        v[i] = e[i].s;
    }
    return v;
}

static q_sequence_model *trained(size_t n)
{
    q_sequence_options o = options();
    q_sequence_model *m = NULL;
    q_err err;

    CHECK_EQ(q_sequence_train(samples(n, 1), n, &o, &m, &err), Q_OK);
    return m;
}

static double right(const q_sequence_model *m, const q_sequence *v, size_t n, double *sure)
{
    uint16_t labels[ITEMS];
    float confidence[ITEMS];
    size_t good = 0;

    *sure = 0;
    for (size_t i = 0; i < n; i++) {
        CHECK_EQ(q_sequence_decode(m, &v[i], q_test_arena(), labels, confidence, NULL), Q_OK);
        for (size_t k = 0; k < ITEMS; k++) {
            good += labels[k] == v[i].labels[k];
            CHECK(confidence[k] >= 0 && confidence[k] <= 1);
            *sure += (double)confidence[k];
        }
    }
    *sure /= (double)(n * ITEMS);
    return (double)good / (double)(n * ITEMS);
}

TEST(sequence_learns_what_neighbours_decide)
{
    q_sequence_model *m = trained(200);
    double sure;

    CHECK(right(m, samples(50, 99), 50, &sure) > 0.98);
    CHECK(sure > 0.93);
    q_sequence_free(m);
}

TEST(sequence_keeps_to_what_is_allowed)
{
    q_sequence_model *m = trained(20);
    uint32_t features[] = {1, 101, 3, 101, 13, 101}, starts[] = {0, 2, 4, 6};
    uint16_t labels[3];
    q_sequence s = {features, starts, NULL, 3};

    CHECK_EQ(q_sequence_decode(m, &s, q_test_arena(), labels, NULL, NULL), Q_OK);
    CHECK(labels[0] != 2);
    for (size_t i = 1; i < 3; i++)
        CHECK(labels[i] != 2 || labels[i - 1] != 0);
    q_sequence_free(m);
}

TEST(sequence_takes_features_it_never_saw)
{
    q_sequence_model *m = trained(20);
    uint32_t features[] = {4000, 0xFFFFFFFF}, starts[] = {0, 1, 1, 2};
    uint16_t labels[3];
    float confidence[3];
    q_sequence s = {features, starts, NULL, 3}, none = {NULL, NULL, NULL, 0};

    CHECK_EQ(q_sequence_decode(m, &s, q_test_arena(), labels, confidence, NULL), Q_OK);
    CHECK_EQ(q_sequence_decode(m, &none, q_test_arena(), labels, confidence, NULL), Q_OK);
    q_sequence_free(m);
}

/* How unlikely what is known of a sequence is. */
static double loss(trainer *t, const q_sequence *s)
{
    double sum = 0;

    score_all(t, s, 0);
    CHECK(gradient_of(t, s));
    for (size_t i = 0; i < s->n; i++)
        sum += log((double)t->all.sum[i]) - log((double)t->known.sum[i]);
    return sum;
}

static void slopes_agree(trainer *t, const q_sequence *s, float *w, double slope)
{
    float kept = *w;
    const float h = 0.02f;
    double up, down;

    *w = kept + h;
    up = loss(t, s);
    *w = kept - h;
    down = loss(t, s);
    *w = kept;
    CHECK_NEAR((up - down) / (2 * (double)h), slope, 2e-3);
}

TEST(sequence_gradients_match_finite_differences)
{
    static const uint8_t SETS[] = {1, 0, 1};
    q_sequence *v = samples(2, 5);
    uint16_t labels[ITEMS];
    trainer t = {.v = v, .count = 2, .o = options(), .arena = q_test_arena()};
    size_t stride;
    uint32_t seed = 3;

    memcpy(labels, v[0].labels, sizeof labels);
    labels[ITEMS - 1] = labels[2] = 3; /* only known to be 0 or 2 */
    v[0].labels = labels;
    t.o.sets = SETS;
    t.o.set_count = 1;
    t.o.allowed = NULL;
    CHECK_EQ(refuse(&t, NULL), Q_OK);
    CHECK(!rows_make(&t) && !room_make(&t));
    stride = t.steps.stride;
    for (size_t r = 0; r < t.rows; r++)
        for (size_t y = 0; y < 3; y++)
            t.w[r * stride + y] = (float)(next(&seed) % 1000) / 500 - 1;
    for (size_t k = 0; k < 4; k++)
        for (size_t y = 0; y < 3; y++)
            t.steps.score[k * stride + y] = (float)(next(&seed) % 1000) / 500 - 1;
    for (size_t from = 0; from < 4; from++)
        for (size_t y = 0; y < 3; y++) {
            loss(&t, &v[0]);
            slopes_agree(&t, &v[0], &t.steps.score[from * stride + y],
                         (double)t.steps_gradient[from * stride + y]);
        }
    for (size_t r = 0; r < t.rows; r++)
        for (size_t y = 0; y < 3; y++) {
            double slope = 0;

            loss(&t, &v[0]);
            for (size_t i = 0; i < ITEMS; i++)
                for (uint32_t f = v[0].starts[i]; f < v[0].starts[i + 1]; f++)
                    if (t.row_of[v[0].features[f]] == r + 1)
                        slope += (double)t.gradient[i * stride + y];
            slopes_agree(&t, &v[0], &t.w[r * stride + y], slope);
        }
}

/* Half the texts mark only that a name starts or goes on, half only its start. */
TEST(sequence_learns_from_labels_half_known)
{
    static const uint8_t SETS[] = {0, 1, 1, 1, 0, 1};
    q_sequence *v = samples(200, 1);
    q_sequence_options o = options();
    q_sequence_model *m = NULL;
    double sure;

    o.sets = SETS;
    o.set_count = 2;
    for (size_t i = 0; i < 200; i++) {
        uint16_t *labels = q_arena_array(q_test_arena(), ITEMS, sizeof *labels);

        for (size_t k = 0; k < ITEMS; k++)
            labels[k] = i % 4 == 0 ? v[i].labels[k]
                        : i % 2    ? (v[i].labels[k] ? 3 : 0)
                                   : (v[i].labels[k] == 1 ? 1 : 4);
        v[i].labels = labels;
    }
    CHECK_EQ(q_sequence_train(v, 200, &o, &m, NULL), Q_OK);
    CHECK(right(m, samples(50, 99), 50, &sure) > 0.97);
    q_sequence_free(m);
}

static size_t found(double eager)
{
    q_sequence_options o = options();
    const q_sequence *v = samples(100, 500);
    q_sequence_model *m = NULL;
    uint16_t labels[ITEMS];
    size_t n = 0;

    o.eager = eager;
    o.epochs = 1;
    CHECK_EQ(q_sequence_train(samples(30, 1), 30, &o, &m, NULL), Q_OK);
    for (size_t i = 0; i < 100; i++) {
        CHECK_EQ(q_sequence_decode(m, &v[i], q_test_arena(), labels, NULL, NULL), Q_OK);
        for (size_t k = 0; k < ITEMS; k++)
            n += labels[k] != 0;
    }
    q_sequence_free(m);
    return n;
}

TEST(sequence_finds_more_when_eager)
{
    CHECK(found(3) > found(0));
}

static q_str saved(const q_sequence_model *m)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_str out;

    CHECK_EQ(q_sequence_save(m, &b), Q_OK);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(sequence_is_the_same_each_time_and_after_loading)
{
    q_sequence_model *m = trained(50), *again = trained(50), *loaded = NULL;
    q_str bytes = saved(m);
    const q_sequence *v = samples(20, 77);
    double sure, sure_loaded;

    CHECK(q_str_eq(bytes, saved(again)));
    CHECK_EQ(q_sequence_load(bytes, Q_STR("sample"), &loaded, NULL), Q_OK);
    CHECK(q_str_eq(bytes, saved(loaded)));
    CHECK_EQ(q_sequence_labels(loaded), 3);
    CHECK_EQ(q_sequence_bits(loaded), BITS);
    CHECK(right(m, v, 20, &sure) == right(loaded, v, 20, &sure_loaded));
    CHECK(sure == sure_loaded);
    q_sequence_free(m);
    q_sequence_free(again);
    q_sequence_free(loaded);
}

TEST(sequence_refuses_a_model_cut_short_or_altered)
{
    q_sequence_model *m = trained(10), *loaded = NULL;
    q_str bytes = saved(m);
    char *copy = q_str_cstr(q_test_arena(), bytes);
    q_err err = {0};

    for (size_t n = 0; n < bytes.n; n += 1 + n / 50) {
        CHECK_EQ(q_sequence_load((q_str){copy, n}, Q_STR("sample"), &loaded, &err), Q_INVALID);
        CHECK(strstr(err.msg, "sample"));
    }
    for (size_t i = 0; i < bytes.n; i += 1 + i / 50) {
        copy[i] ^= 0x10;
        CHECK(q_sequence_load((q_str){copy, bytes.n}, Q_STR("sample"), &loaded, &err));
        CHECK(strstr(err.msg, "sample"));
        copy[i] ^= 0x10;
    }
    CHECK(loaded == NULL);
    q_sequence_free(m);
}

TEST(sequence_refuses_what_contradicts_itself)
{
    q_sequence *v = samples(3, 1);
    q_sequence_options o = options();
    q_sequence_model *m = NULL;
    q_err err;
    uint16_t wrong[ITEMS] = {0, 2};

    o.labels = 2;
    CHECK_EQ(q_sequence_train(samples(50, 1), 50, &o, &m, &err), Q_INVALID);
    o = options();
    o.bits = 5;
    CHECK_EQ(q_sequence_train(v, 3, &o, &m, &err), Q_INVALID);
    o.bits = Q_SEQUENCE_BITS_MAX + 1;
    CHECK_EQ(q_sequence_train(v, 3, &o, &m, &err), Q_INVALID);
    o = options();
    v[1].labels = wrong; /* 2 behind 0 */
    CHECK_EQ(q_sequence_train(v, 3, &o, &m, &err), Q_INVALID);
    CHECK(strstr(err.msg, "sequence 1"));
    CHECK(m == NULL);
}

TEST(sequence_of_nothing_is_a_model)
{
    q_sequence_options o = options();
    q_sequence_model *m = NULL;
    const q_sequence empty = {0};

    CHECK_EQ(q_sequence_train(NULL, 0, &o, &m, NULL), Q_OK);
    CHECK(saved(m).n > 0);
    q_sequence_free(m);
    CHECK_EQ(q_sequence_train(&empty, 1, &o, &m, NULL), Q_OK);
    q_sequence_free(m);
}

/* The 1st, 2nd, nth allocation fails, until none does. */
TEST(sequence_fails_cleanly_without_memory)
{
    q_sequence *v = samples(4, 1);
    q_sequence_options o = options();
    bool done = false;

    for (size_t nth = 1; !done && nth < 1000; nth++) {
        q_sequence_model *m = NULL, *loaded = NULL;
        q_buf b = q_buf_init(NULL, 1 << 20);
        uint16_t labels[ITEMS];
        float confidence[ITEMS];
        q_arena *a = q_arena_new(1 << 20);
        q_code rc;

        memory.made = 0;
        memory.fails = nth;
        memory.armed = true;
        rc = q_sequence_train(v, 4, &o, &m, NULL);
        if (!rc)
            rc = q_sequence_save(m, &b);
        if (!rc)
            rc = q_sequence_load(q_buf_str(&b), Q_STR("sample"), &loaded, NULL);
        if (!rc)
            rc = q_sequence_decode(loaded, &v[0], a, labels, confidence, NULL);
        memory.armed = false;
        CHECK(rc == Q_OK || rc == Q_NOMEM);
        done = rc == Q_OK && memory.made < nth;
        q_sequence_free(m);
        q_sequence_free(loaded);
        q_buf_clear(&b);
        q_arena_free(a);
    }
    CHECK(done);
}

TEST_MAIN("learn/sequence")
