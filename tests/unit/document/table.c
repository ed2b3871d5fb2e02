#include "document/table.h"

#include "test.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Pages are drawn with a typewriter: a character is 6 points wide and 9 high, a line 12. */
enum { CHAR = 6, HEIGHT = 9, LINE = 12, PAGE = 800, MOST = 2000 };

static q_page page_of(const char *const *lines)
{
    q_page p = {.width_pt = PAGE, .height_pt = PAGE, .marked = true};

    p.words = q_arena_array(q_test_arena(), MOST, sizeof *p.words);
    p.marks.rules = q_arena_array(q_test_arena(), MOST, sizeof *p.marks.rules);
    for (size_t y = 0; lines[y]; y++)
        for (size_t x = 0; lines[y][x];) {
            size_t n = strcspn(lines[y] + x, " ");

            if (n)
                p.words[p.word_count++] =
                    (q_word){{lines[y] + x, n},
                             {(double)(x * CHAR) / PAGE, (double)(y * LINE) / PAGE,
                              (double)(n * CHAR) / PAGE, (double)HEIGHT / PAGE},
                             90};
            x += n ? n : 1;
        }
    return p;
}

/* A line above line `y` of text, over the characters from x0 to x1. */
static void across(q_page *p, double y, double x0, double x1)
{
    p->marks.rules[p->marks.rule_count++] = (q_rule){
        {x0 * CHAR / PAGE, (y * LINE - 2) / PAGE, (x1 - x0) * CHAR / PAGE, 0.5 / PAGE}, false};
}

static void upright(q_page *p, double x, double y0, double y1)
{
    p->marks.rules[p->marks.rule_count++] = (q_rule){
        {x * CHAR / PAGE, (y0 * LINE - 2) / PAGE, 0.5 / PAGE, (y1 - y0) * LINE / PAGE}, true};
}

static q_tables read_page(const q_page *p)
{
    q_tables t;

    CHECK_EQ(q_tables_read(p, q_test_arena(), &t, NULL), Q_OK);
    return t;
}

/* "a|b<2;c|d": cells in order, rows parted by ";", with "<" and "^" the columns and rows of more
 * than one, "!" a heading.
 */
