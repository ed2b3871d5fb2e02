#include "document/pdf_strip.h"

#include "test.h"

static void strips(const char *content, const char *wanted, bool hidden)
{
    q_buf out = q_buf_init(q_test_arena(), 1 << 16);
    pdf_strip_found found = {false, false};

    pdf_strip__content(q_str_of(content), &out, &found);
    CHECK_STREQ(q_buf_str(&out), wanted);
    CHECK_EQ(found.hidden, hidden);
}

TEST(pdf_strip_takes_out_what_shows_hidden_text)
{
    strips("BT 3 Tr (a) Tj ET", "BT 3 Tr ET", true);
    strips("BT 3 Tr [(a) 2 <00>] TJ (b)Tj ET", "BT 3 Tr ET", true);
    strips("BT (a) Tj 3 Tr (b) ' 0 Tr (c) Tj ET", "BT (a) Tj 3 Tr T* 0 Tr (c) Tj ET", true);
}

TEST(pdf_strip_keeps_visible_text_byte_for_byte)
{
    strips("BT /F1 1 Tf (a\\)3 Tr) Tj % 3 Tr\n0 Tr (b) Tj ET",
           "BT /F1 1 Tf (a\\)3 Tr) Tj % 3 Tr\n0 Tr (b) Tj ET", false);
    strips("<< /A (3 Tr) >> BDC ((nested) Tj) Tj EMC", "<< /A (3 Tr) >> BDC ((nested) Tj) Tj EMC",
           false);
    strips("", "", false);
}

TEST(pdf_strip_minds_saved_states)
{
    strips("q 3 Tr Q BT (a) Tj ET", "q 3 Tr Q BT (a) Tj ET", false);
    strips("3 Tr q 0 Tr Q BT (a) Tj ET", "3 Tr q 0 Tr Q BT ET", true);
    strips("Q Q Q 3 Tr (a) Tj", "Q Q Q 3 Tr", true);
}

TEST(pdf_strip_jumps_over_inline_pictures)
{
    strips("3 Tr BI /W 1 /H 1 ID (a) Tj \n EI Q (b) Tj", "3 Tr BI /W 1 /H 1 ID (a) Tj \n EI Q",
           true);
    strips("BI ID never ends", "BI ID never ends", false);
}

TEST(pdf_strip_copies_what_makes_no_sense)
{
    strips("(never ends", "(never ends", false);
    strips("<00", "<00", false);
    strips(") > ] }", ") > ] }", false);
    strips("(\\", "(\\", false);
}

TEST(pdf_strip_sees_inks)
{
    q_buf out = q_buf_init(q_test_arena(), 1 << 16);
    pdf_strip_found found = {false, false};

    pdf_strip__content(Q_STR("(k) Tj /k gs 0 0 0 rg"), &out, &found);
    CHECK(!found.ink);
    pdf_strip__content(Q_STR("0 0 0 1 k"), &out, &found);
    CHECK(found.ink);
}

TEST_MAIN("document/pdf_strip")
