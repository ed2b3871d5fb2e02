#include "document/ppocr_order.h"

#include "test.h"

#include <string.h>

/* The boxes' letters in reading order. */
static const char *order_of(const q_box *boxes, size_t n)
{
    size_t *order = q_arena_array(q_test_arena(), n, sizeof *order);
    char *out = q_arena_alloc(q_test_arena(), n + 1);

    CHECK_EQ(ppocr__order(boxes, n, q_test_arena(), order, NULL), Q_OK);
    for (size_t i = 0; i < n; i++)
        out[i] = (char)('a' + order[i]);
    return out;
}

TEST(a_tables_rows_are_read_across)
{
    q_box boxes[9];

    for (size_t i = 0; i < 9; i++) /* uneven by a pixel, one row close below the other */
        boxes[i] = (q_box){(double)(i % 3) * 100, (double)(i / 3) * 12 + (double)(i % 2), 50, 14};
    CHECK_STR(order_of(boxes, 9), "abcdefghi");
}

TEST(columns_of_running_text_are_read_one_after_the_other)
{
    q_box boxes[9] = {{100, 0, 300, 20}}; /* a headline above both */

    for (size_t i = 0; i < 4; i++) {
        boxes[1 + i] = (q_box){0, 60 + 15 * (double)i, 240, 14};
        boxes[5 + i] = (q_box){260, 60 + 15 * (double)i, 240, 14};
    }
    CHECK_STR(order_of(boxes, 9), "abcdefghi");
}

TEST(a_narrow_column_beside_running_text_is_read_by_itself)
{
    q_box boxes[10], table[10];

    for (size_t i = 0; i < 5; i++) {
        boxes[i] = (q_box){0, 18 * (double)i, 300, 14};
        boxes[5 + i] = (q_box){340, 4 + 13 * (double)i, 60, 10};
        table[2 * i] = boxes[i]; /* a price beside each line */
        table[2 * i + 1] = (q_box){340, 18 * (double)i + 1, 60, 13};
    }
    CHECK_STR(order_of(boxes, 10), "abcdefghij");
    CHECK_STR(order_of(table, 10), "abcdefghij");
}

TEST(few_wide_lines_are_rows)
{
    q_box boxes[4] = {{0, 0, 240, 14}, {260, 0, 240, 14}, {0, 20, 240, 14}, {260, 20, 240, 14}};

    CHECK_STR(order_of(boxes, 4), "abcd");
}

TEST(boxes_on_each_other_have_an_order)
{
    q_box boxes[3] = {{0, 0, 10, 10}, {0, 0, 10, 10}, {0, 0, 10, 10}};

    CHECK_STR(order_of(boxes, 3), "abc");
    CHECK_STR(order_of(boxes, 0), "");
}

TEST_MAIN("document/ppocr_order")
