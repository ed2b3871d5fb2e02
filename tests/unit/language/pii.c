#include "language/pii.h"

#include "language/pii_check.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

typedef struct marked {
    q_str text; /* without the marks */
    q_pii v[MOST];
    size_t n;
} marked;

/* A line of tests/data/pii.txt. */
static marked unmark(q_str line)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 14);
    marked m = {0};

    while (line.n) {
        size_t at = q_str_find(line, Q_STR("[[")), bar, end;

        if (at == SIZE_MAX)
            break;
        q_buf_put(&b, q_str_sub(line, 0, at));
        line = q_str_sub(line, at + 2, line.n);
        bar = q_str_find(line, Q_STR("|"));
        end = q_str_find(line, Q_STR("]]"));
        CHECK(bar < end && end != SIZE_MAX);
        CHECK(q_pii_type_of(q_str_sub(line, 0, bar), &m.v[m.n].type));
        m.v[m.n].begin = (uint32_t)b.n;
        m.v[m.n++].bytes = (uint32_t)(end - bar - 1);
        q_buf_put(&b, q_str_sub(line, bar + 1, end - bar - 1));
        line = q_str_sub(line, end + 2, line.n);
    }
    q_buf_put(&b, line);
    CHECK_EQ(q_buf_finish(&b, &m.text, NULL), Q_OK);
    return m;
}

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

static void find(q_str text, q_pii **v, size_t *n)
{
    q_tokens t;

    CHECK_EQ(q_tokens_of(text, q_test_arena(), &t, NULL), Q_OK);
    CHECK_EQ(q_pii_find(models(), &t, q_test_arena(), v, n, NULL), Q_OK);
}

/* "TYPE text; TYPE text" */
static q_str found(const char *text)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 16);
    q_pii *v;
    size_t n;
    q_str out;

    find(q_str_of(text), &v, &n);
    for (size_t i = 0; i < n; i++)
        q_buf_printf(&b, "%s%s %.*s", i ? "; " : "", q_pii_type_name(v[i].type), (int)v[i].bytes,
                     text + v[i].begin);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

static bool same(const q_pii *a, const q_pii *b)
{
    return a->type == b->type && a->begin == b->begin && a->bytes == b->bytes;
}

static size_t matches(const q_pii *v, size_t n, const q_pii *of, size_t of_n, q_str text,
                      const char *said)
{
    size_t right = 0;

    for (size_t i = 0; i < n; i++) {
        bool there = false;

        for (size_t k = 0; k < of_n; k++)
            there |= same(&v[i], &of[k]);
        right += there;
        if (!there && getenv("QUERN_TEST_SHOW"))
            printf("# %s %s \"%.*s\" in: %.*s\n", said, q_pii_type_name(v[i].type), (int)v[i].bytes,
                   text.p + v[i].begin, Q_ARG(text));
    }
    return right;
}

TEST(pii_of_the_labelled_texts)
{
    q_str file = q_test_file("pii.txt"), line;
    size_t right = 0, there = 0, all = 0;

    while (file.n) {
        marked m;
        q_pii *v;
        size_t n;

        q_str_cut(file, '\n', &line, &file);
        if (!line.n || line.p[0] == '#')
            continue;
        m = unmark(line);
        find(m.text, &v, &n);
        right += matches(v, n, m.v, m.n, m.text, "wrong");
        matches(m.v, m.n, v, n, m.text, "missed");
        all += n;
        there += m.n;
    }
    printf("# precision %zu of %zu (%.3f), recall %zu of %zu (%.3f)\n", right, all,
           (double)right / (double)all, right, there, (double)right / (double)there);
    CHECK(right * 100 >= all * 95);
    CHECK(right * 100 >= there * 95);
}

TEST(pii_numbers_need_their_check_digits)
{
    CHECK_STREQ(found("card 4111 2222 3333 4448"), "CREDIT_DEBIT_NUMBER 4111 2222 3333 4448");
    CHECK_STREQ(found("card 4111 2222 3333 4449"), "");
    CHECK_STREQ(found("routing number 021000021"), "BANK_ROUTING 021000021");
    CHECK_STREQ(found("routing number 021000022"), "");
    CHECK_STREQ(found("NHS number 9434765918"), "");
    CHECK_STREQ(found("Aadhaar 2345 6789 0125"), "");
    CHECK_STREQ(found("IBAN DE89370400440532013001"), "");
    CHECK_STREQ(found("SIN 546 123 984"), "");
    CHECK_STREQ(found("666-12-3456 and 123-00-4567"), "");
}

