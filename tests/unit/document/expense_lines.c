#include "document/expense_lines.h"

#include "test.h"

static expense_leaf leaf_of(const char *const *rows, size_t count)
{
    q_page page = {.width_pt = 300, .height_pt = 600};
    expense_leaf leaf = {.exact = false};

    page.words = q_arena_array(q_test_arena(), 200, sizeof *page.words);
    CHECK(page.words);
    for (size_t r = 0; r < count; r++) {
        q_str row = q_str_of(rows[r]);

        for (size_t i = 0; i < row.n; i++) {
            size_t from = i;

            while (i < row.n && row.p[i] != ' ')
                i++;
            if (i > from)
                page.words[page.word_count++] =
                    (q_word){q_str_sub(row, from, i - from),
                             {0.1 + 0.02 * (double)from, 0.05 + 0.03 * (double)r,
                              0.02 * (double)(i - from) - 0.004, 0.02},
                             96};
        }
    }
    CHECK_EQ(expense__sheet_read(&page, 1, q_test_arena(), &leaf.sheet, NULL), Q_OK);
    CHECK_EQ(expense__labels_find(&leaf.sheet, false, false, &leaf.hits, NULL), Q_OK);
    return leaf;
}

TEST(a_receipts_head_is_told_apart)
{
    static const char *const rows[] = {
        "HALLOWAY HARDWARE SDN BHD",
        "(123456-X)",
        "NO 7, JALAN MAWAR 2,",
        "TAMAN MELATI,",
        "81100 JOHOR BAHRU",
        "TEL : 07-5551234",
        "TAX INVOICE",
        "BREAD WHITE   3.50",
    };
    static const lines_tag want[] = {LINES_NAME,    LINES_OTHER, LINES_ADDRESS, LINES_ADDRESS,
                                     LINES_ADDRESS, LINES_OTHER, LINES_OTHER,   LINES_OTHER};
    expense_leaf leaf = leaf_of(rows, 8);
    lines_line *lines;
    size_t count;

    CHECK_EQ(expense__lines_tag(&leaf, &lines, &count, NULL), Q_OK);
    CHECK_EQ(count, 8);
    for (size_t i = 0; i < count; i++) {
        double sum = lines[i].chance[0] + lines[i].chance[1] + lines[i].chance[2];

        CHECK_EQ(lines[i].tag, want[i]);
        CHECK(sum > 0.999999 && sum < 1.000001);
    }
}

TEST(no_lines_are_no_tags)
{
    expense_leaf leaf = leaf_of(NULL, 0);
    lines_line *lines;
    size_t count;

    CHECK_EQ(expense__lines_tag(&leaf, &lines, &count, NULL), Q_OK);
    CHECK_EQ(count, 0);
}

TEST_MAIN("document/expense_lines")
