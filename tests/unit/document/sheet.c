#include "document/sheet.h"

#include "test.h"

static const char *written(const q_sheet *s, q_sheet_format format, size_t width)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);

    q_sheet_begin(format, Q_STR("a & b"), &b);
    q_sheet_write(s, format, width, &b);
    q_sheet_end(format, &b);
    q_buf_char(&b, 0);
    CHECK_EQ(b.rc, Q_OK);
    return b.p;
}

/* A heading over two columns, and a cell over two rows:
 *
 *     What      | Sum
 *     Pump | No | 45.00
 *     seal | 1  | 1,5
 */
static q_page page_of(const char *const *texts, size_t count)
{
    q_word *words = q_arena_array(q_test_arena(), count, sizeof *words);

    for (size_t i = 0; i < count; i++)
        words[i] = (q_word){.text = q_str_of(texts[i]), .confidence = 90};
    return (q_page){.words = words, .word_count = count};
}

static q_sheet spanned(void)
{
    static const char *const texts[] = {"What", "Sum",   "Pump", "\"seal\"",
                                        "No",   "45.00", "1",    "1,5"};
    static size_t picks[] = {0, 1, 2, 3, 4, 5, 6, 7};
    static q_cell cells[] = {
        {.row = 0,
         .column = 0,
         .row_span = 1,
         .column_span = 2,
         .words = {picks, 1},
         .heading = true},
        {.row = 0,
         .column = 2,
         .row_span = 1,
         .column_span = 1,
         .words = {picks + 1, 1},
         .heading = true},
        {.row = 1, .column = 0, .row_span = 2, .column_span = 1, .words = {picks + 2, 2}},
        {.row = 1, .column = 1, .row_span = 1, .column_span = 1, .words = {picks + 4, 1}},
        {.row = 1, .column = 2, .row_span = 1, .column_span = 1, .words = {picks + 5, 1}},
        {.row = 2, .column = 1, .row_span = 1, .column_span = 1, .words = {picks + 6, 1}},
        {.row = 2, .column = 2, .row_span = 1, .column_span = 1, .words = {picks + 7, 1}},
    };
    q_table table = {
        .rows = 3, .columns = 3, .cells = cells, .cell_count = sizeof cells / sizeof *cells};
    q_page page = page_of(texts, 8);
    q_sheet s;

    CHECK_EQ(q_sheet_of_table(&page, 4, &table, q_test_arena(), &s, NULL), Q_OK);
    return s;
}

TEST(a_table_as_csv_and_tsv)
{
    q_sheet s = spanned();

    CHECK_STR(written(&s, Q_SHEET_CSV, 0), "What,,Sum\r\n\"Pump \"\"seal\"\"\",No,45.00\r\n,1,"
                                           "\"1,5\"\r\n");
    CHECK_STR(written(&s, Q_SHEET_TSV, 0), "What\t\tSum\nPump \"seal\"\tNo\t45.00\n\t1\t1,5\n");
}

TEST(a_table_as_a_grid)
{
    q_sheet s = spanned();

    CHECK_STR(written(&s, Q_SHEET_GRID, 0), "Page 4, table\n"
                                            "┌──────────────────┬───────┐\n"
                                            "│ What             │   Sum │\n"
                                            "╞═════════════╤════╪═══════╡\n"
                                            "│ Pump \"seal\" │ No │ 45.00 │\n"
                                            "│             ├────┼───────┤\n"
                                            "│             │  1 │   1,5 │\n"
                                            "└─────────────┴────┴───────┘\n");
    CHECK_STR(written(&s, Q_SHEET_GRID, 23), "Page 4, table\n"
                                             "┌─────────────┬───────┐\n"
                                             "│ What        │   Sum │\n"
                                             "╞════════╤════╪═══════╡\n"
                                             "│ Pump   │ No │ 45.00 │\n"
                                             "│ \"seal\" │    │       │\n"
                                             "│        ├────┼───────┤\n"
                                             "│        │  1 │   1,5 │\n"
                                             "└────────┴────┴───────┘\n");
}

TEST(a_table_as_html_keeps_its_spans)
{
    q_sheet s = spanned();
    q_str html = q_str_of(written(&s, Q_SHEET_HTML, 0));

    CHECK(q_str_find(html, Q_STR("<title>a &amp; b</title>")) != SIZE_MAX);
    CHECK(q_str_find(html, Q_STR("<th scope=\"colgroup\" colspan=\"2\">What</th>")) != SIZE_MAX);
    CHECK(q_str_find(html, Q_STR("<td rowspan=\"2\">Pump ")) != SIZE_MAX);
    CHECK(q_str_find(html, Q_STR("<tr><td class=\"number\">1</td>")) != SIZE_MAX);
    CHECK(q_str_ends(html, Q_STR("</html>\n")));
}