TEST(pii_check_digits)
{
    CHECK(check__card(Q_STR("378282246310005")) && !check__card(Q_STR("378282246310006")));
    CHECK(!check__card(Q_STR("9999999999999995")));
    CHECK(check__vin(Q_STR("1M8GDM9AXKP042788")) && !check__vin(Q_STR("1M8GDM9A1KP042788")));
    CHECK(check__iban(Q_STR("FR1420041010050500013M02606")));
    CHECK(!check__iban(Q_STR("FR1420041010050500013M0260")));
    CHECK(check__swift(Q_STR("DEUTDEFF500")) && !check__swift(Q_STR("DEUTZZFF")));
    CHECK(check__nino(Q_STR("AB123456C")) && !check__nino(Q_STR("QQ123456C")));
    CHECK(!check__nino(Q_STR("AB123456E")) && !check__nino(Q_STR("GB123456C")));
    CHECK(check__itin(Q_STR("912781234")) && !check__itin(Q_STR("912681234")));
    CHECK(!check__ssn(Q_STR("000123456")) && !check__ssn(Q_STR("900123456")));
    CHECK(check__utr(Q_STR("2234567890")) && !check__utr(Q_STR("3234567890")));
    CHECK(check__pan(Q_STR("ABCPE1234F")) && !check__pan(Q_STR("ABCXE1234F")));
}

TEST(pii_gives_code_points_and_bytes)
{
    q_pii *v;
    size_t n;

    find(Q_STR("\xF0\x9F\x98\x80 caf\xC3\xA9 ada@example.org \xE2\x80\x94 10.0.0.254"), &v, &n);
    CHECK_EQ(n, 2);
    CHECK_EQ(v[0].type, Q_PII_EMAIL);
    CHECK_EQ(v[0].point, 7);
    CHECK_EQ(v[0].points, 15);
    CHECK_EQ(v[0].begin, 11);
    CHECK_EQ(v[0].bytes, 15);
    CHECK_EQ(v[1].type, Q_PII_IP_ADDRESS);
    CHECK_EQ(v[1].point, 25);
}

static q_str redacted(const char *text, char mask)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 12);
    q_pii *v;
    size_t n;
    q_str out;

    find(q_str_of(text), &v, &n);
    CHECK_EQ(q_pii_redact(q_str_of(text), v, n, mask, &b), Q_OK);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(pii_is_redacted)
{
    CHECK_STREQ(redacted("Mail ada@example.org now", 0), "Mail [EMAIL] now");
    CHECK_STREQ(redacted("Mail ada@example.org now", '*'), "Mail *************** now");
    CHECK_STREQ(redacted("nothing here", '*'), "nothing here");
    CHECK_STREQ(redacted("", '*'), "");
    CHECK_STREQ(redacted("caf\xC3\xA9 ada@example.org", '#'), "caf\xC3\xA9 ###############");
}

TEST(pii_of_bad_and_long_texts)
{
    enum { SIZE = 1 << 20 };
    static const char *const FILLERS[] = {"x", "1", "1 ", "@", "a@b.", "(", "4111 ", "\xFF", "A1-"};
    static const char nul[] = "pin \0 4471\0 ada@example.org";
    q_pii *v;
    size_t n;

    find((q_str){nul, sizeof nul - 1}, &v, &n);
    CHECK(n >= 1);
    CHECK_EQ(v[n - 1].type, Q_PII_EMAIL);
    find(Q_STR("\xFF\xFE ada@example.org \xC3"), &v, &n);
    CHECK_EQ(n, 1);
    for (size_t k = 0; k < sizeof FILLERS / sizeof *FILLERS; k++) {
        q_arena *a = q_arena_new((size_t)1 << 30);
        char *text = q_arena_alloc(a, SIZE);
        size_t width = strlen(FILLERS[k]);
        q_tokens t;

        for (size_t i = 0; i < SIZE; i++)
            text[i] = FILLERS[k][i % width];
        CHECK_EQ(q_tokens_of((q_str){text, SIZE}, a, &t, NULL), Q_OK);
        CHECK_EQ(q_pii_find(models(), &t, a, &v, &n, NULL), Q_OK);
        q_arena_free(a);
    }
}

TEST(pii_fails_cleanly_without_memory)
{
    q_str text = Q_STR("card 4111 2222 3333 4448, ada@example.org, John Smith, 14 Birch Lane");
    q_code rc = Q_NOMEM;

    for (size_t limit = 0; limit < 1 << 20 && rc; limit += 512) {
        q_arena *a = q_arena_new(limit);
        q_tokens t;
        q_pii *v;
        size_t n;
        q_err err;

        rc = q_tokens_of(text, a, &t, &err);
        if (!rc)
            rc = q_pii_find(models(), &t, a, &v, &n, &err);
        CHECK(rc == Q_OK || rc == Q_NOMEM);
        q_arena_free(a);
    }
    CHECK_EQ(rc, Q_OK);
}

TEST_MAIN("language/pii")
