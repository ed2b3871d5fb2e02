#include "language/entity.h"

#include "base/buf.h"
#include "base/clock.h"
#include "test.h"

#include <string.h>

static void free_models(void *l)
{
    q_language_free(l);
}

/* Those of the running test. */
static const q_language *models(void)
{
    q_language *l;

    CHECK_EQ(q_language_open(&l, NULL), Q_OK);
    CHECK_EQ(q_arena_defer(q_test_arena(), free_models, l), Q_OK);
    return l;
}

/* "TYPE text; TYPE text" */
static q_str found(const char *text)
{
    q_arena *a = q_test_arena();
    q_buf b = q_buf_init(a, 1 << 16);
    q_tokens t;
    q_entity *v;
    size_t n;
    q_str out;

    CHECK_EQ(q_tokens_of(q_str_of(text), a, &t, NULL), Q_OK);
    CHECK_EQ(q_entities_find(models(), &t, a, &v, &n, NULL), Q_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK(v[i].score > 0 && v[i].score <= 1);
        q_buf_printf(&b, "%s%s %.*s", i ? "; " : "", q_entity_type_name(v[i].type),
                     Q_ARG(v[i].text));
    }
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(entities_of_an_invoice)
{
    CHECK_STREQ(found("Invoice 35678-9 of 5/10/2019, 1500.00 in all"),
                "OTHER 35678-9; DATE 5/10/2019; QUANTITY 1500.00");
    CHECK_STREQ(found("Total: $2,100.00 (7% tax)"), "QUANTITY $2,100.00; QUANTITY 7%");
    CHECK_STREQ(found("Invoice number: 1042"), "OTHER 1042");
    CHECK_STREQ(found("EUR 12.50 or 12.50 euros"), "QUANTITY EUR 12.50; QUANTITY 12.50 euros");
    CHECK_STREQ(found("order INV-2019-001"), "OTHER INV-2019-001");
}

/* Amounts are sought about signs of one only, wherever these are in a long sentence. */
TEST(entities_far_apart_in_a_long_sentence)
{
    static const char REST[] = "which the people of the village by the old mill had long been told "
                               "would be so and would not believe before they saw it themselves";
    q_buf b = q_buf_init(q_test_arena(), 1 << 12);
    q_str text;

    q_buf_printf(&b, "In March 2014 it was, %s, that %s, they paid 300 dollars, %s, for it.", REST,
                 REST, REST);
    CHECK_EQ(q_buf_finish(&b, &text, NULL), Q_OK);
    CHECK_STREQ(found(text.p), "DATE March 2014; QUANTITY 300 dollars");
}

TEST(entities_that_are_addresses)
{
    CHECK_STREQ(found("Mail ada@example.org."), "OTHER ada@example.org");
    CHECK_STREQ(found("see (https://example.org/a?b=1)."), "OTHER https://example.org/a?b=1");
    CHECK_STREQ(found("call +44 20 7946 0958 now"), "OTHER +44 20 7946 0958");
    CHECK_STREQ(found("555-123-4567"), "OTHER 555-123-4567");
}

TEST(entities_that_are_names)
{
    CHECK_STREQ(found("Then Mary Johnson flew from New York to Paris."),
                "PERSON Mary Johnson; LOCATION New York; LOCATION Paris");
    CHECK_STREQ(found("The University of Leeds met John Smith at Lake Victoria."),
                "ORGANIZATION University of Leeds; PERSON John Smith; LOCATION Lake Victoria");
    CHECK_STREQ(found("On May 12, 2019 we left."), "DATE May 12, 2019");
    CHECK_STREQ(found("please show me the notes"), "");
}

TEST(entities_give_code_points)
{
    q_tokens t;
    q_entity *v;
    size_t n;

    CHECK_EQ(q_tokens_of(Q_STR("\xF0\x9F\x98\x80\xE6\x97\xA5 $5"), q_test_arena(), &t, NULL), Q_OK);
    CHECK_EQ(q_entities_find(models(), &t, q_test_arena(), &v, &n, NULL), Q_OK);
    CHECK_EQ(n, 1);
    CHECK_EQ(v[0].point, 3);
    CHECK_EQ(v[0].points, 2);
}

static void stays_linear(const char *unit)
{
    q_arena *a = q_arena_new((size_t)1 << 30);
    size_t n = strlen(unit), times = ((size_t)1 << 17) / n;
    char *text = q_arena_alloc(a, n * times);
    q_tokens t;
    q_entity *v;
    size_t count;

    for (size_t i = 0; i < times; i++)
        memcpy(text + i * n, unit, n);
    CHECK_EQ(q_tokens_of((q_str){text, n * times}, a, &t, NULL), Q_OK);
    CHECK_EQ(q_entities_find(models(), &t, a, &v, &count, NULL), Q_OK);
    q_arena_free(a);
}

TEST(entities_of_long_runs)
{
    stays_linear("a");
    stays_linear("A1-");
    stays_linear("(a");
    stays_linear("May ");
    stays_linear("\"A ");
    stays_linear("the last ");
    stays_linear("1/2/");
    stays_linear("two hundred and ");
    stays_linear("$+(");
}

/* A megabyte of it takes about sixteen times as long as 64 KiB. */
static double milliseconds(const q_language *l, const char *unit, size_t bytes)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    size_t n = strlen(unit), times = bytes / n;
    char *text = q_arena_alloc(a, n * times);
    int64_t start;
    q_tokens t;
    q_entity *v;
    size_t count;

    for (size_t i = 0; i < times; i++)
        memcpy(text + i * n, unit, n);
    start = q_monotonic_ns();
    CHECK_EQ(q_tokens_of((q_str){text, n * times}, a, &t, NULL), Q_OK);
    CHECK_EQ(q_entities_find(l, &t, a, &v, &count, NULL), Q_OK);
    q_arena_free(a);
    return (double)(q_monotonic_ns() - start) / 1e6;
}

