#include "document/expense_label.h"

#include "test.h"

static expense_sheet sheet;

/* The first hit in a line of words; NULL without one. */
static const expense_hit *first_hit(const char *line, bool exact)
{
    static expense_hits hits;
    q_word words[16];
    q_page page = {.words = words, .width_pt = 600, .height_pt = 800};
    q_str rest = q_str_of(line), word;
    double x = 0.05;

    while (rest.n) {
        (void)q_str_cut(rest, ' ', &word, &rest);
        words[page.word_count++] = (q_word){word, {x, 0.1, 0.01 * (double)word.n, 0.012}, 90};
        x += 0.01 * (double)word.n + 0.005;
    }
    CHECK_EQ(expense__sheet_read(&page, 1, q_test_arena(), &sheet, NULL), Q_OK);
    CHECK_EQ(expense__labels_find(&sheet, false, exact, &hits, NULL), Q_OK);
    return hits.count ? hits.hits : NULL;
}

TEST(the_longest_phrase_wins)
{
    const expense_hit *h = first_hit("Total Qty 4", true);

    CHECK(h && h->label->kind == EXPENSE_NOTHING);
    h = first_hit("Total excl. VAT 4.00", true);
    CHECK(h && expense__label_is(h, "SUBTOTAL"));
    CHECK_EQ(h->tokens.count, 3);
    h = first_hit("Total 4.00", true);
    CHECK(h && expense__label_is(h, "TOTAL"));
    CHECK(h->leads && !h->colon);
}

TEST(labels_come_in_several_languages)
{
    CHECK(expense__label_is(first_hit("Rechnungs-Nr.: 12", true), "INVOICE_RECEIPT_ID"));
    CHECK(expense__label_is(first_hit("Fälligkeitsdatum 1.1.2020", true), "DUE_DATE"));
    CHECK(expense__label_is(first_hit("Date d'échéance : 1/1/2020", true), "DUE_DATE"));
    CHECK(expense__label_is(first_hit("Net à payer 12,00", true), "AMOUNT_DUE"));
    CHECK(expense__label_is(first_hit("Klantnummer: 4", true), "CUSTOMER_NUMBER"));
}

TEST(misread_letters_are_forgiven_unless_the_text_is_exact)
{
    const expense_hit *h = first_hit("Grand Tota1 4.00", false);

    CHECK(h && expense__label_is(h, "TOTAL"));
    CHECK(h->quality < 1);
    CHECK(first_hit("Subtotai 4.00", true) == NULL);
    CHECK(expense__label_is(first_hit("SubTotal 4.00", true), "SUBTOTAL"));
}

TEST(a_number_that_looks_like_a_label_is_none)
{
    CHECK(first_hit("INV/2023/0008", true) == NULL);
    CHECK(first_hit("Inv#", true) != NULL);
}

TEST(near_counts_edits)
{
    CHECK(expense__near(Q_STR("total"), Q_STR("tota1"), 1));
    CHECK(expense__near(Q_STR("total"), Q_STR("totl"), 1));
    CHECK(!expense__near(Q_STR("total"), Q_STR("tax"), 1));
    CHECK(expense__near(Q_STR(""), Q_STR("a"), 1));
}

TEST_MAIN("document/expense_label")