static q_str said(const q_page *p, const q_table *t)
{
    q_buf b = q_buf_init(q_test_arena(), 100000);
    q_str out;

    for (size_t i = 0; i < t->cell_count; i++) {
        const q_cell *c = &t->cells[i];

        if (i)
            q_buf_char(&b, c->row == t->cells[i - 1].row ? '|' : ';');
        for (size_t w = 0; w < c->words.count; w++) {
            if (w)
                q_buf_char(&b, ' ');
            q_buf_put(&b, p->words[c->words.items[w]].text);
        }
        if (c->column_span > 1)
            q_buf_printf(&b, "<%zu", c->column_span);
        if (c->row_span > 1)
            q_buf_printf(&b, "^%zu", c->row_span);
        if (c->heading)
            q_buf_char(&b, '!');
        if (c->section)
            q_buf_char(&b, '#');
        if (c->summary)
            q_buf_char(&b, '=');
    }
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

static q_str words_of(const q_page *p, const q_picks *picks)
{
    q_buf b = q_buf_init(q_test_arena(), 10000);
    q_str out;

    for (size_t i = 0; i < picks->count; i++) {
        if (i)
            q_buf_char(&b, ' ');
        q_buf_put(&b, p->words[picks->items[i]].text);
    }
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(numbers_in_columns_without_lines_are_a_table)
{
    const char *const lines[] = {"Item          Pieces     Price", "Nails            100      3.50",
                                 "Long screws       20     12.00", "Hammer             1     18.90",
                                 "Total            121     34.40", NULL};
    q_page p = page_of(lines);
    q_tables t = read_page(&p);

    CHECK_EQ(t.count, 1);
    CHECK(t.items[0].structured);
    CHECK_STREQ(said(&p, &t.items[0]), "Item!|Pieces!|Price!;Nails|100|3.50;Long screws|20|12.00;"
                                       "Hammer|1|18.90;Total=|121=|34.40=");
}

TEST(headings_of_several_lines_and_over_several_columns)
{
    const char *const lines[] = {"                   Amount borrowed",
                                 "",
                                 "Kind of         Less than  $10,000     No",
                                 "student           $10,000  or more   loan",
                                 "",
                                 "Graduates            23.2     10.3   44.8",
                                 "Doctors              25.5     10.2   44.4",
                                 "Others               27.3     11.3   40.0",
                                 NULL};
    q_page p = page_of(lines);
    q_tables t;

    across(&p, 0, 0, 42);
    across(&p, 1.5, 16, 36); /* under "Amount borrowed" */
    across(&p, 4.5, 0, 42);
    across(&p, 8.3, 0, 42);
    t = read_page(&p);
    CHECK_EQ(t.count, 1);
    CHECK_STREQ(said(&p, &t.items[0]),
                "Kind of student^2!|Amount borrowed<2!|No loan^2!;"
                "Less than $10,000!|$10,000 or more!;"
                "Graduates|23.2|10.3|44.8;Doctors|25.5|10.2|44.4;Others|27.3|11.3|40.0");
}

TEST(years_are_headings_and_sections_stand_alone)
{
    const char *const lines[] = {
        "Country     2005    2006    2007", "North", "Norway       1.1     2.2     3.3",
        "Sweden       4.4     5.5     6.6", "South", "Malta        7.7     8.8     9.9",
        "Spain        1.2     2.3     3.4", NULL};
    q_page p = page_of(lines);
    q_tables t = read_page(&p);

    CHECK_EQ(t.count, 1);
    CHECK_STREQ(said(&p, &t.items[0]),
                "Country!|2005!|2006!|2007!;North#|||;Norway|1.1|2.2|3.3;Sweden|4.4|5.5|6.6;"
                "South#|||;Malta|7.7|8.8|9.9;Spain|1.2|2.3|3.4");
}

TEST(a_label_of_two_lines_is_one_cell)
{
    const char *const lines[] = {"Group                     No.      Rate",
                                 "White                   1,880      97.4",
                                 "American Indian and     7,570      77.1",
                                 " other natives",
                                 "Black                  44,530     161.6",
                                 "Everybody else         10,000      11.6",
                                 NULL};
    q_page p = page_of(lines);
    q_tables t = read_page(&p);

    CHECK_EQ(t.count, 1);
    CHECK_STREQ(said(&p, &t.items[0]),
                "Group!|No.!|Rate!;White|1,880|97.4;"
                "American Indian and other natives|7,570|77.1;Black|44,530|161.6;"
                "Everybody else|10,000|11.6");
}

/* Three columns, three rows of lines at 0, 1, 3 and 4. */
static void draw_grid(q_page *p)
{
    const double ys[] = {0, 1, 3, 4}, xs[] = {0, 12, 24, 36};

    for (size_t i = 0; i < 4; i++) {
        across(p, ys[i], 0, 36);
        upright(p, xs[i], 0, 4);
    }
}

TEST(lines_make_cells_of_several_lines_of_text)
{
    const char *const lines[] = {" Kind        First       Second",
                                 " All kinds   any text    words", " of text     goes here   too",
                                 " More        or less     done", NULL};
    q_page p = page_of(lines);
    q_tables t;

    draw_grid(&p);
    t = read_page(&p);
    CHECK_EQ(t.count, 1);
    CHECK_STREQ(said(&p, &t.items[0]), "Kind!|First!|Second!;"
                                       "All kinds of text|any text goes here|words too;"
                                       "More|or less|done");
}

TEST(a_missing_piece_of_line_joins_two_places)
{
    const char *const lines[] = {" Kind        Sales of both", "             1999        2000",
                                 " Nails       100         200", NULL};
    q_page p = page_of(lines);
    q_tables t;

    across(&p, 0, 0, 36);
    across(&p, 1, 12, 36);
    across(&p, 2, 0, 36);
    across(&p, 3, 0, 36);
    upright(&p, 0, 0, 3);
    upright(&p, 12, 0, 3);
    upright(&p, 24, 1, 3);
    upright(&p, 36, 0, 3);
    t = read_page(&p);
    CHECK_EQ(t.count, 1);
    CHECK_STREQ(said(&p, &t.items[0]), "Kind^2!|Sales of both<2!;1999!|2000!;Nails|100|200");
}

TEST(a_broken_line_is_one_line)
{
    const char *const lines[] = {" Kind        First       Second", " Nails       100         200",
                                 " Screws      300         400", NULL};
    q_page p = page_of(lines);
    q_tables t;

    for (size_t y = 0; y < 4; y++) {
        across(&p, (double)y, 0, 17.8);
        across(&p, (double)y, 18.2, 36);
    }
    for (size_t x = 0; x < 4; x++) {
        upright(&p, (double)x * 12, 0, 1.4);
        upright(&p, (double)x * 12, 1.6, 3);
    }
    t = read_page(&p);
    CHECK_EQ(t.count, 1);
    CHECK_STREQ(said(&p, &t.items[0]), "Kind!|First!|Second!;Nails|100|200;Screws|300|400");
}

TEST(text_between_lines_is_a_table_however_long)
{
    const char *const lines[] = {
        "Variable                                                   Assumption",
        "Population          Projections agree with those of the census bureau",
        "Young people        The average rate of growth is one percent a year",
        "Disposable income   Changes range between two and three percent",
        " in constant terms  with an average rate of growth of two percent",
        "Inflation rate      Rates range between one and two percent a year",
        NULL};
    q_page p = page_of(lines);
    q_tables t;

    across(&p, 0, 0, 70);
    across(&p, 1, 0, 70);
    across(&p, 6, 0, 70);
    t = read_page(&p);
    CHECK_EQ(t.count, 1);
    CHECK_STREQ(said(&p, &t.items[0]),
                "Variable!|Assumption!;Population|Projections agree with those of the census "
                "bureau;Young people|The average rate of growth is one percent a year;"
                "Disposable income in constant terms|Changes range between two and three percent "
                "with an average rate of growth of two percent;"
                "Inflation rate|Rates range between one and two percent a year");
}

TEST(a_frame_may_hold_title_and_notes)
{
    const char *const lines[] = {" Exhibit 4. What was sold",    " Kind        First       Second",
                                 " Nails       100         200", " Screws      300         400",
                                 " Note: in thousands.",         NULL};
    q_page p = page_of(lines);
    q_tables t;

    for (size_t y = 0; y < 6; y++)
        across(&p, (double)y, 0, 36);
    upright(&p, 0, 0, 5);
    upright(&p, 12, 1, 4);
    upright(&p, 24, 1, 4);
    upright(&p, 36, 0, 5);
    t = read_page(&p);
    CHECK_EQ(t.count, 1);
    CHECK_STREQ(said(&p, &t.items[0]), "Kind!|First!|Second!;Nails|100|200;Screws|300|400");
    CHECK_STREQ(words_of(&p, &t.items[0].title), "Exhibit 4. What was sold");
    CHECK_STREQ(words_of(&p, &t.items[0].footer), "Note: in thousands.");
}

TEST(a_folded_table_is_one_for_each_part)
{
    const char *const lines[] = {"Age          People      Age          People",
                                 "1 year      353,692      40 years    246,083",
                                 "2 years     326,555      41 years    237,849",
                                 "3 years     322,816      42 years    232,322",
                                 "4 years     317,441      43 years    223,108",
                                 "5 years     314,748      44 years    226,262",
                                 NULL};
    q_page p = page_of(lines);
    q_tables t = read_page(&p);

    CHECK_EQ(t.count, 2);
    CHECK_STREQ(said(&p, &t.items[1]),
                "Age!|People!;40 years|246,083;41 years|237,849;42 years|232,322;"
                "43 years|223,108;44 years|226,262");
}

TEST(boxes_to_tick_are_in_their_cells)
{
    const char *const lines[] = {" Kind        First       Second",
                                 " All kinds   any text    words", " of text     goes here   too",
                                 " More        or less     done", NULL};
    q_tick tick = {{20.0 * CHAR / PAGE, 3.2 * LINE / PAGE, 0.01, 0.01}, true, 90};
    q_page p = page_of(lines);
    q_tables t;

    draw_grid(&p);
    p.marks.ticks = &tick;
    p.marks.tick_count = 1;
    t = read_page(&p);
    CHECK_EQ(t.count, 1);
    for (size_t i = 0; i < t.items[0].cell_count; i++)
        CHECK_EQ(t.items[0].cells[i].ticks.count, i == 7);
}

TEST(two_columns_of_running_text_are_no_table)
{
    const char *const lines[] = {
        "The quick brown fox jumps over the       old dog barks at every stranger who",
        "lazy dog while the cat looks on and      comes along the road in the evening",
        "wonders what the noise in the garden     and nobody ever knows why it does so",
        "may be about at this time of the day     because it never bites anybody at all",
        "when everybody else in the village       and sleeps through most of the nights",
        "is already at work on the meadows.       without as much as turning its head.",
        NULL};
    q_page p = page_of(lines);

    CHECK_EQ(read_page(&p).count, 0);
}

TEST(a_list_is_no_table)
{
    const char *const lines[] = {"1.   Calculate the trip distance of each sample trip.",
                                 "2.   Eliminate stops and idling within each trip.",
                                 "3.   Set the rate of acceleration to three a second.",
                                 "4.   Continue until the trip distance is reached.", NULL};
    q_page p = page_of(lines);

    CHECK_EQ(read_page(&p).count, 0);
}

TEST(a_form_is_no_table)
{
    const char *const lines[] = {"Name:          Jane Miller", "Street:        High Street 12",
                                 "City:          Springfield", "Phone:         555 1234",
                                 "Born:          1970-01-02",  NULL};
    q_page p = page_of(lines);

    CHECK_EQ(read_page(&p).count, 0);
}

TEST(title_and_notes_stay_beside_the_table)
{
    const char *const lines[] = {"Table 3. Pieces sold by kind",
                                 "",
                                 "Item          Pieces     Price",
                                 "Nails            100      3.50",
                                 "Long screws       20     12.00",
                                 "Hammer             1     18.90",
                                 "Pliers             7     34.40",
                                 "Source: the shop's own books.",
                                 "",
                                 "",
                                 "Other text follows.",
                                 NULL};
    q_page p = page_of(lines);
    q_tables t = read_page(&p);

    CHECK_EQ(t.count, 1);
    CHECK_EQ(t.items[0].rows, 5);
    CHECK_STREQ(words_of(&p, &t.items[0].title), "Table 3. Pieces sold by kind");
    CHECK_STREQ(words_of(&p, &t.items[0].footer), "Source: the shop's own books.");
}

TEST(a_table_goes_on_over_a_page_turn)
{
    const char *lines[62] = {0};
    const char *const head[] = {"Nails            100      3.50", "Long screws       20     12.00",
                                "Hammer             1     18.90", "Pliers             7     34.40",
                                NULL};
    q_page pages[2];
    q_tables tables[2];

    for (size_t i = 0; i < 61; i++)
        lines[i] = i < 56 ? "" : head[(i - 56) % 4];
    pages[0] = page_of(lines);
    pages[1] = page_of(head);
    for (size_t i = 0; i < 2; i++)
        tables[i] = read_page(&pages[i]);
    CHECK_EQ(tables[0].count, 1);
    CHECK_EQ(tables[1].count, 1);
    q_tables_join(&(q_pages){pages, 2}, tables);
    CHECK(!tables[0].items[0].continues);
    CHECK(tables[1].items[0].continues);
}

TEST(a_blank_page_has_no_tables)
{
    const char *const lines[] = {NULL};
    q_page p = page_of(lines);

    CHECK_EQ(read_page(&p).count, 0);
}

/* A hundred thousand words and ten thousand lines, everywhere. */
TEST(hostile_pages_take_bounded_time)
{
    enum { WORDS = 100000, RULES = 10000 };
    q_page p = {.width_pt = 600, .height_pt = 800, .marked = true};
    uint32_t seed = 1;
    clock_t start = clock();

    p.words = q_arena_array(q_test_arena(), WORDS, sizeof *p.words);
    p.marks.rules = q_arena_array(q_test_arena(), RULES, sizeof *p.marks.rules);
    for (; p.word_count < WORDS; p.word_count++) {
        seed = seed * 1664525 + 1013904223;
        p.words[p.word_count] = (q_word){
            Q_STR("12"), {(seed >> 8) % 1000 / 1001.0, (seed >> 18) % 997 / 1001.0, 5e-4, 9e-4}, 1};
    }
    for (; p.marks.rule_count < RULES; p.marks.rule_count++) {
        bool up = p.marks.rule_count % 2;
        double at = (double)p.marks.rule_count / RULES;

        p.marks.rules[p.marks.rule_count] =
            (q_rule){up ? (q_box){at, 0, 1e-4, 1} : (q_box){0, at, 1, 1e-4}, up};
    }
    read_page(&p);
    CHECK((clock() - start) / CLOCKS_PER_SEC < 20);
}

TEST_MAIN("document/table")
