#include "document/query.h"

#include "written.h"

#include <string.h>

static const put form_lines[] = {
    {50, 100, "Invoice Number:"},
    {200, 100, "QN-7731"},
    {50, 120, "Patient Name:"},
    {200, 120, "Ada Lovelace"},
    {50, 140, "Date of Birth:"},
    {200, 140, "10 December 1815"},
    {50, 160, "Attending Physician:"},
    {200, 160, "Dr. William Carpenter"},
    {50, 180, "Telephone:"},
    {200, 180, "020 555 1234"},
    {62, 210, "Married"},
    {162, 210, "Smoker"},
    {50, 260, "Your deposit of $450.00 must be paid before the first visit."},
};

static q_answer ask_of(const q_page *p, const q_tables *tables, const char *question)
{
    q_page page = *p;
    q_answer answer;
    q_expense expense;
    q_form form;
    q_known known = {p, tables, &form, &expense};

    CHECK_EQ(q_form_read(p, q_test_arena(), &form, NULL), Q_OK);
    CHECK_EQ(q_expense_read(&(q_pages){&page, 1}, q_test_arena(), &expense, NULL), Q_OK);
    CHECK_EQ(q_query_answer(&known, q_str_of(question), q_test_arena(), &answer, NULL), Q_OK);
    return answer;
}

static q_str ask(const char *question)
{
    q_page p = page_of(form_lines, sizeof form_lines / sizeof *form_lines);
    q_tick ticks[] = {{{50 / 600.0, 210 / 800.0, 9 / 600.0, 9 / 800.0}, true, 95},
                      {{150 / 600.0, 210 / 800.0, 9 / 600.0, 9 / 800.0}, false, 95}};
    q_answer a;

    p.marks.ticks = ticks;
    p.marks.tick_count = 2;
    a = ask_of(&p, &(q_tables){NULL, 0}, question);
    CHECK(!a.found || (a.confidence > 0 && a.confidence <= 100));
    return a.found ? a.text : Q_STR("not found");
}

TEST(query_of_keys_and_their_values)
{
    CHECK_STREQ(ask("What is the invoice number?"), "QN-7731");
    CHECK_STREQ(ask("What is the patient's name?"), "Ada Lovelace");
    CHECK_STREQ(ask("Who is the patient?"), "Ada Lovelace");
    CHECK_STREQ(ask("what is the phone number"), "020 555 1234");
}

TEST(query_of_words_that_mean_the_same)
{
    CHECK_STREQ(ask("When was the patient born?"), "10 December 1815");
    CHECK_STREQ(ask("Who is the doctor?"), "Dr. William Carpenter");
}

TEST(query_of_boxes_to_tick)
{
    CHECK_STREQ(ask("Is the patient married?"), "Yes");
    CHECK_STREQ(ask("Is the patient a smoker?"), "No");
}

TEST(query_of_a_sentence)
{
    CHECK_STREQ(ask("How much is the deposit?"), "$450.00");
}

TEST(query_that_nothing_answers)
{
    CHECK_STREQ(ask("What is the name of the ship's captain?"), "not found");
    CHECK_STREQ(ask("What is the blood pressure?"), "not found");
    CHECK_STREQ(ask(""), "not found");
    CHECK_STREQ(ask("??? \\xff\\xfe"), "not found");
}

TEST(query_of_a_table)
{
    static const put lines[] = {{50, 100, "Item"},   {150, 100, "Price"}, {50, 120, "Hammer"},
                                {150, 120, "12.50"}, {50, 140, "Saw"},    {150, 140, "19.00"}};
    q_page p = page_of(lines, sizeof lines / sizeof *lines);
    size_t numbers[] = {0, 1, 2, 3, 4, 5};
    q_cell cells[6];
    q_table t = {.rows = 3, .columns = 2, .cells = cells, .cell_count = 6, .structured = true};

    for (size_t i = 0; i < 6; i++)
        cells[i] = (q_cell){.row = i / 2,
                            .column = i % 2,
                            .row_span = 1,
                            .column_span = 1,
                            .words = {&numbers[i], 1},
                            .heading = i < 2};
    CHECK_STREQ(ask_of(&p, &(q_tables){&t, 1}, "What is the price of the saw?").text, "19.00");
    CHECK_STREQ(ask_of(&p, &(q_tables){&t, 1}, "How much does the hammer cost?").text, "12.50");
}

TEST_MAIN("document/query")
