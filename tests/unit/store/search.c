#include "store/search.h"

#include "base/buf.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

TEST_MAIN("store/search")

static q_catalog *opened(void)
{
    q_catalog *c = NULL;
    q_err err = {0};

    if (q_catalog_open(q_test_dir(), &c, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return c;
}

/* Words in places that tell their number: word 7 is at the left at 0.07. */
static q_search_page page_of(const char *text)
{
    q_search_page p = {.text = q_str_of(text), .words = 1};
    q_search_box *boxes;

    for (size_t i = 0; i < p.text.n; i++)
        p.words += text[i] == ' ';
    boxes = q_arena_array(q_test_arena(), p.words, sizeof *boxes);
    for (size_t i = 0; i < p.words; i++)
        boxes[i] = (q_search_box){(float)i / 100, 0.5F, 0.01F, 0.02F};
    p.boxes = boxes;
    return p;
}

static void put(q_catalog *c, const char *source, const char *one, const char *two,
                const q_search_field *fields, size_t count, int64_t now)
{
    q_search_page pages[2] = {page_of(one)};
    q_search_document d = {q_str_of(source), Q_STR("v1"), pages, two ? 2 : 1, fields, count};

    if (two)
        pages[1] = page_of(two);
    CHECK_EQ(q_search_put(c, &d, now, NULL), Q_OK);
}

static q_search_field amount(const char *type, const char *value, double number)
{
    return (q_search_field){.type = q_str_of(type),
                            .label = Q_STR("Grand Total:"),
                            .value = q_str_of(value),
                            .page = 1,
                            .box = {0.5F, 0.25F, 0.125F, 0.0625F},
                            .has_number = true,
                            .number = number,
                            .day = {"", 0}};
}

static q_search_field text(const char *type, const char *label, const char *value, const char *day)
{
    return (q_search_field){.type = q_str_of(type),
                            .label = q_str_of(label),
                            .value = q_str_of(value),
                            .page = 1,
                            .day = q_str_of(day)};
}

static q_catalog *filled(void)
{
    q_catalog *c = opened();
    q_search_field a[] = {amount("TOTAL", "$193.50", 193.5),
                          text("VENDOR_NAME", "", "Müller & Söhne", ""),
                          text("INVOICE_RECEIPT_DATE", "Date", "13.06.2018", "2018-06-13")};
    q_search_field b[] = {amount("TOTAL", "40,00", 40),
                          text("VENDOR_NAME", "", "Acme Corporation", ""),
                          text("OTHER", "Patient name:", "Ada Smith", ""),
                          text("INVOICE_RECEIPT_DATE", "Date", "2 Jan 2019", "2019-01-02")};

    put(c, "s3://scans/a.pdf", "Invoice for one pump seal and a gasket", "second page: draft only",
        a, 3, 10);
    put(c, "s3://scans/b.pdf", "Receipt: seal of the pump", NULL, b, 4, 20);
    return c;
}

/* The sources of the hits, joined by blanks. */
static const char *found(q_catalog *c, const char *query)
{
    q_search_result r;
    q_err err = {0};
    q_buf b = q_buf_init(q_test_arena(), 4096);

    if (q_search_find(c, q_str_of(query), 0, 10, q_test_arena(), &r, &err))
        return q_str_printf(q_test_arena(), "%s: %s", q_code_name(err.code), err.msg).p;
    for (size_t i = 0; i < r.count; i++)
        q_buf_printf(&b, "%s%.*s", i ? " " : "", Q_ARG(r.hits[i].source));
    q_buf_char(&b, 0);
    return b.p;
}

static void refused(q_catalog *c, const char *query, const char *sentence)
{
    if (!strstr(found(c, query), sentence))
        q_test_fail(__FILE__, __LINE__, "%s: %s", query, found(c, query));
}

#define A "s3://scans/a.pdf"
#define B "s3://scans/b.pdf"

TEST(words_phrases_and_what_is_left_out)
{
    q_catalog *c = filled();

    CHECK_STR(found(c, "gasket"), A);
    CHECK_STR(found(c, "\"pump seal\""), A);
    CHECK_STR(found(c, "\"seal pump\""), "");
    CHECK_STR(found(c, "PUMP -gasket"), B);
    CHECK_STR(found(c, "gask*"), A);
    CHECK_STR(found(c, "gask"), "");
    CHECK_STR(found(c, "gasket draft"), A); /* on two of its pages */
    CHECK_STR(found(c, "-draft"), B);
    CHECK_EQ(strlen(found(c, "gasket OR receipt")), strlen(A " " B));
    CHECK_STR(found(c, "nothing"), "");
    CHECK_STR(found(c, "\"'*()^ NEAR(seal) -\""), "");
    q_catalog_close(c);
}

TEST(fields_by_text_number_day_and_label)
{
    q_catalog *c = filled();

    CHECK_STR(found(c, "vendor:muller"), A);
    CHECK_STR(found(c, "vendor:\"acme corporation\""), B);
    CHECK_STR(found(c, "vendor:smith"), "");
    CHECK_STR(found(c, "total>100"), A);
    CHECK_STR(found(c, "total<=40"), B);
    CHECK_STR(found(c, "total>40 total<193.5"), "");
    CHECK_STR(found(c, "total=193.50"), A);
    CHECK_STR(found(c, "TOTAL>=40 -total>100"), B);
    CHECK_STR(found(c, "date:2018-06"), A);
    CHECK_STR(found(c, "date>2018"), B);
    CHECK_STR(found(c, "date<2019-01-02"), A);
    CHECK_STR(found(c, "date<=2019-01-02 date>=2019-01-02"), B);
    CHECK_STR(found(c, "invoice_receipt_date=2018-06-13"), A);
    CHECK_STR(found(c, "\"patient name\":smith"), B);
    CHECK_STR(found(c, "pump total>100"), A);
    CHECK_STR(found(c, "gasket OR total=40"), A " " B);
    q_catalog_close(c);
}

TEST(a_query_that_cannot_be_read_names_the_part)
{
    q_catalog *c = opened();

    refused(c, "", "invalid: the query is empty");
    refused(c, "\"open", "does not end");
    refused(c, "total>many", "a number (100, 99.50) or a day");
    refused(c, "total>", "a name and a value");
    refused(c, "total<>4", "one of : = < > <= >=");
    refused(c, "height>3", "is no field with a number");
    refused(c, "a\xff", "no text");
    q_catalog_close(c);
}

TEST(a_hit_shows_words_in_their_places_and_the_fields)
{
    q_catalog *c = filled();
    q_search_result r;
    const q_search_hit *hit;

    CHECK_EQ(q_search_find(c, Q_STR("\"pump seal\" total>100"), 0, 10, q_test_arena(), &r, NULL),
             Q_OK);
    CHECK_EQ(r.count, 1);
    CHECK_EQ(r.total, 1);
    hit = &r.hits[0];
    CHECK_EQ(hit->page, 1);
    CHECK_EQ(hit->pages, 2);
    CHECK_EQ(hit->read_ms, 10);
    CHECK_STREQ(hit->snippet, "Invoice for one pump seal and a gasket");
    CHECK_EQ(hit->mark_count, 2);
    CHECK_STREQ(q_str_sub(hit->snippet, hit->marks[0].from, hit->marks[0].n), "pump");
    CHECK_STREQ(q_str_sub(hit->snippet, hit->marks[1].from, hit->marks[1].n), "seal");
    CHECK_NEAR(hit->marks[0].box.left, 0.03, 1e-6);
    CHECK_NEAR(hit->marks[1].box.left, 0.04, 1e-6);
    CHECK_EQ(hit->field_count, 1);
    CHECK_STREQ(hit->fields[0].value, "$193.50");
    CHECK_STREQ(hit->fields[0].label, "Grand Total:");
    CHECK_NEAR(hit->fields[0].box.left, 0.5, 0);
    q_catalog_close(c);
}

TEST(a_snippet_is_cut_from_a_long_page)
{
    q_catalog *c = opened();
    q_buf b = q_buf_init(q_test_arena(), 65536);
    q_search_result r;

    for (int i = 0; i < 60; i++)
        q_buf_printf(&b, "%s%s%d", i ? " " : "", i == 40 ? "(needle)-" : "hay", i);
    q_buf_char(&b, 0);
    put(c, "x", b.p, NULL, NULL, 0, 1);
    CHECK_EQ(q_search_find(c, Q_STR("needle"), 0, 10, q_test_arena(), &r, NULL), Q_OK);
    CHECK_EQ(r.count, 1);
    CHECK(q_str_starts(r.hits[0].snippet, Q_STR("hay32 hay33")));
    CHECK(q_str_ends(r.hits[0].snippet, Q_STR("hay59")));
    CHECK_EQ(r.hits[0].mark_count, 1);
    CHECK_STREQ(q_str_sub(r.hits[0].snippet, r.hits[0].marks[0].from, r.hits[0].marks[0].n),
                "(needle)-40");
    CHECK_NEAR(r.hits[0].marks[0].box.left, 0.40, 1e-6);
    q_catalog_close(c);
}

TEST(put_replaces_and_remove_forgets)
{
    q_catalog *c = filled();
    bool is = false;

    CHECK_EQ(q_search_has(c, Q_STR(A), Q_STR("v1"), &is, NULL), Q_OK);
    CHECK(is);
    CHECK_EQ(q_search_has(c, Q_STR(A), Q_STR("v2"), &is, NULL), Q_OK);
    CHECK(!is);
    put(c, A, "something else", NULL, NULL, 0, 30);
    CHECK_STR(found(c, "gasket"), "");
    CHECK_STR(found(c, "total>100"), "");
    CHECK_STR(found(c, "else"), A);
    CHECK_EQ(q_search_remove(c, Q_STR(A), &is, NULL), Q_OK);
    CHECK(is);
    CHECK_STR(found(c, "else"), "");
    CHECK_EQ(q_search_remove(c, Q_STR(A), &is, NULL), Q_OK);
    CHECK(!is);
    q_catalog_close(c);
}

TEST(hits_come_in_pages)
{
    q_catalog *c = opened();
    q_search_result r;
    char source[16];

    for (int i = 0; i < 25; i++) {
        snprintf(source, sizeof source, "%02d", i);
        put(c, source, "word", NULL, NULL, 0, i);
    }
    CHECK_EQ(q_search_find(c, Q_STR("word"), 20, 10, q_test_arena(), &r, NULL), Q_OK);
    CHECK_EQ(r.count, 5);
    CHECK_EQ(r.total, 25);
    CHECK_EQ(q_search_find(c, Q_STR("-other"), 0, 2, q_test_arena(), &r, NULL), Q_OK);
    CHECK_STREQ(r.hits[0].source, "24"); /* the last read */
    CHECK_STREQ(r.hits[1].source, "23");
    q_catalog_close(c);
}