TEST(a_table_as_latex_escapes_what_it_must)
{
    q_sheet_cell cells[] = {{Q_STR_INIT("50 % of $_{x}^~\\"), 1, 1, false, false}};
    q_sheet s = spanned(), odd = {Q_STR("a\nb"), 1, 1, cells};

    CHECK_STR(written(&s, Q_SHEET_LATEX, 0), "% Page 4, table\n\\begin{tabular}{llr}\n\\hline\n"
                                             "\\multicolumn{2}{l}{What} & Sum \\\\\n\\hline\n"
                                             "Pump \"seal\" & No & 45.00 \\\\\n"
                                             " & 1 & 1,5 \\\\\n\\hline\n\\end{tabular}\n");
    CHECK_STR(written(&odd, Q_SHEET_LATEX, 0),
              "% a b\n\\begin{tabular}{l}\n\\hline\n50 \\% of "
              "\\$\\_\\{x\\}\\textasciicircum{}\\textasciitilde{}\\textbackslash{} \\\\\n\\hline\n"
              "\\end{tabular}\n");
}

TEST(a_form_shows_keys_values_and_ticks)
{
    static const char *const texts[] = {"Name:", "Ada", "Lovelace", "Married"};
    static size_t picks[] = {0, 1, 2, 3}, ticks[] = {0};
    q_tick tick = {.selected = true};
    q_pair pairs[] = {{.key = {picks, 1}, .value = {picks + 1, 2}, .confidence = 91.25F},
                      {.key = {picks + 3, 1}, .ticks = {ticks, 1}, .confidence = 80}};
    q_form form = {pairs, 2};
    q_page page = page_of(texts, 4);
    q_sheet s;

    page.marks.ticks = &tick;
    page.marks.tick_count = 1;
    CHECK_EQ(q_sheet_of_form(&page, 2, &form, q_test_arena(), &s, NULL), Q_OK);
    CHECK_STR(written(&s, Q_SHEET_CSV, 0),
              "Key,Value,Confidence\r\nName:,Ada Lovelace,91.2\r\nMarried,[x],80.0\r\n");
}

TEST(fields_and_items_become_rows)
{
    q_expense_text label = {Q_STR("Total:"), {0, 0, 0, 0}, 90, true};
    q_expense_text value = {Q_STR("$45.00"), {0, 0, 0, 0}, 90, true};
    q_expense_text name = {Q_STR("Pump\nseal"), {0, 0, 0, 0}, 90, true};
    q_expense_field fields[] = {{Q_STR("TOTAL"), 99.5F, label, value, Q_STR("USD"), 1}};
    q_expense_field item[] = {{.type = Q_STR("PRICE"), .value = value, .page = 1},
                              {.type = Q_STR("ITEM"), .value = name, .page = 1},
                              {.type = Q_STR("OTHER"), .label = label, .value = value, .page = 1},
                              {.type = Q_STR("EXPENSE_ROW"), .value = name, .page = 1}};
    q_expense_item items[] = {{item, 4}};
    q_expense_table table = {items, 1};
    q_expense e = {.fields = fields, .field_count = 1};
    q_sheet s;

    CHECK_EQ(q_sheet_of_fields(&e, q_test_arena(), &s, NULL), Q_OK);
    CHECK_STR(written(&s, Q_SHEET_CSV, 0),
              "Type,Label,Value,Page,Confidence\r\nTOTAL,Total:,$45.00,1,99.5\r\n");
    CHECK_EQ(q_sheet_of_items(&table, 1, q_test_arena(), &s, NULL), Q_OK);
    CHECK_STR(written(&s, Q_SHEET_CSV, 0), "PRICE,ITEM,Total:\r\n$45.00,\"Pump\nseal\",$45.00\r\n");
    CHECK_STR(written(&s, Q_SHEET_TSV, 0), "PRICE\tITEM\tTotal:\n$45.00\tPump seal\t$45.00\n");
}

TEST(lines_become_rows_and_nothing_becomes_nothing)
{
    q_line line = {.text = Q_STR("one, two"), .confidence = 88};
    q_page page = {.lines = &line, .line_count = 1};
    q_pages pages = {&page, 1};
    q_expense_table none = {0};
    q_sheet s;

    CHECK_EQ(q_sheet_of_lines(&pages, q_test_arena(), &s, NULL), Q_OK);
    CHECK_STR(written(&s, Q_SHEET_CSV, 0),
              "Page,Line,Confidence,Text\r\n1,1,88.0,\"one, two\"\r\n");
    CHECK_EQ(q_sheet_of_items(&none, 1, q_test_arena(), &s, NULL), Q_OK);
    CHECK_STR(written(&s, Q_SHEET_GRID, 0), "");
}

TEST_MAIN("document/sheet")