TEST(entities_of_a_megabyte_take_time_as_its_length)
{
    static const char *const UNITS[] = {"a",
                                        "1",
                                        "A",
                                        "\xF0\x9F\x98\x80",
                                        "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D ",
                                        "\xE6\x97\xA5",
                                        "John of the ",
                                        "\xFF\xC3"};
    const q_language *l = models();

    milliseconds(l, "Mary went to Paris in May 2019. ", 4096); /* the models are ready */
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        double small = milliseconds(l, UNITS[i], 1 << 16),
               large = milliseconds(l, UNITS[i], 1 << 20);

        CHECK(large < 16 * 8 * (small + 1));
    }
}

TEST(entities_lie_in_texts_of_any_bytes)
{
    static const q_str TEXTS[] = {
        Q_STR_INIT(""),
        Q_STR_INIT(" \n\t"),
        Q_STR_INIT("\0\0Mary\0Johnson\0"),
        Q_STR_INIT("Mary \xFF\xFE Johnson \xC3"),
        Q_STR_INIT("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D Mary \xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7 "
                   "5 \xE6\x97\xA5\xE6\x9C\xAC"),
        Q_STR_INIT("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB @mary #Paris 5pm"),
    };

    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        q_tokens t;
        q_entity *v;
        size_t n;
        uint32_t end = 0;

        CHECK_EQ(q_tokens_of(TEXTS[i], q_test_arena(), &t, NULL), Q_OK);
        CHECK_EQ(q_entities_find(models(), &t, q_test_arena(), &v, &n, NULL), Q_OK);
        for (size_t k = 0; k < n; k++) {
            CHECK(v[k].point >= end && v[k].points > 0);
            CHECK(v[k].text.p >= TEXTS[i].p &&
                  v[k].text.p + v[k].text.n <= TEXTS[i].p + TEXTS[i].n);
            end = v[k].point + v[k].points;
        }
    }
}

TEST_MAIN("language/entity")
